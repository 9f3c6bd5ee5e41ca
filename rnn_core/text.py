"""Symbols and numbers: a vocabulary, one-hot vectors, and a text cut into batches and into parts."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

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
    """The distinct symbols of a text, in code-point order; symbol k of `symbols` is the integer k.

    A symbol is a character, or a word: then `joint` (a space) stands between two of them in a text.
    """

    symbols: tuple
    joint: str = ""

    def __post_init__(self):
        if not isinstance(self.symbols, tuple) or not self.symbols:
            got = type(self.symbols).__name__ if self.symbols else repr(self.symbols)
            raise ValueError(
                f"symbols: got {got}, wanted distinct symbols, one or more, in a tuple"
            )
        if not isinstance(self.joint, str):
            raise ValueError(f"joint: got {type(self.joint).__name__}, wanted a string")
        words = f"words without {self.joint!r} in them" if self.joint else "single characters"
        seen = set()
        for s in self.symbols:
            if not isinstance(s, str) or not s or (self.joint in s if self.joint else len(s) > 1):
                raise ValueError(f"symbols: got {s!r}, wanted {words}")
            if s in seen:
                raise ValueError(
                    f"symbols: got {s!r} twice, wanted distinct symbols, one or more, in a tuple"
                )
            seen.add(s)

    @classmethod
    def from_text(cls, text):
        """The vocabulary of all characters in `text`; ValueError where it is empty or not a string."""
        if not isinstance(text, str) or not text:
            got = "an empty text" if isinstance(text, str) else type(text).__name__
            raise ValueError(f"text: got {got}, wanted a string of at least one character")
        return cls(tuple(sorted(set(text))))

    @classmethod
    def from_words(cls, words, joint=" "):
        """The vocabulary of all words in a list such as `text.split()`; ValueError where there is none."""
        if isinstance(words, str) or not isinstance(words, Iterable):
            got = type(words).__name__
            raise ValueError(f"words: got {got}, wanted a list of words, such as text.split()")
        if not isinstance(joint, str) or not joint:
            raise ValueError(f"joint: got {joint!r}, wanted what stands between two words")
        words = list(words)
        bad = [word for word in words if not isinstance(word, str)]
        if bad or not words:
            got = f"{bad[0]!r} in it" if bad else "no words"
            raise ValueError(f"words: got {got}, wanted strings, one or more")
        return cls(tuple(sorted(set(words))), joint)

    def __len__(self):
        return len(self.symbols)

    @cached_property
    def _index(self):
        return {s: k for k, s in enumerate(self.symbols)}

    def _split(self, text):
        if isinstance(text, str):
            return text if not self.joint else text.split(self.joint) if text else []
        if self.joint and isinstance(text, list | tuple):
            return text
        wanted = "a string or a list of words" if self.joint else "a string"
        raise ValueError(f"text: got {type(text).__name__}, wanted {wanted}")

    def encode(self, text):
        """(n,) integers for the n symbols of `text`, a string (or a list of words, if symbols are words).

        Raises ValueError for a symbol outside the vocabulary.
        """
        parts, index = self._split(text), self._index
        try:
            return np.fromiter(map(index.__getitem__, parts), np.intp, len(parts))
        except (KeyError, TypeError):
            known = lambda s: isinstance(s, str) and s in index
            at, s = next((at, s) for at, s in enumerate(parts) if not known(s))
            shown = self.joint.join(self.symbols[:200]) + " …" * (len(self) > 200)
            raise ValueError(
                f"text: got {s!r} at position {at}, wanted one of the {len(self)} symbols "
                f"of the vocabulary {shown!r}"
            ) from None

    def decode(self, ids):
        """The string of (n,) integers; ValueError for integers outside 0 … len − 1."""
        ids = check.array("ids", ids)
        if ids.size == 0:
            return ""
        ids = check.symbols("ids", ids, ("n",), len(self))
        return self.joint.join(map(self.symbols.__getitem__, ids.tolist()))


class Place(NamedTuple):
    """How far a text has been read, chunk by chunk, by `fit`."""

    first: int  # the symbol at which this pass through the text begins
    chunk: int  # the next one of the pass; at 0 a new pass begins
    state: Any  # of the B rows, carried on; None at the beginning of a pass
    n: int  # symbols in the text
    checksum: int  # CRC-32 of them: to go on in another text would be another run
    B: int
    T: int


def batches(ids, B, T):
    """Pairs x, target (T, B) that go once through a text (n,): B rows side by side, T symbols further each time.

    target is the symbol after x. Row b of a batch goes on where row b of the batch before ended, so that its state
    can be carried. The rows divide the text: with k = ⌊(n − 1)/(B T)⌋ batches, row b begins at symbol b k T. The
    first k B T + 1 symbols are used, each but the first as a target once; what is left over, fewer than B T
    symbols at the end, is not. Raises ValueError for fewer than B T + 1 symbols and for sizes below 1.
    """
    ids = check.array("ids", ids)
    return (chunk(ids, B, T, i) for i in range(chunks(ids, B, T)))


def chunks(ids, B, T):
    """k = ⌊(n − 1)/(B T)⌋, how many `batches` a text (n,) has; ValueError as there."""
    ids, B, T = check.array("ids", ids), check.count("B", B), check.count("T", T)
    if ids.dtype.kind not in "iu":
        raise ValueError(f"ids: got dtype {ids.dtype}, wanted integers, such as vocab.encode(text)")
    check.shape("ids", ids.shape, ("n",))
    if len(ids) <= B * T:
        raise ValueError(
            f"ids: got {len(ids)} symbols, wanted B T + 1 = {B * T + 1} or more (B = {B}, T = {T})"
        )
    return (len(ids) - 1) // (B * T)


def chunk(ids, B, T, i):
    """x, target (T, B): number i = 0, 1, … of the `batches` of ids, an array (n,)."""
    k = chunks(ids, B, T)
    rows = (ids[at : at + k * B * T].reshape(B, k, T) for at in (0, 1))
    return tuple(part[:, i].T.copy() for part in rows)


def split(ids, shares=(0.8, 0.1, 0.1)):
    """A text cut into parts, one for each share and in this order: for training, validation and test.

    ids is a string, a list, a tuple or an array (n, …), a series of numbers too; every symbol is in one part. Nothing
    is shuffled: of a text that is mixed before it is cut, the model would have read what it is tested on.
    Raises ValueError for shares that are not above 0 or do not add up to 1, and where a part would be empty.
    """
    if not isinstance(ids, str | list | tuple):
        ids = check.array("ids", ids)
        if ids.ndim == 0:
            raise ValueError("ids: got a single value, wanted an array, a list or a string")
    ends = np.rint(np.cumsum(_shares(shares)) * len(ids)).astype(int).tolist()
    parts = [ids[a:b] for a, b in zip([0, *ends], ends, strict=False)]
    if not all(len(part) for part in parts):
        raise ValueError(f"ids: got {len(ids)} symbols, wanted enough for shares {shares}")
    return tuple(parts)


def split_lines(rng, text, shares=(0.8, 0.1, 0.1)):
    """A text of lines that do not hang together, such as names, cut into parts by whole lines in random order.

    Equal lines get into the same part, so that no line of one part is in another; blank lines are left out. The
    shares are those of distinct lines. Returns strings whose lines all end with a line break.
    Raises ValueError as `split` does, for too few distinct lines, and for a text that is no string.
    """
    check.generator(rng)
    if not isinstance(text, str):
        raise ValueError(f"text: got {type(text).__name__}, wanted a string of lines")
    lines = [line for line in text.split("\n") if line.strip()]
    distinct, shares = list(dict.fromkeys(lines)), _shares(shares)
    order = rng.permutation(len(distinct))
    try:
        parts = split([distinct[i] for i in order], shares)
    except ValueError:
        got = f"{len(distinct)} distinct lines"
        raise ValueError(f"text: got {got}, wanted enough for shares {shares}") from None
    part = {line: k for k, lines in enumerate(parts) for line in lines}
    shuffled = [lines[i] for i in rng.permutation(len(lines))]
    return tuple(
        "".join(f"{line}\n" for line in shuffled if part[line] == k) for k in range(len(parts))
    )


def _shares(shares):
    if not isinstance(shares, list | tuple | np.ndarray):
        raise ValueError(f"shares: got {shares!r}, wanted a tuple such as (0.8, 0.1, 0.1)")
    shares = tuple(check.number("shares", share, above=0.0) for share in shares)
    if abs(sum(shares) - 1) > 1e-9:
        raise ValueError(f"shares: got {shares}, wanted numbers that add up to 1")
    return shares
