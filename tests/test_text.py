"""Vocabularies, one-hot vectors, batches of a text and its parts."""

import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import Vocabulary, one_hot
from rnn_core.text import batches, chunk, chunks, split, split_lines

same = np.testing.assert_array_equal


@given(st.text("abc zÄé…語🙂\n\\'", min_size=1))
def test_decoding_what_was_encoded_gives_the_text(text):
    vocab = Vocabulary.from_text(text)
    ids = vocab.encode(text)
    assert ids.shape == (len(text),)
    assert ids.dtype == np.intp
    assert vocab.decode(ids) == text
    assert len(vocab) == len(set(text)) == ids.max() + 1
    assert list(vocab.symbols) == sorted(set(text))


def test_symbols_are_numbered_in_code_point_order():
    vocab = Vocabulary.from_text("cab bage")
    assert vocab.symbols == (" ", "a", "b", "c", "e", "g")
    same(vocab.encode("cab"), [3, 1, 2])
    assert vocab.decode([3, 1, 2]) == "cab"
    assert vocab == Vocabulary.from_text("egabc ")


def test_nothing_encodes_to_nothing():
    vocab = Vocabulary.from_text("ab")
    assert vocab.encode("").shape == (0,)
    assert vocab.decode(vocab.encode("")) == vocab.decode([]) == ""


def test_a_vocabulary_cannot_be_changed():
    with pytest.raises(AttributeError):
        Vocabulary.from_text("ab").symbols = ("c",)


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=6), st.sampled_from([np.float32, np.float64])
)
def test_one_hot_is_one_at_the_place_of_the_symbol(ids, dtype):
    e = one_hot(ids, 5, dtype)
    assert e.dtype == dtype
    same(e, [[1 if k == i else 0 for k in range(5)] for i in ids])


def test_one_hot_adds_one_axis_to_any_shape():
    assert one_hot(2, 3).tolist() == [0, 0, 1]
    assert one_hot(np.zeros((4, 2), np.uint8), 3).shape == (4, 2, 3)
    assert one_hot(0, 1).tolist() == [1]
    same(one_hot(np.arange(3).reshape(3, 1), 3)[:, 0], np.eye(3))


def test_one_hot_vectors_are_separate():
    e = one_hot([0, 0], 2)
    e[0, 1] = 5
    same(e[1], [1, 0])


@pytest.mark.parametrize(
    ("symbols", "got"), [((), r"\(\)"), (("a", "b", "a"), "'a' twice"), (["a", "b"], "list")]
)
def test_a_vocabulary_has_distinct_symbols_and_one_at_least(symbols, got):
    with pytest.raises(ValueError, match=f"symbols: got {got}, wanted distinct symbols, one or m"):
        Vocabulary(symbols)


@pytest.mark.parametrize(
    ("symbols", "joint", "message"),
    [
        (("a", "bc"), "", "symbols: got 'bc', wanted single characters"),
        (("a", ""), "", "symbols: got '', wanted single characters"),
        (("a", 1), "", "symbols: got 1, wanted single characters"),
        (("the", "a cat"), " ", "symbols: got 'a cat', wanted words without ' ' in them"),
        (("the", ""), " ", "symbols: got '', wanted words without"),
        (("the", ["cat"]), " ", r"symbols: got \['cat'\], wanted words without"),
        (("the",), None, "joint: got NoneType, wanted a string"),
    ],
)
def test_a_symbol_is_a_character_or_a_word(symbols, joint, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        Vocabulary(symbols, joint)


# Words and many symbols


@given(st.lists(st.text("abcé語\n", min_size=1), min_size=1), st.sampled_from([" ", " | "]))
def test_words_are_symbols_too(words, joint):
    vocab = Vocabulary.from_words(words, joint)
    text = joint.join(words)
    assert list(vocab.symbols) == sorted(set(words))
    same(vocab.encode(words), vocab.encode(text))
    same(vocab.encode(tuple(words)), [sorted(set(words)).index(word) for word in words])
    assert vocab.decode(vocab.encode(text)) == text
    assert vocab.encode("").tolist() == vocab.encode([]).tolist() == []


def test_words_may_come_one_by_one():
    assert Vocabulary.from_words(w for w in ("b", "a", "b")).symbols == ("a", "b")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Vocabulary.from_words("the cat"), r"words: got str, wanted a list .* text.split"),
        (lambda: Vocabulary.from_words(3), "words: got int, wanted a list of words"),
        (lambda: Vocabulary.from_words([]), "words: got no words, wanted strings, one or more"),
        (lambda: Vocabulary.from_words(["a", 3]), "words: got 3 in it, wanted strings"),
        (lambda: Vocabulary.from_words(["a"], ""), "joint: got '', wanted what stands between"),
        (lambda: Vocabulary.from_words(["a"], 1), "joint: got 1, wanted what stands between"),
        (lambda: Vocabulary.from_words(["a b"]), "symbols: got 'a b', wanted words without ' '"),
    ],
)
def test_what_are_no_words_is_refused(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("the dog sat", "text: got 'dog' at position 1, wanted one of the 3 .* 'cat sat the'"),
        (["the", "cat", "The"], "text: got 'The' at position 2"),
        (["the", ["cat"]], r"text: got \['cat'\] at position 1"),
        (["the", 0], "text: got 0 at position 1"),
        ("the  cat", "text: got '' at position 1"),
        (None, "text: got NoneType, wanted a string or a list of words"),
    ],
)
def test_a_word_outside_the_vocabulary_is_named_with_its_position(text, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        Vocabulary.from_words(["the", "cat", "sat"]).encode(text)


def test_a_million_characters_of_thousands_of_symbols_are_encoded_quickly():
    numbers = np.random.default_rng(0).integers(0x4E00, 0x4E00 + 6000, 10**6)
    text = "".join(map(chr, numbers))
    vocab = Vocabulary.from_text(text)
    assert len(vocab) == 6000
    start = time.perf_counter()
    ids = vocab.encode(text)
    taken = time.perf_counter() - start
    same(ids, numbers - 0x4E00)
    assert taken < 2, "a tenth of a second where nothing else runs; 60 if each is looked for"
    assert vocab.decode(ids) == text


def test_what_is_wrong_among_thousands_of_symbols_is_said_briefly():
    vocab = Vocabulary.from_text("".join(map(chr, range(0x4E00, 0x4E00 + 6000))))
    with pytest.raises(ValueError, match="got 'x' at position 0, wanted one of the 6000") as caught:
        vocab.encode("x")
    assert len(str(caught.value)) < 400
    assert str(caught.value).endswith("…'")


# Batches


@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 100))
def test_batches_go_once_through_the_text(B, T, more):
    n = B * T + 1 + more
    ids = np.arange(n) + 1000
    pairs = list(batches(ids, B, T))
    k = (n - 1) // (B * T)
    assert len(pairs) == k
    for x, target in pairs:
        assert x.shape == target.shape == (T, B)
        same(target, x + 1)  # as the symbols count upwards, the next is one more
    rows = np.concatenate([x for x, _ in pairs]).T
    same(rows.reshape(-1), ids[: k * B * T])  # each once, row after row, and each row goes on
    assert n - (k * B * T + 1) < B * T


def test_batches_of_a_small_text():
    (x, target), (x_2, target_2) = batches([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9], B=2, T=2)
    same(x, [[0, 4], [1, 5]])
    same(target, [[1, 5], [2, 6]])
    same(x_2, [[2, 6], [3, 7]])
    same(target_2, [[3, 7], [4, 8]])


@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 100))
def test_a_chunk_is_the_batch_of_its_number(B, T, more):
    ids = np.arange(B * T + 1 + more)
    pairs = list(batches(ids, B, T))
    assert chunks(ids, B, T) == chunks(ids.tolist(), B, T) == len(pairs)
    for i, (x, target) in enumerate(pairs):
        same(chunk(ids, B, T, i)[0], x)
        same(chunk(ids, B, T, i)[1], target)


@pytest.mark.parametrize(("B", "T"), [(1, 4), (4, 1), (2, 2)])
def test_writing_into_a_batch_leaves_the_text_as_it_was(B, T):
    ids = np.arange(9)
    for x, target in batches(ids, B, T):
        x[:] = target[:] = -1
    same(ids, np.arange(9))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: batches(range(6), 2, 3),
            r"ids: got 6 symbols, wanted B T \+ 1 = 7 .*B = 2, T = 3",
        ),
        (lambda: batches([], 1, 1), "ids: got dtype float64, wanted integers"),
        (lambda: batches(np.array([], int), 1, 1), r"ids: got shape \(0,\) .*empty"),
        (lambda: batches("abcdef", 1, 1), "ids: got dtype <U6, wanted integers, such as vocab.enc"),
        (lambda: batches([[0, 1], [1, 0]], 1, 1), r"ids: got shape \(2, 2\), wanted \(n,\)"),
        (lambda: batches([[0, 1], [1]], 1, 1), "ids: got rows of unequal length"),
        (lambda: batches(range(9), 0, 1), "B: got 0, wanted a whole number of 1 or more"),
        (lambda: batches(range(9), 1, 2.0), "T: got 2.0, wanted a whole number"),
    ],
)
def test_batches_are_refused_before_the_first_is_asked_for(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()


# Parts


@given(st.integers(3, 400), st.lists(st.integers(1, 9), min_size=1, max_size=3))
def test_the_parts_of_a_text_are_neighbours_that_make_it_up(n, weights):
    shares = [w / sum(weights) for w in weights]
    ids = np.arange(n)
    if min(shares) * n < 1:
        return
    parts = split(ids, shares)
    same(np.concatenate(parts), ids)
    for part, share in zip(parts, shares, strict=True):
        assert abs(len(part) - share * n) <= 1


def test_what_can_be_cut_keeps_its_kind():
    assert split("abcdefghij") == ("abcdefgh", "i", "j")
    assert split(list("abcdefghij"), (0.5, 0.5)) == (list("abcde"), list("fghij"))
    assert split(("x", "y"), (0.5, 0.5)) == (("x",), ("y",))
    series = np.random.default_rng(0).normal(size=(10, 2))
    same(split(series)[0], series[:8])


TEXT = "Ada\nBo\nCy\nDi\nEd\nFay\nGuy\nHal\nIda\nJo\n"


@given(st.integers(0, 2**32 - 1), st.lists(st.sampled_from("abcdefghijkl"), min_size=1))
def test_equal_lines_get_into_one_part_and_none_is_lost(seed, lines):
    shares = (0.6, 0.4)
    if len(set(lines)) < 3:
        return
    parts = split_lines(np.random.default_rng(seed), "\n".join(lines), shares)
    assert all(part.endswith("\n") for part in parts)
    first, second = (part.splitlines() for part in parts)
    assert not set(first) & set(second)
    assert Counter(first + second) == Counter(lines)
    assert abs(len(set(first)) - 0.6 * len(set(lines))) <= 0.5


def test_lines_are_shuffled_by_the_seed_and_blank_ones_left_out():
    first, again, other = (
        split_lines(np.random.default_rng(seed), TEXT + "\n \n\n") for seed in (0, 0, 1)
    )
    assert first == again != other
    assert [part.count("\n") for part in first] == [8, 1, 1]
    assert sorted("".join(first).split()) == TEXT.split()
    assert first[0].split() != sorted(first[0].split())
    # sorted names that are not shuffled would be tested on the end of the alphabet alone
    tests = {split_lines(np.random.default_rng(seed), TEXT)[2] for seed in range(40)}
    assert len(tests) > 5


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: split("abc"), r"ids: got 3 symbols, wanted enough for shares \(0.8, 0.1, 0.1\)"),
        (lambda: split(""), "ids: got 0 symbols, wanted enough"),
        (lambda: split(5), "ids: got a single value, wanted an array, a list or a string"),
        (lambda: split("abcdef", (0.5, 0.4)), r"shares: got \(0.5, 0.4\), wanted numbers that add"),
        (lambda: split("abcdef", (8, 1, 1)), r"shares: got \(8.0, 1.0, 1.0\), .* add up to 1"),
        (lambda: split("abcdef", (1.0, 0.0)), "shares: got 0.0, wanted a finite number above 0"),
        (lambda: split("abcdef", 0.8), "shares: got 0.8, wanted a tuple such as"),
        (lambda: split("abcdef", ()), r"shares: got \(\), wanted numbers that add up to 1"),
        (lambda: split_lines(RNG, "a\nb\na\n"), "text: got 2 distinct lines, wanted enough"),
        (lambda: split_lines(RNG, ["a", "b"]), "text: got list, wanted a string of lines"),
        (lambda: split_lines(0, "a\nb\n"), "rng: got int"),
        (lambda: split_lines(RNG, TEXT, (0.5,)), r"shares: got \(0.5,\), wanted numbers"),
    ],
)
def test_what_cannot_be_cut_is_refused(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
