"""A network with a fixed window: all that it remembers is a list of the last few symbols."""

from typing import Any, NamedTuple

import numpy as np

from . import check
from .products import sums_by_symbol
from .tape import Tape

NOTHING = -1  # in the place of a symbol before the text began


class WindowMLP(NamedTuple):
    """h_t = tanh(W_1 x_t + W_2 x_{t−1} + … + W_k x_{t−k+1} + b): the multilayer perceptron as a language model.

    W (k, n_h, n_x), b (n_h,). With a `Readout` above it this is the network of Bengio et al. (2003) on one-hot
    symbols. It has what a `CharModel` asks of a cell, so that the same loop trains it: its state is the last k − 1
    symbols, (B, k − 1), which it cannot choose and which send no gradient back.
    """

    W: Any
    b: Any

    @classmethod
    def init(cls, rng, n_x, n_h, dtype=np.float64, window=8):
        """W uniform in ±1/√window (of a one-hot input, `window` numbers are 1), b = 0. Sizes ≥ 1, else ValueError."""
        rng, dtype = check.generator(rng), check.dtype(dtype)
        n_x, n_h, k = (
            check.count("n_x", n_x),
            check.count("n_h", n_h),
            check.count("window", window),
        )
        W = rng.uniform(-1, 1, (k, n_h, n_x)).astype(dtype) / dtype.type(np.sqrt(k))
        return cls(W, np.zeros(n_h, dtype))

    @property
    def n_x(self):
        """How many symbols there are."""
        return self.W.shape[2]

    @property
    def width(self):
        """How many numbers an output step h_t has."""
        return self.W.shape[1]

    def zeros(self, B):
        """The state of B rows before anything was read."""
        return np.full((check.count("B", B), len(self.W) - 1), NOTHING, dtype=np.intp)

    def forward(self, x, state=None, lengths=None):
        """(h (T, B, n_h), tape); x (T, B) symbols; state (B, k − 1), None where nothing was read before.

        lengths (B,) in 1 … T. Raises ValueError for anything but symbols in range, wrong shapes and dtypes.
        """
        W, n_x = check.parameter("W", self.W, ("k", "n_h", "n_x")), self.n_x
        check.parameter(
            "b", self.b, (self.width,), W.dtype, f" (W has n_h = {self.width} in the middle)"
        )
        x = check.symbols("x", x, ("T", "B"), n_x, ": a window reads symbols")
        T, B = x.shape
        state = self.zeros(B) if state is None else self._checked_state(state, B)
        alive = check.mask(lengths, T, B)
        read = np.concatenate([state.T, x])  # x_t is in row t + k − 1
        z = np.broadcast_to(self.b, (T, B, self.width)).copy()
        for j, table in enumerate(self._tables()):
            z += table[self._back(read, j, T)]
        h = np.tanh(z) if alive is None else np.where(alive, np.tanh(z), 0)
        ends = np.full(B, T) if lengths is None else np.asarray(lengths)
        rows = np.arange(B)[:, None]
        return h, Tape(x, h, state, read[ends[:, None] + np.arange(len(W) - 1), rows], lengths)

    def backward(self, tape, dh=None, dstate=None, truncate=None, carry=None):
        """(grads, None, None): dL/dW_j = Σ_t δ_t x_{t−j+1}ᵀ, dL/db = Σ_t δ_t, δ_t = (1 − h_t²) ⊙ ∂⁺L/∂h_t.

        dh (T, B, n_h). Nothing goes back through time, so the other arguments have nothing to act on.
        """
        if not isinstance(tape, Tape) or tape.h.shape[-1] != self.width or tape.h.ndim != 3:
            raise ValueError(f"tape: got {type(tape).__name__}, wanted the tape of this forward")
        h, (T, B) = tape.h, tape.x.shape
        dh = np.zeros_like(h) if dh is None else check.floats("dh", dh, h.shape, h.dtype, " like h")
        alive = check.mask(tape.lengths, T, B)
        delta = (1 - h * h) * (dh if alive is None else dh * alive)
        read, dW = np.concatenate([tape.state0.T, tape.x]), np.zeros_like(self.W)
        for j in range(
            len(self.W)
        ):  # −1, where there was nothing yet to read, has the first column
            dW[j] = sums_by_symbol(delta, self._back(read, j, T) + 1, self.n_x + 1)[1:].T
        return type(self)(dW, delta.sum((0, 1))), None, None

    def _tables(self):
        """For each place of the window a row for every symbol, and zeros, found at −1, for none."""
        return [np.vstack([W.T, np.zeros_like(W.T[:1])]) for W in self.W]

    def _back(self, read, j, T):
        """(T, B) the symbols j steps back."""
        first = len(self.W) - 1 - j
        return read[first : first + T]

    def _checked_state(self, state, B):
        k, a = len(self.W), check.array("state", state)
        if a.dtype.kind not in "iu":
            raise ValueError(f"state: got dtype {a.dtype}, wanted integers (symbols)")
        check.shape("state", a.shape, (B, k - 1), f" (B = {B} rows, the window is k = {k})")
        if ((a < NOTHING) | (a >= self.n_x)).any():
            raise ValueError(
                f"state: got symbols {a.min()} … {a.max()}, wanted 0 … {self.n_x - 1}, or −1 for none"
            )
        return a.astype(np.intp)
