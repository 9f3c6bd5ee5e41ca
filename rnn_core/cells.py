"""Recurrent cells: immutable tuples of arrays with a forward and, directly under it, its backward.

Mathematics in columns, h_t = f(W_x x_t + W_h h_{t−1} + b); a batch in rows, so products read ``x @ W_x.T``.
Time is the first axis: x (T, B, n_x), h (T, B, n_h). State goes in and comes out; no cell keeps any.
"""

from typing import Any, NamedTuple

import numpy as np

from . import check
from .bptt import through_time
from .losses import sigmoid


class Tape(NamedTuple):
    """What backward needs to know of forward. `state` is the final state, to carry on with."""

    x: np.ndarray  # (T, B, n_x) floats or (T, B) symbols
    h: np.ndarray  # (T, B, n_h), zero beyond lengths
    state0: np.ndarray  # (B, n_h), h_0
    state: np.ndarray  # (B, n_h), of row b at lengths[b]
    lengths: Any  # (B,) integers, or None


class RNN(NamedTuple):
    """h_t = tanh(W_x x_t + W_h h_{t−1} + b), the network of Elman (1990).

    W_x (n_h, n_x), W_h (n_h, n_h), b (n_h,): floats of one dtype, float32 or float64.
    """

    W_x: np.ndarray
    W_h: np.ndarray
    b: np.ndarray

    activation = staticmethod(np.tanh)
    slope = staticmethod(lambda h: 1 - h * h)  # f′(z), told by h = f(z)

    @classmethod
    def init(cls, rng, n_x, n_h, dtype=np.float64):
        """Weights uniform in ±1/√n_h (as PyTorch draws them), b = 0.

        rng: numpy.random.Generator; n_x, n_h ≥ 1; dtype float32 or float64, else ValueError.
        """
        rng, dtype = check.generator(rng), check.dtype(dtype)
        n_x, n_h = check.count("n_x", n_x), check.count("n_h", n_h)
        draw = lambda *shape: rng.uniform(-1, 1, shape).astype(dtype) / dtype.type(np.sqrt(n_h))
        return cls(draw(n_h, n_x), draw(n_h, n_h), np.zeros(n_h, dtype))

    def forward(self, x, state=None, lengths=None):
        """h_t = f(W_x x_t + W_h h_{t−1} + b) for t = 1 … T; returns (h, tape).

        x (T, B, n_x) floats, or (T, B) integer symbols 0 … n_x − 1 (one-hot implied); state (B, n_h) is h_0,
        None is zeros; lengths (B,) in 1 … T; padding beyond is never used but must be valid. h (T, B, n_h), zero
        beyond lengths (it is kept in the tape too: do not write into it). Raises ValueError for wrong
        rank, sizes or dtypes, NaN or infinity, an empty sequence, symbols or lengths out of range.
        """
        dtype = _checked(self)
        x, h_0, alive = _checked_input(self, x, state, lengths, dtype)
        z = project(x, self.W_x) + self.b  # the input's part of all steps at once
        h, h_t = np.empty_like(z), h_0
        for t in range(len(z)):
            h_new = self.activation(z[t] + h_t @ self.W_h.T)
            h_t = h[t] = h_new if alive is None else np.where(alive[t], h_new, h_t)
        if alive is not None:
            h = np.where(alive, h, 0)
        return h, Tape(x, h, h_0, h_t, lengths)

    def backward(self, tape, dh=None, dstate=None, truncate=None, carry=None):
        """δ_t = f′(z_t) ⊙ (∂⁺L/∂h_t + W_hᵀ δ_{t+1}); returns (grads, dx, dstate0).

        dL/dW_x = Σ_t δ_t x_tᵀ, dL/dW_h = Σ_t δ_t h_{t−1}ᵀ, dL/db = Σ_t δ_t, dL/dx_t = W_xᵀ δ_t,
        dL/dh_0 = W_hᵀ δ_1. dh (T, B, n_h) = ∂⁺L/∂h_t, dstate (B, n_h) = ∂L/∂tape.state; None is zeros.
        truncate=τ ≥ 1 keeps lags 0 … τ−1 of every loss; carry (T,) multiplies W_hᵀ δ_{t+1} in step t. dstate
        counts as part of the last step's own loss, so that neither of the two weakens it.
        grads has the type of the cell; dx is None for symbols. Raises ValueError for wrong shapes, τ < 1, NaN.
        """
        _checked(self)
        dh, carry = _checked_gradients(self, tape, dh, dstate, truncate, carry)
        _, delta = through_time(dh, self.slope(tape.h), self.W_h, truncate, carry)
        grads = self.gradients(tape, delta)
        return grads, None if tape.x.ndim == 2 else delta @ self.W_x, delta[0] @ self.W_h

    def gradients(self, tape, delta):
        """(Σ_t δ_t x_tᵀ, Σ_t δ_t h_{t−1}ᵀ, Σ_t δ_t), of the type of the cell, from δ (T, B, n_h)."""
        h_before = np.concatenate([tape.state0[None], tape.h[:-1]])
        return type(self)(
            outer(delta, tape.x, self.W_x), outer(delta, h_before, self.W_h), delta.sum((0, 1))
        )


class LinearRNN(RNN):
    """h_t = W_x x_t + W_h h_{t−1} + b: nothing saturates, so powers of W_h show undisguised."""

    __slots__ = ()
    activation = staticmethod(lambda z: z)
    slope = staticmethod(np.ones_like)


class SigmoidRNN(RNN):
    """h_t = σ(W_x x_t + W_h h_{t−1} + b), σ′ = σ (1 − σ) ≤ 1/4."""

    __slots__ = ()
    activation = staticmethod(sigmoid)
    slope = staticmethod(lambda h: h * (1 - h))


class ReluRNN(RNN):
    """h_t = max(0, W_x x_t + W_h h_{t−1} + b); the slope at 0 is taken as 0 (as PyTorch does)."""

    __slots__ = ()
    activation = staticmethod(lambda z: np.maximum(z, 0))
    slope = staticmethod(lambda h: (h > 0).astype(h.dtype))


def project(x, W):
    """W x_t for all t: a product for floats, a choice of columns for symbols."""
    return W.T[x] if x.ndim == 2 else x @ W.T


def outer(delta, x, W):
    """Σ_t Σ_b δ_t x_tᵀ, of the shape of W; for symbols δ_t is added to the column of the symbol."""
    if x.ndim == 3:
        return np.tensordot(delta, x, axes=((0, 1), (0, 1)))
    dW = np.zeros_like(W)
    np.add.at(dW.T, x, delta)
    return dW


def _checked(cell):
    """The dtype that all parameters share; their shapes must belong together."""
    W_x = check.parameter("W_x", cell.W_x, ("n_h", "n_x"))
    n_h = len(W_x)
    check.parameter("W_h", cell.W_h, (n_h, n_h), W_x.dtype, f" (W_x has n_h = {n_h} rows)")
    check.parameter("b", cell.b, (n_h,), W_x.dtype, f" (W_x has n_h = {n_h} rows)")
    return W_x.dtype


def _checked_input(cell, x, state, lengths, dtype):
    n_h, n_x = cell.W_x.shape
    x = check.array("x", x)
    if x.dtype.kind in "iu":
        x = check.symbols("x", x, ("T", "B"), n_x, ": integers are symbols, one-hot implied")
    else:
        x = check.floats("x", x, ("T", "B", n_x), dtype, f" (W_x has n_x = {n_x} columns)")
    T, B = x.shape[:2]
    if state is None:
        h_0 = np.zeros((B, n_h), dtype)
    elif isinstance(state, tuple):
        raise ValueError(
            f"state: got a tuple of {len(state)}, wanted one array ({B}, {n_h}): this cell has no pair (h, c)"
        )
    else:
        h_0 = check.floats("state", state, (B, n_h), dtype, f" (B = {B} rows, n_h = {n_h})")
    return x, h_0, check.mask(lengths, T, B)


def _checked_gradients(cell, tape, dh, dstate, truncate, carry):
    """∂⁺L/∂h_t with the final state's gradient added where each row ends, and carry as an array."""
    if not isinstance(tape, Tape):
        raise ValueError(f"tape: got {type(tape).__name__}, wanted the tape of this cell's forward")
    x, h, (n_h, n_x), dtype = tape.x, tape.h, cell.W_x.shape, cell.W_x.dtype
    if h.shape[-1] != n_h or h.dtype != dtype or (x.ndim == 3 and x.shape[-1] != n_x):
        raise ValueError(
            f"tape: got x {x.shape} and h {h.shape} of {h.dtype}, wanted the tape of this cell's "
            f"forward (n_x = {n_x}, n_h = {n_h}, {dtype})"
        )
    T, B = h.shape[:2]
    if dh is None:
        dh = np.zeros_like(h)
    else:
        dh = check.floats("dh", dh, (T, B, n_h), dtype, " like h").copy()
    if tape.lengths is not None:
        dh *= check.mask(tape.lengths, T, B)  # h is constantly 0 there
    if dstate is not None:
        last = T - 1 if tape.lengths is None else np.asarray(tape.lengths) - 1
        dh[last, np.arange(B)] += check.floats("dstate", dstate, (B, n_h), dtype, " like the state")
    if truncate is not None:
        check.count("truncate", truncate)
    if carry is not None:
        carry = check.array("carry", carry)
        carry = carry.astype(dtype) if carry.dtype.kind in "biu" else carry  # a mask of 0 and 1
        check.floats("carry", carry, (T,), where=f": one factor per step (T = {T})")
    return dh, None if carry is None else carry.astype(dtype)
