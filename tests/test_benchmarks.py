"""The programs of benchmarks/: what they hand back, refuse, leave out and write. No test looks at a time."""

import ast
import json
import math
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import cost
import engines
import lessons
import machine
import memory
import needs
import numpy as np
import pytest
import rows
import run
import timing
import training_step
from rows import Row

FOLDER = Path(run.__file__).resolve().parent
HELPERS = {"engines", "figure", "machine", "rows", "run", "timing"}
SMALL = ((5, 4, 2, 3),)


@pytest.fixture(autouse=True)
def environment():
    """A program lifts and makes settings for the rest of its process; here others come after it."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


# Rows and tables


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1234567.8, "1,234,568"),
        (123.4, "123"),
        (99.94, "99.9"),
        (99.96, "100"),
        (9.996, "10.0"),
        (12.34, "12.3"),
        (1.234, "1.23"),
        (0.1234, "0.123"),
        (0.001234, "0.00123"),
        (-0.01234, "-0.0123"),
    ],
)
def test_a_number_has_three_digits_and_no_exponent(value, text):
    assert rows.number(value) == text


@pytest.mark.parametrize(
    ("target", "met", "sign"),
    [
        (None, None, None),
        ((2.0, None), True, "≥ 2"),
        ((2.1, None), False, "≥ 2.1"),
        ((None, 2.0), True, "≤ 2"),
        ((None, 1.9), False, "≤ 1.9"),
        ((0.9, 2.5), True, "0.9 … 2.5"),
        ((0.9, 1.1), False, "0.9 … 1.1"),
    ],
)
def test_a_target_stands_beside_its_figure(target, met, sign):
    found = Row("table", "case", "what", 2.0, target=target)
    assert found.met is met
    ending = "" if target is None else f" {sign} {'met' if met else 'MISSED'}"
    assert rows.cell(found) == f"2.00{ending}"
    again = rows.from_json(json.loads(json.dumps(rows.to_json(found))))
    assert again == found


def test_a_row_has_the_median_and_the_quartiles_over_rounds():
    found = rows.row("t", "c", "w", [5.0, 1.0, 2.0, 3.0, 4.0], "ms")
    assert (found.low, found.value, found.high) == (2.0, 3.0, 4.0)
    assert rows.cell(found) == "3.00 (2.00–4.00)"


def test_the_picture_leaves_room_for_the_highest_quartile_of_a_share():
    import figure

    share = Row(training_step.SHARES, "LSTM", training_step.EAGER, 90.0, "%", low=80.0, high=140.0)
    assert figure.top([share]) > 140
    assert figure.top([share._replace(high=95.0)]) == figure.top([]) == 100


def test_a_table_has_a_line_for_each_case_and_a_column_for_each_figure():
    found = [
        Row("t", "one", "speed", 1.0, "×"),
        Row("t", "one", "time", 20.0, "ms"),
        Row("t", "another", "time", 300.0, "ms"),
    ]
    assert list(rows.table(found)) == [
        "          speed, ×   time, ms",
        "one       1.00       20.0",
        "another   –          300",
    ]


def report(*found, notes=()):
    made = {"machine": machine.describe(1) | {"load": 0.5}, "options": {}, "seconds": 1.0}
    return made | {"notes": list(notes), "rows": [rows.to_json(r) for r in found]}


def test_a_report_in_words_has_its_tables_notes_and_how_many_targets_are_met():
    found = [Row("A", "c", "w", 1.0, target=(2.0, None)), Row("B", "c", "w", 1.0, target=(1, 2))]
    text = rows.text(report(*found, Row("B", "c", "v", 1.0), notes=["one thing"]))
    assert text.splitlines() == [
        *("A", "-", "    w", "c   1.00 ≥ 2 MISSED", ""),
        *("B", "-", "    w                v", "c   1.00 1 … 2 met   1.00", ""),
        "* one thing",
        "* 1 of 2 targets met.",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--rounds", "0"], "--rounds: got '0', wanted an integer, 1 or more"),
        (["--rounds", "2.5"], "--rounds: got '2.5', wanted an integer, 1 or more"),
        (["--round", "3"], "unrecognized arguments: --round 3"),
        (["--threads", "9999"], "threads: got 9999, wanted at most "),
    ],
)
def test_what_a_benchmark_cannot_take_is_refused_by_name(arguments, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        training_step.main(arguments)
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err


def test_a_program_prints_its_tables_and_writes_its_figures(tmp_path, capsys):
    def measure(n, quick):
        return [Row("t", "case", "n", float(n), target=(3, None))], ["said"]

    parser = rows.options("About.", n=(3, "how many"))
    rows.program(measure, parser, ["--n", "4", "--quick", "--json", str(tmp_path / "x" / "y.json")])
    told = json.loads((tmp_path / "x" / "y.json").read_text(encoding="utf-8"))
    assert told["options"] == {"n": 4, "quick": True}
    assert rows.from_json(told["rows"][0]).value == 4.0
    assert told["rows"][0]["met"] is True
    assert told["machine"]["numpy"] == np.__version__
    assert told["notes"][0] == "said"
    assert "no measurement" in told["notes"][1]
    assert "case   4.00 ≥ 3 met" in capsys.readouterr().out


def test_a_program_ends_with_the_sentence_of_what_is_wrong():
    def measure(quick):
        raise ValueError("not the same step")

    with pytest.raises(SystemExit, match="not the same step"):
        rows.program(measure, rows.options("About."), [])


# Turns and threads


def test_everybody_has_one_turn_in_each_round_in_changing_order():
    order, checks = [], []
    turns = {name: (lambda name=name: order.append(name), 2) for name in "abc"}
    took = timing.interleaved(turns, 20, check=lambda: checks.append(len(order)))
    assert {name: len(times) for name, times in took.items()} == dict.fromkeys("abc", 20)
    rounds = ["".join(order[k : k + 3]) for k in range(0, 60, 3)]
    assert {"".join(sorted(r)) for r in rounds} == {"abc"}
    assert len(set(rounds)) > 3
    assert checks == list(range(3, 61, 3))


class Clock:
    """A clock that goes on only when it is told to."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        monkeypatch.setattr(timing.time, "perf_counter", lambda: self.now)

    def wait(self, seconds):
        self.now += seconds


def test_a_time_is_that_of_one_step_and_rounds_go_on_until_the_seconds_are_over(monkeypatch):
    clock = Clock(monkeypatch)
    turns = {"a": (lambda: clock.wait(6.0), 3), "b": (lambda: clock.wait(1.0), 1)}
    assert timing.interleaved(turns, 2) == {"a": [2.0] * 2, "b": [1.0] * 2}
    assert len(timing.interleaved(turns, 2, seconds=20)["a"]) == 3
    assert len(timing.interleaved(turns, 2, seconds=1e9)["a"]) == 20
    assert timing.steps_a_turn(timing.TURN / 2.5) == 3
    assert timing.steps_a_turn(100.0) == 1


def test_threads_are_settled_before_numpy_is_there():
    code = (
        "import machine, os, sys; machine.settle(1); assert 'numpy' not in sys.modules;"
        "print(os.environ['OPENBLAS_NUM_THREADS'], os.environ['VECLIB_MAXIMUM_THREADS'],"
        "os.environ['NPROC'], len(machine.processors()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=FOLDER, capture_output=True, text=True, check=True
    )
    *named, left = done.stdout.split()
    assert named == ["1", "1", "1"]
    assert left == "1" or not hasattr(os, "sched_setaffinity")


def test_more_threads_than_processors_are_refused():
    n = len(machine.processors())
    with pytest.raises(ValueError, match=rf"^threads: got {n + 1}, wanted at most {n}, "):
        machine.settle(n + 1)


HELD = {"OPENBLAS_CORETYPE": "Prescott", "ATEN_CPU_CAPABILITY": "default", "OTHER": "stays"}


def test_what_holds_one_library_back_is_lifted_and_told(monkeypatch, capsys):
    for name, value in HELD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.delenv("OPENBLAS_L2_SIZE", raising=False)
    seen = []

    def measure(quick):
        seen.append({name: os.environ.get(name) for name in HELD})
        return [Row("t", "case", "n", 1.0)], []

    rows.program(measure, rows.options("About."), [])
    assert seen == [{"OPENBLAS_CORETYPE": None, "ATEN_CPU_CAPABILITY": None, "OTHER": "stays"}]
    lifted = "Settings of this machine that were lifted: ATEN_CPU_CAPABILITY, OPENBLAS_CORETYPE."
    assert lifted in capsys.readouterr().out
    rows.program(measure, rows.options("About."), [])
    assert "lifted" not in capsys.readouterr().out


def test_numpy_and_pytorch_can_be_held_to_avx2(monkeypatch):
    if not machine.instructions.is_x86():
        pytest.skip("this processor is not of the x86 family")
    code = "import machine; machine.settle(1, avx2=True); print(machine.describe()['openblas'])"
    code += "\nimport numpy; c = numpy.show_config('dicts')['SIMD Extensions']['found']; print(c)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=FOLDER,
        env={n: v for n, v in os.environ.items() if n not in machine.instructions.SETTINGS},
        capture_output=True,
        text=True,
        check=True,
    )
    core, features = done.stdout.splitlines()
    assert core == "Haswell" or ("AVX2" not in features and "X86_V3" not in features)
    assert "AVX512" not in features
    assert "X86_V4" not in features
    monkeypatch.setattr(machine.instructions.platform, "machine", lambda: "arm64")
    with pytest.raises(ValueError, match=r"^avx2: got a processor of type arm64, wanted x86-64$"):
        machine.settle(1, avx2=True)


def test_the_machine_is_told_in_one_line():
    about = machine.describe(2)
    said = machine.sentence(about)
    assert said.count("\n") == 0
    assert f"numpy {np.__version__}, " in said
    assert "2 thread(s) for all" in said
    assert "OpenBLAS as for Some" in machine.sentence(about | {"openblas": "Some"})
    without = dict.fromkeys(("torch", "jax", "threads", "openblas"))
    assert "None" not in machine.sentence(about | without)


# The training step


@pytest.fixture
def torch(monkeypatch):
    """PyTorch, told by nobody how many threads it has, so that other tests keep theirs."""
    found = needs.needed("torch", "`make test EXTRAS=bench` installs it")
    monkeypatch.setattr(found, "set_num_threads", lambda n: None)
    return found


def alone(monkeypatch):
    """Neither PyTorch nor JAX."""
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr(engines, "have_jax", lambda: False)


def measured(**options):
    return training_step.measure(**{"rounds": 2, "seconds": 0, "sizes": SMALL} | options)


def by_name(found, table):
    return {(r.case.split()[0], r.what): r for r in found if r.table == table}


def test_without_pytorch_and_jax_a_sentence_says_so_and_the_rest_runs(monkeypatch):
    alone(monkeypatch)
    found, notes = measured()
    missing = [n for n in notes if "not measured: it is missing (make bench installs it)" in n]
    assert [n.split()[0] for n in missing] == ["PyTorch", "JAX"]
    times = by_name(found, training_step.TIMES)
    kinds = training_step.KINDS
    assert {what for _, what in times} == {"NumPy", "symbols a second in NumPy"}
    assert not by_name(found, training_step.RATIOS)
    assert not any("agree" in note for note in notes)
    assert len(by_name(found, training_step.SHARES)) == 4 * len(kinds)
    for kind in kinds:
        one, speed = times[kind, "NumPy"], times[kind, "symbols a second in NumPy"]
        assert 0 < one.low <= one.value <= one.high
        half = one.high - one.low  # of two rounds, quartiles lie half way between median and round
        both = [6000 / (one.value - half), 6000 / (one.value + half)]  # 6 symbols, milliseconds
        assert speed.value == pytest.approx(sum(both) / 2)


def test_all_engines_make_the_same_step(torch, jax, monkeypatch):
    monkeypatch.setattr(engines, "compile_anew", lambda torch, net, unroll: net)
    found, notes = measured()
    names = ("NumPy", "JAX jit", "PyTorch", "torch.compile")
    times = by_name(found, training_step.TIMES)
    ratios, shares = (by_name(found, t) for t in (training_step.RATIOS, training_step.SHARES))
    for kind in training_step.KINDS:
        assert all(times[kind, name].value > 0 for name in names)
        assert all(shares[kind, name].value > 0 for name in names)
        targets = {what: ratios[kind, what].target for k, what in ratios if k == kind}
        rnn = kind == "RNN"
        assert targets == {
            "NumPy / PyTorch": (2.0 if rnn else 0.6, None),
            "NumPy / torch.compile": None,
            "NumPy / JAX jit": (0.9, None) if rnn else None,
            "JAX jit / PyTorch": None if rnn else (1.0, None),
        }
    agreed = [n for n in notes if n.startswith("Losses and gradient norms of all agree")]
    assert float(agreed[0].split("to ")[1].split()[0]) < training_step.APART
    assert any("in the faster form of two" in n for n in notes)


def test_jax_is_left_out_where_it_could_not_be_held_back(jax, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    found, notes = measured(avx2=True)
    assert not any("JAX" in r.what for r in found)
    assert any(note.startswith("JAX left out: ") for note in notes)
    assert any("JAX" in r.what for r in measured()[0])


def test_what_was_measured_with_fewer_instructions_has_tables_of_its_own(monkeypatch):
    alone(monkeypatch)
    plain, fewer = measured()[0], measured(avx2=True)[0]
    ending = " (AVX2 at most)"
    assert {r.table + ending for r in plain} == {r.table for r in fewer}


def test_the_targets_are_those_of_large_and_small_networks():
    case = lambda kind, n_h: engines.Case(kind, 65, n_h, 32, 35)
    of = lambda kind, n_h: training_step.targets(case(kind, n_h))["NumPy", "PyTorch"]
    assert of("RNN", 255) == (2.0, None)
    assert of("RNN", 256) == (1.2, None)
    assert of("GRU", 32) == (0.6, None)
    times = {"NumPy": [1.0, 1.0], "own products": [0.5, 0.5], "1024³": [0.25, 0.25]}
    for kind, n_h, target in (("RNN", 512, (50.0, None)), ("RNN", 256, None), ("LSTM", 512, None)):
        found = training_step.shares(engines, case(kind, n_h), times, ["NumPy"])
        ours = {r.what: r for r in found}
        assert ours["NumPy"].target == target
        rate = 2 * 1024**3 / 0.25
        share = 100 * engines.flops(case(kind, n_h)) / rate
        assert ours["NumPy"].value == pytest.approx(share)
        assert ours["own products alone"].value == pytest.approx(2 * share)
        assert ours["limit"].value == pytest.approx(rate / 1e9)


def forgets_the_state(case, model, chunks):
    """NumPy's step from state 0 every time."""
    step = None

    def forgetful(k):
        nonlocal step, model
        step = step or engines.in_numpy(case, model, chunks)
        return step(0) if k == 0 else engines.in_numpy(case, model, chunks)(k)

    return forgetful


def is_nan(case, model, chunks):
    """NumPy's step, of which the loss is lost."""
    step = engines.in_numpy(case, model, chunks)
    return lambda k: (math.nan, step(k)[1])


@pytest.mark.parametrize("wrong", [forgets_the_state, is_nan])
def test_a_step_that_is_another_one_is_not_timed(wrong, monkeypatch):
    alone(monkeypatch)
    makers = {"NumPy": engines.in_numpy, "wrong": wrong}
    case = engines.Case("LSTM", 5, 4, 2, 3)
    with pytest.raises(ValueError, match=r"^LSTM V 5.* steps wrong has .*: not the same step$"):
        training_step.contest(engines, case, makers, [], 2, 0)


@pytest.mark.parametrize("form", training_step.FORMS)
@pytest.mark.parametrize("kind", training_step.KINDS)
def test_pytorchs_step_goes_on_like_the_cores(torch, kind, form):
    case = engines.Case(kind, 6, 5, 3, 4)
    model, chunks = engines.beginning(case)
    ours = engines.in_numpy(case, model, chunks)
    theirs = engines.in_pytorch(form)(case, model, chunks)
    for k in range(12):
        found = ours(k)
        np.testing.assert_allclose(theirs(k), found, rtol=1e-4)
        assert found[1] > engines.CLIP


def test_where_nothing_compiles_a_line_says_why_and_the_others_run(torch, monkeypatch):
    def no_compiler(torch, net, unroll):
        def call(*given):
            raise RuntimeError("no C++ compiler\nand much more")

        return call

    monkeypatch.setattr(engines, "have_jax", lambda: False)
    monkeypatch.setattr(engines, "compile_anew", no_compiler)
    found, notes = measured()
    assert "torch.compile of RNN failed: RuntimeError: no C++ compiler" in notes
    assert ("RNN", "NumPy / PyTorch") in by_name(found, training_step.RATIOS)
    assert ("RNN", "torch.compile") not in by_name(found, training_step.TIMES)


def test_another_engine_that_fails_is_not_passed_over(monkeypatch):
    def broken(case, model, chunks):
        return lambda k: 1 / 0

    case = engines.Case("RNN", 5, 4, 2, 3)
    with pytest.raises(ZeroDivisionError):
        training_step.Contest(engines, case, {"NumPy": engines.in_numpy, "JAX jit": broken}, [])


@pytest.mark.parametrize("kind", training_step.KINDS)
def test_the_products_of_a_step_are_as_many_as_the_formula_says(kind, monkeypatch):
    case, counted = engines.Case(kind, 7, 6, 5, 4), []

    def matmul(a, b, out):
        assert out.shape == (a.shape[0], b.shape[1])
        counted.append(2 * a.shape[0] * a.shape[1] * b.shape[1])
        return out

    work = engines.products(case)
    monkeypatch.setattr(engines.np, "matmul", matmul)
    work()
    assert sum(counted) == engines.flops(case)
    blocks = {"RNN": 1, "LSTM": 4, "GRU": 3}[kind]
    assert engines.flops(case) == 6 * 5 * 4 * 6 * (blocks * 6 + 7)


# Cost and memory


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 2.0])
def test_the_slope_of_a_known_cost_is_found(power, monkeypatch):
    clock = Clock(monkeypatch)
    made = lambda case: lambda k: clock.wait(0.003 * case.n_h**power)
    stand_in = SimpleNamespace(
        Case=engines.Case, beginning=lambda case: (), in_numpy=lambda case: made(case)
    )
    times = cost.times_of(stand_in, "GRU", "n_h", (8, 16, 32), 4, 0)
    for of_round in zip(*times.values(), strict=True):
        assert cost.slope(list(times), of_round) == pytest.approx(power)


def test_cost_has_a_slope_and_times_for_each_size_and_cell(monkeypatch):
    monkeypatch.setattr(cost, "QUICK", {"T": (2, 4), "B": (1, 2), "n_h": (2, 4)})
    monkeypatch.setattr(cost, "BASE", {"V": 5, "n_h": 4, "B": 2, "T": 3})
    found, _ = cost.measure(quick=True)
    slopes = {(r.case, r.what): r for r in found if r.table == cost.SLOPES}
    assert len(slopes) == 9
    assert slopes["GRU", "T = 2 … 4"].target == (0.9, 1.1)
    assert slopes["GRU", "B = 1 … 2"].target is None
    assert len({(r.table, r.case, r.what) for r in found}) == len(found) == 9 + 18


def test_a_peak_is_what_was_held_at_a_time():
    size = 3_000_000

    def twice():
        for _ in range(2):
            a = np.ones(size, np.uint8)
            del a

    assert size <= memory.peak(twice) < 1.1 * size
    before = np.ones(size, np.uint8)
    assert memory.peak(lambda: before.sum()) < size / 10
    with pytest.raises(ZeroDivisionError):
        memory.peak(lambda: 1 / 0)
    assert not tracemalloc.is_tracing()


@pytest.fixture
def small(monkeypatch):
    """Networks and texts of which nothing takes long."""
    for name, value in {"N_H": 32, "B": 16, "CHUNK": 16}.items():
        monkeypatch.setattr(memory, name, value)
    monkeypatch.setattr(memory, "QUICK", ((16, 32, 64), (1_500, 3_000, 6_000)))


@pytest.mark.usefixtures("small")
def test_memory_grows_with_a_text_read_as_a_whole_and_not_with_one_read_in_chunks():
    found, notes = memory.measure(quick=True)
    growth = {(r.case, r.what): r for r in found if r.table == memory.GROWTH}
    assert len(growth) == 9
    assert all(r.met for r in growth.values() if r.target), growth
    assert all(r.value > 0.9 for r in growth.values() if "chunks" not in r.what)
    assert "n_h 32" in notes[0]


@pytest.mark.usefixtures("small")
def test_a_loop_that_keeps_what_it_read_would_be_seen(monkeypatch):
    kept = []

    def hoards(records):
        for record in records:
            kept.append(record.model.cell.W_h.copy())

    monkeypatch.setattr(sys.modules["rnn_core.train"], "last", hoards)
    peaks = [memory.chunked("RNN", n) for n in (2_000, 8_000)]
    assert memory.slope((2_000, 8_000), peaks) > memory.FLAT[1]


# Lessons


def test_without_what_they_need_lessons_are_left_out_with_a_sentence(monkeypatch):
    monkeypatch.setattr(lessons.importlib.util, "find_spec", lambda name: None)
    assert lessons.measure() == (
        [],
        ["Lessons not measured: nbval is missing (make bench installs it)."],
    )


def test_each_notebook_is_timed_alone_and_then_all_together(monkeypatch):
    import validate

    commands = []
    monkeypatch.setattr(lessons, "seconds", lambda command, what: commands.append(what) or 12.0)
    found, _ = lessons.measure()
    names = [str(p.relative_to(validate.ROOT)) for p in validate.lessons()]
    named = [n for n in names if n in commands]
    assert commands == [*named, "tools/validate.py"]
    assert len(named) >= len(names) - 1  # lesson 11, where JAX is missing
    verdicts = {(r.case, r.what): r.met for r in found}
    assert verdicts["00_start_here", "lesson"] is verdicts["00_start_here", "solution"] is True
    assert verdicts["average", "lesson"] is False
    assert found[-1].target == (None, 300.0)


def test_a_command_that_fails_has_no_time():
    assert 0 < lessons.seconds([sys.executable, "-c", "pass"], "nothing") < 60
    with pytest.raises(ValueError, match=r"^a lesson failed, so its time says nothing:\nwrong$"):
        lessons.seconds([sys.executable, "-c", "import sys; sys.exit('wrong')"], "a lesson")


# The runner


STEP_ROWS = [
    rows.row(training_step.RATIOS, "RNN  V 2", "NumPy / PyTorch", [1.0, 2.0], target=(3, None)),
    rows.row(training_step.SHARES, "RNN  V 2", "NumPy", [20.0, 30.0], "%"),
]
SCRIPT = """
import json, sys
print("quick" if "--quick" in sys.argv else "whole")
json.dump({report!r}, open(sys.argv[sys.argv.index("--json") + 1], "w"))
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of benchmarks that hand back what is written here, and one that stops."""
    slow = Row("C", "c", "w", 1.0, target=(2.0, None))
    one = {"training_step": report(*STEP_ROWS), "cost": report(slow)}
    for name, its in one.items():
        (tmp_path / f"{name}.py").write_text(SCRIPT.format(report=its), encoding="utf-8")
    (tmp_path / "memory.py").write_text("raise SystemExit('broken')")
    monkeypatch.setattr(run, "HERE", tmp_path)
    monkeypatch.setattr(run, "BUILD", tmp_path.parent / "build" / tmp_path.name)
    monkeypatch.setattr(run, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(run, "PAGE", tmp_path / "README.md")
    told = {name: [f"{name}.py"] for name in ("training_step", "cost", "memory")}
    monkeypatch.setattr(run, "BENCHMARKS", told)
    (tmp_path / "README.md").write_text(f"before\n{run.BEGIN}\nold\n{run.END}\nafter\n")
    return tmp_path


def ended(*arguments):
    with pytest.raises(SystemExit) as stopped:
        run.main(arguments)
    return stopped.value.code


def test_the_runner_makes_one_table_as_text_json_and_picture(folder, capfd):
    assert ended("training_step", "cost", "--quick") == 0
    text = (run.BUILD / "bench.txt").read_text(encoding="utf-8")
    assert text.count(machine.sentence(report()["machine"])) == 1
    assert text.index("=== training_step") < text.index("=== cost") < text.index("=== Targets")
    missed = f"* {training_step.RATIOS}, RNN  V 2: NumPy / PyTorch 1.50 (1.25–1.75) ≥ 3 MISSED"
    assert text.endswith(f"0 of 2 met. Missed:\n{missed}\n* C, c: w 1.00 ≥ 2 MISSED\n")
    told = json.loads((run.BUILD / "bench.json").read_text(encoding="utf-8"))
    assert [rows.from_json(r) for r in told["training_step"]["rows"]] == STEP_ROWS
    assert (run.BUILD / "bench.png").read_bytes().startswith(b"\x89PNG")
    assert capfd.readouterr().out.count("quick") == 2
    assert not run.RESULTS.exists()
    assert ended("cost") == 0
    assert not (run.BUILD / "bench.png").exists(), "it shows what was not run"


def test_one_that_stops_is_told_of_and_the_others_run(folder, capfd):
    assert ended() == 1
    assert "memory stopped, see above." in capfd.readouterr().out
    assert list(json.loads((run.BUILD / "bench.json").read_text())) == ["training_step", "cost"]


def test_stored_figures_stay_until_they_are_measured_again(folder):
    assert ended("cost", "--store") == 0
    assert ended("training_step", "--store") == 0
    told = json.loads((run.RESULTS / "bench.json").read_text(encoding="utf-8"))
    assert list(told) == ["training_step", "cost"]
    assert (run.RESULTS / "bench.txt").read_text(encoding="utf-8") == run.table(told)
    text = (run.RESULTS / "bench.txt").read_text(encoding="utf-8")
    page = run.PAGE.read_text(encoding="utf-8")
    inside = f"{run.BEGIN}\n\n```text\n{text}```\n\n{run.END}"
    assert page == f"before\n{inside}\nafter\n"
    assert ended("cost", "--store") == 0
    assert run.PAGE.read_text(encoding="utf-8") == page


def test_a_page_without_the_place_for_the_table_is_not_written(folder):
    run.PAGE.write_text("nothing\n")
    with pytest.raises(ValueError, match=r"^README.md: got no “<!-- written by"):
        run.main(["cost", "--store"])
    assert run.PAGE.read_text() == "nothing\n"
    assert not run.BUILD.exists(), "it was measured first"


def test_a_program_is_told_what_stands_beside_it(folder, monkeypatch, capfd):
    monkeypatch.setitem(run.BENCHMARKS, "cost", ["cost.py", "--quick"])
    assert ended("cost") == 0
    assert "quick" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["costs"], "name: got 'costs', wanted some of training_step, cost, memory"),
        (["--quick", "--store"], "--store: got --quick beside it, wanted a measurement to keep"),
    ],
)
def test_what_the_runner_cannot_do_is_refused(folder, arguments, words, capsys):
    assert ended(*arguments) == 2
    assert words in capsys.readouterr().err


def test_every_file_is_a_benchmark_that_is_run_or_helps_one():
    files = {path.stem: path for path in FOLDER.glob("*.py")}
    programs = {Path(program).stem for program, *_ in run.BENCHMARKS.values()}
    assert set(files) == programs | HELPERS
    for name in programs:
        tree = ast.parse(files[name].read_text(encoding="utf-8"))
        made = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert {"measure", "main"} <= made
        assert f"    python benchmarks/{name}.py" in ast.get_docstring(tree)


def test_the_page_shows_what_is_stored_and_names_every_benchmark():
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert page.index(run.BEGIN) < page.index(run.END)
    assert all(f"| `{name}` |" in page for name in run.BENCHMARKS)
    stored = FOLDER / "results" / "bench.json"
    if stored.exists():
        table = run.table(json.loads(stored.read_text(encoding="utf-8")))
        assert f"```text\n{table}```" in page
        assert stored.with_suffix(".txt").read_text(encoding="utf-8") == table
        assert stored.with_suffix(".png").exists()
