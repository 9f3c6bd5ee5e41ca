"""The shipped texts, numbers in words, and texts from files of one's own."""

import codecs
import math
import re
import tomllib
import tracemalloc
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import rnn_core
from rnn_core.corpus import (
    BLOCK,
    LARGEST,
    SMALL,
    TENS,
    names,
    number_text,
    number_words,
    read_text,
    story,
)

FOLDER = Path(rnn_core.__file__).parent / "data"
ROOT = FOLDER.parent.parent


# Names and the story


def test_names_are_many_distinct_and_in_order():
    found = names()
    assert isinstance(found, tuple)
    assert len(found) >= 2300
    assert len(set(found)) == len(found)
    assert list(found) == sorted(found)
    assert {name[0] for name in found} == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_names_are_written_in_plain_letters():
    assert [name for name in names() if not re.fullmatch("[A-Z][a-z]{1,13}", name)] == []


def test_the_file_of_names_is_one_a_line_and_nothing_else():
    data = (FOLDER / "names.txt").read_bytes()
    assert data.decode("ascii") == "".join(f"{name}\n" for name in names())


def test_names_are_of_many_cultures():
    some = (
        "John Sarah Emily Siobhan Rhys Camille Jurgen Willem Astrid Aino Janis Vytautas Agnieszka Vaclav Tatiana "
        "Oksana Dragana Yannis Ayse Fatima Parisa Shira Tigran Nino Priya Karthik Debabrata Xiaoming Haruka "
        "Minjun Nguyet Somchai Dewi Luningning Kalani Aroha Folasade Chinedu Kwame Aminata Wanjiru Tewodros "
        "Abdirahman Thandiwe Tendai Carmen Xochitl Itziar Joao Giulia Ionut Zsuzsanna"
    )
    assert set(some.split()) - set(names()) == set()


def test_every_data_file_has_its_origin_and_terms():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = {
        m[1]: line
        for line in text.splitlines()
        if (m := re.match(r"\| `(.+?)` \|", line)) is not None
    }
    shipped = {path.name for path in FOLDER.iterdir() if path.suffix != ".md"}
    assert shipped - set(rows) == set()
    assert all("CC0" in line for line in rows.values())
    assert f"{len(names()):,} given names" in rows["names.txt"]


def test_the_data_are_part_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["rnn_core"]
    for path in FOLDER.iterdir():
        inside = path.relative_to(FOLDER.parent).as_posix()
        assert any(fnmatch(inside, pattern) for pattern in patterns), inside


def test_the_story_is_the_file():
    assert story() == (FOLDER / "story.txt").read_text(encoding="utf-8")
    assert len(story().split()) > 100


# Numbers


def value(words):
    """The number that English words stand for, read from left to right: another way than they were made."""
    units = {word: k for k, word in enumerate(SMALL)} | {
        word: 10 * k for k, word in enumerate(TENS, 2)
    }
    total = group = 0
    for word in words.replace("-", " ").split():
        if word == "hundred":
            group *= 100
        elif word in ("thousand", "million"):
            total += group * {"thousand": 1000, "million": 10**6}[word]
            group = 0
        elif word != "and":
            group += units[word]
    return total + group


@given(st.integers(0, LARGEST), st.booleans())
@example(0, False)
@example(LARGEST, True)
def test_the_words_of_a_number_are_read_as_this_number(n, british):
    words = number_words(n, british)
    assert value(words) == n
    assert set(words) <= set("abcdefghijklmnopqrstuvwxyz -")
    assert "  " not in words
    assert words.replace(" and ", " ") == number_words(n)


@pytest.mark.parametrize(
    ("n", "words", "british"),
    [
        (0, "zero", "zero"),
        (13, "thirteen", "thirteen"),
        (20, "twenty", "twenty"),
        (42, "forty-two", "forty-two"),
        (100, "one hundred", "one hundred"),
        (110, "one hundred ten", "one hundred and ten"),
        (1000, "one thousand", "one thousand"),
        (1005, "one thousand five", "one thousand and five"),
        (9205, "nine thousand two hundred five", "nine thousand two hundred and five"),
        (10**6, "one million", "one million"),
        (
            205_000_300,
            "two hundred five million three hundred",
            "two hundred and five million three hundred",
        ),
        (
            3_015_008,
            "three million fifteen thousand eight",
            "three million fifteen thousand and eight",
        ),
    ],
)
def test_numbers_are_written_as_in_english(n, words, british):
    assert number_words(n) == words
    assert number_words(np.int64(n), british=True) == british


def test_a_text_of_numbers_has_the_entropy_that_it_says():
    text = number_text(np.random.default_rng(0), 20_000, most=9)
    assert text.endswith("\n")
    lines = text.split("\n")[:-1]
    assert len(lines) == 20_000
    counts = np.array([lines.count(number_words(k)) for k in range(10)])
    assert counts.sum() == 20_000
    p = counts / counts.sum()
    assert -(p * np.log(p)).sum() == pytest.approx(math.log(10), abs=0.005)


def test_a_text_of_numbers_comes_from_its_seed():
    first, again, other = (number_text(np.random.default_rng(s), 50) for s in (0, 0, 1))
    assert first == again != other
    assert max(map(value, first.splitlines())) > 999
    assert number_text(np.random.default_rng(0), 2, most=0) == "zero\nzero\n"


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: number_words(-1), "n: got -1, wanted a whole number of 0 or more"),
        (lambda: number_words(10**9), "n: got 1000000000, wanted .* at most 999999999"),
        (lambda: number_words(2.0), "n: got 2.0, wanted a whole number"),
        (lambda: number_text(RNG, 0), "n: got 0, wanted a whole number of 1 or more"),
        (lambda: number_text(RNG, 1, most=-1), "most: got -1, wanted"),
        (lambda: number_text(RNG, 1, most=10**9), "most: got 1000000000, wanted .* at most"),
        (lambda: number_text(0, 1), "rng: got int"),
    ],
)
def test_numbers_without_words_are_refused(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()


# One's own text


@pytest.fixture
def written(tmp_path):
    """A file of these bytes."""

    def write(data):
        path = tmp_path / "own.txt"
        path.write_bytes(data)
        return path

    return write


OWN = "Zoë said: «naïve»?\n語 🙂\n\nEnd"


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_text_is_read_whatever_wrote_it(written, mark, codec, ending):
    path = written(mark + OWN.replace("\n", ending).encode(codec))
    assert read_text(path) == read_text(str(path)) == OWN
    for most in range(1, len(OWN) + 2):
        assert read_text(path, most=most) == OWN[:most]


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("cp1252", "“Zoë” – 5 €\n".encode("cp1252")),
        ("latin-1", "Zoë\r\n".encode("latin-1")),
        ("utf-8", codecs.BOM_UTF8 + "Zoë\n".encode()),
        ("utf-16", "Zoë\n".encode("utf-16")),
        ("utf-16-le", "\ufeffZoë\n".encode("utf-16-le")),
        ("shift-jis", "語\n".encode("shift-jis")),
    ],
)
def test_an_encoding_is_followed_when_it_is_given(written, encoding, data):
    wanted = data.decode(encoding).removeprefix("\ufeff").replace("\r\n", "\n")
    assert read_text(written(data), encoding) == wanted
    assert read_text(written(data), encoding, most=2) == wanted[:2]


@pytest.mark.parametrize("at", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 7])
def test_a_byte_that_is_no_utf8_is_named_with_its_place(written, at):
    path = written(b"a" * at + "ë".encode("latin-1") + b"bc")
    with pytest.raises(ValueError, match=r"^path: got '.*own\.txt', .*0xeb at position") as caught:
        read_text(path)
    assert f"in which byte 0xeb at position {at} is no utf-8" in str(caught.value)
    assert "encoding='cp1252'" in str(caught.value)
    assert read_text(path, "latin-1") == "a" * at + "ëbc"


@pytest.mark.parametrize("before", [0, 1, BLOCK - 1, BLOCK - 2])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_the_place_is_right_behind_a_mark_where_blocks_meet_and_at_the_end(written, mark, before):
    path = written(mark + b"a" * before + "語".encode()[:2])
    with pytest.raises(ValueError, match=f"byte 0xe8 at position {len(mark) + before} is no utf-8"):
        read_text(path)


def test_what_stands_behind_the_last_character_is_not_looked_at(written):
    path = written("Zoë\r\nok".encode() + b"\xff\x00")
    assert read_text(path, most=6) == "Zoë\nok"
    with pytest.raises(ValueError, match="byte 0xff at position 8"):
        read_text(path, most=7)


@given(
    st.text("aë語🙂\r\n", min_size=1).filter(lambda t: t.strip()),
    st.integers(1, 60),
    st.integers(0, 3),
)
def test_line_breaks_and_characters_that_blocks_cut_in_two(tmp_path_factory, text, most, pad):
    path = tmp_path_factory.getbasetemp() / "blocks.txt"
    text = "b" * (BLOCK - pad) + text
    path.write_bytes(text.encode())
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    assert read_text(path) == plain
    assert read_text(path, most=BLOCK - pad + most) == plain[: BLOCK - pad + most]


@pytest.mark.parametrize(
    ("data", "options", "words"),
    [
        (b"", {}, ["which is empty", "at least one character"]),
        (codecs.BOM_UTF8, {}, ["which is empty"]),
        (codecs.BOM_UTF16_LE, {}, ["which is empty"]),
        (b"", {"encoding": "utf-16"}, ["which is empty"]),
        (b"ab\0c", {}, ["character 2 is NUL", "no text", "a text in utf-8"]),
        (b"a" * BLOCK + b"b\0", {}, [f"character {BLOCK + 1} is NUL"]),
        ("Zoë".encode("utf-16-le"), {"encoding": "latin-1"}, ["character 1 is NUL"]),
        ("Zo".encode("utf-32"), {}, ["is NUL", "utf-16"]),
        (b"\x89PNG\r\n\x1a\n\0\0", {}, ["byte 0x89 at position 0 is no utf-8"]),
        (codecs.BOM_UTF16_LE + b"a\0b", {}, ["byte 0x62 at position 4 is no utf-16-le"]),
        (b"a\x81", {"encoding": "cp1252"}, ["byte 0x81 at position 1 is no cp1252"]),
        ("Zoë".encode(), {"encoding": "ascii"}, ["byte 0xc3 at position 2 is no ascii"]),
    ],
)
def test_what_is_no_text_is_refused(written, data, options, words):
    with pytest.raises(ValueError, match=r"^path: got '.*own\.txt', .*wanted ") as caught:
        read_text(written(data), **options)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-9", "", "hex", "rot13", 8, "a\0"])
def test_an_encoding_that_is_none_is_refused(written, encoding):
    with pytest.raises(
        ValueError, match=r"^encoding: got .*, wanted None or the name of one, such"
    ):
        read_text(written(b"abc"), encoding)


@pytest.mark.parametrize("most", [0, -1, 2.0, "all"])
def test_most_is_a_whole_number(written, most):
    with pytest.raises(ValueError, match=r"^most: got .*, wanted a whole number of 1 or more"):
        read_text(written(b"abc"), most=most)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("nowhere.txt", ["'nowhere.txt', which is not there", "looked for it from"]),
        ("a\0b", ["which is not there"]),
        ("Once upon a time. " * 1000, ["'Once upon a time.", "…'", "which is not there"]),
        (str(FOLDER), ["which is a folder", "a text file in it"]),
        (FOLDER, ["which is a folder"]),
        ("", ["got ''", "the name of a text file"]),
        (0, ["got int", "the name of a text file"]),
        (None, ["got NoneType"]),
    ],
)
def test_what_is_no_file_is_refused(path, words):
    with pytest.raises(ValueError, match=r"^path: got .*wanted ") as caught:
        read_text(path)
    assert all(word in str(caught.value) for word in words)
    assert len(str(caught.value)) < 500


def test_a_file_that_may_not_be_read_is_refused(written, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    path = written(b"abc")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ValueError, match=r"^path: .* cannot be read \(Permission denied\), wanted"):
        read_text(path)


def test_of_a_large_file_only_the_characters_asked_for_are_held(tmp_path):
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.write("語\r\n".encode() * 20_000)
        file.truncate(10**8)  # sparse: the rest takes no room, and would be refused if it were read
    tracemalloc.start()
    try:
        text = read_text(path, most=40_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert text == "語\n" * 20_000
    assert peak < 10**6


def test_a_whole_file_is_held_twice_at_most(written):
    path = written(b"some plain text\r\n" * 200_000)
    tracemalloc.start()
    try:
        text = read_text(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(text) == 16 * 200_000
    assert peak < 2.2 * len(text)
