"""Arrays begin where products are fast, and hold what other arrays hold."""

import numpy as np
import pytest

from rnn_core import placed

MIDDLE, LARGE, SMALL = (128, 128), (256, 257), (3, 4)  # in float32; MIDDLE in float64, too


def begins(a):
    return a.ctypes.data % placed.LINE


def at(offset, shape, dtype=np.float32):
    """An array of normal numbers that begins so many bytes behind a line."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    room = np.zeros(size + 2 * placed.LINE, np.uint8)
    begin = -begins(room) % placed.LINE + offset
    a = room[begin : begin + size].view(dtype).reshape(shape)
    a[...] = np.random.default_rng(0).normal(size=shape)
    return a


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [MIDDLE, LARGE, SMALL, (5, 129, 26), (2**16 + 1,)])
def test_an_empty_array_has_its_shape_and_its_place(shape, dtype):
    for _ in range(8):  # np.empty lies well by chance, too
        a = placed.empty(shape, np.dtype(dtype))
        assert a.shape == shape
        assert a.dtype == dtype
        assert a.flags.c_contiguous
        assert a.flags.writeable
        assert a.nbytes < placed.LEAST or (begins(a) == 0) == (a.nbytes <= placed.MOST)


@pytest.mark.parametrize(
    ("offset", "shape"), [(16, MIDDLE), (32, MIDDLE), (48, MIDDLE), (0, LARGE)]
)
def test_what_lies_badly_is_copied_to_a_better_place(offset, shape):
    a = at(offset, shape)
    found = placed.ensure(a)
    assert begins(a) == offset
    assert (begins(found) == 0) == (shape == MIDDLE)
    assert not np.shares_memory(a, found)
    np.testing.assert_array_equal(found, a)


@pytest.mark.parametrize(("offset", "shape"), [(0, MIDDLE), (16, LARGE)])
def test_what_lies_in_columns_is_written_out_in_rows(offset, shape):
    a = at(offset, shape).T
    found = placed.ensure(a)
    assert found.flags.c_contiguous
    np.testing.assert_array_equal(found, a)


@pytest.mark.parametrize(
    ("offset", "shape"),
    [(0, MIDDLE), (16, LARGE), (32, LARGE), (48, LARGE), (0, SMALL), (16, SMALL)],
)
def test_what_lies_well_or_is_small_stays_what_it_is(offset, shape):
    a = at(offset, shape)
    assert placed.ensure(a) is a
