"""Cells with gates, numbers in 0 … 1 that multiply: how much to keep, to let in, to let out.

Long short-term memory (Hochreiter & Schmidhuber 1997; its forget gate: Gers, Schmidhuber & Cummins 2000) and the
gated recurrent unit (Cho et al. 2014, with PyTorch's place of the reset gate).
"""

from typing import NamedTuple

import numpy as np

from . import check, placed
from .cells import Recurrent, Weights
from .losses import sigmoid
from .products import about_input, outer, project, turned
from .tape import Tape, begun, checked_input


class InLSTM(NamedTuple):
    """The gates, the proposal and the memory at every step, (T, B, n_h) each."""

    i: np.ndarray  # input gate: how much of the proposal comes in
    f: np.ndarray  # forget gate: how much of the memory stays
    g: np.ndarray  # proposal, −1 … 1
    o: np.ndarray  # output gate: how much of tanh c goes out
    c: np.ndarray  # memory, the cell state


class LSTM(Recurrent, Weights):
    """c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t, h_t = o_t ⊙ tanh c_t, a memory that is added to.

    i, f, o = σ(W_x x_t + W_h h_{t−1} + b), g = tanh(…), each from its block of n_h rows, stacked i, f, g, o:
    W_x (4 n_h, n_x), W_h (4 n_h, n_h), b (4 n_h,). The state is the pair (h, c), each (B, n_h).
    """

    __slots__ = ()
    blocks = ("i", "f", "g", "o")
    parts = 2

    @classmethod
    def init(cls, rng, n_x, n_h, dtype=np.float64, forget_bias=1.0):
        """As every cell, but b = forget_bias in the block of f: at first the memory stays (Gers et al. 2000)."""
        cell = super().init(rng, n_x, n_h, dtype)
        cell.b[n_h : 2 * n_h] = check.number("forget_bias", forget_bias)
        return cell

    def forward(self, x, state=None, lengths=None):
        """c_t = f ⊙ c_{t−1} + i ⊙ g and h_t = o ⊙ tanh c_t for t = 1 … T; returns (h, tape), c in tape.inner.

        Arguments, shapes and errors as in `RNN.forward`; state is the pair (h_0, c_0), None is zeros.
        """
        x, (h_0, c_0), alive = checked_input(self, x, state, lengths)
        a = project(x, self.W_x, self.b)  # the input's part of all steps at once
        i, f, g, o = np.split(a, 4, axis=-1)  # views: what is written into a is seen in them
        hs, cs, h_t, c_t = begun(h_0, len(x)), begun(c_0, len(x)), h_0, c_0
        h, c = hs[1:], cs[1:]
        scale = np.repeat(np.array([0.5, 0.5, 1, 0.5], a.dtype), self.width)
        W_hT = turned(self.W_h)
        for t in range(len(a)):
            a[t] += h_t.dot(W_hT)
            squash(a[t], scale)
            c_new = f[t] * c_t + i[t] * g[t]
            h_new = o[t] * np.tanh(c_new)
            c_t = c[t] = c_new if alive is None else np.where(alive[t], c_new, c_t)
            h_t = h[t] = h_new if alive is None else np.where(alive[t], h_new, h_t)
        if alive is not None:
            h = np.where(alive, h, 0)
        before = hs[:-1], cs[:-1]
        return h, Tape(x, h, (h_0, c_0), (h_t, c_t), lengths, InLSTM(i, f, g, o, c), before, self)

    def back(self, tape):
        """One step back, from ∂L/∂h_t and what step t + 1 sent to c_t.

        ∂L/∂c_t = that + ∂L/∂h_t ⊙ o ⊙ (1 − tanh² c_t). δ of the four blocks:
        ∂L/∂c_t ⊙ g ⊙ i(1 − i), ∂L/∂c_t ⊙ c_{t−1} ⊙ f(1 − f), ∂L/∂c_t ⊙ i ⊙ (1 − g²),
        ∂L/∂h_t ⊙ tanh c_t ⊙ o(1 − o).
        W_hᵀ δ_t goes to h_{t−1} and f_t ⊙ ∂L/∂c_t, no matrix in between, to c_{t−1}.
        """
        i, f, g, o, c = tape.inner
        n, W_h = self.width, placed.ensure(self.W_h)
        tanh_c, c_before = np.tanh(c), tape.before[1]
        # what need not wait for step t + 1, for all steps at once
        dh_dc = o * (1 - tanh_c * tanh_c)
        to_i, to_f, to_g = g * i * (1 - i), c_before * f * (1 - f), i * (1 - g * g)
        slopes = np.concatenate([to_i, to_f, to_g, tanh_c * o * (1 - o)], axis=-1)

        def back(t, ds, over=False):
            dh = ds[..., :n]
            dc = ds[..., n:] + dh * dh_dc[t]
            delta = slopes[t]
            four = np.concatenate([dc, dc, dc, dh], axis=-1)
            delta = np.multiply(four, delta, out=delta if over else None)
            message = [delta @ W_h, dc * f[t]]
            return delta, np.concatenate(message, axis=-1, out=ds if over else None)

        back.room = slopes
        return back

    def gradients(self, tape, delta):
        """(Σ_t δ_t x_tᵀ, Σ_t δ_t h_{t−1}ᵀ, Σ_t δ_t), of the type of the cell, from δ (T, B, 4 n_h)."""
        dW_x, db = about_input(delta, tape.x, self.W_x)
        return type(self)(dW_x, outer(delta, tape.before[0]), db)


def squash(z, scale):
    """s tanh(s z) + 1 − s in place of z, s = scale: σ(z) where s is ½, tanh(z) where it is 1; one tanh for all."""
    z *= scale
    np.tanh(z, out=z)
    z *= scale
    z += 1 - scale


class InGRU(NamedTuple):
    """The gates and the proposal at every step, (T, B, n_h) each."""

    r: np.ndarray  # reset gate: how much of the past the proposal sees
    z: np.ndarray  # update gate: how much of the state is kept
    n: np.ndarray  # proposal, −1 … 1
    m: np.ndarray  # W_h h_{t−1} + b_h of the proposal, before r


class GRUWeights(NamedTuple):
    """W_x (3 n_h, n_x), W_h (3 n_h, n_h), b_x and b_h (3 n_h,): floats of one dtype, float32 or float64."""

    W_x: np.ndarray
    W_h: np.ndarray
    b_x: np.ndarray
    b_h: np.ndarray


class GRU(Recurrent, GRUWeights):
    """h_t = z_t ⊙ h_{t−1} + (1 − z_t) ⊙ n_t: z keeps.

    r, z = σ(W_x x_t + b_x + W_h h_{t−1} + b_h), n = tanh(W_x x_t + b_x + r ⊙ (W_h h_{t−1} + b_h)), each from its
    block of n_h rows, stacked r, z, n; r acts after W_h (as PyTorch; Cho et al. 2014 put it before). Where
    others write z, as Chung et al. 2014, it may be 1 − z that keeps.
    W_x (3 n_h, n_x), W_h (3 n_h, n_h), b_x and b_h (3 n_h,).
    """

    __slots__ = ()
    blocks = ("r", "z", "n")

    def forward(self, x, state=None, lengths=None):
        """h_t = z ⊙ h_{t−1} + (1 − z) ⊙ n for t = 1 … T; returns (h, tape), the gates in tape.inner.

        Arguments, shapes and errors as in `RNN.forward`.
        """
        x, h_0, alive = checked_input(self, x, state, lengths)
        k = 2 * self.width  # rows of r and z together
        # the input's part of all steps at once
        r_z = project(x, self.W_x[:k], self.b_x[:k])
        n = project(x, self.W_x[k:], self.b_x[k:])
        r, z = np.split(r_z, 2, axis=-1)  # views: what is written into r_z is seen in them
        hs, m, h_t = begun(h_0, len(x)), np.empty_like(n), h_0
        h = hs[1:]
        W_hT = turned(self.W_h)
        for t in range(len(n)):
            from_h = h_t.dot(W_hT) + self.b_h
            r_z[t] = sigmoid(r_z[t] + from_h[:, :k])
            m[t] = from_h[:, k:]
            n[t] = np.tanh(n[t] + r[t] * m[t])
            h_new = z[t] * h_t + (1 - z[t]) * n[t]
            h_t = h[t] = h_new if alive is None else np.where(alive[t], h_new, h_t)
        if alive is not None:
            h = np.where(alive, h, 0)
        return h, Tape(x, h, h_0, h_t, lengths, InGRU(r, z, n, m), hs[:-1], self)

    def back(self, tape):
        """One step back, from ∂L/∂h_t.

        δ of the three blocks, as x_t feels them: δ_n = ∂L/∂h_t ⊙ (1 − z)(1 − n²),
        δ_r = δ_n ⊙ m ⊙ r(1 − r), δ_z = ∂L/∂h_t ⊙ (h_{t−1} − n) ⊙ z(1 − z).
        To h_{t−1} go z ⊙ ∂L/∂h_t and W_hᵀ (δ_r, δ_z, r ⊙ δ_n).
        """
        r, z, n, m = tape.inner
        W_h, h_before = placed.ensure(self.W_h), tape.before
        # what need not wait for step t + 1, for all steps at once
        slope_n, slope_r = (1 - z) * (1 - n * n), m * r * (1 - r)
        slope_z = (h_before - n) * z * (1 - z)

        def back(t, dh):
            dn, dz = dh * slope_n[t], dh * slope_z[t]
            dr = dn * slope_r[t]
            message = np.concatenate([dr, dz, dn * r[t]], axis=-1) @ W_h + dh * z[t]
            return np.concatenate([dr, dz, dn], axis=-1), message

        return back

    def gradients(self, tape, delta):
        """As for an RNN, from δ (T, B, 3 n_h) as x_t feels it; for W_h and b_h its last block is multiplied by r."""
        k = self.width
        felt = np.concatenate([delta[..., : 2 * k], delta[..., 2 * k :] * tape.inner.r], axis=-1)
        dW_x, db_x = about_input(delta, tape.x, self.W_x)
        return type(self)(dW_x, outer(felt, tape.before), db_x, felt.sum((0, 1)))
