"""The same examples on every run and every machine; nothing stored, no time limit for a single one."""

import needs
import pytest
from hypothesis import settings

settings.register_profile(
    "rnn_core", derandomize=True, database=None, deadline=None, max_examples=50
)
settings.load_profile("rnn_core")

# They take a minute and more each. Begun first, none of them keeps one process busy when all others are done.
LONG = ("test_grading", "test_variant_choices", "test_answers", "test_nbval_can_fail", "test_live")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.stem not in LONG)


@pytest.fixture(scope="session")
def jax():
    """JAX, where it is installed; without it a student's machine skips, and CI, where all must be proved, fails."""
    return needs.needed("jax", "`make test EXTRAS=jax` installs it")


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium, where it and Playwright are installed, for tests that open pages as a reader does."""
    why = "`make test-browser` and `make test-site` look at pages in a real browser"
    playwright = needs.needed("playwright.sync_api", why)
    import lab

    if not lab.CHROMIUM:
        needs.absent("Chromium", why)
    with playwright.sync_playwright() as playwright, lab.chromium(playwright) as started:
        yield started
