"""Explorer of lesson 05: gradient descent at a cliff, with and without clipping."""

import numpy as np

from ..cliff import Point, descend, loss_and_gradient
from .graph import numbers
from .live import Choice, LiveFigure, Slider
from .stepper import significant
from .style import GRADIENT, figure

W, B = (0.6, 2.4), (-0.9, 0.7)
STEPS = 60


def _landscape(ax):
    w, b = np.meshgrid(np.linspace(*W, 240), np.linspace(*B, 240))
    loss, _ = loss_and_gradient(Point(w, b))
    filled = ax.contourf(w, b, loss, levels=24, cmap="cividis")
    ax.set(xlim=W, ylim=B, xlabel="weight w", ylabel="bias b")
    ax.grid(False)
    return filled


def cliff():
    """`LiveFigure`: the path of gradient descent on a loss with a cliff; sliders for start, rate η and bound θ."""
    fig, (left, right) = figure(9.0, 4.3, ncols=2, width_ratios=[1.35, 1])
    fig.colorbar(_landscape(left), ax=left, label="loss L", ticks=[0, 0.5, 1, 1.5, 2])
    left.set_title("The loss, and the way down")
    right.set(xlim=(0, STEPS), ylim=(-4, 8), xlabel="step")
    right.set_yticks(range(-4, 9, 2), ("≤ −4", "−2", "0", "2", "4", "6", "8"))
    right.set_ylabel(r"$\log_{10}$ of the gradient norm")
    right.set_title("Before clipping (dashed: θ)")
    (halo,) = left.plot([], [], color="white", lw=4)
    (path,) = left.plot([], [], "-o", color=GRADIENT, ms=4, lw=1.8)
    (start,) = left.plot([], [], "s", color="white", mec=GRADIENT, mew=2, ms=9)
    (norms_line,) = right.plot([], [], "-o", color=GRADIENT, ms=3)
    (bound,) = right.plot([], [], "--", color="#555555", lw=1.5)

    def update(clipping, theta, lr, w, b):
        θ = theta if clipping == "on" else None
        points, norms = descend(w, b, lr, STEPS, θ)
        for line in (halo, path):
            line.set_data(points[:, 0], points[:, 1])
        start.set_data([w], [b])
        norms_line.set_data(np.arange(len(norms)), np.log10(np.maximum(norms, 1e-4)))
        bound.set_data([0, STEPS], [np.log10(theta)] * 2 if θ else [np.nan] * 2)
        return _sentence(points, norms, θ)

    return LiveFigure(
        "Clipping at the cliff",
        fig,
        [halo, path, start, norms_line, bound],
        update,
        [
            Choice("clipping", "clipping", ("off", "on"), "off"),
            Slider("theta", "bound θ", 0.05, 2.0, 0.05, 0.5),
            Slider("lr", "learning rate η", 0.01, 0.5, 0.01, 0.1),
            Slider("w", "start, weight w", 0.8, 2.2, 0.05, 1.6),
            Slider("b", "start, bias b", -0.6, 0.6, 0.05, 0.1),
        ],
    )


def _sentence(points, norms, θ):
    final, _ = loss_and_gradient(Point(*points[-1]))
    moves = np.hypot(*(points[1:] - points[:-1]).T)
    (w, b), how = points[-1], f"clipping at {θ:.2f}" if θ else "no clipping"
    inside = W[0] <= w <= W[1] and B[0] <= b <= B[1]
    where = "" if inside else ", outside the picture"
    return (
        f"With {how}: largest gradient norm {significant(norms.max(), 3)}, longest step "
        f"{significant(moves.max(), 2)}; after {STEPS} steps at w = {numbers(w)}, b = {numbers(b)}{where}, "
        f"loss {float(final):.3f}."
    )
