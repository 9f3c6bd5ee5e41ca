"""The grammar's entropy, its chances and its sentences, each against a definition that shares no code with it."""

import re
from collections import Counter
from functools import cache

import numpy as np
import pytest

from rnn_core import Vocabulary, grammar
from rnn_core.grammar import AGREEMENT, Grammar, agreement_pairs, entropy, log_prob, next_probs
from rnn_core.tasks import NOUNS, PREPOSITIONS

COIN = Grammar({"S": ((0.5, ("a.",)), (0.5, ("b.",)))})
RUN = Grammar({"S": ((0.75, ("a", "S")), (0.25, (".",)))})
NEST = Grammar(  # nested, with words of which one is longer than the other by a letter, and a symbol that may vanish
    {
        "S": ((0.1, ("x ", "S", "M", "y.")), (0.7, ("cat ", "M", "z.")), (0.2, ("cats ", "z."))),
        "M": ((0.8, ()), (0.2, ("so ", "N"))),
        "N": ((0.75, ("on ",)), (0.25, ("off ", "M"))),
    }
)
TINY = {"coin": COIN, "run": RUN, "nest": NEST}
EACH = pytest.mark.parametrize("name", TINY)


def written(rules, symbols, least, p=1.0):
    """Every (text, probability) that the symbols derive, one entry a derivation, with probability `least` or more."""
    if p < least:
        return
    if not symbols:
        yield "", p
        return
    first, *rest = symbols
    if first in rules:
        for share, alternative in rules[first]:
            yield from written(rules, (*alternative, *rest), least, p * share)
    else:
        for text, q in written(rules, rest, least, p):
            yield first + text, q


@cache
def all_sentences(name):
    return [(t + "\n", p) for t, p in written(TINY[name].rules, ("S",), 1e-12)]


@EACH
def test_the_entropy_is_that_of_all_sentences_listed(name):
    p = np.array([p for _, p in all_sentences(name)])
    lengths = np.array([len(t) for t, _ in all_sentences(name)])
    assert 1 - p.sum() < 1e-7  # the rest of the list
    e = entropy(TINY[name])
    assert e.sentence == pytest.approx(-(p * np.log(p)).sum(), rel=1e-6)
    assert e.length == pytest.approx((p * lengths).sum(), rel=1e-6)
    assert e.nats == pytest.approx(e.sentence / e.length, rel=1e-15)
    assert e.bits == pytest.approx(e.nats / np.log(2), rel=1e-15)


def test_entropies_by_hand():
    assert entropy(COIN) == pytest.approx((np.log(2), 3, np.log(2) / 3, 1 / 3))
    h = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))  # a choice, four times in the mean
    assert entropy(RUN) == pytest.approx((4 * h, 5, 4 * h / 5, 4 * h / 5 / np.log(2)))


def test_the_entropy_of_the_lessons_grammar_by_hand():
    """A sentence has 2.5 nouns: the subject, 0.75 in phrases and 0.75 in clauses."""
    mean = lambda pairs: np.mean([len(word) for pair in pairs for word in pair])
    mod = -(0.4 * np.log(0.4) + 2 * 0.3 * np.log(0.3))
    H = 2.5 * (np.log(2) + np.log(8) + mod)  # the number, the noun, what follows
    H += 0.75 * np.log(4) + 0.75 * (np.log(2) + np.log(4))  # prepositions; clauses and their verbs
    H += np.log(6) + np.log(8) / 3  # the verb, and a state in a third of cases
    L = 2.5 * (4 + mean(NOUNS) + 1) + 0.75 * (mean([PREPOSITIONS]) + 1)
    L += 0.75 * (5 + mean(grammar.SEE) + 1)
    L += (mean(grammar.BE) + 1 + mean([grammar.STATES]) + 1) / 3 + (mean(grammar.SLEEP) + 1) * 2 / 3
    assert entropy().sentence == pytest.approx(H, rel=1e-12)
    assert entropy().length == pytest.approx(L + 1, rel=1e-12)
    assert entropy().bits == pytest.approx(0.447040, abs=1e-6)


# One text, one derivation


def derivations(rules, symbols, words):
    """(how many derivations of `words` there are, their probability): all ways to cut the words are tried."""

    @cache
    def of(symbols, i, j):
        if not symbols:
            return (1, 1.0) if i == j else (0, 0.0)
        first, rest = symbols[0], symbols[1:]
        if first not in rules:
            return of(rest, i + 1, j) if i < j and words[i] == first else (0, 0.0)
        n, total = 0, 0.0
        for k in range(i, j + 1) if rest else (j,):
            after = of(rest, k, j)
            if after[0]:
                for p, alternative in rules[first]:
                    ways, q = of(alternative, i, k)
                    n, total = n + ways * after[0], total + p * q * after[1]
        return n, total

    return of(symbols, 0, len(words))


def words_of(sentence):
    return tuple(re.findall(r"[a-z]+(?:[ .]|$)", sentence))


def test_every_sentence_has_one_derivation_and_its_probability():
    lines = grammar.sentences(np.random.default_rng(0), 60).splitlines()
    for line in lines:
        assert "".join(words_of(line)) == line
        n, p = derivations(AGREEMENT.rules, ("S",), words_of(line))
        assert n == 1, line
        assert log_prob(line + "\n").sum() == pytest.approx(np.log(p), rel=1e-12)
    assert max(map(len, lines)) > 100


def test_the_count_of_derivations_sees_two():
    """Of "the cat near the dog near the bird" with phrases that may go to either noun."""
    rules = {"S": ((0.5, ("n ",)), (0.5, ("S", "p ", "S")))}
    assert derivations(rules, ("S",), ("n ", "p ", "n "))[0] == 1
    assert derivations(rules, ("S",), ("n ", "p ", "n ", "p ", "n "))[0] == 2


@EACH
def test_no_two_derivations_write_the_same_text(name):
    assert max(Counter(t for t, _ in all_sentences(name)).values()) == 1


def test_no_two_derivations_of_the_lessons_grammar_write_the_same_text():
    few = {  # two words of each kind, in the same shares
        s: tuple((p * len(a) / 2, x) for p, x in a[:2]) if s.split("_")[0] in few_kinds else a
        for s, a in AGREEMENT.rules.items()
        for few_kinds in [("NOUN", "SEE", "PREPOSITION", "STATE")]
    }
    found = Counter(t for t, _ in written(Grammar(few).rules, ("S",), 2e-6))
    assert len(found) > 10_000
    assert max(found.values()) == 1


# Chances


def mass(name, prefix):
    """P(a sentence begins so), from the list of all sentences."""
    return sum(p for t, p in all_sentences(name) if t.startswith(prefix))


@EACH
def test_chances_are_shares_of_all_sentences(name):
    texts = [t for t, p in all_sentences(name) if p > 2e-3]
    for text in texts:
        p = np.exp(log_prob(text, TINY[name]))
        masses = [mass(name, text[:t]) for t in range(len(text) + 1)]
        np.testing.assert_allclose(p, np.divide(masses[1:], masses[:-1]), rtol=1e-5)
        assert p.prod() == pytest.approx(dict(all_sentences(name))[text], rel=1e-12)
    assert len(texts) >= 2


@EACH
def test_sentences_are_independent_and_a_text_may_be_cut_anywhere(name):
    first, second = (t for t, _ in all_sentences(name)[:2])
    both = log_prob(first + second, TINY[name])
    apart = np.concatenate([log_prob(t, TINY[name]) for t in (first, second)])
    np.testing.assert_array_equal(both, apart)
    for t in range(1, len(both)):
        np.testing.assert_array_equal(log_prob((first + second)[:t], TINY[name]), both[:t])


def test_next_probs_sum_to_one_and_are_what_log_prob_says():
    text = grammar.text(np.random.default_rng(3), 250)
    said = log_prob(text)
    for t in range(len(text)):
        p = next_probs(text[:t])
        assert sum(p.values()) == pytest.approx(1, abs=1e-12)
        assert set(p) <= set(AGREEMENT.alphabet)
        assert list(p) == sorted(p)
        assert said[t] == pytest.approx(np.log(p[text[t]]), rel=1e-12, abs=1e-12)


def test_chances_in_the_lessons_grammar_by_hand():
    assert next_probs() == {"t": 1}
    assert next_probs("the cat") == pytest.approx({" ": 0.5, "s": 0.5})
    after = next_probs("the cats ")  # 0.3 that, 0.3 / 4 each preposition, 0.4 / 6 each verb
    verbs = {"a": 0.4 / 6, "s": 3 * 0.4 / 6, "w": 2 * 0.4 / 6}
    assert after == pytest.approx(
        {"t": 0.3, "n": 0.075, "b": 0.15} | verbs | {"a": 0.075 + 0.4 / 6}
    )
    assert next_probs("the cat sleeps") == {".": 1}
    assert next_probs("the cat sleeps.") == {"\n": 1}
    assert next_probs("the cat sleeps.\n") == {"t": 1}
    inner = next_probs("the cat that the dogs ")  # the verb is of the clause, not the sentence
    assert {"s", "h", "l", "f"} <= set(inner)
    assert "i" not in inner


def test_what_cannot_be_written_has_no_chance_up_to_the_end_of_its_line():
    said = log_prob("the cat are old.\nthe cats sing.\n")
    at = len("the cat a")  # "above" goes on so
    assert np.isfinite(said[:at]).all()
    assert (said[at : len("the cat are old.\n")] == -np.inf).all()
    np.testing.assert_array_equal(said[len("the cat are old.\n") :], log_prob("the cats sing.\n"))
    assert (log_prob("The cat") == -np.inf).all()


def test_the_mean_surprise_of_a_text_tends_to_the_entropy_and_so_do_the_lengths():
    n = 4000
    for g in (AGREEMENT, NEST, RUN):
        e = entropy(g)
        text = grammar.sentences(np.random.default_rng(5), n, g)
        ends = np.flatnonzero(np.array(list(text)) == "\n") + 1
        lengths = np.diff(ends, prepend=0)
        surprise = -np.add.reduceat(log_prob(text, g), np.concatenate([[0], ends[:-1]]))
        for each, expected in ((lengths, e.length), (surprise, e.sentence)):
            assert abs(each.mean() - expected) < 4 * each.std() / np.sqrt(n)
        error = (surprise - e.nats * lengths).std() / np.sqrt(n) / e.length
        assert abs(surprise.sum() / lengths.sum() - e.nats) < 4 * error
        assert error < 0.03 * e.nats  # so that the line above can fail


# Texts


def test_a_seed_gives_the_same_text_and_another_another():
    draw = lambda seed, n=500: grammar.text(np.random.default_rng(seed), n)
    assert draw(1) == draw(1) != draw(2)
    assert draw(1) == draw(1, 800)[:500]
    assert len(draw(1, 1)) == 1
    rng = np.random.default_rng(1)
    assert grammar.text(rng, 200) != grammar.text(rng, 200)
    lines = grammar.sentences(np.random.default_rng(1), 30)
    assert lines.count("\n") == 30
    assert lines.endswith(".\n")
    assert draw(1) == lines[:500]


def test_the_characters_are_those_of_the_alphabet():
    text = grammar.sentences(np.random.default_rng(0), 400)
    assert Vocabulary.from_text(text).symbols == AGREEMENT.alphabet
    assert set(AGREEMENT.alphabet) <= set("abcdefghijklmnopqrstuvwxyz .\n")
    assert set(words_of(text.replace("\n", ""))) == set(AGREEMENT.words)


# Agreement


FORM = {word: k for pairs in (NOUNS, grammar.SEE) for pair in pairs for k, word in enumerate(pair)}
VERBS = {word: k for pair in (*grammar.BE, *grammar.SLEEP) for k, word in enumerate(pair)}
SEEN = {word for pair in grammar.SEE for word in pair}


def noun_phrase(words):
    """(number of the noun, words used by what follows it, words left), read from left to right."""
    the, noun, *rest = words
    assert the == "the"
    if rest and rest[0] in PREPOSITIONS:
        _, inside, after = noun_phrase(rest[1:])
        return FORM[noun], 3 + inside, after
    if rest and rest[0] == "that":
        if rest[1] in SEEN:
            assert FORM[rest[1]] == FORM[noun]
            _, inside, after = noun_phrase(rest[2:])
            return FORM[noun], 4 + inside, after
        number, inside, after = noun_phrase(rest[1:])
        assert FORM[after[0]] == number
        assert after[0] in SEEN
        return FORM[noun], 4 + inside, after[1:]
    return FORM[noun], 0, rest


def test_every_verb_of_every_sentence_agrees_with_its_noun():
    numbers, distances = [], []
    for line in grammar.sentences(np.random.default_rng(0), 1500).splitlines():
        number, distance, rest = noun_phrase(line[:-1].split())
        assert VERBS[rest[0]] == number
        assert rest[1:] == [] or (rest[0] in sum(grammar.BE, ()) and rest[1] in grammar.STATES)
        numbers.append(number)
        distances.append(distance)
    assert abs(np.mean(numbers) - 0.5) < 4 * 0.5 / np.sqrt(1500)
    at = Counter(distances)
    for distance, p in ((0, 0.4), (3, 0.3 * 0.4), (4, 0.3 * 0.4), (7, 2 * 0.3**2 * 0.4)):
        assert abs(at[distance] / 1500 - p) < 4 * np.sqrt(p * (1 - p) / 1500)


@pytest.mark.parametrize("distance", [0, 3, 4, 6, 7, 12, 30])
def test_pairs_stand_before_the_verb_at_their_distance(distance):
    pairs = agreement_pairs(np.random.default_rng(distance), 100, distance)
    assert len(pairs) == 100
    for pair in pairs:
        number, between, rest = noun_phrase(pair.prefix.split())
        assert (number, between, rest) == (pair.plural, distance, [])
        assert pair.prefix.endswith(" ")
        right, wrong = (v.rstrip(" .") for v in (pair.right, pair.wrong))
        assert (VERBS[right], VERBS[wrong]) == (pair.plural, not pair.plural)
        assert (right, wrong)[:: 1 - 2 * pair.plural] in grammar.BE + grammar.SLEEP
        assert pair.right[-1] == pair.wrong[-1] == (" " if right in sum(grammar.BE, ()) else ".")
    assert {p.plural for p in pairs} == {True, False}
    assert len({p.right for p in pairs}) == 12


@pytest.mark.parametrize("distance", [0, 7, 12])
def test_the_true_source_never_writes_the_wrong_verb(distance):
    for pair in agreement_pairs(np.random.default_rng(1), 30, distance):
        right, wrong = (
            log_prob(pair.prefix + v)[len(pair.prefix) :].sum() for v in (pair.right, pair.wrong)
        )
        assert wrong == -np.inf
        shut = (
            pair.prefix.split()[-1] in SEEN
        )  # a clause has ended, and nothing may follow but the verb
        assert right == pytest.approx(np.log(1 / 6 if shut else 0.4 / 6))


def test_pairs_are_drawn_as_the_grammar_draws_them():
    n = 3000
    pairs = agreement_pairs(np.random.default_rng(2), n, 12)
    three = np.mean(
        [p.prefix.count("that ") == 3 for p in pairs]
    )  # of four phrases or three clauses
    share = 0.3**3 / (0.3**3 + 0.3**4)
    assert abs(three - share) < 4 * np.sqrt(share * (1 - share) / n)
    assert {p.prefix.count("that ") for p in pairs} == {0, 3}
    assert abs(np.mean([p.plural for p in pairs]) - 0.5) < 4 * 0.5 / np.sqrt(n)
    inner = [re.search(r"that the \w+ that the", p.prefix) is not None for p in pairs]
    assert 0 < np.mean(inner) < 1  # one clause in another, and one after another


def test_a_seed_gives_the_same_pairs_and_long_distances_are_no_trouble():
    draw = lambda seed, d=12: agreement_pairs(np.random.default_rng(seed), 5, d)
    assert draw(1) == draw(1) != draw(2)
    assert noun_phrase(draw(1, 60)[0].prefix.split())[1] == 60


# Refusals


RNG = np.random.default_rng(0)
SAME = {"S": ((0.5, ("a ", "b.")), (0.5, ("a ", "c.")))}
HIDDEN = {"S": ((1.0, ("M", "b.")),), "M": ((0.5, ()), (0.5, ("b ",)))}
VANISHING = {"S": ((1.0, ("M", "a.")),), "M": ((0.5, ()), (0.5, ("N",))), "N": ((1.0, ()),)}
FOLLOWED = {"S": ((1.0, ("M", "b")),), "M": ((0.5, ()), (0.5, ("b", "c")))}
LEFT = {"S": ((0.5, ("S", "a ")), (0.5, ("b.",)))}
CIRCLE = {"S": ((1.0, ("S",)),)}
ENDLESS = {"S": ((0.5, ("a ", "S", "S")), (0.5, ("b.",)))}


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: Grammar({"S": ((1.0, ("a",)),)}, "T"), "start: got 'T', wanted one of S"),
        (lambda: Grammar({"S": ((0.5, ("a",)), (0.4, ("b",)))}), "rules['S']: got shares that sum"),
        (lambda: Grammar({"S": ((1.0, ("a",)), (0.0, ("b",)))}), "rules['S']: got 0.0, wanted a f"),
        (lambda: Grammar({"S": ((1.0, ("NP",)),)}), "rules: got the word 'NP', wanted letters"),
        (lambda: Grammar({"S": ((1.0, ("a\n",)),)}), "rules: got the word 'a\\n', wanted letters"),
        (lambda: Grammar({"S": ((1.0, ("",)),)}), "rules: got the word '', wanted letters"),
        (
            lambda: Grammar({"S": ((0.5, ("is",)), (0.5, ("island",)))}),
            "rules: got the words 'is' and 'island', wanted none to begin another",
        ),
        (lambda: Grammar(SAME), "rules['S']: got two alternatives before the word 'a '"),
        (lambda: Grammar(FOLLOWED), "rules['M']: got two alternatives before the word 'b'"),
        (lambda: Grammar(VANISHING), "rules['M']: got two alternatives before the word 'a.'"),
        (lambda: Grammar(LEFT), "rules['S']: got two alternatives before the word 'b.'"),
        (lambda: Grammar(CIRCLE), "rules: got sentences without end (growth 1 a step)"),
        (lambda: Grammar(ENDLESS), "rules: got sentences without end (growth 1 a step)"),
        (lambda: grammar.sentences(RNG, 0), "n: got 0, wanted a whole number of 1 or more"),
        (lambda: grammar.sentences(0, 1), "rng: got int, wanted a generator"),
        (lambda: grammar.text(RNG, 0), "n_chars: got 0, wanted a whole number of 1 or more"),
        (lambda: grammar.text(0, 1), "rng: got int, wanted a generator"),
        (lambda: log_prob(""), "text: got an empty text, wanted a string of at least one"),
        (lambda: log_prob([1]), "text: got list, wanted a string"),
        (lambda: next_probs(3), "prefix: got int, wanted a string"),
        (lambda: next_probs("the cat are "), "prefix: got 'the cat are ', wanted what the gram"),
        (lambda: agreement_pairs(0, 1, 3), "rng: got int, wanted a generator"),
        (lambda: agreement_pairs(RNG, 0, 3), "n: got 0, wanted a whole number of 1 or more"),
        (lambda: agreement_pairs(RNG, 1, -1), "distance: got -1, wanted a whole number of 0"),
        *(
            (lambda d=d: agreement_pairs(RNG, 1, d), f"distance: got {d}, wanted a sum of threes")
            for d in (1, 2, 5)
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(call, said):
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        call()


def test_a_word_that_may_follow_what_may_vanish_is_seen():
    """ "b " and "b." differ, so that letters decide: that is one derivation, and both are read rightly."""
    g = Grammar(HIDDEN)
    assert next_probs("b", g) == {" ": 0.5, ".": 0.5}
    texts = {"b.\n": 0.5, "b b.\n": 0.5}
    for text, p in texts.items():
        assert log_prob(text, g).sum() == pytest.approx(np.log(p))
