"""Answers to exercise 01."""

RECURSION = """def read(rule, pieces, h_0):
    if len(pieces) == 0:
        return []
    h, y = rule(h_0, pieces[0])
    return [y, *read(rule, pieces[1:], h)]
"""
INDEXED = """def read(rule, pieces, h_0):
    notes, answers = [h_0], []
    for t in range(len(pieces)):
        h, y = rule(notes[t], pieces[t])
        notes.append(h)
        answers += [y]
    return answers
"""
ACCUMULATED = """def read(rule, pieces, h_0):
    from itertools import accumulate

    pairs = accumulate(pieces, lambda pair, x: rule(pair[0], x), initial=(h_0, None))
    return [y for _, y in pairs][1:]
"""
PAIRS = """def can_tell(sentences, verbs, k):
    windows = [s.split()[-k:] for s in sentences]
    return not any(
        windows[i] == windows[j] and verbs[i] != verbs[j]
        for i in range(len(windows))
        for j in range(i)
    )
"""
SETS = """def can_tell(sentences, verbs, k):
    windows = [" ".join(s.split()[-k:]) for s in sentences]
    return len(set(windows)) == len(set(zip(windows, verbs)))
"""
ARRAYS = """def can_tell(sentences, verbs, k):
    windows = np.array([" ".join(s.split()[-k:]) for s in sentences])
    verbs = np.array(verbs)
    return np.all([len(set(verbs[windows == w])) == 1 for w in windows])
"""
NEIGHBOURS = """def can_tell(sentences, verbs, k):
    windows = [s.split()[-k:] for s in sentences]
    for i in range(1, len(windows)):
        if windows[i] == windows[i - 1] and verbs[i] != verbs[i - 1]:
            return False
    return True
"""
NOUN_IN_VIEW = """def can_tell(sentences, verbs, k):
    return all(len(s.split()) - 1 <= k for s in sentences)
"""
LAST_ENTRY = """def can_tell(sentences, verbs, k):
    table = {tuple(s.split()[-k:]): v for s, v in zip(sentences, verbs)}
    return len(table) == len(sentences)
"""
MAJORITY = """def can_tell(sentences, verbs, k):
    table = dict(zip([tuple(s.split()[-k:]) for s in sentences], verbs))
    right = [table[tuple(s.split()[-k:])] == v for s, v in zip(sentences, verbs)]
    return np.mean(right) > 0.75
"""
EXACTLY_K = """def can_tell(sentences, verbs, k):
    known = {}
    for s, v in zip(sentences, verbs):
        if len(s.split()) < k:
            return False
        if known.setdefault(tuple(s.split()[-k:]), v) != v:
            return False
    return True
"""
NOTE = "h = x_t if h == 0 else h"
FILLED = """def mended(x, W_h, h_0):
    h, before = np.empty(len(x), {dtype}), h_0
    for t in range(len(x)):
        h[t] = np.tanh(x[t] + W_h * before)
        before = h[t]
    return h
"""
LEAST = """def mended(x, W_h, h_0):
    states, h = [], h_0
    for x_t in x:
        h = np.tanh(x_t + W_h * h)
        states.append(h)
    return states
"""
FROM_BEFORE = """def mended(x, W_h, h_0):
    if len(x) == 0:
        return []
    before = mended(x[:-1], W_h, h_0)
    last = before[-1] if len(before) else h_0
    return [*before, np.tanh(x[-1] + W_h * last)]
"""
RESET = """def mended(x, W_h, h_0):
    states = []
    for x_t in x:
        h = h_0
        h = np.tanh(x_t + W_h * h)
        states.append(h)
    return states
"""
WITHOUT_TANH = """def mended(x, W_h, h_0):
    states, z = [], h_0
    for x_t in x:
        z = x_t + W_h * z
        states.append(np.tanh(z))
    return states
"""
TWO_BACK = """def mended(x, W_h, h_0):
    states = [h_0, h_0]
    for x_t in x:
        states.append(np.tanh(x_t + W_h * states[-2]))
    return states[2:]
"""
WHOLE = """def mended(x, W_h, h_0):
    x = np.asarray(x)
    states = np.zeros_like(x)
    for t in range(len(x)):
        states[t] = np.tanh(x[t] + W_h * (states[t - 1] if t else h_0))
    return states
"""

RIGHT = {
    "01-read": {
        "recursion": RECURSION,
        "by number, all notes kept": INDEXED,
        "accumulate": ACCUMULATED,
        "a list made longer": (
            "answers.append(y)",
            "answers = answers + [y]",
        ),
    },
    "01-window": {
        "all pairs": PAIRS,
        "two sets": SETS,
        "arrays": ARRAYS,
        "joined words": ("tuple(sentence.split()[-k:])", '" ".join(sentence.split()[-k:])'),
    },
    "01-note": {
        "or": (NOTE, "h = h or x_t"),
        "if": (NOTE, "if h == 0:\n        h = x_t"),
        "a sum": (NOTE, "h = h + (1 - abs(h)) * x_t"),
        "a loud sign": (NOTE, "h = np.sign(2 * h + x_t)"),
        "a tanh, as a network would": (NOTE, "h = np.tanh(100.0 * h + 50 * x_t)"),
        "single precision": (NOTE, "h = np.float32(x_t if h == 0 else h)"),
    },
    "01-mended": {
        "an array that is filled": FILLED.format(dtype="float"),
        "single precision": FILLED.format(dtype="np.float32"),
        "one line changed": LEAST,
        "recursion": FROM_BEFORE,
    },
}

WRONG = {
    "01-read": {
        "notes not handed on": ("h, y = rule(h, piece)", "_, y = rule(h, piece)"),
        "notes made anew": ("h, y = rule(h, piece)", "h, y = rule(h_0, piece)"),
        "notes instead of answers": ("answers.append(y)", "answers.append(h)"),
        "both": ("answers.append(y)", "answers.append((h, y))"),
        "the pair exchanged": ("h, y = rule", "y, h = rule"),
        "the last answer alone": ("return answers", "return answers[-1]"),
        "stops after the first": ("answers.append(y)", "answers.append(y)\n        break"),
        "starts blank": ("h, answers = h_0, []", "h, answers = 0, []"),
        "backward": ("for piece in pieces", "for piece in pieces[::-1]"),
        "without the last": ("for piece in pieces", "for piece in pieces[:-1]"),
        "each piece twice": ("h, y = rule(h, piece)", "h, y = rule(rule(h, piece)[0], piece)"),
        "answers turned round": ("return answers", "return answers[::-1]"),
        "the rule's arguments exchanged": ("rule(h, piece)", "rule(piece, h)"),
        "the pair handed on": ("h, y = rule(h, piece)", "h = rule(h, piece)\n        y = h[1]"),
        "the start among the answers": ("h_0, []", "h_0, [h_0]"),
    },
    "01-window": {
        "the first words": ("[-k:]", "[:k]"),
        "one word more": ("[-k:]", "[-k - 1 :]"),
        "one word less": ("[-k:]", "[-k + 1 :]"),
        "the last one left out": ("[-k:]", "[-k - 1 : -1]"),
        "the word at that place alone": ("[-k:]", "[-k:][:1]"),
        "words without blanks between": (
            "tuple(sentence.split()[-k:])",
            '"".join(sentence.split()[-k:])',
        ),
        "letters": ("sentence.split()[-k:]", "sentence[-k:]"),
        "the order forgotten": (
            "tuple(sentence.split()[-k:])",
            "frozenset(sentence.split()[-k:])",
        ),
        "neighbours alone": NEIGHBOURS,
        "the subject is in view": NOUN_IN_VIEW,
        "no window twice": LAST_ENTRY,
        "mostly right": MAJORITY,
        "short sentences refused": EXACTLY_K,
        "the other way round": ("!= verb", "== verb"),
        "stops after the first pair": (
            "return False\n    return True",
            "return False\n        return True",
        ),
        "the number of windows": ("return True", "return len(known)"),
        "always": ("return False", "return True"),
    },
    "01-note": {
        "the last word": (NOTE, "h = x_t"),
        "the last noun": (NOTE, "h = x_t if x_t != 0 else h"),
        "a count": (NOTE, "h = h + x_t"),
        "a cut count": (NOTE, "h = np.clip(h + x_t, -1, 1)"),
        "the sign of a count": (NOTE, "h = np.sign(h + x_t)"),
        "fading": (NOTE, "h = 0.9 * h + x_t"),
        "fading by tanh": (NOTE, "h = np.tanh(h + x_t)"),
        "the largest": (NOTE, "h = max(h, x_t)"),
        "a product": (NOTE, "h = h * x_t"),
        "nothing written": (NOTE, "h = h"),
        "adds to −1": (NOTE, "h = h if h == 1 or h * x_t < 0 else h + x_t"),
        "loses −1": (NOTE, "h = h if h == 1 else x_t if h == 0 or x_t == 0 else h"),
        "only plural": (NOTE, "h = x_t if h == 0 and x_t > 0 else h"),
        "writes where it should keep": (NOTE, "h = h if h == 0 else x_t"),
        "the lesson's unit": (NOTE, "h = np.tanh(3 * h + 2 * x_t)"),
        "lasts a hundred words": (NOTE, "h = h * 0.999999 if h else x_t"),
    },
    "01-mended": {
        "as printed": ("W_h * h[-1]", "W_h * h_0"),
        "blank at each word": ("W_h * h[-1]", "W_h * 0.0"),
        "set back at each word": RESET,
        "the start forgotten": ("h = [h_0]", "h = [0.0]"),
        "the start among the states": ("return h[1:]", "return h"),
        "one state late": ("return h[1:]", "return h[:-1]"),
        "the last alone": ("return h[1:]", "return h[-1]"),
        "no tanh": ("np.tanh(push + W_h * h[-1])", "push + W_h * h[-1]"),
        "tanh of one part": ("np.tanh(push + W_h * h[-1])", "np.tanh(push) + W_h * h[-1]"),
        "tanh on the way out alone": WITHOUT_TANH,
        "W_h forgotten": ("W_h * h[-1]", "h[-1]"),
        "W_h on both": ("push + W_h * h[-1]", "W_h * (push + h[-1])"),
        "two states back": TWO_BACK,
        "the first word's state for all": ("W_h * h[-1]", "W_h * h[min(1, len(h) - 1)]"),
        "whole numbers kept": WHOLE,
    },
}
