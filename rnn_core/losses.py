"""Losses and their gradients, and the two functions that turn scores into probabilities."""

import math

import numpy as np

from . import check
from .products import rows


def sigmoid(z, out=None):
    """σ(z) = 1 / (1 + e⁻ᶻ), written as (1 + tanh(z/2)) / 2, which overflows nowhere. Range 0 … 1.

    out: an array of z's shape for the result, which may be z itself; None makes a new one.
    """
    half = np.tanh(np.multiply(z, 0.5, out=out), out=out)
    return np.multiply(np.add(half, 1.0, out=out), 0.5, out=out)


def softmax(logits):
    """p_k = e^{z_k} / Σ_j e^{z_j} along the last axis; positive, sums to 1. Any shape (…, n)."""
    logits = np.asarray(logits)
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def log_softmax(logits):
    """log p_k = z_k − log Σ_j e^{z_j} along the last axis: finite also where p_k is too small to be a float."""
    logits = np.asarray(logits)
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _weights(shape, lengths, reduction, per_target):
    """What each position counts: 1 or, in a mean, 1 over the number of unmasked targets; 0 beyond lengths.

    An array of that shape, or of its rank with one number for all positions.
    """
    check.choice("reduction", reduction, ("sum", "mean"))
    if lengths is None:
        count = math.prod(shape) * per_target if reduction == "mean" else 1
        return np.array(1 / count, ndmin=len(shape))
    if len(shape) == 2:
        w = check.mask(lengths, *shape)[:, :, 0].astype(float)
    else:
        raise ValueError(
            f"lengths: got lengths for targets of {len(shape)} leading dimensions, wanted (T, B)"
        )
    return w / (w.sum() * per_target) if reduction == "mean" else w


def squared_error(y, target, lengths=None, reduction="sum"):
    """L = Σ (ŷ − y*)², without a ½, and its gradient dy = ∂L/∂ŷ = 2 (ŷ − y*).

    y, target: floats of one shape and dtype, (T, B, n_y) or (B, n_y). lengths: (B,) integers 1 … T; steps
    beyond a row's length count nothing. reduction: "sum", or "mean", which divides by the number of
    unmasked target numbers. Returns (loss, dy), loss ≥ 0 a Python float in the square of y's unit.
    Raises ValueError for shapes or dtypes that differ, NaN or infinity, lengths outside 1 … T.
    """
    y = check.steps("y", y, "n_y")
    target = check.floats("target", target, y.shape, y.dtype, " like y")
    w = _weights(y.shape[:-1], lengths, reduction, y.shape[-1])[..., None].astype(y.dtype)
    error = y - target
    return float((w * error**2).sum()), 2 * w * error


def cross_entropy(logits, target, lengths=None, reduction="mean"):
    """L = −Σ log softmax(z)[y*] in nats, and its gradient dz = softmax(z) − onehot(y*).

    logits: (T, B, n_y) with target integers (T, B), or (B, n_y) with (B,). lengths: (B,) integers 1 … T;
    steps beyond a row's length count nothing. reduction: "mean" divides by the number of unmasked targets.
    Returns (loss, dlogits), loss ≥ 0 a Python float; a uniform guess over n symbols costs ln n.
    Raises ValueError for shapes that do not match, symbols outside 0 … n_y − 1, NaN or infinity.
    """
    z = check.steps("logits", logits, "n_y")
    target = check.symbols("target", target, z.shape[:-1], z.shape[-1], " like logits without n_y")
    w = _weights(z.shape[:-1], lengths, reduction, 1).astype(z.dtype).ravel()
    scores = rows(z)
    shifted = scores - scores.max(axis=1, keepdims=True)
    dz = np.exp(shifted)
    total = dz.sum(axis=1)  # so log softmax(z) = shifted − log total
    right = np.arange(len(dz)), target.ravel()  # where the score of y* stands
    dz *= (w / total)[:, None]
    dz[right] -= w
    return float((w * (np.log(total) - shifted[right])).sum()), dz.reshape(z.shape)
