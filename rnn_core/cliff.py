"""A loss with a cliff: one unit that feeds itself for T steps, with two parameters (Pascanu et al. 2013).

    h_0 = 1/2,   h_t = tanh(w h_{t−1} + b),   L(w, b) = (h_T − target)²

Where the map's fixed point disappears or flips, h_T jumps, L has a step, and its gradient is enormous.
"""

from typing import NamedTuple

import numpy as np

from .optim import SGD, clip_by_global_norm, global_norm

T, START, TARGET = 30, 0.5, -0.5


class Point(NamedTuple):
    """Where we stand: the unit's weight to itself and its bias. Arrays of one shape."""

    w: np.ndarray
    b: np.ndarray


def loss_and_gradient(point):
    """(L, ∂L/∂(w, b)) at every point, vectorised: forward T steps, then δ_t = (1 − h_t²) w δ_{t+1} back."""
    w, b = point
    h = [np.full(np.shape(w), START)]
    for _ in range(T):
        h.append(np.tanh(w * h[-1] + b))
    back, dw, db = 2 * (h[-1] - TARGET), 0.0, 0.0
    for t in range(T, 0, -1):
        delta = (1 - h[t] ** 2) * back
        dw, db, back = dw + delta * h[t - 1], db + delta, w * delta
    return (h[-1] - TARGET) ** 2, Point(dw, db)


def descend(w, b, lr, steps, θ=None):
    """Gradient descent from (w, b), with clipping at θ if one is given; returns (points (steps + 1, 2), norms).

    norms (steps,) are those of the gradients before clipping.
    """
    point, optimizer = Point(np.array([float(w)]), np.array([float(b)])), SGD(lr)
    state, points, norms = optimizer.start(point), [point], []
    for _ in range(steps):
        _, grads = loss_and_gradient(point)
        norm = global_norm(grads)
        if θ is not None:
            grads, _ = clip_by_global_norm(grads, θ)
        point, state = optimizer.step(point, grads, state)
        points.append(point)
        norms.append(norm)
    return np.array(points)[:, :, 0], np.array(norms)
