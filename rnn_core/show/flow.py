"""Explorer of lesson 02: a sequence of numbers flows through two recurrent units."""

import numpy as np

from ..cells import RNN
from .graph import numbers
from .live import Choice, LiveFigure, Slider
from .style import FAINT, INPUT, SERIES, STATE, figure, stacked

T = 20
INPUTS = {
    "one pulse": np.eye(T)[2],
    "a step up": (np.arange(T) >= 2).astype(float),
    "alternating": np.where(np.arange(T) % 2 == 0, 1.0, -1.0),
    "a slow wave": np.sin(2 * np.pi * np.arange(T) / 10),
}


def _run(values):
    W_h = np.array([[values["own"], values["down"]], [values["up"], values["own"]]])
    cell = RNN(np.array([[values["W_x"]], [0.0]]), W_h, np.full(2, values["b"]))
    x = values["size"] * INPUTS[values["sequence"]]
    h, _ = cell.forward(x.reshape(T, 1, 1))
    return x, h[:, 0]


def _sentence(h, t, sequence):
    tail = np.abs(h[-1]).max()
    end = "the states have died away" if tail < 0.05 else "the states are still alive"
    return (
        f"Input: {sequence}. At step t = {t} the states are h_1 = {numbers(h[t - 1, 0])} and "
        f"h_2 = {numbers(h[t - 1, 1])}; after step {T} {end} (largest |h| = {tail:.2f})."
    )


def _axes():
    fig, axes = figure(8.8, 4.6, ncols=2, width_ratios=[1.55, 1])
    left, plane = axes
    top, bottom = stacked(fig, left, [1, 1.6])
    steps = (0.3, T + 0.7)
    top.set(xlim=steps, ylim=(-2.3, 2.3), ylabel="input $x_t$", xticklabels=[])
    top.set_title("What goes in …")
    bottom.set(xlim=steps, ylim=(-1.75, 1.1), xlabel="step t", ylabel="states $h_t$")
    bottom.set_yticks((-1, 0, 1))  # below −1 there is room for the legend
    bottom.set_title("… and what the two units make of it")
    plane.set(
        xlim=(-1.1, 1.1),
        ylim=(-1.1, 1.1),
        xlabel="unit 1",
        ylabel="unit 2",
        aspect="equal",
        anchor="N",
    )
    plane.set(xticks=(-1, -0.5, 0, 0.5, 1), yticks=(-1, -0.5, 0, 0.5, 1))
    plane.set_title("The state is a point that moves")
    for ax in (top, bottom, plane):
        ax.axhline(0, color=FAINT, lw=1)
    plane.axvline(0, color=FAINT, lw=1)
    return fig, top, bottom, plane


def flow():
    """`LiveFigure` of x_t, h_t and the path of (h_1, h_2); sliders for W_x, all of W_h, b, the input and t."""
    fig, top, bottom, plane = _axes()
    t_axis = np.arange(1, T + 1)
    (bars,) = top.plot([], [], color=INPUT, drawstyle="steps-mid")
    (one,) = bottom.plot([], [], "-o", color=STATE, ms=4, label="unit 1, sees the input")
    (two,) = bottom.plot([], [], "--s", color=SERIES[1], ms=4, label="unit 2, no input")
    bottom.legend(loc="lower right", fontsize=9, ncols=2)
    now = [ax.plot([], [], color="#555555", lw=1, ls=":")[0] for ax in (top, bottom)]
    (path,) = plane.plot([], [], "-o", color=FAINT, ms=3, lw=1)
    (dot,) = plane.plot([], [], "o", color=STATE, ms=10)

    def update(t, **values):
        x, h = _run(values)
        bars.set_data(t_axis, x)
        one.set_data(t_axis, h[:, 0])
        two.set_data(t_axis, h[:, 1])
        for line, reach in zip(now, (2, 1.1), strict=True):  # below −1.1 stands the legend
            line.set_data([t, t], [-reach, reach])
        path.set_data(*np.vstack([[0.0, 0.0], h]).T)
        dot.set_data([h[t - 1, 0]], [h[t - 1, 1]])
        return _sentence(h, t, values["sequence"])

    return LiveFigure(
        "A sequence flows through two recurrent units",
        fig,
        [bars, one, two, *now, path, dot],
        update,
        [
            Choice("sequence", "input sequence", tuple(INPUTS), "one pulse"),
            Slider("size", "size of the input", -2.0, 2.0, 0.1, 1.0),
            Slider("t", "look at step t", 1, T, 1, 6),
            Slider("W_x", "input to unit 1, W_x", -3.0, 3.0, 0.1, 1.5),
            Slider("own", "each unit to itself", -1.5, 1.5, 0.05, 0.8),
            Slider("up", "unit 1 to unit 2", -1.5, 1.5, 0.05, 0.5),
            Slider("down", "unit 2 to unit 1", -1.5, 1.5, 0.05, 0.0),
            Slider("b", "bias b", -1.0, 1.0, 0.05, 0.0),
        ],
    )
