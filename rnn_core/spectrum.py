"""Matrices W_h with a chosen spectrum, and how products of them grow or shrink.

Norms of long products leave the range of floats (0.5²⁰⁰⁰ is 0, 2²⁰⁰⁰ is infinite), so everything that is a
product over time is returned as a **natural logarithm** of a norm.
"""

import numpy as np

from . import check


def orthogonal(rng, n):
    """A random orthogonal n × n matrix, WᵀW = I: all singular values 1, all |λ| = 1 (Haar-distributed)."""
    check.generator(rng)
    n = check.count("n", n)
    q, r = np.linalg.qr(rng.normal(size=(n, n)))
    return q * np.sign(np.diag(r))  # makes the distribution uniform (Mezzadri 2007)


def with_eigenvalues(rng, eigenvalues, departure=0.0):
    """A real matrix Q (D + N) Qᵀ with these eigenvalues; Q orthogonal and random.

    D is block diagonal: λ for a real eigenvalue, [[a, b], [−b, a]] for a pair a ± ib. N is strictly above
    the blocks with ‖N‖_F = departure, Henrici's departure from normality; at 0 the matrix is normal.
    eigenvalues: (n,) finite numbers, closed under conjugation. Raises ValueError otherwise, and for
    departure < 0 or departure > 0 where no entry lies above the blocks.
    """
    check.generator(rng)
    blocks = _blocks(eigenvalues)
    n = sum(len(block) for block in blocks)
    departure = check.number("departure", departure, least=0.0)
    W, at = np.zeros((n, n)), 0
    above = np.ones((n, n), dtype=bool)
    for block in blocks:
        end = at + len(block)
        W[at:end, at:end] = block
        above[at:, :end] = False
        at = end
    if departure:
        W += _scaled(np.where(above, rng.normal(size=(n, n)), 0.0), departure)
    q = orthogonal(rng, n)
    return q @ W @ q.T


def _scaled(N, norm):
    size = np.linalg.norm(N)
    if size == 0:
        raise ValueError(
            f"departure: got {norm}, wanted 0: one real eigenvalue or one pair makes a normal matrix"
        )
    return N * (norm / size)


def _blocks(eigenvalues):
    """One 1 × 1 block for each real eigenvalue, one 2 × 2 block for each conjugate pair."""
    values = check.array("eigenvalues", eigenvalues)
    good = values.dtype.kind in "iufc" and values.ndim == 1 and values.size > 0
    if not (good and np.isfinite(values).all()):
        raise ValueError(f"eigenvalues: got {eigenvalues!r}, wanted (n,) finite numbers, n ≥ 1")
    values = values.astype(complex)
    above, below = values[values.imag > 0], values[values.imag < 0].conj()
    paired = above.size == below.size and np.allclose(
        np.sort_complex(above), np.sort_complex(below), rtol=1e-12, atol=0
    )
    if not paired:
        raise ValueError(
            f"eigenvalues: got {eigenvalues!r}, wanted a conjugate a − ib for every a + ib: W_h is real"
        )
    real = [np.array([[v.real]]) for v in values[values.imag == 0]]
    return [np.array([[v.real, v.imag], [-v.imag, v.real]]) for v in above] + real


def circle_of_eigenvalues(n, radius, angle):
    """n eigenvalues of one magnitude: radius · e^{±iθ}, θ evenly spread up to `angle` (radians, 0 … π).

    angle = 0 puts all of them on `radius`; an odd n has one real eigenvalue. Raises ValueError for
    radius < 0 and for angles outside 0 … π.
    """
    n, radius = check.count("n", n), check.number("radius", radius, least=0.0)
    angle = check.number("angle", angle, least=0.0, most=np.pi)
    pairs = n // 2
    theta = angle * np.arange(1, pairs + 1) / max(pairs, 1)
    up = radius * np.exp(1j * theta)
    return np.concatenate([up, up.conj(), [radius] * (n % 2)])


def with_singular_values(rng, singular_values):
    """U diag(s) Vᵀ with random orthogonal U and V. singular_values: (n,) numbers ≥ 0, else ValueError."""
    check.generator(rng)
    s = _numbers("singular_values", singular_values)
    if (s < 0).any():
        raise ValueError(f"singular_values: got {s.min()}, wanted numbers of 0 or more")
    return (orthogonal(rng, len(s)) * s) @ orthogonal(rng, len(s)).T


def eigenvalues_of(W):
    """(n,) the eigenvalues λ of W (n, n), as complex numbers; ValueError where it is not square."""
    return np.linalg.eigvals(_square(W)).astype(complex)


def spectral_radius(W):
    """ρ(W) = max |λ|. W (n, n); ValueError where it is not square."""
    return float(np.abs(eigenvalues_of(W)).max())


def largest_singular_value(W):
    """s_max(W) = max ‖W v‖ / ‖v‖, the most that one product can stretch a vector. W (n, n)."""
    return float(np.linalg.norm(_square(W), 2))


def condition_number(W):
    """κ(W) = s_max / s_min; infinite for a singular W. W (n, n)."""
    return float(np.linalg.cond(_square(W)))


def circle_carried(W, K):
    """(K + 1, 2, 121) a circle of vectors of length 1, and what W, W², …, W^K make of it. W (2, 2)."""
    W, K = check.floats("W", W, (2, 2)), check.count("K", K, least=0)
    turn = np.linspace(0, 2 * np.pi, 121)
    images = [np.stack([np.cos(turn), np.sin(turn)])]
    for _ in range(K):
        images.append(W @ images[-1])
    return np.array(images)


def log_norms_of_powers(W, K):
    """(K + 1,) ln ‖W^k‖₂ for k = 0 … K; −inf where the power is exactly 0. W (n, n), K ≥ 0."""
    W, K = _square(W), check.count("K", K, least=0)
    return log_norms_of_products(np.broadcast_to(W, (K, *W.shape)))


def jacobians(cell, tape):
    """(T, B, n_s, n_s) ∂s_t/∂s_{t−1} for every step of a forward pass; for an RNN that is diag(f′(z_t)) W_h.

    The state s_t is h_t; for an LSTM it is h_t and, below it, c_t, so that its Jacobian has four blocks.
    """
    back, (T, B, n_h) = cell.back(_whole(tape)), tape.h.shape
    units = np.eye(cell.parts * n_h, dtype=tape.h.dtype)
    rows = [back(slice(None), np.broadcast_to(e, (T, B, len(e))))[1] for e in units]
    return np.stack(rows, axis=-2)


def log_norms_of_products(factors):
    """(K + 1,) ln ‖F_1 F_2 ⋯ F_k‖₂ for k = 0 … K; factors (K, n, n). The order is that of the array.

    The product is rescaled after every factor, so that hundreds of them neither overflow nor vanish.
    """
    factors = check.array("factors", factors)
    if factors.ndim != 3 or factors.shape[1] != factors.shape[2] or factors.shape[1] == 0:
        raise ValueError(f"factors: got shape {factors.shape}, wanted (K, n, n)")
    K, n = factors.shape[:2]
    if K:
        check.floats("factors", factors, (K, n, n))
    product, log_scale = np.eye(n), np.zeros(K + 1)
    kept = np.empty((K + 1, n, n))
    kept[0] = product
    for k in range(K):
        product = product @ factors[k]
        size = np.abs(product).max()
        if size > 0:
            product = product / size
        log_scale[k + 1] = log_scale[k] + (np.log(size) if size > 0 else -np.inf)
        kept[k + 1] = product
    with np.errstate(divide="ignore"):  # ln 0 = −inf is the answer
        return log_scale + np.log(np.linalg.norm(kept, 2, axis=(1, 2)))


def lyapunov_exponent(cell, x, rng, state=None):
    """λ₁ = lim (1/T) ln ‖J_T ⋯ J_1 v‖: the mean rate, in nats a step, at which a small difference grows.

    Positive: nearby states part (chaos, for inputs held the same); negative: they forget where they began.
    x (T, B, n_x) or symbols; the mean over the B rows is returned, −inf where a difference dies at once.
    Raises ValueError for a cell with gates.
    """
    _, tape = check.simple_cell(cell).forward(x, state)
    B, n_h = tape.state.shape
    v = check.generator(rng).normal(size=(B, n_h))
    v /= np.linalg.norm(v, axis=1, keepdims=True)
    total = np.zeros(B)
    for slope in cell.slope(tape.h):
        v = slope * (v @ cell.W_h.T)
        size = np.linalg.norm(v, axis=1)
        if (size == 0).any():
            return -np.inf
        total += np.log(size)
        v /= size[:, None]
    return float(total.mean() / len(tape.h))


def fit_gamma(norms):
    """γ of ‖∂L/∂h_t‖ ≈ ‖∂L/∂h_T‖ γ^{T−t}: the geometric mean of the steps' contraction.

    norms (T,) > 0, T ≥ 2, in the order of time. γ is fitted by least squares to ln norms against t.
    """
    norms = _numbers("norms", norms)
    if len(norms) < 2 or (norms <= 0).any():
        raise ValueError(f"norms: got {norms!r}, wanted two or more numbers above 0")
    lag = np.arange(len(norms))[::-1]
    return float(np.exp(np.polyfit(lag, np.log(norms), 1)[0]))


def _whole(tape):
    """A tape in which every row has all T steps: beyond its length a row has no Jacobian."""
    if tape.lengths is not None:
        raise ValueError(f"tape: got lengths {tape.lengths}, wanted rows that all have T steps")
    return tape


def _numbers(name, values):
    """A list or array of finite numbers (n,), as float64."""
    values = check.array(name, values)
    values = values.astype(float) if values.dtype.kind in "iu" else values
    return check.floats(name, values, ("n",)).astype(float)


def _square(W):
    W = check.floats("W", W, ("n", "n"))
    if W.shape[0] != W.shape[1]:
        raise ValueError(f"W: got shape {W.shape}, wanted (n, n)")
    return W


def log_gradient_norms(cell, tape, v):
    """(T + 1,) ln ‖∂L/∂h_t‖ for t = 0 … T, where L is felt at the end only, ∂L/∂h_T = v.

    v (B, n_h); the norm is over all rows. Rescaled at every step, so that hundreds of steps stay in range;
    −inf from where the gradient is exactly 0. For an LSTM the gradient of h_t and c_t together.
    """
    T, B, n_h = _whole(tape).h.shape
    v = check.floats("v", v, (B, n_h), tape.h.dtype, " like the state")
    back, v = cell.back(tape), cell.beside_nothing(v)
    logs, scale = np.full(T + 1, -np.inf), 0.0
    for t in range(T, -1, -1):
        size = np.linalg.norm(v)
        if size == 0:
            break
        scale, v = scale + np.log(size), v / size
        logs[t] = scale
        v = back(t - 1, v)[1] if t else v
    return logs
