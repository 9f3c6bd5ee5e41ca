"""make variant: an exercise for one class, made of a small solution in a temporary course, and once of a real one."""

import json
import re
import textwrap

import answers
import classes
import exercise_rules
import nbformat
import needs
import own_numbers
import pytest
import record
from exercise_rules import kind
from test_exercises import CHECK, cell_of, find, good, store

import exercises

SEED = 202611201234567
NAME = "98_z"
CHECK_WITH_NUMBERS = """assert half(2) == 1, "Half of 2 is 1."
for x in (4, 10):
    assert half(x) * 2 == x, "Twice the half is the whole."
### BEGIN HIDDEN TESTS
for n in (2, 3):
    rng = np.random.default_rng(40 + n)
    x = rng.normal(size=n)
    assert np.allclose(half(x), x / 2), "Half of each number."
### END HIDDEN TESTS"""
GIVEN = """import numpy as np


def numbers_of(seed):
    rng = np.random.default_rng(seed)
    return rng.integers(1, 100, 2).tolist()"""
ANSWERS = """
RIGHT = {"98-half": {"times": ("x / 2", "x * 0.5"), "twice": ("x / 2", "x - x / 2")}}
WRONG = {"98-half": {
    "a third": ("x / 2", "x / 3"), "all": ("x / 2", "x"), "rounded": ("x / 2", "x // 2"), "one": ("x / 2", "1"),
}}
"""
CHOICES = {
    "words": [
        {"98-half-text": [["One half", "A half"]]},
        {"98-half-text": [["One half", "The half"]]},
    ],
    "number": [{"98-half-check": [["(4, 10)", f"({n}, 10)"]]} for n in (6, 8, 12)],
}


def solution(**choices):
    nb = good()
    find(nb, "half-check").source = CHECK_WITH_NUMBERS
    find(nb, "setup").source = GIVEN
    nb.cells.insert(2, cell_of("", "98-seed", "SEED = 0\nnumbers_of(SEED)"))
    if choices:
        nb.metadata.rnn_core = {"variants": choices}
    return nb


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with one exercise; its notebooks are taken for recorded, which costs no kernel."""
    needs.needed("nbgrader", "only `make variant` and CI install it")
    for module in (classes, exercises, answers):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(classes, "FOLDER", tmp_path / "variants")
    monkeypatch.setattr(classes, "ROUNDS", 1)
    monkeypatch.setattr(record, "record", lambda path: True)
    classes.root_of.cache_clear()
    store(tmp_path / "solutions" / NAME / f"{NAME}.ipynb", solution(**CHOICES))
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / f"{NAME}.ipynb").touch()
    put_answers(tmp_path, ANSWERS)
    yield tmp_path
    classes.root_of.cache_clear()


def put_answers(course, text):
    path = course / "tests" / "exercises" / f"{NAME}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def put_solution(course, nb):
    store(course / "solutions" / NAME / f"{NAME}.ipynb", nb)


def make(seed=SEED, name="", hidden="", *names):
    classes.main([f"--seed={seed}", f"--name={name}", f"--hidden={hidden}", *names])


def refusal(*arguments):
    with pytest.raises(SystemExit) as stopped:
        make(*arguments)
    return str(stopped.value)


def there(course):
    """{path: bytes} of all that was made."""
    folder = course / "variants"
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def made(course, kind="solutions", name="class-a"):
    path = course / "variants" / name / kind / NAME / f"{NAME}.ipynb"
    return nbformat.read(path, as_version=4)


# What is made


def test_a_variant_is_a_solution_its_exercise_and_a_page_for_the_instructor(course):
    make()
    assert set(there(course)) == {
        f"class-a/solutions/{NAME}/{NAME}.ipynb",
        f"class-a/exercises/{NAME}/{NAME}.ipynb",
        "class-a/README.md",
        "class-a/variant.json",
    }
    path = course / "variants/class-a/solutions" / NAME / f"{NAME}.ipynb"
    assert exercise_rules.problems(exercises.read(path), path, course) == []
    assert (
        exercises.generate(path).encode() == there(course)[f"class-a/exercises/{NAME}/{NAME}.ipynb"]
    )


def test_every_choice_has_another_alternative_than_what_is_published(course):
    for seed in range(10**14, 10**14 + 4):
        make(seed, f"c{seed}")
        nb = made(course, name=f"c{seed}")
        assert re.match(r"## Task 1 · (A|The) half ", find(nb, "half-text").source)
        assert re.search(r"for x in \((6|8|12), 10\)", find(nb, "half-check").source)
        assert "rnn_core" not in nb.metadata


def test_other_seeds_give_other_classes(course):
    for k in range(12):
        make(SEED + k, f"c{k}")
    texts = [made(course, "exercises", f"c{k}") for k in range(12)]
    assert len({find(nb, "half-check").source for nb in texts}) == 3
    assert len({find(nb, "half-text").source for nb in texts}) == 2
    assert len({find(nb, "setup").source for nb in texts}) == 12


def test_the_same_seed_gives_the_same_bytes(course):
    make(SEED, "a")
    make(SEED, "b")
    a, b = ({n[1:]: c for n, c in there(course).items() if n[0] == k} for k in "ab")
    assert [n for n in a if a[n] != b[n]] == ["/README.md"], "which has the name in it"


def test_hidden_tests_have_a_secret_number_and_students_one_of_the_class(course):
    make()
    nb, exercise = made(course), made(course, "exercises")
    students = int(re.search(r"default_rng\(\[(\d+), seed\]\)", find(nb, "setup").source)[1])
    hidden = int(re.search(r"default_rng\(\[(\d+), 40 \+ n\]\)", find(nb, "half-check").source)[1])
    assert find(exercise, "setup").source == find(nb, "setup").source
    assert str(students) not in str(hidden)
    released = there(course)[f"class-a/exercises/{NAME}/{NAME}.ipynb"].decode()
    assert str(hidden) not in released
    assert str(SEED) not in released


def test_no_number_in_the_release_is_the_seed_or_leads_back_to_it(monkeypatch):
    assert classes.ROUNDS >= 1_000_000, "trying a seed takes long"
    monkeypatch.setattr(classes, "ROUNDS", 2)
    classes.root_of.cache_clear()
    root = classes.root_of(SEED)
    monkeypatch.setattr(classes, "ROUNDS", 3)
    classes.root_of.cache_clear()
    assert classes.root_of(SEED) != root
    assert str(SEED).encode() not in root
    classes.root_of.cache_clear()


def test_a_seed_gives_the_same_numbers_on_every_machine():
    classes.root_of.cache_clear()
    assert classes.derived(SEED, "hidden", "03_bptt_by_hand", 1) == 325265446471279287
    assert (
        len({classes.derived(SEED, "a"), classes.derived(SEED, "b"), classes.derived(1, "a")}) == 3
    )
    assert classes.derived(SEED, "a", "b") != classes.derived(SEED, "ab")
    assert str(SEED) not in str(classes.derived(SEED, "a"))


def test_what_was_drawn_is_printed_and_stored(course, capsys):
    make()
    told, page = capsys.readouterr().out, there(course)["class-a/README.md"].decode()
    (line,) = [n for n in page.splitlines() if n.startswith(f"| {NAME}")]
    assert line in told
    assert re.search(r"number: [123] of 3, words: [12] of 2 \| of the class \| 1 of 1 checks", line)
    assert line.endswith("| 1 | 7 | 1 of 1 tasks |")
    assert f"SEED={SEED} NAME=class-a" in page
    assert "Hand out variants/class-a/exercises alone." in told


def test_it_is_told_where_the_published_solution_still_scores(course, capsys):
    asked = {"98-half-check": [["half(2) == 1", "half(2) == 4"], ["x / 2)", "x * 2)"]]}
    asked["98-half-check"].append(["half(x) * 2 == x", "half(x) == 2 * x"])
    asked["98-half"] = [["x / 2", "x * 2"]]
    put_solution(course, solution(question=[asked]))
    put_answers(course, "RIGHT = {}\nWRONG = {'98-half': {'the old question': ('x * 2', 'x / 2')}}")
    make()
    assert "| 1 | 2 | 0 of 1 tasks |" in capsys.readouterr().out


def test_an_exercise_in_which_nothing_differs_is_named(course, capsys):
    nb = good()
    put_solution(course, nb)
    make()
    assert (
        f"| {NAME} (**nothing differs**) | none | as published | 0 of 1 checks"
        in capsys.readouterr().out
    )


def test_a_short_seed_is_warned_of(course, capsys):
    make(20261120)
    assert "A seed of 8 digits can be found by trying" in capsys.readouterr().out
    make(SEED, "b")
    assert "by trying" not in capsys.readouterr().out


# Draws that are not fit


def test_a_draw_that_lets_a_wrong_answer_pass_is_thrown_away_and_said(course, capsys):
    weak = {"98-half-check": [["for x in (4, 10):", "for x in ():"]]}
    fit = {"98-half-check": [["(4, 10)", "(6, 10)"]]}
    nb = solution(part=[weak, fit])
    check = find(nb, "half-check")
    check.source = check.source.replace("half(2) == 1", "half(1) == 0.5").replace("(2, 3)", "()")
    put_solution(course, nb)
    put_answers(course, ANSWERS.replace('"one"', '"only of 1": ("x / 2", "0.5"), "one"'))
    seeds = [SEED + k for k in range(20)]
    first = next(s for s in seeds if classes.derived(s, "choice", NAME, "part", 1) % 2 == 0)
    make(first)
    told = capsys.readouterr().out
    assert (
        f"{NAME}: draw 1 is not fit, and thrown away. 98-half, “only of 1” scores 2, wanted 0"
        in told
    )
    assert "(6, 10)" in find(made(course), "half-check").source
    (line,) = [n for n in told.splitlines() if n.startswith(f"| {NAME}")]
    assert int(line.split("|")[-4]) > 1


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"98-half-check": [["(4, 10)", "(1 / 0,)"]]}, "division by zero"),
        ({"98-half-check": [["10", "11"], ["half(x) * 2", "half(x)"]]}, "Twice the half is"),
        ({"98-half": [["x / 2", "0.5 * x"]]}, "old: 'x / 2' stands 0 times in 98-half, wanted 1"),
        ({"98-half": [["x / 7", "x"]]}, "'x / 7' stands there 0 times"),
        ({"98-half-text": [["2 points", "3 points"]]}, "the_points_agree"),
    ],
)
def test_when_no_draw_is_fit_nothing_is_made(course, capsys, bad, told):
    put_solution(course, solution(part=[bad]))
    assert refusal() == f"{NAME}: of {classes.DRAWS} draws none was fit, no variant made."
    said = capsys.readouterr().out
    assert said.count("is not fit, and thrown away. ") == classes.DRAWS
    assert told in said
    assert there(course) == {}


def test_the_right_answers_are_tried_with_the_numbers_of_other_students(course, capsys):
    put_answers(course, ANSWERS.replace('"x * 0.5"', '"x * 0.5 if SEED == 0 else 0"'))
    assert "none was fit" in refusal()
    assert "98-half, “times” scores 0, wanted 2 (Half of 2 is 1.)" in capsys.readouterr().out


def test_a_solution_that_cannot_be_run_is_not_given(course, monkeypatch, capsys):
    def stop(path):
        raise ValueError("a cell wrote to stderr")

    monkeypatch.setattr(record, "record", stop)
    assert "none was fit" in refusal()
    assert "a cell wrote to stderr" in capsys.readouterr().out
    assert there(course) == {}


# Hidden tests of the instructor


MORE = 'x = np.arange(3)\nassert half(x)[2] == 1, "An array, too."\n'


def hidden(course, **files):
    folder = course / "mine"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", "-").replace("_py", ".py")).write_text(text)
    return folder


def test_an_instructors_tests_stand_at_the_end_of_the_hidden_ones(course, capsys):
    make(SEED, "", hidden(course, **{"98__half__check_py": MORE}))
    source = find(made(course), "half-check").source
    assert source.endswith(f'number."\n{MORE}### END HIDDEN TESTS')
    assert "An array" not in there(course)[f"class-a/exercises/{NAME}/{NAME}.ipynb"].decode()
    assert "; yours: 98-half-check |" in capsys.readouterr().out


def test_an_instructors_test_that_a_right_answer_fails_is_refused(course, capsys):
    bad = 'assert half(3) == 1, "Whole numbers."'
    told = refusal(SEED, "", hidden(course, **{"98__half__check_py": bad}))
    assert told.endswith("no variant made. Look at your tests in HIDDEN first.")
    assert "“the solution” scores 0, wanted 2 (Whole numbers.)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "98__third__check_py",
            MORE,
            "98-third-check.py in HIDDEN is for no check of these: 98-half-check",
        ),
        ("98__half_py", MORE, "98-half.py in HIDDEN is for no check of these"),
        ("notes.txt", MORE, "notes.txt in HIDDEN is for no check"),
        ("98__half__check_py", "half(2)", "98-half-check.py in HIDDEN asserts nothing"),
        ("98__half__check_py", "\nassert half(2)", "line 2: this assert has no message"),
        ("98__half__check_py", "assert half(", "is not Python: line 1"),
        ("98__half__check_py", MORE + "### END HIDDEN TESTS", "looks like a marker of nbgrader"),
        ("98__half__check_py", MORE + "# END HIDDEN TEST", "looks like a marker of nbgrader"),
    ],
)
def test_a_hidden_file_that_cannot_be_used_is_refused(course, name, text, told):
    assert told in refusal(SEED, "", hidden(course, **{name: text}))
    assert there(course) == {}


def test_a_hidden_test_that_ends_with_a_value_is_refused_by_the_rules(course, capsys):
    refusal(SEED, "", hidden(course, **{"98__half__check_py": MORE + "half(2)"}))
    assert "a_check_does_not_end_with_a_value" in capsys.readouterr().out


def test_a_hidden_folder_must_be_there_and_have_files(course):
    assert "wanted a folder with files like" in refusal(SEED, "", course / "nowhere")
    assert "has no file like" in refusal(SEED, "", hidden(course))


# Refused


@pytest.mark.parametrize("seed", ["", "0", "00", "-3", "1.5", "a", "1e9", " 7"])
def test_a_seed_is_a_whole_number_above_0(course, seed):
    assert refusal(seed).startswith(
        f"SEED is {seed!r}, wanted a whole number above 0 that only you know"
    )


@pytest.mark.parametrize("name", ["a/b", "..", "a b", "-a", "a.b", "x" * 60, "é"])
def test_a_name_is_one_of_a_folder(course, name):
    assert refusal(SEED, name).startswith(f"NAME is {name!r}, wanted letters, digits")


def test_an_exercise_that_is_not_there_is_said(course):
    assert refusal(SEED, "", "", "99_a") == "There is no exercise 99_a; there are 98_z."


def test_without_nbgrader_it_says_so(course, monkeypatch):
    monkeypatch.setattr(classes.importlib.util, "find_spec", lambda _: None)
    assert refusal().startswith("nbgrader is missing")


def test_another_seed_never_changes_a_variant(course):
    make()
    before = there(course)
    told = refusal(SEED + 1)
    assert told.startswith(
        "variants/class-a was made with another SEED and is perhaps handed out: take"
    )
    assert there(course) == before


def test_the_same_seed_again_changes_nothing(course):
    make()
    before = there(course)
    make()
    assert there(course) == before


def test_a_course_that_has_changed_does_not_change_a_variant(course):
    make()
    before = there(course)
    nb = solution(**CHOICES)
    find(nb, "title").source = find(nb, "title").source.replace("Good?", "Better?")
    put_solution(course, nb)
    assert "would be another one now" in refusal()
    assert "take another NAME" in refusal()
    assert there(course) == before


def test_hidden_tests_added_later_do_not_change_a_variant(course):
    make()
    before = there(course)
    assert "would be another one now" in refusal(
        SEED, "", hidden(course, **{"98__half__check_py": MORE})
    )
    assert there(course) == before


def test_an_exercise_more_joins_the_same_variant(course):
    make()
    other = json.loads(json.dumps(solution()).replace("98-", "97-"))
    other["cells"][0]["source"] = other["cells"][0]["source"].replace("98", "97")
    store(course / "solutions/97_y/97_y.ipynb", nbformat.from_dict(other))
    (course / "notebooks" / "97_y.ipynb").touch()
    before = there(course)
    make(SEED, "", "", "97_y")
    after = there(course)
    assert {n for n in before if before[n] != after[n]} == {
        "class-a/README.md",
        "class-a/variant.json",
    }
    page = after["class-a/README.md"].decode()
    assert page.index("| 97_y") < page.index(f"| {NAME}")


def test_a_folder_that_is_not_ours_is_left_alone(course):
    (course / "variants/class-a").mkdir(parents=True)
    (course / "variants/class-a/notes").write_text("mine")
    assert "is there and has no variant.json: take another NAME" in refusal()


# The numbers


def cell(source, wanted="check"):
    return cell_of(wanted, "98-a-check", textwrap.dedent(source).strip(), points=1)


HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("np.random.default_rng(5)", "np.random.default_rng([7, 5])"),
        ("default_rng(40 + T)", "default_rng([7, 40 + T])"),
        ("random.default_rng([T, B])", "random.default_rng([7, *[T, B]])"),
        ("np.random.default_rng((1, 2))", "np.random.default_rng([7, *(1, 2)])"),
        ("np.random.default_rng(seed=n)", "np.random.default_rng(seed=[7, n])"),
        ("δ = default_rng(5), default_rng(6)", "δ = default_rng([7, 5]), default_rng([7, 6])"),
        ("f('é', default_rng(\n    5,\n), 'ü')", "f('é', default_rng(\n    [7, 5],\n), 'ü')"),
    ],
)  # fmt: skip
def test_every_generator_gets_the_number(old, new):
    one = cell(f"a = default_rng(1)\n{HIDDEN.format(old)}\nb = default_rng(2)")
    assert own_numbers.renumber_hidden(one, 7) == new.count("[7, ")
    assert one.source == f"a = default_rng(1)\n{HIDDEN.format(new)}\nb = default_rng(2)"


@pytest.mark.parametrize("call", ["default_rng()", "default_rng(*seeds)", "default_rng(1, 2)"])
def test_a_generator_without_one_seed_is_refused(call):
    with pytest.raises(ValueError, match=r"^line 2: .*, wanted one seed$"):
        own_numbers.renumber_hidden(cell(HIDDEN.format(call)), 7)


def test_words_that_look_like_a_generator_stay():
    source = HIDDEN.format('# default_rng(5)\nprint("default_rng(5)")')
    one = cell(source)
    assert own_numbers.renumber_hidden(one, 7) == 0
    assert one.source == source


def test_students_numbers_are_those_of_given_cells_alone():
    source = "def numbers_of(seed):\n    return default_rng(seed)\n\n\ndef other(seed):\n    return default_rng(seed)"
    given, check = cell(source, "given"), cell(source)
    assert own_numbers.renumber_students(given, 7) == 1
    assert given.source == source.replace("default_rng(seed)", "default_rng([7, seed])", 1)
    assert own_numbers.renumber_students(check, 7) == 0
    assert check.source == source


def test_a_number_gives_other_draws():
    import numpy as np

    for old, new in (("5", "[7, 5]"), ("[1, 2]", "[7, *[1, 2]]")):
        a, b = (np.random.default_rng(eval(x)).normal(size=4) for x in (old, new))
        assert not np.allclose(a, b)


def test_more_hidden_tests_go_before_the_last_end():
    one = cell(CHECK)
    own_numbers.insert_hidden(one, "\nassert a, 'b'\n\n")
    assert one.source == CHECK.replace("### END", "assert a, 'b'\n### END")


# A real one


def test_a_variant_of_a_real_exercise(tmp_path, monkeypatch):
    """Exercise 02, which has students' numbers and secret ones: all answers score as they must."""
    needs.needed("nbgrader", "only `make variant` and CI install it")
    monkeypatch.setattr(classes, "FOLDER", tmp_path)
    make(SEED, "", "", "02_forward_pass")
    name = "02_forward_pass/02_forward_pass.ipynb"
    published = exercises.read(exercises.ROOT / "solutions" / name)
    solved = exercises.read(tmp_path / "class-a/solutions" / name)
    given = (tmp_path / "class-a/exercises" / name).read_bytes()
    assert exercises.untouched(given)
    differ = {
        a.id for a, b in zip(published.cells, solved.cells, strict=True) if a.source != b.source
    }
    assert "02-setup" in differ
    assert {c.id for c in solved.cells if kind(c) == "check"} & differ
    numbers = next(c for c in solved.cells if c.id == "02-seed").outputs
    assert numbers != next(c for c in published.cells if c.id == "02-seed").outputs
