"""Products over all steps and rows at once: one large product takes less time than T small ones.

A batch of sequences (T, B, n) is T B columns of the mathematics; here they lie under each other, in rows.
"""

import numpy as np

from . import placed

# Up to so many numbers, a product with one-hot vectors takes less time than a sum for each symbol.
FEW = 2**18

ROWS = 64  # so many rows of W are turned at a time


def rows(a):
    """(…, n) → (T B, n): the rows of all steps under each other."""
    return a.reshape(-1, a.shape[-1])


def turned(W):
    """Wᵀ, written out, for many products h Wᵀ: as a mere view OpenBLAS would turn it in each of them.

    Some rows at a time: where rows are a power of two apart, the cache holds few of them side by side.
    """
    found = placed.empty(W.shape[::-1], W.dtype)
    for begin in range(0, len(W), ROWS):
        found[:, begin : begin + ROWS] = W[begin : begin + ROWS].T
    return found


def times(a, W, out=None):
    """a W, of a (…, m) and W (m, n); of one step (B, m) by `dot`, which has half the overhead of `@`."""
    return a.dot(W, out) if a.ndim == 2 else np.matmul(a, W, out=out)


def applied(W, x, out=None):
    """W x_t for all t, (…, m), of W (m, n) and x (…, n); in `out`, of one piece, where it is given."""
    out = None if out is None else rows(out)
    return np.matmul(rows(x), W.T, out=out).reshape(*x.shape[:-1], len(W))


def outer(delta, x):
    """Σ_t Σ_b δ_t x_tᵀ (m, n), of δ (…, m) and x (…, n)."""
    return rows(delta).T @ rows(x)


def sums_by_symbol(delta, x, n):
    """(n, m): row s is the sum of δ_t (T, B, m) over the steps and rows of x (T, B) that read s, 0 … n − 1.

    That is Σ_t Σ_b x_t δ_tᵀ with one-hot vectors x_t. None is made, but where few numbers make one product cheaper
    than n sums.
    """
    delta, read = rows(delta), x.ravel()
    if len(read) * max(n, delta.shape[1]) <= FEW:
        one_hot = np.zeros((n, len(read)), delta.dtype)
        one_hot[read, np.arange(len(read))] = 1
        return one_hot @ delta
    sums, begin = np.zeros((n, delta.shape[1]), delta.dtype), 0
    # steps and rows, by the symbol read there; integers of 8 or 16 bits are sorted by counting
    order = np.argsort(read.astype(np.min_scalar_type(n)), kind="stable")
    ends = np.bincount(read, minlength=n).cumsum().tolist()
    for of_symbol, end in zip(sums, ends, strict=True):
        if end > begin:
            np.add.reduce(delta.take(order[begin:end], axis=0), axis=0, out=of_symbol)
        begin = end
    return sums


def project(x, W, b, out=None):
    """W x_t + b for all t: a product for floats, a choice of columns for symbols, which are in range by now."""
    if x.ndim == 2:
        return np.take(W.T + b, x, axis=0, out=out, mode="clip")  # "raise" would copy all of out
    z = applied(W, x, out)
    z += b
    return z


def about_input(delta, x, W):
    """(Σ_t Σ_b δ_t x_tᵀ, of the shape of W, and Σ_t Σ_b δ_t), for floats and symbols.

    Every step reads one symbol, so the sums of all symbols add up to the second.
    """
    if x.ndim == 2:
        sums = sums_by_symbol(delta, x, W.shape[1])
        return sums.T.copy(), sums.sum(axis=0)
    return outer(delta, x), delta.sum((0, 1))
