"""tools/student.py: what a student gets works by itself and has nothing of a solution in it."""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

import leaks
import nbformat
import pytest
import student
import update
from exercise_rules import kind, of_kind, region
from nbclient import NotebookClient
from notebook_rules import LINK

import exercises

ROOT = student.ROOT
SOLUTIONS = {path.stem: leaks.read(path) for path in exercises.solutions()}
pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="make student asks git")


@pytest.fixture(scope="module")
def files():
    return student.contents("2026-11-30")


@pytest.fixture(scope="module")
def secret(files):
    return leaks.secrets(SOLUTIONS.values(), files)


@pytest.fixture(scope="module")
def bundle(files, tmp_path_factory):
    """The zip, unpacked by somebody else's program."""
    folder = tmp_path_factory.mktemp("bundle") / "rnn-course-2026-11-30"
    path = student.pack(files, folder, (2026, 11, 30, 12, 0, 0))
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder.parent)
    return folder


def make(monkeypatch, folder, *arguments):
    monkeypatch.setattr(student, "BUILD", folder)
    student.main(list(arguments))


# What is in it


def test_it_has_lessons_exercises_results_and_the_package(files):
    tracked = set(student.git("ls-files").split("\n"))
    wanted = {n for n in tracked if n.startswith(("notebooks/", "exercises/", "rnn_core/"))}
    assert wanted <= set(files)
    assert {f"exercises/{name}/{name}.ipynb" for name in SOLUTIONS} <= set(files)
    for name in ("README.md", "Makefile", "LICENSE", "LICENSE-text", "constraints.txt"):
        assert name in files
    for name in set(files) - {"README.md", "Makefile", update.EDITION}:
        assert files[name] == (ROOT / name).read_bytes(), "what is not made is taken over as it is"


def test_it_has_nothing_for_instructors_and_of_the_workshop(files):
    tops = {name.partition("/")[0] for name in files if "/" in name}
    assert tops == {"exercises", "notebooks", "rnn_core", "tools"}
    assert not [n for n in files if "grad" in n.lower() and not n.startswith("rnn_core/")]
    assert "tools/exercises.py" not in files


def test_nothing_of_a_solution_is_in_it(files):
    assert list(student.problems(files)) == []


def test_no_region_of_a_solution_is_in_it_by_another_search(files):
    """Whole regions, without blanks, in all that json can decode: no part of leaks.py is used."""
    texts = [re.sub(r"\s", "", content.decode(errors="ignore")) for content in files.values()]
    books = [json.loads(files[n]) for n in files if n.endswith(".ipynb")]
    cells = [cell for book in books for cell in book["cells"]]
    texts += [re.sub(r"\s", "", "".join(cell["source"])) for cell in cells]
    for nb in SOLUTIONS.values():
        for cell in nb.cells:
            for what in ("SOLUTION", "HIDDEN TESTS"):
                taken = re.sub(r"\s", "", "".join(region(cell, what)))
                if len(taken) >= 20:
                    assert not [text for text in texts if taken in text], cell.id


def test_most_lines_of_solutions_are_searched_for(secret):
    lines = [n for nb in SOLUTIONS.values() for _, lines in leaks.regions(nb) for n in lines]
    assert len({*lines} & {*secret[0]}) >= 0.7 * len({*lines})


@pytest.mark.parametrize("name", SOLUTIONS)
def test_every_secret_line_is_found_in_its_exercise(name, files, secret):
    path = f"exercises/{name}/{name}.ipynb"
    cells = {cell.id for cell in SOLUTIONS[name].cells}
    lines = [line for line, cell in secret[0].items() if cell in cells]
    assert lines
    nb = nbformat.reads(files[path].decode(), 4)
    nb.cells[2].source += "\n" + "\n".join(lines)
    told = "\n".join(leaks.found({path: nbformat.writes(nb).encode()}, *secret))
    assert [line for line in lines if f": {line}" not in told] == []


def lines_of(what):
    cell = next(c for c in SOLUTIONS["03_bptt_by_hand"].cells if region(c, what))
    return [line for line in region(cell, what) if len(line.strip()) >= leaks.LONG]


BODY, HIDDEN = lines_of("SOLUTION"), lines_of("HIDDEN TESTS")
RUBRIC = [n for n in SOLUTIONS["03_bptt_by_hand"].cells[-1].source.split("\n") if "1 point" in n]


def in_cell(**cell):
    """Plant it somewhere in the third code cell of a notebook."""

    def plant(content):
        nb = json.loads(content)
        chosen = [c for c in nb["cells"] if c["cell_type"] == "code"][2]
        for key, value in cell.items():
            chosen[key] = value(chosen.get(key))
        return json.dumps(nb).encode()

    return plant


def output(line):
    return lambda _: [{"output_type": "stream", "name": "stdout", "text": [f"{line}\n", "fine\n"]}]


E3, L3 = "exercises/03_bptt_by_hand/03_bptt_by_hand.ipynb", "notebooks/03_bptt_by_hand.ipynb"
PLANTED = [
    ("README.md", lambda content: content + BODY[0].encode()),
    ("README.md", lambda content: content + f"- see {HIDDEN[0].strip()}, there".encode()),
    ("README.md", lambda content: content + RUBRIC[0].encode()),
    ("README.md", lambda content: content + b"### BEGIN HIDDEN TESTS"),
    ("constraints.txt", lambda content: content + f"\r\n# {BODY[1]}\r\n".encode()),
    ("picture.png", lambda content: content + f"tEXt{HIDDEN[0].strip()}".encode()),
    ("notebooks/results/05_starts.json", lambda c: json.dumps([json.loads(c), BODY[0]]).encode()),
    ("notebooks/results/05_starts.json", lambda c: json.dumps({HIDDEN[0]: 1}).encode()),
    (E3, in_cell(source=lambda old: [*old, "\n", BODY[0]])),
    (E3, in_cell(source=lambda old: "".join(old) + "\n" + HIDDEN[0])),
    (E3, in_cell(source=lambda old: [*old, "\n", BODY[0][:20], BODY[0][20:]])),
    (E3, in_cell(outputs=output(BODY[0]))),
    (E3, in_cell(metadata=lambda old: {**old, "hint": HIDDEN[0]})),
    (E3, in_cell(metadata=lambda old: {**old, "hint": RUBRIC[0]})),
    (L3, in_cell(outputs=output(BODY[0]))),
    (L3, in_cell(source=lambda old: [*old, "\n", "\n\n    ".join(BODY[:3])])),
    ("rnn_core/cells.py", lambda content: content + "\n".join(BODY[:3]).encode()),
    ("tools/results.py", lambda content: content + "\n".join(BODY[-3:]).encode()),
]


@pytest.mark.parametrize(("name", "plant"), PLANTED)
def test_a_planted_leak_is_found(files, name, plant):
    spoilt = files | {name: plant(files[name])}
    secret = leaks.secrets(SOLUTIONS.values(), spoilt)
    found = list(leaks.found({name: spoilt[name]}, *secret))
    assert found
    assert all(sentence.startswith(f"{name} has ") for sentence in found)


@pytest.mark.parametrize("name", ["solutions/x.txt", "tests/a.py", "instructors/a.md"])
def test_a_file_for_instructors_is_found(files, name):
    assert list(student.problems(files | {name: b"fine"})) == [f"{name} is for instructors"]


def test_what_other_classes_are_given_is_secret():
    """Whole lines that an alternative changes, not the fragments in which it is written down."""
    nb = copy.deepcopy(SOLUTIONS["03_bptt_by_hand"])
    nb.metadata.rnn_core = {
        "variants": {"bug": [{"03-misprint": [["W_h * s[t - 2]", "s[t - 1]"]]}]}
    }
    line = "s[t] = (1 - h[t] ** 2) * (h[t - 1] + s[t - 1])"
    told = list(leaks.leaks({"README.md": f"for them:\n  {line}\nand s[t - 1]\n".encode()}, [nb]))
    assert told == [f"README.md has a line of bug: {line}"]


@pytest.fixture
def of_a_class(monkeypatch):
    """An exercise 03 with another text, made for class-a."""
    nb = nbformat.read(ROOT / E3, as_version=4)
    nb.cells[2].source += " In this class, too."
    content = exercises.sealed(nb).encode()
    monkeypatch.setattr(student, "of_class", lambda name: {E3: content} if name else {})
    return content


def test_a_class_gets_its_own_exercises(tmp_path, monkeypatch, of_a_class, files):
    make(monkeypatch, tmp_path, "--edition=2026-11-30", "--variant=class-a")
    name, made = update.read(tmp_path / "rnn-course-2026-11-30-class-a.zip")
    assert name == "2026-11-30-class-a"
    assert made[E3] == of_a_class
    assert {n for n in files if made[n] != files[n]} == {E3, update.EDITION}


@pytest.mark.parametrize("name", ["no-class", "../solutions"])
def test_a_class_that_is_not_there_is_refused(name, tmp_path, monkeypatch):
    with pytest.raises(SystemExit, match=rf"there is no variants/{name}/exercises|^EDITION is"):
        make(monkeypatch, tmp_path, f"--variant={name}")


def test_nothing_is_written_when_something_leaks(tmp_path, monkeypatch):
    monkeypatch.setattr(student, "readme", lambda *_: BODY[0])
    with pytest.raises(SystemExit, match=r"^No bundle made: 1 reasons\.\nREADME\.md has a line of"):
        make(monkeypatch, tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_exercise_somebody_worked_in_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(exercises, "untouched", lambda content: b"03-hand" not in content)
    with pytest.raises(
        SystemExit, match=r"^exercises/03\S+ is not as it was generated: run make ex"
    ):
        make(monkeypatch, tmp_path)


@pytest.mark.parametrize("edition", ["../x", "a/b", "a:b", ".", "x" * 200, "con"])
def test_an_edition_is_a_name_for_a_folder(edition, tmp_path, monkeypatch):
    with pytest.raises(SystemExit, match=r"^EDITION is .*, wanted a name for a folder"):
        make(monkeypatch, tmp_path, f"--edition={edition}")


def test_without_git_it_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(student, "ROOT", tmp_path)
    with pytest.raises(
        SystemExit, match=r"^git knows which files belong to the course, and says: "
    ):
        make(monkeypatch, tmp_path)


def test_what_git_does_not_know_is_left_out_and_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(student, "left_out", lambda: ["notebooks/my own.ipynb"])
    make(monkeypatch, tmp_path, "--edition=2026-11-30")
    told = capsys.readouterr().out
    assert "notebooks/my own.ipynb: git does not know it, so it is not in the bundle\n" in told


# As it comes


def test_twice_the_bytes_are_equal(tmp_path, monkeypatch):
    for folder in ("a", "b"):
        make(monkeypatch, tmp_path / folder)
    (first,), (second,) = tmp_path.glob("a/*.zip"), tmp_path.glob("b/*.zip")
    assert first.name == second.name
    assert re.fullmatch(r"rnn-course-\d{4}-\d\d-\d\d\.zip", first.name)
    assert first.read_bytes() == second.read_bytes()


def test_the_zip_has_what_the_folder_has_and_is_an_edition(tmp_path, monkeypatch, files):
    make(monkeypatch, tmp_path, "--edition=2026-11-30")
    folder, path = tmp_path / "rnn-course-2026-11-30", tmp_path / "rnn-course-2026-11-30.zip"
    assert update.read(path) == update.read(folder) == ("2026-11-30", files)
    stored = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
    assert sorted(stored) == sorted(files)
    names = zipfile.ZipFile(path).namelist()
    assert names == sorted(names)


def test_made_again_the_folder_keeps_what_was_written_in_it(tmp_path, monkeypatch):
    make(monkeypatch, tmp_path, "--edition=2026-11-30")
    folder = tmp_path / "rnn-course-2026-11-30"
    (folder / "README.md").write_text("mine")
    monkeypatch.setattr(student, "readme", lambda *_: "other words")
    make(monkeypatch, tmp_path, "--edition=2026-11-30")
    assert (folder / "README.yours.md").read_text() == "mine"
    assert (folder / "README.md").read_text() == "other words"


def test_every_path_can_be_unpacked_on_windows(files):
    for name in files:
        assert update.unfit(name) is None
        assert len(f"rnn-course-2026-11-30/{name}") <= 100
    assert len({name.lower() for name in files}) == len(files)


# As it works


def test_make_help_offers_what_is_there(bundle):
    made = subprocess.run(["make", "help"], cwd=bundle, capture_output=True, encoding="utf-8")
    offered = re.findall(r"^  make (\S+)", made.stdout, re.MULTILINE)
    assert sorted(offered) == sorted(student.TARGETS)
    text = (bundle / "Makefile").read_text()
    for path in re.findall(r"tools/[\w./]+", text):
        assert (bundle / path).exists(), path
    for target in student.TARGETS:
        dry = subprocess.run(["make", "-n", target], cwd=bundle, capture_output=True)
        assert dry.returncode == 0


def test_every_link_leads_to_a_file_of_the_bundle(bundle):
    links = []
    for path in [*bundle.rglob("*.md"), *bundle.rglob("*.ipynb")]:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            text = "\n".join(cell.source for cell in nbformat.reads(text, 4).cells)
        links += [(path.name, path.parent / link) for link in LINK.findall(text)]
    assert len(links) > 3 * len(SOLUTIONS)
    assert [(name, to) for name, to in links if not to.exists()] == []


def test_the_readme_is_for_a_student(files):
    text = files["README.md"].decode()
    assert "{{" not in text
    assert not re.search("solutions|make test|git pull|CONTRIBUTING|instructor", text)
    assert "make update FROM=" in text
    for heading in ("One command", "Without make", "The lessons", "When there is a newer version"):
        assert f"## {heading}\n\n" in text


def test_the_readme_says_when_a_section_is_gone():
    with pytest.raises(ValueError, match=r"^README.md has no section “Gone”, which tools/student/"):
        student.readme("{{Gone}}", "## Here\n\nwords")


def test_the_update_runs_where_it_is_shipped(bundle):
    command = [sys.executable, "tools/update.py"]
    done = subprocess.run(command, cwd=bundle, capture_output=True, encoding="utf-8")
    assert done.stderr.startswith("Name the new edition: make update FROM=")


@pytest.fixture
def without_nbgrader(bundle, tmp_path, monkeypatch):
    """Kernels that import rnn_core from the bundle, and no grading package at all."""
    (tmp_path / "nbgrader").mkdir()
    (tmp_path / "nbgrader" / "__init__.py").write_text("raise ImportError('not for students')")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{bundle}")


def run(bundle, path, nb):
    probe = "import rnn_core, sys; assert rnn_core.__file__.startswith(sys.argv[1])"
    folder = (bundle / path).parent
    subprocess.run([sys.executable, "-c", probe, str(bundle)], cwd=folder, check=True)
    client = NotebookClient(nb, kernel_name="python3", timeout=60)
    client.execute(cwd=str(folder))
    outputs = [(cell.id, o) for cell in of_code(nb) for o in cell.outputs]
    return {name: o.ename for name, o in outputs if o.output_type == "error"}


def of_code(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("name", sorted(SOLUTIONS)[:4])
def test_run_all_shows_what_is_done_and_what_is_not(name, bundle, without_nbgrader):
    path = f"exercises/{name}/{name}.ipynb"
    nb = nbformat.read(bundle / path, as_version=4)
    checks = [cell.id for cell in of_kind(nb, "check")]
    first = next(cell for cell in nb.cells if kind(cell) == "answer")
    first.source = next(c for c in SOLUTIONS[name].cells if c.id == first.id).source
    failed = run(bundle, path, nb)
    assert failed == dict.fromkeys(checks[1:], "NotImplementedError")


def test_a_lesson_runs_in_the_bundle(bundle, without_nbgrader):
    path = "notebooks/00_start_here.ipynb"
    assert run(bundle, path, nbformat.read(bundle / path, as_version=4)) == {}


def test_a_newer_bundle_does_not_cost_a_student_any_work(bundle, files, tmp_path, monkeypatch):
    mine = tmp_path / "mine"
    shutil.copytree(bundle, mine, ignore=shutil.ignore_patterns("__pycache__"))
    nb = nbformat.read(mine / E3, as_version=4)
    nb.cells[4].source = "# my answer"
    nbformat.write(nb, mine / E3)
    work = (mine / E3).read_bytes()
    changed = files | {E3: files[E3] + b" ", L3: files[L3] + b" "}
    sums = {name: update.sha256(changed[name]) for name in changed if name != update.EDITION}
    changed[update.EDITION] = json.dumps({"edition": "later", "files": sums}).encode()
    path = student.pack(changed, tmp_path / "rnn-course-later", (2026, 12, 24, 0, 0, 0))
    monkeypatch.setattr(update, "ROOT", mine)
    update.main([str(path)])
    assert (mine / E3.replace(".ipynb", ".yours.ipynb")).read_bytes() == work
    assert (mine / E3).read_bytes() == changed[E3]
    assert (mine / L3).read_bytes() == changed[L3]
    assert len(list(mine.rglob("*.yours*"))) == 1
