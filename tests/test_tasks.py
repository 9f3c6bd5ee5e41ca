"""Generated tasks: their truth is what they say, chance is fair, and a seed gives the same sentences."""

import numpy as np
import pytest

from rnn_core.tasks import NOUNS, PREPOSITIONS, VERB, VERBS, WORDS, agreement

SINGULAR, PLURAL = ({pair[k] for pair in NOUNS} for k in (0, 1))
DISTANCES = (0, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 24, 50)


def draw(distance, B=200, seed=0):
    return agreement(np.random.default_rng(seed), B, distance)


def sentences(data):
    return [data.text(b).split() for b in range(data.x.shape[1])]


@pytest.mark.parametrize("distance", DISTANCES)
def test_every_sentence_has_its_distance_and_the_number_of_its_first_noun(distance):
    data = draw(distance)
    assert data.x.shape == (distance + 2, 200)
    assert data.x.dtype == np.intp
    assert data.words == WORDS
    assert set(np.unique(data.target)) == {0, 1}
    for words, plural in zip(sentences(data), data.target, strict=True):
        assert words[0] == "the"
        assert words[1] in (PLURAL if plural else SINGULAR)


@pytest.mark.parametrize("distance", DISTANCES)
def test_what_stands_between_are_whole_phrases(distance):
    for words in sentences(draw(distance)):
        rest = words[2:]
        while rest:
            size = 4 if rest[0] == "that" else 3
            *opening, the, noun = rest[:size]
            assert opening[0] in PREPOSITIONS if size == 3 else opening[1] in VERBS
            assert the == "the"
            assert noun in SINGULAR | PLURAL
            rest = rest[size:]
        assert not rest


@pytest.mark.parametrize("distance", [3, 12])
def test_the_nouns_between_tell_nothing_of_the_verb(distance):
    n = 2000
    data = draw(distance, n)
    last = np.array([words[-1] in PLURAL for words in sentences(data)])
    bound = 4 * np.sqrt(n) / 2  # four standard deviations of a fair coin
    assert abs(data.target.sum() - n / 2) < bound
    assert abs(last.sum() - n / 2) < bound
    assert abs((last == data.target).sum() - n / 2) < bound


def test_all_nouns_and_all_ways_to_fill_a_distance_occur():
    heads = {words[1] for words in sentences(draw(0))}
    assert heads == SINGULAR | PLURAL
    twelve = [words.count("that") for words in sentences(draw(12))]
    assert set(twelve) == {0, 3}
    orders = {tuple(w == "that" for w in words[2:] if w != "the") for words in sentences(draw(7))}
    assert {o[0] for o in orders} == {True, False}


def test_the_words_are_distinct_and_the_verb_is_not_among_them():
    assert len(set(WORDS)) == len(WORDS) == 2 + len(PREPOSITIONS) + len(VERBS) + 2 * len(NOUNS)
    assert not set(VERB) & set(WORDS)
    assert not SINGULAR & PLURAL


def test_a_seed_gives_the_same_sentences_and_another_seed_others():
    a, b, c = draw(12, seed=1), draw(12, seed=1), draw(12, seed=2)
    np.testing.assert_array_equal(a.x, b.x)
    np.testing.assert_array_equal(a.target, b.target)
    assert (a.x != c.x).any()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((np.random.default_rng(0), 0, 3), "B: got 0, wanted a whole number of 1 or more"),
        ((np.random.default_rng(0), 2.0, 3), "B: got 2.0, wanted a whole number"),
        ((np.random.default_rng(0), 2, -3), "distance: got -3, wanted a whole number of 0 or more"),
        ((7, 2, 3), "rng: got int, wanted a generator"),
        *(
            ((np.random.default_rng(0), 2, d), f"distance: got {d}, wanted a sum of threes and")
            for d in (1, 2, 5)
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(arguments, said):
    with pytest.raises(ValueError, match=said):
        agreement(*arguments)
