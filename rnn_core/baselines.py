"""Baselines for text: what is known of the next symbol by counting. Before a network is praised, it meets these.

An n-gram of order n sees the n − 1 symbols before (its context h); order 1 sees none, order 0 does not even count.
Long contexts are rare, so every order leans on the next shorter one, h' = h without its oldest symbol, down to 1/V:

    P(s | h) = (kept(h s) + weight(h) P(s | h')) / whole(h),    P(s | h) = P(s | h') where h was never seen.

* "witten-bell": kept = c(h s), the count; weight = T(h), how many different symbols followed h: a new one is as
  likely as new ones were; whole = c(h) + T(h). Witten & Bell (1991), method C of Bell, Cleary & Witten (1990).
* "kneser-ney": kept = max(c(h s) − D, 0), weight = D T(h), whole = c(h), and below the highest order c(h s) counts
  not occurrences but the different symbols before h s: "u" is frequent, but only after "q". D = n₁/(n₁ + 2 n₂),
  with n_k how many counts are k, for each order; ½ where no count is 1. Kneser & Ney (1995), interpolated as in
  Chen & Goodman (1999).
"""

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from . import check

SMOOTHINGS = ("witten-bell", "kneser-ney")


class Level(NamedTuple):
    """The table of one order. Contexts are numbered 0 … C − 1, grams (context and symbol) 0 … G − 1; the number of a
    gram is that of the context one longer. What was never seen has number −1, the last place of each array."""

    grams: Any  # (G,) context · V + symbol, in ascending order
    kept: Any  # (G + 1,), 0 at the end
    weight: Any  # (C + 1,), 1 at the end
    whole: Any  # (C + 1,), 1 at the end

    def find(self, context, symbol, n_symbols):
        """The number of each gram, −1 where it was never seen; after context −1 all codes are negative."""
        code = context * n_symbols + symbol
        at = np.searchsorted(self.grams, code)
        at[at == len(self.grams)] = 0
        return np.where(self.grams[at] == code, at, -1)

    def mix(self, context, gram, shorter):
        """P(s | h) from P(s | h')."""
        return (self.kept[gram] + self.weight[context] * shorter) / self.whole[context]


@dataclass(frozen=True, eq=False)
class NGram:
    """P(next symbol | the order − 1 before), smoothed; see the head of this module.

    `NGram(order).fit(ids, n_symbols)` returns a fitted copy. smoothing: "witten-bell" or "kneser-ney". Any order
    and any number of symbols will do: contexts are numbered, so that no code of them overflows. Raises ValueError
    for order < 0 and other smoothings.
    """

    order: int
    smoothing: str = "witten-bell"
    n_symbols: Any = field(default=None, repr=False)
    levels: Any = field(default=None, repr=False)  # after `fit`, a Level for each order from 1

    def __post_init__(self):
        check.count("order", self.order, least=0)
        check.choice("smoothing", self.smoothing, SMOOTHINGS)

    def fit(self, ids, n_symbols):
        """A copy that has counted the text ids (n,), integers 0 … n_symbols − 1; some 32 n · order bytes at most.

        Raises ValueError for an empty text, for anything but integers and for symbols outside the range.
        """
        n = check.count("n_symbols", n_symbols)
        x = check.symbols("ids", ids, ("n",), n)
        tables = list(_tables(x, n, self.order))
        if self.smoothing == "kneser-ney":
            tables = _continuations(tables)
        levels = tuple(_level(table, n, self.smoothing) for table in tables)
        return replace(self, n_symbols=n, levels=levels)

    def log_prob(self, ids):
        """log P(x_t | x_{t−order+1} … x_{t−1}) for every symbol: (len(ids),) natural logarithms, all finite.

        The first order − 1 symbols have fewer before them, and use the shorter context. Raises ValueError before
        `fit`, for an empty text and for symbols outside 0 … n_symbols − 1.
        """
        n = self._fitted()
        x = check.symbols("ids", ids, ("n",), n)
        p = np.full(len(x), 1 / n)
        for k, (level, context, gram) in enumerate(self._walk(x)):
            p[k:] = level.mix(context[:-1], gram, p[k:])
        return np.log(p)

    def next_probs(self, context=()):
        """P(s | context) of all symbols s, (n_symbols,), which sum to 1; of the context the last order − 1 count.

        context: integers (m,), also none at all. Raises ValueError as `log_prob` does.
        """
        n = self._fitted()
        x = check.array("context", context)
        x = check.symbols("context", x, ("m",), n) if x.size else np.zeros(0, dtype=np.intp)
        p = np.full(n, 1 / n)
        for level, contexts, _ in self._walk(x[max(len(x) - self.order + 1, 0) :]):
            here = contexts[-1:]
            p = level.mix(here, level.find(here, np.arange(n), n), p)
        return p

    def _walk(self, x):
        """For k = 0, 1, …: the table, the number of the context x_{t−k} … x_{t−1} for t = k … len(x), and that of
        the context with x_t for t = k … len(x) − 1, which is the number of the next, longer context at t + 1."""
        context = np.zeros(len(x) + 1, dtype=np.intp)
        for k, level in enumerate(self.levels):
            gram = level.find(context[:-1], x[k:], self.n_symbols)
            yield level, context, gram
            if not len(gram):
                return
            context = gram

    def _fitted(self):
        if self.levels is None:
            raise ValueError(f"{self!r}: got no counts yet, wanted .fit(ids, n_symbols) before")
        return self.n_symbols


@dataclass(frozen=True, eq=False)
class Unigram(NGram):
    """The shares of the symbols, whatever came before: an n-gram of order 1."""

    order: int = field(default=1, init=False)


@dataclass(frozen=True, eq=False)
class Uniform(NGram):
    """P = 1/V for each of V symbols, that is ln V nats: an n-gram of order 0."""

    order: int = field(default=0, init=False)


# Counting


class _Table(NamedTuple):
    grams: Any  # (G,) context · V + symbol, in ascending order
    counts: Any  # (G,)
    contexts: int  # C, how many contexts there are
    shorter: Any  # (G,) the number of the gram without its oldest symbol, None at order 1


def _tables(x, n, order):
    """The grams of x and their counts for each order, up to the length of x."""
    context, contexts, before = np.zeros(len(x), dtype=np.intp), 1, None
    for k in range(min(order, len(x))):
        grams, gram, counts = np.unique(
            context * n + x[k:], return_inverse=True, return_counts=True
        )
        shorter = None
        if before is not None:
            shorter = np.empty(len(grams), dtype=np.intp)
            shorter[gram] = before[1:]
        yield _Table(grams, counts, contexts, shorter)
        context, contexts, before = gram[:-1], len(grams), gram


def _continuations(tables):
    """Below the highest order, in place of its count, how many different symbols stood before each gram."""
    lower = [
        table._replace(counts=np.bincount(longer.shorter, minlength=len(table.grams)))
        for table, longer in pairwise(tables)
    ]
    return lower + tables[-1:]


def _level(table, n, smoothing):
    """The `Level` of a table; a context that nothing followed counts as never seen."""
    grams, counts, contexts, _ = table
    context = grams // n
    whole = np.bincount(context, weights=counts, minlength=contexts)
    weight = np.bincount(context, weights=counts > 0, minlength=contexts)
    if smoothing == "witten-bell":
        kept, whole = counts, whole + weight
    else:
        ones, twos = (counts == 1).sum(), (counts == 2).sum()
        D = ones / (ones + 2 * twos) if ones else 0.5
        kept, weight = np.maximum(counts - D, 0), D * weight
    nothing = whole == 0
    weight[nothing] = whole[nothing] = 1
    return Level(grams, np.append(kept, 0.0), np.append(weight, 1.0), np.append(whole, 1.0))


class BestOrder(NamedTuple):
    """What `best_order` found."""

    order: int  # of the smallest loss, the lowest of equals
    nats: dict  # {order: nats per symbol of the held-out text}


def best_order(train, held_out, n_symbols, orders=range(1, 9), smoothing="witten-bell"):
    """The order whose n-gram, counted on `train`, predicts `held_out` best: `BestOrder(order, nats)`.

    train (n,), held_out (m,): integers 0 … n_symbols − 1. The score of the chosen order on `held_out` is a little
    too good, because it was chosen there: report that of a third text. Raises ValueError for no orders, or as `fit`
    does.
    """
    orders = list(orders)
    if not orders:
        raise ValueError("orders: got none, wanted one or more")
    held_out = check.symbols("held_out", held_out, ("m",), check.count("n_symbols", n_symbols))
    train = check.symbols("train", train, ("n",), n_symbols)
    nats = {
        order: -float(NGram(order, smoothing).fit(train, n_symbols).log_prob(held_out).mean())
        for order in orders
    }
    return BestOrder(min(sorted(nats), key=nats.get), nats)
