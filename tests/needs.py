"""What a test needs and a student's machine may lack: it skips there with the reason, and fails in CI."""

import importlib
import os

import pytest


def absent(what, why):
    """Skip, or fail where everything has to be proved."""
    told = f"{what} is missing: {why}"
    if os.environ.get("CI"):
        pytest.fail(told)
    pytest.skip(told, allow_module_level=True)


def needed(module, why):
    """The module, if it is installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        absent(module, why)
