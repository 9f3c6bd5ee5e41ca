"""Symbols and numbers: a vocabulary, and the one-hot vectors that a symbol stands for."""

from dataclasses import dataclass

import numpy as np

from . import check


def one_hot(ids, n, dtype=np.float64):
    """e_i for every integer i: 1 at place i, 0 elsewhere. ids (…) in 0 … n − 1; returns (…, n).

    Raises ValueError for integers outside 0 … n − 1, for anything but integers, and for n < 1.
    """
    n, ids = check.count("n", n), check.array("ids", ids)
    ids = check.symbols("ids", ids, ids.shape, n)
    return np.eye(n, dtype=check.dtype(dtype))[ids]


@dataclass(frozen=True)
class Vocabulary:
    """The distinct symbols of a text, in code-point order; symbol k of `symbols` is the integer k."""

    symbols: tuple

    def __post_init__(self):
        if not self.symbols or len(set(self.symbols)) != len(self.symbols):
            raise ValueError(f"symbols: got {self.symbols!r}, wanted distinct symbols, one or more")

    @classmethod
    def from_text(cls, text):
        """The vocabulary of all characters in `text`; ValueError where it is empty or not a string."""
        if not isinstance(text, str) or not text:
            got = "an empty text" if isinstance(text, str) else type(text).__name__
            raise ValueError(f"text: got {got}, wanted a string of at least one character")
        return cls(tuple(sorted(set(text))))

    def __len__(self):
        return len(self.symbols)

    def encode(self, text):
        """(n,) integers for the n characters of `text`; ValueError for a character outside the vocabulary."""
        if not isinstance(text, str):
            raise ValueError(f"text: got {type(text).__name__}, wanted a string")
        index = {s: k for k, s in enumerate(self.symbols)}
        for at, s in enumerate(text):
            if s not in index:
                raise ValueError(
                    f"text: got {s!r} at position {at}, wanted one of the {len(self)} symbols "
                    f"of the vocabulary {''.join(self.symbols)!r}"
                )
        return np.array([index[s] for s in text], dtype=np.intp)

    def decode(self, ids):
        """The string of (n,) integers; ValueError for integers outside 0 … len − 1."""
        ids = check.array("ids", ids)
        if ids.size == 0:
            return ""
        return "".join(self.symbols[i] for i in check.symbols("ids", ids, ("n",), len(self)))
