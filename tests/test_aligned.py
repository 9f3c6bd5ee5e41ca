"""Large arrays begin where a line of the cache does, and hold what other arrays hold."""

import numpy as np
import pytest

from rnn_core import aligned


def begins(a):
    return a.ctypes.data % aligned.LINE


def at(offset, shape, dtype):
    """An array of these numbers that begins so many bytes behind a line."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    room = np.zeros(size + 2 * aligned.LINE, np.uint8)
    begin = -begins(room) % aligned.LINE + offset
    a = room[begin : begin + size].view(dtype).reshape(shape)
    a[...] = np.random.default_rng(0).normal(size=shape)
    return a


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(128, 128), (5, 129, 33), (2**15 + 1,), (3, 4)])
def test_an_empty_array_has_its_shape_and_where_it_is_large_its_beginning(shape, dtype):
    for _ in range(8):  # np.empty has it by chance in one of four
        a = aligned.empty(shape, np.dtype(dtype))
        assert a.shape == shape
        assert a.dtype == dtype
        assert a.flags.c_contiguous
        assert a.flags.writeable
        assert a.nbytes < aligned.LARGE or begins(a) == 0


@pytest.mark.parametrize("offset", [16, 32, 48])
def test_a_large_array_that_begins_elsewhere_is_copied(offset):
    a = at(offset, (128, 128), np.float32)
    found = aligned.ensure(a)
    assert begins(a) == offset
    assert begins(found) == 0
    assert not np.shares_memory(a, found)
    np.testing.assert_array_equal(found, a)


def test_a_large_array_in_columns_is_written_out_in_rows():
    a = at(0, (128, 130), np.float32).T
    found = aligned.ensure(a)
    assert found.flags.c_contiguous
    np.testing.assert_array_equal(found, a)


def test_what_begins_well_and_what_is_small_stays_what_it_is():
    large, small = at(0, (128, 128), np.float32), at(16, (3, 4), np.float32)
    assert aligned.ensure(large) is large
    assert aligned.ensure(small) is small
