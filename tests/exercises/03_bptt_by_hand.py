"""Answers to exercise 03."""

ARRAYS = """def gradients(W_x, W_h, W_y, x, y_star, h_0):
    T, x, y_star = len(x), np.asarray(x, {dtype}), np.asarray(y_star, {dtype})
    h = np.zeros(T + 1, {dtype})
    h[0] = h_0
    for t in range(T):
        h[t + 1] = np.tanh(W_x * x[t] + W_h * h[t])
    dy = 2 * (W_y * h[1:] - y_star)
    delta = np.zeros(T + 1, {dtype})
    for t in reversed(range(T)):
        delta[t] = (1 - h[t + 1] ** 2) * (W_y * dy[t] + W_h * delta[t + 1])
    return {result}
"""
SUMS = "np.sum(delta[:T] * x), np.sum(delta[:T] * h[:T]), np.sum(dy * h[1:])"
EINSUM = (
    'tuple(np.einsum("t,t", a, b) for a, b in ((delta[:T], x), (delta[:T], h[:T]), (dy, h[1:])))'
)
DIFFERENCES = """def gradients(W_x, W_h, W_y, x, y_star, h_0):
    def loss(W):
        h, total = h_0, 0.0
        for x_t, target in zip(x, y_star):
            h = np.tanh(W[0] * x_t + W[1] * h)
            total += (W[2] * h - target) ** 2
        return total

    W, eps = np.array([W_x, W_h, W_y]), 1e-5
    return [(loss(W + e) - loss(W - e)) / (2 * eps) for e in eps * np.eye(3)]
"""
WHOLE = """def gradients(W_x, W_h, W_y, x, y_star, h_0):
    x, y_star = np.asarray(x), np.asarray(y_star)
    h, delta = np.zeros_like(x), 0.0
    for t in range(len(x)):
        h[t] = np.tanh(W_x * x[t] + W_h * (h[t - 1] if t else h_0))
    dW_x = dW_h = dW_y = 0.0
    for t in reversed(range(len(x))):
        dy = 2 * (W_y * h[t] - y_star[t])
        delta = (1 - h[t] ** 2) * (W_y * dy + W_h * delta)
        dW_x, dW_y = dW_x + delta * x[t], dW_y + dy * h[t]
        dW_h += delta * (h[t - 1] if t else h_0)
    return dW_x, dW_h, dW_y
"""
RECURSION = """def mended(W_h, h):
    if len(h) == 1:
        return 0.0
    return (1 - h[-1] ** 2) * (h[-2] + W_h * mended(W_h, h[:-1]))
"""
RUNNING = """def mended(W_h, h):
    s = 0.0
    for before, now in zip(h[:-1], h[1:]):
        s = (1 - now**2) * (before + W_h * s)
    return {}
"""
PRODUCTS = """def mended(W_h, h):
    slope, T = 1 - h[1:] ** 2, len(h) - 1
    return sum(h[k] * W_h ** (T - 1 - k) * np.prod(slope[k:]) for k in range(T))
"""

HAND = "return h_1, h_2, delta_2, delta_1, delta_1 * h_0 + delta_2 * h_1"

RIGHT = {
    "03-hand": {
        "to five decimals": (HAND, HAND.replace("return ", "return np.round([") + "], 5)"),
        "typed, to four decimals": (
            HAND,
            HAND.replace("return ", "return [float(f'{v:.4f}') for v in (") + ")]",
        ),
        "as an array": (HAND, HAND.replace("return ", "return np.array([") + "])"),
    },
    "03-carry": {
        "the other order": ("W_y * dy_1 + W_h * delta_2", "delta_2 * W_h + dy_1 * W_y"),
        "two lines": (
            "dh_1 = W_y * dy_1 + W_h * delta_2",
            "dh_1 = W_y * dy_1\n    dh_1 += W_h * delta_2",
        ),
        "a product of vectors": (
            "W_y * dy_1 + W_h * delta_2",
            "np.dot([W_y, W_h], [dy_1, delta_2])",
        ),
        "single precision": (
            "W_y * dy_1 + W_h * delta_2",
            "np.float32(W_y * dy_1) + np.float32(W_h * delta_2)",
        ),
    },
    "03-gradients": {
        "arrays": ARRAYS.format(dtype="float", result=SUMS),
        "einsum": ARRAYS.format(dtype="float", result=EINSUM),
        "products of vectors": ARRAYS.format(
            dtype="float", result="np.array([delta[:T] @ x, delta[:T] @ h[:T], dy @ h[1:]])"
        ),
        "single precision": ARRAYS.format(dtype="np.float32", result=SUMS),
        "two values of the loss": DIFFERENCES,
    },
    "03-mended": {
        "recursion": RECURSION,
        "a running number": RUNNING.format("s"),
        "products of slopes": PRODUCTS,
        "single precision": ("np.zeros(len(h))", "np.zeros(len(h), np.float32)"),
    },
}

WRONG = {
    "03-hand": {
        "h_0 forgotten": ("x_1 + W_h * h_0", "x_1"),
        "no tanh": ("h_1 = np.tanh(W_x * x_1 + W_h * h_0)", "h_1 = W_x * x_1 + W_h * h_0"),
        "lost carry": (" + W_h * delta_2)", ")"),
        "no slope at h_2": ("delta_2 = (1 - h_2**2) *", "delta_2 ="),
        "no slope at h_1": ("delta_1 = (1 - h_1**2) *", "delta_1 ="),
        "1 − h instead of 1 − h²": ("(1 - h_1**2)", "(1 - h_1)"),
        "factor 2 forgotten": ("W_y * 2 * (W_y * h_2", "W_y * (W_y * h_2"),
        "W_y forgotten": ("W_y * 2 * (W_y * h_1", "2 * (W_y * h_1"),
        "no sum over time": ("delta_1 * h_0 + delta_2 * h_1", "delta_2 * h_1"),
        "states one step late": ("delta_1 * h_0 + delta_2 * h_1", "delta_1 * h_1 + delta_2 * h_2"),
        "one decimal on the way": ("+ W_h * h_1)", "+ W_h * round(h_1, 1))"),
        "another seed": ("mine[name] for", "numbers_of(SEED + 1)[name] for"),
    },
    "03-carry": {
        "lost carry": ("W_y * dy_1 + W_h * delta_2", "W_y * dy_1"),
        "only the carry": ("W_y * dy_1 + W_h * delta_2", "W_h * delta_2"),
        "no slope on the way": ("W_h * delta_2", "W_h * dy_2"),
        "slope of tanh twice": ("W_h * delta_2", "W_h * (1 - h_1**2) * delta_2"),
        "weights exchanged": ("W_y * dy_1 + W_h * delta_2", "W_h * dy_1 + W_y * delta_2"),
        "subtracted": ("dy_1 + W_h", "dy_1 - W_h"),
        "W_y forgotten": ("W_y * dy_1 +", "dy_1 +"),
        "W_h forgotten": ("W_h * delta_2", "delta_2"),
        "multiplied": ("W_y * dy_1 + W_h * delta_2", "W_y * dy_1 * W_h * delta_2"),
        "nothing": ("dh_1 = W_y * dy_1 + W_h * delta_2", "pass"),
    },
    "03-gradients": {
        "lost carry": ("W_y * dy + W_h * delta", "W_y * dy"),
        "no slope": ("(1 - h[t] ** 2) * (", "("),
        "slope one step early": ("(1 - h[t] ** 2)", "(1 - h[t - 1] ** 2)"),
        "slope 1 − h": ("(1 - h[t] ** 2)", "(1 - h[t])"),
        "factor 2 forgotten": ("2 * (W_y", "(W_y"),
        "no sum over time": ("dW_h += delta", "dW_h = delta"),
        "mean over time": (
            "return dW_x, dW_h, dW_y",
            "return [d / len(x) for d in (dW_x, dW_h, dW_y)]",
        ),
        "state of the same step": ("delta * h[t - 1]", "delta * h[t]"),
        "input of the step before": ("delta * x[t - 1]", "delta * x[t - 2]"),
        "forward in time": ("range(len(x), 0, -1)", "range(1, len(x) + 1)"),
        "stops a step early": ("range(len(x), 0, -1)", "range(len(x), 1, -1)"),
        "h_0 forgotten": ("h = [h_0]", "h = [0.0]"),
        "downhill": ("return dW_x, dW_h, dW_y", "return -dW_x, -dW_h, -dW_y"),
        "weights exchanged": ("return dW_x, dW_h, dW_y", "return dW_h, dW_x, dW_y"),
        "loss at the end alone": ("W_y * dy + W_h", "W_y * dy * (t == len(x)) + W_h"),
        "whole numbers kept": WHOLE,
    },
    "03-mended": {
        "as printed": ("s[t - 1]", "s[t - 2]"),
        "the wrong index mended": ("h[t - 1] + W_h * s[t - 1]", "h[t - 2] + W_h * s[t - 2]"),
        "state of the same step": ("(h[t - 1] +", "(h[t] +"),
        "no slope": ("(1 - h[t] ** 2) * (h", "(h"),
        "slope one step early": ("(1 - h[t] ** 2)", "(1 - h[t - 1] ** 2)"),
        "immediate part alone": ("h[t - 1] + W_h * s[t - 1]", "h[t - 1]"),
        "slope on one term alone": ("* (h[t - 1] + W_h * s[t - 1])", "* h[t - 1] + W_h * s[t - 1]"),
        "s_t itself": ("W_h * s[t - 1]", "W_h * s[t]"),
        "W_h forgotten": ("W_h * s[t - 1]", "s[t - 1]"),
        "all of them": ("return s[-1]", "return s"),
        "a step too many": RUNNING.format("(1 - h[-1] ** 2) * (h[-1] + W_h * s)"),
        "with two steps in mind": ("return s[-1]", "return s[min(2, len(h) - 1)]"),
    },
}
