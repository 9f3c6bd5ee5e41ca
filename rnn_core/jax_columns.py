"""LSTM and GRU under JAX for training: the numbers of `jax_twin.layer` and of its gradient, sooner.

As in the mathematics a sequence of the batch is a column here, h_t (n_h, B), and each block of gates has an array of
its own, a_t + W h_{t−1} with a_t = W_x x_t + b. With few units it takes as long as a scan and its gradient; what
makes it quicker with some 128 units and more:

* The weight stands left in every product, which on processors suits XLA best. For the way back Wᵀ is laid out once.
* δ_t of the blocks need not be put together in every step, which would be a loop over them all by itself.
* W_h is held fixed on the way back, which thus finds δ = ∂L/∂a alone; ∂L/∂W_h = Σ_t δ_t h_{t−1}ᵀ is one product after
  it, as in the core. The gradient of a scan adds to all of ∂L/∂W_h at every step.
* Only what tanh and σ gave is kept of a step (for a GRU W h, too), and the rest of it computed anew.

JAX finds the way back of a step all the same. Two prices: this cannot be differentiated forward (`jax.jvp`), and with
the rows of a batch on several devices its products would need all of δ on each of them. It needs JAX to be imported.
"""

import functools

import jax
from jax import lax
from jax import numpy as jnp

from .gated import GRU, LSTM


def step_lstm(from_h, state, a):
    """c_t = f ⊙ c_{t−1} + i ⊙ g, h_t = o ⊙ tanh c_t; a: the four blocks; returns (state, output) for `lax.scan`."""
    h, c = state
    i, f, g, o = (a_k + m_k for a_k, m_k in zip(a, from_h(h), strict=True))
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


def step_gru(from_h, h, a):
    """h_t = z ⊙ h_{t−1} + (1 − z) ⊙ n, r after W_h; a: the three blocks, and the bias of W_h for n."""
    a_r, a_z, a_n, b_n = a
    m_r, m_z, m_n = from_h(h)
    r, z = jax.nn.sigmoid(a_r + m_r), jax.nn.sigmoid(a_z + m_z)
    h = z * h + (1 - z) * jnp.tanh(a_n + r * (m_n + b_n))
    return h, h


STEPS = {LSTM: step_lstm, GRU: step_gru}
KEPT = ("tanh", "logistic", "split")


def kept(operation, *_, **__):
    """Is what this operation gives kept for the way back?"""
    return operation.name in KEPT


@jax.custom_vjp
def blocks(W_h, turned, h):
    """W_h h (n_h, B) in its blocks, W_h held fixed on the way back; turned: the transpose of each of its blocks."""
    return _blocks_forward(W_h, turned, h)[0]


def _blocks_forward(W_h, turned, h):
    return jnp.split(W_h @ h, len(turned)), turned


def _blocks_backward(turned, deltas):
    return None, None, sum(W_T @ delta for W_T, delta in zip(turned, deltas, strict=True))


blocks.defvjp(_blocks_forward, _blocks_backward)


def columns(tree):
    """Rows become columns, and columns rows, in every array (…, B, n) of a tree."""
    return jax.tree.map(lambda a: jnp.swapaxes(a, -1, -2), tree)


def inputs(cell, x):
    """a (T, n_h, B), the input's part of all steps at once, one array for each block.

    A bias of W_h counts as an input of every step. That of a GRU's n stays apart, since r multiplies it.
    """
    W_x, b = (jnp.split(a, len(cell.blocks)) for a in (cell.W_x, cell[2][:, None]))  # or b_x
    of_block = zip(W_x, b, strict=True)
    if x.ndim == 2:
        a = [jnp.moveaxis((W_x + b)[:, x], 0, 1) for W_x, b in of_block]
    else:
        a = [jnp.einsum("kn,tbn->tkb", W_x, x) + b for W_x, b in of_block]
    if type(cell) is GRU:
        b_r, b_z, b_n = jnp.split(cell.b_h[:, None], 3)
        a = [a[0] + b_r, a[1] + b_z, a[2], jnp.broadcast_to(b_n, a[2].shape)]
    return a


@jax.custom_vjp
def layer(cell, x, state):
    """(h (T, B, n_h), the final state) of an LSTM or GRU; x (T, B, n_x) or symbols (T, B), state as in the core."""
    return _layer_forward(cell, x, state)[0]


def _layer_forward(cell, x, state):
    W_h = jnp.asarray(cell.W_h)
    # the barrier: else XLA takes a transpose for another way to read W_h, which costs more in every product
    turned = [lax.optimization_barrier(W.T) for W in jnp.split(W_h, len(cell.blocks))]
    step = functools.partial(STEPS[type(cell)], functools.partial(blocks, W_h, turned))
    step = jax.checkpoint(step, policy=kept, prevent_cse=False)  # a scan prevents it already
    scan = functools.partial(lax.scan, step)
    (end, h), back = jax.vjp(scan, columns(state), inputs(cell, x))
    h, end = columns((h, end))
    return (h, end), (cell, x, cell.seen(state), h, back)


def _layer_backward(saved, given):
    cell, x, h_0, h, back = saved
    dh, dend = given
    dstate, delta = back(columns((dend, dh)))
    delta = [jnp.moveaxis(d, 1, 0).reshape(d.shape[1], -1) for d in delta]  # (n_h, T B)
    felt = delta if type(cell) is LSTM else [delta[0], delta[1], delta[3]]  # δ as W_h feels it
    delta = delta[: len(cell.blocks)]  # and as W_x does
    read = jax.nn.one_hot(x, cell.n_x, dtype=h.dtype) if x.ndim == 2 else x
    outer = lambda deltas, a: jnp.concatenate([d @ a.reshape(-1, a.shape[-1]) for d in deltas])
    total = lambda deltas: jnp.concatenate([d.sum(axis=1) for d in deltas])
    dW_x, dW_h = outer(delta, read), outer(felt, jnp.concatenate([h_0[None], h[:-1]]))
    biases = [total(delta), total(felt)][: len(cell) - 2]
    dx = None if x.ndim == 2 else (cell.W_x.T @ jnp.concatenate(delta)).T.reshape(x.shape)
    return type(cell)(dW_x, dW_h, *biases), dx, columns(dstate)


layer.defvjp(_layer_forward, _layer_backward)
