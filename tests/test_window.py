"""The network with a fixed window: its sum symbol by symbol, its gradient, and what it can and cannot know."""

import math
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import close, frozen, row_lengths
from text_models import VOCAB, V

from rnn_core import GRU, CharModel, Readout, Stacked, WindowMLP, gradcheck
from rnn_core.tree import leaves, tree_map
from rnn_core.window import NOTHING

same = np.testing.assert_array_equal


class Reading(NamedTuple):
    """A window with what it reads."""

    net: Any
    x: Any
    state: Any
    lengths: Any
    dh: Any


@st.composite
def readings(draw, lengths=None, dtype=np.float64):
    """Windows of 1 … 4 symbols, with places of the state in which nothing was read."""
    k, n_x, n_h = (draw(st.integers(1, most)) for most in (4, 4, 3))
    T, B = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    net = WindowMLP.init(rng, n_x, n_h, dtype, k)
    net = tree_map(lambda a: frozen(rng.normal(0, 0.8, a.shape).astype(dtype)), net)
    state = frozen(rng.integers(NOTHING, n_x, (B, k - 1))) if draw(st.booleans()) else None
    padded = draw(st.booleans()) if lengths is None else lengths
    ends = frozen(rng.integers(1, T + 1, B)) if padded else None
    x = frozen(rng.integers(0, n_x, (T, B)))
    return Reading(net, x, state, ends, frozen(rng.normal(size=(T, B, n_h)).astype(dtype)))


def back(case, t, row):
    """[x_t, x_{t−1}, …, x_{t−k+1}], −1 where nothing was read."""
    k = len(case.net.W)
    before = [NOTHING] * (k - 1) if case.state is None else list(case.state[row])
    read = before + list(case.x[:, row])
    return [read[t + k - 1 - j] for j in range(k)]


@given(readings())
def test_forward_is_the_equation_number_by_number(case):
    h, tape = case.net.forward(case.x, case.state, case.lengths)
    k, n_h, _ = case.net.W.shape
    assert h.shape == (*case.x.shape, n_h)
    for row, length in enumerate(row_lengths(case)):
        for t in range(length):
            for i in range(n_h):
                z = case.net.b[i]
                for W, symbol in zip(case.net.W, back(case, t, row), strict=True):
                    z += 0 if symbol == NOTHING else W[i, symbol]
                close(h[t, row, i], math.tanh(z))
        same(h[length:, row], 0)
        same(tape.state[row], back(case, length - 1, row)[: k - 1][::-1])


@given(readings())
def test_backward_is_the_sum_over_steps_symbol_by_symbol(case):
    h, tape = case.net.forward(case.x, case.state, case.lengths)
    grads, dx, dstate = case.net.backward(tape, case.dh)
    wanted = tree_map(np.zeros_like, case.net)
    for row, length in enumerate(row_lengths(case)):
        for t in range(length):
            delta = (1 - h[t, row] ** 2) * case.dh[t, row]
            wanted.b[:] += delta
            for dW, symbol in zip(wanted.W, back(case, t, row), strict=True):
                if symbol != NOTHING:
                    dW[:, symbol] += delta
    assert type(grads) is WindowMLP
    assert dx is dstate is None
    close(grads.W, wanted.W)
    close(grads.b, wanted.b)


@given(readings())
def test_gradients_agree_with_central_differences(case):
    def loss(net):
        return float((case.dh * net.forward(case.x, case.state, case.lengths)[0]).sum())

    _, tape = case.net.forward(case.x, case.state, case.lengths)
    assert gradcheck(loss, case.net, case.net.backward(tape, case.dh)[0]) < 1e-7


@given(readings(lengths=False), st.data())
def test_chunks_with_carried_state_equal_one_long_reading(case, data):
    size = data.draw(st.integers(1, len(case.x)))
    whole, tape = case.net.forward(case.x, case.state)
    state, found, total = case.state, [], tree_map(np.zeros_like, case.net)
    for at in range(0, len(case.x), size):
        h, its_tape = case.net.forward(case.x[at : at + size], state)
        found.append(h)
        state = its_tape.state
        total = tree_map(np.add, total, case.net.backward(its_tape, case.dh[at : at + size])[0])
    same(np.concatenate(found), whole)
    same(state, tape.state)
    grads = case.net.backward(tape, case.dh)[0]
    close(total.W, grads.W)  # nothing is lost at the borders: no gradient goes back through time
    close(total.b, grads.b)


@given(readings(lengths=True))
def test_what_stands_in_the_padding_changes_nothing(case):
    x, dh = case.x.copy(), case.dh.copy()
    for row, length in enumerate(case.lengths):
        x[length:, row], dh[length:, row] = case.net.n_x - 1, 1e6
    (h, tape), (h_2, tape_2) = (case.net.forward(a, case.state, case.lengths) for a in (case.x, x))
    same(h, h_2)
    same(tape.state, tape_2.state)
    one, other = case.net.backward(tape, case.dh)[0], case.net.backward(tape_2, dh)[0]
    same(one.W, other.W)
    same(one.b, other.b)


@given(readings(lengths=False))
def test_full_lengths_no_state_and_no_dh_are_what_they_stand_for(case):
    T, B = case.x.shape
    h, tape = case.net.forward(case.x, case.net.zeros(B), [T] * B)
    h_2, tape_2 = case.net.forward(case.x)
    same(h, h_2)
    same(tape.state, tape_2.state)
    same(tape.state0, np.full((B, len(case.net.W) - 1), NOTHING))
    for _, g in leaves(case.net.backward(tape)[0]):
        same(g, 0)


@given(readings(), st.integers(0, 2**32 - 1))
def test_symbols_beyond_the_window_are_forgotten(case, seed):
    k, rng = len(case.net.W), np.random.default_rng(seed)
    h, _ = case.net.forward(case.x, case.state)
    other = case.x.copy()
    other[: len(other) - k] = rng.integers(0, case.net.n_x, other[: len(other) - k].shape)
    if len(case.x) >= k:
        same(case.net.forward(other)[0][-1], h[-1])


@given(readings(dtype=np.float32))
def test_float32_stays_float32(case):
    h, tape = case.net.forward(case.x, case.state, case.lengths)
    grads, _, _ = case.net.backward(tape, case.dh)
    assert {h.dtype, grads.W.dtype, grads.b.dtype} == {np.dtype(np.float32)}
    wide = tree_map(lambda a: a.astype(float), case.net)
    close(h, wide.forward(case.x, case.state, case.lengths)[0], 1e-5)
    close(grads.W, wide.backward(wide.forward(*case[1:4])[1], case.dh.astype(float))[0].W, 1e-4)


def test_a_window_of_one_symbol_knows_the_last_alone():
    rng = np.random.default_rng(0)
    cell = WindowMLP.init(rng, V, 5, window=1)
    model = CharModel(cell, Readout.init(rng, 5, V), VOCAB)
    assert cell.zeros(3).shape == (3, 0)
    for s in range(V):
        after_it = model.next_probs([0, 1, s])
        for before in ([3, 1], [s, s], [4, 0]):
            same(model.next_probs([*before, s]), after_it)
        close(after_it, model.next_probs([s]))  # one row is multiplied otherwise than three
    y = np.tanh(cell.W[0].T + cell.b) @ model.readout.W_y.T + model.readout.c  # a row a symbol
    x = rng.integers(0, V, (6, 2))
    close(model.forward(x)[0], y[x])
    bigrams = y - np.log(np.exp(y).sum(-1, keepdims=True))
    close(model.log_prob(x[:, 0])[1:], bigrams[x[:-1, 0], x[1:, 0]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_init_draws_weights_within_one_over_root_of_the_window(dtype):
    cell, again = (WindowMLP.init(np.random.default_rng(3), 50, 20, dtype, 4) for _ in range(2))
    assert [(a.shape, a.dtype) for a in cell] == [((4, 20, 50), dtype), ((20,), dtype)]
    assert 0.49 < np.abs(cell.W).max() <= 0.5
    assert abs(cell.W.mean()) < 0.01
    same(cell.b, 0)
    same(cell.W, again.W)
    assert (cell.n_x, cell.width, cell.zeros(2).tolist()) == (50, 20, [[-1] * 3] * 2)
    assert len(WindowMLP.init(np.random.default_rng(0), 2, 2).W) == 8


def test_it_may_be_the_lowest_layer():
    rng = np.random.default_rng(0)
    cell = Stacked((WindowMLP.init(rng, V, 3, window=2), GRU.init(rng, 3, 2)))
    x, dh = rng.integers(0, V, (4, 2)), rng.normal(size=(4, 2, 2))
    _, tape = cell.forward(x)
    grads, dx, _ = cell.backward(tape, dh)
    assert dx is None
    assert gradcheck(lambda c: float((dh * c.forward(x)[0]).sum()), cell, grads) < 1e-7


def test_neither_the_symbols_nor_the_state_that_are_given_are_written_to():
    cell = WindowMLP.init(np.random.default_rng(0), V, 2, window=3)
    x, state = frozen(np.array([[1, 2], [0, 4]])), frozen(np.array([[-1, 2], [3, 4]]))
    h, tape = cell.forward(x, state)
    kept = h.copy(), tape.state.copy()
    cell.backward(tape, frozen(np.ones_like(h)))
    same(h, kept[0])
    same(tape.state, kept[1])
    same(tape.state, [[1, 0], [2, 4]])
