"""Texts for character models: names, a story, numbers in words, and a file of one's own."""

import codecs
import io
import os
from importlib.resources import files
from pathlib import Path

from . import check

BLOCK = 1 << 16  # bytes read at a time
MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}

# Shipped


def _shipped(name):
    return (files(__package__) / "data" / name).read_text(encoding="utf-8")


def names():
    """Given names of many cultures in the letters A–Z, a–z, sorted, as a tuple of distinct strings.

    Source: compiled for this collection, CC0; see data/README.md.
    """
    return tuple(_shipped("names.txt").split())


def story():
    """A story in plain English, as one string. Source: written for this collection, CC0; see data/README.md."""
    return _shipped("story.txt")


# Numbers

SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
LARGEST = 10**9 - 1


def _below_hundred(n):
    if n < 20:
        return SMALL[n]
    return TENS[n // 10 - 2] + (f"-{SMALL[n % 10]}" if n % 10 else "")


def number_words(n, british=False):
    """The English words of 0 ≤ n < 10⁹: 9205 is "nine thousand two hundred five", 42 is "forty-two".

    british: "and" before what is below a hundred: "nine thousand two hundred and five".
    Raises ValueError for n that is no whole number of this range.
    """
    n = check.count("n", n, least=0)
    if n > LARGEST:
        raise ValueError(f"n: got {n}, wanted a whole number of at most {LARGEST}")
    words = []
    for size, name in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if n >= size:
            words += [number_words(n // size, british), name]
            n %= size
    if n or not words:
        words += ["and"] * bool(british and words) + [_below_hundred(n)]
    return " ".join(words)


def number_text(rng, n, most=9999):
    """n numbers drawn uniformly from 0 … most, in words, each ended by a line break.

    No two numbers share their words, so the entropy of this text is known: ln(most + 1) nats a line.
    Raises ValueError for n < 1 and for `most` outside 0 … 10⁹ − 1.
    """
    check.generator(rng)
    n, most = check.count("n", n), check.count("most", most, least=0)
    if most > LARGEST:
        raise ValueError(f"most: got {most}, wanted a whole number of at most {LARGEST}")
    return "".join(number_words(int(k)) + "\n" for k in rng.integers(most + 1, size=n))


# One's own


def read_text(path, encoding=None, most=None):
    """The text of a file, or its first `most` characters (the rest is then not read); line breaks become LF.

    Without `encoding` the file is UTF-8, or what its byte order mark says (UTF-8 or UTF-16). A mark is left out.
    Raises ValueError for what is no file, has nothing in it, is no text or is not in this encoding, and for
    most < 1.
    """
    path, most = _file(path), most if most is None else check.count("most", most)
    try:
        with path.open("rb", buffering=0) as file:
            head, name = file.read(3), encoding
            if encoding is None:
                name = next((MARKS[mark] for mark in MARKS if head.startswith(mark)), "utf-8")
            file.seek(0)
            text = "".join(_pieces(file, path, name, most))[:most]
    except OSError as error:
        what = f"which cannot be read ({error.strerror or error})"
        raise _refused(path, what, "a file to read") from None
    if not text:
        raise _refused(path, "which is empty", "at least one character")
    return text


def _refused(path, what, wanted):
    shown = str(path)
    if len(shown) > 200:  # a text in place of a path
        shown = shown[:100] + " …"
    return ValueError(f"path: got {shown!r}, {what}, wanted {wanted}")


def _file(path):
    if not isinstance(path, str | os.PathLike) or not str(path):
        got = repr(path) if path == "" else type(path).__name__
        raise ValueError(f"path: got {got}, wanted the name of a text file")
    if os.path.isdir(path):
        raise _refused(path, "which is a folder", "a text file in it")
    if not os.path.exists(path):  # where Path.exists raises, for a name too long, this says no
        what = f"which is not there (looked for it from {os.getcwd()!r})"
        raise _refused(path, what, "a text file")
    return Path(path)


def _decoder(name):
    """Bytes to text a block at a time, with CRLF and CR as LF also where two blocks meet."""
    try:
        "".encode(name)  # refuses what is an encoding of bytes as bytes, such as "hex"
        return io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(name)(), translate=True)
    except (LookupError, TypeError, ValueError):
        wanted = "None or the name of one, such as 'utf-8', 'utf-16', 'cp1252' or 'latin-1'"
        raise ValueError(f"encoding: got {name!r}, wanted {wanted}") from None


def _pieces(file, path, name, most):
    """The text, piece by piece. A character has one byte or more: so many bytes as characters are missing are not
    too many, but for the one after a CR, which may be followed by LF."""
    decoder, have, block = _decoder(name), 0, b"."
    while block and (most is None or have < most):
        block = file.read(BLOCK if most is None else min(BLOCK, most - have))
        try:
            piece = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            at = file.tell() - len(error.object) + error.start
            raise _refused(path, *_undecoded(error.object[error.start], at, name)) from None
        piece = piece.removeprefix("\ufeff") if have == 0 else piece
        if "\0" in piece:
            what = f"in which character {have + piece.index(chr(0))} is NUL, so that it is no text"
            raise _refused(path, what, f"a text in {name}; give its encoding if it is another")
        have += len(piece)
        yield piece


def _undecoded(byte, at, name):
    """What is wrong with a byte, and what was wanted."""
    hint = "if it was written on an old system, try encoding='cp1252' or encoding='latin-1'"
    return f"in which byte 0x{byte:02x} at position {at} is no {name}", f"text in {name}; {hint}"
