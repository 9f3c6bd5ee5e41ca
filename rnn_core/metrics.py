"""How good an answer is: shares of right ones."""

from . import check


def accuracy(y, target, lengths=None):
    """The share of right symbols, 0 … 1; steps beyond a row's length count nothing.

    y: scores (…, n), of which the largest is the answer, or the answers themselves; target: integers (T, B) or (B,).
    Raises ValueError where the shapes do not belong together.
    """
    right = _right(y, target)
    if lengths is None:
        return float(right.mean())
    return float(right[check.mask(lengths, *right.shape)[:, :, 0]].mean())


def exact(y, target, lengths=None):
    """The share of rows that are right at every step within their length, 0 … 1; arguments as in `accuracy`."""
    right = _right(y, target)
    if lengths is not None:
        right = right | ~check.mask(lengths, *right.shape)[:, :, 0]
    return float(right.all(axis=0).mean())


def _right(y, target):
    y, target = check.array("y", y), check.array("target", target)
    said = y.argmax(axis=-1) if y.ndim == target.ndim + 1 else y
    check.shape("y", said.shape, target.shape, " like target, or with one more axis for the scores")
    return said == target
