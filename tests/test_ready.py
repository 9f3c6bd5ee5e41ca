"""Is everything here? Each answer, and the bounds it is held against."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest

from rnn_core.ready import IN_THE_PAGE, MEND, NEEDED, PYTHON, RELOAD, report

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]


def bound(requirement):
    """("numpy", (2, 0)) of "numpy>=2.0": major and minor version."""
    name, version = requirement.split(">=")
    return name, tuple(int(part) for part in version.split(",")[0].split(".")[:2])


@pytest.fixture
def installed(monkeypatch):
    """A dictionary {distribution: version} that stands for what is installed."""
    versions = {}

    def version(name):
        if name not in versions:
            raise importlib.metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(importlib.metadata, "version", version)
    return versions


def test_what_is_needed_are_the_lower_bounds_of_the_project():
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"], *extras["show"], *extras["lab"][1:]]
    assert dict(bound(r) for r in wanted) == NEEDED
    assert bound("Python" + PROJECT["requires-python"]) == ("Python", PYTHON)


def test_here_everything_is_here():
    lines = report().splitlines()
    assert lines[-1] == "Everything is here."
    assert len(lines) == len(NEEDED) + 2
    assert all(line.endswith("or newer: here") for line in lines[:-1])


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("2.4.1", "here"),
        ("2.5", "here"),
        ("2.10.0", "here"),
        ("3.0", "here"),
        ("2.4rc1", "here"),
        ("2.3.9", "too old (2.3)"),
        ("1.26.4", "too old (1.26)"),
        ("2.3rc9", "too old (2.3)"),
        ("2.dev0", "too old (2.0)"),
    ],
)
def test_a_version_is_here_or_too_old(installed, version, said):
    installed["numpy"] = version
    first, line, verdict = report({"numpy": (2, 4)}, (3, 12, 1)).splitlines()
    assert first == "Python        3.11 or newer: here"
    assert line == f"numpy          2.4 or newer: {said}"
    missing = f"Not ready for numpy: {MEND}."
    assert verdict == ("Everything is here." if said == "here" else missing)


def test_all_that_is_missing_is_named_with_what_to_do(installed):
    installed["sympy"] = "1.13"
    text = report({"numpy": (2, 0), "sympy": (1, 13), "anywidget": (0, 9)}, (3, 10, 4))
    assert "Python        3.11 or newer: too old (3.10)" in text
    assert "numpy          2.0 or newer: missing" in text
    assert "sympy         1.13 or newer: here" in text
    assert text.endswith(f"Not ready for Python, numpy, anywidget: {MEND}.")
    assert re.search("`make lab`", MEND)


def test_the_browser_edition_needs_the_same_but_for_what_its_page_is_itself(installed):
    installed.update({name: ".".join(map(str, least)) for name, least in NEEDED.items()})
    elsewhere = [line for line in report().splitlines() if not line.startswith(IN_THE_PAGE)]
    for name in IN_THE_PAGE:
        del installed[name]
    assert report(platform="emscripten").splitlines() == elsewhere
    del installed["sympy"]
    assert report(platform="emscripten").endswith(f"Not ready for sympy: {RELOAD}.")
