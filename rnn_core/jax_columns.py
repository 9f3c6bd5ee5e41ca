"""LSTM and GRU under JAX for training: the numbers of `jax_twin.layer` and of its gradient, sooner.

As in the mathematics a sequence of the batch is a column here, h_t (n_h, B); one scan goes there and one comes back.
What makes it quicker:

* The weight stands left in every product, which on processors suits XLA best. For the way back Wᵀ is laid out once.
* δ = ∂L/∂z of all steps and blocks is written into one array; ∂L/∂W_h = Σ_t δ_t h_{t−1}ᵀ is one product after it, as
  in the core. The gradient of a scan adds to all of ∂L/∂W_h at every step.
* W_x x_t + b is computed in its step. For all steps at once, as the core has it, it would fill as much memory as all
  gates do, and XLA asks the system for new memory at every call.
* Of a step what σ gave is kept, and of the rest what it cannot be computed from; tanh is computed anew.

JAX finds the way back of the gates all the same. Two prices: this cannot be differentiated forward (`jax.jvp`), and
with the rows of a batch on several devices its products would need all of δ on each. It needs JAX to be imported.
"""

import jax
from jax import lax
from jax import numpy as jnp

from .gated import GRU, LSTM

# One step. Memory is what reaches the next step by no matrix: c of an LSTM; of a GRU it is h itself.


def gates_lstm(c, z, apart):
    """c_t = f ⊙ c_{t−1} + i ⊙ g, h_t = o ⊙ tanh c_t, of the blocks z = W_x x_t + W_h h_{t−1} + b; (memory, h)."""
    i, f, g, o = z
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    return c, jax.nn.sigmoid(o) * jnp.tanh(c)


def gates_gru(h, z, apart):
    """h_t = z ⊙ h_{t−1} + (1 − z) ⊙ n, n = tanh(apart + r ⊙ its block of z, W_h h_{t−1} + b_h); (memory, h)."""
    (r, z, m), (a,) = z, apart
    r, z = jax.nn.sigmoid(r), jax.nn.sigmoid(z)
    h = z * h + (1 - z) * jnp.tanh(a + r * m)
    return h, h


GATES = {LSTM: gates_lstm, GRU: gates_gru}


def kept(operation, *_, **__):
    """Is what this operation gives kept for the way back?"""
    return operation is lax.logistic_p  # σ


def from_input(cell, x):
    """What x_t, B symbols or (B, n_x), adds to the blocks of W_h h_{t−1}; and what stays apart, a GRU's for n."""
    W_x, b = (jnp.split(a, len(cell.blocks)) for a in (cell.W_x, cell[2][:, None]))  # or b_x
    a = [(W[:, x] if x.ndim == 1 else W @ x.T) + b_k for W, b_k in zip(W_x, b, strict=True)]
    if type(cell) is LSTM:
        return a, []
    b_r, b_z, b_n = jnp.split(cell.b_h[:, None], 3)
    return [a[0] + b_r, a[1] + b_z, b_n], [a[2]]


# All steps


def columns(tree):
    """Rows become columns, and columns rows, in every array (B, n) of a tree."""
    return jax.tree.map(jnp.transpose, tree)


def forward(cell, x, h, memory):
    """h (T, B, n_h), and the way back through the gates of every step; then h and memory after the last one."""
    gates = GATES[type(cell)]
    gates = jax.checkpoint(gates, policy=kept, prevent_cse=False)  # a scan prevents it already

    def step(carry, x_t):
        h, memory = carry
        a, apart = from_input(cell, x_t)
        z = [a_k + m_k for a_k, m_k in zip(a, jnp.split(cell.W_h @ h, len(a)), strict=True)]
        (memory, h), back = jax.vjp(gates, memory, z, apart)
        return (h, memory), (h.T, back)

    end, (h, back) = lax.scan(step, (h, memory), x)
    return h, back, end


def backward(cell, back, dh, dend):
    """δ (k n_h, T, B) of the blocks and of what stayed apart; then ∂L/∂h and ∂L/∂memory before the first step.

    back, as `forward` gave it; dh (T, B, n_h) = ∂⁺L/∂h_t; dend = ∂L/∂h and ∂L/∂memory after the last step. To
    ∂⁺L/∂h_{t−1} comes W_hᵀ δ_t, with δ_t read where it was written: that puts its blocks together.
    """
    T, B = dh.shape[:2]
    # the barrier: else XLA takes a transpose for another way to read W_h, which costs more in every product
    turned = lax.optimization_barrier(cell.W_h.T)

    def step(carry, given):
        arrives, dmemory, delta, delta_apart = carry
        t, dh_t, back = given
        dmemory, dz, dapart = back((dmemory, arrives + dh_t.T))
        delta, delta_apart = write(delta, t, dz), write(delta_apart, t, dapart)
        arrives = turned @ lax.dynamic_index_in_dim(delta, t, axis=1, keepdims=False)
        return (arrives, dmemory, delta, delta_apart), None

    space = lambda rows: jnp.zeros((rows, T, B), dh.dtype)
    carry = *dend, space(len(cell.W_h)), space(cell.width if type(cell) is GRU else 0)
    (*dbegin, delta, apart), _ = lax.scan(step, carry, (jnp.arange(T), dh, back), reverse=True)
    return delta, apart, dbegin


def write(space, t, blocks):
    """The blocks (n_h, B), one below the other, as step t of a space (k n_h, T, B)."""
    for k, block in enumerate(blocks):
        space = lax.dynamic_update_slice(space, block[:, None], (k * len(block), t, 0))
    return space


@jax.custom_vjp
def layer(cell, x, state):
    """(h (T, B, n_h), the final state) of an LSTM or GRU; x (T, B, n_x) or symbols (T, B), state as in the core."""
    return _layer_forward(cell, x, state)[0]


def _layer_forward(cell, x, state):
    cell, gru = jax.tree.map(jnp.asarray, cell), type(cell) is GRU
    h, back, end = forward(cell, x, *columns((state, state) if gru else state))
    end = columns(end)
    return (h, end[0] if gru else end), (cell, x, cell.seen(state), h, back)


def _layer_backward(saved, given):
    (cell, x, h_0, h, back), (dh, dend) = saved, given
    gru = type(cell) is GRU
    dend = columns((jnp.zeros_like(dend), dend) if gru else dend)
    delta, apart, dbegin = backward(cell, back, dh, dend)
    dh_0, dmemory = columns(tuple(dbegin))
    grads, dx = totals(cell, x, delta, apart, jnp.concatenate([h_0[None], h[:-1]]))
    return grads, dx, dh_0 + dmemory if gru else (dh_0, dmemory)


layer.defvjp(_layer_forward, _layer_backward)


def totals(cell, x, delta, apart, before):
    """(grads, ∂L/∂x or None for symbols): the sums over all steps and rows; before: h_{t−1} (T, B, n_h).

    What stayed apart stands for the last block of δ where it is about the input.
    """
    symbols = x.ndim == 2
    read = jax.nn.one_hot(x, cell.n_x, dtype=delta.dtype) if symbols else x
    read, before = (a.reshape(-1, a.shape[-1]) for a in (read, before))  # (T B, ·)
    delta, apart = (a.reshape(len(a), len(read)) for a in (delta, apart))  # (·, T B)
    instead = lambda a, last: jnp.concatenate([a[: len(a) - len(last)], last])
    dW_x, of_x = instead(delta @ read, apart @ read), instead(delta, apart)
    # every step and row reads one symbol, so Σ δ is the sum of dW_x's columns
    db = (dW_x if symbols else of_x).sum(axis=1)
    biases = [db, delta.sum(axis=1)][: len(cell) - 2]  # b_x and b_h, or b
    dx = None if symbols else (of_x.T @ cell.W_x).reshape(x.shape)
    return type(cell)(dW_x, delta @ before, *biases), dx
