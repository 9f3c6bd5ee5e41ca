"""Generated tasks whose truth is known: nothing to download, every draw from a seed.

Each returns a `Batch` in the shapes that the models take, with the score of a guess and, where there is one, the
loss of the best that can be done without memory.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from . import check


class Batch(NamedTuple):
    """Inputs and targets, time first, rows of unequal length padded with 0 at the end.

    `chance` is the expected share of right answers of a guess that does not look at the input, `baseline` the loss
    (in the task's unit: nats, or squared) of the best answer that remembers nothing; None where there is none.
    """

    x: Any  # (T, B) symbols or (T, B, n_x) floats; where a model speaks, the true symbol before each target
    target: Any  # (B,) or (T, B) symbols, (B, n_y) or (T, B, n_y) floats
    lengths: Any = None  # (B,) of x, or None where all rows are T long
    source: Any = None  # what an encoder reads, (S, B) symbols, or a vector (B, n_v)
    source_lengths: Any = None  # (B,)
    words: tuple = ()  # what the symbols of x stand for
    source_words: tuple = ()  # what the symbols of the source stand for
    chance: Any = None
    baseline: Any = None

    def text(self, b, joint=" "):
        """Row b of x as a string."""
        return _spelt(self.x[:, b], self.lengths, b, self.words, joint)

    def target_text(self, b, joint=" "):
        """Row b of the target as a string."""
        return _spelt(self.target[:, b], self.lengths, b, self.words, joint)

    def source_text(self, b, joint=" "):
        """Row b of the source as a string."""
        return _spelt(self.source[:, b], self.source_lengths, b, self.source_words, joint)


def _spelt(symbols, lengths, b, words, joint):
    return joint.join(words[i] for i in symbols[: None if lengths is None else lengths[b]])


def padded(rows):
    """(symbols (T, B), lengths (B,)) of lists of unequal length, padded with 0."""
    lengths = np.array([len(row) for row in rows])
    symbols = np.zeros((lengths.max(), len(rows)), dtype=np.intp)
    for b, row in enumerate(rows):
        symbols[: len(row), b] = row
    return symbols, lengths


def _after_begin(target, begin):
    """The symbol before each target: `begin` before the first."""
    return np.concatenate([np.full_like(target[:1], begin), target[:-1]])


# Memory


def echo(rng, B, T, lag):
    """x_t standard normal, y*_t = x_{t−lag} (0 before): x and target (T, B, 1).

    baseline: mean squared error (T − lag)/T of always saying 0. Raises ValueError for sizes below 1, lag ≥ T.
    """
    check.generator(rng)
    B, T, lag = check.count("B", B), check.count("T", T), check.count("lag", lag, least=0)
    if lag >= T:
        raise ValueError(f"lag: got {lag}, wanted less than T = {T}")
    x = rng.normal(size=(T, B, 1))
    return Batch(x, np.concatenate([np.zeros((lag, B, 1)), x[: T - lag]]), baseline=(T - lag) / T)


def copy(rng, B, lag, length=10, n_symbols=8):
    """Read `length` symbols, wait, and say them again: the copy task of Hochreiter & Schmidhuber (1997).

    x (T, B), T = lag + 2 length: the symbols 0 … n−1, lag − 1 blanks (n), a signal (n + 1), `length` blanks. target
    (T, B): blanks, and at the end the symbols. chance: 1/n for each symbol to be said; baseline: length ln n / T nats
    a step, for who knows when to speak and not what (with the usual 10 of 8: 10 ln 8 / (lag + 20)).
    Raises ValueError for sizes below 1.
    """
    check.generator(rng)
    B, lag, length = check.count("B", B), check.count("lag", lag), check.count("length", length)
    n = check.count("n_symbols", n_symbols, least=2)
    symbols = rng.integers(n, size=(length, B))
    T = lag + 2 * length
    x, target = np.full((T, B), n), np.full((T, B), n)
    x[:length], target[-length:] = symbols, symbols
    x[length + lag - 1] = n + 1
    words = (*(chr(ord("a") + k) for k in range(n)), "–", "!")
    return Batch(x, target, words=words, chance=1 / n, baseline=length * np.log(n) / T)


def adding(rng, B, T):
    """T numbers in 0 … 1, two of them marked: say the sum of the two (Hochreiter & Schmidhuber 1997).

    x (T, B, 2): the number, and 1 where it is marked, once in each half; target (B, 1). baseline: mean squared error
    1/6 of always saying 1, twice the variance 1/12 of one number. Raises ValueError for T < 2, B < 1.
    """
    check.generator(rng)
    B, T = check.count("B", B), check.count("T", T, least=2)
    x = np.zeros((T, B, 2))
    x[:, :, 0] = rng.random((T, B))
    rows = np.arange(B)
    x[rng.integers(T // 2, size=B), rows, 1] = 1
    x[rng.integers(T // 2, T, size=B), rows, 1] = 1
    target = (x[:, :, 0] * x[:, :, 1]).sum(axis=0)
    return Batch(x, target[:, None], baseline=1 / 6)


def parity(rng, B, T):
    """Fair coins 0, 1; say at every step whether the ones so far are odd: x and target (T, B).

    chance: 1/2, at every step and for all who miss a single coin. Raises ValueError for sizes below 1.
    """
    check.generator(rng)
    x = rng.integers(2, size=(check.count("T", T), check.count("B", B)))
    return Batch(x, x.cumsum(axis=0) % 2, words=("0", "1"), chance=0.5, baseline=float(np.log(2)))


# Sentences

NOUNS = (
    ("cat", "cats"),
    ("dog", "dogs"),
    ("bird", "birds"),
    ("child", "children"),
    ("teacher", "teachers"),
    ("singer", "singers"),
    ("farmer", "farmers"),
    ("sailor", "sailors"),
)
PREPOSITIONS = ("near", "behind", "beside", "above")
VERBS = ("saw", "heard", "followed", "liked")  # in the past tense, which does not betray the number
VERB = ("was", "were")
WORDS = ("the", "that", *PREPOSITIONS, *VERBS, *(word for pair in NOUNS for word in pair))


def agreement(rng, B, distance):
    """B sentences "the cat … was", with `distance` words between the subject and its verb, which is not shown.

    target (B,): 1 where the subject, the first noun, is plural (the verb is "were"), else 0 ("was").
    The words between are phrases of three ("near the dogs") and relative clauses of four ("that saw the
    dogs"); their nouns are singular or plural by independent fair coins, so the nearest noun tells nothing.
    chance: 1/2. Raises ValueError for B < 1 and for distance 1, 2 or 5, which no such phrases fill.
    """
    check.generator(rng)
    B, distance = check.count("B", B), check.count("distance", distance, least=0)
    plans = [n4 for n4 in range(distance // 4 + 1) if (distance - 4 * n4) % 3 == 0]
    if not plans:
        raise ValueError(
            f"distance: got {distance}, wanted a sum of threes and fours: 0, 3, 4, 6, …"
        )
    index = {word: i for i, word in enumerate(WORDS)}
    plural = rng.integers(2, size=B)
    rows = [_sentence(rng, number, distance, plans) for number in plural]
    x = np.array([[index[word] for word in row] for row in rows], dtype=np.intp).T
    x = np.ascontiguousarray(x)
    return Batch(x, plural, words=WORDS, chance=0.5, baseline=float(np.log(2)))


def _sentence(rng, plural, distance, plans):
    fours = rng.choice(plans)
    sizes = rng.permutation([4] * fours + [3] * ((distance - 4 * fours) // 3))
    words = ["the", NOUNS[rng.integers(len(NOUNS))][plural]]
    for size in sizes:
        noun = NOUNS[rng.integers(len(NOUNS))][rng.integers(2)]
        if size == 3:
            words += [PREPOSITIONS[rng.integers(len(PREPOSITIONS))], "the", noun]
        else:
            words += ["that", VERBS[rng.integers(len(VERBS))], "the", noun]
    return words


THINGS = ("plot", "music", "acting", "ending", "story", "camera")
PRAISE = ("good", "great", "moving", "clever", "fresh", "funny")
BLAME = ("bad", "dull", "weak", "silly", "stale", "slow")
DEGREES = ("very", "really", "quite", "rather")
OPENINGS = ((), ("honestly",), ("for", "me"), ("all", "in", "all"))
DOUBT = ("i", "do", "not", "think", "that")
SENTIMENT = tuple(
    dict.fromkeys([*sum(OPENINGS, ()), *DOUBT, "the", "was", *THINGS, *DEGREES, *PRAISE, *BLAME])
)


def sentiment(rng, B):
    """B short reviews, such as "for me the plot was not very good", of unequal length.

    target (B,): 1 for praise, else 0. The adjective is praise or blame, "was not" turns it round, and so does "i do
    not think that" before it, each with probability 1/4. chance: 1/2; who looks at the adjective alone is right in
    5/8 of reviews, those that are turned round not at all or twice. Raises ValueError for B < 1.
    """
    check.generator(rng)
    index = {word: i for i, word in enumerate(SENTIMENT)}
    rows, target = [], []
    for _ in range(check.count("B", B)):
        good, doubted, negated = rng.integers(2), rng.random() < 1 / 4, rng.random() < 1 / 4
        words = [*OPENINGS[rng.integers(len(OPENINGS))], *DOUBT[: 5 * doubted]]
        words += ["the", THINGS[rng.integers(len(THINGS))], "was", *["not"] * negated]
        words += [DEGREES[rng.integers(len(DEGREES))]] * rng.integers(2)
        words.append((PRAISE if good else BLAME)[rng.integers(len(PRAISE))])
        rows.append([index[word] for word in words])
        target.append((good + doubted + negated) % 2)
    x, lengths = padded(rows)
    return Batch(
        x, np.array(target), lengths, words=SENTIMENT, chance=0.5, baseline=float(np.log(2))
    )


# From a vector

NUMBERS = ("one", "two", "three", "four")
COLOURS = {"red": (0.9, 0.2, 0.1), "green": (0.2, 0.7, 0.2), "blue": (0.1, 0.3, 0.9)}
SHAPES = ("circle", "square", "star")
CAPTION = (
    *NUMBERS,
    *("small", "large"),
    *COLOURS,
    *(shape + ending for ending in ("", "s") for shape in SHAPES),
    ".",
    "^",
)


def captions(rng, B, noise=0.05):
    """A vector that a camera might give, and what is to be said of it: "three small red circles ."

    source (B, 8): how many there are (over 4), how large one is, red, green, blue, and how round, square, pointed;
    noise is added to each number. Size is told where it is below 1/3 or above 2/3. x (T, B) begins with "^", target
    (T, B) ends with ".", lengths differ. chance: 1/108, the whole caption right. ValueError for B < 1, noise < 0.
    """
    check.generator(rng)
    B, noise = check.count("B", B), check.number("noise", noise, least=0.0)
    index = {word: i for i, word in enumerate(CAPTION)}
    v, rows = np.zeros((B, 8)), []
    for b in range(B):
        number, size, colour, shape = (int(k) for k in rng.integers((1, 0, 0, 0), (5, 3, 3, 3)))
        colour = tuple(COLOURS)[colour]
        v[b] = [
            number / 4,
            (size + rng.uniform(0.15, 0.85)) / 3,
            *COLOURS[colour],
            *np.eye(3)[shape],
        ]
        words = [NUMBERS[number - 1], *[("small", None, "large")[size]] * (size != 1), colour]
        words += [SHAPES[shape] + "s" * (number > 1), "."]
        rows.append([index[word] for word in words])
    target, lengths = padded(rows)
    x = _after_begin(target, index["^"])
    v += noise * rng.normal(size=v.shape)
    return Batch(
        x,
        target,
        lengths,
        source=v,
        words=CAPTION,
        chance=1 / (len(NUMBERS) * 3 * len(COLOURS) * len(SHAPES)),
    )


# From a sequence to another


def reversal(rng, B, shortest, longest=None, n_symbols=8):
    """Letters, to be said backwards; `shortest` to `longest` of them (the same where None is given).

    source (S, B); target (S, B) the letters from last to first; x (S, B) begins with the symbol n_symbols, "^".
    chance: 1/n_symbols a letter. Raises ValueError for sizes below 1 and longest < shortest.
    """
    check.generator(rng)
    B, shortest = check.count("B", B), check.count("shortest", shortest)
    longest = shortest if longest is None else check.count("longest", longest, least=shortest)
    n = check.count("n_symbols", n_symbols, least=2)
    lengths = rng.integers(shortest, longest + 1, size=B)
    rows = [rng.integers(n, size=length) for length in lengths]
    source, lengths = padded(rows)
    target, _ = padded([row[::-1] for row in rows])
    letters = tuple(chr(ord("a") + k) for k in range(n))
    return Batch(
        _after_begin(target, n),
        target,
        lengths,
        source,
        lengths,
        (*letters, "^"),
        letters,
        1 / n,
        float(np.log(n)),
    )


MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
ISO = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "-", "^")
FIRST, LAST = np.datetime64("1900-01-01"), np.datetime64("2099-12-31")
LETTERS = tuple(sorted(set(" ,0123456789" + "".join(MONTHS))))


def dates(rng, B):
    """Dates as people write them, "14 march 1998" or "march 14, 1998", to be written as 1998-03-14.

    Every day from 1900 to 2099 is equally likely, and so is either form. source (S, B) letters of unequal length,
    target (10, B), x (10, B) begins with "^". chance: the share of right letters of who always says what is most
    frequent at each place. Raises ValueError for B < 1.
    """
    check.generator(rng)
    index, days = {s: i for i, s in enumerate(LETTERS)}, int((LAST - FIRST).astype(int)) + 1
    rows, iso = [], []
    for day in rng.integers(days, size=check.count("B", B)):
        iso.append(str(FIRST + day))
        year, month, of_month = iso[-1].split("-")
        name, of_month = MONTHS[int(month) - 1], str(int(of_month))
        written = (f"{of_month} {name} {year}", f"{name} {of_month}, {year}")[rng.integers(2)]
        rows.append([index[s] for s in written])
    source, lengths = padded(rows)
    target = np.array([[ISO.index(s) for s in date] for date in iso], dtype=np.intp).T
    x = _after_begin(target, ISO.index("^"))
    return Batch(x, target, None, source, lengths, ISO, LETTERS, _commonest())


@lru_cache(maxsize=1)
def _commonest():
    """The mean over the ten places of the share of the commonest letter among all days."""
    texts = np.arange(FIRST, LAST + 1).astype("U10")
    places = texts.view("U1").reshape(len(texts), -1)
    return float(np.mean([np.unique(p, return_counts=True)[1].max() / len(p) for p in places.T]))
