"""Answers to exercise 11."""

FRAME = 'film["width"] * film["height"] * 3'
FRAMES = 'film["minutes"] * 60 * film["frames_per_second"]'
FILTERS = 'film["features"] * (film["patch"] ** 2 * 3 + 1)'
TOLD = 'frame, frame * frames, film["units"] * frame, filters'

LOOP = """    ys = [None] * len(xs)
    order = range(len(xs))
    for t in reversed(order) if reverse else order:
        carry, ys[t] = step(carry, xs[t])
    return carry, np.stack(ys)
"""
STEP = """    def step(h, x_t):
        h = np.tanh(x_t @ W_x.T + h @ W_h.T + b)
        return h, h

    return scan(step, h_0, x)[1]
"""
APPENDED = """    ys = []
    for x in {order}:
        carry, y = step(carry, x)
        ys.append(y)
    return {result}
"""
RECURSIVE = """    if len(xs) == 0:
        return carry, []
    first, rest = (xs[-1], xs[:-1]) if reverse else (xs[0], xs[1:])
    carry, y = step(carry, first)
    carry, ys = scan(step, carry, rest, reverse)
    return carry, np.array([*ys, y] if reverse else [y, *ys])
"""
FILLED = """    found = {}
    for t in sorted(range(len(xs)), reverse=reverse):
        carry, found[t] = step(carry, xs[t])
    return carry, np.array([found[t] for t in range(len(xs))])
"""
PROJECTED = """    def step(h, z):
        h = np.tanh(z + np.einsum("bk,hk->bh", h, W_h))
        return h, h

    return scan(step, h_0, np.einsum("tbx,hx->tbh", x, W_x) + b)[1]
"""
SINGLE = """    single = lambda a: np.asarray(a, np.float32)
    def step(h, x_t):
        h = np.tanh(single(x_t) @ single(W_x).T + h @ single(W_h).T + single(b))
        return h, h

    return scan(step, single(h_0), x)[1]
"""
WITHOUT = """    hs, h = [], h_0
    for x_t in x:
        h = np.tanh(x_t @ W_x.T + h @ W_h.T + b)
        hs.append(h)
    return np.array(hs)
"""

TREE = """def descended(params, grads, lr):
    if params is None:
        return None
    if isinstance(params, dict):
        return {{name: descended(params[name], grads[name], lr) for name in params}}
    if isinstance(params, (tuple, list)):
        parts = [descended(p, g, lr) for p, g in zip(params, grads)]
        return {made}
    return {end}
"""
MADE = "type(params)(*parts) if hasattr(params, '_fields') else type(params)(parts)"
MAPPED = """def descended(params, grads, lr):
    def walk(p, g):
        match p:
            case None:
                return None
            case dict():
                return {name: walk(part, g[name]) for name, part in p.items()}
            case list():
                return [walk(a, b) for a, b in zip(p, g)]
            case tuple() if hasattr(p, "_make"):
                return type(p)(*map(walk, p, g))
            case tuple():
                return tuple(map(walk, p, g))
        return p - lr * g

    return walk(params, grads)
"""
REPLACED = """def descended(params, grads, lr):
    again = lambda p, g: descended(p, g, lr)
    if hasattr(params, "_fields"):
        return params._replace(**{f: again(getattr(params, f), getattr(grads, f)) for f in params._fields})
    if isinstance(params, dict):
        return dict(zip(params, (again(params[k], grads[k]) for k in params)))
    if type(params) in (tuple, list):
        return type(params)(again(p, g) for p, g in zip(params, grads))
    return None if params is None else np.subtract(params, np.multiply(lr, grads))
"""
IN_PLACE = """def descended(params, grads, lr):
    if params is None:
        return None
    if isinstance(params, dict):
        return {name: descended(params[name], grads[name], lr) for name in params}
    if isinstance(params, (tuple, list)):
        parts = [descended(p, g, lr) for p, g in zip(params, grads)]
        return type(params)(*parts) if hasattr(params, "_fields") else type(params)(parts)
    params -= lr * grads
    return params
"""
OVERWRITTEN = """def descended(params, grads, lr):
    if isinstance(params, {kinds}):
        for k in params if isinstance(params, dict) else range(len(params)):
            params[k] = descended(params[k], grads[k], lr)
        return params
    if params is None:
        return None
    if isinstance(params, dict):
        return {{name: descended(params[name], grads[name], lr) for name in params}}
    if isinstance(params, (tuple, list)):
        parts = [descended(p, g, lr) for p, g in zip(params, grads)]
        return type(params)(*parts) if hasattr(params, "_fields") else type(params)(parts)
    return params - lr * grads
"""
OURS = """def descended(params, grads, lr):
    from rnn_core.tree import tree_map
    return tree_map(lambda p, g: p - lr * g, params, grads)
"""

BIASES = "(b_x, b_h) if kind is GRU else (b_x + b_h,)"
MOVED = 'ManyToMany(kind(W_x, W_h, *biases), Readout(state["head.weight"], state["head.bias"]))'
HEAD = 'Readout(state["head.weight"], state["head.bias"])'
NAMES = 'names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")'
BY_HAND = """def moved(state, kind):
    cell = [state["rnn.weight_ih_l0"], state["rnn.weight_hh_l0"], state["rnn.bias_ih_l0"]]
    if kind is GRU:
        cell.append(state["rnn.bias_hh_l0"])
    else:
        cell[2] = cell[2] + state["rnn.bias_hh_l0"]
    return ManyToMany(kind(*cell), Readout(W_y=state["head.weight"], c=state["head.bias"]))
"""
GATES_ALONE = """def moved(state, kind):
    W_x, W_h = state["rnn.weight_ih_l0"], state["rnn.weight_hh_l0"]
    b_x, b_h = state["rnn.bias_ih_l0"], state["rnn.bias_hh_l0"]
    if kind is GRU:  # of the gates r and z the sum counts alone
        n = W_h.shape[1]
        inside = np.concatenate([np.zeros(2 * n), b_h[2 * n :]])
        cell = GRU(W_x, W_h, b_x + b_h - inside, inside)
    else:
        cell = kind(W_x, W_h, b_x + b_h)
    return ManyToMany(cell, Readout(state["head.weight"], state["head.bias"]))
"""
WITNESS = """def moved(state, kind):{first}
    cell = {{name[4:]: array for name, array in state.items() if name.startswith("rnn.")}}
    return ManyToMany({call}(cell, kind), Readout(state["head.weight"], state["head.bias"]))
"""
AGAIN = "from rnn_core.pytorch_weights import from_pytorch"
HALVED = """def moved(state, kind):
    W_x, W_h = state["rnn.weight_ih_l0"], state["rnn.weight_hh_l0"]
    b = state["rnn.bias_ih_l0"] + state["rnn.bias_hh_l0"]
    biases = (b / 2, b / 2) if kind is GRU else (b,)
    return ManyToMany(kind(W_x, W_h, *biases), Readout(state["head.weight"], state["head.bias"]))
"""
BLOCKS_MOVED = """def moved(state, kind):
    order = {order}
    turn = lambda a: np.concatenate([np.split(a, len(order[kind]))[k] for k in order[kind]])
    W_x, W_h, b_x, b_h = (
        turn(state[f"rnn.{{n}}_l0"]) for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    biases = (b_x, b_h) if kind is GRU else (b_x + b_h,)
    return ManyToMany(kind(W_x, W_h, *biases), Readout(state["head.weight"], state["head.bias"]))
"""

NEXT, OUT = "h = 0.5 * h + x", "return h, larger(h, 0.0)"
OUTSIDE = """memory = {"h": 0.0}


def mended(h, x):
    memory["h"] = 0.5 * memory["h"] + x
    return memory["h"], larger(memory["h"], 0.0)
"""

RIGHT = {
    "11-sizes": {
        "in one line": (TOLD, f"{FRAME}, {FRAME} * {FRAMES}, {FRAME} * film['units'], filters"),
        "an array": (TOLD, "np.array([frame, frame * frames, film['units'] * frame, filters])"),
        "biases apart": (FILTERS, "film['features'] * 3 * film['patch'] ** 2 + film['features']"),
    },
    "11-scan": {
        "appended and turned round": (
            LOOP,
            APPENDED.format(
                order="xs[::-1] if reverse else xs",
                result="carry, np.array(ys[::-1] if reverse else ys)",
            ),
        ),
        "recursive": (LOOP, RECURSIVE),
        "a dictionary": (LOOP, FILLED),
        "inputs projected before": (STEP, PROJECTED),
        "single precision": (STEP, SINGLE),
    },
    "11-tree": {
        "matched": MAPPED,
        "with _replace": REPLACED,
        "keys in the order of the alphabet, as jax.tree.map has them": TREE.replace(
            "for name in params}", "for name in sorted(params)}"
        ).format(made=MADE, end="params - lr * grads"),
        "single precision": TREE.format(
            made=MADE, end="np.float32(params) - np.float32(lr) * np.float32(grads)"
        ),
    },
    "11-moved": {
        "by hand": BY_HAND,
        "the gates' biases summed, the proposal's not": GATES_ALONE,
        "single precision": (
            '(state[f"rnn.{name}_l0"] for name in names)',
            '(np.float32(state[f"rnn.{name}_l0"]) for name in names)',
        ),
    },
    "11-traced": {
        "with abs": (OUT, "return h, 0.5 * (h + abs(h))"),
        "the other way round": (
            f"{NEXT}\n    {OUT}",
            "new = x + h * 0.5\n    return [new, larger(0.0, new)]",
        ),
        "in small steps": (
            f"{NEXT}\n    {OUT}",
            "h = h - 0.5 * h\n    h = h + x\n    return h, -1.0 * (0.0 - larger(h, 0.0))",
        ),
        "a quotient": (NEXT, "h = h / 2 + x"),
        "minus minus": (OUT, "return h, h + larger(-h, 0.0)"),
    },
}

WRONG = {
    "11-sizes": {
        "no colours": (FRAME, 'film["width"] * film["height"]'),
        "four colours": (FRAME, 'film["width"] * film["height"] * 4'),
        "width and height added": (FRAME, '(film["width"] + film["height"]) * 3'),
        "minutes for seconds": (FRAMES, 'film["minutes"] * film["frames_per_second"]'),
        "one frame a second": (FRAMES, 'film["minutes"] * 60'),
        "hours": (FRAMES, 'film["minutes"] * 3600 * film["frames_per_second"]'),
        "W_x with biases": ('film["units"] * frame', 'film["units"] * (frame + 1)'),
        "W_h as well": ('film["units"] * frame', 'film["units"] * (frame + film["units"])'),
        "W_x for the film": ('film["units"] * frame', 'film["units"] * frame * frames'),
        "a filter of one colour": (FILTERS, 'film["features"] * (film["patch"] ** 2 + 1)'),
        "no biases in the filters": (FILTERS, 'film["features"] * film["patch"] ** 2 * 3'),
        "one bias for all": (FILTERS, 'film["features"] * film["patch"] ** 2 * 3 + 1'),
        "patch not squared": (FILTERS, 'film["features"] * (film["patch"] * 3 + 1)'),
        "a filter for each place": (FILTERS, 'frame * film["features"] * film["patch"] ** 2'),
        "the own film for both": (FRAME, FRAME.replace("film", "mine")),
        "only the film that all have": (FRAME, "1920 * 1080 * 3"),
        "the units of the own film": ('film["units"]', 'mine["units"]'),
        "25 frames a second": (FRAMES, 'film["minutes"] * 60 * 25'),
        "three numbers": (TOLD, 'frame, frame * frames, film["units"] * frame'),
    },
    "11-scan": {
        "the state never advances": (LOOP, LOOP.replace("carry, ys[t] =", "_, ys[t] =")),
        "the first carry returned": (
            LOOP,
            LOOP.replace("    ys =", "    first = carry\n    ys =").replace(
                "return carry", "return first"
            ),
        ),
        "outputs reversed in reverse": (
            LOOP,
            APPENDED.format(order="xs[::-1] if reverse else xs", result="carry, np.array(ys)"),
        ),
        "reverse not done": (LOOP, LOOP.replace("reversed(order) if reverse else order", "order")),
        "only outputs turned round": (
            LOOP,
            APPENDED.format(order="xs", result="carry, np.array(ys[::-1] if reverse else ys)"),
        ),
        "always in reverse": (
            LOOP,
            LOOP.replace("reversed(order) if reverse else order", "reversed(order)"),
        ),
        "a list": (LOOP, LOOP.replace("np.stack(ys)", "ys")),
        "ys first": (LOOP, LOOP.replace("carry, np.stack(ys)", "np.stack(ys), carry")),
        "only ys": (LOOP, LOOP.replace("carry, np.stack(ys)", "np.stack(ys)")),
        "along the last axis": (LOOP, LOOP.replace("np.stack(ys)", "np.stack(ys, axis=-1)")),
        "joined, not stacked": (
            LOOP,
            LOOP.replace("np.stack(ys)", "np.concatenate([np.atleast_1d(y) for y in ys])"),
        ),
        "a carry made an array": (LOOP, LOOP.replace("return carry", "return np.asarray(carry)")),
        "the last left out": (LOOP, LOOP.replace("range(len(xs))", "range(len(xs) - 1)")),
        "carries for outputs": (
            LOOP,
            LOOP.replace(
                "carry, ys[t] = step(carry, xs[t])",
                "carry, _ = step(carry, xs[t])\n        ys[t] = carry",
            ),
        ),
        "carry and output exchanged": (LOOP, LOOP.replace("carry, ys[t] =", "ys[t], carry =")),
        "states without scan": (STEP, WITHOUT),
        "the last state": ("return scan(step, h_0, x)[1]", "return scan(step, h_0, x)[0]"),
        "both returned": ("return scan(step, h_0, x)[1]", "return scan(step, h_0, x)"),
        "h_0 left out": ("scan(step, h_0, x)", "scan(step, 0 * h_0, x)"),
        "no bias": ("W_h.T + b)", "W_h.T)"),
        "no tanh": ("np.tanh(x_t", "(x_t"),
        "W_h transposed": ("h @ W_h.T", "h @ W_h"),
        "no recurrence": (" + h @ W_h.T", ""),
        "states backwards": ("scan(step, h_0, x)", "scan(step, h_0, x, reverse=True)"),
        "the pre-activation carried": (
            "h = np.tanh(x_t @ W_x.T + h @ W_h.T + b)\n        return h, h",
            "z = x_t @ W_x.T + h @ W_h.T + b\n        return z, np.tanh(z)",
        ),
    },
    "11-tree": {
        "rnn_core's own": OURS,
        "arrays alone": "def descended(params, grads, lr):\n    return params - lr * grads\n",
        "plus": TREE.format(made=MADE, end="params + lr * grads"),
        "no rate": TREE.format(made=MADE, end="params - grads"),
        "the step alone": TREE.format(made=MADE, end="-lr * grads"),
        "the other difference": TREE.format(made=MADE, end="grads - lr * params"),
        "all tuples": TREE.format(made="tuple(parts)", end="params - lr * grads"),
        "all lists": TREE.format(made="parts", end="params - lr * grads"),
        "named ones become tuples": TREE.format(
            made="type(params)(parts) if type(params) is list else tuple(parts)",
            end="params - lr * grads",
        ),
        "one level": TREE.replace("descended(p, g, lr) for", "p - lr * g for").format(
            made=MADE, end="params - lr * grads"
        ),
        "no dictionaries": TREE.replace("isinstance(params, dict)", "False").format(
            made=MADE, end="params - lr * grads"
        ),
        "dictionaries by order": TREE.replace(
            "descended(params[name], grads[name], lr) for name in params",
            "name: 0 for name in ()",
        )
        .replace(
            "{{name: name: 0 for name in ()}}",
            "dict(zip(params, map(descended, params.values(), grads.values(), [lr] * len(params))))",
        )
        .format(made=MADE, end="params - lr * grads"),
        "None forgotten": TREE.replace("params is None", "False").format(
            made=MADE, end="params - lr * grads"
        ),
        "None becomes 0": TREE.replace("return None", "return 0.0").format(
            made=MADE, end="params - lr * grads"
        ),
        "in place": IN_PLACE,
        "the slopes scaled in place": TREE.replace(
            "return {end}", "grads *= lr\n    return {end}"
        ).format(made=MADE, end="params - grads"),
        "a list overwritten": OVERWRITTEN.format(kinds="list"),
        "a dictionary overwritten": OVERWRITTEN.format(kinds="dict"),
        "names lost": TREE.replace(
            "{{name: descended(params[name], grads[name], lr) for name in params}}",
            "[descended(params[name], grads[name], lr) for name in params]",
        ).format(made=MADE, end="params - lr * grads"),
    },
    "11-moved": {
        "summed for all": (BIASES, "(b_x + b_h, 0 * b_h) if kind is GRU else (b_x + b_h,)"),
        "summed into b_h": (BIASES, "(0 * b_x, b_x + b_h) if kind is GRU else (b_x + b_h,)"),
        "exchanged": (BIASES, "(b_h, b_x) if kind is GRU else (b_x + b_h,)"),
        "halved": HALVED,
        "counted twice": (BIASES, "(b_x + b_h, b_h) if kind is GRU else (b_x + b_h,)"),
        "the second dropped": (BIASES, "(b_x, b_h) if kind is GRU else (b_x,)"),
        "the first dropped": (BIASES, "(b_x, b_h) if kind is GRU else (b_h,)"),
        "the second dropped in the GRU": (
            BIASES,
            "(b_x, 0 * b_h) if kind is GRU else (b_x + b_h,)",
        ),
        "the mean": (BIASES, "(b_x, b_h) if kind is GRU else ((b_x + b_h) / 2,)"),
        "LSTM as the GRU": (BIASES, "(b_x + b_h,) if kind is RNN else (b_x, b_h)"),
        "one for all kinds": (BIASES, "(b_x + b_h,)"),
        "weights exchanged": ("W_x, W_h, b_x, b_h =", "W_h, W_x, b_x, b_h ="),
        "recurrent weights turned": (
            "kind(W_x, W_h,",
            "kind(W_x, np.concatenate([W.T for W in np.split(W_h, len(W_h) // W_h.shape[1])]),",
        ),
        "as Keras stacks them": BLOCKS_MOVED.format(
            order="{RNN: (0,), LSTM: (0, 1, 2, 3), GRU: (1, 0, 2)}"
        ),
        "another order in the LSTM": BLOCKS_MOVED.format(
            order="{RNN: (0,), LSTM: (0, 1, 3, 2), GRU: (0, 1, 2)}"
        ),
        "no head": (MOVED, "kind(W_x, W_h, *biases)"),
        "head without bias": (HEAD, 'Readout(state["head.weight"], 0 * state["head.bias"])'),
        "head turned": (HEAD, 'Readout(state["head.weight"].T, state["head.bias"])'),
        "a pair": (MOVED, f"(kind(W_x, W_h, *biases), {HEAD})"),
        "the witness": WITNESS.format(first="", call="from_pytorch"),
        "the witness, in its module": WITNESS.format(first="", call="pytorch_weights.from_pytorch"),
        "the witness, imported inside": WITNESS.format(
            first=f"\n    {AGAIN}\n", call="from_pytorch"
        ),
        "the witness, imported before": f"{AGAIN}\n\n\n"
        + WITNESS.format(first="", call="from_pytorch"),
        "always a GRU": (BIASES, "(b_x + b_h,)\n    kind = RNN"),
    },
    "11-traced": {
        "as given": OUTSIDE,
        "written down outside as well": (OUT, 'kept["h"] = h\n    return h, larger(h, 0.0)'),
        "made anew outside": (
            f"{NEXT}\n    {OUT}",
            "global kept\n    h = 0.5 * h + x\n    kept = {'h': h}\n    return h, larger(h, 0.0)",
        ),
        "begun from outside": (
            f"{NEXT}\n    {OUT}",
            'kept["h"] = 0.5 * kept["h"] + x\n    return kept["h"], larger(kept["h"], 0.0)',
        ),
        "times its sign": (OUT, "return h, h * (h > 0)"),
        "a branch": (OUT, "return h, h if h > 0 else 0.0 * h"),
        "a branch on x": (
            f"{NEXT}\n    {OUT}",
            "h = 0.5 * h + x if x > 0.0 else x + 0.5 * h\n    return h, larger(h, 0.0) if x > 0.0 else 0.0 * h",
        ),
        "x made a number": (NEXT, "h = 0.5 * h + float(x)"),
        "h made a number": (NEXT, "h = 0.5 * float(h) + x"),
        "the output made a number": (OUT, "return h, max(float(h), 0.0)"),
        "Python's max": (OUT, "return h, max(h, 0.0)"),
        "NumPy's maximum": (OUT, "return h, np.maximum(h, 0.0)"),
        "the value taken out": (OUT, 'return h, larger(getattr(h, "value", h), 0.0)'),
        "h forgotten": (NEXT, "h = x + 0.0"),
        "all of h kept": (NEXT, "h = h + x"),
        "x halved": (NEXT, "h = 0.5 * (h + x)"),
        "the positive part carried": (OUT, "h = larger(h, 0.0)\n    return h, h"),
        "nothing cut off": (OUT, "return h, h"),
        "y alone": (OUT, "return larger(h, 0.0)"),
        "exchanged": (OUT, "return larger(h, 0.0), h"),
        "abs for the positive part": (OUT, "return h, abs(h)"),
    },
}
