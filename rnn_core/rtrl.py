"""Forward-mode gradients, "real-time recurrent learning" (Williams & Zipser 1989): the same gradient, going forward.

    P_t = ∂h_t/∂W = diag(f′(z_t)) (∂⁺z_t/∂W + W_h P_{t−1}),    dL/dW = Σ_t (∂⁺L/∂h_t)ᵀ P_t

with W = [W_x W_h b]. No tape: memory does not grow with T, but P has n_h · n_h (n_x + n_h + 1) numbers for each row,
and a step costs n_h times that. Backpropagation through time costs n_h² a step and keeps T states.
"""

import numpy as np

from . import check
from .text import one_hot


def forward_mode(cell, x, dh, state=None):
    """The gradients that `cell.backward` gives for ∂⁺L/∂h = dh, accumulated while going forward.

    x (T, B, n_x) floats or (T, B) symbols; dh (T, B, n_h); state (B, n_h) or None. Returns a tuple of the
    type of the cell. Raises ValueError as `cell.forward` does, and where dh has another shape or the cell has gates.
    """
    n_h, n_x = np.shape(check.simple_cell(cell).W_x)
    _, tape = cell.forward(x, state)  # checks x and state; the loop below goes step by step
    dh = check.floats("dh", dh, tape.h.shape, tape.h.dtype, " like h")
    x, before = tape.x, tape.state0
    x = one_hot(x, n_x, dh.dtype) if x.ndim == 2 else x
    T, B = x.shape[:2]
    P = np.zeros((B, n_h, n_h, n_x + n_h + 1), dh.dtype)
    dW, unit = np.zeros(P.shape[2:], dh.dtype), np.arange(n_h)
    for t in range(T):
        now, _ = cell.forward(x[t : t + 1], before)
        P = np.einsum("ik,bkjm->bijm", cell.W_h, P)
        P[:, unit, unit] += np.concatenate([x[t], before, np.ones((B, 1), dh.dtype)], axis=1)[
            :, None
        ]
        P *= cell.slope(now[0])[:, :, None, None]
        dW += np.einsum("bi,bijm->jm", dh[t], P)
        before = now[0]
    return type(cell)(dW[:, :n_x], dW[:, n_x:-1], dW[:, -1])
