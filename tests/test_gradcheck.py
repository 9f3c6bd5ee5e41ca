"""The gradient check itself: it must pass what is right and, above all, fail what is wrong."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import RNN, gradcheck, numerical_gradient
from rnn_core.tree import leaves, tree_map

close = np.testing.assert_allclose
same = np.testing.assert_array_equal


class Pair(NamedTuple):
    """A matrix and a vector."""

    A: np.ndarray
    v: np.ndarray


def pair(seed=0, m=3, n=2):
    rng = np.random.default_rng(seed)
    return Pair(rng.normal(size=(m, n)), rng.normal(size=n))


def f(p):
    """Σ sin(A v)"""
    return np.sin(p.A @ p.v).sum()


def df(p):
    cos = np.cos(p.A @ p.v)
    return Pair(np.outer(cos, p.v), p.A.T @ cos)


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 4))
def test_a_right_gradient_passes(seed, m, n):
    p = pair(seed, m, n)
    assert gradcheck(f, p, df(p)) < 1e-7
    for (name, a), (_, b) in zip(leaves(numerical_gradient(f, p)), leaves(df(p)), strict=True):
        close(a, b, rtol=1e-7, atol=1e-9, err_msg=name)


@pytest.mark.parametrize(
    ("mistake", "change"),
    [
        ("sign", lambda g: g._replace(v=-g.v)),
        ("factor 2", lambda g: g._replace(A=2 * g.A)),
        ("0.1 % off", lambda g: g._replace(A=1.001 * g.A)),
        ("one number of the last array", lambda g: g._replace(v=g.v + np.eye(2)[1])),
        ("one number of the first array", lambda g: g._replace(A=g.A + np.eye(3, 2))),
        ("all zero", lambda g: tree_map(np.zeros_like, g)),
        ("rows in another order", lambda g: g._replace(A=g.A[::-1])),
    ],
)
def test_a_wrong_gradient_fails(mistake, change):
    p = pair()
    assert gradcheck(f, p, change(df(p))) > 5e-4, mistake


def test_a_transposed_square_matrix_fails():
    A, v = np.random.default_rng(1).normal(size=(3, 3)), np.arange(3.0)
    right = np.outer(np.ones(3), v)
    assert gradcheck(lambda p: (p @ v).sum(), A, right) < 1e-7
    assert gradcheck(lambda p: (p @ v).sum(), A, right.T) > 0.1


def test_the_measure_is_the_one_of_the_docstring():
    def distance(g):
        return gradcheck(lambda p: 3 * p.sum(), np.ones(1), np.array([g]))

    assert distance(4.0) == pytest.approx(1 / 4, rel=1e-9)
    assert distance(2.0) == pytest.approx(1 / 3, rel=1e-9)
    assert distance(-3.0) == pytest.approx(2, rel=1e-9)

    def floored(L, g):
        return gradcheck(lambda p: L + 0 * p.sum(), np.ones(1), np.array([g]))

    assert floored(0.5, 1e-5) == pytest.approx(0.1, rel=1e-9)
    assert floored(-200.0, 1e-5) == pytest.approx(5e-4, rel=1e-9)
    assert floored(0.5, 0.0) == 0


def test_the_largest_over_all_arrays_counts():
    p = pair()
    g = df(p)
    for worse in (g._replace(A=1.5 * g.A, v=1.1 * g.v), g._replace(A=1.1 * g.A, v=1.5 * g.v)):
        assert gradcheck(f, p, worse) == pytest.approx(1 / 3, rel=1e-6)


def test_parameters_are_neither_written_to_nor_left_changed():
    p = pair()
    for a in p:
        a.setflags(write=False)
    before = tree_map(np.copy, p)
    seen = []

    def watched(q):
        seen.append(tree_map(np.copy, q))
        return f(q)

    gradcheck(watched, p, df(p))
    for a, b in zip(p, before, strict=True):
        same(a, b)
    assert len(seen) == 1 + 2 * (p.A.size + p.v.size)
    for q in seen[1:]:  # one number at a time, everything else in its place
        assert sum(int((a != b).sum()) for a, b in zip(p, q, strict=True)) == 1


@pytest.mark.parametrize("layout", [np.transpose, np.asfortranarray, lambda a: a[::2, ::-1]])
def test_the_layout_in_memory_does_not_matter(layout):
    A = layout(np.random.default_rng(2).normal(size=(4, 4)))
    weights = np.arange(float(A.size)).reshape(A.shape)
    close(numerical_gradient(lambda a: (weights * a).sum(), A), weights, rtol=1e-8, atol=1e-9)


def test_the_type_of_the_parameters_comes_back():
    cell = RNN.init(np.random.default_rng(0), 2, 3)
    nested = (cell, np.ones((2, 2)))
    got = numerical_gradient(lambda p: p[0].W_x.sum() + p[1].sum() + 0 * p[0].b.sum(), nested)
    assert type(got) is tuple
    assert type(got[0]) is RNN
    for (name, a), wanted in zip(leaves(got), (1, 0, 0, 1), strict=True):
        close(a, wanted, atol=1e-9, err_msg=name)


def test_a_matrix_a_vector_and_a_single_number_are_parameters():
    for shape in [(), (1,), (2, 3), (1, 2, 1)]:
        p = np.full(shape, 0.5)
        close(numerical_gradient(lambda a: (a**2).sum(), p), np.ones(shape), rtol=1e-8)


def test_a_chosen_step_is_taken_and_the_default_is_near_the_best():
    p = np.array([1.0])

    def error(step):
        return abs(float(numerical_gradient(np.exp, p.reshape(()), step)) - np.e)

    assert error(1e-2) == pytest.approx(np.e * 1e-4 / 6, rel=1e-3)
    assert error(None) < 1e-9
    assert error(None) < error(1e-3)
    assert error(None) < error(1e-11)


def test_float32_parameters_are_stepped_in_float32():
    p = np.array([0.5, -1.0], np.float32)
    got = numerical_gradient(lambda a: (a**3).sum(), p)
    assert got.dtype == np.float32
    close(got, 3 * p**2, rtol=1e-3)
