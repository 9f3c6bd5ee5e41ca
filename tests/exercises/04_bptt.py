"""Answers to exercise 04."""

DELTAS = """def gradients(W_h, W_y, x, h, h_0, dy):
    x, h, h_0, dy = (np.asarray(a, {dtype}) for a in (x, h, h_0, dy))
    delta, carried = np.zeros_like(h), np.zeros_like(h_0)
    for t in range(len(x) - 1, -1, -1):
        delta[t] = (1 - h[t] * h[t]) * (dy[t] @ W_y + carried)
        carried = np.einsum("bk,kh->bh", delta[t], W_h)
    before = np.concatenate([h_0[None], h[:-1]])
    return {result}
"""
EINSUM = (
    'np.einsum("tbh,tbx->hx", delta, x), np.einsum("tbh,tbk->hk", delta, before), '
    'np.einsum("tbh->h", delta)'
)
FLAT = (
    "(delta.reshape(-1, h.shape[2]).T @ x.reshape(-1, x.shape[2]), "
    "delta.reshape(-1, h.shape[2]).T @ before.reshape(-1, h.shape[2]), delta.sum((0, 1)))"
)
ROW_BY_ROW = """def gradients(W_h, W_y, x, h, h_0, dy):
    T, B, n_x = x.shape
    n = h.shape[2]
    dW_x, dW_h, db = np.zeros((n, n_x)), np.zeros((n, n)), np.zeros(n)
    for b in range(B):
        later = np.zeros(n)
        for t in reversed(range(T)):
            delta = np.diag(1 - h[t, b] ** 2) @ (W_y.T @ dy[t, b] + later)
            dW_x += np.outer(delta, x[t, b])
            dW_h += np.outer(delta, h[t - 1, b] if t else h_0[b])
            db += delta
            later = W_h.T @ delta
    return [dW_x, dW_h, db]
"""
PRODUCTS = """def terms(b, c):
    return {}
"""
PAIRS = """def terms(b, c):
    found = []
    for b_t, c_t in zip(b, c):
        found = [c_t * term for term in found] + [b_t]
    return {}
"""
FROM_THE_END = """def mended(W_h, W_y, do, t):
    g = np.zeros(len(W_h), {dtype})
    for d in do[:{first}:-1]:
        g = W_y.T @ d + W_h.T @ g
    return {result}
"""
PAGE = "power(W_h.T, i - t) @ W_y.T @ do[i - 1]"
RANGE = "range(t, T + 1)"
UNFOLDED = """def outcome(on, p):
    ξ, chance = np.zeros(len(p) + 1, {dtype}), 1.0
    for t, (o, q) in enumerate(zip(on, p)):
        if o:
            ξ[t], chance = 1 / q, chance * q
        else:
            chance = chance * (1 - q)
    return ξ, chance
"""
CHANCE = "np.prod(np.where(on == 1, p, 1 - p))"
FACTORS = "np.append(on / p, 0.0)"
MOVES = """        kept = flat[i]
        flat[i] = kept + eps
        up = f(work)
        flat[i] = kept - eps
        down = f(work)
        flat[i] = kept
        grad[i] = (up - down) / (2 * eps)
"""
BY_INDEX = """def checker(f, p, eps=1e-5):
    p, grad = np.array(p, {dtype}), np.zeros(np.shape(p), {dtype})
    for at in np.ndindex(p.shape):
        e = np.zeros(p.shape, {dtype})
        e[at] = eps
        grad[at] = (f(p + e) - f(p - e)) / (2 * eps)
    return grad
"""
MATRIX = """def checker(f, p, eps=1e-5):
    shape = np.shape(p)
    moves = eps * np.eye(np.size(p)).reshape(-1, *shape)
    return np.reshape([f(p + e) / (2 * eps) - f(p - e) / (2 * eps) for e in moves], shape)
"""
ROWS = """def checker(f, p, eps=1e-5):
    p, grad = np.array(p, float), np.zeros(np.shape(p))
    for i in range(len(p)):
        kept = p[i].copy()
        p[i] = kept + eps
        up = f(p)
        p[i] = kept - eps
        grad[i], p[i] = (up - f(p)) / (2 * eps), kept
    return grad
"""
NUMERICAL = """def checker(f, p, eps=1e-5):
    from rnn_core.gradcheck import numerical_gradient

    return numerical_gradient(f, np.array(p, float))
"""

RIGHT = {
    "04-gradients": {
        "deltas first, then einsum": DELTAS.format(dtype="float", result=EINSUM),
        "time and batch in one": DELTAS.format(dtype="float", result=FLAT),
        "single precision": DELTAS.format(dtype="np.float32", result=EINSUM),
        "row by row, in columns": ROW_BY_ROW,
    },
    "04-terms": {
        "products": PRODUCTS.format("[np.prod(c[i + 1 :]) * b[i] for i in range(len(b))]"),
        "cumprod": PRODUCTS.format("b * np.cumprod(np.append(1.0, c[:0:-1]))[::-1]"),
        "carried along": PAIRS.format("found"),
        "single precision": ("np.zeros(len(b))", "np.zeros(len(b), np.float32)"),
    },
    "04-mended": {
        "the lesson's formula": (PAGE, "power(W_h.T, T - i) @ W_y.T @ do[T + t - i - 1]"),
        "from the end": FROM_THE_END.format(
            dtype="float", first="t - 2 if t > 1 else None", result="g"
        ),
        "single precision": FROM_THE_END.format(
            dtype="np.float32", first="t - 2 if t > 1 else None", result="np.float32(g)"
        ),
        "in rows": (PAGE, "do[i - 1] @ W_y @ power(W_h, i - t)"),
    },
    "04-outcome": {
        "loop": UNFOLDED.format(dtype="float"),
        "single precision": UNFOLDED.format(dtype="np.float32"),
        "without where": (CHANCE, "np.prod(on * p + (1 - on) * (1 - p))"),
        "where for the factors": (FACTORS, "np.array([*np.where(on > 0, 1 / p, 0), 0])"),
    },
    "04-checker": {
        "by index": BY_INDEX.format(dtype="np.float64"),
        "all moves at once": MATRIX,
        "in place where that can be done": ("work = np.array", "work = np.asarray"),
        "step that is really made": (
            "grad[i] = (up - down) / (2 * eps)",
            "grad[i] = (up - down) / ((kept + eps) - (kept - eps))",
        ),
        "back by adding": (
            MOVES,
            "        flat[i] += eps\n        up = f(work)\n        flat[i] -= 2 * eps\n"
            "        grad[i] = (up - f(work)) / (2 * eps)\n        flat[i] += eps\n",
        ),
    },
}

WRONG = {
    "04-gradients": {
        "lost carry": ("(dy[t] @ W_y + later)", "(dy[t] @ W_y)"),
        "W_h transposed": ("delta @ W_h", "delta @ W_h.T"),
        "no slope": ("(1 - h[t] ** 2) * (", "("),
        "slope one step early": ("(1 - h[t] ** 2)", "(1 - h[t - 1] ** 2)"),
        "slope 1 − h": ("h[t] ** 2", "h[t]"),
        "slope on the immediate part alone": (
            "* (dy[t] @ W_y + later)",
            "* (dy[t] @ W_y) + later",
        ),
        "W_y forgotten": ("dy[t] @ W_y", "dy[t]"),
        "W_y transposed": ("dy[t] @ W_y", "dy[t] @ W_y.T"),
        "no return": ("    return dW_x, dW_h, db\n", ""),
        "state of the same step": ("h[t - 1] if t > 0 else h_0", "h[t]"),
        "h_0 forgotten": ("else h_0", "else 0 * h_0"),
        "h[−1] for h_0": ("h[t - 1] if t > 0 else h_0", "h[t - 1]"),
        "input one step early": ("delta.T @ x[t]", "delta.T @ x[t - 1]"),
        "no sum over time in W_h": ("dW_h = dW_h + delta", "dW_h = delta"),
        "no sum over time in b": ("db = db + delta", "db = delta"),
        "b not summed over the batch": ("delta.sum(axis=0)", "delta[0]"),
        "b by rows": ("delta.sum(axis=0)", "delta"),
        "mean over the batch": ("delta.sum(axis=0)", "delta.mean(axis=0)"),
        "transposed gradient of W_h": ("delta.T @ before", "before.T @ delta"),
        "transposed gradient of W_x": ("delta.T @ x[t]", "x[t].T @ delta"),
        "forward in time": ("reversed(range(len(x)))", "range(len(x))"),
        "stops a step early": ("reversed(range(len(x)))", "reversed(range(1, len(x)))"),
        "gradient carried, not δ": ("later = delta @ W_h", "later = (dy[t] @ W_y + later) @ W_h"),
        "mean over time": (
            "return dW_x, dW_h, db",
            "return dW_x / len(x), dW_h / len(x), db / len(x)",
        ),
        "other order": ("return dW_x, dW_h, db", "return dW_h, dW_x, db"),
    },
    "04-terms": {
        "the sum": ("return found", "return found.sum()"),
        "all a_t": PRODUCTS.format(
            "[sum(np.prod(c[i + 1 : t + 1]) * b[i] for i in range(t + 1)) for t in range(len(b))]"
        ),
        "own c as well": PRODUCTS.format("[np.prod(c[i:]) * b[i] for i in range(len(b))]"),
        "without the last c": PRODUCTS.format(
            "[np.prod(c[i + 1 : -1]) * b[i] for i in range(len(b))]"
        ),
        "the c's before": PRODUCTS.format("[np.prod(c[: i + 1]) * b[i] for i in range(len(b))]"),
        "the c's strictly before": PRODUCTS.format(
            "[np.prod(c[:i]) * b[i] for i in range(len(b))]"
        ),
        "one c alone": PRODUCTS.format("b * np.append(c[1:], 1.0)"),
        "a power of the last c": PRODUCTS.format("b * c[-1] ** np.arange(len(b))[::-1]"),
        "latest first": ("return found", "return found[::-1]"),
        "a sum of c's": PRODUCTS.format(
            "[(np.sum(c[i + 1 :]) if i + 1 < len(b) else 1) * b[i] for i in range(len(b))]"
        ),
        "products without b": ("carried * b[i]", "carried"),
        "two c's at most": PRODUCTS.format(
            "[np.prod(c[i + 1 : i + 3]) * b[i] for i in range(len(b))]"
        ),
        "three c's at most": PRODUCTS.format(
            "[np.prod(c[i + 1 : i + 4]) * b[i] for i in range(len(b))]"
        ),
        "lone b": PRODUCTS.format("b * 1.0"),
    },
    "04-mended": {
        "as printed": (PAGE, "power(W_h.T, T - i) @ W_y.T @ do[i - 1]"),
        "the mirror of it": (PAGE, "power(W_h.T, i - t) @ W_y.T @ do[T + t - i - 1]"),
        "not transposed": (PAGE, "power(W_h, i - t) @ W_y.T @ do[i - 1]"),
        "sum begins late": (RANGE, "range(t + 1, T + 1)"),
        "sum ends early": (RANGE, "range(t, T)"),
        "sum over all steps": (RANGE, "range(1, T + 1)"),
        "one power more": (PAGE, "power(W_h.T, i - t + 1) @ W_y.T @ do[i - 1]"),
        "outputs one step late": (PAGE, "power(W_h.T, i - t) @ W_y.T @ do[i - T]"),
        "T + i − t": (PAGE, "power(W_h.T, T - i) @ W_y.T @ do[(T + i - t - 1) % T]"),
        "powers from the start": (PAGE, "power(W_h.T, i - 1) @ W_y.T @ do[i - 1]"),
        "steps before": (RANGE, "range(1, t + 1)"),
        "entries to a power": (PAGE, "W_h.T ** (i - t) @ W_y.T @ do[i - 1]"),
        "a step too far": FROM_THE_END.format(dtype="float", first="t - 1", result="g"),
        "all steps": FROM_THE_END.format(dtype="float", first="", result="g"),
        "a sum of numbers": ("return found", "return found.sum()"),
        "the witness": ("def mended(W_h, W_y, do, t):\n    return witness(W_h, W_y, do)[t - 1]\n"),
    },
    "04-outcome": {
        "not scaled": (FACTORS, "np.append(on, 0.0)"),
        "1/(1 − p) when stopped": (
            FACTORS,
            "np.append(np.where(on == 1, 1 / p, 1 / (1 - p)), 0.0)",
        ),
        "times p": (FACTORS, "np.append(on * p, 0.0)"),
        "scaled by the chance of all": (FACTORS, "np.append(on / np.prod(p), 0.0)"),
        "scaled by this outcome's chance": (FACTORS, "np.append(on / chance, 0.0)"),
        "always 1": (FACTORS, "np.append(np.ones(len(p)), 0.0)"),
        "all after the first stop are 0": (FACTORS, "np.append(np.cumprod(on) / p, 0.0)"),
        "shifted": (FACTORS, "np.append(0.0, on / p)"),
        "one factor short": (FACTORS, "on / p"),
        "chance of the ones alone": (CHANCE, "np.prod(p[on == 1])"),
        "chance of all through": (CHANCE, "np.prod(p)"),
        "chances added": (CHANCE, "np.sum(np.where(on == 1, p, 1 - p))"),
        "mean chance": (CHANCE, "np.mean(np.where(on == 1, p, 1 - p))"),
        "all alike": (CHANCE, "0.5 ** len(p)"),
        "through and stopped exchanged": (CHANCE, "np.prod(np.where(on == 1, 1 - p, p))"),
        "no return": ("    return np.append", "    np.append"),
        "the factors alone": ("0.0), chance", "0.0)"),
        "one for each border": (CHANCE, "np.where(on == 1, p, 1 - p)"),
        "the first p for all": (FACTORS, "np.append(on / p[0], 0.0)"),
    },
    "04-checker": {
        "as printed": (
            MOVES,
            "        flat[i] += eps\n        up = f(work)\n        flat[i] -= 2 * eps\n"
            "        grad[i] = (up - f(work)) / (2 * eps)\n",
        ),
        "put back by half": (
            MOVES,
            "        flat[i] += eps\n        up = f(work)\n        flat[i] -= 2 * eps\n"
            "        grad[i] = (up - f(work)) / (2 * eps)\n        flat[i] += 2 * eps\n",
        ),
        "to one side": (
            MOVES,
            "        kept, base = flat[i], f(work)\n        flat[i] = kept + eps\n"
            "        grad[i] = (f(work) - base) / eps\n        flat[i] = kept\n",
        ),
        "to one side, backward": (
            MOVES,
            "        kept, base = flat[i], f(work)\n        flat[i] = kept - eps\n"
            "        grad[i] = (base - f(work)) / eps\n        flat[i] = kept\n",
        ),
        "too large a step": ("work = np", "eps = np.sqrt(eps)\n    work = np"),
        "too small a step": ("work = np", "eps = eps**2\n    work = np"),
        "step squared below": ("/ (2 * eps)", "/ (2 * eps**2)"),
        "2 forgotten": ("/ (2 * eps)", "/ eps"),
        "2 too often": ("/ (2 * eps)", "/ (4 * eps)"),
        "wrong way round": ("(up - down)", "(down - up)"),
        "single precision": ("dtype=np.float64", "dtype=np.float32"),
        "single precision by index": BY_INDEX.format(dtype="np.float32"),
        "type of p": ('np.array(p, dtype=np.float64, order="C")', "np.array(p)"),
        "p itself": ('np.array(p, dtype=np.float64, order="C")', "p"),
        "p itself, moved and not put back": (
            "        flat[i] = kept\n        grad[i]",
            "        p[...] = work\n        grad[i]",
        ),
        "stored by columns": ('dtype=np.float64, order="C"', "dtype=np.float64"),
        "numerical_gradient": NUMERICAL,
        "as it comes": ("return grad.reshape(work.shape)", "return grad"),
        "a row at a time": ROWS,
    },
}
