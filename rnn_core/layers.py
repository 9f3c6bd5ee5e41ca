"""Cells put together: one above the other, or one in each direction. Same methods as a single cell."""

from typing import Any, NamedTuple

import numpy as np

from . import check
from .cells import RNN
from .tree import tree_map


class LayersTape(NamedTuple):
    """What backward needs to know of forward: the tape of every cell. `state` is the final state."""

    x: np.ndarray  # (T, B, n_x) floats or (T, B) symbols
    h: np.ndarray  # (T, B, width), zero beyond lengths
    state0: tuple  # one state for every cell
    state: tuple  # the same, at the end
    lengths: Any  # (B,) integers, or None
    tapes: tuple


class _Cells(NamedTuple):
    cells: tuple


class Stacked(_Cells):
    """Layers: the h of each cell is the x of the next. cells: any, lowest first; the state is a tuple of theirs."""

    __slots__ = ()

    def __new__(cls, cells):
        """A list will do: it is kept as a tuple."""
        return super().__new__(cls, tuple(cells) if isinstance(cells, list) else cells)

    @classmethod
    def init(cls, rng, n_x, n_h, dtype=np.float64, cell=RNN, layers=2):
        """`layers` ≥ 1 cells of one kind (anything with an `init`), all of width n_h."""
        first, above = cell.init(rng, n_x, n_h, dtype), []
        for _ in range(check.count("layers", layers) - 1):
            above.append(cell.init(rng, (above or [first])[-1].width, n_h, dtype))
        return cls((first, *above))

    @property
    def n_x(self):
        """How many numbers, or symbols, an input step has."""
        return self.cells[0].n_x

    @property
    def width(self):
        """How many numbers an output step has: those of the top cell."""
        return self.cells[-1].width

    def zeros(self, B):
        """The state of B rows before anything was read."""
        return tuple(cell.zeros(B) for cell in self.cells)

    def seen(self, state):
        """The part of a state that the next layer sees: h of the top cell."""
        return self.cells[-1].seen(state[-1])

    def unseen(self, dh):
        """∂L/∂state where L feels `seen(state)` alone, with dh = ∂L/∂h (B, width)."""
        below = (tree_map(np.zeros_like, cell.zeros(len(dh))) for cell in self.cells[:-1])
        return (*below, self.cells[-1].unseen(dh))

    def forward(self, x, state=None, lengths=None):
        """h of the top cell; arguments, shapes and errors as in `RNN.forward`. state: one for every cell."""
        self._checked()
        states = _states("state", state, self.cells)
        tapes, h = [], x
        for cell, s in zip(self.cells, states, strict=True):
            h, tape = cell.forward(h, s, lengths)
            tapes.append(tape)
        return h, _tape(tapes, h, lengths)

    def backward(self, tape, dh=None, dstate=None, truncate=None, carry=None):
        """As `RNN.backward`, from the top cell down: the dx of each is the dh of the one below.

        truncate counts the steps back within each layer. Raises ValueError as the cells do.
        """
        self._checked()
        grads, dstate0 = [], []
        tapes = _tapes(tape, self.cells, self.width)
        parts = zip(self.cells, tapes, _states("dstate", dstate, self.cells), strict=True)
        for cell, its_tape, ds in reversed(list(parts)):
            g, dh, ds_0 = cell.backward(its_tape, dh, ds, truncate, carry)
            grads.insert(0, g)
            dstate0.insert(0, ds_0)
        return type(self)(tuple(grads)), dh, tuple(dstate0)

    def _checked(self):
        one = not isinstance(self.cells, tuple) or hasattr(self.cells, "forward")
        if one or not self.cells:
            got = type(self.cells).__name__ if one else "()"
            raise ValueError(f"cells: got {got}, wanted a tuple of one cell or more")
        for cell in self.cells:
            check.has("cells", cell, "forward")
        for k, (below, above) in enumerate(zip(self.cells[:-1], self.cells[1:], strict=True)):
            if below.width != above.n_x:
                raise ValueError(
                    f"cells: got n_x = {above.n_x} in cell {k + 1}, wanted {below.width}, the width of cell {k} below"
                )


class Bidirectional(NamedTuple):
    """h_t = [h_t of fwd, which has read x_1 … x_t; h_t of bwd, which has read x_T … x_t].

    The state is the pair of theirs; for bwd it is the one before x_T and, at the end, after x_1. It needs the whole
    sequence before it can say anything about its first step.
    """

    fwd: Any
    bwd: Any

    @classmethod
    def init(cls, rng, n_x, n_h, dtype=np.float64, cell=RNN):
        """Two cells of one kind (anything with an `init`), each of width n_h."""
        return cls(cell.init(rng, n_x, n_h, dtype), cell.init(rng, n_x, n_h, dtype))

    @property
    def n_x(self):
        """How many numbers, or symbols, an input step has."""
        return self.fwd.n_x

    @property
    def width(self):
        """How many numbers an output step has: those of both cells."""
        return self.fwd.width + self.bwd.width

    def zeros(self, B):
        """The states of B rows before anything was read."""
        return self.fwd.zeros(B), self.bwd.zeros(B)

    def seen(self, state):
        """What both have seen when each is through: h of fwd at the end, h of bwd at the beginning."""
        return np.concatenate([self.fwd.seen(state[0]), self.bwd.seen(state[1])], axis=-1)

    def unseen(self, dh):
        """∂L/∂state where L feels `seen(state)` alone, with dh = ∂L/∂seen (B, width)."""
        n = self.fwd.width
        return self.fwd.unseen(dh[:, :n]), self.bwd.unseen(dh[:, n:])

    def forward(self, x, state=None, lengths=None):
        """(T, B, 2 n_h): fwd beside bwd; arguments, shapes and errors as in `RNN.forward`."""
        self._checked()
        states = _states("state", state, self)
        h_f, fwd = self.fwd.forward(x, states[0], lengths)
        order = _reversal(*fwd.x.shape[:2], lengths)
        h_b, bwd = self.bwd.forward(fwd.x[order], states[1], lengths)
        h = np.concatenate([h_f, h_b[order]], axis=-1)
        return h, _tape([fwd, bwd], h, lengths)

    def backward(self, tape, dh=None, dstate=None, truncate=None, carry=None):
        """As `RNN.backward`; for bwd, truncate counts steps towards the end, and carry stands at the same borders."""
        self._checked()
        fwd, bwd = _tapes(tape, self, self.width)
        n, (T, B) = self.fwd.width, tape.h.shape[:2]
        order = _reversal(T, B, tape.lengths)
        if dh is not None:
            dh = check.floats("dh", dh, tape.h.shape, tape.h.dtype, " like h")
        ahead, behind = (None, None) if dh is None else (dh[..., :n], dh[..., n:][order])
        to_fwd, to_bwd = _states("dstate", dstate, self)
        g_f, dx_f, d0_f = self.fwd.backward(fwd, ahead, to_fwd, truncate, carry)
        mirrored = None if carry is None else _mirrored(carry, T, B, tape.lengths)
        g_b, dx_b, d0_b = self.bwd.backward(bwd, behind, to_bwd, truncate, mirrored)
        dx = None if dx_f is None else dx_f + dx_b[order]
        return type(self)(g_f, g_b), dx, (d0_f, d0_b)

    def _checked(self):
        check.has("fwd", self.fwd, "forward")
        check.has("bwd", self.bwd, "forward")
        if self.fwd.n_x != self.bwd.n_x:
            raise ValueError(f"bwd: got n_x = {self.bwd.n_x}, wanted {self.fwd.n_x} like fwd")


def causal(name, cell):
    """The cell, refused where it would read a sentence's end before its beginning is said."""
    if isinstance(cell, Bidirectional):
        raise ValueError(f"{name}: got Bidirectional, wanted a cell that does not read ahead")
    for layer in cell.cells if isinstance(cell, Stacked) else ():
        causal(name, layer)
    return cell


def _tape(tapes, h, lengths):
    state0, state = tuple(t.state0 for t in tapes), tuple(t.state for t in tapes)
    return LayersTape(tapes[0].x, h, state0, state, lengths, tuple(tapes))


def _states(name, state, cells):
    """One state for every cell, None where none is given."""
    if state is None:
        return (None,) * len(cells)
    if not isinstance(state, tuple) or len(state) != len(cells):
        got = f"a tuple of {len(state)}" if isinstance(state, tuple) else type(state).__name__
        raise ValueError(
            f"{name}: got {got}, wanted a tuple of {len(cells)}, one state for every cell"
        )
    return state


def _tapes(tape, cells, width):
    if not isinstance(tape, LayersTape):
        raise ValueError(f"tape: got {type(tape).__name__}, wanted the tape of this forward")
    got, wanted = (len(tape.tapes), tape.h.shape[-1]), (len(cells), width)
    if got != wanted:
        raise ValueError(
            f"tape: got {got[0]} cells and h of width {got[1]}, wanted {wanted[0]} and {wanted[1]} of this forward"
        )
    return tape.tapes


def _reversal(T, B, lengths):
    """Indices that turn every row round within its length; padding stays. Applied twice, nothing moves."""
    t = np.arange(T)[:, None]
    end = np.full(B, T) if lengths is None else check.lengths(lengths, T, B)
    return np.where(t < end, end - 1 - t, t), np.arange(B)


def _mirrored(carry, T, B, lengths):
    """carry as the reversed rows meet it, (T, B): the border between t and t + 1 is crossed from the other side."""
    carry = np.broadcast_to(np.reshape(carry, (T, -1)), (T, B))
    end = np.full(B, T) if lengths is None else check.lengths(lengths, T, B)
    t = np.arange(T)[:, None]
    # step t of the reversed row is step end − 1 − t; it receives from end − 2 − t, the lower side of their border
    return carry[np.maximum(end - 2 - t, 0), np.arange(B)]
