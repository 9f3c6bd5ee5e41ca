"""The graph of a recurrent network, rolled and unrolled, with the numbers of a real run in its nodes."""

from typing import NamedTuple

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from .style import GRADIENT, INPUT, MARK, OUTPUT, STATE, figure

ROWS = {"x": 0.0, "h": 1.5, "y": 3.0, "L": 4.5}  # height of each kind of node
COLOURS = {"x": INPUT, "h": STATE, "y": OUTPUT, "L": GRADIENT}
STRIDE = 2.3  # between time steps


class Node(NamedTuple):
    """One quantity at one time: its box, the number(s) in it, its name under it, and where it stands."""

    box: FancyBboxPatch
    number: object
    at: tuple
    half: tuple  # half its width and height


def halo(ax, n):
    """A second outline around a node, hidden until it is wanted: the node that is being worked on."""
    (x, y), (wide, high) = n.at, (n.half[0] + 0.07, n.half[1] + 0.07)
    box = FancyBboxPatch(
        (x - wide, y - high),
        2 * wide,
        2 * high,
        boxstyle="round,pad=0,rounding_size=0.22",
        facecolor="none",
        edgecolor=MARK,
        linewidth=3,
        zorder=3.5,
        visible=False,
    )
    return ax.add_patch(box)


def numbers(values, digits=2):
    """A scalar or a small vector as text, one component a line, with a true minus sign."""
    lines = [f"{v:.{digits}f}" for v in np.ravel(values)]
    lines = [line.lstrip("-") if float(line) == 0 else line for line in lines]
    return "\n".join(lines).replace("-", "−")


def node(ax, at, kind, name, text="", half=(0.48, 0.34), size=11):
    """Draw one node; its name stands at the upper left corner, outside."""
    x, y = at
    box = FancyBboxPatch(
        (x - half[0], y - half[1]),
        2 * half[0],
        2 * half[1],
        boxstyle="round,pad=0,rounding_size=0.18",
        facecolor="white",
        edgecolor=COLOURS[kind],
        linewidth=2,
        zorder=3,
    )
    ax.add_patch(box)
    number = ax.text(x, y, text, ha="center", va="center", fontsize=size, zorder=4)
    ax.text(
        x - half[0] + 0.02,
        y + half[1] + 0.14,
        name,
        ha="left",
        va="bottom",
        fontsize=size + 1,
        color=COLOURS[kind],
        zorder=4,
    )
    return Node(box, number, at, half)


def arrow(ax, a, b, colour="#333333"):
    """An arrow from the edge of node `a` to the edge of node `b`."""
    (xa, ya), (xb, yb) = a.at, b.at
    across = abs(xb - xa) > abs(yb - ya)
    dx, dy = np.sign(xb - xa), np.sign(yb - ya)
    start = (xa + dx * a.half[0], ya) if across else (xa, ya + dy * a.half[1])
    end = (xb - dx * b.half[0], yb) if across else (xb, yb - dy * b.half[1])
    patch = FancyArrowPatch(
        start,
        end,
        arrowstyle="-|>",
        mutation_scale=14,
        shrinkA=1,
        shrinkB=1,
        linewidth=1.8,
        color=colour,
        zorder=2,
    )
    return ax.add_patch(patch)


def bare(ax, xlim, ylim):
    """Axes for a drawing: no ticks, no frame, equal units."""
    ax.set(xlim=xlim, ylim=ylim, aspect="equal")
    ax.axis("off")


def _weight(ax, x, y, name, size, **where):
    ax.text(x, y, name, color="#333333", fontsize=size, zorder=5, **where)


def _column(ax, x, t, texts, half, size):
    """Nodes x_t, h_t and, if there is an output, y_t, with the arrows between them."""
    names = {"x": f"$x_{t}$", "h": f"$h_{t}$", "y": rf"$\hat{{y}}_{t}$"}
    kinds = [k for k in ("x", "h", "y") if k in texts]
    made = {
        k: node(ax, (x, row * _rise(half)), k, names[k], texts[k], (0.48, half), size)
        for row, k in enumerate(kinds)
    }
    for below, above, weight in (("x", "h", "$W_x$"), ("h", "y", "$W_y$")):
        if above in made:
            arrow(ax, made[below], made[above])
            middle = (made[below].at[1] + made[above].at[1]) / 2
            _weight(ax, x + 0.1, middle, weight, size, ha="left", va="center")
    return made


def _rise(half):
    """From one row of nodes to the next: the node's height and a gap for the arrow."""
    return 2 * half + 0.9


def _canvas(columns, rows, half):
    """(fig, ax, size) for so many steps; size is that of text which fits the nodes (11 where there is room)."""
    wide, high = STRIDE * columns + 4.6, (rows - 1) * _rise(half) + 2 * half + 0.8
    inch = min(8.2 / wide, 6.0 / high)  # of one unit
    fig, ax = figure(8.4, inch * high + 0.4)
    bare(ax, (-0.9, wide - 0.9), (-half - 0.1, high - half - 0.1))
    return fig, ax, min(11, 19 * inch)


def unrolled(x, h, y=None, h_0=None):
    """Figure: on the left the network as one cell with a loop, on the right the same cell once per step.

    x (T, n_x), h (T, n_h), y (T, n_y) or None: the numbers of one run of one row; h_0 (n_h,), None is zeros.
    Text shrinks with T: up to six steps or so can be read. Raises ValueError where the lengths differ.
    """
    x, h = np.atleast_2d(x), np.atleast_2d(h)
    if len(x) != len(h) or (y is not None and len(y) != len(h)):
        got = " and ".join(str(len(a)) for a in (x, h, y) if a is not None)
        raise ValueError(f"x, h, y: got {got} steps, wanted as many of each")
    h_0 = np.zeros(h.shape[1]) if h_0 is None else np.ravel(h_0)
    if len(h_0) != h.shape[1]:
        raise ValueError(f"h_0: got {len(h_0)} numbers, wanted {h.shape[1]} like each h_t")
    tallest = max(x.shape[1], h.shape[1], 1 if y is None else np.shape(y)[1])
    half = 0.34 if tallest == 1 else 0.17 * tallest + 0.12
    fig, ax, size = _canvas(len(h), 2 if y is None else 3, half)
    rolled = _column(ax, 0, "t", {"x": "", "h": ""} | ({} if y is None else {"y": ""}), half, size)
    _loop(ax, rolled["h"], size)
    level = rolled["h"].at[1]
    ax.text(1.75, level, "=", fontsize=2 * size, ha="center", va="center")
    before = node(ax, (2.9, level), "h", "$h_0$", numbers(h_0), (0.48, half), size)
    for t in range(len(h)):
        texts = {"x": numbers(x[t]), "h": numbers(h[t])}
        texts |= {} if y is None else {"y": numbers(y[t])}
        now = _column(ax, 2.9 + STRIDE * (t + 1), t + 1, texts, half, size)["h"]
        arrow(ax, before, now)
        middle = now.at[0] - STRIDE / 2
        _weight(ax, middle, level + 0.08, "$W_h$", size, ha="center", va="bottom")
        before = now
    copies = (
        "one copy of the cell"
        if len(h) == 1
        else f"{len(h)} copies of the cell that share their weights"
    )
    ax.set_title(f"One cell with a loop is {copies}")
    return fig


def _loop(ax, n, size):
    """The arrow from a node back to itself, out at the upper and in at the lower part of its right side."""
    x, y = n.at[0] + n.half[0], n.at[1]
    path = Path(
        [(x, y + 0.14), (x + 0.85, y + 0.75), (x + 0.85, y - 0.75), (x, y - 0.14)],
        [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
    )
    loop = FancyArrowPatch(
        path=path, arrowstyle="-|>", mutation_scale=14, linewidth=1.8, color="#333333", zorder=2
    )
    ax.add_patch(loop)
    _weight(ax, x + 0.35, y + 0.5, "$W_h$", size, ha="left", va="bottom")
