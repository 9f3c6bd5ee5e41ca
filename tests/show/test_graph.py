"""The graph, rolled and unrolled: the numbers of the run in its nodes, weights at every arrow."""

import numpy as np
import pytest
from drawing import corners, faults, texts_of
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from rnn_core.show import unrolled
from rnn_core.show.graph import numbers


def run(T, n_x=1, n_h=1, n_y=1, seed=0):
    """Arrays of a run of T steps: x, h and y."""
    rng = np.random.default_rng(seed)
    return tuple(rng.uniform(-2, 2, (T, n)) for n in (n_x, n_h, n_y))


def said(fig):
    """Every text of a figure in the order of drawing."""
    return [t.get_text() for t in fig.axes[0].texts]


@pytest.mark.parametrize(
    ("values", "digits", "wanted"),
    [
        (0.256, 2, "0.26"),
        (-0.256, 2, "−0.26"),
        (-0.001, 2, "0.00"),
        (0, 2, "0.00"),
        ([1, -2.5], 1, "1.0\n−2.5"),
        (np.array([[0.1], [-0.04]]), 1, "0.1\n0.0"),
    ],
)
def test_numbers_are_rounded_with_a_true_minus_and_no_negative_zero(values, digits, wanted):
    assert numbers(values, digits) == wanted


@pytest.mark.parametrize(("T", "n"), [(1, (1, 1, 1)), (2, (2, 3, 1)), (4, (1, 2, 5))])
def test_the_nodes_hold_the_numbers_of_the_run(T, n):
    x, h, y = run(T, *n)
    fig = unrolled(x, h, y)
    texts = said(fig)
    after = dict(zip(texts[1:], texts, strict=False))  # a node's number comes before its name
    for t in range(T):
        assert after[f"$x_{t + 1}$"] == numbers(x[t])
        assert after[f"$h_{t + 1}$"] == numbers(h[t])
        assert after[rf"$\hat{{y}}_{t + 1}$"] == numbers(y[t])
    assert after["$h_0$"] == numbers(np.zeros(n[1]))
    assert after["$x_t$"] == after["$h_t$"] == after[r"$\hat{y}_t$"] == ""
    assert len([p for p in fig.axes[0].patches if isinstance(p, FancyBboxPatch)]) == 3 * T + 4


@pytest.mark.parametrize("T", [1, 3])
@pytest.mark.parametrize("with_y", [True, False])
def test_every_arrow_has_its_weight(T, with_y):
    x, h, y = run(T)
    fig = unrolled(x, h, y if with_y else None)
    counted = {w: said(fig).count(f"$W_{w}$") for w in "xhy"}
    assert counted == {"x": T + 1, "h": T + 1, "y": (T + 1) * with_y}
    arrows = [p for p in fig.axes[0].patches if isinstance(p, FancyArrowPatch)]
    assert len(arrows) == sum(counted.values())
    assert any("hat" in text for text in said(fig)) == with_y


def test_the_initial_state_is_the_one_that_is_given():
    x, h, _ = run(2, n_h=2)
    assert numbers([-1.25, 0.5]) in said(unrolled(x, h, h_0=np.array([-1.25, 0.5])))


def test_the_title_counts_the_copies():
    assert [
        unrolled(*run(T)).axes[0].get_title("left").removeprefix("One cell with a loop is ")
        for T in (1, 3)
    ] == ["one copy of the cell", "3 copies of the cell that share their weights"]


@pytest.mark.parametrize("T", [1, 2, 3, 6])
@pytest.mark.parametrize("n", [(1, 1, 1), (1, 1, None), (2, 3, 1), (6, 6, 6)])
def test_text_fits_its_nodes_and_is_not_cropped(T, n):
    x, h, y = run(T, n[0], n[1], n[2] or 1)
    fig = unrolled(x, h, y if n[2] else None)
    assert faults(fig) == []
    assert fig.get_figheight() <= 6.5
    smallest = min(t.get_fontsize() for t in texts_of(fig))
    assert smallest >= 8
    assert all(np.ptp(corners(t), axis=0).min() > 8 for t in texts_of(fig))


@pytest.mark.parametrize(
    ("bad", "said_"),
    [
        ({"x": 3}, "x, h, y: got 3 and 2 and 2 steps, wanted as many of each"),
        ({"y": 1}, "x, h, y: got 2 and 2 and 1 steps"),
        ({"h": 4}, "x, h, y: got 2 and 4 and 2 steps"),
        ({"h_0": 2}, "h_0: got 2 numbers, wanted 1 like each h_t"),
    ],
)
def test_lengths_that_differ_are_refused_in_words(bad, said_):
    x, h, y = (run(bad.get(name, 2))[0] for name in "xhy")
    with pytest.raises(ValueError, match=said_):
        unrolled(x, h, y, np.zeros(bad["h_0"]) if "h_0" in bad else None)
