"""Bad input is refused in words: the argument's name, what came, what was wanted. One table of bad calls."""

import numpy as np
import pytest
from refusals import named_once, refused

from rnn_core import (
    GRU,
    LSTM,
    RNN,
    SGD,
    Adam,
    Bidirectional,
    Readout,
    Stacked,
    Vocabulary,
    clip_by_global_norm,
    cross_entropy,
    gradcheck,
    numerical_gradient,
    one_hot,
    squared_error,
)
from rnn_core import spectrum as sp
from rnn_core.bptt import chunks, gradient_by_lag, random_carry
from rnn_core.check import floats, number
from rnn_core.rtrl import forward_mode

RNG = np.random.default_rng(0)
T, B, N_X, N_H, N_Y = 5, 2, 3, 4, 6
CELL = RNN.init(RNG, N_X, N_H)
READOUT = Readout.init(RNG, N_H, N_Y)
X = RNG.normal(size=(T, B, N_X))
SYMBOLS = RNG.integers(0, N_X, (T, B))
H, TAPE = CELL.forward(X)
Y, TAPE_Y = READOUT.forward(H)
TARGET = np.zeros((T, B), int)
LENGTHS_TAPE = CELL.forward(X, lengths=[5, 2])[1]
STATE = SGD(0.1).start(CELL)
LSTM_CELL, GRU_CELL = LSTM.init(RNG, N_X, N_H), GRU.init(RNG, N_X, N_H)
C = LSTM_CELL.zeros(B)[1]
LSTM_TAPE, GRU_TAPE = LSTM_CELL.forward(X)[1], GRU_CELL.forward(X)[1]
STACK, BOTH = Stacked.init(RNG, N_X, N_H), Bidirectional.init(RNG, N_X, N_H)
STACK_TAPE, BOTH_TAPE = STACK.forward(X)[1], BOTH.forward(X)[1]
BOTH_H = np.ones((T, B, 2 * N_H))
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
    ("dstate a pair", lambda: CELL.backward(TAPE, H, (H[0], H[0])), "dstate", ["tuple of 2", "(2, 4)"]),
    ("dstate with infinity", lambda: CELL.backward(TAPE, H, H[0] * np.inf), "dstate", ["inf", "finite"]),
    ("truncation to 0 lags", lambda: CELL.backward(TAPE, H, truncate=0), "truncate", ["got 0", "1 or more"]),
    ("truncation as a float", lambda: CELL.backward(TAPE, H, truncate=2.0), "truncate", ["2.0", "whole number"]),
    ("truncation as a bool", lambda: CELL.backward(TAPE, H, truncate=True), "truncate", ["True", "whole number"]),
    ("a carry too short", lambda: CELL.backward(TAPE, H, carry=ones(T - 1)), "carry", ["(4,)", "(5,)", "T = 5"]),
    ("one carry for all steps", lambda: CELL.backward(TAPE, H, carry=0.5), "carry", ["()", "(5,)", "per step"]),
    ("a carry with NaN", lambda: CELL.backward(TAPE, H, carry=ones(T) * np.nan), "carry", ["nan", "(0,)"]),
    # cells with gates
    ("one array as state of an LSTM", lambda: LSTM_CELL.forward(X, H[0]), "state", ["ndarray", "pair (h, c)", "(2, 4)"]),
    ("a list as state of an LSTM", lambda: LSTM_CELL.forward(X, [C, C]), "state", ["list", "pair (h, c)", "(2, 4)"]),
    ("three arrays as state of an LSTM", lambda: LSTM_CELL.forward(X, (C, C, C)), "state", ["tuple of 3", "pair (h, c)"]),
    ("one array in a tuple as state of an LSTM", lambda: LSTM_CELL.forward(X, (C,)), "state", ["tuple of 1", "pair (h, c)"]),
    ("a pair whose h is for another batch", lambda: LSTM_CELL.forward(X, (ones(3, N_H), C)), "state", ["(3, 4)", "(2, 4)", "B = 2"]),
    ("a pair whose c is for another n_h", lambda: LSTM_CELL.forward(X, (C, ones(B, 9))), "state", ["(2, 9)", "(2, 4)", "n_h = 4"]),
    ("a pair whose c has NaN", lambda: LSTM_CELL.forward(X, (C, C * np.nan)), "state", ["nan", "(0, 0)", "finite"]),
    ("a pair whose c is of another dtype", lambda: LSTM_CELL.forward(X, (C, C.astype(np.float32))), "state", ["float32", "float64"]),
    ("a pair as state of a GRU", lambda: GRU_CELL.forward(X, (C, C)), "state", ["tuple of 2", "(2, 4)", "no pair"]),
    ("a state of a GRU for another n_h", lambda: GRU_CELL.forward(X, ones(B, 12)), "state", ["(2, 12)", "(2, 4)", "n_h = 4"]),
    ("an LSTM of 15 rows", lambda: LSTM_CELL._replace(W_x=ones(15, N_X)).forward(X), "W_x", ["(15, 3)", "(4 n_h, n_x)", "4 blocks i, f, g, o"]),
    ("a GRU with the rows of an LSTM", lambda: GRU_CELL._replace(W_x=LSTM_CELL.W_x).forward(X), "W_x", ["(16, 3)", "(3 n_h, n_x)", "3 blocks r, z, n"]),
    ("W_x of an LSTM as a vector", lambda: LSTM_CELL._replace(W_x=ones(16)).forward(X), "W_x", ["(16,)", "(4 n_h, n_x)"]),
    ("W_h of an LSTM with one block", lambda: LSTM_CELL._replace(W_h=CELL.W_h).forward(X), "W_h", ["(4, 4)", "(16, 4)", "4 n_h = 16"]),
    ("W_h of a GRU transposed", lambda: GRU_CELL._replace(W_h=GRU_CELL.W_h.T).forward(X), "W_h", ["(4, 12)", "(12, 4)", "3 n_h = 12"]),
    ("b of an LSTM with one block", lambda: LSTM_CELL._replace(b=CELL.b).forward(X), "b", ["(4,)", "(16,)", "4 n_h = 16"]),
    ("b_x of a GRU with one block", lambda: GRU_CELL._replace(b_x=CELL.b).forward(X), "b_x", ["(4,)", "(12,)", "3 n_h = 12"]),
    ("b_h of a GRU with two blocks", lambda: GRU_CELL._replace(b_h=ones(8)).forward(X), "b_h", ["(8,)", "(12,)", "3 n_h = 12"]),
    ("b_h of a GRU of another dtype", lambda: GRU_CELL._replace(b_h=ones(12, dtype=np.float32)).backward(GRU_TAPE), "b_h", ["float32", "float64"]),
    ("an LSTM with a length beyond T", lambda: LSTM_CELL.forward(X, lengths=[5, 6]), "lengths", ["got 6", "1 … 5", "T = 5"]),
    ("a GRU with a length of 0", lambda: GRU_CELL.forward(X, lengths=[5, 0]), "lengths", ["got 0", "1 … 5"]),
    ("an LSTM with a symbol too large", lambda: LSTM_CELL.forward(SYMBOLS + 3), "x", ["symbol", "(0, 0)", "0 … 2"]),
    ("an LSTM without hidden units", lambda: LSTM.init(RNG, 3, 0), "n_h", ["got 0", "1 or more"]),
    ("a GRU of integers", lambda: GRU.init(RNG, 1, 1, dtype=int), "dtype", ["int", "np.float32"]),
    ("a forget bias that is text", lambda: LSTM.init(RNG, 1, 1, forget_bias="1"), "forget_bias", ["'1'", "finite number"]),
    ("a forget bias of infinity", lambda: LSTM.init(RNG, 1, 1, forget_bias=np.inf), "forget_bias", ["inf", "finite number"]),
    ("the state of no rows", lambda: LSTM_CELL.zeros(0), "B", ["got 0", "1 or more"]),
    ("an RNN given an LSTM's tape", lambda: CELL.backward(LSTM_TAPE, H), "tape", ["i, f, g, o, c inside", "with h"]),
    ("an RNN given a GRU's tape", lambda: CELL.backward(GRU_TAPE, H), "tape", ["r, z, n, m inside", "with h"]),
    ("an LSTM given an RNN's tape", lambda: LSTM_CELL.backward(TAPE, H), "tape", ["one with h inside", "with i, f, g, o"]),
    ("an LSTM given a GRU's tape", lambda: LSTM_CELL.backward(GRU_TAPE, H), "tape", ["r, z, n, m inside", "with i, f, g, o"]),
    ("a GRU given an RNN's tape", lambda: GRU_CELL.backward(TAPE, H), "tape", ["one with h inside", "with r, z, n"]),
    ("a GRU given an LSTM's tape", lambda: GRU_CELL.backward(LSTM_TAPE, H), "tape", ["i, f, g, o, c inside", "with r, z, n"]),
    ("an LSTM given the tape of one with other n_h", lambda: LSTM.init(RNG, N_X, 7).backward(LSTM_TAPE), "tape", ["(5, 2, 4)", "n_h = 7"]),
    ("an LSTM given the tape of layers", lambda: LSTM_CELL.backward(STACK_TAPE, H), "tape", ["LayersTape", "tape of this cell's forward"]),
    ("dh of an LSTM as wide as its state", lambda: LSTM_CELL.backward(LSTM_TAPE, ones(T, B, 2 * N_H)), "dh", ["(5, 2, 8)", "(5, 2, 4)"]),
    ("dstate of an LSTM as one array", lambda: LSTM_CELL.backward(LSTM_TAPE, dstate=C), "dstate", ["ndarray", "pair (h, c)", "(2, 4)"]),
    ("dstate of an LSTM with a wrong c", lambda: LSTM_CELL.backward(LSTM_TAPE, dstate=(C, C[:1])), "dstate", ["(1, 4)", "(2, 4)", "like the state"]),
    ("dstate of a GRU as a pair", lambda: GRU_CELL.backward(GRU_TAPE, dstate=(C, C)), "dstate", ["tuple of 2", "no pair"]),
    ("a carry per row that is too short", lambda: LSTM_CELL.backward(LSTM_TAPE, H, carry=ones(T - 1, B)), "carry", ["(4, 2)", "(5, 2)", "T = 5"]),
    ("a carry per row for another batch", lambda: GRU_CELL.backward(GRU_TAPE, H, carry=ones(T, 3)), "carry", ["(5, 3)", "(5, 2)"]),
    ("a Lyapunov exponent of an LSTM", lambda: sp.lyapunov_exponent(LSTM_CELL, X, RNG), "cell", ["LSTM", "without gates"]),
    ("a Lyapunov exponent of a GRU", lambda: sp.lyapunov_exponent(GRU_CELL, X, RNG), "cell", ["GRU", "without gates"]),
    ("forward mode of an LSTM", lambda: forward_mode(LSTM_CELL, X, H), "cell", ["LSTM", "without gates"]),
    ("forward mode of a GRU", lambda: forward_mode(GRU_CELL, X, H), "cell", ["GRU", "without gates"]),
    ("forward mode of layers", lambda: forward_mode(STACK, X, H), "cell", ["Stacked", "without gates"]),
    # layers and directions
    ("no layers", lambda: Stacked(()).forward(X), "cells", ["got ()", "one cell or more"]),
    ("a list of no layers", lambda: Stacked([]).forward(X), "cells", ["got ()", "one cell or more"]),
    ("one cell in place of a tuple of cells", lambda: Stacked(CELL).forward(X), "cells", ["RNN", "tuple of one cell or more"]),
    ("layers that are no tuple", lambda: Stacked(None).forward(X), "cells", ["NoneType", "tuple of one cell or more"]),
    ("a number among the layers", lambda: Stacked((CELL, 3)).forward(X), "cells", ["int", "`forward`"]),
    ("a kind of cell among the layers", lambda: Stacked((RNN, RNN)).forward(X), "cells", ["the class RNN", "`forward`"]),
    ("layers of unequal widths", lambda: Stacked((CELL, CELL)).forward(X), "cells", ["n_x = 3 in cell 1", "wanted 4", "cell 0"]),
    ("layers of unequal widths, seen by backward too", lambda: Stacked((CELL, CELL)).backward(STACK_TAPE), "cells", ["n_x = 3 in cell 1", "wanted 4"]),
    ("a direction that is no cell", lambda: Bidirectional(3, CELL).forward(X), "fwd", ["int", "`forward`"]),
    ("another direction that is no cell", lambda: Bidirectional(CELL, None).forward(X), "bwd", ["NoneType", "`forward`"]),
    ("directions of unequal n_x", lambda: Bidirectional(CELL, RNN.init(RNG, 5, N_H)).forward(X), "bwd", ["n_x = 5", "wanted 3", "fwd"]),
    ("directions of unequal n_x, seen by backward too", lambda: Bidirectional(CELL, RNN.init(RNG, 5, N_H)).backward(BOTH_TAPE), "bwd", ["n_x = 5", "wanted 3"]),
    ("a number of layers of 0", lambda: Stacked.init(RNG, N_X, N_H, layers=0), "layers", ["got 0", "1 or more"]),
    ("one array as state of two layers", lambda: STACK.forward(X, C), "state", ["ndarray", "tuple of 2", "every cell"]),
    ("three states for two layers", lambda: STACK.forward(X, (C, C, C)), "state", ["tuple of 3", "tuple of 2"]),
    ("a list of states", lambda: STACK.forward(X, [C, C]), "state", ["list", "tuple of 2"]),
    ("a state of the upper layer for another batch", lambda: STACK.forward(X, (C, ones(3, N_H))), "state", ["(3, 4)", "(2, 4)"]),
    ("one state for two directions", lambda: BOTH.forward(X, (C,)), "state", ["tuple of 1", "tuple of 2"]),
    ("three gradients for the states of two directions", lambda: BOTH.backward(BOTH_TAPE, dstate=(C, C, C)), "dstate", ["tuple of 3", "tuple of 2"]),
    ("one gradient for the states of two layers", lambda: STACK.backward(STACK_TAPE, dstate=C), "dstate", ["ndarray", "tuple of 2"]),
    ("x of other features for two directions", lambda: BOTH.forward(ones(T, B, 7)), "x", ["(5, 2, 7)", "n_x = 3"]),
    ("x of other features for two layers", lambda: STACK.forward(ones(T, B, 7)), "x", ["(5, 2, 7)", "n_x = 3"]),
    ("two directions with a length beyond T", lambda: BOTH.forward(X, lengths=[6, 5]), "lengths", ["got 6", "1 … 5"]),
    ("two layers with a length of 0", lambda: STACK.forward(X, lengths=[0, 5]), "lengths", ["got 0", "1 … 5"]),
    ("layers given the tape of a cell", lambda: STACK.backward(TAPE, H), "tape", ["Tape", "tape of this forward"]),
    ("directions given the tape of a cell", lambda: BOTH.backward(TAPE, H), "tape", ["Tape", "tape of this forward"]),
    ("two layers given the tape of three", lambda: STACK.backward(Stacked.init(RNG, N_X, N_H, layers=3).forward(X)[1], H), "tape", ["3 cells", "wanted 2"]),
    ("directions given the tape of two layers", lambda: BOTH.backward(STACK_TAPE), "tape", ["width 4", "wanted 2 and 8"]),
    ("layers given the tape of two directions", lambda: STACK.backward(BOTH_TAPE), "tape", ["width 8", "wanted 2 and 4"]),
    ("layers of LSTM given the tape of layers of RNN", lambda: Stacked.init(RNG, N_X, N_H, cell=LSTM).backward(STACK_TAPE, H), "tape", ["one with h inside", "with i, f, g, o"]),
    ("dh of one direction alone", lambda: BOTH.backward(BOTH_TAPE, H), "dh", ["(5, 2, 4)", "(5, 2, 8)", "like h"]),
    ("dh of two directions with NaN", lambda: BOTH.backward(BOTH_TAPE, BOTH_H * np.nan), "dh", ["nan", "finite"]),
    ("dh of another dtype for two directions", lambda: BOTH.backward(BOTH_TAPE, BOTH_H.astype(np.float32)), "dh", ["float32", "float64"]),
    ("dh of another width for two layers", lambda: STACK.backward(STACK_TAPE, BOTH_H), "dh", ["(5, 2, 8)", "(5, 2, 4)"]),
    ("a carry too short for two directions", lambda: BOTH.backward(BOTH_TAPE, BOTH_H, carry=ones(T - 1)), "carry", ["(4,)", "(5,)", "T = 5"]),
    ("a carry for two directions of another batch", lambda: BOTH.backward(BOTH_TAPE, BOTH_H, carry=ones(T, 3)), "carry", ["(5, 3)", "(5, 2)"]),
    ("a carry of three axes for two directions", lambda: BOTH.backward(BOTH_TAPE, BOTH_H, carry=ones(T, B, 1)), "carry", ["(5, 2, 1)", "(5,)"]),
    ("one carry for all steps of two directions", lambda: BOTH.backward(BOTH_TAPE, BOTH_H, carry=0.5), "carry", ["()", "(5,)"]),
    ("a ragged carry for two directions", lambda: BOTH.backward(BOTH_TAPE, BOTH_H, carry=[[1.0], [1.0, 2.0]]), "carry", ["unequal length"]),
    ("truncation of two directions to 0 lags", lambda: BOTH.backward(BOTH_TAPE, BOTH_H, truncate=0), "truncate", ["got 0", "1 or more"]),
    ("truncation of two layers as a float", lambda: STACK.backward(STACK_TAPE, H, truncate=1.5), "truncate", ["1.5", "whole number"]),
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
    # numbers
    ("a number that is NaN", lambda: number("η", np.nan), "η", ["nan", "a finite number"]),
    ("a number that is infinite", lambda: number("η", np.inf, least=0), "η", ["inf", "at least 0"]),
    ("a number that is text", lambda: number("η", "1"), "η", ["'1'", "finite number"]),
    ("a number that is a bool", lambda: number("η", True), "η", ["True", "finite number"]),
    ("a number that is complex", lambda: number("η", 1j), "η", ["1j", "finite number"]),
    ("a number in an array", lambda: number("η", ones(1)), "η", ["array([1.])", "finite number"]),
    ("a number below the least", lambda: number("η", -0.1, least=0.0, most=1.0), "η", ["-0.1", "at least 0 and at most 1"]),
    ("a number above the most", lambda: number("η", 1.5, least=0.0, most=1.0), "η", ["1.5", "at least 0 and at most 1"]),
    ("a number on the bound that is out", lambda: number("η", 0, above=0, below=0.5), "η", ["got 0,", "above 0 and below 0.5"]),
    ("a number on the other bound that is out", lambda: number("η", 0.5, above=0, below=0.5), "η", ["0.5", "below 0.5"]),
    # truncation in chunks and at random
    ("chunks of no steps", lambda: chunks(5, 0), "length", ["got 0", "1 or more"]),
    ("chunks of half a step", lambda: chunks(5, 0.5), "length", ["0.5", "whole number"]),
    ("chunks of no sequence", lambda: chunks(0, 3), "T", ["got 0", "1 or more"]),
    ("a random carry from a seed", lambda: random_carry(0, 5, 0.5), "rng", ["int", "default_rng"]),
    ("a random carry for no steps", lambda: random_carry(RNG, 0, 0.5), "T", ["got 0", "1 or more"]),
    ("a random carry that never goes on", lambda: random_carry(RNG, 5, 0.0), "p", ["0.0", "at most 1 and above 0"]),
    ("a random carry with p above 1", lambda: random_carry(RNG, 5, 1.1), "p", ["1.1", "at most 1"]),
    ("a random carry with p = NaN", lambda: random_carry(RNG, 5, np.nan), "p", ["nan", "finite"]),
    ("gradients by lag of one row", lambda: gradient_by_lag(CELL, TAPE, H[:, :1]), "dh", ["(5, 1, 4)", "(5, 2, 4)", "like h"]),
    ("forward mode for one step of dh", lambda: forward_mode(CELL, X, H[0]), "dh", ["(2, 4)", "(5, 2, 4)", "like h"]),
    # spectrum
    ("a pair without its conjugate", lambda: sp.with_eigenvalues(RNG, [1 + 1j, 2]), "eigenvalues", ["(1+1j)", "conjugate", "real"]),
    ("a pair with another's conjugate", lambda: sp.with_eigenvalues(RNG, [1 + 1j, 1 - 2j]), "eigenvalues", ["(1-2j)", "conjugate"]),
    ("one conjugate for two", lambda: sp.with_eigenvalues(RNG, [1j, 1j, -1j]), "eigenvalues", ["1j", "conjugate"]),
    ("no eigenvalues", lambda: sp.with_eigenvalues(RNG, []), "eigenvalues", ["[]", "n ≥ 1"]),
    ("one eigenvalue without a list", lambda: sp.with_eigenvalues(RNG, 0.5), "eigenvalues", ["0.5", "(n,)"]),
    ("eigenvalues in a table", lambda: sp.with_eigenvalues(RNG, [[1, 2]]), "eigenvalues", ["[[1, 2]]", "(n,)"]),
    ("eigenvalues of unequal rows", lambda: sp.with_eigenvalues(RNG, [[1], [1, 2]]), "eigenvalues", ["unequal length"]),
    ("an eigenvalue that is NaN", lambda: sp.with_eigenvalues(RNG, [1, np.nan]), "eigenvalues", ["nan", "finite"]),
    ("an eigenvalue with infinity", lambda: sp.with_eigenvalues(RNG, [1, complex(0, np.inf)]), "eigenvalues", ["inf", "finite"]),
    ("eigenvalues as text", lambda: sp.with_eigenvalues(RNG, ["a"]), "eigenvalues", ["'a'", "finite numbers"]),
    ("eigenvalues from a seed", lambda: sp.with_eigenvalues(0, [1]), "rng", ["int", "default_rng"]),
    ("a departure below 0", lambda: sp.with_eigenvalues(RNG, [1, 2], -0.5), "departure", ["-0.5", "at least 0"]),
    ("a departure of one eigenvalue", lambda: sp.with_eigenvalues(RNG, [1], 0.5), "departure", ["0.5", "wanted 0"]),
    ("a departure of one pair", lambda: sp.with_eigenvalues(RNG, [1j, -1j], 0.5), "departure", ["0.5", "normal matrix"]),
    ("a radius below 0", lambda: sp.circle_of_eigenvalues(4, -1.0, 0.5), "radius", ["-1.0", "at least 0"]),
    ("a radius that is NaN", lambda: sp.circle_of_eigenvalues(4, np.nan, 0.5), "radius", ["nan", "finite"]),
    ("an angle below 0", lambda: sp.circle_of_eigenvalues(4, 1.0, -0.5), "angle", ["-0.5", "at least 0"]),
    ("an angle in degrees", lambda: sp.circle_of_eigenvalues(4, 1.0, 90), "angle", ["90", "at most 3.14159"]),
    ("a circle of none", lambda: sp.circle_of_eigenvalues(0, 1.0, 0.5), "n", ["got 0", "1 or more"]),
    ("an orthogonal matrix of half a row", lambda: sp.orthogonal(RNG, 2.5), "n", ["2.5", "whole number"]),
    ("an orthogonal matrix from a seed", lambda: sp.orthogonal(0, 2), "rng", ["int", "default_rng"]),
    ("a singular value below 0", lambda: sp.with_singular_values(RNG, [1, -0.5]), "singular_values", ["-0.5", "0 or more"]),
    ("a singular value that is NaN", lambda: sp.with_singular_values(RNG, [1, np.nan]), "singular_values", ["nan", "finite"]),
    ("no singular values", lambda: sp.with_singular_values(RNG, np.array([])), "singular_values", ["(0,)", "empty"]),
    ("singular values of unequal rows", lambda: sp.with_singular_values(RNG, [[1], [1, 2]]), "singular_values", ["unequal length"]),
    ("singular values from a seed", lambda: sp.with_singular_values(0, [1.0]), "rng", ["int", "default_rng"]),
    ("the radius of what is not square", lambda: sp.spectral_radius(ones(2, 3)), "W", ["(2, 3)", "(n, n)"]),
    ("the eigenvalues of a vector", lambda: sp.eigenvalues_of(ones(3)), "W", ["(3,)", "(n, n)"]),
    ("the largest singular value of integers", lambda: sp.largest_singular_value(ones(2, 2, dtype=int)), "W", ["int64", "float32 or float64"]),
    ("the condition number with NaN", lambda: sp.condition_number(ones(2, 2) * np.nan), "W", ["nan", "finite"]),
    ("powers of what is not square", lambda: sp.log_norms_of_powers(ones(2, 3), 4), "W", ["(2, 3)", "(n, n)"]),
    ("powers up to below 0", lambda: sp.log_norms_of_powers(ones(2, 2), -1), "K", ["-1", "0 or more"]),
    ("a circle carried in three dimensions", lambda: sp.circle_carried(ones(3, 3), 4), "W", ["(3, 3)", "(2, 2)"]),
    ("a circle carried half a step", lambda: sp.circle_carried(ones(2, 2), 0.5), "K", ["0.5", "whole number"]),
    ("a product of one matrix alone", lambda: sp.log_norms_of_products(ones(2, 2)), "factors", ["(2, 2)", "(K, n, n)"]),
    ("a product of what is not square", lambda: sp.log_norms_of_products(ones(4, 2, 3)), "factors", ["(4, 2, 3)", "(K, n, n)"]),
    ("a product with NaN", lambda: sp.log_norms_of_products(with_(ones(4, 2, 2), (3, 1, 0), np.nan)), "factors", ["nan", "(3, 1, 0)"]),
    ("jacobians of rows that end early", lambda: sp.jacobians(CELL, LENGTHS_TAPE), "tape", ["lengths [5, 2]", "all have T steps"]),
    ("gradient norms of rows that end early", lambda: sp.log_gradient_norms(CELL, LENGTHS_TAPE, H[0]), "tape", ["lengths [5, 2]", "all have T steps"]),
    ("gradient norms from one row", lambda: sp.log_gradient_norms(CELL, TAPE, H[0, 0]), "v", ["(4,)", "(2, 4)", "like the state"]),
    ("gradient norms from NaN", lambda: sp.log_gradient_norms(CELL, TAPE, H[0] * np.nan), "v", ["nan", "finite"]),
    ("a Lyapunov exponent from a seed", lambda: sp.lyapunov_exponent(CELL, X, 0), "rng", ["int", "default_rng"]),
    ("γ of one norm", lambda: sp.fit_gamma([1.0]), "norms", ["[1.]", "two or more"]),
    ("γ of a norm of 0", lambda: sp.fit_gamma([1.0, 0.0]), "norms", ["[1., 0.]", "above 0"]),
    ("γ of a norm of infinity", lambda: sp.fit_gamma([1.0, np.inf]), "norms", ["inf", "finite"]),
    ("γ of text", lambda: sp.fit_gamma(["a", "b"]), "norms", ["<U1", "float32 or float64"]),
    ("γ of a table", lambda: sp.fit_gamma(ones(2, 2)), "norms", ["(2, 2)", "(n,)"]),
    # steps downhill
    ("clipping at 0", lambda: clip_by_global_norm(CELL, 0.0), "θ", ["0.0", "above 0"]),
    ("clipping below 0", lambda: clip_by_global_norm(CELL, -1), "θ", ["-1", "above 0"]),
    ("clipping at NaN", lambda: clip_by_global_norm(CELL, np.nan), "θ", ["nan", "finite"]),
    ("clipping NaN", lambda: clip_by_global_norm((CELL, READOUT._replace(c=ones(N_Y) * np.nan)), 1.0), "grads", ["nan in 1.c", "finite"]),
    ("clipping infinity", lambda: clip_by_global_norm(CELL._replace(W_h=with_(CELL.W_h, (0, 1), -np.inf)), 1.0), "grads", ["-inf in W_h", "finite"]),
    ("clipping a list of arrays", lambda: clip_by_global_norm([X], 1.0), "grads", ["list", "NamedTuple"]),
    ("a learning rate of 0", lambda: SGD(0.0).start(CELL), "lr", ["0.0", "above 0"]),
    ("a learning rate below 0", lambda: Adam(-0.1).start(CELL), "lr", ["-0.1", "above 0"]),
    ("a momentum of 1", lambda: SGD(0.1, 1.0).start(CELL), "momentum", ["1.0", "below 1"]),
    ("a momentum below 0", lambda: SGD(0.1, -0.1).start(CELL), "momentum", ["-0.1", "at least 0"]),
    ("a first decay of 1", lambda: Adam(beta1=1.0).start(CELL), "beta1", ["1.0", "below 1"]),
    ("a second decay of 1", lambda: Adam(beta2=1).start(CELL), "beta2", ["got 1,", "below 1"]),
    ("an ε of 0", lambda: Adam(eps=0).start(CELL), "eps", ["got 0,", "above 0"]),
    ("gradients that would broadcast", lambda: SGD(0.1).step(CELL, CELL._replace(b=ones(1)), STATE), "grads", ["('b', (1,))", "('b', (4,))"]),
    ("gradients of another cell", lambda: Adam().step(CELL, READOUT, Adam().start(CELL)), "grads", ["W_y", "arrays of params", "W_x"]),
    ("parameters in a list", lambda: SGD(0.1).step([X], [X], [X]), "params", ["list", "NamedTuple"]),
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
    CELL.forward(X, H[0], lengths=[5, 1])
    CELL.forward(SYMBOLS.astype(np.uint8), H[0], lengths=np.array([1, 5], np.uint8))
    CELL.backward(TAPE, H, H[0], truncate=np.int64(1), carry=np.ones(T))
    LSTM_CELL.forward(X, (H[0], C), lengths=[5, 1])
    LSTM_CELL.backward(LSTM_TAPE, H, (H[0], C), carry=ones(T, B))
    GRU_CELL.forward(SYMBOLS, H[0])
    GRU_CELL.backward(GRU_TAPE, H, H[0], truncate=2)
    STACK.forward(X, (C, C), lengths=[5, 1])
    STACK.backward(STACK_TAPE, H, (C, None), truncate=2, carry=ones(T))
    BOTH.forward(SYMBOLS, (None, C), lengths=[1, 5])
    BOTH.backward(BOTH_TAPE, BOTH_H, (C, C), truncate=2, carry=ones(T, B))
    READOUT.backward(TAPE_Y, Y)
    squared_error(Y[0], Y[0])
    cross_entropy(Y, TARGET + N_Y - 1, lengths=[1, 5])
    assert gradcheck(total, X, np.ones_like(X)) < 1e-7
    assert number("p", 1, most=1) == number("p", 1, least=1) == 1.0
    assert type(number("p", np.float32(1))) is float
    random_carry(RNG, 1, 1)
    sp.with_eigenvalues(RNG, (1j, -1j, 2), np.float64(0.5))
    sp.with_eigenvalues(RNG, [3], 0)
    sp.circle_of_eigenvalues(2, 0, np.pi)
    sp.with_singular_values(RNG, [0, 1])
    sp.log_norms_of_powers(ones(2, 2), 0)
    sp.log_gradient_norms(CELL, TAPE, H[0])
    SGD(0.1, 0).step(CELL, CELL, STATE)
    Adam(0.1, 0, 0).step(CELL, CELL, Adam(0.1, 0, 0).start(CELL))
    clip_by_global_norm((CELL, READOUT), 1)


LAYOUTS = (
    np.copy,
    np.asfortranarray,
    lambda a: a[::2, ::-1],
    lambda a: np.repeat(a, 2, -1)[:, ::2],
)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_too_large_to_square_are_finite_and_others_are_found(dtype, layout):
    most = np.finfo(dtype).max
    a = layout(np.full((4, 3), most, dtype))
    assert floats("a", a, a.shape) is a
    for bad in (np.nan, np.inf, -np.inf):
        for at in ((0, 0), (1, 2)):
            wrong = layout(np.full((4, 3), most, dtype))
            wrong[at] = bad
            refused(lambda a=wrong: floats("a", a, a.shape), "a", [str(bad), str(at), "finite"])
