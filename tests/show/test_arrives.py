"""Lesson 06's explorer: the bars are the norms of backpropagation, the graph is the structure that was asked for."""

from itertools import pairwise

import numpy as np
import pytest
from explorers import live
from matplotlib.colors import to_rgb

from rnn_core import GRU, LSTM, RNN, squared_error
from rnn_core.readout import Readout
from rnn_core.show import gradient_arrives
from rnn_core.show.arrives import CELLS, HIGHEST, LOSSES, LOWEST, STRUCTURES, _cell, _felt, _norms

LAST, EVERY = LOSSES


def put(**values):
    """The explorer at a setting, and what it says."""
    explorer = live("gradient_arrives")
    start = {c["name"]: c["start"] for c in explorer.controls}
    return explorer, explorer.set(**start | values)


def seen(explorer):
    """({column: height of its bar}, {column: height of its marker}, names under the bars)."""
    bottom = explorer._fig.axes[1]
    bars = {c: LOWEST + b.get_height() for c, b in enumerate(bottom.patches) if b.get_visible()}
    return bars, dict(bottom.lines[0].get_xydata()), [t.get_text() for t in bottom.texts]


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("cell", CELLS)
def test_bars_and_markers_are_the_norms_relative_to_the_last(structure, loss, cell):
    explorer, _ = put(structure=structure, loss=loss, cell=cell, size=0.6)
    all_, own = (_norms(structure, which, cell, 0.6) for which in (loss, LAST))
    columns = list(STRUCTURES[structure].h)
    bars, markers, names = seen(explorer)
    assert list(bars) == list(markers) == columns
    np.testing.assert_allclose(list(bars.values()), all_ / all_[-1])
    np.testing.assert_allclose(list(markers.values()), own / own[-1])
    assert [n for n in names if n] == list(STRUCTURES[structure].h.values())


def test_every_value_at_every_setting_is_within_the_axes():
    sizes = [round(0.3 + 0.05 * k, 2) for k in range(27)]
    for structure in STRUCTURES:
        for loss in LOSSES:
            for cell in CELLS:
                for size in sizes:
                    norms = _norms(structure, loss, cell, size)
                    assert (norms / norms[-1]).min() > LOWEST
                    assert (norms / norms[-1]).max() < HIGHEST


def graph_of(explorer):
    """{kind: columns shown} of nodes and {kinds: columns shown} of arrows."""
    top = explorer._fig.axes[0]
    nodes, arrows = {}, {}
    moving = {id(a) for a in explorer._moving}
    rows = {0: "x", 1: "h", 2: "y", 3: "L"}
    for patch in top.patches:
        if not patch.get_visible():
            continue
        if hasattr(patch, "get_width"):
            column = round(patch.get_x() + patch.get_width() / 2)
            nodes.setdefault(rows[round(patch.get_y() + patch.get_height() / 2)], []).append(column)
        else:
            (a, b), (c, d) = patch._posA_posB
            if abs(c - a) > abs(d - b):
                kind = "hh"
            else:
                kind = f"{rows[round(b - 0.27)]}{rows[round(d + 0.27)]}" if d > b else "said"
            column = round(a - 0.3) if kind in ("hh", "said") else round(a)
            arrows.setdefault(kind, []).append(column)
            assert id(patch) in moving or (kind == "hh" and column > 0)
    return nodes, arrows


ALL = list(range(1, 11))


@pytest.mark.parametrize(
    ("structure", "loss", "nodes", "said"),
    [
        ("many to one", LAST, (ALL, ALL, [10], [10]), []),
        ("many to one", EVERY, (ALL, ALL, ALL, ALL), []),
        ("one to many", LAST, ([0], [0, *ALL], ALL, [10]), ALL[:-1]),
        ("one to many", EVERY, ([0], [0, *ALL], ALL, ALL), ALL[:-1]),
        ("many to many", LAST, (ALL, ALL, ALL, [10]), []),
        ("many to many", EVERY, (ALL, ALL, ALL, ALL), []),
        ("encoder–decoder", LAST, ([0, *ALL[:4]], [0, *ALL], ALL[4:], [10]), ALL[4:-1]),
        ("encoder–decoder", EVERY, ([0, *ALL[:4]], [0, *ALL], ALL[4:], ALL[4:]), ALL[4:-1]),
    ],
)
def test_the_graph_is_the_structure_with_its_losses(structure, loss, nodes, said):
    explorer, _ = put(structure=structure, loss=loss)
    shown, arrows = graph_of(explorer)
    assert shown == dict(zip("xhyL", nodes, strict=True))
    x, h, y, losses = nodes
    wanted = {"hh": h[:-1], "xh": x, "hy": y, "yL": losses, "said": said}
    assert arrows == {kinds: columns for kinds, columns in wanted.items() if columns}
    words = [t for t in explorer._fig.axes[0].texts if t.get_text() in ("encoder", "decoder")]
    assert {t.get_visible() for t in words} == {structure == "encoder–decoder"}


def test_a_state_is_the_darker_the_more_arrives():
    for size, white in ((0.6, 0), (0.3, 4)):
        explorer, _ = put(size=size)
        boxes = [p for p in explorer._fig.axes[0].patches if hasattr(p, "get_width")]
        states = [
            p for p in boxes if p.get_visible() and round(p.get_y() + p.get_height() / 2) == 1
        ]
        green = [to_rgb(p.get_facecolor())[1] for p in states]
        assert len(green) == 10
        assert green[:white] == [1.0] * white  # less than a thousandth
        assert all(a > b for a, b in pairwise(green[white:]))


def test_many_to_one_with_a_loss_at_every_step_is_many_to_many():
    for loss in LOSSES:
        np.testing.assert_array_equal(
            _norms("many to one", loss, "GRU", 0.8), _norms("many to many", loss, "GRU", 0.8)
        )
    _, said = put(structure="many to one", loss=EVERY)
    assert "this is many to many" in said
    _, said = put(structure="many to many", loss=EVERY)
    assert "this is" not in said


def test_the_weights_have_the_size_that_is_asked_for():
    for name, kind, blocks in (("RNN", RNN, 1), ("GRU", GRU, 3), ("LSTM", LSTM, 4)):
        cell = _cell(np.random.default_rng(0), name, 0.7)
        assert type(cell) is kind
        for block in np.split(cell.W_h, blocks):
            np.testing.assert_allclose(np.linalg.svd(block)[1], 0.7)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_loss_is_felt_where_it_sits(loss):
    rng = np.random.default_rng(0)
    readout, h, target = Readout.init(rng, 3, 2), rng.normal(size=(4, 2, 3)), np.ones((4, 2, 2))
    y, tape = readout.forward(h)
    dh = _felt(readout, y, tape, target, loss)
    whole = readout.backward(tape, squared_error(y, target)[1])[1]
    np.testing.assert_array_equal(dh[-1], whole[-1])
    np.testing.assert_array_equal(dh[:-1], whole[:-1] if loss == EVERY else 0)


@pytest.mark.parametrize("structure", ["one to many", "encoder–decoder"])
@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_goes_on_where_one_part_meets_the_other(structure, cell):
    # with a loss at the last step it changes slowly, by no more than W_h and the gates can do in a step
    norms = _norms(structure, LAST, cell, 0.9)
    assert len(norms) == 11
    ratios = norms[:-1] / norms[1:]
    assert ratios.min() > 0.3
    assert ratios.max() < 1.1


def test_the_sentences_say_what_arrives_at_the_first_state():
    assert gradient_arrives().summary == (
        "Many to one, RNN, |λ| of W_h = 0.90: the gradient reaches step 1 with 6.6 % of its size at step 10."
    )
    _, said = put(structure="encoder–decoder", loss=EVERY, cell="GRU", size=0.9)
    assert said.startswith(
        "Encoder–decoder, GRU, |λ| of W_h = 0.90: the gradient at the encoder's step 1 has "
    )
    assert "but the loss at the decoder's step 6 alone brings 0.74 % there." in said
    _, said = put(structure="one to many", size=0.3)
    assert "reaches h_0 with 1.7 × 10⁻⁴ % of its size at step 10." in said
