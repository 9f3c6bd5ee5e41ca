"""Explorer of lesson 00: one unit, one step, h = tanh(W_x x + b)."""

import numpy as np

from ..cells import RNN
from .graph import numbers
from .live import LiveFigure, Slider
from .style import FAINT, INPUT, STATE, figure


def neuron():
    """`LiveFigure` of the curve h(x) = tanh(W_x x + b); sliders W_x, b and the marked input x."""
    fig, ax = figure(8.4, 3.2)
    ax.set(xlim=(-4, 4), ylim=(-1.15, 1.15), xlabel="input x", ylabel="state h (between −1 and 1)")
    ax.set_title("One unit answers its input with a number between −1 and 1")
    ax.axhline(0, color=FAINT, lw=1)
    grid = np.linspace(-4, 4, 401)
    (curve,) = ax.plot([], [], color=STATE)
    (drop,) = ax.plot([], [], color=INPUT, ls=":", lw=1.5)
    (dot,) = ax.plot([], [], "o", color=INPUT, ms=9, clip_on=False)

    def update(W_x, b, x):
        unit = RNN(np.array([[W_x]]), np.zeros((1, 1)), np.array([b]))
        h, _ = unit.forward(grid.reshape(1, -1, 1))
        at, _ = unit.forward(np.full((1, 1, 1), x))
        at = at.item()
        curve.set_data(grid, h.ravel())
        drop.set_data([x, x, -4], [-1.15, at, at])
        dot.set_data([x], [at])
        full = "; the unit is nearly saturated" if abs(at) > 0.95 else ""
        return (
            f"With W_x = {numbers(W_x, 1)} and b = {numbers(b, 1)}, the input x = {numbers(x, 1)} "
            f"gives h = {numbers(at, 3)}{full}."
        )

    return LiveFigure(
        "One unit, one step: h = tanh(W_x x + b)",
        fig,
        [curve, drop, dot],
        update,
        [
            Slider("W_x", "input weight W_x", -4.0, 4.0, 0.1, 1.0),
            Slider("b", "bias b", -3.0, 3.0, 0.1, 0.0),
            Slider("x", "input x", -4.0, 4.0, 0.1, 1.0),
        ],
    )
