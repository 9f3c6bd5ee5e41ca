"""A class of students: submissions of exercise 03 as good, poor, damaged and hostile as they come.

Each is a function that writes into the student's folder; WANTED says what must come of it.
"""

import json
import os
import zipfile
from dataclasses import dataclass

import nbformat
from answers import ROOT, Exercise
from nbformat.v4 import new_code_cell

from rnn_core.worked import work

NAME = "03_bptt_by_hand"
FILE = f"{NAME}.ipynb"
EXERCISE = ROOT / "exercises" / NAME / FILE
ANSWERS = Exercise.read(ROOT / "solutions" / NAME / FILE)
TASKS = ANSWERS.tasks  # 03-hand, 03-carry, 03-gradients, 03-mended
RIGHT = {task: ANSWERS.cell(task).source for task in TASKS}
WRONG = {task: ANSWERS.source(task, next(iter(ANSWERS.wrong[task].values()))) for task in TASKS}
FULL = [2, 1, 3, 2]
NONE = [0, 0, 0, 0]
PROSE = "The carried term is in delta_1 alone, which meets h_0 = 0."


@dataclass
class Case:
    """write(folder) hands in; wanted are the points of the four checks, or None for "not graded"."""

    write: object
    wanted: list
    look: bool
    told: str = ""


CASES = {}


def case(wanted, look=False, told=""):
    def keep(function):
        CASES[function.__name__] = Case(function, wanted, look, told)
        return function

    return keep


def paper(answers=None, prose=PROSE):
    """The exercise with answers in place of its stubs."""
    nb = nbformat.read(EXERCISE, as_version=4)
    for cell in nb.cells:
        cell.source = (answers or {}).get(cell.id, cell.source)
        if cell.id == "03-explain" and prose:
            cell.source = prose
    return nb


def cell_of(nb, name):
    return next(cell for cell in nb.cells if cell.id == name)


def behind(nb, name, *cells):
    at = nb.cells.index(cell_of(nb, name)) + 1
    nb.cells[at:at] = cells
    return nb


def hand_in(folder, nb, name=FILE):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(nb), encoding="utf-8")  # as it is, without repairs


def with_code(task, code, answers=RIGHT):
    """Right answers, and `code` in front of one of them."""
    return paper(answers | {task: f"{code}\n\n\n{answers[task]}"})


# As one hopes


@case(FULL)
def all_right(folder):
    hand_in(folder, paper(RIGHT))


@case(FULL)
def all_right_in_another_style(folder):
    last = {task: ANSWERS.source(task, [*ANSWERS.right[task].values()][-1]) for task in TASKS}
    hand_in(folder, paper(last))


@case(NONE)
def all_wrong(folder):
    hand_in(folder, paper(WRONG))


@case(NONE)
def blank(folder):
    hand_in(folder, paper(prose=""))


@case([2, 1, 0, 0])
def half(folder):
    hand_in(folder, paper({task: RIGHT[task] for task in TASKS[:2]}))


@case([2, 1, 3, 2])
def numbers_of_their_own(folder):
    seed = "SEED = 4711\nmine = numbers_of(SEED)\nmine"
    hand_in(folder, paper(RIGHT | {"03-seed": seed}))


@case(FULL)
def helpers_in_cells_of_their_own(folder):
    helper = new_code_cell("def doubled(number):\n    return 2 * number", id="mine")
    code = RIGHT["03-gradients"].replace("2 * (W_y", "doubled(W_y")
    hand_in(folder, behind(paper(RIGHT | {"03-gradients": code}), "03-carry-check", helper))


@case(FULL, told="stderr")
def a_warning_in_a_right_answer(folder):
    code = RIGHT["03-carry"].replace("    return", "    np.log(np.zeros(1))\n    return")
    hand_in(folder, paper(RIGHT | {"03-carry": code}))


@case(FULL)
def with_a_print_and_a_plot_of_numbers(folder):
    hand_in(folder, with_code("03-mended", "print('looking at it')\n3.5"))


# Cells deleted, doubled, edited, renamed


@case(FULL, told="03-carry-check was deleted")
def checks_deleted(folder):
    nb = paper(RIGHT)
    nb.cells = [cell for cell in nb.cells if not cell.id.endswith("-check")]
    hand_in(folder, nb)


@case(NONE, told="03-hand-check was edited")
def checks_made_easy(folder):
    checks = {f"{task}-check": "print('Task is right.')" for task in TASKS}
    hand_in(folder, paper(WRONG | checks))


@case(NONE, told="03-setup was edited")
def the_given_code_edited(folder):
    nb = paper(WRONG)
    cell_of(nb, "03-setup").source += "\nnp.isclose = lambda *a, **k: True"
    hand_in(folder, nb)


@case([2, 0, 3, 2], look=True, told="03-carry was deleted")
def an_answer_deleted(folder):
    nb = paper(RIGHT)
    nb.cells.remove(cell_of(nb, "03-carry"))
    hand_in(folder, nb)


@case(FULL, told="03-carry is there 2 times")
def an_answer_beside_its_stub(folder):
    nb, stub = paper(RIGHT), cell_of(paper(), "03-carry")
    hand_in(folder, behind(nb, "03-carry", stub))


@case([2, 0, 3, 2], look=True, told="the last one was graded")
def two_different_answers(folder):
    nb, second = paper(RIGHT), cell_of(paper(WRONG), "03-carry")
    hand_in(folder, behind(nb, "03-carry", second))


@case(FULL, look=True, told="a cell that defines two_deltas was taken for it")
def an_answer_in_a_cell_of_another_name(folder):
    nb = paper(RIGHT)
    cell = cell_of(nb, "03-carry")
    cell.id, cell.metadata = "other", {}
    hand_in(folder, nb)


@case(FULL)
def without_the_ids_of_cells(folder):
    text = json.loads(nbformat.writes(paper(RIGHT)))
    for cell in text["cells"]:
        del cell["id"]
    folder.mkdir(parents=True)
    (folder / FILE).write_text(json.dumps(text | {"nbformat_minor": 4}))


@case(FULL, told="made a markdown cell")
def an_answer_made_prose(folder):
    nb = paper(RIGHT)
    cell = cell_of(nb, "03-carry")
    cell.cell_type = "markdown"
    for key in ("outputs", "execution_count"):
        cell.pop(key)
    hand_in(folder, nb)


@case(FULL)
def points_raised_in_the_metadata(folder):
    nb = paper(RIGHT)
    cell_of(nb, "03-hand-check").metadata["nbgrader"]["points"] = 100
    hand_in(folder, nb)


@case([0, 1, 3, 2])
def an_answer_that_is_no_python(folder):
    hand_in(folder, paper(RIGHT | {"03-hand": "def by_hand(:\n    return 1"}))


# Files


@case(FULL)
def the_file_renamed(folder):
    hand_in(folder, paper(RIGHT), "my homework (1).ipynb")


@case(FULL, look=True, told="there are 2 notebooks")
def two_files(folder):
    hand_in(folder, paper(WRONG), "old.ipynb")
    hand_in(folder, paper(RIGHT), "new.ipynb")
    os.utime(folder / "old.ipynb", (1e9, 1e9))


@case(None, look=True, told="is it this exercise?")
def another_exercise(folder):
    other = ROOT / "exercises" / "05_vanishing_exploding" / "05_vanishing_exploding.ipynb"
    hand_in(folder, nbformat.read(other, as_version=4), FILE)


@case(None, look=True, told="only essay.pdf")
def no_notebook(folder):
    folder.mkdir()
    (folder / "essay.pdf").write_bytes(b"%PDF-1.4")


@case(None, look=True, told="only homework.zip")
def a_zip(folder):
    folder.mkdir()
    with zipfile.ZipFile(folder / "homework.zip", "w") as file:
        file.writestr(FILE, nbformat.writes(paper(RIGHT)))


@case(None, look=True, told="an empty folder")
def nothing(folder):
    folder.mkdir()


@case(None, look=True, told="the file is no notebook")
def half_a_file(folder):
    hand_in(folder, paper(RIGHT))
    text = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(text[: len(text) // 2])


@case(None, look=True, told="nested too deeply")
def a_file_of_brackets(folder):
    folder.mkdir()
    (folder / FILE).write_text("[" * 200_000)


@case(None, look=True, told="20,000,000")
def a_huge_file(folder):
    folder.mkdir()
    with (folder / FILE).open("wb") as file:
        file.truncate(10**9)


@case(None, look=True, told=f"a link, {FILE}")
def a_link_to_the_solution(folder):
    folder.mkdir()
    (folder / FILE).symlink_to(ROOT / "solutions" / NAME / FILE)


@case(FULL)
def a_photo_of_the_page(folder):
    nb = paper(RIGHT, prose="![by hand](attachment:a%20page.png) ![gone](attachment:gone.png)")
    cell_of(nb, "03-explain")["attachments"] = {"a page.png": {"image/png": "QUJD" * 50_000}}
    hand_in(folder, nb)


@case(FULL, told="03-seed was missing; a cell that defines SEED was taken for it")
def numbers_of_their_own_in_an_old_format(folder):
    """Worked on paper: with another seed the five numbers would be wrong. The format has no ids of cells."""
    names = ANSWERS.names_before("03-hand", "5813")
    w = work(**names["numbers_of"](5813))
    told = [*w.h, *reversed(w.delta), w.dW_h]
    hand = f"def by_hand():\n    return {told}"
    seed = "SEED = 5813\nmine = numbers_of(SEED)"
    hand_in(folder, nbformat.convert(paper(RIGHT | {"03-seed": seed, "03-hand": hand}), 3))


@case(FULL)
def plots_magics_and_ten_thousand_lines(folder):
    code = (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nimport scipy.special\nimport sympy\n"
    )
    code += "plt.plot([1, 2])\nplt.title('δ ∂')\nplt.show()\nnp.set_printoptions(precision=2)\n"
    code += "np.seterr(all='raise')\nimport warnings\nwarnings.simplefilter('error')\naccepted = [1]\nnp.tanh?"
    lines = "    for n in accepted * 10_000:\n        print('step', n)\n    return"
    answers = RIGHT | {"03-mended": RIGHT["03-mended"].replace("    return", lines)}
    answers["03-carry"] = "%%time\n" + RIGHT["03-carry"].replace("    ", "\t")
    hand_in(folder, behind(paper(answers), "03-seed", new_code_cell(code, id="plot")))


@case(FULL)
def from_a_windows_machine(folder):
    text = json.dumps(paper(RIGHT), indent=1).replace("\\n", "\\r\\n").replace("\n", "\r\n")
    folder.mkdir()
    (folder / "Homework.IPYNB").write_bytes(b"\xef\xbb\xbf" + text.encode())


@case(FULL)
def beside_what_a_mac_leaves_and_on_no_day(folder):
    hand_in(folder, paper(RIGHT), "x_ada_attempt_9999-99-99-99-99-99_x.ipynb")
    (folder / f"._{FILE}").write_bytes(b"\0\5\x16\7")


@case(None, look=True, told="there is no notebook, only")
def a_name_that_no_text_can_hold(folder):
    folder.mkdir()
    for name in (b"\xe9\xff.txt", "a\u2028b\x85.pdf".encode()):
        (folder / os.fsdecode(name)).write_bytes(b"x")


@case(FULL, look=True, told="'=cmd|' C calc'!A0.ipynb: the file is no notebook")
def a_formula_and_half_a_character(folder):
    hand_in(folder, with_code("03-carry", "# \ud83d"))
    (folder / "=cmd|' C calc'!A0.ipynb").write_text("{")


@case(FULL, told="was made a strange cell")
def scripts_for_who_reads(folder):
    script = "<script>alert('mine')</script>"
    nb = paper(RIGHT, prose=f"{script}<img src=x onerror=alert('mine')>")
    cell_of(nb, "03-carry").update(cell_type=script, source=RIGHT["03-carry"] + "\n")
    shown = f"class A:\n    def _repr_html_(self):\n        return {script!r}\n\n\nA()"
    hand_in(folder, behind(nb, "03-seed", new_code_cell(shown, id="a")))


# Code that stops Python, or never stops


@case([0, 1, 3, 2], look=True, told="imports sys")
def sys_exit(folder):
    hand_in(folder, paper(RIGHT | {"03-hand": "import sys\nsys.exit(0)"}))


@case([2, 0, 3, 2], look=True, told="It ended Python.")
def os_exit(folder):
    code = "import os\n\n\ndef two_deltas(*args, **kwargs):\n    os._exit(0)"
    hand_in(folder, paper(RIGHT | {"03-carry": code}))


@case([0, 1, 0, 2], look=True, told="did not come to an end within")
def endless_loops(folder):
    loop = "while True:\n    try:\n        pass\n    except BaseException:\n        pass"
    inside = "def gradients(*args, **kwargs):\n    while True:\n        pass"
    hand_in(folder, paper(RIGHT | {"03-hand": loop, "03-gradients": inside}))


@case([2, 0, 3, 2])
def a_memory_bomb(folder):
    code = "def two_deltas(*args, **kwargs):\n    return np.ones(4 * 10**8)"
    hand_in(folder, paper(RIGHT | {"03-carry": code}))


@case([2, 0, 3, 2], look=True, told="processes")
def a_fork_bomb(folder):
    code = "import os\nwhile True:\n    os.fork()"
    hand_in(folder, paper(RIGHT | {"03-carry": code}))


@case([2, 0, 3, 0], look=True, told="03-carry was stopped")
def an_output_bomb(folder):
    loop = "while True:\n    print('x' * 1000)"
    once = f"print('y' * 50_000_000)\n{WRONG['03-mended']}"
    hand_in(folder, paper(RIGHT | {"03-carry": loop, "03-mended": once}))


# Code that reaches for what is not its own


def reaching(statement):
    """An answer that tries something outside, and gives the right answer only if that works."""
    return f"{statement}\n{RIGHT['03-carry']}"


@case([2, 0, 3, 2], look=True, told="uses open")
def reads_the_solution(folder):
    path = ROOT / "solutions" / NAME / FILE
    hand_in(folder, paper(RIGHT | {"03-carry": reaching(f"open({str(path)!r}).read()")}))


@case([2, 0, 3, 2], look=True, told="uses open")
def writes_to_the_gradebook(folder):
    path = folder.parent.parent / "grades" / "gradebook.db"
    hand_in(
        folder, paper(RIGHT | {"03-carry": reaching(f"open({str(path)!r}, 'r+b').write(b'x')")})
    )


@case([2, 0, 3, 2], look=True, told="uses open")
def reads_another_student(folder):
    path = folder.parent / "all_right" / FILE
    hand_in(folder, paper(RIGHT | {"03-carry": reaching(f"open({str(path)!r}).read()")}))


@case([2, 0, 3, 2], look=True, told="imports urllib")
def uses_the_network(folder):
    port = (folder.parent.parent / "port").read_text()
    code = f"import urllib.request\nurllib.request.urlopen('http://127.0.0.1:{port}/', timeout=2)"
    hand_in(folder, paper(RIGHT | {"03-carry": reaching(code)}))


@case(FULL, look=True, told="imports shutil")
def deletes_everything(folder):
    code = "import shutil\nfor path in ('/work', '/root', '/home', '/tmp', '/'):\n"
    code += f"    shutil.rmtree(path, ignore_errors=True)\nshutil.rmtree({str(folder.parent.parent)!r}, True)"
    nb = paper(RIGHT)
    hand_in(folder, behind(nb, "03-explain", new_code_cell(code, id="del")))


@case([2, 0, 3, 2], look=True, told="It ended Python.")
def rewrites_the_command_of_the_next_kernel(folder):
    """When Python ends, all is run again: what starts it then must not be what stands in the shared folder."""
    argv = ["sh", "-c", f"rm {folder.parent.parent / 'canary'}; sleep 9"]
    code = "import glob, json, os\nfor path in glob.glob('/tmp/**/kernel.json', recursive=True):\n"
    code += "    try:\n        spec = json.load(open(path))\n"
    code += f"        json.dump(spec | {{'argv': {argv}}}, open(path, 'w'))\n"
    code += "    except OSError:\n        pass\nos._exit(0)"
    hand_in(folder, paper(RIGHT | {"03-carry": code}))


@case([2, 0, 3, 2], look=True, told="It wrote more than 64 MiB of files.")
def fills_the_folder_of_the_sockets(folder):
    code = "import glob\nfor place in glob.glob('/tmp/rnn*/shared'):\n    for n in range(10**4):\n"
    code += "        open(f'{place}/{n}', 'wb').write(bytes(10**7))"
    hand_in(folder, paper(RIGHT | {"03-carry": code}))


@case(FULL, look=True, told="uses In")
def shows_the_tests_in_a_code_of_its_own(folder):
    code = RIGHT["03-carry"].replace("    return", "    print(In[-1][::-1])\n    return")
    hand_in(folder, paper(RIGHT | {"03-carry": code}))


# Code that changes the check


@case(NONE, look=True, told="sets np.isclose")
def patches_the_comparison(folder):
    nb = paper(WRONG)
    code = "np.isclose = np.allclose = lambda *a, **k: True\nimport builtins\nbuiltins.abs = lambda x: 0.0"
    hand_in(folder, behind(nb, "03-seed", new_code_cell(code, id="patch")))


@case(NONE, look=True, told="something has changed it")
def patches_it_from_inside(folder):
    code = f"{WRONG['03-carry']}\n\n\nboth = two_deltas\n\n\ndef two_deltas(*a, **k):\n"
    code += "    np.isclose = np.allclose = lambda *a, **k: True\n    return both(*a, **k)"
    answers = RIGHT | {"03-hand": WRONG["03-hand"], "03-carry": code}
    hand_in(folder, paper(answers))


@case([2, 1, 0, 2], look=True, told="gives work another meaning")
def replaces_the_reference(folder):
    code = (
        f"{WRONG['03-gradients']}\n\n\ndef work(*args, **kwargs):\n    return real(*args, **kwargs)"
    )
    nb = paper(RIGHT | {"03-gradients": code})
    hand_in(folder, behind(nb, "03-carry-check", new_code_cell("real = work", id="real")))


@case([2, 1, 3, 2], look=True, told="defines __eq__")
def defines_an_object_equal_to_all(folder):
    code = "class Same:\n    def __eq__(self, other):\n        return True"
    hand_in(folder, with_code("03-carry", code))


@case(NONE, look=True, told="uses get_ipython")
def makes_every_cell_succeed(folder):
    code = (
        "shell, real = get_ipython(), get_ipython().run_cell_async\n"
        "async def easy(raw, *args, **kwargs):\n"
        "    return await real('print(1)' if 'assert' in raw else raw, *args, **kwargs)\n"
        "shell.run_cell_async = easy"
    )
    hand_in(folder, behind(paper(WRONG), "03-seed", new_code_cell(code, id="easy")))


@case(NONE, look=True, told="uses get_ipython")
def shows_no_errors(folder):
    code = "get_ipython().showtraceback = lambda *args, **kwargs: None"
    hand_in(folder, behind(paper(WRONG), "03-seed", new_code_cell(code, id="quiet")))


@case([2, 1, 3, 2], look=True, told="shows a value that the check does not give")
def forges_partial_credit(folder):
    code = RIGHT["03-carry"].replace(
        "    return", "    get_ipython().displayhook(0.25)\n    return"
    )
    hand_in(folder, paper(RIGHT | {"03-carry": code}))


@case(FULL, look=True, told="uses get_ipython")
def prints_the_tests(folder):
    code = "get_ipython().events.register('pre_run_cell', lambda info: print(info.raw_cell))"
    hand_in(folder, behind(paper(RIGHT), "03-seed", new_code_cell(code, id="spy")))


@case([2, 1, 3, 0])
def fails_in_a_test_that_is_not_shown(folder):
    cheat = "def mended(W_h, h):\n" + (
        "    s = 0.0\n    for before, now in zip(h[:-1], h[1:]):\n"
        "        s = (1 - now**2) * (before + W_h * s)\n    return s if len(h) < 5 else 0.0"
    )
    hand_in(folder, paper(RIGHT | {"03-mended": cheat}))
