"""What a cell is given and what it keeps for the way back; whatever does not fit is refused here, in words."""

from typing import Any, NamedTuple

import numpy as np

from . import check


class Tape(NamedTuple):
    """What backward needs to know of forward. `state` is the final state, to carry on with."""

    x: np.ndarray  # (T, B, n_x) floats or (T, B) symbols
    h: np.ndarray  # (T, B, n_h), zero beyond lengths
    state0: Any  # (B, n_h), h_0; for an LSTM the pair (h_0, c_0)
    state: Any  # like state0, of row b at lengths[b]
    lengths: Any  # (B,) integers, or None
    inner: Any = None  # what happened inside a cell with gates, (T, B, n_h) each
    before: Any = None  # like state0, of every step what came before it, (T, B, n_h) each
    cell: Any = None  # whose forward it was: that cell's parameters were looked at there


def begun(first, T):
    """An array (T + 1, B, n) that begins with what came first (B, n): a[:-1] is a_{t−1} to a[1:], a_1 … a_T."""
    a = np.empty((T + 1, *first.shape), first.dtype)
    a[0] = first
    return a


def may_write_over(back, h):
    """Is `back.room` an array made for this way back alone, in which δ can stand? (A slope may be h itself.)"""
    room = getattr(back, "room", None)
    if room is None or room is h or not room.flags.owndata:
        return False
    return room.shape[:-1] == h.shape[:-1] and room.dtype == h.dtype


def checked_cell(cell):
    """The dtype that all parameters share; their shapes must belong together."""
    blocks = cell.blocks
    k = "" if len(blocks) == 1 else f"{len(blocks)} "
    W_x = check.parameter("W_x", cell.W_x, (f"{k}n_h", "n_x"))
    n_h, rest = divmod(len(W_x), len(blocks))
    if rest:
        raise ValueError(
            f"W_x: got shape {W_x.shape}, wanted ({k}n_h, n_x): {len(blocks)} blocks {', '.join(blocks)} of n_h rows"
        )
    where = f" (W_x has {k}n_h = {len(W_x)} rows)"
    check.parameter("W_h", cell.W_h, (len(W_x), n_h), W_x.dtype, where)
    for name in cell._fields[2:]:
        check.parameter(name, getattr(cell, name), (len(W_x),), W_x.dtype, where)
    return W_x.dtype


def checked_input(cell, x, state, lengths):
    """x as floats or symbols, the state (zeros for None), and which steps are alive, (T, B, 1) or None."""
    dtype, n_x = checked_cell(cell), cell.n_x
    x = check.sequence("x", x, n_x, dtype, f" (W_x has n_x = {n_x} columns)")
    T, B = x.shape[:2]
    state = cell.zeros(B) if state is None else _checked_state(cell, "state", state, B)
    return x, state, check.mask(lengths, T, B)


def _checked_state(cell, name, state, B):
    n_h, dtype = cell.width, cell.W_x.dtype
    where = f" (B = {B} rows, n_h = {n_h})" if name == "state" else " like the state"
    if cell.parts == 1:
        if isinstance(state, tuple):
            raise ValueError(
                f"{name}: got a tuple of {len(state)}, wanted one array ({B}, {n_h}): this cell has no pair (h, c)"
            )
        return check.floats(name, state, (B, n_h), dtype, where)
    if not isinstance(state, tuple) or len(state) != cell.parts:
        got = f"a tuple of {len(state)}" if isinstance(state, tuple) else type(state).__name__
        raise ValueError(f"{name}: got {got}, wanted the pair (h, c), each ({B}, {n_h})")
    return tuple(check.floats(name, part, (B, n_h), dtype, where) for part in state)


def checked_gradients(cell, tape, dh, dstate, truncate, carry):
    """∂⁺L/∂s_t with the final state's gradient added where each row ends, and carry as an array."""
    h, n_h, dtype = _checked_tape(cell, tape).h, cell.width, cell.W_x.dtype
    T, B = h.shape[:2]
    dh = np.zeros_like(h) if dh is None else check.floats("dh", dh, (T, B, n_h), dtype, " like h")
    ds = cell.beside_nothing(dh)
    if tape.lengths is not None:
        ds = ds * check.mask(tape.lengths, T, B)  # h is constantly 0 there
    if dstate is not None:
        ds = ds.copy()  # dh is the caller's
        last = T - 1 if tape.lengths is None else np.asarray(tape.lengths) - 1
        dstate = _checked_state(cell, "dstate", dstate, B)
        ds[last, np.arange(B)] += dstate if cell.parts == 1 else np.concatenate(dstate, axis=-1)
    if truncate is not None:
        check.count("truncate", truncate)
    return ds, None if carry is None else _checked_carry(carry, T, B, dtype)


def _checked_tape(cell, tape):
    if not isinstance(tape, Tape):
        raise ValueError(f"tape: got {type(tape).__name__}, wanted the tape of this cell's forward")
    if tape.cell is not cell:
        checked_cell(cell)
    inside = getattr(tape.inner, "_fields", ("h",))
    if inside[: len(cell.blocks)] != cell.blocks:
        raise ValueError(
            f"tape: got one with {', '.join(inside)} inside, wanted the tape of this cell's "
            f"forward, with {', '.join(cell.blocks)}"
        )
    x, h, n_h, n_x, dtype = tape.x, tape.h, cell.width, cell.n_x, cell.W_x.dtype
    if h.shape[-1] != n_h or h.dtype != dtype or (x.ndim == 3 and x.shape[-1] != n_x):
        raise ValueError(
            f"tape: got x {x.shape} and h {h.shape} of {h.dtype}, wanted the tape of this cell's "
            f"forward (n_x = {n_x}, n_h = {n_h}, {dtype})"
        )
    return tape


def _checked_carry(carry, T, B, dtype):
    carry = check.array("carry", carry)
    carry = carry.astype(dtype) if carry.dtype.kind in "biu" else carry  # a mask of 0 and 1
    wanted = (T, B) if carry.ndim == 2 else (T,)
    check.floats("carry", carry, wanted, where=f": one factor per step (T = {T})")
    return carry.astype(dtype)
