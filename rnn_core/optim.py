"""Steps downhill: parameters in, new parameters out. An optimizer's memory is a tuple that it hands back.

state = optimizer.start(params);  params, state = optimizer.step(params, grads, state)
"""

import math
from typing import Any, NamedTuple

import numpy as np

from . import check
from .tree import arrays, leaves, same_arrays, tree_map


def global_norm(grads):
    """‖g‖ = √(Σ over all arrays of g²), a float. Raises ValueError for NaN or infinity, naming the array."""
    found = arrays(grads)
    if not found:
        raise ValueError(f"grads: got {type(grads).__name__}, wanted arrays in a NamedTuple")
    squares = sum(float(np.vdot(g, g)) for g in found)
    if 1e-30 < squares < 1e30:  # nothing is too large, too small or no number
        return math.sqrt(squares)
    for name, g in leaves(grads):
        if not np.isfinite(g).all():
            bad = g[~np.isfinite(g)].flat[0]
            raise ValueError(f"grads: got {bad} in {name}, wanted finite numbers only")
    largest = max(float(np.abs(g).max(initial=0.0)) for g in found)
    if largest == 0:
        return 0.0
    # scaled by the largest entry: squares of 1e200 would overflow, of 1e-200 vanish
    return largest * float(np.sqrt(sum(((g / largest) ** 2).sum() for g in found)))


def clip_by_global_norm(grads, θ):
    """g ← min(1, θ/‖g‖) g for all arrays together; returns (grads, norm before clipping).

    The direction stays, the length is at most θ > 0. Raises ValueError for θ ≤ 0 and for NaN or infinity in
    grads, which clipping would only spread (Pascanu, Mikolov & Bengio 2013).
    """
    θ = check.number("θ", θ, above=0.0)
    norm = global_norm(grads)
    if norm <= θ:
        return grads, norm
    return tree_map(lambda g: g * (θ / norm), grads), norm


class SGD(NamedTuple):
    """p ← p − η v, v ← μ v + g: gradient descent with learning rate η > 0 and momentum μ in [0, 1)."""

    lr: float
    momentum: float = 0.0

    def start(self, params):
        """The memory before the first step: v = 0."""
        check.number("lr", self.lr, above=0.0)
        check.number("momentum", self.momentum, least=0.0, below=1.0)
        return tree_map(np.zeros_like, params)

    def step(self, params, grads, state):
        """(params, state) one step on; grads of the type and shapes of params."""
        same_arrays("grads", grads, params)
        v = tree_map(lambda v, g: self.momentum * v + g, state, grads) if self.momentum else grads
        return tree_map(lambda p, v: p - self.lr * v, params, v), v


class AdamState(NamedTuple):
    """First and second moment and the number of steps made."""

    m: Any
    v: Any
    steps: int


class Adam(NamedTuple):
    """m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², p ← p − η m̂ / (√v̂ + ε) (Kingma & Ba 2015).

    m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) undo the pull of the zeros that both start from.
    """

    lr: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def start(self, params):
        """The memory before the first step: m = v = 0."""
        check.number("lr", self.lr, above=0.0)
        check.number("beta1", self.beta1, least=0.0, below=1.0)
        check.number("beta2", self.beta2, least=0.0, below=1.0)
        check.number("eps", self.eps, above=0.0)
        zeros = tree_map(np.zeros_like, params)
        return AdamState(zeros, zeros, 0)

    def step(self, params, grads, state):
        """(params, state) one step on; grads of the type and shapes of params."""
        same_arrays("grads", grads, params)
        t, b1, b2 = state.steps + 1, self.beta1, self.beta2
        m = tree_map(lambda m, g: b1 * m + (1 - b1) * g, state.m, grads)
        v = tree_map(lambda v, g: b2 * v + (1 - b2) * g * g, state.v, grads)
        rate, unbias = self.lr / (1 - b1**t), 1 / (1 - b2**t)
        new = tree_map(
            lambda p, m, v: p - rate * m / (np.sqrt(v * unbias) + self.eps), params, m, v
        )
        return new, AdamState(m, v, t)


def cosine(steps, warmup=0, least=0.0):
    """schedule(step) = factor of the learning rate: up in a line over `warmup` steps, then down half a cosine.

    step/warmup up to warmup; then least + (1 − least) (1 + cos π u)/2 with u from 0 at step `warmup` to 1 at step
    `steps`, and `least` beyond it. Steps count from 1. Source: Loshchilov & Hutter (2017). Raises ValueError for
    steps < 1, warmup outside 0 … steps − 1 and least outside 0 … 1.
    """
    steps, warmup = check.count("steps", steps), check.count("warmup", warmup, least=0)
    least = check.number("least", least, least=0.0, most=1.0)
    if warmup >= steps:
        raise ValueError(f"warmup: got {warmup}, wanted fewer than steps = {steps}")

    def factor(step):
        if step < warmup:
            return step / warmup
        done = min((step - warmup) / (steps - warmup), 1.0)
        return least + (1 - least) * (1 + np.cos(np.pi * done)) / 2

    return factor
