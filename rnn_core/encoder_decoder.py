"""Sequence in, sequence of another length out: an encoder, a decoder, and attention between them if one likes."""

from typing import Any, NamedTuple

import numpy as np

from . import check
from .attention import Attention
from .cells import RNN
from .layers import causal
from .models import criterion
from .readout import Readout
from .speaking import begins, run_on
from .tree import leaves


class EncoderDecoder(NamedTuple):
    """x_1 … x_S → state → y_1 … y_T, of another length: the encoder's final state is the decoder's first.

    attention: None, or an `Attention` between the decoder's h_t and the readout that looks at all the encoder's h.
    """

    encoder: Any
    decoder: Any
    readout: Readout
    attention: Any = None

    @classmethod
    def init(cls, rng, n_source, n_x, n_h, n_y, cell=RNN, score=None, dtype=np.float64):
        """n_source symbols come in, n_y go out, n_x = n_y + 1 with one to begin; score: Dot, Additive, None."""
        check.kind("cell", cell)
        encoder, decoder = cell.init(rng, n_source, n_h, dtype), cell.init(rng, n_x, n_h, dtype)
        readout = Readout.init(rng, decoder.width, n_y, dtype)
        if score is None:
            return cls(encoder, decoder, readout)
        return cls(
            encoder,
            decoder,
            readout,
            Attention.init(rng, decoder.width, encoder.width, dtype, score),
        )

    def forward(self, source, x, source_lengths=None, lengths=None):
        """(y (T, B, n_y), tape), with the true symbols before each step as x (T, B): teacher forcing.

        source (S, B) symbols or (S, B, n) floats. α is in tape[3].weights where there is attention.
        """
        m, enc = self._encode(source, source_lengths)
        h, dec = self.decoder.forward(x, enc.state, lengths)
        out, att = (
            (h, None) if self.attention is None else self.attention.forward(h, m, source_lengths)
        )
        y, y_tape = self.readout.forward(out)
        return y, (enc, dec, y_tape, att)

    def backward(self, tape, dy):
        """(grads, dsource) from dy (T, B, n_y): the encoder hears of the loss by its final state and by attention."""
        enc, dec, y_tape, att = tape
        dreadout, dh = self.readout.backward(y_tape, dy)
        dattention, dm = None, None
        if self.attention is not None:
            dattention, dh, dm = self.attention.backward(att, dh)
        ddecoder, _, dstate = self.decoder.backward(dec, dh)
        dencoder, dsource, _ = self.encoder.backward(enc, dm, dstate)
        return type(self)(dencoder, ddecoder, dreadout, dattention), dsource

    def loss(self, batch):
        """(L, grads) of a batch with source, source_lengths, x (T, B), target (T, B), lengths."""
        check.fields(batch, "source", "x", "target")
        y, tape = self.forward(batch.source, batch.x, batch.source_lengths, batch.lengths)
        loss, dy = criterion(y, batch.target, batch.lengths)
        return loss, self.backward(tape, dy)[0]

    def generate(self, source, n, source_lengths=None):
        """(n, B) symbols, the likeliest at each step, each read back as the next input: free running."""
        B = self._read(source).shape[1]
        x = np.full((check.count("n", n), B), begins(self.decoder, self.readout))
        return self._run(source, x, np.arange(n) == 0, source_lengths)[1]

    def scheduled(self, rng, batch, p):
        """The batch, each decoder input but the first replaced with probability p by the model's own symbol.

        Scheduled sampling (Bengio et al. 2015): p = 0 is teacher forcing. No gradient runs through the choice.
        """
        p = check.number("p", p, least=0.0, most=1.0)
        check.fields(batch, "source", "x")
        x = check.symbols("x", batch.x, ("T", "B"), begins(self.decoder, self.readout) + 1)
        given = check.generator(rng).random(x.shape) >= p
        given[0] = True
        if given.all():
            return batch
        return batch._replace(x=self._run(batch.source, x, given, batch.source_lengths)[0])

    def _run(self, source, x, given, source_lengths):
        m, enc = self._encode(source, source_lengths)

        def speak(x, state):
            h, tape = self.decoder.forward(x, state)
            if self.attention is not None:
                h, _ = self.attention.forward(h, m, source_lengths)
            return self.readout.forward(h)[0], tape.state

        return run_on(speak, enc.state, x, given)

    def _read(self, source):
        dtype, n = leaves(self.encoder)[0][1].dtype, self.encoder.n_x
        return check.sequence("source", source, n, dtype, f" (the encoder has n_x = {n})")

    def _encode(self, source, source_lengths):
        source = self._read(source)
        if source_lengths is not None:
            check.lengths(source_lengths, *source.shape[:2], "source_lengths")
        causal("decoder", self.decoder)
        m, enc = self.encoder.forward(source, lengths=source_lengths)
        ends, starts = _shapes(enc.state), _shapes(self.decoder.zeros(m.shape[1]))
        if ends != starts:
            raise ValueError(
                f"encoder: got a final state of shapes {ends}, wanted {starts}, the decoder's first: "
                f"take cells of one kind and width"
            )
        return m, enc


def _shapes(state):
    return [a.shape for _, a in leaves(state)]
