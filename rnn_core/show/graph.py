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
        y + half[1] + 0.08,
        name,
        ha="left",
        va="bottom",
        fontsize=12,
        color=COLOURS[kind],
        zorder=4,
    )
    return Node(box, number, at, half)


def arrow(ax, a, b, colour="#333333", bend=0.0, shift=(0.0, 0.0), **style):
    """An arrow from the edge of node `a` to the edge of node `b`."""
    (xa, ya), (xb, yb) = a.at, b.at
    across = abs(xb - xa) > abs(yb - ya)
    dx, dy = np.sign(xb - xa), np.sign(yb - ya)
    start = (xa + dx * a.half[0], ya) if across else (xa, ya + dy * a.half[1])
    end = (xb - dx * b.half[0], yb) if across else (xb, yb - dy * b.half[1])
    patch = FancyArrowPatch(
        tuple(np.add(start, shift)),
        tuple(np.add(end, shift)),
        arrowstyle="-|>",
        mutation_scale=14,
        shrinkA=1,
        shrinkB=1,
        linewidth=1.8,
        color=colour,
        connectionstyle=f"arc3,rad={bend}",
        zorder=2,
        **style,
    )
    return ax.add_patch(patch)


def bare(ax, xlim, ylim):
    """Axes for a drawing: no ticks, no frame, equal units."""
    ax.set(xlim=xlim, ylim=ylim, aspect="equal")
    ax.axis("off")


def _weight(ax, x, y, name, **where):
    ax.text(x, y, name, color="#333333", fontsize=11, zorder=5, **where)


def _column(ax, x, t, texts, half):
    """Nodes x_t, h_t and, if there is an output, y_t, with the arrows between them."""
    names = {"x": f"$x_{t}$", "h": f"$h_{t}$", "y": rf"$\hat{{y}}_{t}$"}
    kinds = [k for k in ("x", "h", "y") if k in texts]
    made = {
        k: node(ax, (x, ROWS[k] * half / 0.34), k, names[k], texts[k], (0.48, half)) for k in kinds
    }
    for below, above, weight in (("x", "h", "$W_x$"), ("h", "y", "$W_y$")):
        if above in made:
            arrow(ax, made[below], made[above])
            middle = (made[below].at[1] + made[above].at[1]) / 2
            _weight(ax, x + 0.1, middle, weight, ha="left", va="center")
    return made


def unrolled(x, h, y=None, h_0=None):
    """Figure: on the left the network as one cell with a loop, on the right the same cell once per step.

    x (T, n_x), h (T, n_h), y (T, n_y) or None: the numbers of one run of one row; h_0 (n_h,), None is zeros.
    Raises ValueError where the lengths differ.
    """
    x, h = np.atleast_2d(x), np.atleast_2d(h)
    if len(x) != len(h) or (y is not None and len(y) != len(h)):
        raise ValueError(f"x, h, y: got {len(x)} and {len(h)} steps, wanted as many of each")
    tallest = max(x.shape[1], h.shape[1], 1 if y is None else np.shape(y)[1])
    half = 0.34 if tallest == 1 else 0.17 * tallest + 0.12
    top = (3.0 if y is not None else 1.5) * half / 0.34 + half + 0.7
    width = STRIDE * len(h) + 4.6
    fig, ax = figure(8.4, min(8.4 * (top + half + 0.4) / width + 0.5, 6.5))
    bare(ax, (-0.9, width - 0.9), (-half - 0.1, top))
    rolled = _column(ax, 0, "t", {"x": "", "h": ""} | ({} if y is None else {"y": ""}), half)
    _loop(ax, rolled["h"])
    ax.text(1.75, rolled["h"].at[1], "=", fontsize=24, ha="center", va="center")
    before = node(
        ax,
        (2.9, rolled["h"].at[1]),
        "h",
        "$h_0$",
        numbers(np.zeros(h.shape[1]) if h_0 is None else h_0),
        (0.48, half),
    )
    for t in range(len(h)):
        texts = {"x": numbers(x[t]), "h": numbers(h[t])}
        texts |= {} if y is None else {"y": numbers(y[t])}
        now = _column(ax, 2.9 + STRIDE * (t + 1), t + 1, texts, half)["h"]
        arrow(ax, before, now)
        _weight(ax, now.at[0] - STRIDE / 2, now.at[1] + 0.08, "$W_h$", ha="center", va="bottom")
        before = now
    ax.set_title(f"One cell with a loop is {len(h)} copies of the cell that share their weights")
    return fig


def _loop(ax, n):
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
    _weight(ax, x + 0.35, y + 0.5, "$W_h$", ha="left", va="center")
