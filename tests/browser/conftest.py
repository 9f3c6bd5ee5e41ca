"""One JupyterLab and one Chromium for all browser tests; each lesson is opened and run once."""

import os
import shutil

import lab
import pytest

LESSONS = sorted((lab.ROOT / "notebooks").glob("*.ipynb"))


def absent(what):
    """Skip on a student's machine; fail where everything must be proved."""
    reason = f"{what} is missing: these tests open the lessons in a real browser"
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium of the system."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent("Playwright (make test-browser installs it)")
    if not lab.CHROMIUM:
        absent("Chromium")
    with sync_playwright() as playwright, lab.chromium(playwright) as started:
        yield started


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
    yield lab.Lesson(page, address, request.param)
    page.close()
