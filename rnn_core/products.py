"""Products over all steps and rows at once: one large product takes less time than T small ones.

A batch of sequences (T, B, n) is T B columns of the mathematics; here they lie under each other, in rows.
"""

import numpy as np

# Up to so many numbers, a product with one-hot vectors takes less time than a sum for each symbol.
FEW = 2**17

ROWS = 64  # so many rows of W are turned at a time


def rows(a):
    """(…, n) → (T B, n): the rows of all steps under each other."""
    return a.reshape(-1, a.shape[-1])


def turned(W):
    """Wᵀ, written out, for many products h Wᵀ: as a mere view OpenBLAS would turn it in each of them.

    Some rows at a time: where rows are a power of two apart, the cache holds few of them side by side.
    """
    found = np.empty(W.shape[::-1], W.dtype)
    for begin in range(0, len(W), ROWS):
        found[:, begin : begin + ROWS] = W[begin : begin + ROWS].T
    return found


def times(a, W):
    """a W, of a (…, m) and W (m, n); of one step (B, m) by `dot`, which has half the overhead of `@`."""
    return a.dot(W) if a.ndim == 2 else a @ W


def applied(W, x, out=None):
    """W x_t for all t, (…, m), of W (m, n) and x (…, n); in `out`, of one piece, where it is given."""
    out = None if out is None else rows(out)
    return np.matmul(rows(x), W.T, out=out).reshape(*x.shape[:-1], len(W))


def outer(delta, x):
    """Σ_t Σ_b δ_t x_tᵀ (m, n), of δ (…, m) and x (…, n)."""
    return rows(delta).T @ rows(x)


def outer_symbols(delta, x, n):
    """Σ_t Σ_b δ_t x_tᵀ (m, n), of δ (T, B, m) and the one-hot vectors of symbols x (T, B) in 0 … n − 1.

    Column s is the sum of δ_t over the steps and rows that read s. No one-hot vector is made, but where few
    numbers make one product cheaper than n sums.
    """
    delta, read = rows(delta), x.ravel()
    if len(read) * max(n, delta.shape[1]) <= FEW:
        one_hot = np.zeros((len(read), n), delta.dtype)
        one_hot[np.arange(len(read)), read] = 1
        return outer(delta, one_hot)
    found, begin = np.zeros((delta.shape[1], n), delta.dtype), 0
    order = np.argsort(read, kind="stable")  # steps and rows, by the symbol read there
    for symbol, end in enumerate(np.cumsum(np.bincount(read))):
        if end > begin:
            found[:, symbol] = delta.take(order[begin:end], axis=0).sum(axis=0)
        begin = end
    return found
