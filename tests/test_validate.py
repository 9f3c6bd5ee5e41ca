"""A lesson that needs JAX to be compared: left out with a reason where JAX is missing, and never in CI."""

import os

import nbformat
import pytest
import record
import validate
from nbclient import NotebookClient

ROOT = validate.ROOT


@pytest.fixture
def compared(monkeypatch):
    """The notebooks that would be given to nbval, which finds nothing wrong."""
    given = []
    monkeypatch.setattr(
        validate.pytest, "main", lambda options, plugins: given.extend(options) or 0
    )
    monkeypatch.delenv("CI", raising=False)
    return given


def without_jax(monkeypatch):
    monkeypatch.setattr(record.importlib.util, "find_spec", lambda name: None)


def lesson(options):
    return [o for o in options if o == "notebooks/11_frameworks.ipynb"]


def test_without_jax_its_lesson_is_left_out_with_a_reason(compared, monkeypatch, capsys):
    without_jax(monkeypatch)
    assert validate.validate()
    assert not lesson(compared)
    assert "solutions/11_frameworks/11_frameworks.ipynb" in compared  # which needs NumPy alone
    assert len([o for o in compared if o.startswith("notebooks")]) >= 11
    said = capsys.readouterr().out
    assert "11_frameworks.ipynb" in said
    assert "skipped: JAX is missing (make test EXTRAS=jax)" in said


def test_in_ci_it_fails(compared, monkeypatch, capsys):
    without_jax(monkeypatch)
    monkeypatch.setenv("CI", "true")
    assert not validate.validate()
    assert "FAILED: JAX is missing" in capsys.readouterr().out


def test_with_jax_all_are_compared(compared, monkeypatch, capsys):
    monkeypatch.setattr(record.importlib.util, "find_spec", lambda name: "here")
    assert validate.validate()
    assert len(lesson(compared)) == 1
    assert "JAX" not in capsys.readouterr().out


def test_the_recorder_leaves_it_as_it_is_without_jax(monkeypatch, capsys):
    without_jax(monkeypatch)
    path = ROOT / "notebooks" / "11_frameworks.ipynb"
    before = path.read_bytes()
    record.main([str(path)])
    assert path.read_bytes() == before
    assert "not recorded, JAX is missing" in capsys.readouterr().out


def test_a_notebook_that_uses_the_twin_is_in_the_list():
    for path in record.notebooks():
        assert ("jax_twin" in path.read_text(encoding="utf-8")) == record.needs_jax(path)


def test_without_jax_the_lesson_runs_and_each_cell_says_what_it_would_show(tmp_path):
    (tmp_path / "jax.py").write_text("raise ImportError('not here')\n")
    nb = nbformat.read(ROOT / "notebooks" / "11_frameworks.ipynb", as_version=4)
    record.clear(nb)
    paths = os.pathsep.join([str(tmp_path), str(ROOT), os.environ.get("PYTHONPATH", "")])
    options = {"timeout": 120, "resources": {"metadata": {"path": str(ROOT / "notebooks")}}}
    client = NotebookClient(nb, kernel_name="python3", coalesce_streams=True, **options)
    client.execute(env=os.environ | record.ONE_THREAD | {"PYTHONPATH": paths})
    asked = [cell for cell in nb.cells if "twin.here(" in cell.source]
    assert len(asked) > 10
    for cell in asked:
        said = [o.text for o in cell.outputs if o.output_type == "stream"]
        lines = "".join(said).splitlines()
        assert sum(line.startswith("Without JAX (`make lab EXTRAS=jax`): ") for line in lines) == 1
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            assert output.get("name") != "stderr"
