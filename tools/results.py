"""make results: run the long experiments and store their numbers under notebooks/results/.

    python tools/results.py [name …]

Each file holds the experiment's name, its defaults, and one row for each configuration and seed. Every run has one
thread to itself, so that on one machine the files are the same every time.
"""

import inspect
import json
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

from experiments import EXPERIMENTS

FOLDER = Path(__file__).resolve().parent.parent / "notebooks" / "results"


def row(run, config, seed):
    """One run of an experiment: its configuration, its seed and what came out."""
    return {**config, "seed": seed, **run(**config, seed=seed)}


def collect(name):
    """All rows of an experiment, computed on all cores, in the order of configurations and seeds."""
    run, configs, seeds, _ = EXPERIMENTS[name]
    jobs = [(config, seed) for config in configs for seed in seeds]
    fresh = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
    with ProcessPoolExecutor(mp_context=fresh) as pool:
        rows = list(pool.map(row, [run] * len(jobs), *zip(*jobs, strict=True)))
    parameters = inspect.signature(run).parameters.values()
    defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
    return {
        "experiment": f"{run.__name__} in tools/{run.__module__.replace('.', '/')}.py",
        "defaults": defaults,
        "rows": rows,
    }


def write(name, folder=FOLDER):
    """Store an experiment, one row a line."""
    result = collect(name)
    rows = ",\n".join("  " + json.dumps(r) for r in result.pop("rows"))
    head = json.dumps(result, indent=1)[:-2]
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(
        f'{head},\n "rows": [\n{rows}\n ]\n}}\n', encoding="utf-8", newline="\n"
    )


def main(names):
    """Run the named experiments, or all, and say how long each took."""
    for name in names or EXPERIMENTS:
        if name not in EXPERIMENTS:
            sys.exit(f"no experiment {name}; there are {', '.join(EXPERIMENTS)}")
        start = time.perf_counter()
        write(name)
        print(f"{name:20} {time.perf_counter() - start:6.1f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
