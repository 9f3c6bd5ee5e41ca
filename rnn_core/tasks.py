"""Generated tasks whose truth is known: nothing to download, every draw from a seed."""

from typing import NamedTuple

import numpy as np

from . import check

NOUNS = (
    ("cat", "cats"),
    ("dog", "dogs"),
    ("bird", "birds"),
    ("child", "children"),
    ("teacher", "teachers"),
    ("singer", "singers"),
    ("farmer", "farmers"),
    ("sailor", "sailors"),
)
PREPOSITIONS = ("near", "behind", "beside", "above")
VERBS = ("saw", "heard", "followed", "liked")  # in the past tense, which does not betray the number
VERB = ("was", "were")
WORDS = ("the", "that", *PREPOSITIONS, *VERBS, *(word for pair in NOUNS for word in pair))


class Agreement(NamedTuple):
    """Sentences up to the place of their verb. The verb is "were" where `plural` is 1, "was" where it is 0."""

    x: np.ndarray  # (T, B) symbols, indices into `words`
    plural: np.ndarray  # (B,) 0 or 1: the number of the subject, the first noun
    words: tuple  # the vocabulary

    def text(self, b):
        """Row b as a string."""
        return " ".join(self.words[i] for i in self.x[:, b])


def agreement(rng, B, distance):
    """B sentences "the cat … was", with `distance` words between the subject and its verb.

    The words between are phrases of three ("near the dogs") and relative clauses of four ("that saw the
    dogs"); their nouns are singular or plural by independent fair coins, so the nearest noun tells nothing.
    Chance level: accuracy 1/2. Raises ValueError for B < 1 and for distance 1, 2 or 5, which no such phrases fill.
    """
    check.generator(rng)
    B, distance = check.count("B", B), check.count("distance", distance, least=0)
    plans = [n4 for n4 in range(distance // 4 + 1) if (distance - 4 * n4) % 3 == 0]
    if not plans:
        raise ValueError(
            f"distance: got {distance}, wanted a sum of threes and fours: 0, 3, 4, 6, …"
        )
    index = {word: i for i, word in enumerate(WORDS)}
    plural = rng.integers(2, size=B)
    rows = [_sentence(rng, number, distance, plans) for number in plural]
    x = np.array([[index[word] for word in row] for row in rows], dtype=np.intp).T
    return Agreement(np.ascontiguousarray(x), plural, WORDS)


def _sentence(rng, plural, distance, plans):
    fours = rng.choice(plans)
    sizes = rng.permutation([4] * fours + [3] * ((distance - 4 * fours) // 3))
    words = ["the", NOUNS[rng.integers(len(NOUNS))][plural]]
    for size in sizes:
        noun = NOUNS[rng.integers(len(NOUNS))][rng.integers(2)]
        if size == 3:
            words += [PREPOSITIONS[rng.integers(len(PREPOSITIONS))], "the", noun]
        else:
            words += ["that", VERBS[rng.integers(len(VERBS))], "the", noun]
    return words
