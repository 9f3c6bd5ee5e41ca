"""Backpropagation through time: how ∂L/∂h_t and ∂L/∂z_t follow from ∂⁺L/∂h_t, in full or truncated.

The one recurrence, for h_t = f(z_t), z_t = W_x x_t + W_h h_{t−1} + b, with δ_t = ∂L/∂z_t:

    ∂L/∂h_t = ∂⁺L/∂h_t + carry_t · W_hᵀ δ_{t+1},    δ_t = f′(z_t) ⊙ ∂L/∂h_t

∂⁺ is the immediate derivative: what h_t does to the loss of its own step, later steps held fixed. Three ways to
keep less than the full sum: `truncate` drops long lags of every loss, `chunks` cuts the sequence into pieces,
`random_carry` cuts at random and makes up for it, so that the mean is the full gradient (Tallec & Ollivier 2017).
"""

import numpy as np

from . import check


def through_time(dh, slope, W_h, truncate=None, carry=None):
    """(∂L/∂h, δ), both (T, B, n_h).

    dh (T, B, n_h) = ∂⁺L/∂h_t; slope (T, B, n_h) = f′(z_t); W_h (n_h, n_h). carry (T,) multiplies
    W_hᵀ δ_{t+1} in step t (None is 1 everywhere; its last entry has nothing to multiply). truncate=τ keeps
    lags 0 … τ−1 of every loss, at a cost that grows with τ; τ ≥ T is the full gradient.
    """
    carry = np.ones(len(dh), dh.dtype) if carry is None else carry
    total = (
        _full(dh, slope, W_h, carry)
        if truncate is None
        else _by_lags(dh, slope, W_h, carry, truncate)
    )
    return total, slope * total


def _full(dh, slope, W_h, carry):
    total = np.empty_like(dh)
    back = np.zeros_like(dh[0])  # W_hᵀ δ_{t+1}; nothing comes from beyond the last step
    for t in reversed(range(len(dh))):
        total[t] = dh[t] + carry[t] * back
        back = (slope[t] * total[t]) @ W_h
    return total


def _by_lags(dh, slope, W_h, carry, tau):
    total = np.zeros_like(dh)
    for _, term in zip(range(tau), terms_by_lag(dh, slope, W_h, carry), strict=False):
        total += term
    return total


def terms_by_lag(dh, slope, W_h, carry=None):
    """Yield, for lag k = 0 … T − 1, what the loss of step t + k contributes to ∂L/∂h_t; they add up to all of it.

    Shapes as in `through_time`. Every lag is one product over all time.
    """
    carry = np.ones(len(dh), dh.dtype) if carry is None else carry
    term = dh
    for _ in range(len(dh)):
        yield term
        back = (slope[1:] * term[1:]) @ W_h
        term = np.zeros_like(dh)
        term[:-1] = carry[:-1, None, None] * back


def gradient_by_lag(cell, tape, dh):
    """[grads of lag 0, of lag 1, …, of lag T − 1]: how far back each part of the gradient comes from.

    dh (T, B, n_h) = ∂⁺L/∂h_t. The list has T tuples of the type of the cell; their sum is `cell.backward`'s.
    """
    dh = check.floats("dh", dh, tape.h.shape, tape.h.dtype, " like h")
    if tape.lengths is not None:
        dh = dh * check.mask(tape.lengths, *dh.shape[:2])  # h is constantly 0 beyond
    slope = cell.slope(tape.h)
    return [cell.gradients(tape, slope * term) for term in terms_by_lag(dh, slope, cell.W_h)]


def shares_by_lag(cell, tape, dh, field):
    """(T,) the share of the gradient of one parameter that comes from each lag; they add up to 1.

    A share is a lag's part g_k along the whole gradient g, g_k · g / g · g; it is negative where the part points
    the other way. field: the parameter's name, such as "W_x"; cell, tape, dh as in `gradient_by_lag`.
    """
    parts = np.array([getattr(g, field).ravel() for g in gradient_by_lag(cell, tape, dh)])
    whole = parts.sum(axis=0)
    return parts @ whole / (whole @ whole)


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
