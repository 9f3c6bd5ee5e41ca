"""Whole networks: a cell, a readout, and where a sequence begins and ends. Each takes any cell.

A batch is a `tasks.Batch`; a target of integers asks for classes (cross-entropy), one of floats for numbers
(squared error). Where a model speaks, its last input symbol is the one that begins a sequence.
"""

from typing import Any, NamedTuple

import numpy as np

from . import check
from .cells import RNN
from .gated import LSTM
from .layers import Stacked, causal
from .losses import cross_entropy, log_softmax, softmax, squared_error
from .readout import Readout
from .speaking import begins, chances, draw, run_on, speaker
from .start import Start
from .tree import joined, parted

PIECE = 1024  # steps read at a time where no gradient is wanted, so that memory stays small


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

    def forward(self, x, lengths=None, state=None):
        """(y (T, B, n_y), tape). x (T, B, n_x) floats or (T, B) symbols; lengths (B,) in 1 … T; state: the cell's."""
        h, tape = self.cell.forward(x, state, lengths)
        y, y_tape = self.readout.forward(h)
        return y, (tape, y_tape)

    def backward(self, tape, dy):
        """(grads, dx) from dy (T, B, n_y): a part of it enters at every step."""
        dreadout, dh = self.readout.backward(tape[1], dy)
        dcell, dx, _ = self.cell.backward(tape[0], dh)
        return self._replace(cell=dcell, readout=dreadout), dx

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
        speak = speaker(self.cell, self.readout)
        return run_on(speak, self._state(s_0), x, np.arange(n) == 0)[1]

    def _state(self, s_0):
        like = causal("cell", self.cell).zeros(len(s_0))
        where = ": W_0 has a row for each number of the cell's state"
        check.shape("start", s_0.shape, joined(like).shape, where)
        return parted(s_0, like)


class CharModel(NamedTuple):
    """P(x_{t+1} | x_1 … x_t) = softmax(W_y h_t + c): reads a text symbol by symbol, and can write.

    cell: any that does not read ahead; vocab: the `Vocabulary` of the symbols, characters or words.
    """

    cell: Any
    readout: Readout
    vocab: Any

    @classmethod
    def init(cls, rng, vocab, cell=LSTM, n_h=128, layers=1, dtype=np.float64):
        """cell: anything with an `init`, of which there are `layers`. Raises ValueError for sizes below 1."""
        n, layers = len(check.has("vocab", vocab, "encode")), check.count("layers", layers)
        made = check.kind("cell", cell).init(rng, n, n_h, dtype)
        made = made if layers == 1 else Stacked.init(rng, n, n_h, dtype, cell, layers)
        return cls(causal("cell", made), Readout.init(rng, made.width, n, dtype), vocab)

    backward = ManyToMany.backward
    loss = ManyToMany.loss

    def forward(self, x, lengths=None, state=None):
        """(logits (T, B, V), tape) of symbols x (T, B), or floats (T, B, V); tape[0].state carries on."""
        causal("cell", self.cell)
        return ManyToMany.forward(self, x, lengths, state)

    def log_prob(self, ids):
        """log P(x_t | x_1 … x_{t−1}) for every symbol of a text: (len(ids),) in nats, read once from state zero.

        Of the first symbol, before which nothing was read, a guess: −ln V.
        Raises ValueError for an empty text and for symbols outside the vocabulary.
        """
        n = len(self.vocab)
        x, state = check.symbols("ids", ids, ("n",), n), None
        found = [np.array([-np.log(n)])]
        for at in range(0, len(x) - 1, PIECE):
            read, target = x[:-1][at : at + PIECE], x[1:][at : at + PIECE]
            logits, tape = self.forward(read[:, None], state=state)
            state = tape[0].state
            found.append(log_softmax(logits[:, 0])[np.arange(len(target)), target])
        return np.concatenate(found)

    def next_probs(self, context=()):
        """P(s | context) of all symbols s, (V,); context: integers (m,); 1/V each where there is none."""
        n = len(self.vocab)
        if not len(check.array("context", context)):
            return np.full(n, 1 / n)
        x = check.symbols("context", context, ("m",), n)
        return softmax(self.forward(x[:, None])[0][-1, 0])

    def generate(self, rng, n, prefix="", temperature=1.0, top_k=None, rows=None):
        """A text: the prefix and n symbols after it, each drawn from softmax(logits / temperature).

        The prefix is read first. Where it is empty the model reads a line break, which begins a line and is no part
        of the text, or, if there is none in its vocabulary, a first symbol that is drawn uniformly. temperature 0
        takes the likeliest; top_k: only the k likeliest may come. rows: a list of so many texts, written side by
        side, in place of one. Raises ValueError for numbers out of range and symbols outside the vocabulary.
        """
        n, B = check.count("n", n), 1 if rows is None else check.count("rows", rows)
        check.generator(rng)
        chances(np.zeros(1), temperature, top_k)  # refuses what is out of range
        choose = lambda y: draw(rng, chances(y, temperature, top_k))
        shown = np.repeat(self.vocab.encode(prefix)[:, None], B, axis=1)
        if len(shown) == 0 and "\n" not in self.vocab.symbols:
            shown, n = rng.integers(len(self.vocab), size=(1, B)), n - 1
        read = shown if len(shown) else np.repeat(self.vocab.encode("\n")[:, None], B, axis=1)
        state = self.forward(read[:-1])[1][0].state if len(read) > 1 else None
        x = np.repeat(read[-1:], n, axis=0)
        said = run_on(speaker(self.cell, self.readout), state, x, np.arange(n) == 0, choose)[1]
        said = said.reshape(n, B).astype(np.intp)  # (0,) floats, where nothing was left to say
        texts = [self.vocab.decode(row) for row in np.concatenate([shown, said]).T]
        return texts[0] if rows is None else texts
