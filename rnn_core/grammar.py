"""A source of sentences whose entropy is known: a probabilistic context-free grammar, one derivation a text.

A grammar is a table: each symbol has alternatives (p, symbols); whatever has no line of its own is a word, written
as it stands. A sentence is what the start symbol writes, and a newline. In the grammar of the lessons, AGREEMENT,

    S     → the T              T     → NOUN_s MOD_s VERB_s | NOUN_p MOD_p VERB_p
    MOD_n → (nothing) 0.4      | PREPOSITION NP 0.3        | that CLAUSE_n 0.3
    NP    → the X              X     → NOUN_s MOD_s | NOUN_p MOD_p
    CLAUSE_n → SEE_n NP        | the O                     (that sees the dogs, that the dogs see)
    O     → NOUN_s MOD_s SEE_s | NOUN_p MOD_p SEE_p

(n: s or p, equal shares where none is given), every verb agrees with its own noun, however far away: "the cats that
the dog near the birds sees are old." No window is long enough for that, and since clauses nest without bound, no
finite number of states is either.

Why its entropy is known. Two alternatives never begin with the same word (such a grammar is called LL(1)), so who
reads from left to right knows every choice that was made: one text, one derivation. The entropy of a sentence is
then the sum of the entropies of its choices, each times how often the choice is expected; the expectations solve
linear equations. Sentences are independent and the newline shows where they end, so −log p of N of them is a sum of
N independent terms, their length is another, and by the law of large numbers the ratio, nats per character, tends
to

    H(sentence) / E[length of a sentence, with its newline].

This is the entropy rate of the text (Cover & Thomas, Elements of Information Theory, 2006, ch. 4): no model's
expected loss is lower. Sources: Grenander (1967); Soule, Entropies of probabilistic grammars, Information and
Control 25 (1974); when expectations are finite: Booth & Thompson (1973); LL(1): Aho, Lam, Sethi & Ullman, Compilers
(2006), 4.4.3.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from . import check
from .tasks import NOUNS, PREPOSITIONS

END = "\n"


@dataclass(frozen=True)
class Grammar:
    """rules: {symbol: ((p, (symbol or word, …)), …)}, shares p > 0 that sum to 1; start: the symbol of a sentence.

    Words are of a–z, space and full stop, and none begins another, so that letters show where a word ends (in
    AGREEMENT all end in a space or a full stop). Raises ValueError for other words, shares that do not sum to 1,
    two alternatives that can begin with the same word (or, where one writes nothing, be followed by it), and
    sentences of infinite mean length.
    """

    rules: dict = field(repr=False)  # long, and it would stand in every signature
    start: str = "S"

    def __post_init__(self):
        if self.start not in self.rules:
            raise ValueError(f"start: got {self.start!r}, wanted one of {', '.join(self.rules)}")
        for symbol, alternatives in self.rules.items():
            total = sum(check.number(f"rules[{symbol!r}]", p, above=0.0) for p, _ in alternatives)
            if abs(total - 1) > 1e-12:
                raise ValueError(f"rules[{symbol!r}]: got shares that sum to {total:g}, wanted 1")
        _check_words(self.words)
        _check_one_derivation(self.rules, self.start)
        _, counts = _one_step(self.rules)
        if (growth := np.abs(np.linalg.eigvals(counts)).max()) >= 1:
            raise ValueError(
                f"rules: got sentences without end (growth {growth:.3g} a step), wanted below 1"
            )

    @property
    def words(self):
        """All words, in order of code points."""
        written = {s for line in self.rules.values() for _, symbols in line for s in symbols}
        return tuple(sorted(written - set(self.rules)))

    @property
    def alphabet(self):
        """All characters, newline included, in order of code points: the symbols of a `Vocabulary`."""
        return tuple(sorted({END, *"".join(self.words)}))


def _check_words(words):
    for word, following in pairwise((*words, "")):
        if not re.fullmatch("[a-z .]+", word):
            raise ValueError(f"rules: got the word {word!r}, wanted letters a–z, space, full stop")
        if following.startswith(word):
            raise ValueError(
                f"rules: got the words {word!r} and {following!r}, wanted none to begin another"
            )


def _begins(symbols, first):
    """The words that `symbols` can begin with, and "" if they can write nothing at all."""
    found = set()
    for s in symbols:
        words = first.get(s, {s})
        found |= words - {""}
        if "" not in words:
            return found
    return found | {""}


def _first_and_follow(rules, start):
    """For every symbol, the words that it can begin with ("" where nothing is written) and that can follow it.

    Sets that grow until no rule adds anything: Aho et al. (2006), 4.4.2.
    """
    first, follow = {s: set() for s in rules}, {s: set() for s in rules}
    follow[start].add(END)
    sizes = None
    while sizes != (sizes := [len(s) for s in (*first.values(), *follow.values())]):
        for symbol, alternatives in rules.items():
            for _, symbols in alternatives:
                first[symbol] |= _begins(symbols, first)
                for i, s in enumerate(symbols):
                    if s in rules:
                        after = _begins(symbols[i + 1 :], first)
                        follow[s] |= after - {""} | (follow[symbol] if "" in after else set())
    return first, follow


def _check_one_derivation(rules, start):
    """LL(1): the next word decides between the alternatives of every symbol."""
    first, follow = _first_and_follow(rules, start)
    for symbol, alternatives in rules.items():
        seen = set()
        for _, symbols in alternatives:
            words = _begins(symbols, first)
            words = words - {""} | (follow[symbol] if "" in words else set())
            if words & seen:
                raise ValueError(
                    f"rules[{symbol!r}]: got two alternatives before the word {min(words & seen)!r}, "
                    "wanted one, so that a text has one derivation"
                )
            seen |= words


def _one_step(rules):
    """own (n, 2): the entropy in nats of one choice at each symbol, and the letters that it writes at once, expected;
    counts (n, n): how often it writes each symbol, expected."""
    at = {s: i for i, s in enumerate(rules)}
    own, counts = np.zeros((len(at), 2)), np.zeros((len(at), len(at)))
    for symbol, alternatives in rules.items():
        for p, symbols in alternatives:
            own[at[symbol], 0] -= p * np.log(p)
            for s in symbols:
                if s in at:
                    counts[at[symbol], at[s]] += p
                else:
                    own[at[symbol], 1] += p * len(s)
    return own, counts


# The grammar of the lessons


def _alike(*alternatives):
    """Alternatives of equal shares; a string is a single word."""
    return tuple((1 / len(alternatives), (a,) if isinstance(a, str) else a) for a in alternatives)


SEE = (("sees", "see"), ("hears", "hear"), ("likes", "like"), ("follows", "follow"))
SLEEP = (("sleeps", "sleep"), ("sings", "sing"), ("waits", "wait"), ("smiles", "smile"))
BE = (("is", "are"), ("was", "were"))
STATES = ("old", "young", "happy", "tired", "hungry", "quiet", "late", "alone")


def _of_number(k, n):
    """The lines of the table for one number: k = 0 and n = "s", or k = 1 and n = "p"."""
    verbs = [(pair[k] + " ", "STATE") for pair in BE] + [pair[k] + "." for pair in SLEEP]
    return {
        f"MOD_{n}": (
            (0.4, ()),
            (0.3, ("PREPOSITION", "NP")),
            (0.3, ("that ", f"CLAUSE_{n}")),
        ),
        f"CLAUSE_{n}": _alike((f"SEE_{n}", "NP"), ("the ", "O")),
        f"NOUN_{n}": _alike(*(pair[k] + " " for pair in NOUNS)),
        f"SEE_{n}": _alike(*(pair[k] + " " for pair in SEE)),
        f"VERB_{n}": _alike(*verbs),
    }


AGREEMENT = Grammar(
    {
        "S": _alike(("the ", "T")),
        "T": _alike(*((f"NOUN_{n}", f"MOD_{n}", f"VERB_{n}") for n in "sp")),
        "NP": _alike(("the ", "X")),
        "X": _alike(*((f"NOUN_{n}", f"MOD_{n}") for n in "sp")),
        "O": _alike(*((f"NOUN_{n}", f"MOD_{n}", f"SEE_{n}") for n in "sp")),
        "PREPOSITION": _alike(*(word + " " for word in PREPOSITIONS)),
        "STATE": _alike(*(word + "." for word in STATES)),
        **_of_number(0, "s"),
        **_of_number(1, "p"),
    }
)


# Drawing


def _pick(rng, weights):
    """A place in `weights`, with a probability in proportion to what stands there."""
    sums = list(accumulate(weights))
    return min(bisect_right(sums, rng.random() * sums[-1]), len(sums) - 1)


def sentences(rng, n, grammar=AGREEMENT):
    """n independent sentences as one string, each with its newline. Raises ValueError for n < 1."""
    check.generator(rng)
    return "".join(_sentence(rng, grammar) for _ in range(check.count("n", n)))


def _sentence(rng, grammar):
    todo, words = [grammar.start], []
    while todo:
        s = todo.pop()
        if s in grammar.rules:
            alternatives = grammar.rules[s]
            todo += reversed(alternatives[_pick(rng, [p for p, _ in alternatives])][1])
        else:
            words.append(s)
    return "".join(words) + END


def text(rng, n_chars, grammar=AGREEMENT):
    """The first n_chars characters of an endless text of independent sentences; the last one may be cut.

    Raises ValueError for n_chars < 1.
    """
    check.generator(rng)
    left, parts = check.count("n_chars", n_chars), []
    while left > 0:
        parts.append(_sentence(rng, grammar))
        left -= len(parts[-1])
    return "".join(parts)[:n_chars]


# What is known of it


class Entropy(NamedTuple):
    """The entropy of a source of sentences."""

    sentence: float  # nats a sentence
    length: float  # characters a sentence, expected, newline included
    nats: float  # per character: sentence / length
    bits: float  # per character: nats / ln 2


def entropy(grammar=AGREEMENT):
    """The exact `Entropy` of a grammar's text.

    Of symbol A: H_A = h_A + Σ_B m_AB H_B and L_A = l_A + Σ_B m_AB L_B, with h_A the entropy of the choice at A, and
    l_A and m_AB how many letters and how many B it writes, expected; that is (I − M)(H, L) = (h, l). The newline
    adds 1 to L and nothing to H. Why the ratio is the entropy rate: see the head of this module (Soule 1974).
    """
    own, counts = _one_step(grammar.rules)
    solved = np.linalg.solve(np.eye(len(own)) - counts, own)
    H, L = map(float, solved[list(grammar.rules).index(grammar.start)])
    return Entropy(H, L + 1, H / (L + 1), H / (L + 1) / float(np.log(2)))


def _continuations(rules, todo, p=1.0):
    """(word, probability, what is to be written after it) for every word that can come next."""
    if not todo:
        todo = (END,)
    if todo[0] not in rules:
        yield todo[0], p, todo[1:]
        return
    for share, symbols in rules[todo[0]]:
        yield from _continuations(rules, symbols + todo[1:], p * share)


def _letters(grammar, state):
    """{c: (probability, next state)} for every character c that can come next.

    state: (what is still to be written, the letters of a word that has begun); (None, "") at the start of a
    sentence.
    """
    todo, begun = state
    words = list(_continuations(grammar.rules, (grammar.start,) if todo is None else todo))
    words = [w for w in words if w[0].startswith(begun)]
    total, found = sum(p for _, p, _ in words), {}
    for word, p, after in words:
        c = word[len(begun)]
        sofar, _ = found.get(c, (0.0, None))
        done = (None, "") if c == END else (after, "")
        found[c] = (sofar + p / total, done if word == begun + c else (todo, begun + c))
    return found


def _read(text, grammar):
    """For every character of the text: what could come in its place, as in `_letters`; and once more at the end."""
    seen, state = {}, (None, "")
    for c in text:
        if state is not None and state not in seen:
            seen[state] = _letters(grammar, state)
        options = {} if state is None else seen[state]
        yield options
        state = (None, "") if c == END else options.get(c, (0.0, None))[1]
    yield {} if state is None else _letters(grammar, state)


def _check_text(name, value):
    if not isinstance(value, str):
        raise ValueError(f"{name}: got {type(value).__name__}, wanted a string")


def log_prob(text, grammar=AGREEMENT):
    """log p(c_t | c_1 … c_{t−1}) of the true source for every character: (len(text),) natural logarithms.

    The text begins at the beginning of a sentence; it may end anywhere. Its characters show all choices but the
    present one, so that p is the share of words that go on with c_t among those that begin as the present word did.
    −inf from the first character that the grammar cannot write to the end of its line. Minus the mean tends to
    `entropy(grammar).nats` as the text grows. Raises ValueError for an empty text.
    """
    _check_text("text", text)
    if not text:
        raise ValueError("text: got an empty text, wanted a string of at least one character")
    p = [options.get(c, (0.0,))[0] for c, options in zip(text, _read(text, grammar), strict=False)]
    with np.errstate(divide="ignore"):
        return np.log(p)


def next_probs(prefix="", grammar=AGREEMENT):
    """{character: probability} of what the true source writes after `prefix`, which begins with a sentence.

    Raises ValueError for a prefix that the grammar cannot write.
    """
    _check_text("prefix", prefix)
    *_, options = _read(prefix, grammar)
    if not options:
        raise ValueError(f"prefix: got {prefix!r}, wanted what the grammar can write")
    return {c: p for c, (p, _) in sorted(options.items())}


# Does a model agree?


class Pair(NamedTuple):
    """A sentence up to its verb, and the verb in both numbers, each to its space or full stop."""

    prefix: str  # "the cats near the dog "
    right: str  # "are "
    wrong: str  # "is "
    plural: bool  # whether the subject is


def _shares_by_words(rules, most):
    """share(symbols, n): the probability that the symbols write exactly n words; computed up to n = most."""

    @cache
    def share(symbols, n):
        if not symbols:
            return float(n == 0)
        first, rest = symbols[0], symbols[1:]
        if first not in rules:
            return share(rest, n - 1) if n else 0.0
        if not rest:
            return sum(p * share(alternative, n) for p, alternative in rules[first])
        ks = (k for k in range(n + 1) if share((first,), k))
        return sum(share((first,), k) * share(rest, n - k) for k in ks)

    for n in range(most + 1):  # from short to long, so that nothing recurs deeply
        for symbol in rules:
            share((symbol,), n)
    return share


def _draw(rng, rules, share, symbols, n):
    """The words that the symbols write, given that they are n."""
    todo, words = [(symbols, n)], []
    while todo:
        symbols, n = todo.pop()
        if not symbols:
            continue
        first, rest = symbols[0], symbols[1:]
        if first not in rules:
            words.append(first)
            todo.append((rest, n - 1))
            continue
        ways = [(p, a, k) for p, a in rules[first] for k in range(n + 1)]
        at = _pick(rng, [p * share(a, k) * share(rest, n - k) for p, a, k in ways])
        _, alternative, k = ways[at]
        todo += [(rest, n - k), (alternative, k)]
    return words


def agreement_pairs(rng, n, distance):
    """n `Pair`s of AGREEMENT whose subject and verb have `distance` words between: which verb does a model prefer?

    Drawn as the grammar's sentences are, given the distance: phrases of three words ("near the dogs") and clauses of
    four ("that the dogs see"), nested or one after another. Compare a model's log p of `right` and of `wrong` after
    `prefix`, summed over all characters of each: neither begins the other, so the two are chances of events that
    exclude each other. Who does not see the subject is right in half of them; the true source never writes the wrong
    one. The question is that of Linzen, Dupoux & Goldberg (2016).
    Raises ValueError for n < 1 and for distances that no phrases fill: 1, 2 and 5.
    """
    check.generator(rng)
    n, distance = check.count("n", n), check.count("distance", distance, least=0)
    rules = AGREEMENT.rules
    share = _shares_by_words(rules, distance)
    if not share(("MOD_s",), distance):
        raise ValueError(
            f"distance: got {distance}, wanted a sum of threes and fours: 0, 3, 4, 6, …"
        )
    pairs = []
    for _ in range(n):
        plural = int(rng.integers(2))
        number, other = "sp"[plural], "ps"[plural]
        words = ["the "]
        words += _draw(rng, rules, share, (f"NOUN_{number}",), 1)
        words += _draw(rng, rules, share, (f"MOD_{number}",), distance)
        verbs = rules[f"VERB_{number}"]
        k = _pick(rng, [p for p, _ in verbs])
        right, wrong = verbs[k][1][0], rules[f"VERB_{other}"][k][1][0]
        pairs.append(Pair("".join(words), right, wrong, bool(plural)))
    return pairs
