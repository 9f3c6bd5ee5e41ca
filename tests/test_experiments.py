"""The stored numbers of the long experiments: whole, and still what the code gives."""

import inspect
import json
import os
from collections import Counter
from unittest import mock

import numpy as np
import pytest
from experiments import EXPERIMENTS
from experiments.lesson04 import WAYS
from experiments.lesson05 import DISTANCES, starting_cell
from experiments.lesson09 import JUDGE

from rnn_core import bits, grammar
from rnn_core.spectrum import spectral_radius

with mock.patch.dict(os.environ):  # the tool asks for one thread, the tests do not
    import results as tool

FILES = {name: tool.FOLDER / f"{name}.json" for name in EXPERIMENTS}
# The cheapest configurations that differ: an echo just out of reach and just within it, the shortest sentences.
AGAIN = [
    ("04_truncation", {"way": "lags", "size": 5}),
    ("04_truncation", {"way": "lags", "size": 6}),
    ("05_agreement", {"distance": 3, "start": "uniform"}),
    ("05_starts", {"distance": 12, "start": "orthogonal"}),
    ("05_starts", {"distance": 12, "start": "identity"}),
    ("05_starts", {"distance": 12, "start": "scaled"}),
    ("05_patience", {"distance": 24, "start": "uniform", "steps": 600}),
    ("06_depth", {"task": "reviews", "layers": 1}),
    ("06_depth", {"task": "parity", "layers": 2}),
    ("07_memory", {"task": "copy", "cell": "RNN", "lag": 5, "keep": 0}),
    ("07_memory", {"task": "adding", "cell": "GRU", "lag": 10, "keep": 3}),
    ("07_memory", {"task": "agreement", "cell": "LSTM", "lag": 6, "keep": 1}),
    ("07_forget_bias", {"bias": 4}),
    ("08_truncation", {"window": 8, "carried": 1}),
    ("08_truncation", {"window": 8, "carried": 0}),
    ("09_floor", {"n": 300_000, "bias": 1}),
    ("09_ladder", {"model": "n-gram", "n": 100_000}),
    ("09_ladder", {"model": "RNN", "n": 10_000}),
    ("10_length", {"score": "dot", "n_h": 16}),
    ("10_forcing", {"p": 0.25}),
]
every_experiment = pytest.mark.parametrize("name", EXPERIMENTS)


def stored(name):
    """The whole file of an experiment."""
    return json.loads(FILES[name].read_text(encoding="utf-8"))


def defaults(run):
    """{parameter: its default} of a function."""
    parameters = inspect.signature(run).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty}


def test_every_experiment_has_its_file_and_every_file_its_experiment():
    assert {p.stem for p in tool.FOLDER.iterdir()} == set(EXPERIMENTS)
    assert {name for name, _ in AGAIN} == set(EXPERIMENTS)


@every_experiment
def test_the_file_says_what_was_run_and_with_what(name):
    run, *_ = EXPERIMENTS[name]
    data = stored(name)
    assert list(data) == ["experiment", "defaults", "rows"]
    assert data["experiment"] == f"{run.__name__} in tools/{run.__module__.replace('.', '/')}.py"
    assert data["defaults"] == defaults(run)


@every_experiment
def test_every_configuration_has_every_seed_once(name):
    _, configs, seeds, tolerance = EXPERIMENTS[name]
    rows = stored(name)["rows"]
    wanted = [{**config, "seed": seed} for config in configs for seed in seeds]
    assert [{k: v for k, v in row.items() if k not in tolerance} for row in rows] == wanted
    assert max(Counter(json.dumps(w) for w in wanted).values()) == 1
    assert all(np.isfinite(row[value]) for row in rows for value in tolerance)
    assert len(list(seeds)) >= 3


@every_experiment
def test_the_file_has_a_row_a_line_and_ends_with_one(name):
    data = FILES[name].read_bytes()
    assert b"\r" not in data
    assert data.endswith(b"]\n}\n")
    lines = data.decode().splitlines()
    rows = [line for line in lines if line.startswith("  {")]
    assert [json.loads(line.rstrip(",")) for line in rows] == stored(name)["rows"]
    assert len(data) < 20_000


@pytest.mark.parametrize(("name", "config"), AGAIN, ids=[f"{n} {c}" for n, c in AGAIN])
def test_a_run_made_again_gives_what_is_stored(name, config):
    run, _, seeds, tolerance = EXPERIMENTS[name]
    (kept,) = [r for r in stored(name)["rows"] if r | config | {"seed": seeds[0]} == r]
    again = tool.row(run, config, seeds[0])
    assert list(again) == list(kept)
    for value, allowed in tolerance.items():
        assert again[value] == pytest.approx(kept[value], abs=allowed), value


def test_scores_that_rounding_moves_are_the_same_in_the_mean_of_all_seeds():
    run, _, seeds, tolerance = EXPERIMENTS["10_forcing"]
    kept = [row for row in stored("10_forcing")["rows"] if row["p"] == 0]
    again = [tool.row(run, {"p": 0.0}, seed) for seed in seeds]
    assert [row["seed"] for row in kept] == [*seeds]
    for value, allowed in tolerance.items():
        means = [np.mean([row[value] for row in rows]) for rows in (again, kept)]
        assert means[0] == pytest.approx(means[1], abs=allowed), value


def test_what_two_experiments_share_is_the_same_in_both():
    agreement, starts = (
        {(r["distance"], r["start"], r["seed"]): r for r in stored(name)["rows"]}
        for name in ("05_agreement", "05_starts")
    )
    shared = agreement.keys() & starts.keys()
    assert len(shared) == 10
    assert [agreement[key] for key in shared] == [starts[key] for key in shared]


def test_the_grids_are_those_of_the_lessons():
    assert WAYS[0] == ("full", 40)
    assert len(set(WAYS)) == len(WAYS) == 16
    assert list(DISTANCES) == sorted(set(DISTANCES))


@pytest.mark.parametrize("start", ["uniform", "scaled", "orthogonal", "identity"])
def test_a_start_is_what_it_is_called(start):
    cell = starting_cell(start, np.random.default_rng(0), 3, 4)
    turns_only = np.allclose(cell.W_h.T @ cell.W_h, np.eye(4))
    assert turns_only == (start in ("orthogonal", "identity"))
    assert (abs(spectral_radius(cell.W_h) - 1) < 1e-9) == (start != "uniform")
    assert np.array_equal(cell.W_h, np.eye(4)) == (start == "identity")
    assert type(cell).__name__ == ("ReluRNN" if start == "identity" else "RNN")


def tiny(size, seed, rate=0.5):
    """An experiment that takes no time."""
    return {"loss": round(rate * size + seed, 4)}


def test_the_tool_writes_a_file_that_reads_back_and_is_the_same_twice(tmp_path, monkeypatch):
    monkeypatch.setitem(EXPERIMENTS, "tiny", (tiny, [{"size": 1}, {"size": 4}], range(2), {}))
    tool.write("tiny", tmp_path / "new")
    first = (tmp_path / "new" / "tiny.json").read_bytes()
    tool.write("tiny", tmp_path / "new")
    assert (tmp_path / "new" / "tiny.json").read_bytes() == first
    assert json.loads(first) == {
        "experiment": f"tiny in tools/{__name__}.py",
        "defaults": {"rate": 0.5},
        "rows": [
            {"size": size, "seed": seed, "loss": 0.5 * size + seed}
            for size in (1, 4)
            for seed in (0, 1)
        ],
    }


def test_the_tool_runs_all_or_those_named_and_refuses_others(monkeypatch, capsys):
    done = []
    monkeypatch.setattr(tool, "write", done.append)
    tool.main([])
    assert done == list(EXPERIMENTS)
    tool.main(["05_starts"])
    assert done[-1] == "05_starts"
    assert "05_starts" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="no experiment 06_none; there are 04_truncation"):
        tool.main(["06_none"])


@pytest.mark.parametrize(("name", "n"), [("09_ladder", 20_000), ("09_floor", 100_000)])
def test_no_model_beats_the_source_on_the_text_that_judges_it(name, n):
    held_out = grammar.text(np.random.default_rng(JUDGE), n)
    own = bits(-grammar.log_prob(held_out).mean())
    assert abs(own - grammar.entropy().bits) < 0.01  # the text is no lucky one
    assert min(row["bits"] for row in stored(name)["rows"]) > own


def test_an_lstm_comes_within_5_per_cent_of_the_entropy():
    rows = [row for row in stored("09_floor")["rows"] if (row["n"], row["bias"]) == (5_000_000, 0)]
    assert len(rows) == 3
    assert max(row["bits"] for row in rows) < 1.05 * grammar.entropy().bits
