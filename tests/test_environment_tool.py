"""tools/environment.py, run as a program, with stand-ins for what it calls: nothing is fetched."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parent.parent / "tools" / "environment.py"
PYPROJECT = "[project]\n[project.optional-dependencies]\nlab = []\ntest = []\nbrowser = []\n"

# `python -m venv` finds this first. It makes a real environment, whose pip is the one below.
FAKE_VENV = """
import os, pathlib, sys
if os.environ.get("FAKE_VENV"):
    sys.exit(os.environ["FAKE_VENV"])
here = pathlib.Path(__file__).resolve().parent
sys.path = [entry for entry in sys.path if pathlib.Path(entry).resolve() != here.parent]
sys.modules.pop("venv", None)
import venv
home = pathlib.Path(sys.argv[-1])
venv.create(home, clear=True, symlinks=os.name != "nt")
lib = home / "Lib" if os.name == "nt" else next((home / "lib").iterdir())
pip = lib / "site-packages" / "pip"
pip.mkdir()
(pip / "__init__.py").touch()
(pip / "__main__.py").write_text((here / "fake_pip.py").read_text())
"""
FAKE_PIP = """
import os, pathlib, sys
with open("pip.log", "a") as log:
    print(*sys.argv[1:], file=log)
print("Collecting something")
if os.environ.get("FAKE_PIP"):
    print(os.environ["FAKE_PIP"])
    sys.exit(1)
"""


class Course:
    """A copy of the tool in a folder of its own; .installs lists what pip was asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.variables = {k: v for k, v in os.environ.items() if k != "PYTHON"}
        (root / "tools").mkdir(parents=True)
        (root / "fakes" / "venv").mkdir(parents=True)
        shutil.copy(TOOL, root / "tools")
        (root / "pyproject.toml").write_text(PYPROJECT)
        (root / "constraints.txt").write_text("numpy==2.0.0\n")
        (root / "fakes" / "venv" / "__init__.py").touch()
        (root / "fakes" / "venv" / "__main__.py").write_text(FAKE_VENV)
        (root / "fakes" / "venv" / "fake_pip.py").write_text(FAKE_PIP)

    def run(self, *arguments: str, version: str = "", **variables: str):
        tool = str(self.root / "tools" / "environment.py")
        command = [sys.executable, tool, *arguments]
        if version:
            pretend = (
                f"import sys, runpy; sys.version_info = {version}; sys.argv = {command[1:]!r}; "
            )
            command[1:] = ["-c", pretend + f"runpy.run_path({tool!r}, run_name='__main__')"]
        surroundings = {**self.variables, "PYTHONPATH": str(self.root / "fakes"), **variables}
        done = subprocess.run(command, env=surroundings, capture_output=True, encoding="utf-8")
        assert "Traceback" not in done.stderr
        return done

    @property
    def installs(self) -> list[str]:
        log = self.root / "pip.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line.rsplit(maxsplit=1)[1] for line in lines]

    @property
    def stamp(self) -> dict:
        return json.loads((self.root / ".venv" / "rnn_core.json").read_text())


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path / "a folder with spaces")


def test_an_old_python_can_read_the_tool():
    ast.parse(TOOL.read_text(encoding="ascii"), feature_version=(3, 6))


@pytest.mark.parametrize("version", [(3, 6), (3, 9, 18), (3, 10), (3, 15), (4, 0)])
def test_an_unsupported_python_is_told_which_ones_are_and_how_to_name_one(course, version):
    done = course.run("lab", version=str(version))
    assert done.returncode == 1
    assert f"needs Python 3.11 to 3.14; this is Python {version[0]}.{version[1]}" in done.stderr
    assert "make lab PYTHON=python3.12" in done.stderr
    assert not (course.root / ".venv").exists()


@pytest.mark.parametrize(
    "words",
    ["The virtual environment was not created: ensurepip is not available", "No module named venv"],
)
def test_a_missing_venv_module_is_named_with_the_package_that_brings_it(course, words):
    done = course.run("lab", FAKE_VENV=words)
    assert done.returncode == 1
    minor = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    assert f"sudo apt install {minor}-venv" in done.stderr
    assert course.installs == []


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("NewConnectionError: Failed to establish a new connection", "Check the connection"),
        ("Temporary failure in name resolution", "Check the connection"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("OSError: [Errno 13] Permission denied: 'x'", "a folder of your own"),
        ("error: metadata-generation-failed", "for the reason above"),
    ],
)
def test_when_pip_fails_its_words_are_shown_and_explained(course, words, advice):
    done = course.run("lab", "--", "-c", "print('ran')", FAKE_PIP=words)
    assert done.returncode == 1
    assert words in done.stdout
    assert advice in done.stderr
    assert "ran" not in done.stdout.splitlines()


def test_a_folder_that_cannot_be_written_is_explained(course):
    done = course.run("lab", FAKE_VENV="Error: [Errno 13] Permission denied: '.venv'")
    assert "Files cannot be written in" in done.stderr


def test_what_follows_the_dashes_runs_in_the_environment_and_its_verdict_is_ours(course):
    code = "import os, sys; print(sys.prefix, os.getcwd(), sep='|'); sys.exit(7)"
    done = course.run("lab", "--", "-c", code)
    prefix, folder = done.stdout.splitlines()[-1].split("|")
    assert Path(prefix) == course.root / ".venv"
    assert Path(folder) == course.root
    assert done.returncode == 7


def test_nothing_outside_the_environment_takes_its_place(course):
    code = "import os; print([os.environ.get(n) for n in ('PYTHONPATH', 'JUPYTER_PATH')])"
    done = course.run("lab", "--", "-c", code, JUPYTER_PATH="elsewhere")
    assert done.stdout.splitlines()[-1] == "[None, None]"


def test_a_second_run_does_nothing_and_says_nothing(course):
    course.run("lab")
    before = course.installs
    done = course.run("lab", FAKE_PIP="No network", FAKE_VENV="no venv")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert course.installs == before == ["setuptools", ".[lab]"]


def test_extras_add_up_and_one_that_is_there_costs_nothing(course):
    course.run("lab")
    course.run("test")
    assert course.installs[-1] == ".[lab,test]"
    course.run("lab")
    course.run("lab,test,")
    assert len(course.installs) == 4
    assert course.stamp["extras"] == ["lab", "test"]


def test_an_unknown_extra_is_refused_with_the_known_ones(course):
    done = course.run("lab,tset")
    assert done.returncode == 1
    assert "no extra named tset; there are browser, lab, test" in done.stderr


def test_what_only_the_website_needs_is_out_of_jupyterlabs_sight(course):
    course.run("lab")
    share = course.root / ".venv" / "share"
    for content in ("old", "new"):
        kernel = share / "jupyter" / "labextensions" / "@jupyterlite" / "kernel"
        kernel.mkdir(parents=True)
        (kernel / "package.json").write_text(content)
        (share / "jupyter" / "labextensions" / "anywidget").mkdir(exist_ok=True)
        with open(course.root / "constraints.txt", "a") as file:
            file.write(f"# {content}\n")
        course.run("lab")
        assert [p.name for p in (share / "jupyter" / "labextensions").iterdir()] == ["anywidget"]
        apart = share / "jupyterlite" / "labextensions" / "@jupyterlite" / "kernel"
        assert (apart / "package.json").read_text() == content


def test_a_half_finished_install_is_resumed(course):
    assert course.run("lab", FAKE_PIP="killed").returncode == 1
    assert course.run("lab").returncode == 0
    assert course.installs[-2:] == ["setuptools", ".[lab]"]
    assert course.run("lab").stdout == ""


def test_a_failed_addition_neither_vouches_for_the_rest_nor_is_taken_for_wanted(course):
    course.run("lab")
    assert course.run("browser", FAKE_PIP="No network").returncode == 1
    course.run("lab")
    assert course.installs[-1] == ".[lab]"
    assert course.stamp["extras"] == ["lab"]


def test_a_package_that_was_cut_short_is_forgotten_so_that_pip_installs_it_again(course):
    course.run("lab", FAKE_PIP="killed")
    site = next((course.root / ".venv").rglob("site-packages"))
    (site / "whole-1.dist-info").mkdir()
    (site / "whole-1.dist-info" / "INSTALLER").touch()
    (site / "half-1.dist-info").mkdir()
    course.run("lab")
    assert (site / "whole-1.dist-info").exists()
    assert not (site / "half-1.dist-info").exists()


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_pins_are_installed(course, name):
    course.run("lab")
    with open(course.root / name, "a") as file:
        file.write("# changed\n")
    course.run("lab")
    assert len(course.installs) == 4


def python_of(course: Course) -> Path:
    folder = course.root / ".venv"
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def test_an_environment_whose_python_is_gone_is_made_anew(course):
    course.run("lab")
    python_of(course).unlink()
    done = course.run("lab")
    assert "does not work" in done.stdout
    assert python_of(course).exists()
    assert len(course.installs) == 4


def test_an_environment_without_pip_is_made_anew(course):
    course.run("lab")
    shutil.rmtree(next((course.root / ".venv").rglob("site-packages")) / "pip")
    assert "does not work" in course.run("lab").stdout


def test_an_environment_that_was_moved_is_made_anew(course):
    course.run("lab")
    course.root = course.root.rename(course.root.with_name("moved"))
    assert "it was made for the folder" in course.run("lab").stdout
    assert course.run("lab").stdout == ""


@pytest.mark.parametrize(("named", "made"), [("python3.14", True), ("", False)])
def test_only_a_python_that_was_named_replaces_the_one_in_use(course, named, made):
    course.run("lab")
    other = (3, 12) if sys.version_info[1] != 12 else (3, 13)
    done = course.run("lab", version=str(other), PYTHON=named)
    assert (f"you named Python 3.{other[1]}" in done.stdout) is made
