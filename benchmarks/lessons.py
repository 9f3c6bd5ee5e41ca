"""How long every lesson and solution takes under nbval, alone, and how long the whole comparison takes.

    python benchmarks/lessons.py [--quick]

Alone: pytest with the options of tools/validate.py on one notebook, in a fresh process, with a fresh kernel.
The whole: tools/validate.py, as `make test` runs it, notebooks side by side. One run each: this is about seconds.
Targets: a lesson 30 s, 10 s on average, and all within 5 minutes on two cores.
"""

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

import machine
from rows import Row, options, program, progress

ROOT = Path(__file__).resolve().parent.parent
TABLE, TOGETHER = "Lessons: comparison of all outputs, alone", "Lessons: all together"
NEEDED = ("nbval", "xdist")


def seconds(command, what):
    """How long a command takes; ValueError, with its last lines, where it fails."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=variables(), capture_output=True, encoding="utf-8")
    took = time.perf_counter() - start
    if done.returncode:
        last = (done.stdout + done.stderr).strip().splitlines()[-15:]
        raise ValueError("\n".join([f"{what} failed, so its time says nothing:", *last]))
    return took


def variables():
    """One thread for each kernel, as in `make test`."""
    import record

    return os.environ | record.ONE_THREAD | {"PYTHONUTF8": "1"}


def measure(quick=False):
    """Rows for every notebook and for all; a sentence where something is missing."""
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        return [], [f"Lessons not measured: {missing[0]} is missing (make bench installs it)."]
    sys.path.insert(0, str(ROOT / "tools"))
    import record
    import validate

    found = [path for path in validate.lessons() if not record.lacks_jax(path)]
    notes = (
        [] if len(found) == len(validate.lessons()) else ["JAX is missing, so lesson 11 is, too."]
    )
    rows, took = [], {"notebooks": [], "solutions": []}
    for path in found[:1] if quick else found:
        name = str(path.relative_to(ROOT))
        progress(name)
        t = seconds([sys.executable, "-m", "pytest", *validate.STRICT, name], name)
        took[Path(name).parts[0]].append(t)
        what = "lesson" if path.parent.name == "notebooks" else "solution"
        rows.append(Row(TABLE, path.stem, what, t, "s", target=(None, 30.0)))
    average = sum(took["notebooks"]) / len(took["notebooks"])
    rows.append(Row(TABLE, "average", "lesson", average, "s", target=(None, 10.0)))
    if not quick:
        progress("all together")
        whole = seconds([sys.executable, "tools/validate.py"], "tools/validate.py")
        case = f"{len(found)} notebooks on {len(machine.processors())} processors"
        rows.append(Row(TOGETHER, case, "whole run", whole, "s", target=(None, 300.0)))
    return rows, notes


def main(arguments=None):
    program(measure, options(__doc__), arguments)


if __name__ == "__main__":
    main()
