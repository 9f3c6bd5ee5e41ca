"""Backpropagation through time: how ∂L/∂s_t and δ_t follow from ∂⁺L/∂s_t, in full or truncated.

For h_t = f(z_t), z_t = W_x x_t + W_h h_{t−1} + b, with δ_t = ∂L/∂z_t, the one recurrence is

    ∂L/∂h_t = ∂⁺L/∂h_t + carry_t · W_hᵀ δ_{t+1},    δ_t = f′(z_t) ⊙ ∂L/∂h_t

and every cell has it in this form: back(t, ∂L/∂s_t) gives δ_t and what step t sends to s_{t−1}, in new arrays. A cell
that can do with less memory has `back.room`, an array of the form of δ, and takes back(t, ∂L/∂s_t, over=True): then
δ_t is written there, over what step t alone reads, and the other over ∂L/∂s_t. So each step can be made once.

The state s_t is h_t; for an LSTM it is h_t and c_t side by side. ∂⁺ is the immediate derivative: what s_t does to the
loss of its own step, later steps held fixed. Three ways to keep less than the full sum: `truncate` drops long lags of
every loss, `chunks` cuts the sequence into pieces, `random_carry` cuts at random and makes up for it, so that the
mean is the full gradient (Tallec & Ollivier 2017).
"""

import numpy as np

from . import check, placed
from .products import times
from .tape import checked_gradients


def step_back(slope, W_h):
    """back(t, g, over=False) → (δ_t, W_hᵀ δ_t), δ_t = f′(z_t) ⊙ g: the step of a cell h_t = f(W_h h_{t−1} + …).

    slope (T, B, n_h) = f′(z_t); W_h (n_h, n_h). t is an index, or a slice for many steps side by side. over=True
    writes δ_t over slope[t], and W_hᵀ δ_t over g.
    """
    W_h = placed.ensure(W_h)  # read as it lies, T times

    def back(t, g, over=False):
        delta = slope[t]
        delta = np.multiply(delta, g, out=delta if over else None)
        return delta, times(delta, W_h, g if over else None)

    back.room = slope
    return back


def through_time(ds, back, truncate=None, carry=None):
    """(∂L/∂s, δ), time first, as (T, B, ·).

    ds (T, B, n_s) = ∂⁺L/∂s_t; back: the cell's step, `cell.back(tape)` or `step_back(f′, W_h)`. carry (T,), or
    (T, B) for each row its own, multiplies what arrives in step t from step t + 1 (None is 1 everywhere; its last
    entry has nothing to multiply). truncate=τ keeps lags 0 … τ−1 of every loss, at a cost that grows with τ;
    τ ≥ T is the full gradient.
    """
    total = np.empty_like(ds)
    delta, _ = deltas(ds, back, truncate, carry, total)
    return total, delta


def deltas(ds, back, truncate=None, carry=None, total=None, over=False):
    """(δ (T, B, ·), ∂L/∂s_0 (B, n_s)): all that a weight's gradient needs.

    Arguments as in `through_time`; total, an array like ds, is filled with ∂L/∂s where it is given. over=True makes
    δ in `back.room`, for a `back` that is not used again (`truncate` has no use for it).
    """
    if truncate is None:
        return _full(ds, back, carry, total, over)
    return _by_lags(ds, back, carry, truncate, total)


def _full(ds, back, carry, total, over):
    carry = carry if carry is None else _factors(ds, carry)
    delta, ds_t = back.room if over else None, placed.copy(ds[-1])  # nothing comes from beyond
    for t in reversed(range(len(ds))):
        if t < len(ds) - 1:
            if carry is not None:
                ds_t *= carry[t]
            ds_t += ds[t]
        if total is not None:
            total[t] = ds_t
        delta_t, ds_t = back(t, ds_t, over=True) if over else back(t, ds_t)
        if delta is None:  # the first step to be made tells how wide δ is
            delta = np.empty((len(ds), *delta_t.shape), ds.dtype)
        if not over:
            delta[t] = delta_t
    return delta, ds_t


def _by_lags(ds, back, carry, tau, total):
    terms = terms_by_lag(ds, back, carry)
    felt, delta = next(terms)
    for _, (term, its_delta) in zip(range(tau - 1), terms, strict=False):
        felt, delta = felt + term, delta + its_delta
    if total is not None:
        total[:] = felt
    return delta, back(0, felt[0])[1]


def terms_by_lag(ds, back, carry=None):
    """Yield, for lag k = 0 … T − 1, what the loss of step t + k contributes to ∂L/∂s_t and to δ_t; they add up.

    Arguments as in `through_time`. Every lag is one product over all time.
    """
    carry = _factors(ds, carry)
    term = ds
    for _ in range(len(ds)):
        delta, message = back(slice(None), term)
        yield term, delta
        term = np.zeros_like(ds)
        term[:-1] = carry[:-1] * message[1:]


def _factors(ds, carry):
    """carry as an array that multiplies (T, B, n_s)."""
    T = len(ds)
    return np.ones((T, 1, 1), ds.dtype) if carry is None else np.reshape(carry, (T, -1, 1))


def gradient_by_lag(cell, tape, dh):
    """[grads of lag 0, of lag 1, …, of lag T − 1]: how far back each part of the gradient comes from.

    dh (T, B, n_h) = ∂⁺L/∂h_t. The list has T tuples of the type of the cell; their sum is `cell.backward`'s.
    """
    dh = check.floats("dh", dh, tape.h.shape, tape.h.dtype, " like h")
    if tape.lengths is not None:
        dh = dh * check.mask(tape.lengths, *dh.shape[:2])  # h is constantly 0 beyond
    terms = terms_by_lag(cell.beside_nothing(dh), cell.back(tape))
    return [cell.gradients(tape, delta) for _, delta in terms]


def shares_by_lag(cell, tape, dh, field):
    """(T,) the share of the gradient of one parameter that comes from each lag; they add up to 1.

    A share is a lag's part g_k along the whole gradient g, g_k · g / g · g; it is negative where the part points
    the other way. field: the parameter's name, such as "W_x"; cell, tape, dh as in `gradient_by_lag`.
    """
    parts = np.array([getattr(g, field).ravel() for g in gradient_by_lag(cell, tape, dh)])
    whole = parts.sum(axis=0)
    return parts @ whole / (whole @ whole)


def norms_over_time(cell, tape, dh=None, dstate=None):
    """(T,) ‖∂L/∂s_t‖ over all rows and units: how much of a loss arrives at every step.

    dh (T, B, n_h) = ∂⁺L/∂h_t, dstate = ∂L/∂tape.state, as in `cell.backward`; None is zeros. The state s_t is h_t;
    for an LSTM it is h_t and c_t side by side, since c_t carries much of the gradient back that h_t never sees.
    Raises ValueError for layers of cells, wrong shapes, NaN or infinity.
    """
    check.has("cell", cell, "back")
    ds, _ = checked_gradients(cell, tape, dh, dstate, None, None)
    total, _ = through_time(ds, cell.back(tape))
    return np.linalg.norm(total, axis=(1, 2))


def chunks(T, length):
    """carry (T,) for a sequence cut into chunks of `length` steps: 0 at each border, 1 elsewhere.

    The state still flows on across a border; only the gradient stops there. T, length ≥ 1, else ValueError.
    """
    T, length = check.count("T", T), check.count("length", length)
    carry = np.ones(T)
    carry[length - 1 :: length] = (
        0.0  # step t gets nothing from step t + 1, the first of the next chunk
    )
    return carry


def random_carry(rng, T, p):
    """carry (T,) = ξ_t: 1/p with probability p, else 0, so that its mean is 1 and the gradient is unbiased.

    Raises ValueError for T < 1 and for p outside (0, 1].
    """
    check.generator(rng)
    T, p = check.count("T", T), check.number("p", p, above=0.0, most=1.0)
    return (rng.random(T) < p) / p
