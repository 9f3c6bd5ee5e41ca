"""One JupyterLab for all browser tests; each lesson is opened and run once."""

import shutil

import lab
import pytest
from lesson import Lesson

LESSONS = sorted((lab.ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A copy of the lessons, so that nothing done in the browser reaches the real ones."""
    copy = tmp_path_factory.mktemp("browser") / "lessons"
    ignored = shutil.ignore_patterns(".ipynb_checkpoints")
    return shutil.copytree(lab.ROOT / "notebooks", copy, ignore=ignored)


@pytest.fixture(scope="session")
def address(folder, tmp_path_factory):
    """The address of a JupyterLab over the copy."""
    with lab.server(folder, tmp_path_factory.mktemp("settings")) as started:
        yield started


@pytest.fixture(scope="module", params=LESSONS, ids=lambda path: path.stem)
def lesson(request, browser, address):
    """One lesson, looked at as recorded and then run from top to bottom."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    yield Lesson(page, address, request.param)
    page.close()
