"""Predict before you run: every kind of guess gets its answer."""

import pytest

from rnn_core.show import compare


@pytest.mark.parametrize(
    ("guess", "truth", "options", "said"),
    [
        (0.5, 0.12345, {}, "Your guess 0.500; the answer 0.123; off by 0.377."),
        (1, 0.75, {"digits": 1}, "Your guess 1; the answer 0.8; off by 0.2."),
        (0, 0.75, {}, "Your guess 0; the answer 0.750; off by 0.750."),
        (3, 5, {}, "Your guess 3; the answer 5; off by 2."),
        ("grows", "grows", {}, "Right: you said grows, the answer is grows."),
        (" Grows ", "grows", {}, "Right: you said  Grows , the answer is grows."),
        ("shrinks", "grows", {}, "Not so: you said shrinks, the answer is grows."),
        (3, "grows", {}, "Not so: you said 3, the answer is grows."),
        ("three", 3, {}, "Not so: you said three, the answer is 3."),
    ],
)
def test_a_guess_is_held_against_the_truth(capsys, guess, truth, options, said):
    assert compare(guess, truth, **options) is None
    assert capsys.readouterr().out == said + "\n"


@pytest.mark.parametrize("truth", [0.12345, 7, "grows"])
def test_without_a_guess_one_is_asked_for_and_the_answer_kept_back(capsys, truth):
    assert compare(None, truth) is None
    said = capsys.readouterr().out
    assert said == "No guess yet: write one in the cell above, then run both cells.\n"
