"""Small models of text of every kind, and when two runs are the same to the bit."""

import math
from typing import NamedTuple

import numpy as np

from rnn_core import GRU, LSTM, RNN, CharModel, Vocabulary, WindowMLP
from rnn_core.tree import tree_map

VOCAB = Vocabulary.from_text("abcd\n")
V = len(VOCAB)


class Window(NamedTuple):
    """A window of so many symbols as a kind of cell."""

    window: int

    def init(self, rng, n_x, n_h, dtype=np.float64):
        return WindowMLP.init(rng, n_x, n_h, dtype, self.window)


KINDS = {
    "RNN": {"cell": RNN},
    "GRU": {"cell": GRU},
    "LSTM": {"cell": LSTM},
    "Stacked LSTM": {"cell": LSTM, "layers": 2},
    "Stacked GRU": {"cell": GRU, "layers": 2},
    "WindowMLP": {"cell": Window(3)},
}


def made(kind, seed=0, vocab=VOCAB, n_h=4, dtype=np.float64, size=None):
    """A model of a kind; its numbers are drawn from a normal distribution where a size is given."""
    rng = np.random.default_rng(seed)
    model = CharModel.init(rng, vocab, n_h=n_h, dtype=dtype, **KINDS[kind])
    if size is None:
        return model
    return tree_map(lambda a: rng.normal(0, size, a.shape).astype(a.dtype), model)


def text(n, seed=0, vocab=VOCAB):
    """n symbols in which the next depends on the one before."""
    rng, ids = np.random.default_rng(seed), [0]
    while len(ids) < n:
        ids.append((ids[-1] + rng.choice([1, 1, 1, 2, 0])) % len(vocab))
    return np.array(ids[:n])


def alike(a, b, at="record"):
    """Assert that two trees are equal in every type, name and bit."""
    assert type(a) is type(b), at
    if isinstance(a, np.ndarray):
        assert (a.dtype, a.shape) == (b.dtype, b.shape), at
        assert a.tobytes() == b.tobytes(), at
    elif isinstance(a, tuple | dict):
        names = getattr(a, "_fields", a if isinstance(a, dict) else range(len(a)))
        assert len(a) == len(b), at
        parts = (a.values(), b.values()) if isinstance(a, dict) else (a, b)
        assert not isinstance(a, dict) or list(a) == list(b), at
        for name, x, y in zip(names, *parts, strict=True):
            alike(x, y, f"{at}.{name}")
    else:
        assert a == b or (isinstance(a, float) and math.isnan(a) and math.isnan(b)), at
