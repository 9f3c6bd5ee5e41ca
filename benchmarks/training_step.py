"""One training step of the character model: the NumPy core beside JAX, PyTorch, and the processor's own limit.

    python benchmarks/training_step.py [--threads 1] [--rounds 15] [--seconds 3] [--unroll] [--avx2]
                                       [--quick]

A step: forward with the state carried on, cross-entropy, backpropagation through time, clipping, SGD; float32, the
same weights, chunks and threads for all (see engines.py). All take turns in one process, in another order in every
round; rounds before everything is compiled and warm are dropped. A ratio is that of two neighbours in one round, so
what slows the machine for a while slows both; the table has its median and quartiles over the rounds.

The limit: how fast the machine multiplies two 1024 × 1024 matrices, measured in the same rounds. A step's share of
it is (floating-point operations of its matrix products) / (its time) / (that rate): 100 % would be a step in which
nothing but products happens, at the rate of large ones. `engines.flops` has the formula.
"""

import itertools
import statistics
import time
from collections import Counter, defaultdict

import timing
from rows import Row, options, program, progress, row

SIZES = (  # V, n_h, B, T
    (28, 32, 32, 32),
    (28, 128, 32, 35),
    (65, 256, 32, 35),
    (65, 512, 32, 35),
    (65, 100, 1, 25),
    (65, 512, 64, 64),
)
QUICK = ((28, 32, 32, 32), (65, 100, 1, 25))
KINDS = ("RNN", "LSTM", "GRU")
FORMS = ("gather", "one_hot")
WARM = 6  # rounds before the first that counts; in the first of them JAX and PyTorch compile
APART = 1e-3  # how far losses and norms may lie apart, relative to their size: float32 over some hundred steps
NUMPY, JAX, EAGER, COMPILED = "NumPy", "JAX jit", "PyTorch", "torch.compile"
PRODUCTS, SQUARE = "own products", "1024³"
TIMES = "Training step: time"
RATIOS = "Training step: speed, one over the other (2 is twice as fast)"
SHARES = "Training step: share of the matrix-product limit"


class Contest:
    """All engines of one case, how far each has come, and what it took of the processors."""

    def __init__(self, engines, case, makers, notes):
        self.case, self.steps, self.seen, self.apart = case, {}, {}, 0.0
        self.busy = defaultdict(lambda: [0.0, 0.0])  # seconds of processors, of the clock
        model, chunks = engines.beginning(case)
        for name, make in makers.items():
            step = make(case, model, chunks)
            try:
                self.seen[name] = step(0)
            except Exception as error:  # a compiler's, of any kind: the others can run without it
                if name != COMPILED:
                    raise
                notes.append(f"{name} of {case.kind} failed: {first_line(error)}")
                continue
            self.steps[name] = step
        self.at = dict.fromkeys(self.steps, 1)
        self.compare()

    def turn(self, name, n):
        """work() of `timing.interleaved`: n more steps of one engine."""

        def work():
            begun = time.process_time(), time.perf_counter()
            for k in range(self.at[name], self.at[name] + n):
                self.seen[name] = self.steps[name](k)
            self.at[name] += n
            ended = time.process_time(), time.perf_counter()
            self.busy[name] = [
                s + b - a for s, a, b in zip(self.busy[name], begun, ended, strict=True)
            ]

        return work, n

    def compare(self):
        """Refuse to go on where an engine's loss or ‖g‖ is not NumPy's: it does not make the same step."""
        wanted = self.seen[NUMPY]
        for name in self.steps:
            for what, a, b in zip(("loss", "gradient norm"), self.seen[name], wanted, strict=True):
                apart = abs(a - b) / abs(b)
                if not apart <= APART:  # NaN is apart, too
                    raise ValueError(
                        f"{self.case}: after {self.at[name]} steps {name} has {what} {a:.6g}, "
                        f"wanted NumPy's {b:.6g} to {APART:g}: not the same step"
                    )
                self.apart = max(self.apart, apart)

    def run(self, names, rounds, seconds=0.0, n=1, others=()):
        """{name: seconds a step} of these engines, n steps a turn, and of other (work, steps)."""
        turns = {name: self.turn(name, n) for name in names}
        return timing.interleaved(turns | dict(others), rounds, seconds, self.compare)


def first_line(error):
    """The kind of an error and the first line of what it says."""
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0][:120]}" if said else type(error).__name__


def makers(engines, torch, unroll):
    """{name: maker} of what can run here."""
    found = {NUMPY: engines.in_numpy}
    if engines.have_jax():
        found[JAX] = engines.in_jax
    if torch:
        found |= {f"{EAGER} {form}": engines.in_pytorch(form) for form in FORMS}
        found[COMPILED] = engines.in_pytorch(compiled=True, unroll=unroll)
    return found


def contest(engines, case, makers, notes, rounds, seconds):
    """({name: seconds a step}, the form in which PyTorch was faster or None, the contest as it ended)."""
    held = Contest(engines, case, makers, notes)
    warm = held.run(held.steps, WARM)
    middle = {name: statistics.median(times[1:]) for name, times in warm.items()}
    eager = sorted((t, name) for name, t in middle.items() if name.startswith(EAGER))
    for _, slower in eager[1:]:
        del held.steps[slower]
    held.busy.clear()  # compiling may use all processors
    n = timing.steps_a_turn(middle[NUMPY])
    square, _ = engines.square()
    limits = {PRODUCTS: (repeated(engines.products(case), n), n), SQUARE: (square, 1)}
    times = held.run(held.steps, rounds, seconds, n, limits)
    form = eager[0][1].removeprefix(f"{EAGER} ") if eager else None
    names = {name: EAGER if form and name == f"{EAGER} {form}" else name for name in times}
    return {names[name]: t for name, t in times.items()}, form, held


def repeated(work, n):
    """A function that works n times."""

    def repeat():
        for _ in range(n):
            work()

    return repeat


# The rows


def targets(case):
    """{(faster, slower): target} of issue and README: NumPy's against the others, JAX's against PyTorch."""
    if case.kind != "RNN":
        return {(NUMPY, EAGER): (0.6, None), (JAX, EAGER): (1.0, None)}
    return {(NUMPY, EAGER): (2.0 if case.n_h < 256 else 1.2, None), (NUMPY, JAX): (0.9, None)}


def rows_of(engines, case, times):
    """The rows of one case, in three tables."""
    name, ran = str(case), [n for n in (NUMPY, JAX, EAGER, COMPILED) if n in times]
    found = [row(TIMES, name, n, [1000 * t for t in times[n]], "ms") for n in ran]
    speeds = [case.B * case.T / t for t in times[NUMPY]]
    found.append(row(TIMES, name, "symbols a second in NumPy", speeds))
    pairs = [(NUMPY, EAGER), (NUMPY, COMPILED), (NUMPY, JAX), (JAX, EAGER)]
    for one, other in pairs:
        if one in times and other in times:
            ratios = [b / a for a, b in zip(times[one], times[other], strict=True)]
            target = targets(case).get((one, other))
            found.append(row(RATIOS, name, f"{one} / {other}", ratios, target=target))
    return found + shares(engines, case, times, ran)


def shares(engines, case, times, ran):
    """The rows about the limit."""
    name, work, (_, of_square) = str(case), engines.flops(case), engines.square()
    rates = [of_square / t for t in times[SQUARE]]
    of = lambda n: [100 * work / t / rate for t, rate in zip(times[n], rates, strict=True)]
    target = (50.0, None) if case.kind == "RNN" and case.n_h == 512 else None
    return [
        Row(SHARES, name, "products of a step", work / 1e9, "GFLOP"),
        row(SHARES, name, "limit", [rate / 1e9 for rate in rates], "GFLOP/s"),
        row(SHARES, name, "own products alone", of(PRODUCTS), "%"),
        *(row(SHARES, name, n, of(n), "%", target if n == NUMPY else None) for n in ran),
    ]


def measure(threads=1, rounds=15, seconds=3, unroll=False, avx2=False, quick=False, sizes=None):
    """Rows for all cells and sizes, and what could not be measured."""
    import engines  # imports NumPy, which reads the number of threads then and never again

    torch, notes, rows, held = engines.settle_pytorch(threads), [], [], {}
    for name, here in ((EAGER, torch), ("JAX", engines.have_jax())):
        if not here:
            notes.append(f"{name} not measured: it is missing (make bench installs it).")
    if quick:
        rounds, seconds = 3, 0
    run = makers(engines, torch, unroll)
    if avx2 and run.pop(JAX, None):
        notes.append("JAX left out: it brings products along that use AVX-512 whatever one asks.")
    for size, kind in itertools.product(sizes or (QUICK if quick else SIZES), KINDS):
        case = engines.Case(kind, *size)
        progress(case)
        times, form, held[case] = contest(engines, case, run, notes, rounds, seconds)
        held[case].form = form
        rows += rows_of(engines, case, times)
    rows.sort(key=lambda r: KINDS.index(r.case.split()[0]))
    if avx2:
        rows = [r._replace(table=f"{r.table} (AVX2 at most)") for r in rows]
    return rows, notes + list(remarks(held.values(), threads))


def remarks(contests, threads):
    """Sentences on how the contests went: agreement, PyTorch's form, processors in use."""
    if any(len(held.steps) > 1 for held in contests):
        apart = max(held.apart for held in contests)
        yield f"Losses and gradient norms of all agree to {apart:.0e} of their size."
    forms = Counter(held.form for held in contests if held.form)
    if forms:
        told = ", ".join(f"{form} in {n} cases" for form, n in forms.most_common())
        yield f"One-hot vectors for PyTorch in the faster form of two: {told}."
    busy = {name for held in contests for name in held.busy}
    use = {}
    for name in sorted(busy):
        spent, passed = (sum(held.busy[name][k] for held in contests) for k in (0, 1))
        use[name] = spent / passed
    told = ", ".join(f"{name} {share:.2f}" for name, share in use.items())
    yield f"Processors in use, of {threads} allowed (less: others were using the machine): {told}."
    greedy = [name for name, share in use.items() if share > 1.1 * threads]
    if greedy:
        yield f"{' and '.join(greedy)} had more threads than the others: no fair comparison."


def main(arguments=None):
    parser = options(
        __doc__,
        threads=(1, "threads for each"),
        rounds=(15, "rounds at least"),
        seconds=(3, "go on with each case so long, up to ten times the rounds"),
    )
    parser.add_argument(
        "--unroll", action="store_true", help="let torch.compile take the recurrent layer apart"
    )
    parser.add_argument(
        "--avx2",
        action="store_true",
        help="hold NumPy and PyTorch to AVX2, as on laptops without AVX-512",
    )
    program(measure, parser, arguments)


if __name__ == "__main__":
    main()
