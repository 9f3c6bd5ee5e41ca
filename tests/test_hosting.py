"""Where the course can be put: what Binder and GitHub Pages read fits the rest of it."""

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
POST_BUILD = ROOT / "binder" / "postBuild"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
# Stands for the environment's own Python: says what it was asked for, and where it lives.
STAND_IN = """#!/bin/sh
case "$1" in
    -c) echo "$PREFIX" ;;
    *) echo "$@" >> "$PREFIX/asked" ;;
esac
"""


def read(name):
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_binder_gets_one_python_that_the_course_supports_and_nothing_else():
    python, pip = read("binder/environment.yml")["dependencies"]
    # repo2docker reads `python=3.12`; of a range it would make the Python that it happens to have
    version = re.fullmatch(r"python=(3\.\d+)", python)[1]
    assert version in SpecifierSet(PROJECT["requires-python"])
    assert pip == "pip"


@pytest.mark.skipif(os.name == "nt", reason="Binder runs it on Linux")
def test_binder_installs_the_course_itself_in_the_recorded_versions(tmp_path):
    assert os.access(POST_BUILD, os.X_OK)
    (tmp_path / "python").write_text(STAND_IN)
    (tmp_path / "python").chmod(0o755)
    surroundings = os.environ | {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "PREFIX": str(tmp_path),
    }
    subprocess.run([str(POST_BUILD)], env=surroundings, check=True, cwd=tmp_path)
    asked = (tmp_path / "asked").read_text().split()
    assert asked[:3] == ["-m", "pip", "install"]
    assert asked[asked.index("-c") + 1] == "constraints.txt"
    wanted = Requirement(asked[asked.index("-e") + 1].replace(".", PROJECT["name"], 1))
    assert wanted.extras == {"lab"}
    given = json.loads((tmp_path / "etc/jupyter/jupyter_server_config.json").read_text())
    hook = given["ContentsManager"]["pre_save_hook"]
    assert f"--ContentsManager.pre_save_hook={hook} " in MAKEFILE
    ours = (ROOT / "tools/lab/overrides.json").read_bytes()
    assert (tmp_path / "share/jupyter/lab/settings/overrides.json").read_bytes() == ours


def test_the_workflow_builds_the_site_and_publishes_that_folder():
    workflow = read(".github/workflows/pages.yml")
    (job,) = workflow["jobs"].values()
    said = "\n".join(step.get("run", "") for step in job["steps"])
    assert "make site " in said
    assert "\nsite: " in MAKEFILE
    paths = [step["with"]["path"] for step in job["steps"] if "path" in step.get("with", {})]
    assert paths == ["build/site"]
    assert workflow["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}


def test_nothing_is_published_until_somebody_asks_for_it():
    (on,) = [value for key, value in read(".github/workflows/pages.yml").items() if key is True]
    assert list(on) == ["workflow_dispatch"]


def test_the_workflow_takes_a_python_that_the_course_supports():
    (job,) = read(".github/workflows/pages.yml")["jobs"].values()
    (version,) = [
        s["with"]["python-version"] for s in job["steps"] if "setup-python" in s.get("uses", "")
    ]
    assert version in SpecifierSet(PROJECT["requires-python"])
