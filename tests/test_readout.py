"""The output layer: scores of every step, of sequences and of single steps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import Readout, gradcheck
from rnn_core.tree import leaves

close = np.testing.assert_allclose
same = np.testing.assert_array_equal

SIZES = st.tuples(*[st.integers(1, 4)] * 4)
SEEDS = st.integers(0, 2**32 - 1)


def example(sizes, seed, steps=True, dtype=np.float64):
    """(readout, h, dy), all of them read-only."""
    T, B, n_h, n_y = sizes
    rng = np.random.default_rng(seed)
    lead = (T, B) if steps else (B,)
    arrays = [
        rng.normal(size=s).astype(dtype) for s in ((n_y, n_h), (n_y,), (*lead, n_h), (*lead, n_y))
    ]
    for a in arrays:
        a.setflags(write=False)
    W_y, c, h, dy = arrays
    return Readout(W_y, c), h, dy


@given(SIZES, SEEDS, st.booleans())
def test_forward_is_the_equation_number_by_number(sizes, seed, steps):
    readout, h, _ = example(sizes, seed, steps)
    y, _ = readout.forward(h)
    assert y.shape == (*h.shape[:-1], len(readout.c))
    for at in np.ndindex(y.shape):
        wanted = sum(w * v for w, v in zip(readout.W_y[at[-1]], h[at[:-1]], strict=True))
        close(y[at], wanted + readout.c[at[-1]], rtol=1e-12, atol=1e-14)


@given(SIZES, SEEDS, st.booleans())
def test_gradients_agree_with_central_differences(sizes, seed, steps):
    readout, h, v = example(sizes, seed, steps)

    def loss(p):
        y, _ = p[0].forward(p[1])
        return float((v * y + 0.5 * y**2).sum())

    y, tape = readout.forward(h)
    assert gradcheck(loss, (readout, h), readout.backward(tape, v + y)) < 1e-7


@given(SIZES, SEEDS)
def test_a_sequence_equals_its_steps(sizes, seed):
    readout, h, dy = example(sizes, seed)
    y, tape = readout.forward(h)
    grads, dh = readout.backward(tape, dy)
    W_y, c = 0, 0
    for t in range(len(h)):
        y_t, tape_t = readout.forward(h[t])
        grads_t, dh_t = readout.backward(tape_t, dy[t])
        close(y_t, y[t], rtol=1e-13, atol=1e-15)
        close(dh_t, dh[t], rtol=1e-13, atol=1e-15)
        W_y, c = W_y + grads_t.W_y, c + grads_t.c
    close(grads.W_y, W_y, rtol=1e-12, atol=1e-13)
    close(grads.c, c, rtol=1e-12, atol=1e-13)


@given(SIZES, SEEDS)
def test_float32_stays_float32(sizes, seed):
    readout, h, dy = example(sizes, seed, dtype=np.float32)
    y, tape = readout.forward(h)
    for _, a in leaves((y, readout.backward(tape, dy))):
        assert a.dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_init_draws_weights_within_one_over_root_n_h_and_no_bias(dtype):
    readout = Readout.init(np.random.default_rng(1), 16, 50, dtype)
    assert [(a.shape, a.dtype) for a in readout] == [((50, 16), dtype), ((50,), dtype)]
    assert 0.24 < np.abs(readout.W_y).max() <= 0.25
    assert abs(readout.W_y.mean()) < 0.02
    same(readout.c, 0)
    same(readout.W_y, Readout.init(np.random.default_rng(1), 16, 50, dtype).W_y)


def test_gradients_have_the_type_of_the_readout():
    readout, h, dy = example((2, 1, 3, 2), 0)
    _, tape = readout.forward(h)
    assert type(readout.backward(tape, dy)[0]) is Readout
