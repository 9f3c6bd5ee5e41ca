"""Explorers are slow to make, so all tests share them; none depends on what another did with them."""

import explorers
import pytest


@pytest.fixture(autouse=True)
def explorers_as_they_start():
    explorers.restart()
