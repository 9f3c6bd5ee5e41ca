"""Large arrays that begin where a line of the processor's cache does.

np.empty begins at any multiple of 16 bytes. A cache hands out lines of 64, which is also what AVX-512 reads at
once: from another beginning each read needs two, and a product that reads W where it lies takes a quarter longer.
"""

import math

import numpy as np

LINE = 64  # bytes
LARGE = 2**16  # bytes; finding the beginning of a smaller array costs more than it saves


def empty(shape, dtype):
    """np.empty(shape, dtype), but where it is large it begins at a multiple of 64 bytes."""
    size = math.prod(shape)
    if size * dtype.itemsize < LARGE:
        return np.empty(shape, dtype)
    room = np.empty(size + LINE // dtype.itemsize, dtype)
    begin = -_address(room) % LINE // dtype.itemsize
    return room[begin : begin + size].reshape(shape)


def ensure(a):
    """a, or a copy of it in rows where it is large and begins elsewhere."""
    if a.nbytes < LARGE or (_address(a) % LINE == 0 and a.flags.c_contiguous):
        return a
    found = empty(a.shape, a.dtype)
    found[...] = a
    return found


def _address(a):
    """Where the numbers of a begin, in bytes."""
    return a.__array_interface__["data"][0]
