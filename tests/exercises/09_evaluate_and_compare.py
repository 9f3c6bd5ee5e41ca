"""Answers to exercise 09."""

NATS = 'np.mean([-np.log(p) for p in mine["p"]])'
HAND = 'nats, nats / np.log(2), np.exp(nats), np.exp(mine["letters"] * nats)'
PRODUCT = """def by_hand():
    whole = np.prod(np.array(mine["p"], {dtype}))
    perplexity = whole ** -{dtype}(0.25)
    return np.log(perplexity), np.log2(perplexity), perplexity, perplexity ** mine["letters"]
"""
FROM_BITS = """def by_hand():
    bits = sum(np.log2(1 / p) for p in mine["p"]) / 4
    return [bits * np.log(2), bits, 2**bits, 2 ** (bits * mine["letters"])]
"""
ROUNDED = """def by_hand():
    nats = round(float(-np.log(mine["p"]).mean()), 2)
    told = [nats, nats / 0.693, 2.718**nats, 2.718 ** (nats * mine["letters"])]
    return [float(f"{{number:.{digits}g}}") for number in told]
"""
LOOPS = """def bigram(ids, V, α):
    P = np.zeros((V, V), {dtype})
    for a in range(V):
        after = [s for before, s in zip(ids[:-1], ids[1:]) if before == a]
        for s in range(V):
            share = (np.sum(ids == s) + 1) / (len(ids) + V)
            P[a, s] = (after.count(s) + α * share) / (len(after) + α)
    return P
"""
ONE_HOT = """def bigram(ids, V, α):
    x = np.eye(V)[ids]
    pairs = np.einsum("ta,ts->as", x[:-1], x[1:])
    P = pairs + α * (x.sum(axis=0) + 1) / (len(ids) + V)
    return P / P.sum(axis=1)[:, None]
"""
CODES = """def bigram(ids, V, α):
    pairs = np.bincount(ids[:-1] * V + ids[1:], minlength=V * V).reshape(V, V)
    shares = (np.bincount(ids, minlength=V) + 1.0) / (len(ids) + V)
    weight = pairs.sum(axis=1) / (pairs.sum(axis=1) + α)
    seen = pairs / np.maximum(pairs.sum(axis=1), 1)[:, None]
    return weight[:, None] * seen + (1 - weight)[:, None] * shares
"""
ADD = "np.add.at(pairs, (ids[:-1], ids[1:]), 1)"
SHARES = "(np.bincount(ids, minlength=V) + 1) / (len(ids) + V)"
BELOW = "(pairs.sum(axis=1, keepdims=True) + α)"
ABOVE = "(pairs + α * shares)"
KEPT = """def apart(n, cut, T, step):
    train = [at for at in range(0, cut, step) if at + T <= cut]
    return train, [at for at in range(cut, n, step) if at + T <= n]
"""
FILTERED = """def apart(n, cut, T, step):
    first, second = np.arange(0, n, step), cut + np.arange(0, n, step)
    return first[first + T <= cut], second[second + T <= n]
"""
COUNTED = """def apart(n, cut, T, step):
    many = lambda m: (m - T) // step + 1 if m >= T else 0
    return step * np.arange(many(cut)), cut + step * np.arange(many(n - cut))
"""
TRAIN = "np.arange(0, cut - T + 1, step)"
TEST = "np.arange(cut, n - T + 1, step)"
BOTH = f"train = {TRAIN}\n    return train, {TEST}"
STARTS = "starts = np.arange(0, n - T + 1, step)\n    "
DAYS = """def within(prices, said, tolerance):
    hits = np.zeros(2)
    for day in range(1, len(prices)):
        for k, guess in enumerate((said[day - 1], prices[day - 1])):
            hits[k] += abs(guess / prices[day] - 1) <= tolerance
    return hits / (len(prices) - 1)
"""
TABLE = """def within(prices, said, tolerance):
    guesses = np.array([said, prices[:-1]], {dtype})
    return np.mean(np.abs(guesses / prices[1:] - 1) <= tolerance, axis=1)
"""
OFF = "np.abs(guess - true) <= tolerance * true"
RUNNING = """def mended(cell, x, h_0):
    h, found = h_0.astype({dtype}), np.zeros((*x.shape, h_0.shape[1]), {dtype})
    for t in range(len(x)):
        h = found[t] = np.tanh(cell.W_x[:, x[t]].T + h @ cell.W_h.T + cell.b)
    return found
"""
EINSUM = """def mended(cell, x, h_0):
    z = np.eye(cell.W_x.shape[1])[x] @ cell.W_x.T + cell.b
    h = np.concatenate([h_0[None], np.zeros_like(z)])
    for t in range(1, len(h)):
        h[t] = np.tanh(z[t - 1] + np.einsum("hk,bk->bh", cell.W_h, h[t - 1]))
    return h[1:]
"""
RECURSION = """def mended(cell, x, h_0):
    h = np.tanh(cell.W_x.T[x[0]] + h_0 @ cell.W_h.T + cell.b)[None]
    for x_t in x[1:]:
        new = cell.W_x.T[x_t] + (cell.W_h @ h[-1].T).T + cell.b
        h = np.vstack([h, np.tanh(new)[None]])
    return h
"""
STUCK = """def mended(cell, x, h_0):
    h = np.zeros((len(x) + 1, *h_0.shape))
    h[0] = h_0
    h[1:] = np.tanh(cell.W_x.T[x] + h[:-1] @ cell.W_h.T + cell.b)
    return h[1:]
"""
ACROSS = """def mended(cell, x, h_0):
    h, found = h_0, np.zeros((*x.shape, h_0.shape[1]))
    for b in range(x.shape[1]):
        found[:, b] = np.tanh(cell.W_x.T[x[:, b]] + h[b] @ cell.W_h.T + cell.b)
    return found
"""
NEW = "np.tanh(cell.W_x.T[x_t] + states[-1] @ cell.W_h.T + cell.b)"
SEES = "states[-1] @ cell.W_h.T"

RIGHT = {
    "09-hand": {
        "from the product": PRODUCT.format(dtype="float"),
        "single precision": PRODUCT.format(dtype="np.float32"),
        "from bits": FROM_BITS,
        "three digits on the way": ROUNDED.format(digits=6),
        "three digits everywhere": ROUNDED.format(digits=3),
    },
    "09-bigram": {
        "loops": LOOPS.format(dtype="float"),
        "single precision": LOOPS.format(dtype="np.float32"),
        "one-hot vectors": ONE_HOT,
        "a list of lists": (f"return {ABOVE} / {BELOW}", f"return ({ABOVE} / {BELOW}).tolist()"),
        "codes of pairs, and weights": CODES,
    },
    "09-apart": {
        "kept one by one": KEPT,
        "filtered": FILTERED,
        "counted beforehand": COUNTED,
    },
    "09-within": {
        "day by day": DAYS,
        "a table": TABLE.format(dtype="float"),
        "single precision": TABLE.format(dtype="np.float32"),
    },
    "09-mended": {
        "a running state": RUNNING.format(dtype="float"),
        "single precision": RUNNING.format(dtype="np.float32"),
        "einsum": EINSUM,
        "columns": RECURSION,
    },
}

WRONG = {
    "09-hand": {
        "a sum": (NATS, NATS.replace("np.mean", "np.sum")),
        "the sign": (NATS, NATS.replace("-np", "np")),
        "logarithm to base 10": (NATS, NATS.replace("np.log", "np.log10")),
        "bits for nats": (NATS, NATS.replace("np.log", "np.log2")),
        "logarithm of the mean": (NATS, '-np.log(np.mean(mine["p"]))'),
        "mean of the perplexities": (
            "np.exp(nats), np",
            'np.mean([1 / p for p in mine["p"]]), np',
        ),
        "times ln 2": ("nats / np.log(2)", "nats * np.log(2)"),
        "bits and nats the same": ("nats / np.log(2)", "nats"),
        "2 to the nats": ("np.exp(nats), np", "2**nats, np"),
        "e to the bits": ("np.exp(nats), np", "np.exp(nats / np.log(2)), np"),
        "a word is so many times a letter": (
            'np.exp(mine["letters"] * nats)',
            'mine["letters"] * np.exp(nats)',
        ),
        "a word like a letter": ('np.exp(mine["letters"] * nats)', "np.exp(nats)"),
        "the other way": ('np.exp(mine["letters"] * nats)', 'np.exp(nats / mine["letters"])'),
        "always three letters": ('mine["letters"]', "3"),
        "always four letters": ('mine["letters"]', "4"),
        "one over the product": (
            'np.exp(mine["letters"] * nats)',
            '1 / np.prod(mine["p"])',
        ),
        "one letter too few": ('mine["letters"] * nats', '(mine["letters"] - 1) * nats'),
        "divided by one too many": (NATS, f"{NATS} * 4 / 5"),
    },
    "09-bigram": {
        "turned": (ADD, "np.add.at(pairs, (ids[1:], ids[:-1]), 1)"),
        "each pair once": (ADD, "pairs[ids[:-1], ids[1:]] += 1"),
        "the last letter goes on": (ADD, "np.add.at(pairs, (ids, np.roll(ids, -1)), 1)"),
        "the last letter counts below": (
            BELOW,
            "(np.bincount(ids, minlength=V)[:, None] + α)",
        ),
        "one letter between": (ADD, "np.add.at(pairs, (ids[:-2], ids[2:]), 1)"),
        "no smoothing": (f"{ABOVE} / {BELOW}", "pairs / pairs.sum(axis=1, keepdims=True)"),
        "no leaning on the shares": (
            f"{ABOVE} / {BELOW}",
            "(pairs + α) / (pairs.sum(axis=1, keepdims=True) + V * α)",
        ),
        "uniform for the shares": (SHARES, "np.full(V, 1 / V)"),
        "shares without one more": (SHARES, "np.bincount(ids, minlength=V) / len(ids)"),
        "one more, and not below": (SHARES, "(np.bincount(ids, minlength=V) + 1) / len(ids)"),
        "shares of the letter before": (ABOVE, "(pairs + α * shares[:, None])"),
        "α not below": (BELOW, "np.maximum(pairs.sum(axis=1, keepdims=True), 1)"),
        "columns sum to 1": (
            "pairs.sum(axis=1, keepdims=True)",
            "pairs.sum(axis=0, keepdims=True)",
        ),
        "all pairs below": (BELOW, "(pairs.sum() + α)"),
        "half and half": (
            f"{ABOVE} / {BELOW}",
            "0.5 * pairs / np.maximum(pairs.sum(axis=1, keepdims=True), 1) + 0.5 * shares",
        ),
        "logarithms": (f"return {ABOVE} / {BELOW}", f"return np.log({ABOVE} / {BELOW})"),
    },
    "09-apart": {
        "as printed": (BOTH, STARTS + "return starts[starts < cut], starts[starts >= cut]"),
        "shuffled": (
            BOTH,
            STARTS + "starts = np.random.default_rng(0).permutation(starts)\n"
            "    return starts[: len(starts) * cut // n], starts[len(starts) * cut // n :]",
        ),
        "one of a few": (
            BOTH,
            STARTS + "return starts[np.arange(len(starts)) % 4 > 0], starts[::4]",
        ),
        "windows over the border left out, test on the old grid": (
            BOTH,
            STARTS + "return starts[starts + T <= cut], starts[starts >= cut]",
        ),
        "windows over the border in the test": (
            BOTH,
            STARTS + "return starts[starts + T <= cut], starts[starts + T > cut]",
        ),
        "one too few to train on": (TRAIN, "np.arange(0, cut - T, step)"),
        "one too few for the test": (TEST, "np.arange(cut, n - T, step)"),
        "one at least": (TEST, "np.arange(cut, max(cut + 1, n - T + 1), step)"),
        "one at least to train on": (TRAIN, "np.arange(0, max(1, cut - T + 1), step)"),
        "over the end": (TEST, "np.arange(cut, n, step)"),
        "over the border": (TRAIN, "np.arange(0, cut, step)"),
        "side by side always": (BOTH, BOTH.replace("step)", "T)")),
        "test side by side": (TEST, TEST.replace("step)", "T)")),
        "a gap": (TEST, "np.arange(cut + T, n - T + 1, step)"),
        "the next symbol": (TEST, "np.arange(cut + 1, n - T + 1, step)"),
        "test counted from its own beginning": (TEST, "np.arange(0, n - cut - T + 1, step)"),
        "exchanged": ("return train, " + TEST, f"return {TEST}, train"),
        "the windows themselves": (
            BOTH,
            "w = np.lib.stride_tricks.sliding_window_view\n"
            "    return w(np.arange(cut), T)[::step], w(np.arange(cut, n), T)[::step]",
        ),
    },
    "09-within": {
        "tomorrow is like tomorrow": ("prices[:-1]", "prices[1:]"),
        "always the first price": ("prices[:-1]", "prices[0]"),
        "the mean price": ("prices[:-1]", "np.full(len(true), prices.mean())"),
        "forecasts a day late": ("true = prices[1:]", "true = prices[:-1]"),
        "off to one side": (OFF, "guess - true <= tolerance * true"),
        "off to the other side": (OFF, "true - guess <= tolerance * true"),
        "in dollars": (OFF, "np.abs(guess - true) <= tolerance"),
        "in per cent": (OFF, "100 * np.abs(guess / true - 1) <= tolerance"),
        "of the forecast": (OFF, "np.abs(guess - true) <= tolerance * guess"),
        "of the mean price": (OFF, "np.abs(guess - true) <= tolerance * true.mean()"),
        "twice as strict": (OFF, "np.abs(guess - true) <= tolerance / 2 * true"),
        "wrong days": (OFF, "np.abs(guess - true) > tolerance * true"),
        "numbers of days": ("right[0].mean(), right[1].mean()", "right[0].sum(), right[1].sum()"),
        "exchanged": ("right[0].mean(), right[1].mean()", "right[1].mean(), right[0].mean()"),
        "the gain": ("right[0].mean(), right[1].mean()", "right[0].mean() - right[1].mean()"),
        "all days": ("right[0].mean(), right[1].mean()", "[sum(r) / len(prices) for r in right]"),
    },
    "09-mended": {
        "as printed": (SEES, "states[0] @ cell.W_h.T"),
        "all steps at once": STUCK,
        "along the batch": ACROSS,
        "state two steps ago": (SEES, "states[max(len(states) - 2, 0)] @ cell.W_h.T"),
        "no state at all": (f" + {SEES}", ""),
        "the mean of all states": (SEES, "np.mean(states, axis=0) @ cell.W_h.T"),
        "the sum of all states": (SEES, "np.sum(states, axis=0) @ cell.W_h.T"),
        "transposed": (SEES, "states[-1] @ cell.W_h"),
        "elementwise": (SEES, "states[-1] * np.diag(cell.W_h)"),
        "no bias": (" + cell.b", ""),
        "no tanh": ("np.tanh(", "("),
        "h_0 shown as well": ("states[1:]", "states"),
        "last one forgotten": ("states[1:]", "states[:-1]"),
        "the last alone": ("np.array(states[1:])", "states[-1]"),
        "rows share a state": (SEES, "states[-1].mean(axis=0) @ cell.W_h.T"),
        "rows go on from the first": (SEES, "states[-1][:1] @ cell.W_h.T"),
        "rnn_core's own": "def mended(cell, x, h_0):\n    return cell.forward(x, h_0)[0]\n",
        "rnn_core's own, made again": "def mended(cell, x, h_0):\n"
        "    return RNN(cell.W_x, cell.W_h, cell.b).forward(x, h_0)[0]\n",
        "begins at zero": ("states = [h_0]", "states = [np.zeros_like(h_0)]"),
        "added, not passed on": (NEW, f"states[-1] + {NEW}"),
        "backwards": ("for x_t in x:", "for x_t in x[::-1]:"),
    },
}
