"""How long `import rnn_core` takes beside `import numpy`: a ratio, from fresh processes, one and the other in turn.

python benchmarks/import_time.py [rounds]
"""

import statistics
import subprocess
import sys
import time

NAMES = ("numpy", "rnn_core")


def seconds(code):
    """One fresh process, from start to end."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def main(rounds=15):
    """Medians over rounds; the time of an empty process is taken off both."""
    codes = ("pass", *(f"import {name}" for name in NAMES))
    for code in codes:  # the first one writes bytecode and warms the disk
        seconds(code)
    times = list(zip(*([seconds(code) for code in codes] for _ in range(rounds)), strict=True))
    empty, *imports = (statistics.median(t) for t in times)
    for name, t in zip(NAMES, imports, strict=True):
        print(
            f"import {name:<9} {1000 * (t - empty):6.0f} ms, beside {1000 * empty:.0f} ms of Python alone"
        )
    print(f"rnn_core / numpy  {(imports[1] - empty) / (imports[0] - empty):.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
