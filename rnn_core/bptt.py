"""Backpropagation through time: how ∂L/∂z_t follows from ∂⁺L/∂h_t, in full or truncated.

The one recurrence, for h_t = f(z_t), z_t = W_x x_t + W_h h_{t−1} + b, with δ_t = ∂L/∂z_t:

    δ_t = f′(z_t) ⊙ (∂⁺L/∂h_t + carry_t · W_hᵀ δ_{t+1})

∂⁺ is the immediate derivative: what h_t does to the loss of its own step, later steps held fixed.
"""

import numpy as np


def deltas(dh, slope, W_h, truncate=None, carry=None):
    """δ (T, B, n_h) for T steps.

    dh (T, B, n_h) = ∂⁺L/∂h_t; slope (T, B, n_h) = f′(z_t); W_h (n_h, n_h). carry (T,) multiplies
    W_hᵀ δ_{t+1} in step t (None is 1 everywhere; its last entry has nothing to multiply). truncate=τ keeps
    lags 0 … τ−1 of every loss, at a cost that grows with τ; τ ≥ T is the full gradient.
    """
    carry = np.ones(len(dh), dh.dtype) if carry is None else carry
    if truncate is None:
        return _full(dh, slope, W_h, carry)
    return _by_lags(dh, slope, W_h, carry, truncate)


def _full(dh, slope, W_h, carry):
    delta = np.empty_like(dh)
    back = np.zeros_like(dh[0])  # W_hᵀ δ_{t+1}; nothing comes from beyond the last step
    for t in reversed(range(len(dh))):
        delta[t] = slope[t] * (dh[t] + carry[t] * back)
        back = delta[t] @ W_h
    return delta


def _by_lags(dh, slope, W_h, carry, tau):
    """Sum over lags k of what the loss of step t + k sends to step t; every lag is one product over all time."""
    term = slope * dh
    delta = term.copy()
    for _ in range(min(tau, len(dh)) - 1):
        back = term[1:] @ W_h
        term = np.zeros_like(term)
        term[:-1] = slope[:-1] * carry[:-1, None, None] * back
        delta += term
    return delta
