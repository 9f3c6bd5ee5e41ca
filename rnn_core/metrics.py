"""How good an answer is: shares of right ones."""

import numpy as np

from . import check


def accuracy(y, target, lengths=None):
    """The share of right symbols, 0 … 1; steps beyond a row's length count nothing.

    y: scores (…, n), of which the largest is the answer, or the answers themselves; target: integers (T, B) or (B,).
    lengths: (B,) for targets (T, B). Raises ValueError where shapes do not belong together, for symbols outside
    0 … n − 1, NaN or infinity.
    """
    right, alive = _right(y, target, lengths)
    return float(right[alive].mean())


def exact(y, target, lengths=None):
    """The share of rows that are right at every step within their length, 0 … 1; arguments as in `accuracy`."""
    right, alive = _right(y, target, lengths)
    return float((right | ~alive).all(axis=0).mean())


def _right(y, target, lengths):
    """Which answers are right and which of them count, both (T, B); T = 1 where there is one answer for each row."""
    y, target = check.array("y", y), check.array("target", target)
    if y.ndim == target.ndim + 1:
        y = check.steps("y", y, "n")
        target = check.symbols("target", target, y.shape[:-1], y.shape[-1], " like y without n")
        y = y.argmax(axis=-1)
    for name, a in (("target", target), ("y", y)):
        if a.dtype.kind not in "iu":
            raise ValueError(f"{name}: got dtype {a.dtype}, wanted integers, one for each answer")
    wanted, also = (("T", "B"), "") if target.ndim == 2 else (("B",), " or (T, B)")
    check.shape("target", target.shape, wanted, also)
    check.shape("y", y.shape, target.shape, " like target, or with one more axis for the scores")
    if lengths is not None and target.ndim == 1:
        raise ValueError(f"lengths: got {lengths}, wanted None: a target (B,) has one step")
    right = np.atleast_2d(y == target)
    alive = check.mask(lengths, *right.shape)
    return right, np.ones_like(right) if alive is None else alive[:, :, 0]
