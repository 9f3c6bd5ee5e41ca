"""Answers to exercise 05."""

LINE = "product = W_h.T @ product"
FATE = """def fate(W_h, name):
    W_h = np.asarray(W_h, {dtype})
    rho = max(abs(v) for v in np.linalg.eigvals(W_h))
    most = {{"tanh": 1, "sigmoid": 1 / 4, "ReLU": 1}}[name]
    bound = most * {largest}
    return [rho, bound, "vanishes" if bound < 1 else "open" if most * rho <= 1 else "can explode"]
"""
RADIUS = "np.abs(np.linalg.eigvals(W_h)).max()"
LOOPS = """def clipped(grads, θ):
    total = 0.0
    for g in grads:
        for v in np.ravel(g):
            total += float(v) ** 2
    if total <= θ**2:
        return [g.copy() for g in grads]
    return [g * (θ / total**0.5) for g in grads]
"""
FLAT = """def clipped(grads, θ):
    flat = np.concatenate([np.ravel(g) for g in grads]).astype({dtype})
    short = flat * min(1.0, θ / max(np.linalg.norm(flat), 1e-30))
    found, at = [], 0
    for g in grads:
        found.append(short[at : at + g.size].reshape(g.shape))
        at += g.size
    return found
"""
IN_PLACE = """def clipped(grads, θ):
    length = np.sqrt(sum(np.sum(g**2) for g in grads))
    for g in grads:
        g *= min(1.0, θ / length) if length else 1.0
    return grads
"""
EACH = """def clipped(grads, θ):
    norms = [np.linalg.norm(g) for g in grads]
    return tuple(g * (θ / n) if n > θ else g for g, n in zip(grads, norms))
"""
LENGTH = "np.sqrt(sum(np.sum(g**2) for g in grads))"
FACTOR = "θ / length if length > θ else 1.0"
SHORT = "short, _ = optim.clip_by_global_norm(grads, θ)"
STEP = """def mended(params, grads, lr, θ):
    norm = np.sqrt(sum(np.einsum("...,...", g.ravel(), g.ravel()).sum() for g in grads))
    factor = lr * θ / norm if norm > θ else lr
    return [{step} for p, g in zip(params, grads)]
"""
AS_PRINTED = """def mended(params, grads, lr, θ):
    steps = tuple(lr * g for g in grads)
    norm = optim.global_norm(steps)
    factor = {factor}
    return tuple(p - factor * s for p, s in zip(params, steps))
"""
AFTERWARDS = """def mended(params, grads, lr, θ):
    return optim.clip_by_global_norm(tuple(p - lr * g for p, g in zip(params, grads)), θ)[0]
"""
EACH_STEP = """def mended(params, grads, lr, θ):
    short = [optim.clip_by_global_norm((g,), θ)[0][0] for g in grads]
    return tuple(p - lr * g for p, g in zip(params, short))
"""

RIGHT = {
    "05-left": {
        "from the right": (LINE, "product = product @ W_h.T"),
        "transposed at the end": (LINE, "product = (product.T @ W_h).T"),
        "einsum": (LINE, 'product = np.einsum("ji,jk", W_h, product)'),
        "single precision": (LINE, "product = (W_h.T @ product).astype(np.float32)"),
        "a power": (LINE, "product = np.linalg.matrix_power(W_h, k).T"),
        "a loop": (LINE, "product = np.array([[c @ p for p in product.T] for c in W_h.T])"),
    },
    "05-fate": {
        "a list, a loop": FATE.format(dtype="float", largest="np.linalg.svd(W_h)[1][0]"),
        "single precision": FATE.format(dtype="np.float32", largest="np.linalg.norm(W_h, 2)"),
        "the root of the largest eigenvalue of WᵀW": FATE.format(
            dtype="float", largest="np.sqrt(np.linalg.eigvalsh(W_h.T @ W_h)[-1])"
        ),
    },
    "05-clipped": {
        "loops": LOOPS,
        "one long vector": FLAT.format(dtype="float"),
        "single precision": FLAT.format(dtype="np.float32"),
        "einsum": (LENGTH, 'sum(np.einsum("i,i", g.ravel(), g.ravel()) for g in grads) ** 0.5'),
        "divided": (FACTOR, "1 / max(1.0, length / θ)"),
    },
    "05-mended": {
        "its own norm": STEP.format(step="p - factor * g"),
        "single precision": STEP.format(step="p - np.float32(factor) * g.astype(np.float32)"),
        "the bound scaled": (
            f"    {SHORT}\n    return tuple(p - lr * g for p, g in zip(params, short, strict=True))",
            "    way = optim.clip_by_global_norm(tuple(lr * g for g in grads), lr * θ)[0]\n"
            "    return tuple(p - s for p, s in zip(params, way))",
        ),
    },
}

WRONG = {
    "05-left": {
        "not transposed": (LINE, "product = W_h @ product"),
        "entry by entry": (LINE, "product = W_h.T * product"),
        "not assigned": (LINE, "W_h.T @ product"),
        "entry by entry, not transposed": (LINE, "product = W_h * product"),
        "one step only": (LINE, "product = W_h.T"),
        "two at a time": (LINE, "product = W_h.T @ W_h.T @ product"),
        "W times its transpose": (LINE, "product = W_h.T @ W_h @ product"),
        "transposed every second time": (LINE, "product = (W_h @ product).T"),
        "a sum": (LINE, "product = product + W_h.T"),
        "the slogan": (LINE, "product = spectrum.spectral_radius(W_h) * product"),
        "the bound": (LINE, "product = spectrum.largest_singular_value(W_h) * product"),
        "the gradient at every step": (LINE, "product = W_h.T @ product * g"),
        "nothing": (LINE, "pass"),
    },
    "05-fate": {
        "real parts": (RADIUS, "np.linalg.eigvals(W_h).real.max()"),
        "real parts' sizes": (RADIUS, "np.abs(np.linalg.eigvals(W_h).real).max()"),
        "the smallest": (RADIUS, "np.abs(np.linalg.eigvals(W_h)).min()"),
        "the first": (RADIUS, "abs(np.linalg.eigvals(W_h)[0])"),
        "the last": (RADIUS, "abs(np.linalg.eigvals(W_h)[-1])"),
        "as if symmetric": (RADIUS, "np.abs(np.linalg.eigvalsh(W_h)).max()"),
        "as if symmetric, the upper half": (
            RADIUS,
            'np.abs(np.linalg.eigvalsh(W_h, UPLO="U")).max()',
        ),
        "the largest on the diagonal": (RADIUS, "np.abs(np.diag(W_h)).max()"),
        "s_max for ρ": (RADIUS, "np.linalg.norm(W_h, 2)"),
        "ρ for s_max": ("np.linalg.norm(W_h, 2)", "np.abs(np.linalg.eigvals(W_h)).max()"),
        "Frobenius norm": ("np.linalg.norm(W_h, 2)", "np.linalg.norm(W_h)"),
        "largest entry": ("np.linalg.norm(W_h, 2)", "np.abs(W_h).max()"),
        "slope of the sigmoid ½": ("0.25", "0.5"),
        "slope of the sigmoid 1": ("0.25", "1.0"),
        "tanh like a sigmoid": ('"tanh": 1.0', '"tanh": 0.25'),
        "slope forgotten in the bound": ("steepest * np", "np"),
        "slope forgotten in the verdict": ("steepest * rho > 1", "rho > 1"),
        "by ρ alone": ("if bound < 1:", "if steepest * rho < 1:"),
        "by the bound alone": ("steepest * rho > 1", "bound > 1"),
        "never open": (' if steepest * rho > 1 else "open"', ""),
        "words exchanged": ("bound < 1", "bound > 1"),
        "the word alone": ("return rho, bound, word", "return word"),
        "exchanged": ("return rho, bound, word", "return bound, rho, word"),
    },
    "05-clipped": {
        "each array on its own": EACH,
        "in place": IN_PLACE,
        "every entry": ("factor * g for", "np.clip(g, -θ, θ) for"),
        "no root": (LENGTH, "sum(np.sum(g**2) for g in grads)"),
        "sum of the norms": (LENGTH, "sum(np.linalg.norm(g) for g in grads)"),
        "largest of the norms": (LENGTH, "max(np.linalg.norm(g) for g in grads)"),
        "first array alone": (LENGTH, "np.linalg.norm(grads[0])"),
        "largest entry": (LENGTH, "max(np.abs(g).max() for g in grads)"),
        "s_max of a matrix": (
            LENGTH,
            "np.sqrt(sum(np.linalg.norm(g, 2 if g.ndim == 2 else None) ** 2 for g in grads))",
        ),
        "mean of the squares": (LENGTH, "np.sqrt(np.mean([np.mean(g**2) for g in grads]))"),
        "always of length θ": (FACTOR, "θ / length if length else 1.0"),
        "divided by zero": (FACTOR, "θ / length"),
        "max for min": (FACTOR, "max(1.0, θ / max(length, 1e-9))"),
        "to length 1": (FACTOR, "1 / length if length > θ else 1.0"),
        "upside down": (FACTOR, "length / θ if length > θ else 1.0"),
        "times θ": (FACTOR, "θ if length > θ else 1.0"),
        "long ones thrown away": (FACTOR, "0.0 if length > θ else 1.0"),
        "one long vector": (
            "return tuple(factor * g for g in grads)",
            "return factor * np.concatenate([np.ravel(g) for g in grads])",
        ),
    },
    "05-mended": {
        "as printed": AS_PRINTED.format(factor="θ / norm if norm > θ else 1.0"),
        "η twice": AS_PRINTED.format(factor="lr * θ / norm if norm > θ else lr"),
        "always clipped": AS_PRINTED.format(factor="lr * θ / max(norm, 1e-9)"),
        "only long ones mended": AS_PRINTED.format(factor="lr * θ / norm if norm > θ else 1.0"),
        "not clipped": (SHORT, "short = grads"),
        "bound times η": (SHORT, "short, _ = optim.clip_by_global_norm(grads, lr * θ)"),
        "bound over η": (SHORT, "short, _ = optim.clip_by_global_norm(grads, θ / lr)"),
        "each array on its own": EACH_STEP,
        "the parameters clipped": AFTERWARDS,
        "uphill": ("p - lr * g", "p + lr * g"),
        "η forgotten": ("p - lr * g", "p - g"),
        "the step alone": ("p - lr * g", "-lr * g"),
    },
}
