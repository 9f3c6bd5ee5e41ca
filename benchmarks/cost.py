"""How the time of a training step of the NumPy core grows with T, B and n_h: slopes in double-logarithmic scale.

    python benchmarks/cost.py [--threads 1] [--rounds 15] [--seconds 3] [--quick]

time ∝ sizeˢ has the slope s; it is fitted (least squares) to the logarithms of the times at sizes that double, in
every round, and the table has the median and the quartiles over the rounds. All but the size that grows stay at
V 65, n_h 128, B 32, T 32. Time is linear in T, since every step of time costs the same. In B the slope is below 1:
each call of NumPy costs some microseconds whatever B is, and products of few rows read all of W_h for little work.
In n_h the slope is below 2: only the products with W_h grow with n_h², whereas activations, gates and the readout
grow with n_h, and calls not at all.
"""

import math

import timing
from rows import options, program, progress, row

KINDS = ("RNN", "LSTM", "GRU")
BASE = {"V": 65, "n_h": 128, "B": 32, "T": 32}
SWEEPS = {
    "T": (16, 32, 64, 128, 256, 512),
    "B": (1, 2, 4, 8, 16, 32, 64, 128),
    "n_h": (32, 64, 128, 256, 512),
}
QUICK = {"T": (16, 32, 64), "B": (1, 4, 16), "n_h": (16, 32, 64)}
TARGETS = {"T": (0.9, 1.1)}
SLOPES, TIMES = "Cost of a step: slope", "Cost of a step: time of the NumPy core"


def slope(sizes, seconds):
    """s of seconds ∝ sizeˢ: the least-squares line through the logarithms."""
    x, y = ([math.log(v) for v in values] for values in (sizes, seconds))
    middle_x, middle_y = sum(x) / len(x), sum(y) / len(y)
    over = sum((a - middle_x) * (b - middle_y) for a, b in zip(x, y, strict=True))
    return over / sum((a - middle_x) ** 2 for a in x)


def times_of(engines, kind, grows, sizes, rounds, seconds):
    """{size: [seconds a step, one for each round]} of one cell, the sizes in turn."""
    turns = {}
    for size in sizes:
        case = engines.Case(kind, **BASE | {grows: size})
        step = engines.in_numpy(case, *engines.beginning(case))
        step(0)
        once = min(timing.interleaved({0: (lambda step=step: step(1), 1)}, 3)[0])
        n = timing.steps_a_turn(once)
        turns[size] = (lambda step=step, n=n: [step(k) for k in range(n)], n)
    return timing.interleaved(turns, rounds, seconds)


def measure(threads=1, rounds=15, seconds=3, quick=False):
    """Rows of slopes and of times; nothing can be missing."""
    import engines  # imports NumPy, which reads the number of threads then and never again

    rows = []
    if quick:
        rounds, seconds = 3, 0
    for grows, sizes in (QUICK if quick else SWEEPS).items():
        for kind in KINDS:
            progress(kind, grows)
            times = times_of(engines, kind, grows, sizes, rounds, seconds)
            slopes = [slope(sizes, of_round) for of_round in zip(*times.values(), strict=True)]
            span = f"{grows} = {sizes[0]} … {sizes[-1]}"
            rows.append(row(SLOPES, kind, span, slopes, target=TARGETS.get(grows)))
            for size in sizes:
                ms = [1000 * t for t in times[size]]
                rows.append(row(f"{TIMES} against {grows}", f"{grows} = {size}", kind, ms, "ms"))
    rows.sort(key=lambda r: r.table != SLOPES)
    notes = [
        "All but the size that grows stay at " + ", ".join(f"{k} {v}" for k, v in BASE.items()),
        "B: below 1, since a call costs the same for one row, and few rows make a slow product.",
        "n_h: below 2, since products alone grow with its square.",
    ]
    return rows, notes


def main(arguments=None):
    parser = options(
        __doc__,
        threads=(1, "threads"),
        rounds=(15, "rounds at least"),
        seconds=(3, "go on with each sweep so long, up to ten times the rounds"),
    )
    program(measure, parser, arguments)


if __name__ == "__main__":
    main()
