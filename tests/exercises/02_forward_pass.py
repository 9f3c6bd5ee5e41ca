"""Answers to exercise 02."""

MATRICES = """def by_hand():
    z = mine["W_x"] @ mine["x_1"] + mine["W_h"] @ mine["h_0"] + mine["b"]
    return {}
"""
LINE = "h = np.tanh(W_x @ x_t + W_h @ h + b)"
FILLED = """def forward(W_x, W_h, b, x, h_0=None):
    T, B, _ = x.shape
    h = np.zeros((T + 1, B, len(b)), {dtype})
    if h_0 is not None:
        h[0] = h_0
    for t in range(T):
        h[t + 1] = np.tanh({z})
    return h[1:]
"""
ROWS = "x[t] @ W_x.T + h[t] @ W_h.T + b"
EINSUM = 'np.einsum("bi,ji->bj", x[t], W_x) + np.einsum("bi,ji->bj", h[t], W_h) + b'
STACKED = "np.hstack([x[t], h[t]]) @ np.hstack([W_x, W_h]).T + b"
ONE_BY_ONE = """def forward(W_x, W_h, b, x, h_0=None):
    T, B, _ = x.shape
    states = np.zeros((T, B, len(b)))
    for row in range(B):
        h = np.zeros(len(b)) if h_0 is None else h_0[row]
        for t in range(T):
            h = np.tanh(W_x @ x[t, row] + W_h @ h + b)
            states[t, row] = h
    return states
"""
TWO_STEPS = """def forward(W_x, W_h, b, x, h_0=None):
    h = np.zeros((x.shape[1], len(b))) if h_0 is None else h_0
    h_1 = np.tanh(x[0] @ W_x.T + h @ W_h.T + b)
    h_2 = np.tanh(x[-1] @ W_x.T + h_1 @ W_h.T + b)
    return np.array([h_1, h_2][: len(x)])
"""
WHOLE = """def forward(W_x, W_h, b, x, h_0=None):
    h = np.zeros((x.shape[1], len(b))) if h_0 is None else h_0
    states = np.zeros((*x.shape[:2], len(b)), x.dtype)
    for t in range(len(x)):
        h = np.tanh(x[t] @ W_x.T + h @ W_h.T + b)
        states[t] = h
    return states
"""
ZIPPED = """def arrows(T):
    steps = range(1, T + 1)
    return (
        [[f"x_{t}", f"h_{t}", "W_x"] for t in steps]
        + [[f"h_{t - 1}", f"h_{t}", "W_h"] for t in steps]
        + [[f"h_{t}", f"y_{t}", "W_y"] for t in steps]
    )
"""
GROWN = """def arrows(T):
    if T == 0:
        return []
    new = [(f"x_{T}", f"h_{T}", "W_x"), (f"h_{T}", f"y_{T}", "W_y")]
    return [*arrows(T - 1), *new, (f"h_{T - 1}", f"h_{T}", "W_h")]
"""
THREE = """def arrows(T):
    found = [(f"{a}_{t}", f"{b}_{t}", w) for t in range(1, min(T, 3) + 1) for a, b, w in
             (("x", "h", "W_x"), ("h", "y", "W_y"))]
    return found + [(f"h_{t - 1}", f"h_{t}", "W_h") for t in range(1, min(T, 3) + 1)]
"""
IN_PLACE = """def forward(W_x, W_h, b, x, h_0=None):
    h = h_0
    if h is None:
        h = np.zeros((x.shape[1], len(b)))
    states = []
    for x_t in x:
        h[:] = np.tanh(x_t @ W_x.T + h @ W_h.T + b)
        states.append(h.copy())
    return np.stack(states)
"""
NO_COPY = IN_PLACE.replace("h.copy()", "h")
LAST_OF_ZEROS = """def forward(W_x, W_h, b, x, h_0=None):
    out = np.zeros((*x.shape[:2], len(b)))
    for t in range(len(x)):
        out[t] = np.tanh(x[t] @ W_x.T + out[t - 1] @ W_h.T + b)
    return out
"""
NESTED = """def arrows(T):
    return [
        [(f"x_{t}", f"h_{t}", "W_x"), (f"h_{t - 1}", f"h_{t}", "W_h"), (f"h_{t}", f"y_{t}", "W_y")]
        for t in range(1, T + 1)
    ]
"""
COUNT = "n_h * (n_x + n_h + 1) + n_y * (n_h + 1)"

RIGHT = {
    "02-hand": {
        "matrices": MATRICES.format("np.array([z, np.tanh(z)])"),
        "rounded": MATRICES.format("np.round([z, np.tanh(z)], 3)"),
        "single precision": MATRICES.format("[np.float32(z), np.tanh(np.float32(z))]"),
    },
    "02-step": {
        "the other order": (LINE, "h = np.tanh(b + W_h @ h + W_x @ x_t)"),
        "as rows": (LINE, "h = np.tanh(x_t @ W_x.T + h @ W_h.T + b)"),
        "side by side": (
            LINE,
            "h = np.tanh(np.hstack([W_x, W_h]) @ np.concatenate([x_t, h]) + b)",
        ),
        "einsum": (
            LINE,
            'h = np.tanh(np.einsum("ij,j", W_x, x_t) + np.einsum("ij,j", W_h, h) + b)',
        ),
        "single precision": (LINE, "h = np.float32(np.tanh(W_x @ x_t + W_h @ h + b))"),
    },
    "02-forward": {
        "filled": FILLED.format(dtype="float", z=ROWS),
        "einsum": FILLED.format(dtype="float", z=EINSUM),
        "side by side": FILLED.format(dtype="float", z=STACKED),
        "single precision": FILLED.format(dtype="np.float32", z=ROWS),
        "one row at a time": ONE_BY_ONE,
        "writes into h_0": IN_PLACE,
    },
    "02-graph": {
        "lists": ZIPPED,
        "one step more": GROWN,
    },
    "02-mended": {
        "term by term": (COUNT, "n_h * n_x + n_h**2 + n_h + n_y * n_h + n_y"),
        "as a float": (COUNT, "float((n_x + n_h + 1) * n_h + (n_h + 1) * n_y)"),
        "arrays": (
            COUNT,
            "sum(np.zeros(s).size for s in ((n_h, n_x), (n_h, n_h), n_h, (n_y, n_h), n_y))",
        ),
    },
}

WRONG = {
    "02-hand": {
        "W_x transposed": ("W_x[i, 1] * x_1[1]", "W_x[1, i] * x_1[1 - i]"),
        "both transposed": MATRICES.replace('mine["W_x"] @', 'mine["W_x"].T @')
        .replace('mine["W_h"] @', 'mine["W_h"].T @')
        .format("[z, np.tanh(z)]"),
        "W_h transposed": MATRICES.replace('mine["W_h"] @', 'mine["W_h"].T @').format(
            "[z, np.tanh(z)]"
        ),
        "element by element": MATRICES.replace('mine["W_x"] @', 'np.diag(mine["W_x"]) *').format(
            "[z, np.tanh(z)]"
        ),
        "h_0 forgotten": (" + W_h[i, 0] * h_0[0] + W_h[i, 1] * h_0[1]", ""),
        "b forgotten": (" + b[i]", ""),
        "no tanh": MATRICES.format("[z, z]"),
        "tanh of degrees": MATRICES.format("[z, np.tanh(np.radians(z))]"),
        "h first": MATRICES.format("[np.tanh(z), z]"),
        "units as rows": MATRICES.format("np.array([z, np.tanh(z)]).T"),
        "units exchanged": MATRICES.format("[z[::-1], np.tanh(z[::-1])]"),
        "x_1 and h_0 exchanged": MATRICES.replace('"x_1"', '"h"')
        .replace('"h_0"', '"x_1"')
        .replace('"h"', '"h_0"')
        .format("[z, np.tanh(z)]"),
        "tan": MATRICES.format("[z, np.tan(z)]"),
        "one decimal": MATRICES.format("np.round([z, np.tanh(z)], 1)"),
        "another seed": ("mine[name] for", "numbers_of(SEED + 1)[name] for"),
    },
    "02-step": {
        "W_h transposed": (LINE, "h = np.tanh(W_x @ x_t + W_h.T @ h + b)"),
        "W_x forgotten": (LINE, "h = np.tanh(W_h @ h + b)"),
        "W_h forgotten": (LINE, "h = np.tanh(W_x @ x_t + h + b)"),
        "no past": (LINE, "h = np.tanh(W_x @ x_t + b)"),
        "b forgotten": (LINE, "h = np.tanh(W_x @ x_t + W_h @ h)"),
        "no tanh": (LINE, "h = W_x @ x_t + W_h @ h + b"),
        "tanh of one part": (LINE, "h = np.tanh(W_x @ x_t) + W_h @ h + b"),
        "tanh of each part": (LINE, "h = np.tanh(W_x @ x_t) + np.tanh(W_h @ h) + np.tanh(b)"),
        "tanh of both parts": (LINE, "h = np.tanh(W_x @ x_t + b) + np.tanh(W_h @ h)"),
        "b outside": (LINE, "h = np.tanh(W_x @ x_t + W_h @ h) + b"),
        "element by element": (LINE, "h = np.tanh(W_x @ x_t + W_h * h + b)"),
        "added to the old": (LINE, "h = h + np.tanh(W_x @ x_t + W_h @ h + b)"),
        "sigmoid": (LINE, "h = 1 / (1 + np.exp(-(W_x @ x_t + W_h @ h + b)))"),
        "subtracted": (LINE, "h = np.tanh(W_x @ x_t - W_h @ h + b)"),
        "nothing": (LINE, "pass"),
    },
    "02-forward": {
        "W_h as it lies": ("W_h.T", "W_h"),
        "h_0 ignored": (" if h_0 is None else h_0", ""),
        "the last of zeros before step 1": LAST_OF_ZEROS,
        "zeros for each step": ("x.shape[1], len(b)", "x.shape[0], len(b)"),
        "all states one array": NO_COPY,
        "state not handed on": (
            "h = np.tanh(x_t @ W_x.T + h @ W_h.T + b)\n        states.append(h)",
            "states.append(np.tanh(x_t @ W_x.T + h @ W_h.T + b))",
        ),
        "no past": (" + h @ W_h.T", ""),
        "b forgotten": (" + b)", ")"),
        "no tanh": ("np.tanh(", "("),
        "the last state alone": ("return np.array(states)", "return h"),
        "h_0 among the states": ("states = []", "states = [h]"),
        "batch first": ("np.array(states)", "np.array(states).swapaxes(0, 1)"),
        "backward in time": ("for x_t in x:", "for x_t in x[::-1]:"),
        "without the last step": ("for x_t in x:", "for x_t in x[: max(1, len(x) - 1)]:"),
        "starts with ones": ("np.zeros(", "np.ones("),
        "rows mixed": ("h @ W_h.T", "h.mean(axis=0) @ W_h.T"),
        "two steps in mind": TWO_STEPS,
        "whole numbers kept": WHOLE,
    },
    "02-graph": {
        "one step too few": ("range(1, T + 1)", "range(1, T)"),
        "from step 0": ("range(1, T + 1)", "range(T)"),
        "one step too many": ("range(1, T + 1)", "range(1, T + 2)"),
        "a list for each step": NESTED,
        "the letter t": ('f"x_{t}"', '"x_{t}"'),
        "with a hat": ('f"y_{t}"', 'f"ŷ_{t}"'),
        "numbers for names": ('f"x_{t}"', "t"),
        "weights not shared": ('"W_h"', 'f"W_h_{t}"'),
        "rolled": ('f"h_{t - 1}", f"h_{t}"', 'f"h_{t}", f"h_{t}"'),
        "backward": ('f"h_{t - 1}", f"h_{t}"', 'f"h_{t}", f"h_{t - 1}"'),
        "forward beyond the end": ('f"h_{t - 1}", f"h_{t}"', 'f"h_{t}", f"h_{t + 1}"'),
        "from answer to state": ('f"h_{t - 1}"', 'f"y_{t - 1}"'),
        "output from the input": ('(f"h_{t}", f"y_{t}"', '(f"x_{t}", f"y_{t}"'),
        "output of the state before": ('(f"h_{t}", f"y_{t}"', '(f"h_{t - 1}", f"y_{t}"'),
        "weights exchanged": ('"W_x"', '"W_y"'),
        "output at the end alone": (
            "    return found",
            "    return found[: 3 * T - 4] + found[-1:]",
        ),
        "everything twice": ("return found", "return 2 * found"),
        "three steps in mind": THREE,
    },
    "02-mended": {
        "as printed": (COUNT, f"T * ({COUNT})"),
        "only the readout grows": (COUNT, "n_h * (n_x + n_h + 1) + T * n_y * (n_h + 1)"),
        "only the state grows": (COUNT, "T * n_h * (n_x + n_h + 1) + n_y * (n_h + 1)"),
        "no biases": (COUNT, "n_h * (n_x + n_h) + n_y * n_h"),
        "no bias in the readout": (COUNT, "n_h * (n_x + n_h + 1) + n_y * n_h"),
        "no readout": (COUNT, "n_h * (n_x + n_h + 1)"),
        "no recurrent matrix": (COUNT, "n_h * (n_x + 1) + n_y * (n_h + 1)"),
        "two biases": (COUNT, "n_h * (n_x + n_h + 2) + n_y * (n_h + 1)"),
        "h_0 counted": (COUNT, f"{COUNT} + n_h"),
        "the number of the check": (COUNT, "5 if n_h == 1 else 42"),
        "the numbers of the check": (COUNT, "42 if n_x > 1 else 5"),
        "shapes exchanged": (COUNT, "n_x * (n_x + n_h + 1) + n_y * (n_h + 1)"),
    },
}
