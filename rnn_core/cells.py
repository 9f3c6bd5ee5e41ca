"""Recurrent cells: immutable tuples of arrays with a forward and, directly under it, its way back.

Mathematics in columns, h_t = f(W_x x_t + W_h h_{t−1} + b); a batch in rows, so products read ``x @ W_x.T``.
Time is the first axis: x (T, B, n_x), h (T, B, n_h). State goes in and comes out; no cell keeps any.
"""

from typing import NamedTuple

import numpy as np

from . import check, placed
from .bptt import deltas, step_back
from .losses import sigmoid
from .products import about_input, applied, outer, project, turned
from .tape import Tape, begun, checked_gradients, checked_input, may_write_over


class Recurrent:
    """What all cells share: the checks before, and the way back after, their own two formulas.

    A cell adds `forward`, `back` (one step of the way back) and `gradients` (one product over all time per weight).
    """

    __slots__ = ()
    blocks = ("h",)  # W_x, W_h and b are stacked of so many blocks of n_h rows
    parts = 1  # arrays in the state

    @classmethod
    def init(cls, rng, n_x, n_h, dtype=np.float64):
        """Weights uniform in ±1/√n_h (as PyTorch draws them), biases 0.

        rng: numpy.random.Generator; n_x, n_h ≥ 1; dtype float32 or float64, else ValueError.
        """
        rng, dtype = check.generator(rng), check.dtype(dtype)
        n_x, n_h = check.count("n_x", n_x), check.count("n_h", n_h)
        rows = len(cls.blocks) * n_h
        draw = lambda *shape: rng.uniform(-1, 1, shape).astype(dtype) / dtype.type(np.sqrt(n_h))
        biases = [np.zeros(rows, dtype) for _ in cls._fields[2:]]
        return cls(draw(rows, n_x), draw(rows, n_h), *biases)

    @property
    def n_x(self):
        """How many numbers, or symbols, an input step has."""
        return self.W_x.shape[1]

    @property
    def width(self):
        """How many numbers an output step h_t has."""
        return self.W_h.shape[1]

    def zeros(self, B):
        """The state of B rows before anything was read."""
        h = np.zeros((check.count("B", B), self.width), self.W_x.dtype)
        return h if self.parts == 1 else (h, *[np.zeros_like(h)] * (self.parts - 1))

    def seen(self, state):
        """The part of a state that the next layer sees, h (B, n_h)."""
        return state if self.parts == 1 else state[0]

    def unseen(self, dh):
        """∂L/∂state where L feels `seen(state)` alone, with dh = ∂L/∂h (B, n_h)."""
        return dh if self.parts == 1 else (dh, *[np.zeros_like(dh)] * (self.parts - 1))

    def beside_nothing(self, dh):
        """∂⁺L/∂s_t (T, B, n_s), of a loss that sees of the state s_t no more than h_t."""
        return dh if self.parts == 1 else np.concatenate(self.unseen(dh), axis=-1)

    def backward(self, tape, dh=None, dstate=None, truncate=None, carry=None):
        """Backpropagation through time; returns (grads, dx, dstate0).

        dL/dW_x = Σ_t δ_t x_tᵀ, dL/dW_h = Σ_t δ_t h_{t−1}ᵀ, dL/db = Σ_t δ_t, dL/dx_t = W_xᵀ δ_t, with δ_t = ∂L/∂z_t
        from the recurrence in `bptt` through this cell's `back`. dh (T, B, n_h) = ∂⁺L/∂h_t, dstate = ∂L/∂tape.state,
        shaped like it; None is zeros. dstate0 = ∂L/∂state0, shaped like it too (for an RNN, W_hᵀ δ_1).
        truncate=τ ≥ 1 keeps lags 0 … τ−1 of every loss; carry (T,), or (T, B) for each row its own, multiplies what
        step t receives from step t + 1. dstate counts as part of the last step's own loss, so that neither of the
        two weakens it. grads has the type of the cell; dx is None for symbols.
        Raises ValueError for wrong shapes, τ < 1, NaN or infinity.
        """
        ds, carry = checked_gradients(self, tape, dh, dstate, truncate, carry)
        back = self.back(tape)
        delta, ds_0 = deltas(ds, back, truncate, carry, over=may_write_over(back, tape.h))
        del ds  # as large as h: not needed while the weights' gradients are made
        dx = None if tape.x.ndim == 2 else applied(self.W_x.T, delta)
        dstate0 = ds_0 if self.parts == 1 else tuple(np.split(ds_0, self.parts, axis=-1))
        return self.gradients(tape, delta), dx, dstate0


class Weights(NamedTuple):
    """W_x (· n_h, n_x), W_h (· n_h, n_h), b (· n_h,): floats of one dtype, float32 or float64."""

    W_x: np.ndarray
    W_h: np.ndarray
    b: np.ndarray


def tanh_slope(h):
    """f′(z) = 1 − h² where h = tanh z, in one new array."""
    square = h * h
    return np.subtract(1, square, out=square)


class RNN(Recurrent, Weights):
    """h_t = tanh(W_x x_t + W_h h_{t−1} + b), the network of Elman (1990).

    W_x (n_h, n_x), W_h (n_h, n_h), b (n_h,): floats of one dtype, float32 or float64.
    """

    __slots__ = ()
    activation = staticmethod(np.tanh)
    slope = staticmethod(tanh_slope)  # f′(z), told by h = f(z)

    def forward(self, x, state=None, lengths=None):
        """h_t = f(W_x x_t + W_h h_{t−1} + b) for t = 1 … T; returns (h, tape).

        x (T, B, n_x) floats, or (T, B) integer symbols 0 … n_x − 1 (one-hot implied); state (B, n_h)
        is h_0, None is zeros; lengths (B,) in 1 … T; padding beyond is never used but must be valid.
        h (T, B, n_h), zero beyond lengths (it is kept in the tape too: do not write into it). Raises
        ValueError for wrong rank, sizes or dtypes, NaN or infinity, an empty sequence, symbols or
        lengths out of range.
        """
        x, h_0, alive = checked_input(self, x, state, lengths)
        hs = begun(h_0, len(x))  # h_0, and room for h_1 … h_T
        h = project(x, self.W_x, self.b, out=hs[1:])  # the input's part of all steps at once
        f, h_t, W_hT = self.activation, h_0, turned(self.W_h)  # turned once, not in every step
        from_h = placed.empty(h_0.shape, h_0.dtype)  # W_h h_{t−1}, of one step after the other
        for t in range(len(h)):
            h_before, h_t = h_t, h[t]  # a view, in which that part becomes z_t, then h_t
            h_t += h_before.dot(W_hT, from_h)
            f(h_t, out=h_t)
            if alive is not None:
                h_t[:] = np.where(alive[t], h_t, h_before)
        end = h_t.copy()  # else whoever keeps it keeps all of h
        if alive is not None:
            h = np.where(alive, h, 0)
        return h, Tape(x, h, h_0, end, lengths, before=hs[:-1], cell=self)

    def back(self, tape):
        """One step back: δ_t = f′(z_t) ⊙ ∂L/∂h_t, and W_hᵀ δ_t goes to h_{t−1}."""
        return step_back(self.slope(tape.h), self.W_h)

    def gradients(self, tape, delta):
        """(Σ_t δ_t x_tᵀ, Σ_t δ_t h_{t−1}ᵀ, Σ_t δ_t), of the type of the cell, from δ (T, B, n_h)."""
        dW_x, db = about_input(delta, tape.x, self.W_x)
        return type(self)(dW_x, outer(delta, tape.before), db)


class LinearRNN(RNN):
    """h_t = W_x x_t + W_h h_{t−1} + b: nothing saturates, so powers of W_h show undisguised."""

    __slots__ = ()
    activation = staticmethod(lambda z, out=None: z)
    slope = staticmethod(np.ones_like)


class SigmoidRNN(RNN):
    """h_t = σ(W_x x_t + W_h h_{t−1} + b), σ′ = σ (1 − σ) ≤ 1/4."""

    __slots__ = ()
    activation = staticmethod(sigmoid)
    slope = staticmethod(lambda h: h * (1 - h))


class ReluRNN(RNN):
    """h_t = max(0, W_x x_t + W_h h_{t−1} + b); the slope at 0 is taken as 0 (as PyTorch does)."""

    __slots__ = ()
    activation = staticmethod(lambda z, out=None: np.maximum(z, 0, out=out))
    slope = staticmethod(lambda h: (h > 0).astype(h.dtype))
