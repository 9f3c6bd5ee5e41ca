"""The same examples on every run and every machine; nothing stored, no time limit for a single one."""

import importlib
import os

import pytest
from hypothesis import settings

settings.register_profile(
    "rnn_core", derandomize=True, database=None, deadline=None, max_examples=50
)
settings.load_profile("rnn_core")


@pytest.fixture(scope="session")
def jax():
    """JAX, where it is installed; without it a student's machine skips, and CI, where all must be proved, fails."""
    try:
        return importlib.import_module("jax")
    except ImportError:
        reason = "JAX is missing: `make test EXTRAS=jax` installs it"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
