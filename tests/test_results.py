"""Stored numbers are read back as they were written."""

import pytest

from rnn_core import results
from rnn_core.results import load, table

ROWS = [
    {"way": "b", "seed": 0, "loss": 3.0},
    {"way": "b", "seed": 1, "loss": 1.0},
    {"way": "a", "seed": 0, "loss": 2.0},
]


def test_rows_are_read_from_the_folder_beside_the_lessons(tmp_path, monkeypatch):
    (tmp_path / "results").mkdir()
    text = '{"experiment": "größe", "rows": [{"way": "τ", "seed": 0, "loss": 0.5}]}'
    (tmp_path / "results" / "some.json").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load("some") == load("some", tmp_path / "results")
    assert load("some") == [{"way": "τ", "seed": 0, "loss": 0.5}]


def test_the_copy_in_the_wheel_is_read_only_where_the_folder_has_no_such_file(
    tmp_path, monkeypatch
):
    assert not results.CARRIED.exists()  # the repository has no second copy
    monkeypatch.setattr(results, "CARRIED", tmp_path / "carried")
    for n, folder in enumerate(("carried", "beside")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "some.json").write_text(f'{{"rows": [{n}]}}')
    assert load("some", tmp_path / "beside") == [1]
    assert load("some", tmp_path / "nowhere") == [0]


def test_a_file_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    for name in ("b", "a"):
        (tmp_path / f"{name}.json").write_text('{"rows": []}')
    with pytest.raises(ValueError, match=r"^name: got 'c', wanted one of .*\['a', 'b'\]$"):
        load("c", tmp_path)
    with pytest.raises(ValueError, match=r"^name: got 'c', wanted one of .*\[\]$"):
        load("c", tmp_path / "nowhere")


def test_a_table_gathers_the_seeds_of_each_setting_in_order():
    found = table(ROWS, "way", "loss")
    assert found == {"b": [3.0, 1.0], "a": [2.0]}
    assert list(found) == ["b", "a"]
    assert table(ROWS, "seed", "loss") == {0: [3.0, 2.0], 1: [1.0]}
    assert table([], "way", "loss") == {}
