"""What comes in and what goes out, and when: the structures of lesson 06 as small unrolled graphs."""

from itertools import pairwise
from typing import NamedTuple

from matplotlib.patches import FancyArrowPatch

from .graph import arrow, bare, node
from .style import GRADIENT, PALE, figure

ROWS = {"x": 0.0, "h": 1.0, "y": 2.0, "L": 3.0}
HALF = (0.29, 0.26)


class Structure(NamedTuple):
    """Which nodes there are: {column: name in mathtext} for each kind, and where a symbol said is read again."""

    x: dict
    h: dict
    y: dict
    said: tuple = ()  # columns whose output the next column reads


def steps(letter, n, first=0.0):
    """{column: letter_1}, {column + 1: letter_2}, … in one dictionary of n."""
    return {first + k: f"${letter}_{{{k + 1}}}$" for k in range(n)}


def said(ax, y, h):
    """The dashed arrow from an output to the state of the next step, which reads it."""
    start = (y.at[0] + y.half[0], y.at[1] - 0.6 * y.half[1])
    end = (h.at[0] - 0.8 * h.half[0], h.at[1] + h.half[1])
    patch = FancyArrowPatch(
        start,
        end,
        arrowstyle="-|>",
        mutation_scale=11,
        shrinkA=1,
        shrinkB=1,
        linewidth=1.3,
        linestyle=(0, (3, 2)),
        color=PALE,
        zorder=1.5,
    )
    return ax.add_patch(patch)


def drawn(ax, structure, losses=(), size=10, half=HALF):
    """{kind: {column: Node}} and {kind of arrow: {column: arrow}} of a structure, a loss above each of `losses`."""
    names = structure._asdict() | {"L": dict.fromkeys(losses, "$L$")}
    nodes = {
        kind: {c: node(ax, (c, row), kind, "", names[kind][c], half, size) for c in names[kind]}
        for kind, row in ROWS.items()
    }
    for loss in nodes["L"].values():
        _mark(loss)
    arrows = {"hh": {c: arrow(ax, nodes["h"][c], n) for c, n in _next(nodes["h"])}}
    for below, above in ("xh", "hy", "yL"):
        both = nodes[below].keys() & nodes[above].keys()
        arrows[below + above] = {
            c: arrow(ax, nodes[below][c], nodes[above][c]) for c in sorted(both)
        }
    arrows["said"] = {c: said(ax, nodes["y"][c], nodes["h"][c + 1]) for c in structure.said}
    return nodes, arrows


def _mark(loss):
    loss.box.set_facecolor(GRADIENT)
    loss.number.set_color("white")


def _next(row):
    """(column, the node after it) for all but the last."""
    return [(c, row[c + 1]) for c in row if c + 1 in row]


def _panels():
    """(title, caption, structure, columns of the losses)."""
    four, last = [t + 0.5 for t in range(4)], 3.5
    x, h, y = (steps(letter, 4, 0.5) for letter in ("x", "h", r"\hat{y}"))
    many_y = {c + 0.5: name for c, name in y.items()}  # beside h_0
    from_v = {0.0: "$h_0$"} | {c + 0.5: name for c, name in h.items()}
    encoded = steps("m", 2) | steps("h", 3, 2.0)
    one = {
        kind: {2.0: name} for kind, name in zip("xhy", ("$x$", "$h$", r"$\hat{y}$"), strict=True)
    }
    return [
        ("one to one", "no time: a picture → its class", Structure(**one), [2.0]),
        ("many to one", "a review → good or bad", Structure(x, h, {last: y[last]}), [last]),
        (
            "one to many",
            "a picture → a caption",
            Structure({0.0: "$v$"}, from_v, many_y, (1.0, 2.0, 3.0)),
            list(many_y),
        ),
        ("many to many, aligned", "words → a tag for each", Structure(x, h, y), four),
        (
            "many to many, encoder–decoder",
            "a date → the same in other words",
            Structure(steps("x", 2), encoded, steps(r"\hat{y}", 3, 2.0), (2.0, 3.0)),
            [2.0, 3.0, 4.0],
        ),
    ]


def structures():
    """Figure: one to one, many to one, one to many, both kinds of many to many; where input, output and loss sit."""
    fig, axes = figure(8.8, 5.7, nrows=2, ncols=3)
    *panels, key = axes.ravel()
    for ax, (title, caption, structure, losses) in zip(panels, _panels(), strict=True):
        bare(ax, (-0.5, 4.5), (-1.0, 3.4))
        ax.set_title(title, fontsize=11)
        drawn(ax, structure, losses)
        ax.text(2.0, -0.45, caption, ha="center", va="top", fontsize=9, color=PALE)
    encoder_decoder = panels[-1]
    for x, y, word in ((0.5, 1.75, "encoder"), (3.0, 0.3, "decoder")):
        encoder_decoder.text(x, y, word, ha="center", va="center", fontsize=9.5, color="#333333")
    _key(key)
    return fig


def _key(ax):
    bare(ax, (-0.5, 4.5), (-1.0, 3.4))
    words = {
        "x": "what comes in",
        "h": "state",
        "y": "what goes out",
        "L": "loss: target against output",
    }
    for kind, name in (("x", "$x$"), ("h", "$h$"), ("y", r"$\hat{y}$"), ("L", "$L$")):
        made = node(ax, (0.0, ROWS[kind]), kind, "", name, HALF, 10)
        ax.text(0.5, ROWS[kind], words[kind], ha="left", va="center", fontsize=9.5)
    _mark(made)
    ax.set_title("what the colours mean", fontsize=11)
    patch = FancyArrowPatch(
        (-0.3, -0.7),
        (0.4, -0.7),
        arrowstyle="-|>",
        mutation_scale=11,
        linewidth=1.3,
        linestyle=(0, (3, 2)),
        color=PALE,
    )
    ax.add_patch(patch)
    ax.text(0.5, -0.7, "said here, read at the next step", ha="left", va="center", fontsize=9.5)


def layers():
    """Figure: two layers, where each h is the x of the next one up; and two directions, which y_t sees both."""
    fig, (left, right) = figure(8.8, 3.6, ncols=2)
    _stacked(left)
    _bidirectional(right)
    return fig


def _row(ax, kind, y, names, first=0.0, stride=1.5):
    return [
        node(ax, (first + stride * k, y), kind, "", name, (0.32, 0.3), 10)
        for k, name in enumerate(names)
    ]


def _along(ax, row):
    for a, b in pairwise(row):
        arrow(ax, a, b)


def _names(text, T=3):
    return [f"${text.replace('#', str(t + 1))}$" for t in range(T)]


def _stacked(ax):
    bare(ax, (-1.9, 3.8), (-0.4, 3.7))
    rows = [
        _row(ax, kind, 1.1 * k, _names(name))
        for k, (kind, name) in enumerate(
            [("x", "x_#"), ("h", "h^{(1)}_#"), ("h", "h^{(2)}_#"), ("y", r"\hat{y}_#")]
        )
    ]
    for below, above in pairwise(rows):
        for a, b in zip(below, above, strict=True):
            arrow(ax, a, b)
    for k, word in ((1, "layer 1"), (2, "layer 2")):
        _along(ax, rows[k])
        ax.text(-0.6, 1.1 * k, word, ha="right", va="center", fontsize=10)
    ax.set_title("stacked: the h of one layer is the x of the next", fontsize=11)


def _bidirectional(ax):
    bare(ax, (-1.9, 3.8), (-0.4, 3.7))
    shift = 0.36
    x = _row(ax, "x", 0.0, _names("x_#"))
    ahead = _row(ax, "h", 1.1, _names(r"\overrightarrow{h}_#"), -shift)
    behind = _row(ax, "h", 2.2, _names(r"\overleftarrow{h}_#"), shift)
    y = _row(ax, "y", 3.3, _names(r"\hat{y}_#"))
    for t in range(3):
        for a, b in ((x[t], ahead[t]), (x[t], behind[t]), (ahead[t], y[t]), (behind[t], y[t])):
            arrow(ax, a, b)
    _along(ax, ahead)
    _along(ax, behind[::-1])
    for at, word in ((1.1, "reads\nforward"), (2.2, "reads\nbackward")):
        ax.text(-0.85, at, word, ha="right", va="center", fontsize=10)
    ax.set_title(r"bidirectional: $\hat{y}_t$ knows past and future", fontsize=11)
