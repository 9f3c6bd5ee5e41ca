"""What a student writes in the browser: kept, taken along, brought back, and never hidden by the site's own copy."""

import json

import lab
import nbformat
import pytest
from lite import RUN, SOURCES, WRITE, context, visit

NAME = "exercises/00_start_here/00_start_here.ipynb"
MINE = "# My own words\n\nwritten in the browser"
# As a lesson stores a training and takes it up again, on the drive that the browser's storage plays.
TRAINING = """
import numpy as np
from rnn_core import RNN, SGD, CharModel, Vocabulary, fit, load_checkpoint, results

rng, vocab = np.random.default_rng(0), Vocabulary.from_text("ab")
ids = vocab.encode("abba" * 50)
run = CharModel.init(rng, vocab, cell=RNN, n_h=4)
given = {"B": 2, "T": 5, "optimizer": SGD(0.1), "checkpoint": "run.npz"}
list(fit(run, ids, steps=2, rng=rng, **given))
list(fit(load_checkpoint("run.npz"), ids, steps=4, **given))
run = load_checkpoint("run.npz")
print(run.step, len(results.load("04_truncation")) > 0)
"""


@pytest.fixture
def page(browser, site):
    with context(browser, site) as made:
        yield made.new_page()


def sources(page):
    return page.evaluate(SOURCES)


def test_what_is_saved_is_there_when_one_comes_back(page, address):
    visit(page, address, NAME)
    assert sources(page)[1] != MINE
    lab.within(page, 30, WRITE, [1, MINE])
    visit(page, address, NAME)
    assert sources(page)[1] == MINE


def test_work_goes_out_as_a_file_and_comes_in_on_another_computer(
    page, browser, site, address, tmp_path
):
    visit(page, address, NAME)
    lab.within(page, 30, WRITE, [1, MINE])
    with page.expect_download(timeout=30_000) as download:
        page.evaluate("() => { window.jupyterapp.commands.execute('docmanager:download'); }")
    taken = tmp_path / "taken.ipynb"
    download.value.save_as(taken)
    assert nbformat.read(taken, as_version=4).cells[1].source == MINE
    with context(browser, site) as elsewhere:
        other = elsewhere.new_page()
        visit(other, address)
        lab.within(other, 60, "async () => { await window.jupyterapp.restored; }")
        with other.expect_file_chooser(timeout=30_000) as chooser:
            other.get_by_role("button", name="Upload Files").click()
        chooser.value.set_files(taken)
        other.get_by_role("listitem").filter(has_text="taken.ipynb").wait_for(timeout=30_000)
        visit(other, address, "taken.ipynb")
        assert sources(other)[1] == MINE


def test_the_sites_own_notebook_comes_back_when_ones_copy_is_renamed(page, address, site):
    visit(page, address, NAME)
    lab.within(page, 30, WRITE, [1, MINE])
    mine = NAME.replace(".ipynb", ".mine.ipynb")
    rename = (
        "([old, to]) => window.jupyterapp.serviceManager.contents.rename(old, to).then(() => 0)"
    )
    lab.within(page, 30, rename, [NAME, mine])
    visit(page, address, NAME)
    shipped = json.loads((site / "lite/files" / NAME).read_text(encoding="utf-8"))["cells"]
    assert sources(page) == ["".join(cell["source"]) for cell in shipped]
    visit(page, address, mine)
    assert sources(page)[1] == MINE


def test_python_reads_results_and_writes_over_its_own_files(page, address):
    name = "notebooks/04_bptt.ipynb"
    visit(page, address, name)
    lab.within(page, 120, lab.CONNECTED, name)
    lab.within(page, 300, RUN, "%pip install -q rnn_core")
    told = lab.within(page, 120, RUN, TRAINING)
    assert told.splitlines()[-1] == "6 True"
    visit(page, address, name)
    lab.within(page, 120, lab.CONNECTED, name)
    told = lab.within(page, 120, RUN, "print(open('run.npz', 'rb').read(2))")
    assert told.strip() == "b'PK'"
