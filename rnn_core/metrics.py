"""How good an answer is: shares of right ones, the scales of a loss, meant chances, and how sure a mean is."""

from typing import Any, NamedTuple

import numpy as np

from . import check


def accuracy(y, target, lengths=None):
    """The share of right symbols, 0 … 1; steps beyond a row's length count nothing.

    y: scores (…, n), of which the largest is the answer, or the answers themselves; target: integers (T, B) or (B,).
    lengths: (B,) for targets (T, B). Raises ValueError where shapes do not belong together, for symbols outside
    0 … n − 1, NaN or infinity.
    """
    right, alive = _right(y, target, lengths)
    return float(right[alive].mean())


def exact(y, target, lengths=None):
    """The share of rows that are right at every step within their length, 0 … 1; arguments as in `accuracy`."""
    right, alive = _right(y, target, lengths)
    return float((right | ~alive).all(axis=0).mean())


def _right(y, target, lengths):
    """Which answers are right and which of them count, both (T, B); T = 1 where there is one answer for each row."""
    y, target = check.array("y", y), check.array("target", target)
    if y.ndim == target.ndim + 1:
        y = check.steps("y", y, "n")
        target = check.symbols("target", target, y.shape[:-1], y.shape[-1], " like y without n")
        y = y.argmax(axis=-1)
    for name, a in (("target", target), ("y", y)):
        if a.dtype.kind not in "iu":
            raise ValueError(f"{name}: got dtype {a.dtype}, wanted integers, one for each answer")
    wanted, also = (("T", "B"), "") if target.ndim == 2 else (("B",), " or (T, B)")
    check.shape("target", target.shape, wanted, also)
    check.shape("y", y.shape, target.shape, " like target, or with one more axis for the scores")
    if lengths is not None and target.ndim == 1:
        raise ValueError(f"lengths: got {lengths}, wanted None: a target (B,) has one step")
    right = np.atleast_2d(y == target)
    alive = check.mask(lengths, *right.shape)
    return right, np.ones_like(right) if alive is None else alive[:, :, 0]


# Nats, bits, perplexity: one quantity, three scales


def _nats(value):
    a = check.array("nats", value)
    if a.dtype.kind not in "iuf" or np.isnan(a).any():
        got = "NaN" if a.dtype.kind == "f" else f"dtype {a.dtype}"
        raise ValueError(f"nats: got {got}, wanted a number, or an array of numbers, of nats")
    return a.astype(float)


def _as_it_came(a):
    return float(a) if a.ndim == 0 else a


def evaluate(model, ids):
    """−mean log P(x_t | x_1 … x_{t−1}) over x_2 … x_n, in nats per symbol; the first symbol is given.

    model: anything with `log_prob`, such as a `CharModel`, which reads the whole text (n,) once with its state
    carried from zero, or an `NGram`. Raises ValueError for fewer than 2 symbols, and what log_prob refuses.
    """
    check.has("model", model, "log_prob")
    ids = check.array("ids", ids)
    if ids.size < 2:
        raise ValueError(f"ids: got {ids.size} symbols, wanted 2 or more: the first is given")
    return -float(model.log_prob(ids)[1:].mean())


def bits(nats):
    """bits = nats / ln 2: the same surprise counted in fair coins, so that 1 bit is ln 2 ≈ 0.693 nats.

    nats: a number or an array (…), such as −log p or its mean, a loss; infinite where p = 0. Returns the same
    shape. Per symbol, this is bits per character where symbols are characters. With `perplexity` and nats one
    quantity on three scales: perplexity = e^nats = 2^bits. Raises ValueError for NaN and for what is not a number.
    """
    return _as_it_came(_nats(nats) / np.log(2))


def perplexity(nats):
    """e^nats = 2^bits: of how many equally likely symbols a choice would be as uncertain.

    nats: a mean loss per symbol, or an array (…) of such; 0 gives 1 (certain), ln n gives n (a uniform guess among
    n). Take the mean in nats first: the mean of perplexities is another, larger number. It is a number per symbol,
    so that a model of words and one of characters do not compare. inf where e^nats is beyond float64. ValueError as
    in `bits`.
    """
    with np.errstate(over="ignore"):
        return _as_it_came(np.exp(_nats(nats)))


def uncertainty(probs):
    """H = −Σ_k p_k ln p_k, the entropy of probabilities in nats: the mean surprise of what will be drawn from them.

    probs: (…, n), returns (…): 0 where one symbol is certain (0 ln 0 = 0), ln n where n are equally likely. Raises
    ValueError for rows that do not sum to 1 (of logits, take `softmax` first).
    """
    p = _probabilities(probs).astype(float)
    return _as_it_came(-(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=-1) + 0.0)


def _probabilities(probs):
    """Floats (…, n) ≥ 0 with sums of 1."""
    p = check.array("probs", probs)
    p = check.floats("probs", p, (*(f"n{i}" for i in range(p.ndim - 1)), "n"))
    if (p < 0).any() or (np.abs(p.sum(axis=-1) - 1) > 1e-4).any():
        raise ValueError(
            f"probs: got numbers from {p.min():.3g} and rows with sums {p.sum(axis=-1).min():.3g} … "
            f"{p.sum(axis=-1).max():.3g}, wanted probabilities with sums of 1; of logits, take softmax"
        )
    return p


# Are chances meant as they are said?


class Calibration(NamedTuple):
    """Answers sorted into bins by their confidence; an empty bin has NaN for its means."""

    confidence: Any  # (bins,) mean probability that the model gave to its answers in the bin
    accuracy: Any  # (bins,) the share of them that was right
    count: Any  # (bins,) how many there are
    error: float  # expected calibration error: Σ count |accuracy − confidence| / Σ count, 0 … 1


def calibration(probs, target, bins=10):
    """When a model says 80 %, is it right in 80 %? `Calibration` in `bins` equal parts of 0 … 1.

    probs: (…, n) probabilities, of which the largest is the answer and its confidence; target: integers (…) in 0 …
    n − 1. A confidence on the border of two bins belongs to the lower. The error depends on the number of bins, and
    with few answers in a bin chance alone makes it positive: read it beside the counts. Source: Naeini et al.
    (2015), Guo et al. (2017). Raises ValueError for rows that do not sum to 1 (of logits, take `softmax` first),
    other shapes, symbols outside.
    """
    bins = check.count("bins", bins)
    p = _probabilities(probs)
    target = check.symbols("target", target, p.shape[:-1], p.shape[-1], " like probs without n")
    sure, right = p.max(axis=-1).ravel().astype(float), (p.argmax(axis=-1) == target).ravel()
    at = np.clip(np.ceil(sure * bins).astype(int) - 1, 0, bins - 1)
    count = np.bincount(at, minlength=bins)
    sums = [np.bincount(at, weights=w, minlength=bins) for w in (sure, right)]
    confidence, share = (
        np.divide(s, count, out=np.full(bins, np.nan), where=count > 0) for s in sums
    )
    error = float(np.abs(sums[0] - sums[1]).sum() / count.sum())
    return Calibration(confidence, share, count, error)


# How sure is a mean?


def bootstrap(values, rng, n=1000, level=0.95, block=1):
    """(low, high), which hold the true mean between them for about `level` of all texts that could have been drawn.

    values: floats (N,), such as the loss of each character. n times, N // block blocks of `block` neighbours are
    drawn with replacement, from anywhere (the end goes on at the beginning), and their mean is taken; low and high
    cut off (1 − level)/2 of the means at each end. block = 1 takes the values for independent. Neighbours in a text
    are not, and then the interval is wrong, too narrow or too wide: take blocks longer than what depends on each
    other, some sentences, and fewer than a tenth of the text. It is about this model and other texts; for other
    seeds of a training see `spread`. In the unit of `values`. Source: Efron (1979); blocks Künsch (1989), in a
    circle Politis & Romano (1992). Raises ValueError for n, block < 1, block > N, level outside 0 … 1, NaN or
    infinity.
    """
    check.generator(rng)
    values = check.floats("values", values, ("N",)).astype(float)
    n, block = check.count("n", n), check.count("block", block)
    level = check.number("level", level, above=0.0, below=1.0)
    if block > len(values):
        raise ValueError(f"block: got {block}, wanted at most the number of values {len(values)}")
    sums = np.cumsum(np.concatenate([[0.0], values, values[: block - 1]]))
    means = (sums[block:] - sums[:-block]) / block  # of the block that begins at each place
    m = len(values) // block
    drawn = [means[rng.integers(len(means), size=m)].mean() for _ in range(n)]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


class Spread(NamedTuple):
    """What several seeds gave, in the unit of the values."""

    mean: float
    std: float  # √(Σ (v − mean)² / (n − 1)): how far one seed is from the mean, not how sure the mean is (std / √n)
    low: float  # the smallest
    high: float  # the largest
    n: int


def spread(values):
    """The `Spread` of one number for each seed: floats (n,), two or more, since a single one shows none.

    Two models differ when their spreads lie apart; a best seed is no result. Raises ValueError for fewer than two
    values, NaN or infinity.
    """
    values = check.floats("values", values, ("n",)).astype(float)
    if len(values) < 2:
        raise ValueError("values: got 1 value, wanted 2 or more: one seed shows no spread")
    return Spread(
        float(values.mean()),
        float(values.std(ddof=1)),
        float(values.min()),
        float(values.max()),
        len(values),
    )
