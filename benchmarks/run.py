"""make bench: run the benchmarks one after the other, each in a process of its own, and make one table of all.

    python benchmarks/run.py [name …] [--quick] [--store]

Without a name, all of them. The table is printed and lies in build/bench/ as bench.txt, bench.json and, of the
training step, bench.png. --store puts the same into benchmarks/results/ and the table into benchmarks/README.md;
what was not run this time stays there as it was. A figure that misses its target is no failure; a benchmark that
stops is one, and so is a training step whose losses differ.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import machine
import rows

HERE = Path(__file__).resolve().parent
BUILD, RESULTS, PAGE = HERE.parent / "build" / "bench", HERE / "results", HERE / "README.md"
BENCHMARKS = {  # the program of each, and what it is told
    "training_step": ["training_step.py"],
    "avx2": ["training_step.py", "--avx2"],
    "cost": ["cost.py"],
    "memory": ["memory.py"],
    "import_time": ["import_time.py"],
    "explorers": ["explorers.py"],
    "lessons": ["lessons.py"],
    "grading": ["grading.py"],
}
BEGIN, END = "<!-- written by run.py: begin -->", "<!-- written by run.py: end -->"


def run(name, quick):
    """The report of one benchmark, which prints its tables itself; None where it stopped."""
    print(f"=== {name}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "report.json")
        program, *told = BENCHMARKS[name]
        command = [sys.executable, str(HERE / program), *told, "--json", str(file)]
        done = subprocess.run(command + ["--quick"] * quick)
        if done.returncode:
            print(f"{name} stopped, see above.\n", flush=True)
            return None
        print(flush=True)
        return json.loads(file.read_text(encoding="utf-8"))


def ordered(reports):
    """The same, in the order of BENCHMARKS."""
    return {name: reports[name] for name in BENCHMARKS if name in reports}


def table(reports):
    """The one table: of each benchmark its rows and notes, and what it ran on, where that changes."""
    parts, told = [], None
    for name, report in ordered(reports).items():
        ran_on = machine.sentence(report["machine"])
        head = [f"=== {name}", *[f"* {ran_on}"] * (ran_on != told)]
        parts.append("\n".join([*head, "", rows.text(report)]))
        told = ran_on
    return "\n".join([*parts, *missed(reports)]).rstrip() + "\n"


def missed(reports):
    """Lines about all targets together, and those that are missed by name."""
    reports = ordered(reports)
    found = [rows.from_json(entry) for report in reports.values() for entry in report["rows"]]
    counted = [r for r in found if r.target is not None]
    if counted:
        yield "=== Targets"
        yield f"{sum(r.met for r in counted)} of {len(counted)} met." + " Missed:" * any(
            not r.met for r in counted
        )
        for r in counted:
            if not r.met:
                yield f"* {r.table}, {r.case}: {r.what} {rows.cell(r)}"


def write(folder, reports):
    """bench.txt, bench.json and, where there is something to draw, bench.png."""
    folder.mkdir(parents=True, exist_ok=True)
    text = table(reports)
    (folder / "bench.txt").write_text(text, encoding="utf-8", newline="\n")
    rows.write_json(folder / "bench.json", ordered(reports))
    step = reports.get("training_step")
    (folder / "bench.png").unlink(missing_ok=True)  # one of other figures would mislead
    if step and step["rows"]:
        import figure

        figure.draw([rows.from_json(entry) for entry in step["rows"]], folder / "bench.png")
    return text


def around(page):
    """What stands in a page before and after the place of the table; ValueError where there is none."""
    head, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not end:
        raise ValueError(f"{page.name}: got no “{BEGIN}” … “{END}”, wanted both, in this order")
    return head, tail


def store(reports, folder, page):
    """Keep these reports beside those of earlier runs of other benchmarks, and the table in the page."""
    (head, tail), file = around(page), folder / "bench.json"
    earlier = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    text = write(folder, earlier | reports)
    inside = f"{BEGIN}\n\n```text\n{text}```\n\n{END}"
    page.write_text(f"{head}{inside}{tail}", encoding="utf-8", newline="\n")


def main(arguments=None):
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    options.add_argument("--quick", action="store_true", help="a try, no measurement")
    options.add_argument("--store", action="store_true", help="keep the figures in results/")
    chosen = options.parse_args(arguments)
    for name in chosen.names:
        if name not in BENCHMARKS:
            options.error(f"name: got {name!r}, wanted some of {', '.join(BENCHMARKS)}")
    if chosen.quick and chosen.store:
        options.error("--store: got --quick beside it, wanted a measurement to keep")
    if chosen.store:
        around(PAGE)  # before everything is measured
    found = {name: run(name, chosen.quick) for name in chosen.names or BENCHMARKS}
    reports = {name: report for name, report in found.items() if report}
    print("\n".join(missed(reports)))
    write(BUILD, reports)
    print("Written:", *sorted(str(path) for path in BUILD.glob("bench.*")), flush=True)
    if chosen.store:
        store(reports, RESULTS, PAGE)
    sys.exit(1 if len(reports) < len(found) else 0)


if __name__ == "__main__":
    main()
