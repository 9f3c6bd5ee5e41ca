"""Generated tasks: their truth is what they say, chance is fair, and a seed gives the same sentences."""

import datetime
import re
from collections import Counter

import numpy as np
import pytest

from rnn_core import cross_entropy, tasks
from rnn_core.tasks import NOUNS, PREPOSITIONS, VERB, VERBS, WORDS, Batch, agreement

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


# All tasks

ALL = {
    "echo": lambda rng, B=7: tasks.echo(rng, B, 9, 3),
    "copy": lambda rng, B=7: tasks.copy(rng, B, 6, 3, 5),
    "adding": lambda rng, B=7: tasks.adding(rng, B, 9),
    "parity": lambda rng, B=7: tasks.parity(rng, B, 9),
    "agreement": lambda rng, B=7: agreement(rng, B, 7),
    "sentiment": lambda rng, B=40: tasks.sentiment(rng, B),
    "captions": lambda rng, B=40: tasks.captions(rng, B),
    "reversal": lambda rng, B=40: tasks.reversal(rng, B, 2, 5, 6),
    "dates": lambda rng, B=40: tasks.dates(rng, B),
}
EVERY = pytest.mark.parametrize("task", ALL)
SPOKEN = ("captions", "reversal", "dates")
same = np.testing.assert_array_equal


def of(task, *arguments, seed=0, **options):
    return getattr(tasks, task)(np.random.default_rng(seed), *arguments, **options)


def rows(symbols, lengths):
    """Each row within its length, as a list; all are of one length where None is given."""
    ends = [len(symbols)] * symbols.shape[1] if lengths is None else lengths
    return [[int(s) for s in symbols[:n, b]] for b, n in enumerate(ends)]


def near(share, chance, n):
    """Within five standard errors of n independent tries."""
    return abs(share - chance) < 5 * np.sqrt(chance * (1 - chance) / n)


@EVERY
def test_a_seed_fixes_a_batch_and_another_gives_another(task):
    a, b, c = (ALL[task](np.random.default_rng(s)) for s in (1, 1, 2))
    for field, left, right in zip(Batch._fields, a, b, strict=True):
        same(left, right, err_msg=field)
    assert a.x.shape != c.x.shape or (a.x != c.x).any() or (a.source != c.source).any()
    rng = np.random.default_rng(1)
    first, second = ALL[task](rng), ALL[task](rng)  # and the generator goes on
    assert first.x.shape != second.x.shape or (first.x != second.x).any()


@EVERY
def test_symbols_are_intp_within_their_words_and_numbers_are_float64(task):
    batch = ALL[task](np.random.default_rng(0))
    for a, words in ((batch.x, batch.words), (batch.source, batch.source_words)):
        if a is None:
            continue
        if words:
            assert a.dtype == np.intp
            assert a.min() >= 0
            assert a.max() < len(words)
            assert len(set(words)) == len(words)
        else:
            assert a.dtype == np.float64
    assert batch.target.dtype == (np.float64 if task in ("echo", "adding") else np.intp)
    if task in SPOKEN:
        assert batch.target.max() < len(batch.words) - 1  # the last word begins, and is never said


@EVERY
def test_shapes_are_time_first(task):
    batch = ALL[task](np.random.default_rng(0))
    B = 40 if task in ("sentiment", *SPOKEN) else 7
    T = {
        "echo": 9,
        "copy": 12,
        "adding": 9,
        "parity": 9,
        "agreement": 9,
        "reversal": 5,
        "dates": 10,
    }
    T = T.get(task, batch.x.shape[0])
    features = {"echo": (1,), "adding": (2,)}.get(task, ())
    assert batch.x.shape == (T, B, *features)
    wanted = {"echo": (T, B, 1), "adding": (B, 1), "agreement": (B,), "sentiment": (B,)}
    assert batch.target.shape == wanted.get(task, (T, B))
    if task in ("reversal", "dates"):
        assert batch.source.shape == (batch.source_lengths.max(), B)
    elif task == "captions":
        assert batch.source.shape == (B, 8)
    else:
        assert batch.source is batch.source_lengths is None


@pytest.mark.parametrize("task", ["sentiment", "captions", "reversal", "dates"])
def test_rows_are_of_unequal_length_and_padded_with_zeros(task):
    batch = ALL[task](np.random.default_rng(0))
    pairs = [(batch.x, batch.lengths), (batch.source, batch.source_lengths)]
    pairs += [(batch.target, batch.lengths)] if task in SPOKEN else []
    padding = 0
    for a, lengths in pairs:
        if lengths is None:
            continue
        assert len(set(lengths)) > 1
        assert lengths.max() == len(a)
        assert lengths.min() >= 1
        for b, n in enumerate(lengths):
            padding += len(a) - n
            same(a[n + (a is batch.x and task in SPOKEN) :, b], 0)
    assert padding > 0


@pytest.mark.parametrize("task", SPOKEN)
def test_x_is_the_symbol_before_each_target(task):
    batch = ALL[task](np.random.default_rng(0))
    assert batch.words[-1] == "^"
    for x, target in zip(
        rows(batch.x, batch.lengths), rows(batch.target, batch.lengths), strict=True
    ):
        assert x == [len(batch.words) - 1, *target[:-1]]


def test_padded_puts_zeros_after_short_rows():
    symbols, lengths = tasks.padded([[3, 1], [2], [5, 4, 7]])
    same(symbols, [[3, 2, 5], [1, 0, 4], [0, 0, 7]])
    same(lengths, [2, 1, 3])
    assert symbols.dtype == np.intp


def test_a_row_is_spelt_within_its_length():
    batch = Batch(
        np.array([[1, 0], [0, 0]]),
        np.array([[0, 1], [1, 0]]),
        [2, 1],
        np.array([[1, 0], [1, 0], [1, 0]]),
        [1, 3],
        ("a", "b"),
        ("c", "d"),
    )
    assert [batch.text(b) for b in (0, 1)] == ["b a", "a"]
    assert [batch.target_text(b, "") for b in (0, 1)] == ["ab", "b"]
    assert [batch.source_text(b, "-") for b in (0, 1)] == ["d", "c-c-c"]


# Memory


@pytest.mark.parametrize("lag", [0, 1, 5, 8])
def test_echo_says_what_was_lag_steps_ago(lag):
    batch = of("echo", 3, 9, lag)
    for t, b in np.ndindex(9, 3):
        assert batch.target[t, b, 0] == (batch.x[t - lag, b, 0] if t >= lag else 0)


def test_echo_is_standard_normal_and_silence_costs_its_baseline():
    batch = of("echo", 4000, 10, 3)
    n = batch.x.size
    assert abs(batch.x.mean()) < 5 / np.sqrt(n)
    assert abs(batch.x.std() - 1) < 5 / np.sqrt(2 * n)
    assert batch.baseline == 7 / 10
    assert abs((batch.target**2).mean() - 0.7) < 5 * np.sqrt(2 * 7 / 10 / n)
    assert batch.chance is None


@pytest.mark.parametrize(("lag", "length", "n"), [(1, 1, 2), (6, 3, 5), (20, 10, 8)])
def test_copy_says_again_what_it_read(lag, length, n):
    batch = of("copy", 50, lag, length, n)
    blank, signal = n, n + 1
    assert len(batch.x) == lag + 2 * length
    assert len(batch.words) == n + 2
    for x, target in zip(rows(batch.x, None), rows(batch.target, None), strict=True):
        word = x[:length]
        assert max(word) < n
        assert x == word + [blank] * (lag - 1) + [signal] + [blank] * length
        assert target == [blank] * (lag + length) + word
        assert x.index(signal) == target.index(word[0]) - 1  # the first is said after the signal
    assert set(batch.x[:length].ravel()) == set(range(n))


def test_who_knows_when_to_speak_and_not_what_pays_the_baseline_of_copy():
    for lag in (1, 30, 100):
        batch = of("copy", 20_000, lag)
        T = lag + 20
        assert batch.baseline == pytest.approx(10 * np.log(8) / T, rel=1e-15)
        # of all who see the last input and the time alone, the best says the frequencies
        surprise = 0.0
        for t in range(T):
            shares = np.bincount(batch.target[t], minlength=9) / 20_000
            assert len(set(batch.x[t])) == (8 if t < 10 else 1)  # there is nothing to see but t
            surprise -= sum(p * np.log(p) for p in shares if p > 0)
        assert surprise / T == pytest.approx(batch.baseline, rel=2e-3)
        p = np.full((T, 1, 9), 1e-300)
        p[:-10, :, 8], p[-10:, :, :8] = 1.0, 1 / 8
        loss, _ = cross_entropy(np.log(p), batch.target[:, :1])
        assert loss == pytest.approx(batch.baseline)
        assert batch.chance == 1 / 8
        assert near((batch.target[-10:] == 3).mean(), batch.chance, 200_000)


def test_adding_marks_one_number_in_each_half_and_asks_for_the_sum():
    for T in (2, 3, 10):
        batch = of("adding", 500, T)
        for b in range(500):
            marked = [t for t in range(T) if batch.x[t, b, 1] == 1]
            assert set(batch.x[:, b, 1]) <= {0.0, 1.0}
            first, second = marked
            assert first < T // 2 <= second
            wanted = batch.x[first, b, 0] + batch.x[second, b, 0]
            assert batch.target[b, 0] == pytest.approx(wanted, rel=1e-15)
        where = batch.x[:, :, 1].sum(axis=1)
        assert (where > 0).all()  # every place can be marked


def test_always_saying_one_costs_the_baseline_of_adding():
    n = 40_000
    batch = of("adding", n, 4)
    errors = (batch.target - 1) ** 2
    assert batch.baseline == pytest.approx(1 / 6)
    assert abs(errors.mean() - batch.baseline) < 5 * errors.std() / np.sqrt(n)
    assert 0 <= batch.x[..., 0].min() < 0.001
    assert 0.999 < batch.x[..., 0].max() <= 1
    for c in (0.9, 1.1):  # and there is nothing better to say always
        assert ((batch.target - c) ** 2).mean() > errors.mean()


def test_parity_says_whether_the_ones_so_far_are_odd():
    batch = of("parity", 50, 12)
    for x, target in zip(rows(batch.x, None), rows(batch.target, None), strict=True):
        odd = False
        for coin, said in zip(x, target, strict=True):
            odd = odd != bool(coin)
            assert said == odd


def test_parity_is_a_fair_coin_for_all_who_miss_a_single_one():
    n = 10_000
    batch = of("parity", n, 6)
    assert (batch.chance, batch.baseline) == (0.5, pytest.approx(np.log(2)))
    assert near(batch.x.mean(), 0.5, 6 * n)
    for t in range(6):
        assert near(batch.target[t].mean(), 0.5, n)
    for missed in range(6):
        partly = np.delete(batch.x, missed, axis=0).sum(axis=0) % 2
        assert near((partly == batch.target[-1]).mean(), 0.5, n)


# Sentences


def test_agreement_is_a_fair_coin():
    batch = of("agreement", 2000, 0)
    assert (batch.chance, batch.baseline) == (0.5, pytest.approx(np.log(2)))
    assert near(batch.target.mean(), batch.chance, 2000)


def test_the_sentiment_of_a_review_is_the_parity_of_three_facts():
    batch = of("sentiment", 400)
    seen = set()
    for b in range(400):
        text = f" {batch.text(b)} "
        opening, rest = text.split(" the ", 1)
        doubted = opening.endswith("i do not think that")
        if doubted:
            opening = opening[: -len("i do not think that")]
        assert tuple(opening.split()) in tasks.OPENINGS
        thing, was, *words = rest.split()
        assert thing in tasks.THINGS
        assert was == "was"
        negated = words[0] == "not"
        *degree, adjective = words[negated:]
        assert not degree or (len(degree) == 1 and degree[0] in tasks.DEGREES)
        good = adjective in tasks.PRAISE
        assert good or adjective in tasks.BLAME
        assert batch.target[b] == int(good ^ doubted ^ negated)
        seen |= {(good, doubted, negated), tuple(opening.split()), len(degree)}
    assert len(seen) == 8 + len(tasks.OPENINGS) + 2


def test_the_adjective_alone_is_right_in_five_eighths_and_no_other_word_tells_anything():
    n = 20_000
    batch = of("sentiment", n)
    assert (batch.chance, batch.baseline) == (0.5, pytest.approx(np.log(2)))
    assert near(batch.target.mean(), 0.5, n)
    alive = np.arange(len(batch.x))[:, None] < batch.lengths
    for k, word in enumerate(batch.words):
        has = ((batch.x == k) & alive).any(axis=0)
        assert has.any(), word
        share = 5 / 8 if word in tasks.PRAISE else 3 / 8 if word in tasks.BLAME else 1 / 2
        assert near(batch.target[has].mean(), share, has.sum()), word
    for length in set(batch.lengths):  # nor does the length
        has = batch.lengths == length
        assert near(batch.target[has].mean(), 0.5, has.sum()), length
    texts = [batch.text(b) for b in range(n)]
    assert near(np.mean(["was not" in text for text in texts]), 1 / 4, n)
    assert near(np.mean(["i do not think that" in text for text in texts]), 1 / 4, n)


# From a vector


def read_vector(v):
    """The caption of a vector, read by the description of its eight numbers."""
    number = ("one", "two", "three", "four")[min(4, max(1, round(4 * v[0]))) - 1]
    size = ["small"] if v[1] < 1 / 3 else ["large"] if v[1] > 2 / 3 else []
    reds = {"red": (0.9, 0.2, 0.1), "green": (0.2, 0.7, 0.2), "blue": (0.1, 0.3, 0.9)}
    colour = min(
        reds, key=lambda c: sum((a - b) ** 2 for a, b in zip(v[2:5], reds[c], strict=True))
    )
    shape = ("circle", "square", "star")[int(np.argmax(v[5:]))] + ("" if number == "one" else "s")
    return [number, *size, colour, shape, "."]


def test_a_caption_says_what_the_vector_says():
    batch = of("captions", 300, noise=0)
    for b in range(300):
        assert batch.target_text(b).split() == read_vector(batch.source[b])


def test_noise_is_added_to_every_number_and_leaves_the_captions():
    clean, noisy = (of("captions", 3000, noise=noise) for noise in (0.0, 0.05))
    same(clean.target, noisy.target)
    noise = noisy.source - clean.source
    assert np.abs(noise.std(axis=0) - 0.05).max() < 5 * 0.05 / np.sqrt(2 * 3000)
    read = [noisy.target_text(b).split() == read_vector(noisy.source[b]) for b in range(3000)]
    assert 0.95 < np.mean(read) < 1  # the size is now and then misread
    same(of("captions", 3000).source, noisy.source)  # 0.05 where nothing is said


def test_all_captions_are_equally_likely():
    n = 20_000
    batch = of("captions", n)
    counts = Counter(map(tuple, rows(batch.target, batch.lengths)))
    assert len(counts) == 108
    assert batch.chance == 1 / 108
    for count in counts.values():
        assert near(count / n, 1 / 108, n)


# From a sequence to another


@pytest.mark.parametrize(("shortest", "longest"), [(1, None), (4, None), (2, 5), (3, 3)])
def test_reversal_says_the_letters_from_last_to_first(shortest, longest):
    batch = of("reversal", 200, shortest, longest, 6)
    assert batch.words == ("a", "b", "c", "d", "e", "f", "^")
    assert batch.source_words == batch.words[:-1]
    same(batch.lengths, batch.source_lengths)
    assert set(batch.lengths) == set(range(shortest, (longest or shortest) + 1))
    for b in range(200):
        assert batch.target_text(b, "") == batch.source_text(b, "")[::-1]


def test_a_letter_of_a_reversal_is_guessed_at_its_chance():
    batch = of("reversal", 4000, 5)
    assert (batch.chance, batch.baseline) == (1 / 8, pytest.approx(np.log(8)))
    for letter in range(8):
        assert near((batch.target == letter).mean(), batch.chance, batch.target.size)


def written(text):
    """The day that a text in either form means."""
    form = "%B %d, %Y" if text[0].isalpha() else "%d %B %Y"
    return datetime.datetime.strptime(text, form).date()


def test_dates_are_written_anew():
    batch = of("dates", 2000)
    texts = [batch.source_text(b, "") for b in range(2000)]
    for b, text in enumerate(texts):
        assert batch.target_text(b, "") == written(text).isoformat()
        assert " 0" not in text
        assert text[0] != "0"
    assert near(np.mean([text[0].isalpha() for text in texts]), 0.5, 2000)
    assert batch.words == (*"0123456789-", "^")
    assert set("".join(texts)) == set(batch.source_words)
    assert len({written(text).month for text in texts}) == 12
    assert {written(text).day for text in texts} == set(range(1, 32))
    years = [written(text).year for text in texts]
    assert (min(years) // 10, max(years) // 10) == (190, 209)


def test_the_chance_of_dates_is_that_of_who_says_the_commonest_letters():
    day, end = datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)
    days = [(day + datetime.timedelta(k)).isoformat() for k in range((end - day).days + 1)]
    counts = [Counter(letters) for letters in zip(*days, strict=True)]
    share = [c.most_common(1)[0][1] / len(days) for c in counts]
    n = 5000
    batch = of("dates", n)
    assert batch.chance == pytest.approx(np.mean(share), rel=1e-12)
    always = [batch.words.index(c.most_common(1)[0][0]) for c in counts]
    right = (batch.target == np.array(always)[:, None]).mean()
    assert abs(right - batch.chance) < 5 * 0.5 / np.sqrt(n)
    assert batch.baseline is None


def test_every_day_of_two_centuries_can_be_drawn():
    class Drawn(np.random.Generator):
        """Draws the lowest and the highest number of a range."""

        def integers(self, low, high=None, size=None):
            return 0 if size is None else np.array([0, low - 1])

    batch = tasks.dates(Drawn(np.random.PCG64(0)), 2)
    assert [batch.target_text(b, "") for b in (0, 1)] == ["1900-01-01", "2099-12-31"]


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: tasks.echo(RNG, 0, 5, 1), "B: got 0, wanted a whole number of 1 or more"),
        (lambda: tasks.echo(RNG, 1, 0, 0), "T: got 0, wanted a whole number of 1 or more"),
        (lambda: tasks.echo(RNG, 1, 5, -1), "lag: got -1, wanted a whole number of 0 or more"),
        (lambda: tasks.echo(RNG, 1, 5, 5), "lag: got 5, wanted less than T = 5"),
        (lambda: tasks.echo(3, 1, 5, 1), "rng: got int, wanted a generator"),
        (lambda: tasks.copy(RNG, 1.0, 5), "B: got 1.0, wanted a whole number"),
        (lambda: tasks.copy(RNG, 1, 0), "lag: got 0, wanted a whole number of 1 or more"),
        (lambda: tasks.copy(RNG, 1, 5, 0), "length: got 0, wanted a whole number of 1 or more"),
        (lambda: tasks.copy(RNG, 1, 5, 3, 1), "n_symbols: got 1, wanted a whole number of 2 or"),
        (lambda: tasks.copy(None, 1, 5), "rng: got NoneType, wanted a generator"),
        (lambda: tasks.adding(RNG, 0, 5), "B: got 0, wanted a whole number of 1 or more"),
        (lambda: tasks.adding(RNG, 1, 1), "T: got 1, wanted a whole number of 2 or more"),
        (lambda: tasks.adding(0, 1, 5), "rng: got int, wanted a generator"),
        (lambda: tasks.parity(RNG, True, 5), "B: got True, wanted a whole number"),
        (lambda: tasks.parity(RNG, 1, 0), "T: got 0, wanted a whole number of 1 or more"),
        (lambda: tasks.parity(0, 1, 5), "rng: got int, wanted a generator"),
        (lambda: tasks.sentiment(RNG, 0), "B: got 0, wanted a whole number of 1 or more"),
        (lambda: tasks.sentiment(0, 1), "rng: got int, wanted a generator"),
        (lambda: tasks.captions(RNG, 0), "B: got 0, wanted a whole number of 1 or more"),
        (lambda: tasks.captions(RNG, 1, -0.1), "noise: got -0.1, wanted a finite number at least"),
        (lambda: tasks.captions(RNG, 1, np.nan), "noise: got nan, wanted a finite number at least"),
        (lambda: tasks.captions(0, 1), "rng: got int, wanted a generator"),
        (lambda: tasks.reversal(RNG, 0, 3), "B: got 0, wanted a whole number of 1 or more"),
        (lambda: tasks.reversal(RNG, 1, 0), "shortest: got 0, wanted a whole number of 1 or more"),
        (
            lambda: tasks.reversal(RNG, 1, 3, 2),
            "longest: got 2, wanted a whole number of 3 or more",
        ),
        (lambda: tasks.reversal(RNG, 1, 3, 4, 1), "n_symbols: got 1, wanted a whole number of 2"),
        (lambda: tasks.reversal(0, 1, 3), "rng: got int, wanted a generator"),
        (lambda: tasks.dates(RNG, 0), "B: got 0, wanted a whole number of 1 or more"),
        (lambda: tasks.dates(0, 1), "rng: got int, wanted a generator"),
    ],
)
def test_a_batch_that_cannot_be_drawn_is_refused_in_words(call, said):
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        call()
