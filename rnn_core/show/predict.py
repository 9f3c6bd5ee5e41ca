"""Predict before you run: hold a guess against the truth, and be content with no guess."""


def compare(guess, truth, digits=3):
    """Print the guess beside the true value. A guess of None is asked for, and the answer kept back.

    guess and truth: numbers, or words such as "grows". Numbers are printed to so many decimals.
    """
    if guess is None:
        print("No guess yet: write one in the cell above, then run both cells.")
    elif isinstance(guess, str) or isinstance(truth, str):
        verdict = "Right" if str(guess).strip().lower() == str(truth).lower() else "Not so"
        print(f"{verdict}: you said {guess}, the answer is {truth}.")
    else:
        print(
            f"Your guess {_written(guess, digits)}; the answer {_written(truth, digits)}; "
            f"off by {_written(abs(guess - truth), digits)}."
        )


def _written(value, digits):
    if isinstance(value, (str, int)):
        return str(value)
    return f"{value:.{digits}f}"
