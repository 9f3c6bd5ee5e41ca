"""Parameters as trees: leaves found, named, mapped; types and structure kept."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from rnn_core import RNN, ReluRNN
from rnn_core.tree import leaves, rebuild, tree_map

same = np.testing.assert_array_equal


class Model(NamedTuple):
    """Cells, and something that is no array."""

    cells: tuple
    b: np.ndarray
    name: Any


def model():
    rng = np.random.default_rng(0)
    return Model((RNN.init(rng, 1, 2), ReluRNN.init(rng, 2, 3)), np.arange(3.0), "a name")


def test_leaves_are_named_by_their_path_in_order():
    names = [name for name, _ in leaves(model())]
    assert names == [f"cells.{k}.{n}" for k in (0, 1) for n in ("W_x", "W_h", "b")] + ["b"]
    assert leaves(model(), "model")[0][0] == "model.cells.0.W_x"
    assert [n for n, _ in leaves(np.zeros(2))] == ["array"]
    assert [n for n, _ in leaves(np.zeros(2), "x")] == ["x"]
    assert leaves("no tree") == leaves(None) == leaves(3.0) == leaves(()) == []


def test_tree_map_keeps_types_structure_and_what_is_no_array():
    before = model()
    after = tree_map(lambda a: 2 * a, before)
    assert type(after) is Model
    assert [type(c) for c in after.cells] == [RNN, ReluRNN]
    assert type(after.cells) is tuple
    assert after.name == "a name"
    for (name, a), (_, b) in zip(leaves(before), leaves(after), strict=True):
        same(2 * a, b, err_msg=name)


def test_tree_map_takes_trees_side_by_side():
    p, q = model(), tree_map(np.ones_like, model())
    r = tree_map(lambda a, b, c: a - (3 * b - 2 * c), p, q, q)
    for (_, a), (_, b) in zip(leaves(p), leaves(r), strict=True):
        same(a - 1, b)
    same(tree_map(np.add, np.ones(2), np.ones(2)), [2, 2])


def test_trees_of_unequal_structure_do_not_go_side_by_side():
    with pytest.raises(ValueError, match="shorter"):
        tree_map(np.add, (np.ones(1), np.ones(1)), (np.ones(1),))


def test_rebuild_gives_named_and_plain_tuples():
    assert rebuild(("a", "b"), [1, 2]) == (1, 2)
    assert type(rebuild(model(), [1, 2, 3])) is Model
