"""A comparison that cannot fail proves nothing: with one digit of a stored output altered, nbval goes red there."""

import os
import random
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import nbformat
import pytest
import record
import validate

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted(ROOT.glob("notebooks/*.ipynb"))
SAMPLE = 5  # altered cells in a lesson, or all that print a digit


def text_with_digits(nb):
    """(kind, number of the code cell, holder, key) of every compared text with a digit in it."""
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code):
        if cell.metadata.get("tags"):
            continue
        for output in cell.outputs:
            holder, key = output, "text"
            if output.output_type != "stream":
                holder, key = output.data, "text/plain"
            if re.search(r"\d", holder.get(key, "")):
                picture = "image/png" in output.get("data", {})
                yield f"{output.output_type}{' of a picture' * picture}", number, holder, key


def chosen(nb, rng):
    """One text in each of some cells: one of every kind that the lesson has, then more, at random."""
    left = list(text_with_digits(nb))
    rng.shuffle(left)
    taken = {}
    for kind in sorted({kind for kind, *_ in left}):
        kind, number, *where = next(text for text in left if text[0] == kind)
        taken.setdefault(number, where)
    for _, number, *where in left:
        if len(taken) < SAMPLE:
            taken.setdefault(number, where)
    return taken


def alter_a_digit(text, rng):
    at = rng.choice([m.start() for m in re.finditer(r"\d", text)])
    other = rng.choice([digit for digit in "0123456789" if digit != text[at]])
    return text[:at] + other + text[at + 1 :]


def folder_with(path, nb, tmp_path):
    """A copy of the lessons' folder that holds this one notebook."""
    ignored = shutil.ignore_patterns("*.ipynb", ".*")
    folder = shutil.copytree(path.parent, tmp_path / "notebooks", ignore=ignored)
    nbformat.write(nb, folder / path.name)
    return folder


def verdicts(folder, name):
    """{number of the code cell: did it pass?} as the project's own nbval has it."""
    report = folder.parent / "report.xml"
    settings = [f"--config-file={ROOT / 'pyproject.toml'}", f"--rootdir={folder.parent}"]
    command = [sys.executable, "-m", "pytest", *settings, *validate.STRICT]
    done = subprocess.run(
        [*command, f"--junitxml={report}", name],
        cwd=folder,
        env=os.environ | record.ONE_THREAD,  # kinder to a machine that has other work
        capture_output=True,
        encoding="utf-8",
    )
    assert report.exists(), done.stdout + done.stderr
    cases = ET.parse(report).getroot().iter("testcase")
    passed = {int(case.get("name").removeprefix("Cell ")): len(case) == 0 for case in cases}
    assert (done.returncode == 0) == all(passed.values())
    return passed


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_nbval_goes_red_exactly_where_a_digit_was_altered(path, tmp_path, request):
    if record.needs_jax(path):
        request.getfixturevalue("jax")
    rng = random.Random(path.stem)
    nb = nbformat.read(path, as_version=4)
    altered = chosen(nb, rng)
    assert len(altered) >= min(SAMPLE, len({number for _, number, *_ in text_with_digits(nb)}))
    for holder, key in altered.values():
        holder[key] = alter_a_digit(holder[key], rng)
    cells = range(sum(cell.cell_type == "code" for cell in nb.cells))
    seen = verdicts(folder_with(path, nb, tmp_path), path.name)
    assert seen == {number: number not in altered for number in cells}


def test_nbval_is_green_on_a_copy_with_nothing_altered(tmp_path):
    path = LESSONS[0]
    nb = nbformat.read(path, as_version=4)
    assert all(verdicts(folder_with(path, nb, tmp_path), path.name).values())


def test_the_sample_has_every_kind_of_output_and_one_digit_each():
    rng = random.Random(0)
    kinds = set()
    for path in LESSONS:
        nb = nbformat.read(path, as_version=4)
        before = {
            (number, key): holder[key]
            for number, (holder, key) in chosen(nb, random.Random(1)).items()
        }
        assert before
        kinds |= {kind for kind, *_ in text_with_digits(nb)}
        for text in before.values():
            other = alter_a_digit(text, rng)
            assert len(other) == len(text)
            assert sum(a != b for a, b in zip(text, other, strict=True)) == 1
    assert kinds >= {"stream", "execute_result", "execute_result of a picture"}
