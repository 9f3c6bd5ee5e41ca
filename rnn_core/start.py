"""Where a sequence begins: a first state that is computed from a vector."""

from typing import NamedTuple

import numpy as np

from . import check


class Start(NamedTuple):
    """h_0 = tanh(W_0 v + b_0): the first state from a vector (for an LSTM h_0 and c_0, one below the other).

    W_0 (n_s, n_v), b_0 (n_s,), with n_s numbers in the whole state of a row.
    """

    W_0: np.ndarray
    b_0: np.ndarray

    @classmethod
    def init(cls, rng, n_v, n_s, dtype=np.float64):
        """W_0 uniform in ±1/√n_v, b_0 = 0. n_v, n_s ≥ 1, else ValueError."""
        rng, dtype = check.generator(rng), check.dtype(dtype)
        n_v, n_s = check.count("n_v", n_v), check.count("n_s", n_s)
        W_0 = rng.uniform(-1, 1, (n_s, n_v)).astype(dtype) / dtype.type(np.sqrt(n_v))
        return cls(W_0, np.zeros(n_s, dtype))

    def forward(self, v):
        """(s_0 (B, n_s), tape) from v (B, n_v). Raises ValueError for other shapes or dtypes."""
        W_0 = check.parameter("W_0", self.W_0, ("n_s", "n_v"))
        check.parameter(
            "b_0", self.b_0, (len(W_0),), W_0.dtype, f" (W_0 has n_s = {len(W_0)} rows)"
        )
        v = check.floats(
            "v", v, ("B", W_0.shape[1]), W_0.dtype, f" (W_0 has n_v = {W_0.shape[1]} columns)"
        )
        s_0 = np.tanh(v @ W_0.T + self.b_0)
        return s_0, (v, s_0)

    def backward(self, tape, ds):
        """δ = (1 − s_0²) ⊙ ds; dW_0 = Σ δ vᵀ, db_0 = Σ δ, dv = W_0ᵀ δ; returns (grads, dv)."""
        v, s_0 = tape
        ds = check.floats("ds", ds, s_0.shape, s_0.dtype, " like s_0")
        delta = (1 - s_0 * s_0) * ds
        return type(self)(delta.T @ v, delta.sum(axis=0)), delta @ self.W_0
