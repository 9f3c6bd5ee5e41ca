"""How long `import rnn_core` takes beside `import numpy`: a ratio, from fresh processes in turn.

    python benchmarks/import_time.py [--rounds 15] [--quick]

From the time of a whole process the time of one that imports nothing is taken off, of the same round. Compiled once,
modules are read from `__pycache__`.
"""

import statistics
import subprocess
import sys

import timing
from rows import options, program, row

TABLE = "Import"
CODES = {"nothing": "pass", "numpy": "import numpy", "rnn_core": "import rnn_core"}


def start(code):
    """One fresh process, from start to end."""
    subprocess.run([sys.executable, "-c", code], check=True)


def measure(rounds=15, quick=False):
    """Rows of milliseconds and of the ratio; nothing can be missing."""
    for code in CODES.values():  # the first one writes bytecode and warms the disk
        start(code)
    turns = {name: (lambda code=code: start(code), 1) for name, code in CODES.items()}
    times = timing.interleaved(turns, 3 if quick else rounds)
    beyond = lambda name: [t - e for t, e in zip(times[name], times["nothing"], strict=True)]
    rows = [
        row(TABLE, "beyond Python alone", f"import {name}", [1000 * t for t in beyond(name)], "ms")
        for name in ("numpy", "rnn_core")
    ]
    ratios = [b / a for a, b in zip(beyond("numpy"), beyond("rnn_core"), strict=True)]
    rows.append(row(TABLE, "beyond Python alone", "rnn_core / numpy", ratios, target=(None, 1.5)))
    alone = 1000 * statistics.median(times["nothing"])
    return rows, [f"Python alone takes {alone:.0f} ms."]


def main(arguments=None):
    program(measure, options(__doc__, rounds=(15, "rounds")), arguments)


if __name__ == "__main__":
    main()
