"""The command line of `make grade`: what it passes on, and what it says when it cannot go on."""

import os
import subprocess
import sys

import needs
import pytest
from answers import ROOT

needs.needed("psutil", "only `make grade`, `make exercises` and CI install it")
needs.needed("tqdm", "only `make grade`, `make exercises` and CI install it")
import grade  # noqa: E402

NAME = "03_bptt_by_hand"


@pytest.fixture
def calls(monkeypatch):
    """What the command asks for, without grading anything."""
    found = []
    monkeypatch.setattr(grade, "grade", lambda *args, **options: found.append((args, options)))
    return found


def test_only_what_was_said_is_passed_on(calls):
    grade.main([NAME, "in"])
    assert calls == [((NAME, "in"), {"out": "grades", "again": False, "unsafe": False})]


def test_every_option_is_passed_on(calls):
    line = f"{NAME} in --out out --solutions variants/a/solutions --jobs 3 --again --unsafe"
    grade.main(line.split())
    options = {"out": "out", "solutions": "variants/a/solutions", "jobs": 3}
    assert calls == [((NAME, "in"), options | {"again": True, "unsafe": True})]


@pytest.mark.parametrize("line", [[], [NAME], [NAME, "in", "--jobs", "many"], [NAME, "in", "--x"]])
def test_a_line_that_makes_no_sense_is_refused_with_its_usage(calls, line, capsys):
    with pytest.raises(SystemExit) as stopped:
        grade.main(line)
    assert stopped.value.code == 2
    assert "usage: grade" in capsys.readouterr().err
    assert calls == []


def test_ctrl_c_says_that_nothing_is_lost(monkeypatch):
    def interrupted(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(grade, "grade", interrupted)
    with pytest.raises(SystemExit, match="What was graded is kept; the same command goes on"):
        grade.main([NAME, "in"])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["99_x", "in"], "EXERCISE is '99_x', wanted one of 00_start_here, 01_why_memory, "),
        (["", "in"], "EXERCISE is '', wanted one of 00_start_here, "),
        ([NAME, "nowhere"], "FROM is nowhere, wanted a folder of submissions"),
        ([NAME, "."], "FROM is ., wanted a folder or an .ipynb file for each student"),
        ([NAME, "in", "--solutions", "none"], f"EXERCISE is '{NAME}', wanted one of "),
    ],
)
def test_what_is_missing_is_said_in_one_line(line, told, tmp_path):
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "grade.py", *line],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(told)
    assert done.stderr.count("\n") == 1
    assert [*tmp_path.iterdir()] == []


def test_make_passes_every_word_on():
    words = ["FROM=in", "OUT=out", "SOLUTIONS=mine", "JOBS=3", "AGAIN=yes", "UNSAFE=yes"]
    line = ["make", "-n", "-C", str(ROOT), "grade", f"EXERCISE={NAME}", *words]
    told = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    told = " ".join(told.replace("\\\n", " ").split())
    wanted = f'tools/grade.py "{NAME}" "in" --out "out" --solutions "mine" --jobs 3'
    assert f"{wanted} --again --unsafe" in told
