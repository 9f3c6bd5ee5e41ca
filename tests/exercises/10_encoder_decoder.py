"""Answers to exercise 10."""

JOINED = """def joined(encoder, decoder, source, lengths, x, dh):
    _, enc = encoder.forward(source, None, lengths)
    h, dec = decoder.forward(x, state=enc.state)
    {back}
    dencoder = encoder.backward(enc, {m}, dstate)[0]
    return [h, dencoder, ddecoder]
"""
BACK = "ddecoder, dx, dstate = decoder.backward(dec, dh)"
START = "decoder.forward(x, enc.state)"
HOME = "encoder.backward(enc, dstate=dstate)"
FROM_THE_TABLE = """def joined(encoder, decoder, source, lengths, x, dh):
    m, enc = encoder.forward(source, lengths=lengths)
    h, dec = decoder.forward(x, m[-1] if decoder.parts == 1 else enc.state)
    ddecoder, _, dstate = decoder.backward(dec, dh)
    return h, encoder.backward(enc, dstate=dstate)[0], ddecoder
"""
AT_THE_LAST_PLACE = """def joined(encoder, decoder, source, lengths, x, dh):
    m, enc = encoder.forward(source, lengths=lengths)
    h, dec = decoder.forward(x, enc.state)
    ddecoder, _, dstate = decoder.backward(dec, dh)
    dm = np.zeros_like(m)
    dm[-1] = dstate if decoder.parts == 1 else dstate[0]
    return h, encoder.backward(enc, dm)[0], ddecoder
"""

LINE = "word = np.where(its_own, scores.argmax(axis=-1), true)"

ROWS = """def mended(step, state, target):
    T, B = target.shape
    said, word = np.full((T, B), END), np.full(B, BEGIN)
    alive = np.ones(B, bool)
    for t in range(T):
        scores, state = step(word, state)
        word = np.argmax(scores, axis=1)
        said[t, alive] = word[alive]
        alive = alive & (word != END)
    return said
"""
AFTERWARDS = """def mended(step, state, target):
    said = [np.full(target.shape[1], BEGIN)]
    for _ in target:
        scores, state = step(said[-1], state)
        said.append(scores.argmax(axis=-1))
    said = np.array(said[1:])
    return np.where(np.cumsum(said == END, axis=0) > 0, END, said)
"""
ONE_BY_ONE = """def mended(step, state, target):
    word, said = np.array([BEGIN] * target.shape[1]), []
    ended = [False] * len(word)
    while len(said) < len(target):
        scores, state = step(word, state)
        word = [END if e else int(row.argmax()) for e, row in zip(ended, scores)]
        ended = [e or w == END for e, w in zip(ended, word)]
        word = np.array(word)
        said.append(word)
    return np.stack(said)
"""
STOPS = """def mended(step, state, target):
    word, said = np.full(target.shape[1], BEGIN), np.full(target.shape, END)
    for t in range(len(target)):
        scores, state = step(word, state)
        word = said[t] = scores.argmax(axis=-1)
        if (word == END).{which}():
            break
    return said
"""
PRINTED = """def mended(step, state, target):
    word, said = np.full(target.shape[1], BEGIN), []
    over = np.zeros(len(word), bool)
    for true in target:
        scores, state = step(word, state)
        said.append(np.where(over, END, scores.argmax(axis=-1)))
        over = said[-1] == END
        word = {next}
    return np.array(said)
"""
MASKED = """def mended(step, state, target):
    word, said = np.full(target.shape[1], BEGIN), []
    for _ in target:
        scores, state = step(word, state)
        word = scores.argmax(axis=-1)
        said.append(word)
    return np.where(target == END, END, said)
"""

LOOP = """def attend(h, m, lengths):
    S, B, n = m.shape
    alpha, k = np.zeros((B, S), {dtype}), np.zeros((B, n), {dtype})
    for b in range(B):
        own = m[: lengths[b], b]
        e = own @ h[b]
        e = np.exp(e - e.max())
        alpha[b, : lengths[b]] = e / e.sum()
        k[b] = alpha[b, : lengths[b]] @ own
    return alpha, k
"""
AGAIN = """def attend(h, m, lengths):
    e = (h[None] * m).sum(axis=-1).T
    own = np.arange(len(m))[None] < lengths[:, None]
    e = np.where(own, np.exp(np.minimum(e - e.max(axis=1, {which}keepdims=True), 0)), 0)
    alpha = e / e.sum(axis=1, keepdims=True)
    return alpha, (alpha.T[:, :, None] * m).sum(axis=0)
"""
MASK = "e = np.where(np.arange(len(m)) < np.asarray(lengths)[:, None], e, -np.inf)"
ALIVE = "np.arange(len(m)) < np.asarray(lengths)[:, None]"
MIX = 'np.einsum("bs,sbn->bn", alpha, m)'

BY_STEPS = """def gradients(h, m, dk):
    dh, dm = np.zeros(np.shape(h), {dtype}), np.zeros(np.shape(m), {dtype})
    for t in range(len(h)):
        alpha = softmax(m @ h[t])
        de = (np.diag(alpha) - np.outer(alpha, alpha)) @ (m @ dk[t])
        dh[t] = m.T @ de
        dm += np.outer(alpha, dk[t]) + np.outer(de, h[t])
    return dh, dm
"""
BY_K = """def gradients(h, m, dk):
    k, alpha = found(h, m), softmax(h @ m.T)
    de = alpha * (dk @ m.T - np.sum(dk * k, axis=1)[:, None])
    dm = np.einsum("ts,tn->sn", de, h) + np.einsum("ts,tn->sn", alpha, dk)
    return np.einsum("ts,sn->tn", de, m), dm
"""
DE = "de = alpha * (g - (alpha * g).sum(axis=1, keepdims=True))"
BOTH = "return de @ m, de.T @ h + alpha.T @ dk"

RIGHT = {
    "10-join": {
        "by position": JOINED.format(back=BACK, m="None"),
        "zeros for the encoder's own loss": JOINED.format(
            back=BACK, m="np.zeros((*source.shape, dh.shape[-1]))"
        ),
        "single precision": (
            "return h, dencoder, ddecoder",
            "small = lambda g: type(g)(*(a.astype(np.float32) for a in g))\n"
            "    return h.astype(np.float32), small(dencoder), small(ddecoder)",
        ),
    },
    "10-read": {
        "argmax as a function": (LINE, "word = np.where(its_own, np.argmax(scores, 1), true)"),
        "the other way round": (LINE, "word = np.where(~its_own, true, scores.argmax(axis=1))"),
        "a copy, then a mask": (
            LINE,
            "word = true.copy()\n        word[its_own] = scores[its_own].argmax(axis=-1)",
        ),
        "a list": (
            LINE,
            "word = np.array([s.argmax() if o else w for s, o, w in zip(scores, its_own, true)])",
        ),
        "arithmetic": (LINE, "word = its_own * scores.argmax(axis=-1) + (1 - its_own) * true"),
    },
    "10-mended": {
        "a table that is filled": ROWS,
        "cut afterwards": AFTERWARDS,
        "row by row": ONE_BY_ONE,
        "stops when all have ended": (
            "said.append(word)",
            "said.append(word)\n        if ended.all():\n"
            "            said += [word] * (len(target) - len(said))\n            break",
        ),
    },
    "10-attend": {
        "row by row": LOOP.format(dtype="float"),
        "single precision": LOOP.format(dtype="np.float32"),
        "masked after exp, then divided": AGAIN.format(which="where=own, initial=-np.inf, "),
        "matrix products": (
            'e = np.einsum("bn,sbn->bs", h, m)',
            "e = (m.swapaxes(0, 1) @ h[:, :, None])[:, :, 0]",
        ),
        "a very negative number": ("-np.inf", "-1e30"),
    },
    "10-back": {
        "step by step": BY_STEPS.format(dtype="float"),
        "single precision": BY_STEPS.format(dtype="np.float32"),
        "with k, einsum": BY_K,
    },
}

WRONG = {
    "10-join": {
        "the decoder starts from zeros": (START, "decoder.forward(x)"),
        "the last row of the table": FROM_THE_TABLE,
        "the gradient at the last place": AT_THE_LAST_PLACE,
        "nothing comes back": (HOME, "encoder.backward(enc)"),
        "the decoder's dh for the encoder": (HOME, "encoder.backward(enc, dh)"),
        "dh at the encoder's end": (HOME, "encoder.backward(enc, dstate=dh[0])"),
        "the final state for its gradient": (HOME, "encoder.backward(enc, dstate=enc.state)"),
        "the last loss alone": (
            "decoder.backward(dec, dh)",
            "decoder.backward(dec, dh * (np.arange(len(dh)) == len(dh) - 1)[:, None, None])",
        ),
        "one step of the decoder": (
            "decoder.backward(dec, dh)",
            "decoder.backward(dec, dh, truncate=1)",
        ),
        "one step of the encoder": (
            HOME,
            "encoder.backward(enc, dstate=dstate, truncate=1)",
        ),
        "the decoder in the encoder's place": (
            "return h, dencoder, ddecoder",
            "return h, ddecoder, dencoder",
        ),
        "dx at the encoder's end": (
            "ddecoder, _, dstate = decoder.backward",
            "ddecoder, dstate, _ = decoder.backward",
        ),
        "the encoder's states": (
            "return h,",
            "return encoder.forward(source, lengths=lengths)[0],",
        ),
        "the encoder's states to begin with": (
            START,
            "decoder.forward(x, encoder.forward(source, lengths=lengths)[0])",
        ),
    },
    "10-read": {
        "teacher forcing": (LINE, "word = true"),
        "always its own": (LINE, "word = scores.argmax(axis=-1)"),
        "exchanged": (LINE, "word = np.where(its_own, true, scores.argmax(axis=-1))"),
        "the scores": (LINE, "word = np.where(its_own, scores.max(axis=-1), true)"),
        "the scores themselves": (LINE, "word = scores.max(axis=-1)"),
        "over the rows": (
            LINE,
            "word = np.where(its_own, scores.argmax(axis=0)[: len(true)], true)",
        ),
        "the least likely": (LINE, "word = np.where(its_own, scores.argmin(axis=-1), true)"),
        "one choice for all rows": (
            LINE,
            "word = scores.argmax(axis=-1) if its_own.any() else true",
        ),
        "one choice for all rows, the other": (
            LINE,
            "word = scores.argmax(axis=-1) if its_own.all() else true",
        ),
        "the word just read": (LINE, "word = np.where(its_own, word, true)"),
        "own where right": (
            LINE,
            "said = scores.argmax(axis=-1)\n        word = np.where(its_own & (said == true), said, true)",
        ),
        "the state": (LINE, "word = np.where(its_own, state, true)"),
        "nothing": (LINE, "pass"),
    },
    "10-mended": {
        "as printed": PRINTED.format(next="true"),
        "own word only where right": PRINTED.format(
            next="np.where(said[-1] == true, said[-1], true)"
        ),
        "nothing read but BEGIN": PRINTED.format(next="word"),
        "stops when one row has ended": STOPS.format(which="any"),
        "never ends": (
            "np.where(ended, END, scores.argmax(axis=-1))",
            "scores.argmax(axis=-1)",
        ),
        "stops when all end at once": STOPS.format(which="all"),
        "END where the target has it": MASKED,
        "all rows end with the first": ("ended |= word == END", "ended |= (word == END).any()"),
        "the state stands still": ("scores, state = step", "scores, _ = step"),
        "the state starts anew": ("step(word, state)", "step(word, starts[: len(word)])"),
        "BEGIN among the words": (
            "return np.array(said)",
            "return np.array([0 * word + BEGIN, *said[:-1]])",
        ),
        "END left out": ("END, scores", "BEGIN, scores"),
        "rows first": ("return np.array(said)", "return np.array(said).T"),
        "the last words alone": ("return np.array(said)", "return word"),
        "as long as it takes": (
            "said.append(word)",
            "said.append(word)\n        if ended.all():\n            break",
        ),
        "ends a step late": (
            "ended |= word == END",
            "ended, late = late, word == END",
        ),
    },
    "10-attend": {
        "over the rows": ("alpha = softmax(e)", "alpha = softmax(e.T).T"),
        "no mask": (MASK, "pass"),
        "0 for −∞": ("-np.inf", "0.0"),
        "0 for exp": (MASK, f"e = e * ({ALIVE})"),
        "masked afterwards": (MASK + "\n    alpha = softmax(e)", f"alpha = softmax(e) * ({ALIVE})"),
        "masked after exp, the largest of all taken off": AGAIN.format(which=""),
        "softmax over all, then made to sum to 1 again": (
            MASK + "\n    alpha = softmax(e)",
            f"alpha = softmax(e) * ({ALIVE})\n    alpha /= alpha.sum(-1, keepdims=True)",
        ),
        "a little negative": ("-np.inf", "-10.0"),
        "one place too many": ("np.arange(len(m)) <", "np.arange(len(m)) <="),
        "padding in front": (
            "np.arange(len(m)) <",
            "np.arange(len(m))[::-1] <",
        ),
        "no softmax": ("alpha = softmax(e)", "alpha = np.where(np.isinf(e), 0, e)"),
        "the largest alone": (
            "alpha = softmax(e)",
            "alpha = np.eye(len(m))[e.argmax(axis=1)]",
        ),
        "equal weights": ("h, m)\n    e =", "0 * h, m)\n    e ="),
        "exp as it comes": (
            "alpha = softmax(e)",
            "alpha = np.exp(e) / np.exp(e).sum(axis=1, keepdims=True)",
        ),
        "exp not divided": (
            "alpha = softmax(e)",
            "alpha = np.exp(e - e.max(axis=1, keepdims=True))",
        ),
        "scaled": ("alpha = softmax(e)", "alpha = softmax(e / np.sqrt(h.shape[1]))"),
        "places first": (f"return alpha, {MIX}", f"return alpha.T, {MIX}"),
        "the weights alone": (f"return alpha, {MIX}", "return alpha"),
        "the mean is found": (MIX, "m.mean(axis=0)"),
        "scores for weights": (MIX, 'np.einsum("bs,sbn->bn", np.where(np.isinf(e), 0, e), m)'),
        "the question is mixed": (MIX, "alpha.sum(axis=1, keepdims=True) * h"),
        "one length for all": ("np.asarray(lengths)[:, None]", "np.max(lengths)"),
        "the shortest for all": ("np.asarray(lengths)[:, None]", "np.min(lengths)"),
    },
    "10-back": {
        "mixture alone": (BOTH, "return de @ m, alpha.T @ dk"),
        "score alone": (BOTH, "return de @ m, de.T @ h"),
        "mean not taken off": (DE, "de = alpha * g"),
        "mean without weights": (DE, "de = alpha * (g - g.mean(axis=1, keepdims=True))"),
        "weight forgotten": (DE, "de = g - (alpha * g).sum(axis=1, keepdims=True)"),
        "slope of a sigmoid": (DE, "de = alpha * (1 - alpha) * g"),
        "sign": (DE, "de = alpha * ((alpha * g).sum(axis=1, keepdims=True) - g)"),
        "softmax's gradient over the questions": (
            DE,
            "de = alpha * (g - (alpha * g).sum(axis=0, keepdims=True))",
        ),
        "the mean of all steps": (DE, "de = alpha * (g - (alpha * g).sum())"),
        "alpha over the questions": ("softmax(h @ m.T)", "softmax(m @ h.T).T"),
        "scores for g": ("g = dk @ m.T", "g = h @ m.T"),
        "the mixture to h": (BOTH, "return alpha @ m, de.T @ h + alpha.T @ dk"),
        "dk to h": (BOTH, "return de @ m + dk, de.T @ h + alpha.T @ dk"),
        "h and dk exchanged": (BOTH, "return de @ m, de.T @ dk + alpha.T @ h"),
        "every step the same": (
            BOTH,
            "return de @ m, (de.T @ h + alpha.T @ dk) / len(h)",
        ),
        "exchanged": (BOTH, "return de.T @ h + alpha.T @ dk, de @ m"),
        "m for h": (BOTH, "return de @ m, de.sum(axis=0)[:, None] * m + alpha.T @ dk"),
        "copied from the check": (
            BOTH,
            "L = lambda h, m: np.sum(dk * found(h, m))\n"
            "    return slopes(lambda a: L(a, m), h), slopes(lambda a: L(h, a), m)",
        ),
        "copied from the check, in one line": """def gradients(h, m, dk):
    return [
        slopes(lambda a: np.sum(dk * found(a, m)), h),
        slopes(lambda a: np.sum(dk * found(h, a)), m),
    ]
""",
        "without the loss": (
            BOTH,
            "return slopes(lambda h: np.sum(found(h, m)), h), slopes(lambda m: np.sum(found(h, m)), m)",
        ),
    },
}
