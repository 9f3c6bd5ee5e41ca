"""make student: the course as a student gets it, without solutions and hidden tests: a folder and a zip under build/.

    python tools/student.py [--edition 2026-11-30] [--variant class-a]

What goes in are files that git knows, in a list that is written down here; a README of its own, and of the Makefile
the targets that work there. Every file is searched for lines of solutions, hidden tests and rubrics; when one is
found, nothing is written. The edition's name is the date of the last commit. Run twice, the bytes are equal.
"""

import argparse
import json
import re
import subprocess
import sys
import time
import zipfile

import update
from leaks import leaks, read

import exercises

ROOT = exercises.ROOT
BUILD = ROOT / "build"
SHIPPED = (  # what git knows of these
    "LICENSE*",
    "constraints.txt",
    "environment.yml",
    "exercises",
    "notebooks",
    "picture.png",
    "pyproject.toml",
    "rnn_core",
    "tools/environment.py",
    "tools/experiments",
    "tools/keeping.py",
    "tools/lab",
    "tools/python.sh",
    "tools/results.py",
    "tools/update.py",
)
TARGETS = ("help", "lab", "results", "update", "clean")  # of the Makefile: those that need no more
README = "tools/student/README.md"  # for the student; {{Heading}} takes over a section of README.md


def git(*arguments):
    """What git says; ValueError where this folder is no clone."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        told = getattr(error, "stderr", b"").decode().strip() or error
        raise ValueError(f"git knows which files belong to the course, and says: {told}") from None
    return done.stdout.decode()


def committed():
    """The time of the last commit in Greenwich: year, month, day, hour, minute, second."""
    return time.gmtime(int(git("log", "-1", "--format=%ct")))[:6]


def chosen():
    """The paths of the files that are taken over as they are."""
    return [name for name in git("ls-files", "-z", "--", *SHIPPED).split("\0") if name]


def left_out():
    """What lies in the same folders, and would perhaps be missed."""
    return git("ls-files", "-z", "--others", "--exclude-standard", "--", *SHIPPED).split("\0")[:-1]


def makefile(text):
    """The Makefile's paragraphs about TARGETS, and its first one."""
    head, _, *rules = text.strip().split("\n\n")
    known = {rule.partition(":")[0]: rule for rule in rules}
    phony = f".PHONY: {' '.join(TARGETS)}"
    return "\n\n".join([head, phony, *(known[name] for name in TARGETS)]) + "\n"


def section(text, heading):
    """What stands under a heading of README.md."""
    found = re.search(rf"^##+ {heading}\n\n(.*?)(?=\n##|\Z)", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise ValueError(f"README.md has no section “{heading}”, which {README} takes over")
    return found[1].strip()


def readme(template, text):
    """The student's README: the template, with the table of lessons and the sections that it names."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    filled = template.replace("{{table}}", "\n".join(rows))
    return re.sub(r"\{\{(.+?)\}\}", lambda found: section(text, found[1]), filled)


def of_class(variant):
    """{path: bytes} of the exercises that make variant made for a class."""
    folder = ROOT / "variants" / variant
    found = {p.relative_to(folder).as_posix(): p for p in folder.glob("exercises/*/*.ipynb")}
    if variant and not found:
        raise ValueError(f"VARIANT is {variant!r}, and there is no variants/{variant}/exercises")
    return {name: path.read_bytes() for name, path in found.items()} if variant else {}


def contents(edition, variant=""):
    """{path: bytes} of the whole bundle, the list of checksums among them."""
    files = {name: (ROOT / name).read_bytes() for name in chosen()} | of_class(variant)
    worked_in = [
        n for n in files if n.startswith("exercises/") and not exercises.untouched(files[n])
    ]
    if worked_in:
        raise ValueError(f"{worked_in[0]} is not as it was generated: run make exercises")
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    template = (ROOT / README).read_text(encoding="utf-8")
    files["README.md"] = readme(template, text).encode()
    files["Makefile"] = makefile((ROOT / "Makefile").read_text(encoding="utf-8")).encode()
    sums = {name: update.sha256(files[name]) for name in sorted(files)}
    listed = json.dumps({"edition": edition, "files": sums}, indent=1)
    return files | {update.EDITION: f"{listed}\n".encode()}


def problems(files, variant=""):
    """A sentence for everything that a student must not get, or could not unpack."""
    solutions = exercises.solutions()
    if variant:
        solutions += sorted(ROOT.glob(f"variants/{variant}/solutions/*/*.ipynb"))
    names = [(name, update.unfit(name)) for name in files]
    yield from (f"{name} {why}" for name, why in names if why)
    yield from leaks(files, [read(path) for path in solutions])


def pack(files, folder, date):
    """The zip beside the folder: every file has the same date, six numbers, and names are sorted."""
    path = folder.with_name(f"{folder.name}.zip")
    part = path.with_name(f".{path.name}.part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder.name}/{name}", date)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    part.replace(path)
    return path


def unpack(files, folder):
    """The same as a folder; where there is an older one, as a student would update it."""
    stored = folder / update.EDITION
    shipped = update.read_list(stored, folder.name)[1] if stored.exists() else {}
    for name, told in update.take_over(files, folder, shipped):
        if told not in ("new", "changed", "as before"):
            print(f"{name}: {told}")


def name_of(edition, variant):
    """The name of the edition, which is that of its folder, too."""
    name = edition or "{}-{:02}-{:02}".format(*committed())
    name += f"-{variant}" if variant else ""
    if update.unfit(name) or "/" in name:
        raise ValueError(f"EDITION is {name!r}, wanted a name for a folder: 2026-11-30")
    return name


def bundle(edition, variant):
    """Make folder and zip; nothing is written when something leaks."""
    name = name_of(edition, variant)
    files = contents(name, variant)
    if found := list(problems(files, variant)):
        raise ValueError("\n".join([f"No bundle made: {len(found)} reasons.", *found]))
    folder = BUILD / f"rnn-course-{name}"
    unpack(files, folder)
    path = pack(files, folder, committed())
    for other in left_out():
        print(f"{other}: git does not know it, so it is not in the bundle")
    size = path.stat().st_size / 1e6
    print(f"build/{path.name}: {len(files)} files, {size:.1f} MB, nothing of a solution in it")


def main(arguments):
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--edition", default="")
    options.add_argument("--variant", default="", help="of a class, under variants/")
    chosen = options.parse_args(arguments)
    try:
        bundle(chosen.edition, chosen.variant)
    except (ValueError, OSError, update.Refused) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
