"""What every refusal of a bad call has to say."""

import re

import pytest


def refused(call, argument, words):
    """The call raises a ValueError that begins with the argument, and says what came and what was wanted."""
    with pytest.raises(ValueError, match=rf"^{re.escape(argument)}: got ") as caught:
        call()
    message = str(caught.value)
    for word in [*words, "wanted"]:
        assert word in message, message
    assert ",," not in message
    assert "  " not in message


def named_once(table):
    """Every row of a table of bad calls has a name of its own, which comes first."""
    names = [row[0] for row in table]
    assert len(set(names)) == len(names)
