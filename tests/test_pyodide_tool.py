"""The Pyodide that tests are given: what is taken, what is refused, when nothing is fetched."""

import base64
import hashlib
import json
import re
import tomllib
import zipfile
from pathlib import Path

import pyodide
import pytest
from pyodide import LOCK, Refused, carried, distribution, needed, sha256, whole

PACKAGES = {
    "numpy": {"depends": [], "file_name": "numpy-1-wasm32.whl", "version": "1"},
    "six": {"depends": [], "file_name": "six-1-any.whl", "version": "1"},
    "python-dateutil": {"depends": ["six"], "file_name": "python_dateutil-2.whl", "version": "2"},
    "matplotlib": {
        "depends": ["numpy", "Python_DateUtil"],
        "file_name": "matplotlib-3-wasm32.whl",
        "version": "3",
    },
    "pandas": {"depends": ["numpy"], "file_name": "pandas-1-wasm32.whl", "version": "1"},
}


def content(name):
    return f"the wheel of {name}".encode()


@pytest.fixture
def packages():
    """A lock's packages, each with the checksum of its wheel."""
    return {n: {**p, "sha256": sha256(content(p["file_name"]))} for n, p in PACKAGES.items()}


@pytest.fixture
def internet(tmp_path, monkeypatch, packages):
    """npm and pip that find everything, as the tool asks for it; [what was asked]."""
    asked = []
    monkeypatch.setattr(pyodide, "PACKAGES", ("matplotlib",))

    def core(work):
        asked.append("core")
        folder = work / "package"
        folder.mkdir()
        for name in pyodide.CORE:
            (folder / name).write_text(json.dumps({"version": pyodide.VERSION}))
        (folder / LOCK).write_text(json.dumps({"packages": packages}))
        return folder

    def download(work, *wanted):
        asked.extend(wanted)
        if wanted == (pyodide.CARRIER,):
            with zipfile.ZipFile(work / "open_webui-0.whl", "w") as archive:
                for name in ("matplotlib-3-wasm32.whl", "numpy-1-wasm32.whl"):
                    archive.writestr(f"x/pyodide/{name}", content(name))
            got = sha256((work / "open_webui-0.whl").read_bytes())
            monkeypatch.setattr(pyodide, "CARRIER_IS", got)
        else:
            for name in ("six-1-any.whl", "python_dateutil-2.whl"):
                (work / name).write_bytes(b"from the index")

    monkeypatch.setattr(pyodide, "core", core)
    monkeypatch.setattr(pyodide, "pip_download", download)
    return asked


def test_what_is_needed_is_followed_through_the_lock(packages):
    assert set(needed(packages, ["matplotlib"])) == {
        "matplotlib",
        "numpy",
        "python-dateutil",
        "six",
    }


def test_a_distribution_is_put_together_once_and_anew_where_it_is_damaged(tmp_path, internet):
    folder = distribution(tmp_path / "pyodide")
    wanted = ["core", pyodide.CARRIER, "python-dateutil==2", "six==1"]
    assert sorted(internet) == sorted(wanted)
    files = {PACKAGES[n]["file_name"] for n in ("matplotlib", "numpy", "python-dateutil", "six")}
    assert {path.name for path in folder.iterdir()} == {*pyodide.CORE, LOCK, *files}
    entries = json.loads((folder / LOCK).read_text())["packages"]
    assert entries["six"]["sha256"] == sha256(b"from the index")
    assert entries["numpy"]["sha256"] == sha256(content("numpy-1-wasm32.whl"))
    assert list(tmp_path.iterdir()) == [folder]
    assert distribution(folder) == folder
    assert len(internet) == len(wanted)
    (folder / "numpy-1-wasm32.whl").write_bytes(b"cut sho")
    assert distribution(folder) == folder
    assert whole(folder)
    assert len(internet) == 2 * len(wanted)


@pytest.mark.parametrize("name", [LOCK, "package.json", "pyodide.asm.wasm", "six-1-any.whl"])
def test_a_folder_that_lacks_a_file_is_not_whole(tmp_path, internet, name):
    folder = distribution(tmp_path / "pyodide")
    assert whole(folder)
    (folder / name).unlink()
    assert not whole(folder)


def test_another_version_is_not_whole(tmp_path, internet, monkeypatch):
    folder = distribution(tmp_path / "pyodide")
    monkeypatch.setattr(pyodide, "VERSION", "999.0")
    assert not whole(folder)


def test_a_wheel_that_the_lock_does_not_describe_is_refused(tmp_path, packages):
    carrier = tmp_path / "carrier.whl"
    with zipfile.ZipFile(carrier, "w") as archive:
        archive.writestr("x/pyodide/numpy-1-wasm32.whl", b"something else")
        archive.writestr("x/elsewhere/six-1-any.whl", b"of another licence")
    with pytest.raises(Refused, match=r"^numpy-1-wasm32\.whl: got the checksum .*, wanted "):
        carried(carrier, packages)
    del packages["numpy"]
    assert carried(carrier, packages) == {}


def test_a_carrier_that_is_another_is_refused_and_leaves_nothing(tmp_path, internet, monkeypatch):
    download = pyodide.pip_download

    def another(work, *wanted):
        download(work, *wanted)
        monkeypatch.setattr(pyodide, "CARRIER_IS", "another checksum")

    monkeypatch.setattr(pyodide, "pip_download", another)
    with pytest.raises(Refused, match=r"^open_webui-0\.whl: got the checksum .* another checksum$"):
        distribution(tmp_path / "pyodide")
    assert list(tmp_path.iterdir()) == []


def test_npms_package_is_compared_with_its_checksum(tmp_path, monkeypatch):
    archive = tmp_path / "pyodide.tgz"
    archive.write_bytes(b"not the one")
    monkeypatch.setattr(pyodide.shutil, "which", lambda name: name)
    monkeypatch.setattr(pyodide, "run", lambda *_, **__: '[{"filename": "pyodide.tgz"}]')
    got = re.escape(base64.b64encode(hashlib.sha512(b"not the one").digest()).decode())
    with pytest.raises(Refused, match=rf"^pyodide\.tgz: got the checksum {got}, wanted "):
        pyodide.core(tmp_path)


def test_without_npm_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(pyodide.shutil, "which", lambda name: None)
    with pytest.raises(Refused, match=r"npm is missing.*apt-get install"):
        pyodide.core(tmp_path)


def test_a_program_that_fails_is_quoted_with_its_last_words(tmp_path):
    with pytest.raises(Refused, match=r"(?s)failed:\n.*no such option"):
        pyodide.run(pyodide.sys.executable, "-m", "pip", "download", "--no-such-option")


def test_it_holds_all_that_the_lessons_import():
    root = Path(pyodide.__file__).parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["show"]]
    names = {re.match(r"[\w-]+", requirement)[0] for requirement in wanted}
    assert names - set(pyodide.PACKAGES) == {"anywidget", "ipywidgets"}  # which Pyodide lacks
