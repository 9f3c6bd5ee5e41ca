"""Whole networks: a cell, a readout, and where a sequence begins and ends. Each takes any cell.

A batch is a `tasks.Batch`; a target of integers asks for classes (cross-entropy), one of floats for numbers
(squared error). Where a model speaks, its last input symbol is the one that begins a sequence.
"""

from typing import Any, NamedTuple

import numpy as np

from . import check
from .cells import RNN
from .layers import causal
from .losses import cross_entropy, squared_error
from .readout import Readout
from .start import Start
from .tree import joined, parted


def criterion(y, target, lengths=None):
    """(L, ∂L/∂y), the mean over targets: cross-entropy for integers, squared error for floats."""
    loss = cross_entropy if np.asarray(target).dtype.kind in "iu" else squared_error
    return loss(y, target, lengths, reduction="mean")


class ManyToOne(NamedTuple):
    """x_1 … x_T → y = W_y h_T + c: one answer, read from the final state (of a bidirectional cell, both ends)."""

    cell: Any
    readout: Readout

    @classmethod
    def init(cls, rng, n_x, n_h, n_y, cell=RNN, dtype=np.float64):
        """cell: anything with an `init`. Raises ValueError for sizes below 1."""
        made = check.kind("cell", cell).init(rng, n_x, n_h, dtype)
        return cls(made, Readout.init(rng, made.width, n_y, dtype))

    def forward(self, x, lengths=None):
        """(y (B, n_y), tape). x (T, B, n_x) floats or (T, B) symbols; lengths (B,) in 1 … T."""
        _, tape = self.cell.forward(x, lengths=lengths)
        y, y_tape = self.readout.forward(self.cell.seen(tape.state))
        return y, (tape, y_tape)

    def backward(self, tape, dy):
        """(grads, dx) from dy (B, n_y): all of it enters as dstate, at the end."""
        dreadout, dh = self.readout.backward(tape[1], dy)
        dcell, dx, _ = self.cell.backward(tape[0], dstate=self.cell.unseen(dh))
        return type(self)(dcell, dreadout), dx

    def loss(self, batch):
        """(L, grads) of a batch with x, target (B,) or (B, n_y), lengths."""
        check.fields(batch, "x", "target")
        y, tape = self.forward(batch.x, batch.lengths)
        loss, dy = criterion(y, batch.target)
        return loss, self.backward(tape, dy)[0]


class ManyToMany(NamedTuple):
    """x_1 … x_T → y_t = W_y h_t + c at every step: as many answers as inputs, aligned."""

    cell: Any
    readout: Readout

    init = classmethod(ManyToOne.init.__func__)

    def forward(self, x, lengths=None):
        """(y (T, B, n_y), tape). x (T, B, n_x) floats or (T, B) symbols; lengths (B,) in 1 … T."""
        h, tape = self.cell.forward(x, lengths=lengths)
        y, y_tape = self.readout.forward(h)
        return y, (tape, y_tape)

    def backward(self, tape, dy):
        """(grads, dx) from dy (T, B, n_y): a part of it enters at every step."""
        dreadout, dh = self.readout.backward(tape[1], dy)
        dcell, dx, _ = self.cell.backward(tape[0], dh)
        return type(self)(dcell, dreadout), dx

    def loss(self, batch):
        """(L, grads) of a batch with x, target (T, B) or (T, B, n_y), lengths."""
        check.fields(batch, "x", "target")
        y, tape = self.forward(batch.x, batch.lengths)
        loss, dy = criterion(y, batch.target, batch.lengths)
        return loss, self.backward(tape, dy)[0]


class OneToMany(NamedTuple):
    """v → y_1 … y_T: a vector sets h_0 = tanh(W_0 v + b_0), then each step reads the symbol before its own."""

    start: Start
    cell: Any
    readout: Readout

    @classmethod
    def init(cls, rng, n_v, n_x, n_h, n_y, cell=RNN, dtype=np.float64):
        """n_v numbers come in, n_y symbols may go out, n_x = n_y + 1 with the one that begins."""
        made = check.kind("cell", cell).init(rng, n_x, n_h, dtype)
        start = Start.init(rng, n_v, joined(made.zeros(1)).shape[-1], dtype)
        return cls(start, made, Readout.init(rng, made.width, n_y, dtype))

    def forward(self, v, x, lengths=None):
        """(y (T, B, n_y), tape), with the true symbols before each step as x (T, B): teacher forcing."""
        s_0, start = self.start.forward(v)
        h, tape = self.cell.forward(x, self._state(s_0), lengths)
        y, y_tape = self.readout.forward(h)
        return y, (start, tape, y_tape)

    def backward(self, tape, dy):
        """(grads, dv) from dy (T, B, n_y): what comes out as dstate0 goes on to W_0, b_0 and v."""
        start, cell_tape, y_tape = tape
        dreadout, dh = self.readout.backward(y_tape, dy)
        dcell, _, dstate0 = self.cell.backward(cell_tape, dh)
        dstart, dv = self.start.backward(start, joined(dstate0))
        return type(self)(dstart, dcell, dreadout), dv

    def loss(self, batch):
        """(L, grads) of a batch with source (B, n_v), x (T, B), target (T, B), lengths."""
        check.fields(batch, "source", "x", "target")
        y, tape = self.forward(batch.source, batch.x, batch.lengths)
        loss, dy = criterion(y, batch.target, batch.lengths)
        return loss, self.backward(tape, dy)[0]

    def generate(self, v, n):
        """(n, B) symbols, the likeliest at each step, each read back as the next input: free running."""
        s_0, _ = self.start.forward(v)
        x = np.full((check.count("n", n), len(s_0)), begins(self.cell, self.readout))
        return run_on(self._speak, self._state(s_0), x, np.arange(n) == 0)[1]

    def _state(self, s_0):
        like = causal("cell", self.cell).zeros(len(s_0))
        where = ": W_0 has a row for each number of the cell's state"
        check.shape("start", s_0.shape, joined(like).shape, where)
        return parted(s_0, like)

    def _speak(self, x, state):
        h, tape = self.cell.forward(x, state)
        return self.readout.forward(h)[0], tape.state


def begins(cell, readout):
    """The symbol that begins a sequence, n_x − 1: the one that a cell reads and its readout does not say."""
    if len(readout.c) != cell.n_x - 1:
        raise ValueError(
            f"readout: got n_y = {len(readout.c)}, wanted {cell.n_x - 1}: all of the cell's n_x = {cell.n_x} "
            f"symbols but the last, which begins a sequence"
        )
    return cell.n_x - 1


def run_on(speak, state, x, given):
    """(inputs, outputs), (T, B) each: at step t read x_t where given[t], else the symbol that was just said.

    speak(x (1, B), state) → (y (1, B, n_y), state); given (T,) or (T, B) booleans, true in step 0.
    """
    read, said = [], []
    for t in range(len(x)):
        read.append(x[t] if t == 0 else np.where(given[t], x[t], said[-1]))
        y, state = speak(read[-1][None], state)
        said.append(y[0].argmax(axis=-1))
    return np.array(read), np.array(said)
