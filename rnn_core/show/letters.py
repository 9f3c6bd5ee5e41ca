"""Letters as they are drawn and said: signs for what has no shape, a box for what the font does not have."""

import unicodedata
from functools import cache

from matplotlib.colors import LinearSegmentedColormap
from matplotlib.font_manager import findfont, get_font

from .style import MARK, STATE

MONO = (
    "DejaVu Sans Mono",
    "DejaVu Sans",
)  # of one width; the second where the first lacks a letter
SIGNS = {"\n": "⏎", " ": "␣", "\t": "⇥"}
NO_SHAPE = "□"
SIGNED = LinearSegmentedColormap.from_list("signed", ["#6B3F00", MARK, "white", STATE, "#00263D"])
TEXT = {"parse_math": False}  # of texts that others wrote: a dollar is a dollar


@cache
def sign(symbol):
    """One symbol as it is drawn, one letter wide: ⏎, ␣, ⇥, the letter, or □ where the fonts have no shape for it."""
    if symbol in SIGNS:
        return SIGNS[symbol]
    kind = unicodedata.category(symbol)
    if kind[0] in "CZ" or not _drawable(symbol):
        return NO_SHAPE
    return f"◌{symbol}" if kind[0] == "M" else symbol


def named(symbol):
    """One symbol as a label: as `sign`, but a number where there is no shape, and words for the end of a line."""
    drawn = sign(symbol)
    if symbol == "\n":
        return f"{drawn} end"
    return f"U+{ord(symbol):04X}" if drawn == NO_SHAPE != symbol else drawn


def row(text):
    """A text in one row, as it is drawn: spaces as they are."""
    return "".join(c if c == " " else sign(c) for c in text)


def quoted(text):
    """A text in a sentence: a hyphen is no minus sign, an underline sets no subscript."""
    return "“" + text.replace("-", "‑").replace("_", "_\u2060") + "”"


@cache
def _drawable(symbol):
    return any(get_font(findfont(name)).get_char_index(ord(symbol)) for name in MONO)
