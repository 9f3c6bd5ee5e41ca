"""tools/record.py: what it stores is the same on every run, and a cell that fails changes nothing."""

import copy
import subprocess
import sys

import nbformat
import pytest
import record
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

CELLS = """import numpy as np
===
A = np.arange(6.0).reshape(2, 3)
print(A @ A.T, flush=True)
print("ü", end="")
===
from rnn_core import show
show.neuron()
===
import time
print(time.perf_counter())
===
import os
os.environ["OPENBLAS_NUM_THREADS"]
===
"""


def notebook(*sources):
    cells = [new_code_cell(source, id=f"97-cell-{n}") for n, source in enumerate(sources)]
    return new_notebook(cells=[new_markdown_cell("# A lesson?", id="97-title"), *cells])


def tiny():
    nb = notebook(*CELLS.split("\n===\n"))
    nb.cells[4].metadata.tags = ["nbval-ignore-output", "timing"]
    return nb


def run(path):
    """The recorder as a program."""
    tool = [sys.executable, "-W", "error", record.__file__, str(path)]
    return subprocess.run(tool, capture_output=True, encoding="utf-8", cwd=path.parent)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Two runs over one file: [(what the recorder said, the bytes), …]."""
    path = tmp_path_factory.mktemp("lessons") / "97_tiny.ipynb"
    nb = tiny()
    for cell in nb.cells[1:]:
        cell.outputs = [new_output("stream", text="from long ago\n")]
    path.write_bytes(nbformat.writes(nb).replace("\n", "\r\n").encode())
    return [(run(path), path.read_bytes()) for _ in range(2)]


def test_recorded_twice_the_bytes_are_the_same(recorded):
    (first, once), (second, twice) = recorded
    assert once == twice
    assert first.returncode == second.returncode == 0
    assert first.stdout.endswith(" s  changed\n")
    assert second.stdout.endswith(" s  as before\n")


def test_the_recorder_says_how_long_it_took_and_nothing_else(recorded):
    for said, _ in recorded:
        assert said.stderr == ""
        name, seconds, unit, *_ = said.stdout.split()
        assert (name, unit) == ("97_tiny", "s")
        assert float(seconds) > 0


def test_lines_end_alike_on_every_platform(recorded):
    for _, written in recorded:
        assert b"\r" not in written
        assert written.endswith(b"}\n")
        assert not written.endswith(b"\n\n")


def test_text_is_stored_as_it_reads(recorded):
    assert "ü" in recorded[0][1].decode()


def test_cells_keep_their_ids_and_sources(recorded):
    nb = nbformat.reads(recorded[0][1].decode(), as_version=4)
    assert [(c.id, c.source) for c in nb.cells] == [(c.id, c.source) for c in tiny().cells]


def test_outputs_are_those_of_this_run(recorded):
    title, *code = nbformat.reads(recorded[0][1].decode(), as_version=4).cells
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4, 5, None]
    assert code[0].outputs == code[5].outputs == []  # the last is empty, and so is not run
    assert [o.text for o in code[1].outputs] == ["[[ 5. 14.]\n [14. 50.]]\nü"]
    assert set(code[2].outputs[0].data) == {"image/png", "text/plain"}
    assert [o.text for o in code[3].outputs] == [record.TIMING]
    assert code[4].outputs[0].data == {"text/plain": "'1'"}
    assert [dict(cell.metadata) for cell in (title, *code[:3], code[4])] == [{}] * 5


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("print(1 / 0)", "ZeroDivisionError: division by zero"),
        ("import sys\nprint('a warning', file=sys.stderr)", "a cell wrote to stderr:\na warning"),
        ("import os\nos._exit(1)", "Kernel died"),
    ],
)
def test_a_cell_that_fails_leaves_the_file_as_it_was(tmp_path, source, told):
    path = tmp_path / "97_bad.ipynb"
    nbformat.write(notebook("print(1)", source, "print(2)"), path)
    before = path.read_bytes()
    said = run(path)
    assert said.returncode == 1
    assert path.read_bytes() == before
    assert said.stderr.startswith("97_bad: not recorded, the file is as it was\n")
    assert told in said.stderr
    assert "\x1b" not in said.stderr
    assert "nbclient" not in said.stderr, "the recorder's own traceback is of no use"


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff", b"{}"])
def test_what_is_no_notebook_is_refused_in_words(tmp_path, content):
    path = tmp_path / "97_none.ipynb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SystemExit, match=r"^97_none: not recorded, the file is as it was\n."):
        record.main([str(path)])
    assert not path.exists() or path.read_bytes() == content


# normalise(), on what a run may leave behind


def after_a_run():
    nb = tiny()
    nb.metadata = {
        "kernelspec": {"display_name": "rnn (3.12)", "language": "python", "name": "rnn"},
        "language_info": {"name": "python", "version": "3.12.1", "file_extension": ".py"},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"5f2": {}}}},
    }
    for count, cell in enumerate(nb.cells[1:], 1):
        cell.execution_count = count
        cell.metadata.execution = {"iopub.status.busy": "2026-01-01T00:00:00Z"}
    widget = {"model_id": "5f2", "version_major": 2, "version_minor": 1}
    data = {record.WIDGET: widget, "image/png": "iVBOR", "text/plain": "two\nlines"}
    shown = {record.WIDGET: {"lives": "once"}, "image/png": {"width": 840}}
    nb.cells[3].outputs = [new_output("execute_result", data, execution_count=3, metadata=shown)]
    nb.cells[4].outputs = [new_output("stream", text="0.0123 s\n")]
    return nb


def normalised(nb):
    record.normalise(nb)
    return nb


def test_the_interpreter_and_the_widgets_of_a_session_are_forgotten():
    assert normalised(after_a_run()).metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


def test_of_our_own_metadata_the_choices_are_kept_and_nothing_else():
    nb, choices = after_a_run(), {"numbers": [{"97-cell-0": [["np", "numpy"]]}]}
    nb.metadata.rnn_core = {"variants": choices, "generated": "0"}
    assert normalised(nb).metadata.rnn_core == {"variants": choices}
    for nothing in ({}, {"variants": {}}, {"generated": "0"}):
        nb.metadata.rnn_core = nothing
        assert "rnn_core" not in normalised(nb).metadata


def test_dates_of_execution_are_forgotten_and_tags_and_grades_kept():
    nb = after_a_run()
    graded = {"grade": True, "grade_id": "task-1", "points": 2}
    nb.cells[1].metadata.nbgrader = graded
    nb.cells[2].metadata.update(tags=[], collapsed=True)
    cells = normalised(nb).cells
    assert [dict(cell.metadata) for cell in cells] == [
        {},
        {"nbgrader": graded},
        {},
        {},
        {"tags": ["nbval-ignore-output", "timing"]},
        {},
        {},
    ]


def test_a_widget_view_goes_and_its_picture_and_text_stay():
    (output,) = normalised(after_a_run()).cells[3].outputs
    assert output.data == {"image/png": "iVBOR", "text/plain": "two\nlines"}
    assert output.metadata == {"image/png": {"width": 840}}


def test_a_timing_is_replaced_by_a_sentence_without_figures():
    (output,) = normalised(after_a_run()).cells[4].outputs
    assert (output.name, output.text) == ("stdout", record.TIMING)
    assert not any(character.isdigit() for character in record.TIMING)


def test_a_timing_that_printed_nothing_has_the_sentence_too():
    nb = after_a_run()
    nb.cells[4].outputs = []
    assert [output.text for output in normalised(nb).cells[4].outputs] == [record.TIMING]


def test_stderr_is_refused():
    nb = after_a_run()
    nb.cells[1].outputs = [new_output("stream", name="stderr", text="DeprecationWarning: no\n")]
    with pytest.raises(ValueError, match="DeprecationWarning: no"):
        record.normalise(nb)


def test_normalised_twice_is_normalised():
    once = normalised(after_a_run())
    assert normalised(copy.deepcopy(once)) == once
    nbformat.validate(once)


def test_old_outputs_are_cleared_before_a_run():
    nb = after_a_run()
    record.clear(nb)
    assert {cell.execution_count for cell in nb.cells[1:]} == {None}
    assert [cell.outputs for cell in nb.cells[1:]] == [[]] * 6


def test_the_lessons_and_solutions_are_found_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "ROOT", tmp_path)
    wanted = ["notebooks/00_a.ipynb", "notebooks/01_b.ipynb", "solutions/01_b/01_b.ipynb"]
    ignored = ["notebooks/.ipynb_checkpoints/00_a-checkpoint.ipynb", "exercises/01_b/01_b.ipynb"]
    for name in (*reversed(wanted), *ignored):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert record.notebooks() == [tmp_path / name for name in wanted]
