"""Products over all steps at once against the sums that they stand for."""

import numpy as np
import pytest

from rnn_core import one_hot, products

SHAPES = [(1,), (6,), (3, 2), (1, 1), (5, 4)]  # (B,) or (T, B)


def draw(*shape, dtype=np.float64):
    return np.random.default_rng(0).normal(size=shape).astype(dtype)


def test_rows_lie_under_each_other_step_after_step():
    a = draw(3, 2, 4)
    assert np.array_equal(products.rows(a), [a[t, b] for t in range(3) for b in range(2)])
    assert np.array_equal(products.rows(a[0]), a[0])


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (64, 2), (65, 4), (130, 70)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_matrix_is_turned_in_memory_whatever_its_rows(shape, dtype):
    W = draw(*shape, dtype=dtype)
    found = products.turned(W)
    assert found.dtype == dtype
    assert found.flags.c_contiguous
    assert np.array_equal(found, W.T)


@pytest.mark.parametrize("shape", [(2,), (1,), (5, 2), (1, 1)])
def test_a_step_and_all_steps_times_a_matrix(shape):
    a, W = draw(*shape, 3), draw(3, 4)
    wanted = np.empty((*shape, 4))
    for at in np.ndindex(shape):
        wanted[at] = a[at] @ W
    np.testing.assert_allclose(products.times(a, W), wanted, rtol=1e-13, atol=1e-13)
    out = np.empty_like(wanted)
    assert products.times(a, W, out) is out
    np.testing.assert_allclose(out, wanted, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_matrix_is_applied_to_every_step(shape):
    W, x = draw(3, 4), draw(*shape, 4)
    wanted = np.empty((*shape, 3))
    for at in np.ndindex(shape):
        wanted[at] = W @ x[at]
    np.testing.assert_allclose(products.applied(W, x), wanted, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("shape", SHAPES)
def test_outer_is_the_sum_of_outer_products(shape):
    delta, x = draw(*shape, 3), draw(*shape, 4)
    wanted = sum(np.outer(delta[at], x[at]) for at in np.ndindex(shape))
    np.testing.assert_allclose(products.outer(delta, x), wanted, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("few", [0, 2**18])
@pytest.mark.parametrize(
    ("T", "B", "n"),
    [
        (1, 1, 1),
        (1, 3, 5),
        (7, 1, 4),
        (9, 6, 3),
        (2, 2, 50),
        (40, 20, 255),
        (40, 20, 256),
        (40, 20, 300),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_symbols_count_as_one_hot_vectors_in_both_ways(monkeypatch, few, T, B, n, dtype):
    monkeypatch.setattr(products, "FEW", few)
    x = np.random.default_rng(1).integers(n, size=(T, B))
    delta = draw(T, B, 4, dtype=dtype)
    found = products.sums_by_symbol(delta, x, n)
    wanted = products.outer(one_hot(x, n, dtype), delta)
    assert found.shape == (n, 4)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, wanted, rtol=0, atol=100 * np.finfo(dtype).eps)
    assert not found[~np.isin(np.arange(n), x)].any()  # a symbol that nobody read


def test_one_hot_vectors_of_a_large_vocabulary_are_never_made():
    x = np.array([[0, 199_999]])
    found = products.sums_by_symbol(np.ones((1, 2, 3), np.float32), x, 200_000)
    assert found.sum() == 6
    assert found[199_999].tolist() == [1, 1, 1]
