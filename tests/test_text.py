"""Vocabularies and one-hot vectors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import Vocabulary, one_hot

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


@pytest.mark.parametrize("symbols", [(), ("a", "b", "a")])
def test_a_vocabulary_has_distinct_symbols_and_one_at_least(symbols):
    with pytest.raises(ValueError, match=r"symbols: got .*, wanted distinct symbols, one or more"):
        Vocabulary(symbols)
