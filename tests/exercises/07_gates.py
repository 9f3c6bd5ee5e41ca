"""Answers to exercise 07."""

LINE = "C = f_t * C + i_t * g_t"
STEP = """def other_step(W_x, W_h, b, x, h):
    n = h.shape[1]
    W_x, W_h = (np.asarray(W, {dtype}).reshape(3, n, -1) for W in (W_x, W_h))
    b_r, b_u, b_n = np.asarray(b, {dtype}).reshape(3, n)
    r = sigmoid(np.einsum("hx,bx->bh", W_x[0], x) + np.einsum("hk,bk->bh", W_h[0], h) + b_r)
    u = sigmoid(np.einsum("hx,bx->bh", W_x[1], x) + np.einsum("hk,bk->bh", W_h[1], h) + b_u)
    new = np.tanh(np.einsum("hx,bx->bh", W_x[2], x) + np.einsum("hk,bk->bh", W_h[2], r * h) + b_n)
    return h + u * (new - h)
"""
ROWS = """def other_step(W_x, W_h, b, x, h):
    n, found = len(b) // 3, np.empty_like(h)
    for row in range(len(h)):
        r = 1 / (1 + np.exp(-(W_x[:n] @ x[row] + W_h[:n] @ h[row] + b[:n])))
        for k in range(n):
            u = sigmoid(W_x[n + k] @ x[row] + W_h[n + k] @ h[row] + b[n + k])
            z = W_x[2 * n + k] @ x[row] + b[2 * n + k]
            z += sum(W_h[2 * n + k, j] * r[j] * h[row, j] for j in range(n))
            found[row, k] = (1 - u) * h[row, k] + u * np.tanh(z)
    return found
"""
OURS = """def ours(W_x, W_h, b):
    n = len(b) // 3
    W_x, W_h, b_x = (np.array(a, {dtype}) for a in (W_x, W_h, b))
    for a in (W_x, W_h, b_x):
        a[n : 2 * n] *= -1
    return GRU(W_x, W_h, b_x, {b_h})
"""
BIASES_IN_B_H = """def ours(W_x, W_h, b):
    n = W_h.shape[1]
    (r, z, new), zero = np.split(b, 3), np.zeros(n)
    turn = lambda W: np.vstack([W[:n], -W[n : 2 * n], W[2 * n :]])
    b_x, b_h = np.concatenate([zero, zero, new]), np.concatenate([r, -z, zero])
    return GRU(turn(W_x), turn(W_h), b_x, b_h)
"""
IN_PLACE = """def ours(W_x, W_h, b):
    n = W_h.shape[1]
    for a in (W_x, W_h, b):
        a[n : 2 * n] *= -1
    return GRU(W_x, W_h, b, np.zeros(3 * n))
"""
SPLIT = "r, u = np.split(sigmoid(from_x[:, : 2 * n] + h @ W_h[: 2 * n].T), 2, axis=-1)"
MIX = "(1 - u) * h + u * new"
FLIP = "np.repeat([1.0, -1.0, 1.0], n)"
MADE = "GRU(sign[:, None] * W_x, sign[:, None] * W_h, sign * b, np.zeros(3 * n))"
HALF = "np.log(2) / np.log1p(np.exp(-b))"
COUNTED = """def half_after(b):
    left, k = 1.0, 0
    while left > 0.5:
        left, k = left * sigmoid(b), k + 1
    return k
"""
SLICES = """def mended(cell, x, h, C):
    n = C.shape[1]
    z = x @ cell.W_x.T + h @ cell.W_h.T + cell.b
    new = sigmoid(z[:, n : 2 * n]) * C + sigmoid(z[:, :n]) * np.tanh(z[:, 2 * n : 3 * n])
    return {result}
"""
OUT = "sigmoid(z[:, 3 * n :]) * np.tanh(new), new"
EINSUM = """def mended(cell, x, h, C):
    W_x, W_h = (W.reshape(4, C.shape[1], -1) for W in cell[:2])
    z = np.einsum("ghx,bx->gbh", W_x, x) + np.einsum("ghk,bk->gbh", W_h, h)
    i, f, g, o = z + cell.b.reshape(4, 1, -1)
    new = sigmoid(f) * C + sigmoid(i) * np.tanh(g)
    return [sigmoid(o) * np.tanh(new), new]
"""
GATES = "i, f, o = (sigmoid(blocks[k]) for k in (0, 1, 3))"
KEPT = "f * C + i * np.tanh(blocks[2])"

RIGHT = {
    "07-memory": {
        "two lines": (LINE, "C = C * f_t\n        C = C + g_t * i_t"),
        "single precision": (LINE, "C = (f_t * C + i_t * g_t).astype(np.float32)"),
        "einsum": (LINE, 'C = np.einsum("kbn,kbn->bn", [f_t, i_t], [C, g_t])'),
        "a loop over rows": (
            LINE,
            "C = np.array([a * c + b * d for a, c, b, d in zip(f_t, C, i_t, g_t)])",
        ),
    },
    "07-other": {
        "einsum": STEP.format(dtype="float"),
        "single precision": STEP.format(dtype="np.float32"),
        "loops": ROWS,
    },
    "07-ours": {
        "block by block": OURS.format(dtype="float", b_h="np.zeros(len(b))"),
        "single precision": OURS.format(dtype="np.float32", b_h="np.zeros(len(b), np.float32)"),
        "gates' biases on the other side": BIASES_IN_B_H,
    },
    "07-half": {
        "with the gate": (HALF, "np.log(0.5) / np.log(sigmoid(b))"),
        "single precision": (HALF, "np.float32(np.log(0.5)) / np.log(np.float32(sigmoid(b)))"),
        "base 2": (HALF, "1 / np.log2(1 + np.exp(-b))"),
    },
    "07-mended": {
        "slices": SLICES.format(result=OUT),
        "single precision": SLICES.format(
            result="(sigmoid(z[:, 3 * n :]) * np.tanh(new)).astype(np.float32), np.float32(new)"
        ),
        "einsum": EINSUM,
    },
}

WRONG = {
    "07-memory": {
        "forget gate on the new as well": (LINE, "C = f_t * (C + i_t * g_t)"),
        "forget gate on the new instead": (LINE, "C = C + f_t * g_t"),
        "nothing forgotten": (LINE, "C = C + i_t * g_t"),
        "no input gate": (LINE, "C = f_t * C + g_t"),
        "gates exchanged": (LINE, "C = i_t * C + f_t * g_t"),
        "one gate, as in a GRU": (LINE, "C = f_t * C + (1 - f_t) * g_t"),
        "forget means forget": (LINE, "C = (1 - f_t) * C + i_t * g_t"),
        "the new alone": (LINE, "C = i_t * g_t"),
        "the old alone": (LINE, "C = f_t * C"),
        "multiplied": (LINE, "C = f_t * C * i_t * g_t"),
        "tanh of it": (LINE, "C = np.tanh(f_t * C + i_t * g_t)"),
        "a matrix product": (LINE, "C = f_t @ C + i_t @ g_t"),
        "nothing": (LINE, "pass"),
    },
    "07-other": {
        "u keeps": (MIX, "u * h + (1 - u) * new"),
        "r after the product": ("(r * h) @ W_h[2 * n :].T", "r * (h @ W_h[2 * n :].T)"),
        "ours in both respects": (
            f"new = np.tanh(from_x[:, 2 * n :] + (r * h) @ W_h[2 * n :].T)\n    return {MIX}",
            "new = np.tanh(from_x[:, 2 * n :] + r * (h @ W_h[2 * n :].T))\n"
            "    return u * h + (1 - u) * new",
        ),
        "no reset": ("(r * h) @", "h @"),
        "r on x as well": ("from_x[:, 2 * n :] + (r", "r * from_x[:, 2 * n :] + (r"),
        "1 − r": ("(r * h) @", "((1 - r) * h) @"),
        "gates exchanged": ("r, u = np", "u, r = np"),
        "W_hn transposed": ("W_h[2 * n :].T)", "W_h[2 * n :])"),
        "wrong block for n": ("W_h[2 * n :].T)", "W_h[n : 2 * n].T)"),
        "gates do not see h": (SPLIT, "r, u = np.split(sigmoid(from_x[:, : 2 * n]), 2, axis=-1)"),
        "no biases": ("x @ W_x.T + b", "x @ W_x.T"),
        "no tanh": ("np.tanh(", "("),
        "sigmoid for tanh": ("np.tanh(", "sigmoid("),
        "tanh for sigmoid": ("sigmoid(from_x", "np.tanh(from_x"),
        "added, not replaced": (MIX, "h + u * new"),
        "reset state kept": (MIX, "(1 - u) * r * h + u * new"),
        "the proposal alone": (MIX, "new"),
    },
    "07-ours": {
        "nothing changed": (FLIP, "np.ones(3 * n)"),
        "all signs": (FLIP, "-np.ones(3 * n)"),
        "r flipped": (FLIP, "np.repeat([-1.0, 1.0, 1.0], n)"),
        "r and z flipped": (FLIP, "np.repeat([-1.0, -1.0, 1.0], n)"),
        "n flipped": (FLIP, "np.repeat([1.0, -1.0, -1.0], n)"),
        "signs in turn": (FLIP, "np.tile([1.0, -1.0, 1.0], n)"),
        "1 − W": (
            MADE,
            "GRU(*(np.where(s < 0, 1 - a, a) for s, a in "
            "((sign[:, None], W_x), (sign[:, None], W_h), (sign, b))), np.zeros(3 * n))",
        ),
        "bias not flipped": ("sign * b", "b"),
        "W_x not flipped": ("sign[:, None] * W_x", "W_x"),
        "W_h not flipped": ("sign[:, None] * W_h", "W_h"),
        "all biases with h": ("sign * b, np.zeros(3 * n)", "np.zeros(3 * n), sign * b"),
        "biases on both sides": ("np.zeros(3 * n)", "sign * b"),
        "no biases": ("sign * b", "np.zeros(3 * n)"),
        "three arrays": (MADE, "(sign[:, None] * W_x, sign[:, None] * W_h, sign * b)"),
        "in place": IN_PLACE,
    },
    "07-half": {
        "the bias for the gate": (HALF, "np.log(0.5) / np.log(abs(b) + 0.1)"),
        "sign": (HALF, "np.log(2) / np.log(sigmoid(b))"),
        "upside down": (HALF, "np.log(sigmoid(b)) / np.log(0.5)"),
        "whole steps": (HALF, "np.ceil(np.log(2) / np.log1p(np.exp(-b)))"),
        "counted": COUNTED,
        "a tenth": (HALF, "np.log(10) / np.log1p(np.exp(-b))"),
        "what is lost": (HALF, "np.log(2) / np.log1p(np.exp(b))"),
        "one over what is lost": (HALF, "0.5 / (1 - sigmoid(b))"),
        "tanh for sigmoid": (HALF, "np.log(0.5) / np.log(np.abs(np.tanh(b)) + 1e-9)"),
        "natural lifetime": (HALF, "1 / np.log1p(np.exp(-b))"),
        "the sigmoid of it": (HALF, "2 * sigmoid(b)"),
    },
    "07-mended": {
        "as printed": (
            f"{GATES}\n    kept = {KEPT}",
            "i, f, o = (sigmoid(blocks[k]) for k in (0, 1, 2))\n"
            "    kept = f * C + i * np.tanh(blocks[3])",
        ),
        "o from the block of g": ("(0, 1, 3)", "(0, 1, 2)"),
        "i and f exchanged": ("(0, 1, 3)", "(1, 0, 3)"),
        "i and o exchanged": ("(0, 1, 3)", "(3, 1, 0)"),
        "g from the block of o": ("np.tanh(blocks[2])", "np.tanh(blocks[3])"),
        "sigmoid for g": ("np.tanh(blocks[2])", "sigmoid(blocks[2])"),
        "no tanh for g": ("np.tanh(blocks[2])", "blocks[2]"),
        "forget gate on the new": (KEPT, "f * (C + i * np.tanh(blocks[2]))"),
        "no input gate": (KEPT, "f * C + np.tanh(blocks[2])"),
        "tied gates": (KEPT, "f * C + (1 - f) * np.tanh(blocks[2])"),
        "old memory shown": ("o * np.tanh(kept), kept", "o * np.tanh(C), kept"),
        "no tanh on the way out": ("o * np.tanh(kept), kept", "o * kept, kept"),
        "C and h exchanged": ("o * np.tanh(kept), kept", "kept, o * np.tanh(kept)"),
        "h from its own memory": ("h @ cell.W_h.T", "C @ cell.W_h.T"),
        "h forgotten": ("x @ cell.W_x.T + h @ cell.W_h.T", "x @ cell.W_x.T"),
    },
}
