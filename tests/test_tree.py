"""Parameters as trees: leaves found, named, mapped; types and structure kept."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from rnn_core import RNN, ReluRNN
from rnn_core.tree import arrays, leaves, rebuild, same_arrays, tree_map

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


def test_arrays_are_those_of_the_leaves():
    p = model()
    assert [id(a) for a in arrays(p)] == [id(a) for _, a in leaves(p)]
    assert arrays("no tree") == arrays(None) == arrays(()) == []
    assert len(arrays(np.zeros(2))) == 1


def test_trees_with_the_same_arrays_are_taken_whatever_else_they_are():
    p = model()
    same_arrays("grads", tree_map(np.zeros_like, p), p)
    same_arrays("grads", np.zeros(2), np.ones(2))
    same_arrays("grads", p._replace(name=None), p)
    same_arrays("grads", p._replace(cells=(ReluRNN(*p.cells[0]), p.cells[1])), p)  # named alike


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p._replace(b=p.b[:2]),
        lambda p: p._replace(b=None),
        lambda p: p._replace(cells=p.cells[:1]),
        lambda p: p._replace(cells=(tuple(p.cells[0]), p.cells[1])),  # no names
        lambda p: p._replace(cells=p.cells[::-1]),
        lambda p: p.b,
        lambda p: None,
    ],
)
def test_trees_with_other_arrays_are_refused(change):
    with pytest.raises(ValueError, match=r"grads: got .*wanted the arrays of params"):
        same_arrays("grads", change(model()), model())


def test_where_there_are_no_arrays_it_is_said():
    for params in (None, (), ("a",)):
        with pytest.raises(ValueError, match="params: got"):
            same_arrays("grads", params, params)


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
