"""Answers to exercise 08."""

SUM = "sum(np.log(after(line[:t])[line[t]]) for t in range(1, len(line)))"
PAIRS = """def ln_p(name, after):
    total, read = {dtype}(0), "\\n"
    for letter in [*name, "\\n"]:
        total += np.log({dtype}(after(read)[letter]))
        read += letter
    return total
"""
BITS = """def ln_p(name, after):
    x, target, bits = "\\n" + name, name + "\\n", []
    for t, s in enumerate(target):
        bits.append(np.log2(after(x[: t + 1])[s]))
    return np.log(2) * np.sum(bits)
"""
LOOPS = """def side_by_side(ids, B, T):
    k = (len(ids) - 1) // (B * T)
    x, target = np.zeros((k, T, B), int), np.zeros((k, T, B), int)
    for i in range(k):
        for t in range(T):
            for b in range(B):
                x[i, t, b] = ids[b * k * T + i * T + t]
                target[i, t, b] = ids[b * k * T + i * T + t + 1]
    return x, target
"""
INDEX = """def side_by_side(ids, B, T):
    k = (len(ids) - 1) // (B * T)
    i, t, b = np.ogrid[:k, :T, :B]
    at = (b * k + i) * T + t
    return ids[at], ids[at + 1]
"""
COLUMNS = """def side_by_side(ids, B, T):
    k = (len(ids) - 1) // (B * T)
    first, second = ids[:-1][: k * B * T], ids[1:][: k * B * T]
    whole = [np.stack(np.split(part, B), axis=1) for part in (first, second)]
    return [np.array(np.split(part, k)) for part in whole]
"""
CUT = "reshape(B, k, T)"
TURN = "x.transpose(1, 2, 0), target.transpose(1, 2, 0)"
ROW = """def chances_of(z, τ, k):
    p = np.zeros(z.shape, {dtype})
    for row in range(len(z)):
        best = np.argsort(z[row])[::-1][: k if τ > 0 else 1]
        e = np.exp(((z[row, best] - z[row, best[0]]) / (τ or 1)).astype({dtype}))
        p[row, best] = e / e.sum()
    return p
"""
MASK = """def chances_of(z, τ, k):
    rank = (-z).argsort(axis=1).argsort(axis=1)
    if τ == 0:
        return (rank == 0).astype(float)
    z = np.where(rank < k, (z - z.max(axis=1)[:, None]) / τ, -np.inf)
    return np.exp(z - np.log(np.exp(z).sum(axis=1))[:, None])
"""
TOP = "np.where(z >= least, e, 0.0)"
E_Z = "np.exp((z - z.max(axis=-1, keepdims=True)) / τ)"
ANEW = """def mended(model, prefix, n):
    ids = list(model.vocab.encode(prefix))
    for _ in range(n):
        logits, _ = model.forward(np.array(ids)[:, None])
        ids.append(int(logits[-1, 0].argmax()))
    return model.vocab.decode(np.array(ids[-n:]))
"""
WARM = """def mended(model, prefix, n):
    ids, state = list(model.vocab.encode(prefix)), None
    for t in range(len(ids) + n - 1):
        z, tape = model.forward(np.array([[ids[t]]]), state=state)
        state = tape[0].state
        if t == len(ids) - 1:
            ids.append(np.argmax(z[0, 0]))
    return "".join(model.vocab.symbols[k] for k in ids[len(prefix) :])
"""
PARTS = """def mended(model, prefix, n):
    h, tape = model.cell.forward(model.vocab.encode(prefix)[:, None])
    text = ""
    while True:
        y, _ = model.readout.forward(h[-1:])
        text += model.vocab.decode(y[0].argmax(axis=-1))
        if len(text) == n:
            return text
        h, tape = model.cell.forward(model.vocab.encode(text[-1])[:, None], tape.state)
"""
STEP = "logits, tape = model.forward(read[:, None], state=state)\n        state = tape[0].state\n"
NEXT = "read = np.array(said[-1:])"

RIGHT = {
    "08-name": {
        "letter by letter": PAIRS.format(dtype="float"),
        "single precision": PAIRS.format(dtype="np.float32"),
        "from bits": BITS,
    },
    "08-rows": {
        "loops": LOOPS,
        "an index for each place": INDEX,
        "columns, then pieces": COLUMNS,
        "other axes": (TURN, "np.moveaxis(x, 0, 2), np.moveaxis(target, 0, 2)"),
    },
    "08-chances": {
        "row by row": ROW.format(dtype="float"),
        "single precision": ROW.format(dtype="np.float32"),
        "logarithms and ranks": MASK,
    },
    "08-mended": {
        "everything read anew": ANEW,
        "one symbol at a time": WARM,
        "cell and readout": PARTS,
    },
}

WRONG = {
    "08-name": {
        "end forgotten": ('"\\n" + name + "\\n"', '"\\n" + name'),
        "beginning forgotten": ("range(1, len(line))", "range(2, len(line))"),
        "no line break before": ('"\\n" + name + "\\n"', 'name + "\\n"'),
        "a mean": (SUM, f"{SUM} / (len(line) - 1)"),
        "bits": ("np.log(", "np.log2("),
        "the cost": (SUM, f"-{SUM}"),
        "a product": (SUM, "np.prod([after(line[:t])[line[t]] for t in range(1, len(line))])"),
        "logarithm of the product": (
            SUM,
            "np.log(np.prod([after(line[:t])[line[t]] for t in range(1, len(line))]))",
        ),
        "the last letter only": ("after(line[:t])", "after(line[t - 1])"),
        "one letter too few": ("after(line[:t])", "after(line[: t - 1])"),
        "the letter itself is read": ("after(line[:t])", "after(line[: t + 1])"),
        "each of them": (SUM, f"[{SUM[4:-1]}]"),
        "log of each, the cost in bits": (SUM, f"-{SUM} / np.log(2)"),
        "the product": (SUM, f"np.exp({SUM})"),
        "nothing returned": ("return sum", "sum"),
        "a sum of chances": (
            SUM,
            "np.log(sum(after(line[:t])[line[t]] for t in range(1, len(line))))",
        ),
        "most chances forgotten": (SUM, "np.log(after(line[:-1])[line[-1]])"),
    },
    "08-rows": {
        "cut in the order of the text": (
            f"{CUT} for at in (0, 1))\n    return {TURN}",
            "reshape(k, T, B) for at in (0, 1))\n    return x, target",
        ),
        "rows in turn": (
            f"{CUT} for at in (0, 1))\n    return {TURN}",
            "reshape(k, B, T) for at in (0, 1))\n"
            "    return x.transpose(0, 2, 1), target.transpose(0, 2, 1)",
        ),
        "time within, batches without": (CUT, "reshape(B, T, k).transpose(0, 2, 1)"),
        "batch before time": (TURN, "x.transpose(1, 0, 2), target.transpose(1, 0, 2)"),
        "not turned": (TURN, "x, target"),
        "time and rows reshaped, not turned": (TURN, "x.reshape(k, T, B), target.reshape(k, T, B)"),
        "target not shifted": ("at in (0, 1)", "at in (0, 0)"),
        "target before": (TURN, "target.transpose(1, 2, 0), x.transpose(1, 2, 0)"),
        "target a row further": (
            TURN,
            f"{TURN.split(', t')[0]}, np.roll(x, -1).transpose(1, 2, 0)",
        ),
        "target shifted within its batch": (
            TURN,
            "x.transpose(1, 2, 0), np.roll(x, -1, axis=2).transpose(1, 2, 0)",
        ),
        "two symbols further": ("at in (0, 1)", "at in (0, 2)"),
        "one batch too many": ("(len(ids) - 1) // (B * T)", "len(ids) // (B * T)"),
        "the end instead of the beginning": (
            "ids[at : at + k * B * T]",
            "ids[len(ids) - 1 - k * B * T :][at : at + k * B * T]",
        ),
        "the next number for the next symbol": (
            TURN,
            f"{TURN.split(', t')[0]}, 1 + {TURN.split(', t')[0]}",
        ),
        "ten more for the next symbol": (
            TURN,
            f"{TURN.split(', t')[0]}, 10 + {TURN.split(', t')[0]}",
        ),
        "places, not symbols": ("(ids[at", "(np.arange(len(ids))[at"),
        "rows begin where the text is cut in B": (
            "ids[at : at + k * B * T].reshape(B, k, T)",
            "np.array([ids[b * ((len(ids) - 1) // B) + at :][: k * T] for b in range(B)]).reshape(B, k, T)",
        ),
        "the forbidden call": """def side_by_side(ids, B, T):
    x, target = zip(*text.batches(ids, B, T))
    return np.array(x), np.array(target)
""",
        "the other forbidden call": """def side_by_side(ids, B, T):
    k = (len(ids) - 1) // (B * T)
    x, target = zip(*(text.chunk(ids, B, T, i) for i in range(k)))
    return np.array(x), np.array(target)
""",
        "reversed": ("x.transpose(1, 2, 0), t", "x.transpose(1, 2, 0)[:, ::-1], t"),
    },
    "08-chances": {
        "largest not taken away": (E_Z, "np.exp(z / τ)"),
        "largest of all rows": ("z.max(axis=-1, keepdims=True)", "z.max()"),
        "times the temperature": (") / τ)", ") * τ)"),
        "no temperature": (") / τ)", "))"),
        "temperature after the exponential": (
            E_Z,
            "np.exp(z - z.max(axis=-1, keepdims=True)) / τ",
        ),
        "all let in": (TOP, "e"),
        "not made to sum to 1": (
            TOP,
            "np.where(z >= least, e / e.sum(axis=-1, keepdims=True), 0.0)\n    return e",
        ),
        "one too few": ("z >= least", "z > least"),
        "the least likely": ("[:, -k]", "[:, k - 1]"),
        "cut at the end instead": ("z >= least", "np.arange(z.shape[-1]) < k"),
        "0 as a score": (
            "np.where(z >= least, e, 0.0)",
            "np.where(z >= least, e, np.exp(0.0 * e))",
        ),
        "down the batch": ("e / e.sum(axis=-1, keepdims=True)", "e / e.sum(axis=0, keepdims=True)"),
        "sum of all rows": ("e / e.sum(axis=-1, keepdims=True)", "e / e.sum()"),
        "greedy forgotten": ("τ, k = 1.0, 1", "τ = 1.0"),
        "greedy by dividing": ("if τ == 0:\n        τ, k = 1.0, 1\n    ", ""),
        "greedy over all rows": ("τ, k = 1.0, 1", "return (z == z.max()) * 1.0"),
        "greedy over all rows, also at k = 1": (
            "if τ == 0:\n        τ, k = 1.0, 1",
            "if τ == 0 or k == 1:\n        return (z == z.max()) * 1.0",
        ),
        "one letter over all rows at k = 1": (
            "if τ == 0:\n        τ, k = 1.0, 1",
            "if k == 1 and τ > 0:\n        return (z == z.max()) * 1.0\n    if τ == 0:\n        τ, k = 1.0, 1",
        ),
        "a small temperature for greedy": (
            "if τ == 0:\n        τ, k = 1.0, 1",
            "τ = max(τ, 1e-3)",
        ),
        "the letter, not its chances": (
            "return e / e.sum(axis=-1, keepdims=True)",
            "return e.argmax(axis=-1)",
        ),
    },
    "08-mended": {
        "as printed": (NEXT, "read = read[-1:]"),
        "past forgotten": (STEP, STEP.split("\n")[0] + "\n        state = None\n"),
        "all read again, state carried": (NEXT, "read = np.append(read, said[-1])"),
        "a window of 8 letters, no state": """def mended(model, prefix, n):
    text = prefix
    for _ in range(n):
        scores, _ = model.forward(model.vocab.encode(text[-8:])[:, None])
        text += model.vocab.symbols[scores[-1, 0].argmax()]
    return text[-n:]
""",
        "a window of 30 letters, no state": """def mended(model, prefix, n):
    text = prefix
    for _ in range(n):
        scores, _ = model.forward(model.vocab.encode(text[-30:])[:, None])
        text += model.vocab.symbols[scores[-1, 0].argmax()]
    return text[-n:]
""",
        "the witness": "def mended(model, prefix, n):\n    return asked(model, prefix, n)\n",
        "the forbidden call": """def mended(model, prefix, n):
    text = model.generate(np.random.default_rng(0), n, prefix, temperature=0)
    return text[len(prefix) :]
""",
        "the other forbidden call": """def mended(model, prefix, n):
    for _ in range(n):
        probs = model.next_probs(model.vocab.encode(prefix))
        prefix += model.vocab.symbols[probs.argmax()]
    return prefix[-n:]
""",
        "all that was said read again": (NEXT, "read = np.array(said)"),
        "scores of the first step": ("logits[-1, 0]", "logits[0, 0]"),
        "the beginning": (
            STEP,
            "logits, tape = model.forward(read[:, None], state=state)\n"
            "        state = tape[0].state if state is None else state\n",
        ),
        "last letter read twice": (
            "None, []\n",
            "None, []\n    state = model.forward(read[:, None])[1][0].state\n    read = read[-1:]\n",
        ),
        "prefix counted in": (
            "return model.vocab.decode(np.array(said))",
            "return prefix + model.vocab.decode(np.array(said))",
        ),
        "numbers": ("return model.vocab.decode(np.array(said))", "return said"),
        "the unlikeliest": ("argmax()", "argmin()"),
        "a letter too many": ("range(n)", "range(n + 1)"),
        "one said, then itself": (NEXT, "read = np.array(said[:1])"),
        "prefix not read": (
            "model.vocab.encode(prefix), None",
            "model.vocab.encode(prefix)[-1:], None",
        ),
    },
}
