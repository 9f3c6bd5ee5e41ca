"""tools/update.py on small editions in temporary folders: new files come, and nothing that somebody wrote goes."""

import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import keeping
import pytest
import update

TOOLS = Path(update.__file__).parent
OLD = {
    "README.md": "old words",
    "exercises/03_a/03_a.ipynb": "old tasks",
    "exercises/04_b/04_b.ipynb": "the same tasks",
    "notebooks/03_a.ipynb": "old lesson",
    "rnn_core/cells.py": "old code",
    "rnn_core/gone.py": "code that is no longer needed",
    "tools/update.py": "old tool",
}
NEW = {
    "README.md": "new words",
    "exercises/03_a/03_a.ipynb": "new tasks",
    "exercises/04_b/04_b.ipynb": "the same tasks",
    "exercises/05_c/05_c.ipynb": "an exercise more",
    "notebooks/03_a.ipynb": "new lesson",
    "rnn_core/cells.py": "new code",
    "tools/update.py": "new tool",
}


def listed(files, edition):
    """An edition as {path: bytes}, with its list of checksums."""
    contents = {name: text.encode() for name, text in files.items()}
    sums = {name: update.sha256(content) for name, content in contents.items()}
    return contents | {update.EDITION: json.dumps({"edition": edition, "files": sums}).encode()}


def put(folder, contents):
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def pack(path, contents, top="rnn-course/", attributes=0o100644 << 16):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(top + name)
            entry.external_attr = attributes
            archive.writestr(entry, content)
    return path


def there(folder):
    """{path: text} of all files in a folder, hidden ones too."""
    return {
        p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()
    }


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A student's folder of the old edition."""
    root = tmp_path / "course"
    put(root, listed(OLD, "2026-09-01"))
    monkeypatch.setattr(update, "ROOT", root)
    return root


@pytest.fixture
def newer(tmp_path):
    return pack(tmp_path / "newer.zip", listed(NEW, "2026-11-30"))


def refusal(source):
    with pytest.raises(SystemExit) as stopped:
        update.main([str(source)])
    return str(stopped.value)


def without_list(files):
    return {name: text for name, text in files.items() if name != update.EDITION}


# What a student has


def test_an_edition_nobody_worked_in_becomes_the_new_one(course, newer, capsys):
    update.main([str(newer)])
    assert without_list(there(course)) == NEW
    assert update.read_list(course / update.EDITION, "")[0] == "2026-11-30"
    told = capsys.readouterr().out
    assert told.endswith(
        "edition 2026-09-01 and is now 2026-11-30: files 1 new, 5 changed, 1 as before.\n"
    )
    assert "rnn_core/gone.py: no longer part of the course" in told


def test_the_files_of_a_student_are_kept_beside_the_new_ones(course, newer, capsys):
    mine = {
        "exercises/03_a/03_a.ipynb": "my answers",
        "notebooks/03_a.ipynb": "my notes in a lesson",
        "rnn_core/cells.py": "my experiment",
        "rnn_core/gone.py": "my change of a file that goes",
        "README.md": "my reminders",
    }
    own = {"notebooks/my own.ipynb": "own", "exercises/03_a/draft.txt": "draft", "a/b": "deep"}
    put(course, {name: text.encode() for name, text in (mine | own).items()})
    update.main([str(newer)])
    kept = {
        "exercises/03_a/03_a.yours.ipynb": "my answers",
        "notebooks/03_a.yours.ipynb": "my notes in a lesson",
        "rnn_core/cells.yours.py": "my experiment",
        "README.yours.md": "my reminders",
        "rnn_core/gone.py": "my change of a file that goes",
    }
    assert without_list(there(course)) == NEW | kept | own
    told = capsys.readouterr().out
    assert "exercises/03_a/03_a.ipynb: changed; the file that was there had been worked in" in told
    assert "now 03_a.yours.ipynb\n" in told


def test_work_kept_before_is_never_overwritten(course, newer):
    kept = [f"exercises/03_a/03_a.yours{n}.ipynb" for n in ("", "-2", "-3")]
    put(course, {kept[0]: b"first", kept[1]: b"second", "exercises/03_a/03_a.ipynb": b"third"})
    update.main([str(newer)])
    assert [(course / name).read_text() for name in kept] == ["first", "second", "third"]


def test_an_answer_in_an_exercise_that_did_not_change_stays_in_its_place(course, newer):
    put(course, {"exercises/04_b/04_b.ipynb": b"my answers"})
    update.main([str(newer)])
    found = without_list(there(course))
    assert found == NEW | {"exercises/04_b/04_b.ipynb": "my answers"}


def test_a_file_of_ones_own_where_a_new_one_comes_is_kept(course, newer):
    put(course, {"exercises/05_c/05_c.ipynb": b"from my neighbour"})
    update.main([str(newer)])
    assert (course / "exercises/05_c/05_c.yours.ipynb").read_text() == "from my neighbour"
    assert (course / "exercises/05_c/05_c.ipynb").read_text() == NEW["exercises/05_c/05_c.ipynb"]


def test_a_folder_of_ones_own_where_a_new_file_comes_is_kept(course, newer):
    put(course, {"exercises/05_c/05_c.ipynb/notes": b"mine"})
    update.main([str(newer)])
    assert (course / "exercises/05_c/05_c.yours.ipynb/notes").read_text() == "mine"


def test_a_file_where_a_folder_comes_stops_it_in_words(course, newer):
    put(course, {"exercises/05_c": b"mine"})
    assert refusal(newer).startswith("Stopped: ")
    assert (course / "exercises/05_c").read_text() == "mine"


def test_what_was_deleted_comes_back(course, newer):
    (course / "notebooks/03_a.ipynb").unlink()
    (course / "exercises/04_b/04_b.ipynb").unlink()
    (course / "rnn_core/gone.py").unlink()
    update.main([str(newer)])
    assert without_list(there(course)) == NEW


def test_twice_is_once(course, newer, capsys):
    put(course, {"exercises/03_a/03_a.ipynb": b"my answers"})
    update.main([str(newer)])
    first = there(course)
    update.main([str(newer)])
    assert there(course) == first
    assert "files 0 new, 0 changed, 7 as before" in capsys.readouterr().out


def test_without_its_list_everything_that_differs_is_kept(course, newer):
    (course / update.EDITION).unlink()
    update.main([str(newer)])
    found = there(course)
    assert found["exercises/03_a/03_a.yours.ipynb"] == "old tasks"
    assert found["rnn_core/gone.py"] == OLD["rnn_core/gone.py"]
    assert {name: found[name] for name in NEW} == NEW


def test_an_unpacked_edition_will_do(course, tmp_path):
    put(tmp_path / "unpacked", listed(NEW, "2026-11-30"))
    put(tmp_path / "unpacked", {"exercises/03_a/.ipynb_checkpoints/x": b"opened by chance"})
    update.main([str(tmp_path / "unpacked")])
    assert without_list(there(course)) == NEW


def test_it_runs_as_a_program_from_the_students_folder_alone(course, newer):
    for name in ("update.py", "keeping.py"):
        shutil.copy(TOOLS / name, course / "tools" / name)
    command = [sys.executable, "-I", "-c", "import runpy, sys; sys.path.insert(0, 'tools'); "]
    command[-1] += "sys.argv = ['update', '../newer.zip']; "
    command[-1] += "runpy.run_path('tools/update.py', run_name='__main__')"
    done = subprocess.run(command, cwd=course, capture_output=True, encoding="utf-8")
    assert (done.stderr, done.returncode) == ("", 0)
    assert (course / "README.md").read_text() == "new words"
    assert (course / "tools/update.yours.py").exists(), "the one copied here was not shipped"


# Interrupted


def interrupt(monkeypatch, module, name, after):
    """Let module.name be interrupted when it has been called `after` times."""
    real, calls = getattr(module, name), []

    def stub(*arguments):
        calls.append(name)
        if len(calls) > after:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(module, name, stub)


def stop_of(source):
    """What the program says when it stops before its end."""
    try:
        update.main([str(source)])
    except SystemExit as stopped:
        return str(stopped)
    return ""


@pytest.mark.parametrize("after", range(9))
@pytest.mark.parametrize(("module", "name"), [(update, "store"), (os, "replace")])
def test_interrupted_anywhere_the_same_command_goes_on(
    course, newer, monkeypatch, module, name, after
):
    mine = {"exercises/03_a/03_a.ipynb": "my answers", "notebooks/03_a.ipynb": "my notes"}
    put(course, {n: text.encode() for n, text in mine.items()})
    with monkeypatch.context() as patch:
        interrupt(patch, module, name, after)
        told = stop_of(newer)
    assert told == "" or "Run the same command again" in told
    assert set(mine.values()) <= set(there(course).values())
    assert not list(course.rglob("*.part"))
    update.main([str(newer)])
    found = without_list(there(course))
    kept = {
        "exercises/03_a/03_a.yours.ipynb": "my answers",
        "notebooks/03_a.yours.ipynb": "my notes",
    }
    assert found == NEW | kept


def test_a_full_disk_leaves_the_file_as_it_was(course, newer, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    before = there(course)
    assert "No space left on device" in refusal(newer)
    assert there(course) == before


def test_between_moving_away_and_replacing_nothing_is_lost(tmp_path, monkeypatch):
    path = tmp_path / "a.ipynb"
    path.write_text("mine")
    interrupt(monkeypatch, os, "replace", 0)
    with pytest.raises(KeyboardInterrupt):
        keeping.store(path, b"new", lambda _: False)
    assert there(tmp_path) == {"a.yours.ipynb": "mine"}


# Refused before anything is written


def bad_zips():
    good = listed(NEW, "2026-11-30")
    yield "cut short", lambda path: path.write_bytes(path.read_bytes()[:-200])
    yield "cut short", lambda path: path.write_bytes(path.read_bytes()[:300])
    yield "cut short", lambda path: path.write_bytes(b"<html>Please log in</html>")
    yield "cut short", lambda path: path.write_bytes(b"")
    yield "cut short", flip
    yield (
        "is a link or device",
        lambda path: pack(path, good, attributes=(stat.S_IFLNK | 0o777) << 16),
    )
    yield "is a link or device", lambda path: pack(path, good, attributes=(stat.S_IFIFO) << 16)
    yield "folders, wanted one", lambda path: pack(path, good, top="")
    yield "tools/edition.json", lambda path: pack(path, {n: t.encode() for n, t in NEW.items()})
    yield "cannot be read", lambda path: pack(path, good | {update.EDITION: b"[1]"})
    yield "cannot be read", lambda path: pack(path, good | {update.EDITION: b"{"})
    yield "not as it was made", lambda path: pack(path, good | {"README.md": b"other words"})
    yield "is missing, or not listed", lambda path: pack(path, good | {"more.py": b"more"})
    yield "is missing, or not listed", lambda path: pack(path, without(good, "README.md"))
    yield "the same file", lambda path: pack(path, listed({**NEW, "readme.MD": "2"}, "x"))
    yield "is in it twice", twice
    yield "unpacks to", lambda path: pack(path, good | {"big": bytes(update.LARGEST)})


def without(contents, name):
    return {key: value for key, value in contents.items() if key != name}


def flip(path):
    """One byte of the packed contents is another."""
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(content)


def twice(path):
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("rnn-course/README.md", "another")


@pytest.mark.parametrize(("told", "spoil"), [*bad_zips()])
def test_a_bad_zip_is_refused_and_nothing_is_written(course, newer, told, spoil):
    spoil(newer)
    before = there(course)
    assert told in refusal(newer)
    assert there(course) == before


HOSTILE = [
    "../../evil.py",
    "notebooks/../../evil.py",
    "/evil.py",
    "C:/evil.py",
    "C:evil.py",
    "..\\evil.py",
    "notebooks//evil.py",
    "./evil.py",
    "notebooks/evil.py ",
    "notebooks/evil.",
    "notebooks/evil\n.py",
    "notebooks/evil?.py",
    "aux.py",
    "notebooks/NUL",
    ".git/hooks/post-merge",
    ".GIT/hooks/post-merge",
    ".venv/bin/python",
    "n" * 151,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_path_that_leads_elsewhere_is_refused(course, newer, tmp_path, name):
    """In the zip, in its list, and in the list of an unpacked edition."""
    evil = listed({**NEW, name: "evil"}, "2026-11-30")
    pack(newer, evil)
    before = there(tmp_path / "course")
    assert "is no edition of the course: the path" in refusal(newer)
    put(tmp_path / "unpacked", {update.EDITION: evil[update.EDITION]})
    assert "is no edition of the course: the path" in refusal(tmp_path / "unpacked")
    assert there(course) == before
    assert not list(tmp_path.rglob("evil*"))


def test_the_zips_one_folder_must_have_a_good_name(course, newer):
    pack(newer, listed(NEW, "x"), top="../")
    assert "leads out of the folder, or has" in refusal(newer)


def test_an_encrypted_zip_is_refused(course, newer):
    content = bytearray(newer.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := content.find(mark, start)) >= 0:
            content[start + at] |= 1
            start += 4
    newer.write_bytes(content)
    assert "download it again" in refusal(newer)


def test_an_unpacked_edition_must_be_whole(course, tmp_path):
    put(tmp_path / "unpacked", without(listed(NEW, "x"), "README.md"))
    assert "lacks README.md" in refusal(tmp_path / "unpacked")
    put(tmp_path / "unpacked", {"README.md": b"edited"})
    assert "README.md is not as it was made" in refusal(tmp_path / "unpacked")


def test_what_is_no_edition_is_said(course, tmp_path):
    assert refusal("").startswith("Name the new edition: make update FROM=")
    assert refusal(tmp_path / "no.zip").startswith("There is no ")
    assert "it has no tools/edition.json" in refusal(tmp_path)
    assert "FROM is this folder itself" in refusal(course)


def test_a_clone_is_updated_by_git(course, newer):
    (course / update.EDITION).unlink()
    (course / ".git").mkdir()
    before = there(course)
    assert refusal(newer) == update.CLONE
    assert there(course) == before


# With git


def git(folder, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    command = ["git", *identity, "-c", "commit.gpgsign=false", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8")


def test_git_stops_at_work_and_goes_on_as_the_readme_says(tmp_path):
    """The very commands of README.md, and of what make update says in a clone."""
    name = "exercises/03_bptt_by_hand/03_bptt_by_hand.ipynb"
    teacher, student = tmp_path / "teacher", tmp_path / "student"
    put(teacher, {name: b"old tasks", "other": b"old"})
    for command in (["init"], ["add", "."], ["commit", "-m", "1"]):
        assert git(teacher, *command).returncode == 0
    assert git(tmp_path, "clone", "teacher", "student").returncode == 0
    put(student, {name: b"my answers"})
    put(teacher, {name: b"new tasks", "other": b"new"})
    git(teacher, "commit", "-am", "2")

    stopped = git(student, "pull")
    assert stopped.returncode != 0
    flat = " ".join(stopped.stderr.split())
    assert "Your local changes to the following files would be overwritten by merge" in flat
    assert name in stopped.stderr
    assert (student / name).read_text() == "my answers"
    assert (student / "other").read_text() == "old"

    for command in readme_commands():
        assert subprocess.run(command.split(), cwd=student, capture_output=True).returncode == 0
    assert (student / name).read_text() == "new tasks"
    kept = name.replace(".ipynb", ".yours.ipynb")
    assert (student / kept).read_text() == "my answers"
    assert (student / "other").read_text() == "new"


def readme_commands():
    text = (TOOLS.parent / "README.md").read_text(encoding="utf-8")
    part = text.partition("### With git")[2].partition("### ")[0]
    commands = [line.strip() for line in part.splitlines() if line.startswith("    ")]
    assert [c.split()[:2] for c in commands[:1]] == [["git", "pull"]]
    as_told = [line.strip() for line in update.CLONE.splitlines() if line.startswith("    ")]
    spelt = [c.replace("03_bptt_by_hand", "NN_name") for c in commands]
    assert spelt == as_told
    return commands[1:]


def test_git_never_sees_what_was_kept(tmp_path):
    git(tmp_path, "init")
    shutil.copy(TOOLS.parent / ".gitignore", tmp_path)
    kept = ["exercises/a/a.yours.ipynb", "notebooks/a.yours-2.ipynb", "README.yours.md"]
    put(tmp_path, dict.fromkeys([*kept, "variants/class-a/README.md"], b"mine"))
    seen = git(tmp_path, "ls-files", "--others", "--exclude-standard").stdout.split()
    assert seen == [".gitignore"]
