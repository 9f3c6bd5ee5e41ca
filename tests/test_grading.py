"""A class of some fifty students, many of them hostile, is graded once in the sandbox; then every line is read."""

import csv
import html
import json
import multiprocessing
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from time import monotonic, sleep

import nbformat
import needs
import pytest
from answers import ROOT, Exercise, attempt
from exercise_rules import region
from submissions import CASES, FULL, NAME, RIGHT, WRONG, hand_in, paper

needs.needed("nbgrader", "only `make grade`, `make exercises` and CI install it")
from grading import (  # noqa: E402
    command,
    course,
    desk,
    frame,
    history,
    intake,
    pool,
    remarks,
    report,
    run,
    sandbox,
    suspicion,
    work,
)
from grading.pool import pooled  # noqa: E402

LIMITS = sandbox.Limits(cell=5, total=120)
EXERCISES = [Exercise.read(path) for path in sorted(ROOT.glob("solutions/*/*.ipynb"))]
SHOWN = [*CASES]


class Listener(threading.Thread):
    """Something on the network of this machine that nobody in the sandbox can reach."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.visits = self.socket.getsockname()[1], 0

    def run(self):
        while True:
            self.socket.accept()[0].close()
            self.visits += 1


class Class:
    """The folder, the table that came out, and what stands outside the sandbox."""

    def __init__(self, base):
        self.base, self.folder, self.out = base, base / "class", base / "grades"
        self.listener = Listener()
        self.listener.start()
        (base / "port").write_text(str(self.listener.port))
        (base / "canary").write_text("alive")
        self.folder.mkdir()
        for name, case in CASES.items():
            case.write(self.folder / name)
        self.grade()

    def grade(self, **options):
        command.grade(NAME, self.folder, self.out, limits=LIMITS, jobs=4, **options)

    @property
    def rows(self):
        return table(self.out)

    def points(self, name):
        found = [row for key, row in self.rows[name].items() if "-check" in key]
        return [float(value) for value in found] if any(found) else None

    def held(self, name):
        return (self.out / "held" / name / f"{NAME}.html").exists()

    def feedback(self, name):
        return (self.out / "feedback" / name / NAME / f"{NAME}.html").read_text(encoding="utf-8")


def table(out):
    with (out / f"{NAME}.csv").open(encoding="utf-8-sig") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="session")
def graded(tmp_path_factory):
    if why := sandbox.why_not():
        needs.absent("bubblewrap", f"{why}; submissions are graded in its sandbox")
    return Class(tmp_path_factory.mktemp("grading"))


@pytest.mark.parametrize("name", SHOWN)
def test_the_points_are_what_the_answers_are_worth(graded, name):
    assert graded.points(name) == CASES[name].wanted


@pytest.mark.parametrize("name", SHOWN)
def test_a_person_is_asked_to_look_where_it_is_needed(graded, name):
    row = graded.rows[name]
    assert (row["look"] == "look") is CASES[name].look, row["remarks"]
    assert CASES[name].told in row["remarks"]


def test_nothing_outside_the_sandbox_was_touched(graded):
    assert (graded.base / "canary").read_text() == "alive"
    assert graded.listener.visits == 0
    with sqlite3.connect(graded.out / "gradebook.db") as gradebook:
        assert gradebook.execute("pragma integrity_check").fetchone() == ("ok",)


def test_the_listener_would_have_heard_a_visit(graded):
    """The test above can fail."""
    before = graded.listener.visits
    socket.create_connection(("127.0.0.1", graded.listener.port)).close()
    while graded.listener.visits == before:
        pass
    graded.listener.visits = before


def test_nobody_in_the_sandbox_is_left_alive(graded):
    lines = [" ".join(p.info["cmdline"] or []) for p in sandbox.psutil.process_iter(["cmdline"])]
    assert any(" pytest" in line for line in lines), "the list of processes is read"
    assert not [line for line in lines if str(sandbox.STARTER) in line]


@pytest.mark.parametrize("name", [n for n in SHOWN if CASES[n].wanted and not CASES[n].look])
def test_feedback_is_handed_out_without_the_tests_that_are_not_shown(graded, name):
    text = plain(graded.feedback(name))
    assert "told = by_hand()" in text
    assert secrets_in(text) == []
    assert not graded.held(name)


def secrets_in(text):
    """Lines of the tests that are not handed out and stand in a text."""
    source = nbformat.read(graded_source(), as_version=4)
    lines = {line.strip() for cell in source.cells for line in region(cell, "HIDDEN TESTS")}
    shown = "\n".join(cell.source for cell in paper().cells)
    lines = {line for line in lines if len(line) > 8 and line not in shown}
    assert len(lines) > 10
    return [line for line in lines if line in text]


def plain(page):
    """The text of a page."""
    return html.unescape(re.sub(r"<[^>]*>", "", page))


def graded_source():
    return ROOT / "solutions" / NAME / f"{NAME}.ipynb"


@pytest.mark.parametrize("name", [n for n in SHOWN if CASES[n].wanted and CASES[n].look])
def test_feedback_is_held_back_until_somebody_has_looked(graded, name):
    assert graded.held(name)
    assert not (graded.out / "feedback" / name / NAME / f"{NAME}.html").exists()


def test_even_held_feedback_shows_no_test_that_is_not_shown(graded):
    page = (graded.out / "held" / "prints_the_tests" / f"{NAME}.html").read_text(encoding="utf-8")
    assert secrets_in(plain(page)) == []


def test_no_script_of_a_student_runs_in_a_page(graded):
    page = graded.feedback("scripts_for_who_reads")
    policy = page.index("Content-Security-Policy\" content=\"default-src 'none'")
    assert policy < page.index("<title>") < page.index("alert('mine')")
    kept = graded.out / "autograded" / "scripts_for_who_reads" / NAME / f"{NAME}.ipynb"
    outputs = [o for cell in nbformat.read(kept, 4).cells for o in cell.get("outputs", [])]
    assert {mime for o in outputs for mime in o.get("data", {})} == {"text/plain"}


def test_a_photo_is_shown_to_who_reads(graded):
    assert "data:image/png;base64,QUJDQUJD" in graded.feedback("a_photo_of_the_page")


def test_a_table_holds_no_formula(graded):
    text = (graded.out / f"{NAME}.csv").read_text(encoding="utf-8-sig")
    assert not [part for part in re.split(r'[,\n]"?', text) if part[:1] in ("=", "+", "@")]


def test_the_search_for_tests_finds_them(graded):
    kept = graded.out / "autograded" / "blank" / NAME / f"{NAME}.ipynb"
    assert secrets_in("\n".join(c.source for c in nbformat.read(kept, as_version=4).cells))


def test_who_fails_a_test_that_is_not_shown_is_told_its_sentence(graded):
    assert "Not right for T = 5." in plain(graded.feedback("fails_in_a_test_that_is_not_shown"))


def test_the_summary_counts_and_names(graded):
    page = (graded.out / f"{NAME}.html").read_text(encoding="utf-8")
    graded_ones = sum(case.wanted is not None for case in CASES.values())
    assert f"{len(CASES)} students, {graded_ones} graded." in page
    full = sum(case.wanted is not None and case.wanted[0] == 2 for case in CASES.values())
    assert '<td class="points">2 of 2</td>' in page
    assert re.search(rf"2 of 2</td><td><span[^>]*></span> {full}<", page)
    for name, case in CASES.items():
        assert (f"<td>{name}</td>" in page) is case.look


def test_only_the_owner_can_read_grades(graded):
    assert (graded.out / "gradebook.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_every_exercise_can_be_graded(graded, exercise):
    """Its solution gets all points that no person gives, an untouched copy none, in the sandbox's time and memory."""
    name, base = exercise.name, graded.base / exercise.name
    for student, folder in (("right", "solutions"), ("blank", "exercises")):
        (base / student).mkdir(parents=True)
        shutil.copy(ROOT / folder / name / f"{name}.ipynb", base / student)
    with command.grade(name, base, graded.base / "all").open(encoding="utf-8-sig") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    for student, points in (("right", sum(map(exercise.points, exercise.tasks))), ("blank", 0)):
        assert (rows[student]["total"], rows[student]["look"]) == (str(points), "")


# The next day


@pytest.fixture(scope="session")
def later(graded):
    """A second grading: one re-submission, one that is new, a written answer read by hand."""
    read_by_hand(graded)
    graded.before = (graded.out / "history" / f"{NAME}.jsonl").read_text()
    hand_in(graded.folder / "half", paper(RIGHT))
    hand_in(graded.folder / "late_comer", paper(RIGHT))
    graded.grade()
    return graded


def read_by_hand(graded):
    """What formgrader does: points for a written answer."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{graded.out / 'gradebook.db'}") as gradebook:
        for name in ("all_right", "half"):
            grade = gradebook.find_grade("03-explain", NAME, NAME, name)
            grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()


def records(graded):
    lines = (graded.out / "history" / f"{NAME}.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_only_what_is_new_is_graded_again(later):
    added = records(later)[len(later.before.splitlines()) :]
    assert sorted(entry["student"] for entry in added) == ["half", "late_comer"]


def test_a_late_submission_counts_and_the_earlier_one_is_kept(later):
    assert later.points("half") == FULL
    assert later.rows["half"]["attempt"] == "2"
    entries = [entry for entry in records(later) if entry["student"] == "half"]
    assert [entry["points"]["03-gradients-check"] for entry in entries] == [0, 3]
    kept = later.out / "history" / NAME / "half"
    assert sorted(path.name for path in kept.iterdir()) == ["1.ipynb", "2.ipynb"]
    assert (later.out / "history" / f"{NAME}.jsonl").read_text().startswith(later.before)


def test_points_given_by_hand_stay(later):
    assert later.rows["all_right"]["03-explain (2)"] == "1.5"
    assert later.rows["all_right"]["total"] == "9.5"
    assert later.rows["half"]["03-explain (2)"] == "1.5"
    assert "(Score: 9.5 / 10.0)" in plain(later.feedback("all_right"))


def test_who_waits_to_be_read_is_counted(later):
    assert later.rows["all_right"]["to read"] == "0"
    assert later.rows["late_comer"]["to read"] == "1"
    assert later.rows["blank"]["to read"] == "0"


def test_grading_again_changes_nothing_but_the_history(later):
    only = later.base / "only"
    hand_in(only / "late_comer", paper(RIGHT))
    before = later.rows["late_comer"]
    command.grade(NAME, only, later.out, limits=LIMITS, again=True)
    after = later.rows["late_comer"]
    assert {k: v for k, v in after.items() if k != "submitted"} == {
        k: v for k, v in before.items() if k != "submitted"
    }
    assert [entry["student"] for entry in records(later)].count("late_comer") == 2
    assert later.points("all_right") == FULL


# The parts


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("Ada Lovelace_4711_assignsubmission_file_", "Ada_Lovelace_4711"),
        ("Müller-Lüdenscheidt, Jörg_12_assignsubmission_file_", "Müller-Lüdenscheidt_Jörg_12"),
        ("ada", "ada"),
        ("../../etc", "etc"),
        ("=cmd|' /C calc'!A0", "cmd_C_calc_A0"),
        ("...", "nameless"),
        ("*[a-z]?", "a-z"),
    ],
)
def test_a_folder_tells_its_student(name, student):
    assert intake.fit(intake.of_folder(name)) == student


@pytest.mark.parametrize(
    ("stem", "student"),
    [
        ("lovelaceada_4711_98765_03_bptt_by_hand", "lovelaceada_4711"),
        ("lovelaceada_LATE_4711_98765_03_bptt_by_hand-2", "lovelaceada_4711"),
        ("Exercise 3_ada_attempt_2026-11-20-23-01-02_03_bptt_by_hand", "ada"),
        ("ada_03_bptt_by_hand", "ada"),
        ("ada-03_bptt_by_hand (1)", "ada"),
        ("ada", "ada"),
        ("03_bptt_by_hand", "03_bptt_by_hand"),
    ],
)
def test_a_file_tells_its_student(stem, student):
    assert intake.fit(intake.of_file(stem, NAME)) == student


def test_the_later_of_two_attempts_comes_first(tmp_path):
    for time in ("2026-11-20-23-01-02", "2026-11-21-08-00-00"):
        (tmp_path / f"Exercise 3_ada_attempt_{time}_x.ipynb").write_text("{}")
    (found,) = intake.submissions(tmp_path, NAME)
    assert found.student == "ada"
    assert ["2026-11-21" in path.name for path in found.files] == [True, False]


def test_two_names_that_would_be_one_stay_two(tmp_path):
    names = ("Ada L", "Ada_L", "🙂", "🎉", "x" * 90 + "1", "x" * 90 + "2")
    for name in names:
        hand_in(tmp_path / name, paper())
    found = intake.submissions(tmp_path, NAME)
    assert len(found) == len(names)
    assert all(len(one.files) == 1 for one in found)
    assert "Ada_L" in [one.student for one in found]


def test_folders_nested_deeper_than_python_calls_itself_are_walked(tmp_path):
    deep = "import os\nfor n in range(1200):\n    os.mkdir('d')\n    os.chdir('d')\nopen('x', 'w')"
    subprocess.run([sys.executable, "-c", deep], cwd=tmp_path, check=True)
    assert [path.name for path in intake.walk(tmp_path)] == ["x"]
    assert sandbox.written(tmp_path) > 1200 * 4096
    sandbox.emptied(tmp_path)
    assert not any(tmp_path.iterdir())


def test_what_is_no_notebook_is_listed_as_well(tmp_path):
    (tmp_path / "ada.zip").write_bytes(b"x")
    (tmp_path / "bob.IPYNB").write_text("{}")
    (tmp_path / "eve").symlink_to("/etc")
    os.utime(tmp_path / "bob.IPYNB", (1e12, 1e12))
    ada, bob, eve = intake.submissions(tmp_path, NAME)
    assert (ada.others, len(bob.files), eve.links) == (("ada.zip",), 1, ("eve",))


def test_what_is_no_folder_of_submissions_is_refused(tmp_path):
    with pytest.raises(ValueError, match="wanted a folder of submissions"):
        intake.submissions(tmp_path / "none", NAME)
    with pytest.raises(ValueError, match="for each student"):
        intake.submissions(tmp_path, NAME)


def test_an_unknown_exercise_is_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match=r"EXERCISE is '99_x', wanted one of 00_start_here, "):
        command.grade("99_x", tmp_path)


def test_without_a_sandbox_it_says_so_and_asks_for_a_word(tmp_path, monkeypatch):
    hand_in(tmp_path / "in" / "ada", paper(RIGHT))
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    with pytest.raises(ValueError, match=r"bwrap is not installed[\s\S]*UNSAFE=yes"):
        command.grade(NAME, tmp_path / "in", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_with_the_word_it_grades_without_a_sandbox(tmp_path, monkeypatch):
    hand_in(tmp_path / "in" / "ada", paper(RIGHT))
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    command.grade(NAME, tmp_path / "in", tmp_path / "out", limits=LIMITS, unsafe=True)
    row = table(tmp_path / "out")["ada"]
    assert [value for key, value in row.items() if "-check" in key] == [str(p) for p in FULL]


def test_two_gradings_at_once_are_refused(tmp_path):
    with (
        command.lock(tmp_path),
        pytest.raises(ValueError, match=f"process number {os.getpid()}"),
        command.lock(tmp_path),
    ):
        pass
    (tmp_path / ".grading").write_text("999999999")  # one that a crash has left
    with command.lock(tmp_path):
        pass


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"memory": 100 * 2**20}, "It used more than 0.1 GiB of memory."),
        ({"processes": 3}, "It started more than 3 processes."),
        ({"memory": 2**33, "processes": 9}, ""),
    ],
)
def test_what_uses_too_much_is_ended_with_all_it_has_started(limits, told):
    grow = "kept = b'x' * 30 * 2**20; __import__('time').sleep(2)"
    start = "import subprocess, sys\nfor n in range(4):\n"
    start += f"    p = subprocess.Popen([sys.executable, '-c', {grow!r}])\np.wait()"
    process = subprocess.Popen([sys.executable, "-c", start])
    watch = sandbox.Watch(process.pid, sandbox.Limits(**limits))
    watch.start()
    assert (process.wait() == 0) is (told == "")
    watch.ended.set()
    watch.join()
    assert watch.told == told


@pytest.mark.parametrize(
    ("exercise", "task"),
    [pytest.param(e, task, id=task) for e in EXERCISES for task in e.tasks],
)
def test_the_known_wrong_answers_are_refused_while_the_solution_passes(exercise, task):
    """What stands behind each check: it must not accuse a student who is right."""
    names = exercise.names_before(task)
    answer, check = exercise.cell(task).source, exercise.cell(f"{task}-check")
    assert attempt(f"{answer}\n{check.source}", names).points == 1
    source = ROOT / "tests" / "exercises"
    nb = nbformat.v4.new_notebook(cells=exercise.cells)
    controls = desk.controls_of(exercise.name, nb, source)
    assert len(controls[task]) >= 3
    made = run.with_controls(nb, {task: controls[task]})
    (control,) = (cell for cell in made.cells if "control" in cell.metadata)
    verdict = attempt(control.source, names, strict=False)
    assert (verdict.kind, verdict.told) == ("AssertionError", "as it should be")


def test_a_file_that_is_taken_away_meanwhile_stops_nothing(tmp_path):
    gone = intake.Submission("ada", (tmp_path / "gone.ipynb",))
    job = work.Job(gone, {}, tmp_path / "none.json", LIMITS, True)
    content, when = desk.graded_file(job, desk.result_of(job, whole=False))
    assert content == b""
    assert when.year >= 2026


def dies(job):
    os._exit(job)


def test_a_worker_that_dies_stops_no_other():
    assert dict(pooled(dies, [0, 3, 0], 2, 30)) == {0: True, 3: False}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("np.allclose = lambda *a: True", "sets np.allclose"),
        ("!ls", "uses get_ipython"),
        ("%run x.py", "uses get_ipython"),
        ("def f():\n    global work\n    work = 1", "gives work another meaning"),
        ("from numpy import *", "imports everything of numpy"),
        ("import os", "imports os"),
        ("class A:\n    def __array__(self):\n        return 1", "defines __array__"),
        ("getattr(np, '__dict__')", "names __dict__"),
        ("abs = sum", "gives abs another meaning"),
        ("import math as np", "gives np another meaning"),
        ("del np.isclose", "sets np.isclose"),
        ("print(In[-1])", "uses In"),
        ("getattr(np, '__di' + 'ct__')", "uses getattr with a name that it makes itself"),
        ("operator.attrgetter('__glo' + 'bals__')", "uses attrgetter with a name"),
        ("'{0.__globals__}'.format(work)", "names __globals__"),
        ("text.format(work)", "uses format with a text that it makes itself"),
        ("type('E', (float,), {})", "makes a class with type"),
        ("warnings.sys.modules", "uses warnings.sys"),
        ("from random import _os", "imports _os of random"),
        ("(n for n in x).gi_frame", "uses (n for n in x).gi_frame"),
        ("%%time\nnp.isclose = 1", "sets np.isclose"),
        ("%matplotlib inline\nf = (\nsetattr\n)", "uses setattr"),
        ("%config InlineBackend.x = setattr(np, 'a', 1)", "uses get_ipython"),
    ],
)
def test_what_no_exercise_needs_is_told(code, told):
    given = {"np": "numpy", "work": "rnn_core.worked.work"}
    found = [remark.text for remark in suspicion.suspicions(code, given)]
    assert any(text.startswith(f"its code {told}") for text in found)


@pytest.mark.parametrize(
    "source",
    [
        *(*RIGHT.values(), "import numpy as np\nx = 1", "def (", "x.append(1)"),
        *("%matplotlib inline\nx = 1", "%%time\nx = 1", "%timeit -n 3 f(x)", "np.tanh?", "?np"),
        *("getattr(w, 'h')", "np.trace(x)", "if __name__ == '__main__':\n    pass"),
    ],
)
def test_ordinary_answers_are_not_suspected(source):
    given = {"np": "numpy", "work": "rnn_core.worked.work"}
    assert suspicion.suspicions(source, given) == []


def test_two_students_with_one_seed_are_told():
    entries = [
        {"student": s, "seed": n} for s, n in (("a", "7"), ("b", "7"), ("c", "8"), ("d", "0"))
    ]
    assert report.same_seed(entries) == {
        "a": ["SEED 7 is also that of b"],
        "b": ["SEED 7 is also that of a"],
    }


def test_the_frame_restores_the_exercise_whatever_is_left_of_it():
    exercise, source = paper(), nbformat.read(graded_source(), as_version=4)
    nb, _ = frame.framed([], exercise, source)
    assert [cell.id for cell in nb.cells] == [cell.id for cell in source.cells]


# What a student can reach in the sandbox


@pytest.fixture
def box(tmp_path):
    """What Python prints that runs in the sandbox, as JSON."""
    if why := sandbox.why_not():
        needs.absent("bubblewrap", why)

    def printed(expression):
        code = f"import json, os, sys\nprint(json.dumps({expression}))"
        line = ["bwrap", *sandbox.walls(tmp_path), "--", sys.executable, "-c", code]
        return json.loads(subprocess.run(line, capture_output=True, check=True).stdout)

    return printed


def test_the_sandbox_holds_nothing_but_python_and_the_shared_folder(box, tmp_path):
    shown = [sys.prefix, sys.base_prefix, tmp_path, ROOT, sandbox.rnn_core.__file__]
    shown += [os.path.realpath(sys.executable)]
    system = {"bin", "dev", "etc", "lib", "lib32", "lib64", "proc", "sbin", "tmp", "usr"}
    assert set(box("os.listdir('/')")) <= system | {str(path).split("/")[1] for path in shown}
    assert box("os.listdir('/etc')") in ([], ["ld.so.cache"])
    assert not set(box(f"os.listdir({str(ROOT)!r})")) - {"rnn_core", "tools", ".venv"}
    assert box(f"os.listdir({str(ROOT / 'tools')!r})") == ["grading"]


def test_nothing_that_the_sandbox_shows_can_be_changed(box):
    code = "[p for p in ('/usr', sys.prefix, sys.base_prefix, {!r}) if os.access(p, os.W_OK)]"
    assert box(code.format(str(ROOT / "rnn_core"))) == []


def test_no_secret_of_the_environment_is_in_the_sandbox(box, monkeypatch):
    monkeypatch.setenv("GRADING_TOKEN", "secret")
    assert "secret" not in box("[*os.environ.values()]")


def test_a_student_has_no_rights_over_the_machine(box):
    rights = box("[line.split()[1] for line in open('/proc/self/status') if line[:3] == 'Cap']")
    assert {int(right, 16) for right in rights} == {0}
    assert box("os.getsid(0)") != 0  # a terminal of its own, so that it cannot type into ours


def test_all_files_of_a_student_have_room_for_so_much_and_no_more(box):
    room = box("os.statvfs('/tmp').f_blocks * os.statvfs('/tmp').f_frsize")
    assert room == sandbox.Limits.file


def test_limits_hold_for_the_python_that_is_started():
    code = "import resource as r; print(*(r.getrlimit(getattr(r, 'RLIMIT_' + n)) for n in ('AS', 'FSIZE', 'CORE')))"
    line = [sys.executable, sandbox.STARTER, str(2**33), "4096", "-c", code]
    told = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    assert told == f"({2**33}, {2**33}) (4096, 4096) (0, 0)\n"


# One notebook in the sandbox


def small(*sources, **checks):
    """A notebook of cells, and of checks by name."""
    nb = nbformat.v4.new_notebook()
    nb.cells = [
        nbformat.v4.new_code_cell(source, id=f"c{n}", metadata={"tags": ["raises-exception"]})
        for n, source in enumerate(sources)
    ]
    for task, source in checks.items():
        cell = nbformat.v4.new_code_cell(source, id=f"{task}-check")
        cell.metadata["nbgrader"] = {
            "grade": True,
            "solution": False,
            "locked": True,
            "task": False,
            "points": 1,
            "grade_id": cell.id,
            "schema_version": 3,
        }
        nb.cells.append(cell)
    return nb


def runs(job):
    """In a process of its own, as a worker does."""
    path, nb, controls, limits = job
    made, told = run.run(nbformat.reads(nb, as_version=4), controls, limits)
    path.write_text(json.dumps([nbformat.writes(made), [remark.text for remark in told]]))


@pytest.fixture
def executed(tmp_path):
    """Function: (notebook with its outputs, texts of the remarks) after it ran in the sandbox."""
    if why := sandbox.why_not():
        needs.absent("bubblewrap", why)

    def made(nb, controls=None, **limits):
        limits = sandbox.Limits(**({"cell": 10, "total": 100} | limits))
        job = tmp_path / "result.json", nbformat.writes(nb), controls or {}, limits
        assert [ended for _, ended in pooled(runs, [job], 1, 200)] == [True]
        nb, told = json.loads(job[0].read_text())
        return nbformat.reads(nb, as_version=4), told

    return made


def shown_by(cell):
    return "".join(o.get("text", "") + o.get("evalue", "") for o in cell.outputs)


def test_what_one_cell_writes_too_much_costs_no_other_cell_its_output(executed):
    nb, told = executed(small("print('x' * 30)", "print('y' * 2000)", "print('z')"), output=1000)
    assert told == []
    before, cut, after = map(shown_by, nb.cells)
    assert before == "x" * 30 + "\n"
    assert "the rest was cut" in cut
    assert "y" * 1000 not in cut
    assert after == "z\n"


def test_a_check_that_fails_after_much_has_been_written_still_fails(executed):
    nb, _ = executed(
        small("def f():\n    print('y' * 2000)", task="f()\nassert False, 'Not right.'"),
        output=1000,
    )
    assert run.failed(nb.cells[1])


def test_when_time_is_up_nothing_more_runs_and_the_check_fails(executed):
    nb, _ = executed(small("print(1)", task="print('right')"), total=0)
    assert [shown_by(cell) for cell in nb.cells] == ["After 0 s nothing more was run."] * 2
    assert run.failed(nb.cells[1])


def test_a_check_that_there_was_no_time_to_control_is_told():
    nb = run.with_controls(small(task="print('right')"), {"task": ["x = 1"]})
    nb.cells[1].outputs = [run.error("TimeIsUp", "After 1 s nothing more was run.")]
    found = []
    run.without_controls(nb, found)
    assert found == [remarks.flag("there was no time left to control the check of task")]


def test_a_cell_that_ends_python_is_shown_as_it_was_written(executed):
    ends = "import os\nos._exit(0)"
    nb, told = executed(small(ends, "print('goes on')"))
    assert told == ["c0 was stopped: It ended Python."]
    assert nb.cells[0].source == ends
    assert shown_by(nb.cells[0]) == "It ended Python."
    assert shown_by(nb.cells[1]) == "goes on\n"


def test_a_wrong_answer_put_before_a_check_is_gone_afterwards(executed):
    nb = small("def f():\n    return 1", task="assert f() == 1")
    nb.cells.append(nbformat.v4.new_code_cell("print(f())", id="after"))
    nb, told = executed(nb, {"task": ["def f():\n    return 2"]})
    assert told == []
    assert shown_by(nb.cells[2]) == "1\n"


def test_a_control_that_breaks_off_refuses_nothing():
    """Somebody who makes every later cell fail has not shown that wrong answers are refused."""
    nb = run.with_controls(small(task="print('right')"), {"task": ["x = 1"]})
    nb.cells[1].outputs = [run.error("NameError", "name 'exec' is not defined")]
    found = []
    assert run.failed(run.without_controls(nb, found).cells[0])
    assert [remark.flag for remark in found] == [True]


def test_how_long_a_cell_had_is_told(graded):
    if "endless_loops" in SHOWN:
        assert "within 5 s" in graded.rows["endless_loops"]["remarks"]


# What comes in


def test_links_to_folders_are_named_and_not_followed(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "secret.ipynb").write_text("{}")
    (tmp_path / "in" / "ada").mkdir(parents=True)
    (tmp_path / "in" / "ada" / "inside").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in" / "bob").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in" / "cyd.ipynb").symlink_to(tmp_path / "elsewhere" / "secret.ipynb")
    found = {s.student: s for s in intake.submissions(tmp_path / "in", NAME)}
    assert [*found] == ["ada", "bob", "cyd"]
    assert found["ada"].links == ("inside",)
    assert found["bob"].links == ("bob",)
    assert found["cyd"].links == ("cyd.ipynb",)
    assert all(submission.files == () for submission in found.values())


def test_what_computers_leave_in_folders_is_nobodys_submission(tmp_path):
    for junk in ("__MACOSX", "ada/.ipynb_checkpoints", "ada/__MACOSX"):
        hand_in(tmp_path / junk, paper())
    hand_in(tmp_path / "ada", paper())
    (tmp_path / "ada" / "Thumbs.db").write_text("")
    (found,) = intake.submissions(tmp_path, NAME)
    assert (found.student, found.others) == ("ada", ())
    assert [path.parent.name for path in found.files] == ["ada"]


def test_two_folders_of_one_student_are_one_submission(tmp_path):
    for which in ("file", "onlinetext"):
        hand_in(tmp_path / f"Ada_4711_assignsubmission_{which}_", paper(), f"{which}.ipynb")
    (found,) = intake.submissions(tmp_path, NAME)
    assert sorted(path.name for path in found.files) == ["file.ipynb", "onlinetext.ipynb"]


def test_a_name_is_one_name_however_it_is_written_and_fits_a_disk():
    for name in ("Jo\u0308rg", "J\u00f6rg"):
        assert intake.of_folder(name) == intake.of_file(name, NAME) == "J\u00f6rg"
    assert len(intake.fit("x" * 300)) == 80


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["x"] * 401, "the notebook has 401 cells, wanted at most 400"),
        (["x" * 100_001], "a cell has 100,001 characters, wanted at most 100,000"),
    ],
)
def test_a_notebook_that_nobody_writes_by_hand_is_refused(cells, told):
    content = json.dumps(small(*cells)).encode()
    with pytest.raises(ValueError, match=told):
        frame.opened(content)


# What goes out


def test_formulas_of_the_feedback_are_drawn_and_what_is_none_stays():
    assert "<math" in course.drawn("So $h_t$ it is.")
    assert course.drawn(r"It costs $\nonsense{x}$.") == r"It costs $\nonsense{x}$."


def test_what_was_mended_is_told_in_the_feedback_and_what_is_suspected_is_not():
    nb = nbformat.v4.new_notebook()
    work.note(nb, [remarks.Remark("the check was edited"), remarks.flag("its code uses open")])
    (cell,) = nb.cells
    assert cell.source == "**Remarks of the grading**\n\n* the check was edited"
    work.note(nb, [remarks.flag("its code uses open")])
    assert len(nb.cells) == 1


def entry(student, **more):
    plain = {"attempt": 1, "submitted": "2026-11-20", "seed": None, "why": None, "remarks": []}
    return plain | {"student": student, "points": {"a-check": 2, "b": None}} | more


LINES = [("a-check", 2, False), ("b", 3, True)]


def written_table(tmp_path, *entries):
    """(lines of the table, the page) that are written for entries of the history."""
    rows = report.rows(entries, LINES)
    report.write_csv(tmp_path / f"{NAME}.csv", rows, LINES)
    report.write_page(tmp_path / "page.html", "<Title>", rows, LINES)
    return table(tmp_path), (tmp_path / "page.html").read_text(encoding="utf-8")


def test_every_column_of_the_table_says_what_its_head_says(tmp_path):
    note = {"text": "the check was edited", "flag": False}
    rows, _ = written_table(tmp_path, entry("ada", attempt=3, seed="7", remarks=[note]))
    head = {"student": "ada", "attempt": "3", "submitted": "2026-11-20", "seed": "7"}
    points = {"a-check (2)": "2", "b (3)": "", "total": "2", "of": "5", "to read": "1"}
    assert rows["ada"] == head | points | {"look": "", "remarks": "the check was edited"}


def test_who_could_not_be_graded_has_no_total_and_the_reason_first(tmp_path):
    rows, page = written_table(tmp_path, entry("ada", why="the folder is empty", points={}))
    ada = rows["ada"]
    assert [ada[key] for key in ("total", "to read", "look")] == ["", "", "look"]
    assert ada["remarks"] == "NOT GRADED: the folder is empty"
    assert "1 students, 0 graded." in page


def test_two_students_with_one_seed_are_looked_at(tmp_path):
    rows, _ = written_table(tmp_path, entry("ada", seed="7"), entry("bob", seed="7"), entry("cyd"))
    assert [row["look"] for row in rows.values()] == ["look", "look", ""]
    assert rows["ada"]["remarks"] == "SEED 7 is also that of bob"


def test_what_a_student_wrote_is_text_on_the_page(tmp_path):
    told = {"text": "<script>alert(1)</script>.ipynb was graded", "flag": True}
    _, page = written_table(tmp_path, entry("ada", remarks=[told]), entry("bob", why="<b>"))
    assert "<script>" not in page
    assert "<b>" not in page
    assert "<h1>&lt;Title&gt;</h1>" in page


# From day to day


class Day:
    """A desk in a folder, and hand-made results of a worker."""

    def __init__(self, base, source=None):
        self.base = base
        source = source or nbformat.read(graded_source(), as_version=4)
        (base / "scratch").mkdir(exist_ok=True)
        answers = ROOT / "tests" / "exercises"
        self.desk = desk.Desk(base / "out", NAME, source, answers, base / "scratch")

    def submission(self, student, nb):
        hand_in(self.base / student, nb)
        return intake.Submission(student, (self.base / student / f"{NAME}.ipynb",))

    def enter(self, submission, *remarks, ended=True):
        path = self.base / "scratch" / "result.json"
        path.unlink(missing_ok=True)
        if ended:
            nb = submission.files[0].read_text(encoding="utf-8")
            told = [remark.as_dict() for remark in remarks]
            result = {"nb": nb, "file": str(submission.files[0]), "seed": None, "remarks": told}
            path.write_text(json.dumps(result), encoding="utf-8")
        self.desk.enter(work.Job(submission, {}, path, LIMITS, True), ended)
        return self.desk.history.last(submission.student)

    def there(self, folder, student):
        place = {"held": f"{NAME}.html", "feedback": f"{NAME}/{NAME}.html"}[folder]
        return (self.base / "out" / folder / student / place).exists()


def test_a_page_that_was_held_is_gone_when_a_clean_file_comes(tmp_path):
    day = Day(tmp_path)
    day.enter(day.submission("ada", paper(RIGHT)), remarks.flag("its code uses open"))
    assert (day.there("held", "ada"), day.there("feedback", "ada")) == (True, False)
    day.enter(day.submission("ada", paper(WRONG)))
    assert (day.there("held", "ada"), day.there("feedback", "ada")) == (False, True)


def test_what_broke_off_is_tried_again_and_what_came_to_its_end_is_not(tmp_path):
    day = Day(tmp_path)
    ada = day.submission("ada", paper(RIGHT))
    assert not day.desk.done(ada)
    assert day.enter(ada, ended=False)["why"] == "grading it broke off"
    assert not day.desk.done(ada)
    assert day.enter(ada)["why"] is None
    assert day.desk.done(ada)


def test_all_are_graded_again_when_the_exercise_has_changed(tmp_path):
    day = Day(tmp_path)
    ada = day.submission("ada", paper(RIGHT))
    day.enter(ada)
    assert Day(tmp_path).desk.done(ada)
    changed = nbformat.read(graded_source(), as_version=4)
    changed.cells[0].source += "\n\nOne more sentence."
    assert not Day(tmp_path, changed).desk.done(ada)


def test_a_gradebook_that_fails_for_one_student_stops_no_other(tmp_path, monkeypatch):
    day = Day(tmp_path)

    def fails(*args):
        raise course.GradingError("nbgrader: disk full")

    with monkeypatch.context() as patch:
        patch.setattr(day.desk.course, "grade", fails)
        ada = day.enter(day.submission("ada", paper(RIGHT)))
    assert (ada["why"], ada["points"]) == ("GradingError: nbgrader: disk full", {})
    assert day.enter(day.submission("bob", paper(RIGHT)))["why"] is None
    day.desk.tell(before=0)
    assert "disk full" in table(tmp_path / "out")["ada"]["remarks"]


def test_a_history_that_a_crash_has_cut_goes_on(tmp_path):
    old = history.History(tmp_path, NAME)
    old.add({"student": "ada", "file": "1"}, b"one")
    with old.path.open("a") as file:
        file.write('{"student": "bo')
    new = history.History(tmp_path, NAME)
    assert [r["student"] for r in new.records] == ["ada"]
    new.add({"student": "bob", "file": "2"}, b"two")
    assert [r["student"] for r in history.History(tmp_path, NAME).records] == ["ada", "bob"]


def test_a_file_that_was_kept_stays_as_it_came(tmp_path):
    kept = history.History(tmp_path, NAME)
    attempts = [
        kept.add({"student": "ada", "file": file}, content)["attempt"]
        for file, content in (("1", b"one"), ("2", b"two"), ("1", b"later"))
    ]
    assert attempts == [1, 2, 1]
    assert [path.read_bytes() for path in sorted((kept.folder / "ada").iterdir())] == [
        b"one",
        b"two",
    ]


def test_a_folder_in_use_is_left_alone(tmp_path):
    hand_in(tmp_path / "in" / "ada", paper(RIGHT))
    with command.lock(tmp_path / "out"), pytest.raises(ValueError, match="in use by the grading"):
        command.grade(NAME, tmp_path / "in", tmp_path / "out", unsafe=True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == []


# Workers that are ended


def sleeps(seconds):
    sleep(seconds)


def test_a_worker_that_takes_too_long_is_ended():
    assert dict(pooled(sleeps, [0], 1, 60)) == {0: True}  # it starts fast from now on
    began = monotonic()
    assert dict(pooled(sleeps, [60], 1, 2)) == {60: False}
    assert monotonic() - began < 40


def test_no_worker_outlives_the_grading():
    ended = pooled(sleeps, [0, 60, 61], 2, 90)
    assert next(ended) == (0, True)
    assert multiprocessing.active_children()
    ended.close()
    assert multiprocessing.active_children() == []


def sleeps_in_the_sandbox(folder):
    line = ["bwrap", *sandbox.walls(folder), "--", sys.executable, "-c"]
    inside = subprocess.Popen([*line, "import time; time.sleep(60)"])
    (folder / "pid").write_text(str(inside.pid))
    inside.wait()


def test_the_sandbox_ends_with_the_worker_that_has_started_it(tmp_path):
    if why := sandbox.why_not():
        needs.absent("bubblewrap", why)
    context, told = multiprocessing.get_context(pool.METHOD), tmp_path / "pid"
    worker = context.Process(target=sleeps_in_the_sandbox, args=(tmp_path,))
    worker.start()
    assert within_seconds(40, lambda: told.exists() and told.read_text())
    inside = int(told.read_text())
    assert within_seconds(10, lambda: sandbox.psutil.Process(inside).children(recursive=True))
    pool.stop(worker)
    assert within_seconds(10, lambda: not lives(inside))


def within_seconds(most, true):
    """Whether something comes true in time."""
    until = monotonic() + most
    while not true() and monotonic() < until:
        sleep(0.05)
    return bool(true())


def lives(pid):
    try:
        return sandbox.psutil.Process(pid).status() != "zombie"
    except sandbox.psutil.NoSuchProcess:
        return False


def worked(job):
    """What a worker writes, without having run anything."""
    (path,) = job.submission.files
    result = {"nb": path.read_text(), "file": str(path), "seed": None, "remarks": []}
    job.result.write_text(json.dumps(result))


def worked_or_sleeps(job):
    if job.submission.student == "slow":
        sleep(60)
    worked(job)


def test_ctrl_c_ends_all_workers_and_keeps_what_was_graded(tmp_path, monkeypatch):
    for name in ("ada", "slow"):
        hand_in(tmp_path / "in" / name, paper(RIGHT))
    enter = desk.Desk.enter

    def interrupted(self, job, whole):
        enter(self, job, whole)
        raise KeyboardInterrupt

    def grade():
        command.grade(NAME, tmp_path / "in", tmp_path / "out", jobs=2, unsafe=True)

    def students():
        lines = (tmp_path / "out" / "history" / f"{NAME}.jsonl").read_text().splitlines()
        return [json.loads(line)["student"] for line in lines]

    with monkeypatch.context() as patch:
        patch.setattr(command, "work", worked_or_sleeps)
        patch.setattr(desk.Desk, "enter", interrupted)
        with pytest.raises(KeyboardInterrupt) as stopped:
            grade()
        assert multiprocessing.active_children() == [], stopped
    assert not (tmp_path / "out" / ".grading").exists()
    assert students() == ["ada"]
    monkeypatch.setattr(command, "work", worked)
    grade()
    assert students() == ["ada", "slow"]
    assert {row["total"] for row in table(tmp_path / "out").values()} == {str(sum(FULL))}
