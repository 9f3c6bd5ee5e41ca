"""Arrays for products that take one step after the other, at addresses from which these are fast.

np.empty begins at any multiple of 16 bytes. A cache hands out lines of 64, which is also what AVX-512 reads at once.
OpenBLAS multiplies small matrices as they lie: from another beginning each read of W needs two lines, and 32 rows
times 128 × 128 numbers take 11.6 µs for 9.0. Larger matrices it rearranges first, and for these the beginning of a
line is the one place to avoid: 32 rows times 512 × 2048 numbers took 1.18 ms from there, 0.91 to 1.02 from elsewhere.
(Measured on an Intel Xeon. With 256 × 256 numbers, and with AVX2 at any size, it makes no difference.)
"""

import math

import numpy as np

LINE = 64  # bytes
LEAST = 2**16  # bytes; below, finding a place costs more than it saves
MOST = (
    2**17
)  # bytes; an array of up to so many begins with a line, a larger one behind a line's beginning


def empty(shape, dtype):
    """np.empty(shape, dtype) at such an address."""
    size = math.prod(shape)
    if size * dtype.itemsize < LEAST:
        return np.empty(shape, dtype)
    room = np.empty(size + LINE // dtype.itemsize, dtype)
    behind = 0 if size * dtype.itemsize <= MOST else LINE // 4
    begin = (behind - _address(room)) % LINE // dtype.itemsize
    return room[begin : begin + size].reshape(shape)


def copy(a):
    """A copy of a, in rows, at such an address."""
    found = empty(a.shape, a.dtype)
    found[...] = a
    return found


def ensure(a):
    """a, or where it lies badly a copy of it."""
    if a.nbytes < LEAST:
        return a
    begins_a_line = _address(a) % LINE == 0
    if a.flags.c_contiguous and begins_a_line == (a.nbytes <= MOST):
        return a
    return copy(a)


def _address(a):
    """Where the numbers of a begin, in bytes."""
    return a.__array_interface__["data"][0]
