"""Forward mode and reverse mode are two ways to one gradient."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import cases, close, frozen

from rnn_core import RNN, LinearRNN
from rnn_core.rtrl import forward_mode
from rnn_core.tree import leaves


@given(cases(lengths=False))
def test_forward_mode_equals_reverse_mode(case):
    forward = forward_mode(case.cell, case.x, case.dh, case.state)
    _, tape = case.cell.forward(case.x, case.state)
    reverse, _, _ = case.cell.backward(tape, case.dh)
    assert type(forward) is type(case.cell)
    for (name, a), (_, b) in zip(leaves(forward), leaves(reverse), strict=True):
        close(a, b, 1e-10, name)


@given(cases(lengths=False, T=st.integers(1, 3), dtype=np.float32))
def test_forward_mode_keeps_float32(case):
    forward = forward_mode(case.cell, case.x, case.dh, case.state)
    _, tape = case.cell.forward(case.x, case.state)
    reverse, _, _ = case.cell.backward(tape, case.dh)
    for (name, a), (_, b) in zip(leaves(forward), leaves(reverse), strict=True):
        assert a.dtype == np.float32, name
        close(a, b, 1e-4, name)


def test_two_steps_of_a_scalar_by_hand():
    # h_1 = 0.5, h_2 = 1 + 2 · 0.5 = 2 in a linear unit with W_x = 1, W_h = 2; L = h_1 + 3 h_2
    cell = LinearRNN(np.array([[1.0]]), np.array([[2.0]]), np.zeros(1))
    x = np.array([0.5, 1.0]).reshape(2, 1, 1)
    grads = forward_mode(cell, x, np.array([1.0, 3.0]).reshape(2, 1, 1))
    assert [float(g.item()) for g in grads] == [0.5 + 3 * (1 + 2 * 0.5), 3 * 0.5, 1 + 3 * 3]


def test_forward_mode_needs_no_later_step():
    # the gradient of the first steps is the same whatever comes after them
    rng = np.random.default_rng(0)
    cell, x = RNN.init(rng, 2, 3), rng.normal(size=(6, 2, 2))
    dh = rng.normal(size=(6, 2, 3))
    dh[4:] = 0
    for a, b in zip(forward_mode(cell, x, dh), forward_mode(cell, x[:4], dh[:4]), strict=True):
        np.testing.assert_array_equal(a, b)


def test_forward_mode_changes_nothing_that_it_is_given():
    rng = np.random.default_rng(0)
    cell = RNN(*(frozen(a) for a in RNN.init(rng, 2, 3)))
    x, dh, state = (frozen(rng.normal(size=s)) for s in [(4, 2, 2), (4, 2, 3), (2, 3)])
    forward_mode(cell, x, dh, state)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"x": np.ones((4, 2, 5))}, r"x: got shape \(4, 2, 5\), wanted \(T, B, 2\)"),
        ({"dh": np.ones((4, 1, 3))}, r"dh: got shape \(4, 1, 3\), wanted \(4, 2, 3\) like h"),
        ({"dh": np.ones((4, 2, 3)) * np.nan}, r"dh: got nan"),
        ({"state": np.ones(3)}, r"state: got shape \(3,\), wanted \(2, 3\)"),
    ],
)
def test_bad_input_is_refused_in_words(bad, said):
    good = {"x": np.ones((4, 2, 2)), "dh": np.ones((4, 2, 3)), "state": np.ones((2, 3))}
    cell = RNN.init(np.random.default_rng(0), 2, 3)
    forward_mode(cell, **good)
    with pytest.raises(ValueError, match=said):
        forward_mode(cell, **good | bad)
