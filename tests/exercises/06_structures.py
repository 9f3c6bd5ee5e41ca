"""Answers to exercise 06."""

RETURN = "    return {"
GIVEN = "    return {}\n\n\ndef given():\n    return {{"

TRIED = """def sorted_out():
    fits = lambda k, place, options: next(o for o in options if mark(k, o) == MARKS[k][place])
    return {k: (fits(k, 0, STRUCTURES), fits(k, 1, range(2000))) for k in TASKS}
"""

ENTERS = """def enters(W_y, dy, lengths, where):
    T, B, _ = dy.shape
    dh = np.zeros((T, B, W_y.shape[1]), {dtype})
    for b in range(B):
        for t in range({steps}):
            dh[t, b] = {what}
    return dh
"""
INDEXED = """def enters(W_y, dy, lengths, where):
    dh, rows = np.einsum("tby,yh->tbh", dy, W_y), np.arange(dy.shape[1])
    if where == "last step":
        kept = dh[lengths - 1, rows]
        dh = np.zeros_like(dh)
        dh[lengths - 1, rows] = kept
    else:
        for b, n in enumerate(lengths):
            dh[n:, b] = 0
    return dh
"""
OWN_STEPS = '0 if where == "every step" else lengths[b] - 1, lengths[b]'

ONE_HOT = """def speak(model, v, T):
    start, cell, readout = model
    n_x = cell.W_x.shape[1]
    h = np.tanh(np.einsum("hv,bv->bh", start.W_0, v) + start.b_0).astype({dtype})
    said, x = np.zeros((T, len(v)), int), np.tile(np.eye(n_x)[-1], (len(v), 1))
    for t in range(T):
        h = np.tanh(x @ cell.W_x.T + h @ cell.W_h.T + cell.b).astype({dtype})
        said[t] = np.argmax(h @ readout.W_y.T + readout.c, axis=-1)
        x = np.eye(n_x)[said[t]]
    return said
"""
ONE_ROW = """def speak(model, v, T):
    (W_0, b_0), (W_x, W_h, b), (W_y, c) = model
    said = []
    for row in v:
        h, words = np.tanh(W_0 @ row + b_0), [-1]
        for _ in range(T):
            h = np.tanh(W_x[:, words[-1]] + W_h @ h + b)
            words.append(int(np.argmax(W_y @ h + c)))
        said.append(words[1:])
    return np.array(said).T
"""
STEP = "np.tanh(W_x[:, word].T + h @ W_h.T + b)"
FIRST = "np.full(len(v), W_x.shape[1] - 1)"
START = "np.tanh(v @ W_0.T + b_0)"

ROWS = """def both_ways(fwd, bwd, x, lengths):
    T, B, _ = x.shape
    h = np.zeros((T, B, fwd.width + bwd.width), {dtype})
    for b, n in enumerate(lengths):
        row = x[:n, b : b + 1]
        h[:n, b, : fwd.width] = fwd.forward(row)[0][:, 0]
        h[:n, b, fwd.width :] = {turned}
    return h
"""
TURNED = "bwd.forward(row[::-1])[0][::-1, 0]"
BY_HAND = """def both_ways(fwd, bwd, x, lengths):
    T, B, _ = x.shape
    sides = []
    for cell, steps in ((fwd, range(T)), (bwd, reversed(range(T)))):
        h, state = np.zeros((T, B, cell.width)), np.zeros((B, cell.width))
        for t in steps:
            new = cell.activation(x[t] @ cell.W_x.T + state @ cell.W_h.T + cell.b)
            state = h[t] = np.where((t < lengths)[:, None], new, {else_})
        sides.append(h)
    return np.{join}(sides, axis=-1)
"""
TURN = "np.where(t < lengths, lengths - 1 - t, t)"
JOIN = "np.concatenate([ahead, behind[turn, rows]], axis=-1)"

ZEROED = """def both_ways(fwd, bwd, x, lengths):
    t, rows = np.arange(len(x))[:, None], np.arange(x.shape[1])
    turn = np.where(t < lengths, lengths - 1 - t, t)
    ahead, behind = fwd.forward(x)[0], bwd.forward(x[turn, rows])[0][turn, rows]
    return np.concatenate([ahead, behind], axis=-1) * (t < lengths)[:, :, None]
"""

AHEAD = "h_f[lengths - 1, np.arange(len(lengths))]"
EACH = """def mended(h_f, h_b, W_y, c, lengths):
    n, y = h_f.shape[2], []
    for b, length in enumerate(lengths):
        y.append(W_y[:, :n] @ h_f[length - 1, b] + W_y[:, n:] @ h_b[0, b] + c)
    return np.array(y, {dtype})
"""
PICKED = """def mended(h_f, h_b, W_y, c, lengths):
    last = np.eye(len(h_f))[lengths - 1]
    state = np.concatenate([np.einsum("bt,tbh->bh", last, h_f), h_b[0]], axis=1)
    return np.einsum("yh,bh->by", W_y, state) + c
"""
TAKEN = """def mended(h_f, h_b, W_y, c, lengths):
    ahead = np.take_along_axis(h_f, (lengths - 1)[None, :, None], axis=0)[0]
    return np.hstack([ahead, h_b[0]]) @ W_y.T + c
"""

RIGHT = {
    "06-sorted": {
        "lists": (RETURN, GIVEN.format("{k: list(v) for k, v in given().items()}")),
        "numbers of NumPy": (
            RETURN,
            GIVEN.format("{k: (a, np.int64(n)) for k, (a, n) in given().items()}"),
        ),
        "hyphen for dash": (
            RETURN,
            GIVEN.format("{k: (a.replace('–', '-'), n) for k, (a, n) in given().items()}"),
        ),
        "one at a time": (RETURN, GIVEN.format("dict(reversed(list(given().items())))")),
    },
    "06-enters": {
        "row by row": ENTERS.format(dtype="float", steps=OWN_STEPS, what="W_y.T @ dy[t, b]"),
        "single precision": ENTERS.format(
            dtype="np.float32", steps=OWN_STEPS, what="dy[t, b] @ W_y"
        ),
        "by index": INDEXED,
        "where": (
            "return counts[:, :, None] * (dy @ W_y)",
            "return np.where(counts[..., None], dy, 0.0) @ W_y",
        ),
    },
    "06-speak": {
        "one-hot": ONE_HOT.format(dtype="float"),
        "single precision": ONE_HOT.format(dtype="np.float32"),
        "vector by vector": ONE_ROW,
        "softmax before argmax": (
            "(h @ W_y.T + c).argmax(axis=1)",
            "np.exp(h @ W_y.T + c).argmax(axis=1)",
        ),
    },
    "06-both": {
        "row by row": ROWS.format(dtype="float", turned=TURNED),
        "single precision": ROWS.format(dtype="np.float32", turned=TURNED),
        "step by step": BY_HAND.format(else_="0.0", join="concatenate"),
        "padding read after the row, then zeroed": ZEROED,
        "flipped": ROWS.format(
            dtype="float", turned="np.flip(bwd.forward(np.flip(row, 0))[0], 0)[:, 0]"
        ),
    },
    "06-mended": {
        "answer by answer": EACH.format(dtype="float"),
        "single precision": EACH.format(dtype="np.float32"),
        "einsum": PICKED,
        "take_along_axis": TAKEN,
    },
}

WRONG = {
    "06-sorted": {
        "reversal taken for aligned": ('"G": ("encoder–decoder"', '"G": ("many to many, aligned"'),
        "translation taken for aligned": (
            '"D": ("encoder–decoder"',
            '"D": ("many to many, aligned"',
        ),
        "next letter taken for one to many": (
            '"B": ("many to many, aligned"',
            '"B": ("one to many"',
        ),
        "next letter taken for many to one": (
            '"B": ("many to many, aligned"',
            '"B": ("many to one"',
        ),
        "shell taken for many to one": ('"E": ("one to one"', '"E": ("many to one"'),
        "stages as encoder-decoder": ('"F": ("many to many, aligned"', '"F": ("encoder–decoder"'),
        "tune as aligned": ('"C": ("one to many"', '"C": ("many to many, aligned"'),
        "weather as one to one": ('"H": ("many to one"', '"H": ("one to one"'),
        "another name": ('"A": ("many to one"', '"A": ("many-to-one"'),
        "a loss at every word of the review": (
            RETURN,
            "    words = [int(n) for n in TASKS['A'].split() if n.isdigit()]\n"
            + GIVEN.format("given() | {'A': ('many to one', words[0])}"),
        ),
        "a loss at every Danish word too": (
            RETURN,
            "    words = [int(n) for n in TASKS['D'].split() if n.isdigit()]\n"
            + GIVEN.format("given() | {'D': ('encoder–decoder', sum(words))}"),
        ),
        "one letter forgotten": (
            RETURN,
            GIVEN.format("{k: v for k, v in given().items() if k != 'H'}"),
        ),
        "words for a number": (
            RETURN,
            GIVEN.format("given() | {'B': ('many to many, aligned', 'every step')}"),
        ),
        "no number": (RETURN, GIVEN.format("given() | {'H': ('many to one', None)}")),
        "a structure without a pair": (RETURN, GIVEN.format("given() | {'H': None}")),
        "tried until it fits": TRIED,
        "names alone": (RETURN, GIVEN.format("{k: v[:1] for k, v in given().items()}")),
        "not sorted": "def sorted_out():\n    return {k: ('many to many, aligned', 1) for k in TASKS}\n",
        "a list": "def sorted_out():\n    return ['many to one', 'many to many, aligned', 'one to many']\n",
    },
    "06-enters": {
        "at the padded end": ("else t == lengths", "else t + 0 * lengths == len(dy)"),
        "one step late": ("else t == lengths", "else t == lengths + 1"),
        "one step early": ("else t == lengths", "else t == np.maximum(lengths - 1, 1)"),
        "padding counts": ("t <= lengths", "t <= len(dy) + 0 * lengths"),
        "last step not counted": ("t <= lengths", "t < lengths"),
        "the two exchanged": ('where == "every step"', 'where == "last step"'),
        "every step, always": ('where == "every step"', "where"),
        "last step, always": ('where == "every step"', "not where"),
        "from the step on": ("else t == lengths", "else t >= lengths"),
        "W_y forgotten": ("(dy @ W_y)", "dy"),
        "W_y transposed": ("(dy @ W_y)", "(dy @ W_y.T)"),
        "a mean over steps": ("(dy @ W_y)", "(dy @ W_y) / len(dy)"),
        "a mean over the row's steps": (
            "(dy @ W_y)",
            "(dy @ W_y) / np.where(where == 'every step', lengths, 1)[:, None]",
        ),
        "the longest row's end": ("else t == lengths", "else t + 0 * lengths == lengths.max()"),
        "the last step's error for all": ("(dy @ W_y)", "(dy[-1] @ W_y)"),
        "one time for all rows": (
            "return counts[:, :, None] * (dy @ W_y)",
            "return (dy @ W_y)[counts]",
        ),
    },
    "06-speak": {
        "v at every step": (STEP, "np.tanh(W_x[:, word].T + h @ W_h.T + b + v @ W_0.T)"),
        "h_0 is zero": (START, "np.zeros((len(v), len(b)))"),
        "b_0 forgotten": (START, "np.tanh(v @ W_0.T)"),
        "no tanh in h_0": (START, "v @ W_0.T + b_0"),
        "no tanh": (STEP, "W_x[:, word].T + h @ W_h.T + b"),
        "begins with word 0": (FIRST, "np.zeros(len(v), int)"),
        "begins with the last word that can be said": (FIRST, "np.full(len(v), len(W_y) - 1)"),
        "nothing read at first": (
            STEP,
            "np.tanh((W_x[:, word].T if said else 0) + h @ W_h.T + b)",
        ),
        "always reads the sign that begins": (
            STEP,
            "np.tanh(W_x[:, [-1] * len(v)].T + h @ W_h.T + b)",
        ),
        "does not read": (STEP, "np.tanh(h @ W_h.T + b)"),
        "no memory": (STEP, "np.tanh(W_x[:, word].T + (0 if said else 1) * h @ W_h.T + b)"),
        "W_h transposed": (STEP, "np.tanh(W_x[:, word].T + h @ W_h + b)"),
        "b forgotten": (STEP, "np.tanh(W_x[:, word].T + h @ W_h.T)"),
        "c forgotten": ("(h @ W_y.T + c).argmax", "(h @ W_y.T).argmax"),
        "least score": ("argmax(axis=1)", "argmin(axis=1)"),
        "h_0 speaks first": (
            "        h = np.tanh(W_x[:, word].T + h @ W_h.T + b)\n"
            "        word = (h @ W_y.T + c).argmax(axis=1)\n",
            "        said_by, h = h, np.tanh(W_x[:, word].T + h @ W_h.T + b)\n"
            "        word = (said_by @ W_y.T + c).argmax(axis=1)\n",
        ),
        "the first row's words for all": (
            STEP,
            "np.tanh(W_x[:, [word[0]] * len(v)].T + h @ W_h.T + b)",
        ),
        "the last row's words for all": (
            STEP,
            "np.tanh(W_x[:, [word[-1]] * len(v)].T + h @ W_h.T + b)",
        ),
        "generate": "def speak(model, v, T):\n    return model.generate(v, T)\n",
        "rows first": ("return np.array(said)", "return np.array(said).T"),
        "scores": ("said.append(word)", "said.append(h @ W_y.T + c)"),
        "with the sign that begins": (
            "return np.array(said)",
            "return np.array([np.full(len(v), len(W_y)), *said[:-1]])",
        ),
        "state does not advance": (
            "        h = np.tanh(W_x[:, word].T + h @ W_h.T + b)\n"
            "        word = (h @ W_y.T + c).argmax(axis=1)\n",
            "        new = np.tanh(W_x[:, word].T + h @ W_h.T + b)\n"
            "        word = (new @ W_y.T + c).argmax(axis=1)\n",
        ),
    },
    "06-both": {
        "not turned back": (JOIN, "np.concatenate([ahead, behind], axis=-1)"),
        "never turned": (TURN, "t + 0 * lengths"),
        "rectangle turned": (TURN, "len(x) - 1 - t + 0 * lengths"),
        "turned at the longest row": (
            TURN,
            "np.where(t < lengths.max(), lengths.max() - 1 - t, t) + 0 * lengths",
        ),
        "a step off": (TURN, "np.where(t < lengths, (lengths - t) % len(x), t)"),
        "turned back as a rectangle": (JOIN, "np.concatenate([ahead, behind[::-1]], axis=-1)"),
        "second cell first": (JOIN, "np.concatenate([behind[turn, rows], ahead], axis=-1)"),
        "added": (JOIN, "ahead + behind[turn, rows]"),
        "one after the other in time": (
            JOIN,
            "np.concatenate([ahead, behind[turn, rows]], axis=0)",
        ),
        "side by side in the batch": (JOIN, "np.concatenate([ahead, behind[turn, rows]], axis=1)"),
        "one cell for both": ("bwd.forward", "fwd.forward"),
        "cells exchanged": (
            "ahead, _ = fwd.forward(x, lengths=lengths)\n    behind, _ = bwd.forward",
            "ahead, _ = bwd.forward(x, lengths=lengths)\n    behind, _ = fwd.forward",
        ),
        "lengths forgotten in the second": ("x[turn, rows], lengths=lengths", "x[turn, rows]"),
        "lengths forgotten in the first": ("fwd.forward(x, lengths=lengths)", "fwd.forward(x)"),
        "units turned": (JOIN, "np.concatenate([ahead, behind[turn, rows][..., ::-1]], axis=-1)"),
        "both turned": (JOIN, "np.concatenate([ahead[turn, rows], behind[turn, rows]], axis=-1)"),
        "the past's end for every step": (
            JOIN,
            "np.concatenate([ahead, behind[turn, rows][:1] + 0 * ahead], axis=-1)",
        ),
        "Bidirectional": (
            "def both_ways(fwd, bwd, x, lengths):\n"
            "    return Bidirectional(fwd, bwd).forward(x, lengths=lengths)[0]\n"
        ),
        "padding read first": BY_HAND.format(else_="new", join="concatenate"),
    },
    "06-mended": {
        "as printed": ("[ahead, h_b[0]]", "[ahead, h_b[lengths - 1, np.arange(len(lengths))]]"),
        "padded end": (AHEAD, "h_f[-1]"),
        "padded end for both": (
            f"ahead = {AHEAD}\n    return np.concatenate([ahead, h_b[0]]",
            "ahead = h_f[-1]\n    return np.concatenate([ahead, h_b[-1]]",
        ),
        "where the turned row would end": (
            "[ahead, h_b[0]]",
            "[ahead, h_b[len(h_b) - lengths, np.arange(len(lengths))]]",
        ),
        "each where it begins": (
            f"ahead = {AHEAD}\n    return np.concatenate([ahead, h_b[0]]",
            "rows = np.arange(len(lengths))\n"
            "    return np.concatenate([h_f[0], h_b[lengths - 1, rows]]",
        ),
        "both at the first step": (AHEAD, "h_f[0]"),
        "second at the padded end": ("[ahead, h_b[0]]", "[ahead, h_b[-1]]"),
        "a step late": (AHEAD, "h_f[lengths % len(h_f), np.arange(len(lengths))]"),
        "a step early": (AHEAD, "h_f[np.maximum(lengths - 2, 0), np.arange(len(lengths))]"),
        "the longest row's end": (AHEAD, "h_f[lengths.max() - 1]"),
        "the largest over time": (AHEAD, "h_f.max(axis=0)"),
        "the largest over time for both": (
            f"ahead = {AHEAD}\n    return np.concatenate([ahead, h_b[0]]",
            "ahead = h_f.max(axis=0)\n    return np.concatenate([ahead, h_b.max(axis=0)]",
        ),
        "the farthest from 0 over time": (
            AHEAD,
            "np.take_along_axis(h_f, abs(h_f).argmax(axis=0)[None], axis=0)[0]",
        ),
        "sums over time": (AHEAD, "h_f.sum(axis=0)"),
        "means over time": (AHEAD, "h_f.sum(axis=0) / lengths[:, None]"),
        "every row at every length": (AHEAD, "h_f[lengths - 1][:, 0]"),
        "second half first": ("[ahead, h_b[0]]", "[h_b[0], ahead]"),
        "c forgotten": (" @ W_y.T + c", " @ W_y.T"),
        "a number a row": (" @ W_y.T + c", " @ W_y[0] + c[0]"),
    },
}
