"""Bad input is refused in words: the argument's name, what came, what was wanted. One table of bad calls."""

import numpy as np
import pytest

from rnn_core import (
    RNN,
    Readout,
    Vocabulary,
    cross_entropy,
    gradcheck,
    numerical_gradient,
    one_hot,
    squared_error,
)

RNG = np.random.default_rng(0)
T, B, N_X, N_H, N_Y = 5, 2, 3, 4, 6
CELL = RNN.init(RNG, N_X, N_H)
READOUT = Readout.init(RNG, N_H, N_Y)
X = RNG.normal(size=(T, B, N_X))
SYMBOLS = RNG.integers(0, N_X, (T, B))
H, TAPE = CELL.forward(X)
Y, TAPE_Y = READOUT.forward(H)
TARGET = np.zeros((T, B), int)
VOCAB = Vocabulary.from_text("abc")


def ones(*shape, dtype=float):
    """An array of ones."""
    return np.ones(shape, dtype)


def with_(array, at, value):
    """A copy with one entry changed."""
    changed = array.copy()
    changed[at] = value
    return changed


def total(a):
    """A loss for gradient checks."""
    return a.sum()


# a name as a phrase | the call | the argument | what the message must say
TABLE = [
    # x
    ("x without a batch", lambda: CELL.forward(ones(T, N_X)), "x", ["(5, 3)", "(T, B, 3)"]),
    ("x with an axis too many", lambda: CELL.forward(ones(1, T, B, N_X)), "x", ["(1, 5, 2, 3)", "(T, B, 3)"]),
    ("x with too many features", lambda: CELL.forward(ones(T, B, 7)), "x", ["(5, 2, 7)", "n_x = 3"]),
    ("x with one feature is not broadcast", lambda: CELL.forward(ones(T, B, 1)), "x", ["(5, 2, 1)", "n_x = 3"]),
    ("x with NaN", lambda: CELL.forward(with_(X, (4, 1, 2), np.nan)), "x", ["nan", "(4, 1, 2)", "finite"]),
    ("x with infinity", lambda: CELL.forward(with_(X, (0, 1, 0), -np.inf)), "x", ["-inf", "(0, 1, 0)", "finite"]),
    ("x an empty sequence", lambda: CELL.forward(ones(0, B, N_X)), "x", ["(0, 2, 3)", "empty"]),
    ("x an empty batch", lambda: CELL.forward(ones(T, 0, N_X)), "x", ["(5, 0, 3)", "empty"]),
    ("x an empty list", lambda: CELL.forward([]), "x", ["(0,)", "empty", "(T, B, 3)"]),
    ("x float32 for float64 parameters", lambda: CELL.forward(X.astype(np.float32)), "x", ["float32", "float64", "astype"]),
    ("x float16", lambda: CELL.forward(X.astype(np.float16)), "x", ["float16", "float32 or float64"]),
    ("x complex", lambda: CELL.forward(X + 1j), "x", ["complex128", "float32 or float64"]),
    ("x booleans", lambda: CELL.forward(X > 0), "x", ["bool", "float32 or float64"]),
    ("x text", lambda: CELL.forward("abc"), "x", ["<U3", "float32 or float64"]),
    ("x nothing", lambda: CELL.forward(None), "x", ["object", "float32 or float64"]),
    ("x ragged", lambda: CELL.forward([[[1.0]], [[1.0], [2.0]]]), "x", ["unequal length", "rectangular"]),
    # symbols
    ("a symbol above the last", lambda: CELL.forward(with_(SYMBOLS, (3, 1), 3)), "x", ["symbol 3", "(3, 1)", "0 … 2"]),
    ("a symbol below 0", lambda: CELL.forward(with_(SYMBOLS, (0, 0), -1)), "x", ["symbol -1", "(0, 0)", "0 … 2"]),
    ("a symbol that would wrap to -1", lambda: CELL.forward(np.full((1, 1), 2**64 - 1, np.uint64)), "x", ["18446744073709551615", "0 … 2"]),
    ("a symbol too large for any integer", lambda: CELL.forward([[2**70]]), "x", ["object", "float32 or float64"]),
    ("symbols without a batch", lambda: CELL.forward(SYMBOLS[:, 0]), "x", ["(5,)", "(T, B)", "symbols"]),
    ("one-hot vectors as integers", lambda: CELL.forward(ones(T, B, N_X, dtype=int)), "x", ["(5, 2, 3)", "(T, B)", "one-hot implied"]),
    ("symbols of an empty sequence", lambda: CELL.forward(SYMBOLS[:0]), "x", ["(0, 2)", "empty"]),
    # state
    ("a state for another batch", lambda: CELL.forward(X, ones(3, N_H)), "state", ["(3, 4)", "(2, 4)", "B = 2"]),
    ("a state for another n_h", lambda: CELL.forward(X, ones(B, 9)), "state", ["(2, 9)", "(2, 4)", "n_h = 4"]),
    ("one state for all rows is not broadcast", lambda: CELL.forward(X, ones(N_H)), "state", ["(4,)", "(2, 4)"]),
    ("a number as state", lambda: CELL.forward(X, 0.0), "state", ["()", "(2, 4)"]),
    ("a pair as state", lambda: CELL.forward(X, (H[0], H[0])), "state", ["tuple of 2", "(2, 4)", "no pair"]),
    ("a state with NaN", lambda: CELL.forward(X, with_(H[0], (1, 3), np.nan)), "state", ["nan", "(1, 3)", "finite"]),
    ("a state of integers", lambda: CELL.forward(X, ones(B, N_H, dtype=int)), "state", ["int64", "float32 or float64"]),
    ("a state of another dtype", lambda: CELL.forward(X, ones(B, N_H, dtype=np.float32)), "state", ["float32", "float64"]),
    # lengths
    ("a length beyond T", lambda: CELL.forward(X, lengths=[2, 6]), "lengths", ["got 6", "1 … 5", "T = 5"]),
    ("a length of 0", lambda: CELL.forward(X, lengths=[0, 5]), "lengths", ["got 0", "1 … 5"]),
    ("a length below 0", lambda: CELL.forward(X, lengths=[5, -1]), "lengths", ["got -1", "1 … 5"]),
    ("too few lengths", lambda: CELL.forward(X, lengths=[5]), "lengths", ["(1,)", "(2,)", "per row"]),
    ("one length for all rows", lambda: CELL.forward(X, lengths=5), "lengths", ["()", "(2,)", "per row"]),
    ("lengths as floats", lambda: CELL.forward(X, lengths=[5.0, 4.0]), "lengths", ["float64", "integers"]),
    ("lengths as a mask", lambda: CELL.forward(X, lengths=[True, True]), "lengths", ["bool", "integers"]),
    ("lengths ragged", lambda: CELL.forward(X, lengths=[[1], [1, 2]]), "lengths", ["unequal length"]),
    # parameters
    ("W_x as a list", lambda: RNN([[1.0]], ones(1, 1), ones(1)).forward(X), "W_x", ["list", "NumPy array", "(n_h, n_x)"]),
    ("W_x a number", lambda: RNN(1.0, 1.0, 0.0).forward(X), "W_x", ["float", "NumPy array"]),
    ("W_x a vector", lambda: CELL._replace(W_x=ones(N_H)).forward(X), "W_x", ["(4,)", "(n_h, n_x)"]),
    ("W_x without columns", lambda: CELL._replace(W_x=ones(N_H, 0)).forward(X), "W_x", ["(4, 0)", "empty"]),
    ("W_x of integers", lambda: CELL._replace(W_x=ones(N_H, N_X, dtype=int)).forward(X), "W_x", ["int64", "float32 or float64"]),
    ("W_x transposed", lambda: CELL._replace(W_x=CELL.W_x.T).forward(X), "W_h", ["(4, 4)", "(3, 3)", "n_h = 3"]),
    ("W_h not square", lambda: CELL._replace(W_h=ones(N_H, 3)).forward(X), "W_h", ["(4, 3)", "(4, 4)", "n_h = 4"]),
    ("W_h of another dtype", lambda: CELL._replace(W_h=ones(N_H, N_H, dtype=np.float32)).forward(X), "W_h", ["float32", "float64"]),
    ("W_h with infinity", lambda: CELL._replace(W_h=ones(N_H, N_H) * np.inf).forward(X), "W_h", ["inf", "(0, 0)", "finite"]),
    ("b as a column", lambda: CELL._replace(b=ones(N_H, 1)).forward(X), "b", ["(4, 1)", "(4,)"]),
    ("b a list", lambda: CELL._replace(b=[0.0] * N_H).forward(X), "b", ["list", "NumPy array", "(4,)"]),
    ("b with NaN, seen by backward too", lambda: CELL._replace(b=ones(N_H) * np.nan).backward(TAPE, H), "b", ["nan", "(0,)", "finite"]),
    # init
    ("a seed in place of a generator", lambda: RNN.init(0, 1, 1), "rng", ["int", "default_rng"]),
    ("the old kind of generator", lambda: Readout.init(np.random.RandomState(0), 1, 1), "rng", ["RandomState", "default_rng"]),
    ("no input units", lambda: RNN.init(RNG, 0, 1), "n_x", ["got 0", "1 or more"]),
    ("hidden units as a float", lambda: RNN.init(RNG, 1, 2.0), "n_h", ["2.0", "whole number"]),
    ("hidden units as a bool", lambda: Readout.init(RNG, True, 2), "n_h", ["True", "whole number"]),
    ("output units below 0", lambda: Readout.init(RNG, 1, -2), "n_y", ["-2", "1 or more"]),
    ("cell parameters of integers", lambda: RNN.init(RNG, 1, 1, dtype=int), "dtype", ["int", "np.float32 or np.float64"]),
    ("a dtype that is none", lambda: RNN.init(RNG, 1, 1, dtype="decimal"), "dtype", ["'decimal'", "np.float32"]),
    ("a dtype written wrongly", lambda: Readout.init(RNG, 1, 1, dtype={"names": 3}), "dtype", ["names", "np.float32"]),
    # backward
    ("no tape", lambda: CELL.backward(H, H), "tape", ["ndarray", "tape of this cell's forward"]),
    ("the readout's tape", lambda: CELL.backward(TAPE_Y, H), "tape", ["ReadoutTape", "tape of this cell's forward"]),
    ("the tape of a cell with other n_h", lambda: RNN.init(RNG, N_X, 7).backward(TAPE), "tape", ["(5, 2, 4)", "n_h = 7"]),
    ("the tape of a cell with other n_x", lambda: RNN.init(RNG, 8, N_H).backward(TAPE), "tape", ["(5, 2, 3)", "n_x = 8"]),
    ("the tape of a float64 cell", lambda: RNN.init(RNG, N_X, N_H, np.float32).backward(TAPE), "tape", ["float64", "float32"]),
    ("dh for one step", lambda: CELL.backward(TAPE, H[0]), "dh", ["(2, 4)", "(5, 2, 4)", "like h"]),
    ("dh of one row is not broadcast", lambda: CELL.backward(TAPE, H[:, :1]), "dh", ["(5, 1, 4)", "(5, 2, 4)"]),
    ("dh with NaN", lambda: CELL.backward(TAPE, H * np.nan), "dh", ["nan", "(0, 0, 0)", "finite"]),
    ("dh of integers", lambda: CELL.backward(TAPE, ones(T, B, N_H, dtype=int)), "dh", ["int64", "float32 or float64"]),
    ("dh of another dtype", lambda: CELL.backward(TAPE, H.astype(np.float32)), "dh", ["float32", "float64"]),
    ("dstate without a batch", lambda: CELL.backward(TAPE, H, ones(N_H)), "dstate", ["(4,)", "(2, 4)", "like the state"]),
    ("dstate a pair", lambda: CELL.backward(TAPE, H, (H[0], H[0])), "dstate", ["(2, 2, 4)", "(2, 4)"]),
    ("dstate with infinity", lambda: CELL.backward(TAPE, H, H[0] * np.inf), "dstate", ["inf", "finite"]),
    ("truncation to 0 lags", lambda: CELL.backward(TAPE, H, truncate=0), "truncate", ["got 0", "1 or more"]),
    ("truncation as a float", lambda: CELL.backward(TAPE, H, truncate=2.0), "truncate", ["2.0", "whole number"]),
    ("truncation as a bool", lambda: CELL.backward(TAPE, H, truncate=True), "truncate", ["True", "whole number"]),
    ("a carry too short", lambda: CELL.backward(TAPE, H, carry=ones(T - 1)), "carry", ["(4,)", "(5,)", "T = 5"]),
    ("one carry for all steps", lambda: CELL.backward(TAPE, H, carry=0.5), "carry", ["()", "(5,)", "per step"]),
    ("a carry with NaN", lambda: CELL.backward(TAPE, H, carry=ones(T) * np.nan), "carry", ["nan", "(0,)"]),
    # readout
    ("h of another n_h", lambda: READOUT.forward(ones(T, B, 7)), "h", ["(5, 2, 7)", "n_h = 4"]),
    ("h without a batch", lambda: READOUT.forward(ones(N_H)), "h", ["(4,)", "(B, 4) or (T, B, 4)"]),
    ("h with NaN", lambda: READOUT.forward(H * np.nan), "h", ["nan", "(0, 0, 0)"]),
    ("h ragged", lambda: READOUT.forward([[1.0], [1.0, 2.0]]), "h", ["unequal length"]),
    ("h of another dtype", lambda: READOUT.forward(H.astype(np.float32)), "h", ["float32", "float64"]),
    ("W_y as a list", lambda: Readout([[1.0]], [0.0]).forward(ones(1, 1)), "W_y", ["list", "NumPy array", "(n_y, n_h)"]),
    ("c of another n_y", lambda: READOUT._replace(c=ones(2)).forward(H), "c", ["(2,)", "(6,)", "n_y = 6"]),
    ("the cell's tape", lambda: READOUT.backward(TAPE, Y), "tape", ["Tape", "Readout.forward"]),
    ("the tape of a readout with other n_h", lambda: Readout.init(RNG, 9, N_Y).backward(TAPE_Y, Y), "tape", ["(5, 2, 4)", "n_h = 9"]),
    ("dy of h's shape", lambda: READOUT.backward(TAPE_Y, H), "dy", ["(5, 2, 4)", "(5, 2, 6)", "like y"]),
    ("dy with NaN", lambda: READOUT.backward(TAPE_Y, Y * np.nan), "dy", ["nan", "finite"]),
    # losses
    ("a target that would broadcast", lambda: squared_error(Y, ones(N_Y)), "target", ["(6,)", "(5, 2, 6)", "like y"]),
    ("a target of another dtype", lambda: squared_error(Y, Y.astype(np.float32)), "target", ["float32", "float64"]),
    ("a target with NaN", lambda: squared_error(Y, Y * np.nan), "target", ["nan", "finite"]),
    ("y without a batch", lambda: squared_error(ones(3), ones(3)), "y", ["(3,)", "(B, n_y) or (T, B, n_y)"]),
    ("y ragged", lambda: squared_error([[1.0], [1.0, 2.0]], ones(2, 1)), "y", ["unequal length"]),
    ("y with infinity", lambda: squared_error(Y * np.inf, Y), "y", ["inf", "finite"]),
    ("a reduction that is none", lambda: squared_error(Y, Y, reduction="max"), "reduction", ["'max'", "'sum' or 'mean'"]),
    ("a reduction that is no word", lambda: squared_error(Y, Y, reduction=Y[0]), "reduction", ["ndarray", "'sum' or 'mean'"]),
    ("a loss with lengths beyond T", lambda: squared_error(Y, Y, lengths=[5, 6]), "lengths", ["got 6", "1 … 5"]),
    ("lengths without time", lambda: squared_error(Y[0], Y[0], lengths=[1, 1]), "lengths", ["1 leading", "(T, B)"]),
    ("one-hot targets", lambda: cross_entropy(Y, Y), "target", ["float64", "integers", "0 … 5"]),
    ("targets of one row", lambda: cross_entropy(Y, TARGET[:, :1]), "target", ["(5, 1)", "(5, 2)", "like logits"]),
    ("a target above the last class", lambda: cross_entropy(Y, with_(TARGET, (2, 0), 6)), "target", ["symbol 6", "(2, 0)", "0 … 5"]),
    ("a target of -100, which elsewhere means ignore", lambda: cross_entropy(Y, TARGET - 100), "target", ["-100", "0 … 5"]),
    ("logits with NaN", lambda: cross_entropy(Y * np.nan, TARGET), "logits", ["nan", "finite"]),
    ("logits without classes", lambda: cross_entropy(ones(T, B, 0), TARGET), "logits", ["(5, 2, 0)", "empty"]),
    ("logits of integers", lambda: cross_entropy(ones(T, B, 2, dtype=int), TARGET), "logits", ["int64", "float32 or float64"]),
    # text
    ("an empty text", lambda: Vocabulary.from_text(""), "text", ["empty text", "at least one"]),
    ("a text of bytes", lambda: Vocabulary.from_text(b"ab"), "text", ["bytes", "string"]),
    ("a text of words in an array", lambda: Vocabulary.from_text(np.array(["a", "b"])), "text", ["ndarray", "string"]),
    ("a character outside the vocabulary", lambda: VOCAB.encode("abxa"), "text", ["'x'", "position 2", "'abc'", "3 symbols"]),
    ("a list to encode", lambda: VOCAB.encode(["a"]), "text", ["list", "string"]),
    ("ids outside the vocabulary", lambda: VOCAB.decode([0, 3]), "ids", ["symbol 3", "0 … 2"]),
    ("ids as floats", lambda: VOCAB.decode([0.0]), "ids", ["float64", "integers"]),
    ("ids of a batch", lambda: VOCAB.decode([[0, 1]]), "ids", ["(1, 2)", "(n,)"]),
    ("one id alone", lambda: VOCAB.decode(1), "ids", ["()", "(n,)"]),
    ("one-hot of a symbol too large", lambda: one_hot([0, 4], 4), "ids", ["symbol 4", "(1,)", "0 … 3"]),
    ("one-hot of floats", lambda: one_hot([0.0], 4), "ids", ["float64", "integers"]),
    ("one-hot of ragged rows", lambda: one_hot([[0], [0, 1]], 4), "ids", ["unequal length"]),
    ("one-hot among no symbols", lambda: one_hot([0], 0), "n", ["got 0", "1 or more"]),
    ("one-hot integers", lambda: one_hot([0], 1, dtype=int), "dtype", ["int", "np.float32"]),
    # gradcheck
    ("parameters that are a list", lambda: numerical_gradient(total, [1.0]), "params", ["list", "NamedTuple"]),
    ("parameters of integers", lambda: gradcheck(total, np.arange(3), np.arange(3)), "params", ["int64", "floats"]),
    ("a loss that returns its gradient too", lambda: numerical_gradient(lambda p: (p.sum(), p), X), "f", ["tuple", "one finite number"]),
    ("a loss that returns nothing", lambda: numerical_gradient(lambda p: None, X), "f", ["NoneType", "one finite number"]),
    ("a loss that is a vector", lambda: numerical_gradient(lambda p: p, X[0]), "f", ["ndarray", "one finite number"]),
    ("a loss that is NaN", lambda: gradcheck(lambda p: np.nan, X, X), "f", ["nan", "one finite number"]),
    ("a loss that is NaN in an array", lambda: gradcheck(lambda p: np.array(np.nan), X, X), "f", ["nan", "one finite number"]),
    ("gradients of another shape", lambda: gradcheck(total, X, X[0]), "grads", ["(2, 3)", "(5, 2, 3)"]),
    ("gradients of another tree", lambda: gradcheck(total, X, (X, X)), "grads", ["params", "(5, 2, 3)"]),
    ("gradients with NaN in the last array", lambda: gradcheck(lambda p: p.W_y.sum(), READOUT, READOUT._replace(c=ones(N_Y) * np.nan)), "grads", ["NaN", "c", "finite"]),
    ("a step that changes nothing", lambda: numerical_gradient(total, X, step=0), "step", ["0.0", "changes", "float64"]),
    ("a step lost in rounding", lambda: numerical_gradient(total, ones(1), step=1e-20), "step", ["1e-20", "changes 1.0"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "argument", "words"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_a_bad_call_is_refused_in_words(call, argument, words):
    with pytest.raises(ValueError, match=rf"^{argument}: got ") as caught:
        call()
    message = str(caught.value)
    for word in [*words, "wanted"]:
        assert word in message, message
    assert ",," not in message
    assert "  " not in message


def test_every_bad_call_has_its_own_name():
    names = [row[0] for row in TABLE]
    assert len(set(names)) == len(names)


def test_their_good_neighbours_are_accepted():
    # else the table might be refused for another reason than it states
    CELL.forward(X, H[0], lengths=[5, 1])
    CELL.forward(SYMBOLS.astype(np.uint8), H[0], lengths=np.array([1, 5], np.uint8))
    CELL.backward(TAPE, H, H[0], truncate=np.int64(1), carry=np.ones(T))
    READOUT.backward(TAPE_Y, Y)
    squared_error(Y[0], Y[0])
    cross_entropy(Y, TARGET + N_Y - 1, lengths=[1, 5])
    assert gradcheck(total, X, np.ones_like(X)) < 1e-7
