"""Heat maps of gates: the right numbers under the right words, one scale for all, no text lost."""

import numpy as np
import pytest
from drawing import faults

from rnn_core.show import gates

SENTENCE = (
    "the child near the teachers that followed the farmers behind the children that saw the sailors "
    "and the cats that sleep here now are quiet"
)
LABELS = ("input gate $i$", "forget gate $f$", "output gate $o$", "update gate $z$")


def drawn(T=7, n_h=5, n=3, words=None):
    rng = np.random.default_rng(0)
    maps = {label: rng.random((T, n_h)) for label in LABELS[:n]}
    return gates(SENTENCE.split()[:T] if words is None else words, maps, "What they did"), maps


def test_each_gate_has_a_panel_units_down_and_words_across():
    fig, maps = drawn()
    *panels, bar = fig.axes
    assert [ax.get_title("left") for ax in panels] == list(maps)
    assert fig.get_suptitle() == "What they did"
    for ax, a in zip(panels, maps.values(), strict=True):
        (image,) = ax.images
        np.testing.assert_array_equal(image.get_array(), a.T)
        assert image.origin == "upper"
        assert tuple(image.get_extent()) == (-0.5, 6.5, 4.5, -0.5)
        assert image.get_clim() == (0, 1)
        assert image.get_cmap().name == "cividis"
    assert [t.get_text() for t in panels[-1].get_xticklabels()] == SENTENCE.split()[:7]
    assert list(panels[-1].get_xticks()) == list(range(7))
    assert panels[-1].get_xlabel() == "words in the order of reading"
    assert [t.get_text() for t in bar.get_yticklabels()] == ["0 shut", "½", "1 open"]


@pytest.mark.parametrize(
    ("n_h", "units"), [(1, [1]), (5, range(1, 6)), (8, range(1, 9)), (32, [1, 8, 16, 24, 32])]
)
def test_units_are_counted_from_one(n_h, units):
    fig, _ = drawn(n_h=n_h)
    for ax in fig.axes[:-1]:
        assert [t.get_text() for t in ax.get_yticklabels()] == list(map(str, units))
        np.testing.assert_array_equal(ax.get_yticks(), np.array(units) - 1)


@pytest.mark.parametrize("T", [1, 4, 25])
@pytest.mark.parametrize("n_h", [1, 32])
@pytest.mark.parametrize("n", [1, 2, 4])
def test_no_text_is_lost_and_every_unit_can_be_seen(T, n_h, n):
    fig, _ = drawn(T, n_h, n)
    fig.canvas.draw()
    assert faults(fig) == []
    for ax in fig.axes[:-1]:
        box = ax.get_window_extent()
        assert box.height / n_h >= 4.5 * 1.5  # CSS pixels for a unit
        assert box.width / T >= 25 * 1.5
    assert fig.get_figheight() < 11


def test_numbers_of_steps_stand_upright():
    fig, _ = drawn(T=20, words=range(1, 21))
    ax = fig.axes[-2]
    assert [t.get_text() for t in ax.get_xticklabels()] == [str(t) for t in range(1, 21)]
    assert {t.get_rotation() for t in ax.get_xticklabels()} == {0}
    assert faults(fig) == []
    assert {t.get_rotation() for t in drawn()[0].axes[-2].get_xticklabels()} == {60}


def test_the_axis_takes_words():
    fig = gates([1, 2], {"f": [[0, 1], [1, 0.5]]}, "Two steps", xlabel="step t")
    assert fig.axes[0].get_xlabel() == "step t"
    np.testing.assert_array_equal(fig.axes[0].images[0].get_array(), [[0, 1], [1, 0.5]])


@pytest.mark.parametrize(
    ("maps", "words"),
    [
        ({}, "^activations: got no gate, wanted"),
        ({"f": np.ones((3, 4))}, r"^activations: got shape \(3, 4\) of 'f', wanted \(2, n_h\)"),
        ({"f": np.ones(2)}, r"^activations: got shape \(2,\) of 'f', wanted"),
        ({"f": np.ones((2, 1, 4))}, r"^activations: got shape \(2, 1, 4\) of 'f', wanted"),
        ({"f": 0.5}, r"^activations: got shape \(\) of 'f', wanted"),
        ({"f": np.ones((2, 0))}, r"^activations: got shape \(2, 0\) of 'f', wanted .* n_h ≥ 1"),
        ({"f": np.ones((2, 3)), "i": np.ones((2, 4))}, r"\(2, 4\) of 'i', wanted .* alike"),
        ({"f": [[0.5], [1.5]]}, "^activations: got 1.5 in 'f', wanted numbers 0 … 1$"),
        ({"f": [[0.5], [-0.5]]}, "^activations: got -0.5 in 'f', wanted"),
        ({"f": [[0.5], [np.nan]]}, "^activations: got nan in 'f', wanted"),
        ({"f": [[0.5], [0.5, 1.0]]}, "^f: got rows of unequal length, wanted"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(maps, words):
    with pytest.raises(ValueError, match=words):
        gates(["a", "b"], maps, "A title")
