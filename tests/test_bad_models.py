"""Bad input for models, attention, scores and training, refused in words: a second table like `test_bad_input`'s."""

from typing import NamedTuple

import numpy as np
import pytest
from refusals import named_once, refused
from test_bad_input import ones, with_

from rnn_core import (
    GRU,
    LSTM,
    RNN,
    SGD,
    Adam,
    Additive,
    Attention,
    Bidirectional,
    Dot,
    EncoderDecoder,
    ManyToMany,
    ManyToOne,
    OneToMany,
    Readout,
    Stacked,
    accuracy,
    exact,
    train,
)
from rnn_core.models import Start, criterion
from rnn_core.tasks import Batch

RNG = np.random.default_rng(0)
T, S, B, N_X, N_H, N_Y, N_V = 5, 4, 2, 3, 4, 6, 2
X, V = RNG.normal(size=(T, B, N_X)), RNG.normal(size=(B, N_V))
SPOKEN = RNG.integers(0, N_Y, (T, B))
SOURCE = RNG.integers(0, N_X, (S, B))
ONE = ManyToOne.init(RNG, N_X, N_H, N_Y, GRU)
MANY = ManyToMany.init(RNG, N_X, N_H, N_Y)
SAYS = OneToMany.init(RNG, N_V, N_Y + 1, N_H, N_Y, LSTM)
START = Start.init(RNG, N_V, N_H)
TWO = EncoderDecoder.init(RNG, N_X, N_Y + 1, N_H, N_Y, GRU, Dot)
ONE_BATCH = Batch(X, SPOKEN[0], [5, 2])
MANY_BATCH = Batch(X, SPOKEN, [5, 2])
SAYS_BATCH = Batch(SPOKEN, SPOKEN, [5, 2], V)
TWO_BATCH = Batch(SPOKEN, SPOKEN, [5, 2], SOURCE, [4, 1])
DOT, ADD = Attention.init(RNG, N_H), Attention.init(RNG, N_H, 3, score=Additive)
H, M, M3 = RNG.normal(size=(T, B, N_H)), RNG.normal(size=(S, B, N_H)), RNG.normal(size=(S, B, 3))
LOOKED = DOT.forward(H, M)[1]
Y = RNG.normal(size=(T, B, N_Y))


class Plain(NamedTuple):
    """A model without a loss."""

    p: np.ndarray


def steps(model=ONE, steps=1, rng=RNG, **options):
    """The first record of a training."""
    return next(train(model, lambda rng: ONE_BATCH, steps, rng, **options))


def altered(model, **changes):
    """A model with some of its parts changed."""
    return model._replace(**changes)


# a name as a phrase | the call | the argument | what the message must say
TABLE = [
    # sizes and kinds
    ("a cell by its name", lambda: ManyToOne.init(RNG, 2, 3, 4, "gru"), "cell", ["'gru'", "class with an `init`"]),
    ("no cell", lambda: ManyToMany.init(RNG, 2, 3, 4, None), "cell", ["NoneType", "class with an `init`"]),
    ("a cell to speak by its name", lambda: OneToMany.init(RNG, 2, 5, 3, 4, "gru"), "cell", ["'gru'"]),
    ("a cell to translate by its name", lambda: EncoderDecoder.init(RNG, 2, 5, 3, 4, "gru"), "cell", ["'gru'"]),
    ("a score by its name", lambda: EncoderDecoder.init(RNG, 2, 5, 3, 4, GRU, "dot"), "score", ["'dot'", "class with an `init`"]),
    ("a model from a seed", lambda: ManyToOne.init(0, 2, 3, 4), "rng", ["int", "default_rng"]),
    ("a model of width 0", lambda: ManyToOne.init(RNG, 2, 0, 4), "n_h", ["got 0", "1 or more"]),
    ("a model of nothing to say", lambda: ManyToMany.init(RNG, 2, 3, 0), "n_y", ["got 0", "1 or more"]),
    ("a model of integers", lambda: OneToMany.init(RNG, 2, 5, 3, 4, dtype=int), "dtype", ["int", "float32"]),
    ("a vector of no numbers", lambda: OneToMany.init(RNG, 0, 5, 3, 4), "n_v", ["got 0", "1 or more"]),
    ("a source of half a symbol", lambda: EncoderDecoder.init(RNG, 2.5, 5, 3, 4), "n_x", ["2.5", "whole number"]),
    ("a start from a seed", lambda: Start.init(0, 2, 3), "rng", ["int", "default_rng"]),
    ("a start of no state", lambda: Start.init(RNG, 2, 0), "n_s", ["got 0", "1 or more"]),
    ("a start of text", lambda: Start.init(RNG, 2, 3, "text"), "dtype", ["'text'", "float32"]),
    # what many to one and many to many read
    ("x of another width for one answer", lambda: ONE.forward(X[:, :, :2]), "x", ["(5, 2, 2)", "n_x = 3"]),
    ("a symbol outside the vocabulary", lambda: ONE.forward(with_(SOURCE, (1, 1), 3)), "x", ["symbol 3", "(1, 1)", "0 … 2"]),
    ("a mask that hides everything", lambda: ONE.forward(X, [0, 0]), "lengths", ["got 0", "1 … 5"]),
    ("a mask that hides every step", lambda: MANY.loss(MANY_BATCH._replace(lengths=[0, 0])), "lengths", ["got 0", "1 … 5"]),
    ("a readout for another cell", lambda: altered(ONE, readout=Readout.init(RNG, 9, N_Y)).forward(X), "h", ["(2, 4)", "n_h = 9"]),
    ("dy of every step for one answer", lambda: ONE.backward(ONE.forward(X)[1], Y), "dy", ["(5, 2, 6)", "(2, 6)", "like y"]),
    ("dy of one answer for every step", lambda: MANY.backward(MANY.forward(X)[1], Y[0]), "dy", ["(2, 6)", "(5, 2, 6)"]),
    ("a batch without x", lambda: ONE.loss(ONE_BATCH._replace(x=None)), "batch", ["no x", "wanted x, target"]),
    ("a batch without a target", lambda: MANY.loss(MANY_BATCH._replace(target=None)), "batch", ["no target", "wanted x, target"]),
    ("a pair as a batch", lambda: ONE.loss((X, SPOKEN[0])), "batch", ["no x, no target", "wanted x, target"]),
    ("a target of every step for one answer", lambda: ONE.loss(ONE_BATCH._replace(target=SPOKEN)), "target", ["(5, 2)", "(2,)", "like logits"]),
    ("a target of one step for every answer", lambda: MANY.loss(MANY_BATCH._replace(target=SPOKEN[0])), "target", ["(2,)", "(5, 2)"]),
    ("a class that is not said", lambda: MANY.loss(MANY_BATCH._replace(target=SPOKEN + N_Y)), "target", ["symbol", "0 … 5"]),
    ("numbers without their axis", lambda: ONE.loss(ONE_BATCH._replace(target=ones(B))), "target", ["(2,)", "(2, 6)", "like y"]),
    ("numbers of another dtype", lambda: MANY.loss(MANY_BATCH._replace(target=Y.astype(np.float32))), "target", ["float32", "float64"]),
    ("a target of booleans", lambda: criterion(Y, SPOKEN > 2), "target", ["bool", "float32 or float64"]),
    ("a target of text", lambda: criterion(Y, "abc"), "target", ["<U3", "float32 or float64"]),
    # one to many
    ("a batch without its vector", lambda: SAYS.loss(SAYS_BATCH._replace(source=None)), "batch", ["no source", "wanted source, x, target"]),
    ("a vector of another width", lambda: SAYS.generate(ones(B, 3), 2), "v", ["(2, 3)", "(B, 2)", "n_v = 2"]),
    ("a vector without a batch", lambda: SAYS.forward(ones(N_V), SPOKEN), "v", ["(2,)", "(B, 2)"]),
    ("a vector of integers", lambda: SAYS.forward(ones(B, N_V, dtype=int), SPOKEN), "v", ["int64", "float32 or float64"]),
    ("a vector with NaN", lambda: SAYS.forward(with_(V, (1, 0), np.nan), SPOKEN), "v", ["nan", "(1, 0)", "finite"]),
    ("a vector for another batch", lambda: SAYS.forward(ones(3, N_V), SPOKEN), "state", ["(3, 4)", "(2, 4)", "B = 2"]),
    ("a decoder's symbol above the last", lambda: SAYS.forward(V, with_(SPOKEN, (2, 1), N_Y + 1)), "x", ["symbol 7", "(2, 1)", "0 … 6"]),
    ("to say nothing", lambda: SAYS.generate(V, 0), "n", ["got 0", "1 or more"]),
    ("to say half a symbol", lambda: SAYS.generate(V, 2.5), "n", ["2.5", "whole number"]),
    ("to say more symbols than can be read", lambda: altered(SAYS, readout=Readout.init(RNG, N_H, 9)).generate(V, 2), "readout", ["n_y = 9", "wanted 6", "n_x = 7"]),
    ("to say fewer symbols than can be read", lambda: altered(SAYS, readout=Readout.init(RNG, N_H, 2)).generate(V, 2), "readout", ["n_y = 2", "wanted 6"]),
    ("a start for another cell", lambda: altered(SAYS, start=START).forward(V, SPOKEN), "start", ["(2, 4)", "(2, 8)", "each number of the cell's state"]),
    ("a start of lists", lambda: altered(START, W_0=[[1.0, 1.0]]).forward(V), "W_0", ["list", "NumPy array"]),
    ("a start of another bias", lambda: altered(START, b_0=ones(3)).forward(V), "b_0", ["(3,)", "(4,)", "n_s = 4"]),
    ("ds of another width", lambda: START.backward(START.forward(V)[1], ones(B, 3)), "ds", ["(2, 3)", "(2, 4)", "like s_0"]),
    ("a caption by a cell that reads ahead", lambda: OneToMany.init(RNG, N_V, N_Y + 1, N_H, N_Y, Bidirectional).loss(SAYS_BATCH), "cell", ["Bidirectional", "not read ahead"]),
    ("a caption by layers that read ahead", lambda: altered(SAYS, cell=Stacked([Bidirectional.init(RNG, 7, 4)])).forward(V, SPOKEN), "cell", ["Bidirectional", "not read ahead"]),
    # encoder and decoder
    ("a batch without its source", lambda: TWO.loss(TWO_BATCH._replace(source=None)), "batch", ["no source", "wanted source, x, target"]),
    ("sampling without a source", lambda: TWO.scheduled(RNG, TWO_BATCH._replace(source=None), 0.5), "batch", ["no source", "wanted source, x"]),
    ("no source", lambda: TWO.generate(None, 3), "source", ["object", "float32 or float64"]),
    ("a source without a batch", lambda: TWO.generate(SOURCE[:, 0], 3), "source", ["(4,)", "(T, B)", "symbols"]),
    ("a source of another vocabulary", lambda: TWO.forward(SOURCE + 1, SPOKEN), "source", ["symbol 3", "0 … 2"]),
    ("a source of floats of another width", lambda: TWO.forward(ones(S, B, 9), SPOKEN), "source", ["(4, 2, 9)", "n_x = 3"]),
    ("a source of float32", lambda: TWO.forward(ones(S, B, N_X, dtype=np.float32), SPOKEN), "source", ["float32", "float64"]),
    ("a source with NaN", lambda: TWO.forward(ones(S, B, N_X) * np.nan, SPOKEN), "source", ["nan", "finite"]),
    ("an empty source", lambda: TWO.generate(SOURCE[:0], 3), "source", ["(0, 2)", "empty"]),
    ("a source's length of 0", lambda: TWO.forward(SOURCE, SPOKEN, [0, 4]), "source_lengths", ["got 0", "1 … 4"]),
    ("a source's length beyond S", lambda: TWO.generate(SOURCE, 2, [5, 4]), "source_lengths", ["got 5", "1 … 4"]),
    ("too few source lengths", lambda: TWO.loss(TWO_BATCH._replace(source_lengths=[4])), "source_lengths", ["(1,)", "(2,)"]),
    ("a source for another batch", lambda: TWO.forward(SOURCE[:, :1], SPOKEN), "state", ["(1, 4)", "(2, 4)"]),
    ("a symbol that the decoder does not know", lambda: TWO.loss(TWO_BATCH._replace(x=SPOKEN + 2)), "x", ["symbol", "0 … 6"]),
    ("a target that is not said", lambda: TWO.loss(TWO_BATCH._replace(target=with_(SPOKEN, (0, 1), N_Y))), "target", ["symbol 6", "(0, 1)", "0 … 5"]),
    ("a target of other steps", lambda: TWO.loss(TWO_BATCH._replace(target=SPOKEN[:3])), "target", ["(3, 2)", "(5, 2)"]),
    ("lengths that hide the whole target", lambda: TWO.loss(TWO_BATCH._replace(lengths=[0, 0])), "lengths", ["got 0", "1 … 5"]),
    ("a translation of nothing", lambda: TWO.generate(SOURCE, 0), "n", ["got 0", "1 or more"]),
    ("a translation to other words than are read", lambda: altered(TWO, readout=Readout.init(RNG, N_H, 7)).generate(SOURCE, 2), "readout", ["n_y = 7", "wanted 6", "n_x = 7"]),
    ("sampling of other words than are read", lambda: altered(TWO, readout=Readout.init(RNG, N_H, 5)).scheduled(RNG, TWO_BATCH, 0.5), "readout", ["n_y = 5", "wanted 6"]),
    ("a probability above 1", lambda: TWO.scheduled(RNG, TWO_BATCH, 1.5), "p", ["1.5", "at most 1"]),
    ("a probability below 0", lambda: TWO.scheduled(RNG, TWO_BATCH, -0.1), "p", ["-0.1", "at least 0"]),
    ("sampling from a seed", lambda: TWO.scheduled(0, TWO_BATCH, 0.5), "rng", ["int", "default_rng"]),
    ("sampling of floats", lambda: TWO.scheduled(RNG, TWO_BATCH._replace(x=ones(T, B, 7)), 0.5), "x", ["float64", "integers"]),
    ("sampling of one row without a batch", lambda: TWO.scheduled(RNG, TWO_BATCH._replace(x=SPOKEN[:, 0]), 0.5), "x", ["(5,)", "(T, B)"]),
    ("an encoder of another kind", lambda: altered(TWO, encoder=LSTM.init(RNG, N_X, N_H)).loss(TWO_BATCH), "encoder", ["[(2, 4), (2, 4)]", "one kind and width"]),
    ("an encoder of another width", lambda: altered(TWO, encoder=GRU.init(RNG, N_X, 3)).loss(TWO_BATCH), "encoder", ["[(2, 3)]", "[(2, 4)]"]),
    ("a decoder that reads ahead", lambda: EncoderDecoder.init(RNG, N_X, N_Y + 1, N_H, N_Y, Bidirectional).loss(TWO_BATCH), "decoder", ["Bidirectional", "not read ahead"]),
    # attention
    ("attention from a seed", lambda: Attention.init(0, 3), "rng", ["int", "default_rng"]),
    ("attention of width 0", lambda: Attention.init(RNG, 0), "n_h", ["got 0", "1 or more"]),
    ("attention to a memory of width 0", lambda: Attention.init(RNG, 3, 0), "n_m", ["got 0", "1 or more"]),
    ("attention of integers", lambda: Attention.init(RNG, 3, dtype=int), "dtype", ["int", "float32"]),
    ("attention by its name", lambda: Attention.init(RNG, 3, score="additive"), "score", ["'additive'", "class with an `init`"]),
    ("a dot product of two widths", lambda: Attention.init(RNG, 3, 4), "n_m", ["got 4", "n_h = 3", "dot product"]),
    ("an additive score from a seed", lambda: Additive.init(0, 3, 4), "rng", ["int", "default_rng"]),
    ("an additive score of no width", lambda: Additive.init(RNG, 3, 0), "n_m", ["got 0", "1 or more"]),
    ("an additive score of nothing asked", lambda: Additive.init(RNG, 0, 3), "n_h", ["got 0", "1 or more"]),
    ("an additive score of integers", lambda: Additive.init(RNG, 3, 4, int), "dtype", ["int", "float32"]),
    ("h without a batch", lambda: DOT.forward(H[:, 0], M), "h", ["(5, 4)", "(T, B, n_h)"]),
    ("h of integers", lambda: DOT.forward(ones(T, B, N_H, dtype=int), M), "h", ["int64", "float32 or float64"]),
    ("a memory of another batch", lambda: DOT.forward(H, M[:, :1]), "memory", ["(4, 1, 4)", "(S, 2, n_m)", "B = 2"]),
    ("a memory of nothing", lambda: DOT.forward(H, M[:0]), "memory", ["(0, 2, 4)", "empty"]),
    ("a memory of float32", lambda: DOT.forward(H, M.astype(np.float32)), "memory", ["float32", "float64"]),
    ("a memory with infinity", lambda: DOT.forward(H, with_(M, (3, 1, 0), np.inf)), "memory", ["inf", "(3, 1, 0)"]),
    ("a memory of another width", lambda: DOT.forward(H, M3), "W_k", ["(4, 8)", "(4, 7)", "n_m + n_h columns"]),
    ("a memory that no dot product takes", lambda: Attention(Dot(), ones(N_H, 7)).forward(H, M3), "memory", ["3 numbers", "wanted 4", "like h"]),
    ("a mask that hides the whole memory", lambda: DOT.forward(H, M, [0, 0]), "lengths", ["got 0", "1 … 4"]),
    ("a memory's length beyond S", lambda: DOT.forward(H, M, [5, 1]), "lengths", ["got 5", "1 … 4"]),
    ("a query of another width", lambda: altered(ADD, score=Additive(ones(4, 9), ones(4, 3), ones(4))).forward(H, M3), "W_q", ["(4, 9)", "(n_a, 4)", "columns as h"]),
    ("a key of another width", lambda: altered(ADD, score=Additive(ones(4, 4), ones(4, 9), ones(4))).forward(H, M3), "W_m", ["(4, 9)", "(4, 3)", "columns as memory"]),
    ("a v of another length", lambda: altered(ADD, score=Additive(ones(4, 4), ones(4, 3), ones(1))).forward(H, M3), "v", ["(1,)", "(4,)", "n_a = 4"]),
    ("dout of another shape", lambda: DOT.backward(LOOKED, H[:1]), "dout", ["(1, 2, 4)", "(5, 2, 4)", "like h"]),
    ("dout with NaN", lambda: DOT.backward(LOOKED, with_(H, (0, 0, 0), np.nan)), "dout", ["nan", "finite"]),
    ("no tape of attention", lambda: DOT.backward(None, H), "tape", ["NoneType", "Attention.forward"]),
    # scores
    ("scores of another batch", lambda: accuracy(Y[:, :1], SPOKEN), "target", ["(5, 2)", "(5, 1)", "like y without n"]),
    ("answers of another shape", lambda: exact(SPOKEN[:3], SPOKEN), "y", ["(3, 2)", "(5, 2)", "like target"]),
    ("answers that would broadcast", lambda: accuracy(SPOKEN[0], SPOKEN), "y", ["(2,)", "(5, 2)"]),
    ("numbers as answers", lambda: accuracy(ones(T, B), SPOKEN), "y", ["float64", "integers"]),
    ("numbers as targets", lambda: accuracy(SPOKEN, ones(T, B)), "target", ["float64", "integers"]),
    ("numbers as targets of scores", lambda: accuracy(Y, ones(T, B)), "target", ["float64", "integers"]),
    ("one score for two classes", lambda: accuracy(ones(B, 1), [0, 1]), "target", ["symbol 1", "0 … 0"]),
    ("scores with NaN", lambda: accuracy(Y * np.nan, SPOKEN), "y", ["nan", "finite"]),
    ("no answers", lambda: accuracy(SPOKEN[:0], SPOKEN[:0]), "target", ["(0, 2)", "empty"]),
    ("no rows", lambda: exact(SPOKEN[0, :0], SPOKEN[0, :0]), "target", ["(0,)", "empty", "(B,)"]),
    ("targets with an axis too many", lambda: accuracy(SPOKEN[None], SPOKEN[None]), "target", ["(1, 5, 2)", "(T, B)"]),
    ("targets ragged", lambda: accuracy(SPOKEN, [[1], [1, 2]]), "target", ["unequal length"]),
    ("a mask that hides every answer", lambda: accuracy(Y, SPOKEN, [0, 0]), "lengths", ["got 0", "1 … 5"]),
    ("lengths of one answer for each row", lambda: accuracy(SPOKEN[0], SPOKEN[0], [5, 2]), "lengths", ["[5, 2]", "wanted None"]),
    ("lengths of one exact answer for each row", lambda: exact(SPOKEN[0], SPOKEN[0], [5, 2]), "lengths", ["[5, 2]", "wanted None"]),
    # training
    ("no steps", lambda: steps(steps=0), "steps", ["got 0", "1 or more"]),
    ("half a step", lambda: steps(steps=1.5), "steps", ["1.5", "whole number"]),
    ("a training from a seed", lambda: steps(rng=0), "rng", ["int", "default_rng"]),
    ("a look every 0 steps", lambda: steps(every=0), "every", ["got 0", "1 or more"]),
    ("no patience at all", lambda: steps(held_out=ONE_BATCH, patience=0), "patience", ["got 0", "1 or more"]),
    ("patience without held-out data", lambda: steps(patience=3), "patience", ["3 without held_out", "lose patience"]),
    ("to clip at 0", lambda: steps(clip=0), "clip", ["got 0", "above 0"]),
    ("to clip at NaN", lambda: steps(clip=np.nan), "clip", ["nan", "finite"]),
    ("an optimizer that is a class", lambda: steps(optimizer=Adam), "optimizer", ["the class Adam", "`step`"]),
    ("an optimizer by its name", lambda: steps(optimizer="adam"), "optimizer", ["str", "`step`"]),
    ("a learning rate of 0 in training", lambda: steps(optimizer=SGD(0.0)), "lr", ["0.0", "above 0"]),
    ("a model without a loss", lambda: steps(Plain(ones(2))), "model", ["Plain", "`loss`"]),
    ("a model that is a class", lambda: steps(ManyToOne), "model", ["the class ManyToOne", "`loss`"]),
    ("held-out data without a target", lambda: steps(held_out=ONE_BATCH._replace(target=None)), "batch", ["no target"]),
    ("a batch as a function to draw", lambda: next(train(ONE, ONE_BATCH, 1, RNG)), "draw", ["Batch", "function"]),
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
    ONE.loss(ONE_BATCH)
    ONE.loss(ONE_BATCH._replace(target=Y[0]))
    MANY.loss(MANY_BATCH)
    MANY.loss(MANY_BATCH._replace(target=Y))
    SAYS.loss(SAYS_BATCH)
    SAYS.generate(V, 1)
    TWO.loss(TWO_BATCH)
    TWO.generate(SOURCE, 1, [4, 1])
    TWO.scheduled(RNG, TWO_BATCH, 1)
    TWO.forward(ones(S, B, N_X), SPOKEN)
    DOT.backward(LOOKED, H)
    ADD.forward(H, M3, [4, 1])
    START.backward(START.forward(V)[1], ones(B, N_H))
    accuracy(Y, SPOKEN, [1, 5])
    exact(Y[0], SPOKEN[0])
    steps(steps=np.int64(1), clip=1, held_out=ONE_BATCH, patience=1, every=1)
    ManyToOne.init(RNG, 1, 1, 1, Stacked).forward(ones(1, 1, 1))
    assert type(OneToMany.init(RNG, 1, 2, 1, 1).cell) is RNN
