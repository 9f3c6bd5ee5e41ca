"""Run every lesson and solution, and compare each output with the stored one (strict nbval).

python tools/validate.py            the lessons, one line for each
python tools/validate.py --units    the unit tests first; the figures at the end cover both
python tools/validate.py --cpus     the lessons as other processors would compute them
"""

import argparse
import importlib.util
import os
import platform
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import instructions
import pytest
import record

ROOT = Path(__file__).resolve().parent.parent
STRICT = [
    "--nbval",
    "--nbval-current-env",
    "--nbval-cell-timeout=120",
    "-qq",
    "--no-summary",
    "--tb=no",
    f"--color={'yes' if sys.stdout.isatty() else 'no'}",
    "--override-ini=console_output_style=classic",
    "-p",
    "no:cacheprovider",
]


def lessons() -> list[Path]:
    return sorted(ROOT.glob("notebooks/*.ipynb")) + sorted(ROOT.glob("solutions/*/*.ipynb"))


def workers() -> list[str]:
    """So many tests run side by side, file by file in order, all of a file (or a notebook) in one process."""
    processes = str(min(4, os.cpu_count() or 1))
    return ["-n", processes, "--dist", "loadfile", "--no-loadscope-reorder"]


class Lines:
    """A pytest plugin: one line per notebook, and a failed cell in nbval's words."""

    def __init__(self) -> None:
        self.at = {}  # the notebook that each process is at
        self.seconds = defaultdict(float)
        self.cells = defaultdict(int)
        self.failed = defaultdict(list)

    def pytest_report_teststatus(self, report):
        return report.outcome, "", ""

    def pytest_collectreport(self, report) -> None:
        if report.failed:
            print(f"  {report.nodeid}\n{report.longreprtext}\n")

    def pytest_runtest_logreport(self, report) -> None:
        name, worker = report.nodeid.split("::")[0], getattr(report, "worker_id", "")
        if self.at.setdefault(worker, name) != name:
            self.tell(self.at[worker])
        self.at[worker] = name
        self.seconds[name] += report.duration
        self.cells[name] += report.when == "call" and report.passed
        if report.failed:
            self.failed[name].append(report.longreprtext)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        for name in self.at.values():
            self.tell(name)

    def tell(self, name: str) -> None:
        state = f"{len(self.failed[name])} FAILED" if self.failed[name] else "ok"
        print(f"  {name:<55} {self.cells[name]:3d} cells {self.seconds[name]:6.1f} s  {state}")
        for text in self.failed[name]:
            print(f"\n{text}\n")
        sys.stdout.flush()


def validate() -> bool:
    left_out = [path for path in lessons() if record.lacks_jax(path)]
    found = [str(path.relative_to(ROOT)) for path in lessons() if path not in left_out]
    if not found:
        print("There is no lesson in notebooks/.")
        return False
    print("Stored outputs:", flush=True)
    must = bool(os.environ.get("CI"))
    for path in left_out:
        state = "FAILED" if must else "skipped"
        print(f"  {path.relative_to(ROOT)!s:<55} {state}: JAX is missing (make test EXTRAS=jax)")
    lines = Lines()
    code = pytest.main([*STRICT, *workers(), *found], plugins=[lines])
    print(f"  {len(found)} notebooks, {sum(lines.cells.values())} cells as stored, ", end="")
    print(f"{sum(map(len, lines.failed.values()))} not, {sum(lines.seconds.values()):.1f} s")
    return code == 0 and not (must and left_out)


def unit_tests() -> bool:
    arguments = [
        "tests",
        "--ignore=tests/browser",
        "--ignore=tests/site",
        "--ignore=tests/wasm",
        "--cov=rnn_core",
        "--cov-report=term",
    ]
    print("Unit tests:", flush=True)
    variables = dict(os.environ)
    if importlib.util.find_spec("jax") is None:  # of what cannot run here, no line is asked for
        variables["NOT_TO_BE_COVERED"] = "rnn_core/jax_*.py"
    command = [sys.executable, "-m", "pytest", "-q", *workers(), *arguments]
    return subprocess.run(command, cwd=ROOT, env=variables).returncode == 0


def validate_as_other_cpus() -> bool:
    if not instructions.is_x86():
        print(f"Skipped: these variants are x86 processors, and this one is {platform.machine()}.")
        return True
    few = " ".join(instructions.numpy_features())
    variants = [
        {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": few},
        {"OPENBLAS_CORETYPE": "Haswell"},
    ]
    passed, own = [], instructions.openblas_core(dict(os.environ))
    for variant in variants:
        variables = {**os.environ, **variant}
        core = instructions.openblas_core(variables)
        named = ", ".join(f"{k}={v!r}" for k, v in variant.items())
        if variant == {"OPENBLAS_CORETYPE": own} and own == core:
            print(f"\n{named}: this processor is one, and `make test` has run it")
            continue
        print(f"\n{named}; OpenBLAS runs as {core}", flush=True)
        passed.append(validates(variables))
    lifted = instructions.lift()
    core = instructions.openblas_core(dict(os.environ))
    if core != own:  # a setting has NumPy compute as another processor than this one
        print(f"\nWithout {', '.join(lifted)}; OpenBLAS runs as {core}", flush=True)
        passed.append(validates(dict(os.environ)))
    return all(passed)


def validates(variables: dict[str, str]) -> bool:
    return subprocess.run([sys.executable, __file__], env=variables).returncode == 0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--units", action="store_true", help="run the unit tests first")
    options.add_argument("--cpus", action="store_true", help="as other processors would")
    chosen = options.parse_args()
    os.chdir(ROOT)
    os.environ |= record.ONE_THREAD  # as recorded; and processes side by side share no core
    start = time.perf_counter()
    if chosen.cpus:
        passed = validate_as_other_cpus()
    else:
        units = unit_tests() if chosen.units else True
        passed = validate() and units
    print(f"{'All passed' if passed else 'FAILED'}, {time.perf_counter() - start:.0f} s in all.")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
