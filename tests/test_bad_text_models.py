"""Bad input for models of text, windows and training on a text, refused in words: a third table."""

from typing import NamedTuple

import numpy as np
import pytest
from refusals import named_once, refused
from test_bad_input import ones, with_
from text_models import VOCAB, V, made, text

from rnn_core import (
    GRU,
    SGD,
    Adam,
    CharModel,
    Readout,
    Stacked,
    Vocabulary,
    WindowMLP,
    fit,
    train,
)
from rnn_core.speaking import chances

RNG = np.random.default_rng(0)
IDS = text(40)
MODEL, WIDE = made("GRU"), made("WindowMLP")
PLAIN = made("RNN", vocab=Vocabulary.from_text("ab"))  # whose first symbol is drawn by chance
CELL = WindowMLP.init(RNG, V, 4, window=3)
X = RNG.integers(0, V, (5, 2))
TAPE = CELL.forward(X)[1]


class Steps(NamedTuple):
    """An optimizer without a learning rate."""

    def start(self, params):
        return ()

    def step(self, params, grads, memory):
        return params, memory


def reading(model=MODEL, ids=IDS, steps=1, B=3, T=4, rng=RNG, **options):
    """A training on a text, of which no step was asked for."""
    return fit(model, ids, steps, B, T, rng=rng, **options)


def cell(**changes):
    """The window with some of its parts changed."""
    return CELL._replace(**changes)


# a name as a phrase | the call | the argument | what the message must say
TABLE = [
    # models of text
    ("a text model from a seed", lambda: CharModel.init(0, VOCAB), "rng", ["int", "default_rng"]),
    ("a string as a vocabulary", lambda: CharModel.init(RNG, 5), "vocab", ["int", "`encode`"]),
    ("a text model of a cell by its name", lambda: CharModel.init(RNG, VOCAB, "gru"), "cell", ["'gru'"]),
    ("a text model of width 0", lambda: CharModel.init(RNG, VOCAB, GRU, 0), "n_h", ["got 0"]),
    ("a text model of no layers", lambda: CharModel.init(RNG, VOCAB, GRU, 2, 0), "layers", ["got 0"]),
    ("a text model of integers", lambda: CharModel.init(RNG, VOCAB, GRU, 2, dtype=int), "dtype", ["int"]),
    ("a symbol that the model does not know", lambda: MODEL.forward([[V]]), "x", ["symbol 5", "0 … 4"]),
    ("the chances of no text", lambda: MODEL.log_prob([]), "ids", ["float64", "integers"]),
    ("the chances of an empty text", lambda: MODEL.log_prob(IDS[:0]), "ids", ["(0,)", "empty"]),
    ("the chances of letters", lambda: MODEL.log_prob("ab"), "ids", ["<U2", "integers"]),
    ("the chances of two texts", lambda: MODEL.log_prob([[0, 1]]), "ids", ["(1, 2)", "(n,)"]),
    ("the chances of an unknown symbol", lambda: MODEL.log_prob([0, 5]), "ids", ["symbol 5", "(1,)"]),
    ("a context of floats", lambda: MODEL.next_probs([0.0]), "context", ["float64", "integers"]),
    ("a context of two texts", lambda: MODEL.next_probs([[0]]), "context", ["(1, 1)", "(m,)"]),
    ("a context with an unknown symbol", lambda: MODEL.next_probs([-1]), "context", ["symbol -1"]),
    ("to write nothing", lambda: MODEL.generate(RNG, 0), "n", ["got 0", "1 or more"]),
    ("to write half a symbol", lambda: MODEL.generate(RNG, 1.5), "n", ["1.5", "whole number"]),
    ("to write from a seed", lambda: MODEL.generate(0, 3), "rng", ["int", "default_rng"]),
    ("to write no rows", lambda: MODEL.generate(RNG, 3, rows=0), "rows", ["got 0", "1 or more"]),
    ("to write at a temperature below 0", lambda: MODEL.generate(RNG, 3, temperature=-1), "temperature", ["-1", "at least 0"]),
    ("to write at a temperature of NaN", lambda: MODEL.generate(RNG, 3, temperature=np.nan), "temperature", ["nan"]),
    ("to write from none", lambda: MODEL.generate(RNG, 3, top_k=0), "top_k", ["got 0", "1 or more"]),
    ("to write one symbol from none", lambda: MODEL.generate(RNG, 1, top_k=0.5), "top_k", ["0.5"]),
    ("to write one symbol at a temperature below 0", lambda: PLAIN.generate(RNG, 1, temperature=-1), "temperature", ["-1"]),
    ("a prefix of integers", lambda: MODEL.generate(RNG, 3, [0, 1]), "text", ["list", "a string"]),
    ("chances at a temperature below 0", lambda: chances(ones(3), -0.1), "temperature", ["-0.1"]),
    ("chances at no temperature", lambda: chances(ones(3), None), "temperature", ["None"]),
    ("chances of none", lambda: chances(ones(3), 1.0, 0), "top_k", ["got 0", "1 or more"]),
    # windows
    ("a window from a seed", lambda: WindowMLP.init(0, 3, 2), "rng", ["int", "default_rng"]),
    ("a window of no symbols", lambda: WindowMLP.init(RNG, 3, 2, window=0), "window", ["got 0"]),
    ("a window of half a symbol", lambda: WindowMLP.init(RNG, 3, 2, window=0.5), "window", ["0.5"]),
    ("a window on nothing", lambda: WindowMLP.init(RNG, 0, 2), "n_x", ["got 0"]),
    ("a window of width 0", lambda: WindowMLP.init(RNG, 3, 0), "n_h", ["got 0"]),
    ("a window of integers", lambda: WindowMLP.init(RNG, 3, 2, int), "dtype", ["int", "float32"]),
    ("a window on no rows", lambda: CELL.zeros(0), "B", ["got 0", "1 or more"]),
    ("a window on numbers", lambda: CELL.forward(ones(5, 2, V)), "x", ["float64", "integers"]),
    ("a window on one row without a batch", lambda: CELL.forward(X[:, 0]), "x", ["(5,)", "(T, B)", "a window reads symbols"]),
    ("a window on nothing yet", lambda: CELL.forward(X[:0]), "x", ["(0, 2)", "empty"]),
    ("a window on an unknown symbol", lambda: CELL.forward(with_(X, (1, 1), V)), "x", ["symbol 5", "(1, 1)"]),
    ("a window on no symbol", lambda: CELL.forward(with_(X, (1, 1), -1)), "x", ["symbol -1", "(1, 1)"]),
    ("a window's state of floats", lambda: CELL.forward(X, ones(2, 2)), "state", ["float64", "integers"]),
    ("a window's state of another batch", lambda: CELL.forward(X, ones(3, 2, dtype=int)), "state", ["(3, 2)", "(2, 2)", "B = 2", "k = 3"]),
    ("a state of another window", lambda: CELL.forward(X, ones(2, 3, dtype=int)), "state", ["(2, 3)", "(2, 2)"]),
    ("a window's state above the last symbol", lambda: CELL.forward(X, np.full((2, 2), V)), "state", ["symbols 5 … 5", "0 … 4", "−1 for none"]),
    ("a window's state below none", lambda: CELL.forward(X, np.full((2, 2), -2)), "state", ["symbols -2 … -2"]),
    ("a ragged window's state", lambda: CELL.forward(X, [[1], [1, 2]]), "state", ["unequal length"]),
    ("a window's lengths of 0", lambda: CELL.forward(X, lengths=[0, 5]), "lengths", ["got 0", "1 … 5"]),
    ("a window's lengths of other rows", lambda: CELL.forward(X, lengths=[5]), "lengths", ["(1,)", "(2,)"]),
    ("a window of lists", lambda: cell(W=CELL.W.tolist()).forward(X), "W", ["list", "NumPy array"]),
    ("a window with NaN", lambda: cell(W=CELL.W * np.nan).forward(X), "W", ["nan", "finite"]),
    ("a window without its first axis", lambda: cell(W=CELL.W[0]).forward(X), "W", ["(4, 5)", "(k, n_h, n_x)"]),
    ("a window with another bias", lambda: cell(b=ones(3)).forward(X), "b", ["(3,)", "(4,)", "n_h = 4"]),
    ("a window with a bias of float32", lambda: cell(b=ones(4, dtype=np.float32)).forward(X), "b", ["float32", "float64"]),
    ("dh of another shape for a window", lambda: CELL.backward(TAPE, ones(5, 2, 3)), "dh", ["(5, 2, 3)", "(5, 2, 4)", "like h"]),
    ("dh of float32 for a window", lambda: CELL.backward(TAPE, ones(5, 2, 4, dtype=np.float32)), "dh", ["float32"]),
    ("no tape for a window", lambda: CELL.backward(None), "tape", ["NoneType", "this forward"]),
    ("the tape of another window", lambda: WindowMLP.init(RNG, V, 3).backward(TAPE), "tape", ["Tape", "this forward"]),
    ("the tape of layers for a window", lambda: CELL.backward(Stacked((CELL,)).forward(X)[1]), "tape", ["LayersTape"]),
    # training on a text
    ("to fit no steps", lambda: reading(steps=0), "steps", ["got 0", "1 or more"]),
    ("to fit from a seed", lambda: reading(rng=0), "rng", ["int", "default_rng"]),
    ("to fit without a generator", lambda: reading(rng=None), "rng", ["NoneType", "default_rng"]),
    ("to fit a model without a vocabulary", lambda: reading(Readout(ones(2, 2), ones(2))), "model", ["Readout", "`vocab`"]),
    ("to fit a class", lambda: reading(CharModel), "model", ["the class CharModel", "`vocab`"]),
    ("to fit a text that is too short", lambda: reading(ids=IDS[:12]), "ids", ["12 symbols", "B T + 1 = 13"]),
    ("to fit a text of letters", lambda: reading(ids="abcd"), "ids", ["<U4", "integers"]),
    ("to fit an empty text", lambda: reading(ids=IDS[:0]), "ids", ["(0,)", "empty"]),
    ("to fit an unknown symbol", lambda: reading(ids=with_(IDS, 7, V)), "ids", ["symbol 5", "(7,)"]),
    ("to fit two texts", lambda: reading(ids=IDS.reshape(2, 20)), "ids", ["(2, 20)", "(n,)"]),
    ("to fit no rows", lambda: reading(B=0), "B", ["got 0", "1 or more"]),
    ("to fit half a step", lambda: reading(T=0.5), "T", ["0.5", "whole number"]),
    ("to look every 0 steps at a text", lambda: reading(every=0), "every", ["got 0"]),
    ("to clip a text at 0", lambda: reading(clip=0.0), "clip", ["0.0", "above 0"]),
    ("to fit without patience", lambda: reading(held_out=IDS, patience=0), "patience", ["got 0"]),
    ("patience without a text to lose it with", lambda: reading(patience=1), "patience", ["1 without held_out"]),
    ("a held-out text of one symbol", lambda: reading(held_out=IDS[:1]), "held_out", ["1 symbol", "2 or more"]),
    ("a held-out text of none", lambda: reading(held_out=IDS[:0]), "held_out", ["(0,)", "empty"]),
    ("a held-out text of letters", lambda: reading(held_out="abcd"), "held_out", ["<U4", "integers"]),
    ("a held-out text of another vocabulary", lambda: reading(held_out=IDS + 1), "held_out", ["symbol 5"]),
    ("an optimizer of text by its name", lambda: reading(optimizer="adam"), "optimizer", ["str", "`step`"]),
    ("a learning rate of 0 for a text", lambda: reading(optimizer=SGD(0.0)), "lr", ["0.0", "above 0"]),
    ("a schedule by its name", lambda: reading(schedule="cosine"), "schedule", ["str", "function of the step"]),
    ("a schedule of numbers", lambda: reading(schedule=[1.0, 0.5]), "schedule", ["list", "function of the step"]),
    ("a schedule of nothing", lambda: reading(optimizer=Steps(), schedule=lambda step: 1), "schedule", ["function", "optimizer with lr"]),
    ("a schedule by its name for batches", lambda: train(MODEL, lambda rng: 0, 1, RNG, schedule="cosine"), "schedule", ["str"]),
    ("a schedule of text", lambda: next(reading(schedule=lambda step: "1")), "schedule", ["'1'", "finite number at least 0"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "argument", "words"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_a_bad_call_is_refused_in_words(call, argument, words):
    refused(call, argument, words)


def test_every_bad_call_has_its_own_name():
    named_once(TABLE)


def test_their_good_neighbours_are_accepted():
    # else the table might be refused for another reason than it states
    CharModel.init(RNG, VOCAB, GRU, 1, 1).log_prob([0])
    MODEL.next_probs([0])
    MODEL.generate(RNG, 1, temperature=0, top_k=1, rows=1)
    chances(ones(3), 0.0, 1)
    CELL.forward(X, np.full((2, 2), -1), [1, 5])
    CELL.forward(X.tolist(), np.full((2, 2), V - 1).tolist())
    CELL.forward(X.astype(np.uint64), np.zeros((2, 2), np.uint64))
    cell(b=ones(4)).backward(TAPE, ones(5, 2, 4))
    WIDE.log_prob(IDS)
    next(reading(ids=IDS[:13], held_out=IDS[:2], patience=1, every=1, clip=1))
    next(reading(optimizer=Steps()))
    next(reading(optimizer=Adam(), schedule=lambda step: 0))
