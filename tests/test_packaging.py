"""The four places that name packages or Pythons agree."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
EXTRAS = PROJECT["optional-dependencies"]
PINS = [
    line
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def bounds(requirements: list[str]) -> dict[str, SpecifierSet]:
    parsed = map(Requirement, requirements)
    return {canonicalize_name(r.name): r.specifier for r in parsed if r.name != PROJECT["name"]}


def pinned() -> dict[str, Version]:
    return {
        canonicalize_name(name): Version(version)
        for name, version in (line.split("==") for line in PINS)
    }


def direct() -> dict[str, SpecifierSet]:
    return bounds(PROJECT["dependencies"] + [r for extra in EXTRAS.values() for r in extra])


def needed_by(names: set[str]) -> set[str]:
    """These packages and, of those that are installed here, all that they require in turn.

    But not what one requires in one exact version, as torch does with its libraries for graphics cards.
    """
    seen: set[str] = set()
    exact: set[str] = set()
    while names - seen:
        name = (names - seen).pop()
        seen.add(name)
        try:
            requirements = map(Requirement, importlib.metadata.requires(name) or [])
        except importlib.metadata.PackageNotFoundError:
            continue
        for r in requirements:
            if r.marker is None or r.marker.evaluate({"extra": ""}):
                names = names | {canonicalize_name(r.name)}
                if [s.operator for s in r.specifier] == ["=="] and "*" not in str(r.specifier):
                    exact.add(canonicalize_name(r.name))
    return seen - exact


def test_conda_and_pip_install_the_same_packages_within_the_same_bounds():
    conda = bounds([entry for entry in CONDA if isinstance(entry, str)])
    del conda["pip"]
    expected = bounds(PROJECT["dependencies"] + EXTRAS["show"] + EXTRAS["lab"] + EXTRAS["test"])
    assert conda == expected | {"python": SpecifierSet(PROJECT["requires-python"])}


def test_conda_installs_the_package_itself_from_this_folder():
    assert [entry for entry in CONDA if isinstance(entry, dict)] == [{"pip": ["-e ."]}]


def test_whoever_tests_has_everything_that_a_student_has_and_a_student_what_a_page_has():
    assert f"{PROJECT['name']}[lab]" in EXTRAS["test"]
    assert f"{PROJECT['name']}[show]" in EXTRAS["lab"]


@pytest.mark.parametrize("line", PINS)
def test_a_constraint_is_one_exact_version_on_every_platform(line):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*==[0-9]+(\.[0-9]+)*", line)


def test_no_package_is_constrained_twice():
    assert len(pinned()) == len(PINS)


@pytest.mark.parametrize("name", sorted(direct()))
def test_what_we_ask_for_is_pinned_within_its_bounds(name):
    assert pinned()[name] in direct()[name]


def test_what_our_packages_need_in_turn_is_pinned_too():
    assert needed_by(set(direct())) - set(pinned()) == set()


@pytest.mark.parametrize("name", ["pyproject.toml", "environment.yml", "constraints.txt"])
def test_no_file_says_where_packages_come_from(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"\w+://|index-url|find-links|trusted-host|\s@\s", text) == []


def test_every_supported_python_is_named_alike():
    python = SpecifierSet(PROJECT["requires-python"])
    supported = [f"3.{minor}" for minor in range(30) if f"3.{minor}" in python]
    tool = (ROOT / "tools" / "environment.py").read_text(encoding="utf-8")
    limits = re.search(r"OLDEST, NEWEST = \(3, (\d+)\), \(3, (\d+)\)", tool)
    finder = (ROOT / "tools" / "python.sh").read_text(encoding="utf-8")
    tried = re.search(r"for python in python3 (.*) python;", finder)
    compared = re.search(r'"\(3, (\d+)\)" "<= \(3, (\d+)\)"', finder)
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    ends = [supported[0], supported[-1]]
    assert [f"3.{minor}" for minor in limits.groups()] == ends
    assert [f"3.{minor}" for minor in compared.groups()] == ends
    assert tried[1].split() == [f"python{version}" for version in reversed(supported)]
    assert workflow["jobs"]["students"]["strategy"]["matrix"]["python"] == ends


def test_a_machine_that_must_skip_nothing_gets_every_extra():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (given,) = re.findall(r"make test EXTRAS=([\w,]+)", script)
    # `make test` brings lab, and with it show, and test
    assert set(given.split(",")) == set(EXTRAS) - {"show", "lab", "test"}
    jobs = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))["jobs"]
    assert jobs["all"]["steps"][-1]["run"] == "bash .ci/run"
    assert jobs["students"]["steps"][-1]["env"] == {"CI": ""}
