"""The output layer: scores from states, y_t = W_y h_t + c."""

from typing import NamedTuple

import numpy as np

from . import check
from .products import applied, outer, rows


class ReadoutTape(NamedTuple):
    """What backward needs to know of forward."""

    h: np.ndarray


class Readout(NamedTuple):
    """y_t = W_y h_t + c, with W_y (n_y, n_h), c (n_y,). The output function g lives in the loss.

    g is the identity for numbers (squared_error), softmax for one class of many (cross_entropy).
    """

    W_y: np.ndarray
    c: np.ndarray

    @classmethod
    def init(cls, rng, n_h, n_y, dtype=np.float64):
        """W_y uniform in ±1/√n_h, c = 0. rng: numpy.random.Generator; n_h, n_y ≥ 1, else ValueError."""
        rng, dtype = check.generator(rng), check.dtype(dtype)
        n_h, n_y = check.count("n_h", n_h), check.count("n_y", n_y)
        W_y = rng.uniform(-1, 1, (n_y, n_h)).astype(dtype) / dtype.type(np.sqrt(n_h))
        return cls(W_y, np.zeros(n_y, dtype))

    def forward(self, h):
        """y_t = W_y h_t + c; h (T, B, n_h) or (B, n_h); returns (y, tape). Raises ValueError for other shapes."""
        W_y = check.parameter("W_y", self.W_y, ("n_y", "n_h"))
        check.parameter("c", self.c, (len(W_y),), W_y.dtype, f" (W_y has n_y = {len(W_y)} rows)")
        n_h = W_y.shape[1]
        h = check.steps("h", h, n_h, W_y.dtype, f" (W_y has n_h = {n_h} columns)")
        y = (rows(h) @ W_y.T).T.copy()  # in columns, along which softmax runs quickly
        y += self.c[:, None]
        return y.T.reshape(*h.shape[:-1], len(W_y)), ReadoutTape(h)

    def backward(self, tape, dy):
        """dL/dW_y = Σ_t dy_t h_tᵀ, dL/dc = Σ_t dy_t, ∂⁺L/∂h_t = W_yᵀ dy_t; returns (grads, dh).

        dy = ∂L/∂y of y's shape. Raises ValueError for another shape or dtype, NaN or infinity.
        """
        if not isinstance(tape, ReadoutTape):
            raise ValueError(f"tape: got {type(tape).__name__}, wanted the tape of Readout.forward")
        h, n_h = tape.h, self.W_y.shape[1]
        if h.shape[-1] != n_h or h.dtype != self.W_y.dtype:
            raise ValueError(
                f"tape: got h {h.shape} of {h.dtype}, wanted the tape of this readout's forward "
                f"(n_h = {n_h}, {self.W_y.dtype})"
            )
        dy = check.floats("dy", dy, (*h.shape[:-1], len(self.W_y)), h.dtype, " like y")
        grads = type(self)(outer(dy, h), rows(dy).sum(axis=0))
        return grads, applied(self.W_y.T, dy)
