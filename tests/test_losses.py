"""Losses: their definitions term by term, their gradients, and what lengths and reductions count."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import cross_entropy, gradcheck, sigmoid, softmax, squared_error
from rnn_core.losses import log_softmax

close = np.testing.assert_allclose
same = np.testing.assert_array_equal

REDUCTIONS = st.sampled_from(["sum", "mean"])


@st.composite
def scores(draw, steps=None, dtype=np.float64):
    """(y, numbers as target, symbols as target, lengths or None), all of them read-only."""
    steps = draw(st.booleans()) if steps is None else steps
    T, B, n_y = draw(st.integers(1, 5)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    lead = (T, B) if steps else (B,)
    lengths = rng.integers(1, T + 1, B) if steps and draw(st.booleans()) else None
    y, numbers = rng.normal(size=(2, *lead, n_y)).astype(dtype)
    symbols = rng.integers(0, n_y, lead)
    for a in (y, numbers, symbols, lengths):
        if a is not None:
            a.setflags(write=False)
    return y, numbers, symbols, lengths


def counted(y, lengths):
    """The positions that count."""
    return [at for at in np.ndindex(y.shape[:-1]) if lengths is None or at[0] < lengths[at[1]]]


@given(scores(), REDUCTIONS)
def test_squared_error_is_the_sum_of_squares(example, reduction):
    y, target, _, lengths = example
    terms = [
        (float(a) - float(b)) ** 2
        for at in counted(y, lengths)
        for a, b in zip(y[at], target[at], strict=True)
    ]
    loss, dy = squared_error(y, target, lengths, reduction)
    assert type(loss) is float
    assert loss == pytest.approx(sum(terms) / (len(terms) if reduction == "mean" else 1), rel=1e-12)
    assert dy.shape == y.shape
    assert squared_error(y, y, lengths, reduction)[0] == 0


@given(scores(), REDUCTIONS)
def test_cross_entropy_is_the_surprise_at_the_targets(example, reduction):
    z, _, target, lengths = example
    terms = [
        math.log(sum(math.exp(v) for v in z[at])) - float(z[at][target[at]])
        for at in counted(z, lengths)
    ]
    loss, dz = cross_entropy(z, target, lengths, reduction)
    assert type(loss) is float
    assert loss == pytest.approx(
        sum(terms) / (len(terms) if reduction == "mean" else 1), rel=1e-12, abs=1e-14
    )
    assert dz.shape == z.shape


@given(scores(), REDUCTIONS)
def test_gradients_agree_with_central_differences(example, reduction):
    y, numbers, symbols, lengths = example
    for loss, target in ((squared_error, numbers), (cross_entropy, symbols)):
        _, dy = loss(y, target, lengths, reduction)
        assert gradcheck(lambda v, f=loss, t=target: f(v, t, lengths, reduction)[0], y, dy) < 1e-7


@given(scores(steps=True), REDUCTIONS)
def test_padding_changes_nothing(example, reduction):
    y, numbers, symbols, lengths = example
    lengths = np.full(y.shape[1], 1) if lengths is None else lengths
    beyond = np.arange(len(y))[:, None] >= lengths
    y_padded, numbers_padded, symbols_padded = y.copy(), numbers.copy(), symbols.copy()
    y_padded[beyond], numbers_padded[beyond], symbols_padded[beyond] = 1e6, -1e6, 0
    for loss, target, padded in (
        (squared_error, numbers, numbers_padded),
        (cross_entropy, symbols, symbols_padded),
    ):
        value, dy = loss(y, target, lengths, reduction)
        value_padded, dy_padded = loss(y_padded, padded, lengths, reduction)
        assert value == value_padded
        same(dy, dy_padded)
        same(dy[beyond], 0)


@given(scores(), REDUCTIONS)
def test_full_lengths_equal_no_lengths(example, reduction):
    y, numbers, symbols, _ = example
    if y.ndim == 3:
        T, B = y.shape[:2]
        for loss, target in ((squared_error, numbers), (cross_entropy, symbols)):
            value, dy = loss(y, target, reduction=reduction)
            value_full, dy_full = loss(y, target, [T] * B, reduction)
            assert value == value_full
            same(dy, dy_full)


@given(scores(dtype=np.float32), REDUCTIONS)
def test_float32_gradients_are_float32_and_agree_with_float64(example, reduction):
    y, numbers, symbols, lengths = example
    for loss, target in ((squared_error, numbers), (cross_entropy, symbols)):
        value, dy = loss(y, target, lengths, reduction)
        wide = target.astype(float) if target is numbers else target
        value_wide, dy_wide = loss(y.astype(float), wide, lengths, reduction)
        assert dy.dtype == np.float32
        assert value == pytest.approx(value_wide, rel=1e-5, abs=1e-6)
        close(dy, dy_wide, rtol=1e-5, atol=1e-6)


def test_squared_error_sums_by_default_and_cross_entropy_averages():
    y = np.array([[[1.0, 0.0]], [[0.0, 3.0]]])
    assert squared_error(y, np.zeros_like(y))[0] == 10
    assert squared_error(y, np.zeros_like(y), reduction="mean")[0] == 2.5
    assert squared_error(y, np.zeros_like(y), lengths=[1], reduction="mean")[0] == 0.5
    zero, target = np.zeros((2, 1, 2)), np.zeros((2, 1), int)
    assert cross_entropy(zero, target)[0] == pytest.approx(math.log(2), rel=1e-15)
    assert cross_entropy(zero, target, reduction="sum")[0] == pytest.approx(
        2 * math.log(2), rel=1e-15
    )
    assert cross_entropy(zero, target, lengths=[1])[0] == pytest.approx(math.log(2), rel=1e-15)


@pytest.mark.parametrize("n", [1, 2, 65])
def test_a_uniform_guess_over_n_symbols_costs_ln_n(n):
    loss, dz = cross_entropy(np.full((3, 2, n), 7.0), np.zeros((3, 2), int))
    assert loss == pytest.approx(math.log(n), rel=1e-14, abs=1e-15)
    close(dz.sum(-1), 0, atol=1e-16)


def test_cross_entropy_of_large_scores_overflows_nowhere():
    z = np.array([[1e4, 0.0], [0.0, 1e4], [-1e4, 1e4]])
    loss, dz = cross_entropy(z, np.array([0, 0, 1]), reduction="sum")
    assert loss == 1e4
    same(dz, [[0, 0], [-1, 1], [0, 0]])


@given(st.integers(1, 6), st.integers(0, 2**32 - 1), st.floats(-1e3, 1e3))
def test_softmax_is_a_distribution_that_a_shift_does_not_change(n, seed, shift):
    z = np.random.default_rng(seed).normal(0, 3, (2, 3, n))
    p = softmax(z)
    close(p.sum(-1), 1, rtol=1e-14)
    assert (p > 0).all()
    close(softmax(z + shift), p, rtol=1e-9)
    close(p, np.exp(z) / np.exp(z).sum(-1, keepdims=True), rtol=1e-12)


def test_softmax_of_large_scores_overflows_nowhere():
    same(softmax(np.array([1e4, -1e4])), [1, 0])


@given(st.integers(1, 6), st.integers(0, 2**32 - 1), st.floats(-1e3, 1e3))
def test_log_softmax_is_the_logarithm_of_softmax(n, seed, shift):
    z = np.random.default_rng(seed).normal(0, 3, (2, 3, n))
    close(log_softmax(z), np.log(softmax(z)), rtol=1e-12, atol=1e-14)
    close(log_softmax(z + shift), log_softmax(z), rtol=1e-9, atol=1e-12)
    assert (log_softmax(z) <= 0).all()
    assert log_softmax(z.astype(np.float32)).dtype == np.float32


def test_log_softmax_is_finite_where_softmax_is_0():
    z = np.array([[1e4, 0.0, -1e4], [-1e308, 0.0, 0.0]])
    assert (softmax(z) == 0).any(axis=-1).all()
    close(log_softmax(z), [[0, -1e4, -2e4], [-1e308, -np.log(2), -np.log(2)]])


def test_sigmoid_is_its_definition_and_overflows_nowhere():
    z = np.linspace(-30, 30, 241)
    close(sigmoid(z), 1 / (1 + np.exp(-z)), rtol=1e-12, atol=1e-15)
    close(sigmoid(z) + sigmoid(-z), 1, rtol=1e-15)
    same(sigmoid(np.array([-1e4, 0.0, 1e4])), [0, 0.5, 1])
    assert sigmoid(np.zeros(2, np.float32)).dtype == np.float32
