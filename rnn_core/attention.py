"""Attention: a decoder step that looks back at every step of the source and mixes what it finds.

The decoder's h_t asks, the encoder's m_1 … m_S answer, after the decoder's cell (Luong, Pham & Manning 2015):

    e_{t,s} = score(h_t, m_s),   α_t = softmax(e_t),   k_t = Σ_s α_{t,s} m_s,   h̃_t = tanh(W_k [k_t; h_t])
"""

from typing import Any, NamedTuple

import numpy as np

from . import check
from .losses import softmax
from .products import applied, outer


class Dot(NamedTuple):
    """e_{t,s} = h_t · m_s: nothing to learn, and m must be as wide as h."""

    @classmethod
    def init(cls, rng, n_h, n_m, dtype=np.float64):
        """No parameters; ValueError for n_m other than n_h."""
        if n_h != n_m:
            raise ValueError(
                f"n_m: got {n_m}, wanted n_h = {n_h}: a dot product takes vectors of one length"
            )
        return cls()

    def forward(self, h, m):
        """(e, tape); h (T, B, n), m (S, B, n), e (T, B, S). Raises ValueError for other widths."""
        if h.shape[-1] != m.shape[-1]:
            raise ValueError(
                f"memory: got {m.shape[-1]} numbers a step, wanted {h.shape[-1]} like h for a dot product"
            )
        return np.einsum("tbn,sbn->tbs", h, m, optimize=True), (h, m)

    def backward(self, tape, de):
        """dh_t = Σ_s de_{t,s} m_s, dm_s = Σ_t de_{t,s} h_t; returns (grads, dh, dm)."""
        h, m = tape
        dh = np.einsum("tbs,sbn->tbn", de, m, optimize=True)
        return self, dh, np.einsum("tbs,tbn->sbn", de, h, optimize=True)


class Additive(NamedTuple):
    """e_{t,s} = vᵀ tanh(W_q h_t + W_m m_s) (Bahdanau, Cho & Bengio 2015).

    W_q (n_a, n_h), W_m (n_a, n_m), v (n_a,).
    """

    W_q: np.ndarray
    W_m: np.ndarray
    v: np.ndarray

    @classmethod
    def init(cls, rng, n_h, n_m, dtype=np.float64):
        """n_a = n_h; weights uniform in ±1/√(their columns)."""
        rng, dtype = check.generator(rng), check.dtype(dtype)
        n_h, n_m = check.count("n_h", n_h), check.count("n_m", n_m)
        draw = lambda *shape: (
            rng.uniform(-1, 1, shape).astype(dtype) / dtype.type(np.sqrt(shape[-1]))
        )
        return cls(draw(n_h, n_h), draw(n_h, n_m), draw(n_h))

    def forward(self, h, m):
        """(e, tape); h (T, B, n_h), m (S, B, n_m), e (T, B, S). Raises ValueError for shapes that do not fit."""
        W_q = check.parameter(
            "W_q", self.W_q, ("n_a", h.shape[-1]), h.dtype, " (as many columns as h)"
        )
        n_a = len(W_q)
        check.parameter(
            "W_m", self.W_m, (n_a, m.shape[-1]), h.dtype, " (as many columns as memory)"
        )
        check.parameter("v", self.v, (n_a,), h.dtype, f" (W_q has n_a = {n_a} rows)")
        u = np.tanh(applied(W_q, h)[:, None] + applied(self.W_m, m))  # (T, S, B, n_a)
        return np.moveaxis(u @ self.v, 1, 2), (h, m, u)

    def backward(self, tape, de):
        """With δ = de ⊙ v (1 − tanh²): dW_q = Σ δ h_tᵀ, dW_m = Σ δ m_sᵀ, dv = Σ de tanh; returns (grads, dh, dm)."""
        h, m, u = tape
        de = np.moveaxis(de, 2, 1)[..., None]
        delta = de * self.v * (1 - u * u)
        at_t, at_s = delta.sum(axis=1), delta.sum(axis=0)
        grads = type(self)(outer(at_t, h), outer(at_s, m), (de * u).sum((0, 1, 2)))
        return grads, applied(self.W_q.T, at_t), applied(self.W_m.T, at_s)


class AttentionTape(NamedTuple):
    """What backward needs to know of forward. `weights` (T, B, S) is α; it sums to 1 over S, 0 on padding."""

    weights: np.ndarray
    memory: np.ndarray  # (S, B, n_m)
    beside: np.ndarray  # (T, B, n_m + n_h), k_t beside h_t
    out: np.ndarray  # (T, B, n_h), h̃_t
    score: Any


class Attention(NamedTuple):
    """h̃_t = tanh(W_k [k_t; h_t]) with k_t = Σ_s α_{t,s} m_s. score: Dot() or Additive; W_k (n_h, n_m + n_h)."""

    score: Any
    W_k: np.ndarray

    @classmethod
    def init(cls, rng, n_h, n_m=None, dtype=np.float64, score=Dot):
        """W_k uniform in ±1/√(n_m + n_h). n_m: the width of what is looked at, n_h where None is given."""
        rng, dtype, score = check.generator(rng), check.dtype(dtype), check.kind("score", score)
        n_h = check.count("n_h", n_h)
        n_m = n_h if n_m is None else check.count("n_m", n_m)
        W_k = rng.uniform(-1, 1, (n_h, n_m + n_h)).astype(dtype) / dtype.type(np.sqrt(n_m + n_h))
        return cls(score.init(rng, n_h, n_m, dtype), W_k)

    def forward(self, h, memory, lengths=None):
        """(h̃, tape), α in tape.weights. h (T, B, n_h), memory (S, B, n_m), lengths (B,) of the source in 1 … S.

        Steps of the source beyond its length get weight 0. Raises ValueError for shapes that do not fit.
        """
        h = check.floats("h", h, ("T", "B", "n_h"))
        B, n_h = h.shape[1:]
        m = check.floats("memory", memory, ("S", B, "n_m"), h.dtype, f" (h has B = {B} rows)")
        where = " (n_h rows, n_m + n_h columns)"
        W_k = check.parameter("W_k", self.W_k, (n_h, m.shape[-1] + n_h), h.dtype, where)
        e, score = self.score.forward(h, m)
        alive = check.mask(lengths, len(m), B)
        if alive is not None:
            e = np.where(alive[:, :, 0].T, e, -np.inf)
        weights = softmax(e)
        k = np.einsum("tbs,sbn->tbn", weights, m, optimize=True)
        beside = np.concatenate([k, h], axis=-1)
        out = np.tanh(applied(W_k, beside))
        return out, AttentionTape(weights, m, beside, out, score)

    def backward(self, tape, dout):
        """(grads, dh, dmemory) from dout = ∂L/∂h̃ (T, B, n_h).

        Through the softmax: de_{t,s} = α_{t,s} (dα_{t,s} − Σ_j α_{t,j} dα_{t,j}). Raises ValueError for other shapes.
        """
        if not isinstance(tape, AttentionTape):
            raise ValueError(
                f"tape: got {type(tape).__name__}, wanted the tape of Attention.forward"
            )
        weights, m, beside, out, score = tape
        delta = check.floats("dout", dout, out.shape, out.dtype, " like h") * (1 - out * out)
        dW_k = outer(delta, beside)
        dk, dh = np.split(applied(self.W_k.T, delta), [m.shape[-1]], axis=-1)
        dweights = np.einsum("tbn,sbn->tbs", dk, m, optimize=True)
        de = weights * (dweights - (weights * dweights).sum(axis=-1, keepdims=True))
        dscore, dh_e, dm = self.score.backward(score, de)
        dm = dm + np.einsum("tbs,tbn->sbn", weights, dk, optimize=True)
        return type(self)(dscore, dW_k), dh + dh_e, dm
