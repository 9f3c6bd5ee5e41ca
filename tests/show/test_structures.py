"""The structures of lesson 06: every panel has the nodes, arrows and losses that its title says."""

import numpy as np
import pytest
from drawing import corners, faults, texts_of
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from rnn_core.show import layers, structures
from rnn_core.show.graph import COLOURS, bare
from rnn_core.show.structures import Structure, drawn, steps
from rnn_core.show.style import GRADIENT, figure


def counted(ax):
    """{kind: how many nodes} of axes, told by their colours, and how many solid and dashed arrows."""
    edges = [to_hex(p.get_edgecolor()).upper() for p in ax.patches if isinstance(p, FancyBboxPatch)]
    arrows = [p.get_linestyle() for p in ax.patches if isinstance(p, FancyArrowPatch)]
    dashed = sum(style != "-" and style != "solid" for style in arrows)
    kinds = {kind: edges.count(colour.upper()) for kind, colour in COLOURS.items()}
    return kinds, len(arrows) - dashed, dashed


@pytest.mark.parametrize(
    ("panel", "title", "nodes", "solid", "dashed"),
    [
        (0, "one to one", (1, 1, 1, 1), 3, 0),
        (1, "many to one", (4, 4, 1, 1), 4 + 3 + 2, 0),
        (2, "one to many", (1, 5, 4, 4), 1 + 4 + 8, 3),
        (3, "many to many, aligned", (4, 4, 4, 4), 4 + 3 + 8, 0),
        (4, "many to many, encoder–decoder", (2, 5, 3, 3), 2 + 4 + 6, 2),
        (5, "what the colours mean", (1, 1, 1, 1), 0, 1),
    ],
)
def test_every_panel_has_what_its_title_says(panel, title, nodes, solid, dashed):
    ax = structures().axes[panel]
    assert ax.get_title("left") == title
    assert counted(ax) == (dict(zip("xhyL", nodes, strict=True)), solid, dashed)


def test_the_losses_are_filled_and_stand_over_the_outputs():
    for ax in structures().axes:
        boxes = [p for p in ax.patches if isinstance(p, FancyBboxPatch)]
        filled = [p for p in boxes if to_hex(p.get_facecolor()).upper() == GRADIENT]
        assert filled == [p for p in boxes if to_hex(p.get_edgecolor()).upper() == GRADIENT]
        of_y = {
            p.get_x() for p in boxes if to_hex(p.get_edgecolor()).upper() == COLOURS["y"].upper()
        }
        assert {p.get_x() for p in filled} == of_y


def test_the_layers_are_wired_up_and_along():
    left, right = layers().axes
    assert counted(left) == ({"x": 3, "h": 6, "y": 3, "L": 0}, 9 + 4, 0)
    assert counted(right) == ({"x": 3, "h": 6, "y": 3, "L": 0}, 12 + 4, 0)
    along = [p._posA_posB for p in right.patches if isinstance(p, FancyArrowPatch)][-4:]
    directions = [np.sign(end[0] - start[0]) for start, end in along]
    assert directions == [1, 1, -1, -1]  # one layer reads forward, the other backward
    names = [t.get_text() for t in right.texts]
    assert [n for n in names if "arrow" in n] == [
        f"$\\over{way}arrow{{h}}_{t}$" for way in ("right", "left") for t in (1, 2, 3)
    ]


@pytest.mark.parametrize("make", [structures, layers])
def test_text_fits_and_can_be_read(make):
    fig = make()
    assert faults(fig) == []
    assert fig.get_figwidth() <= 8.8
    assert min(t.get_fontsize() for t in texts_of(fig)) >= 9
    assert all(np.ptp(corners(t), axis=0).min() > 6 for t in texts_of(fig))


def test_what_is_drawn_can_be_found_by_kind_and_column():
    fig, ax = figure(4, 3)
    bare(ax, (-1, 3), (-1, 4))
    assert steps("h", 2, 1) == {1: "$h_{1}$", 2: "$h_{2}$"}
    nodes, arrows = drawn(ax, Structure({0: "v"}, {0: "a", 1: "b"}, {0: "c", 1: "d"}, (0,)), [1])
    assert {kind: list(row) for kind, row in nodes.items()} == {
        "x": [0],
        "h": [0, 1],
        "y": [0, 1],
        "L": [1],
    }
    assert nodes["h"][1].number.get_text() == "b"
    assert {kinds: list(row) for kinds, row in arrows.items()} == {
        "hh": [0],
        "xh": [0],
        "hy": [0, 1],
        "yL": [1],
        "said": [0],
    }
    assert faults(fig) == []
