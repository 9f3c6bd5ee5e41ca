"""Seconds that can be compared: everybody in turn, in one process, in another order each round."""

import math
import random
import time

TURN = 0.05  # a turn lasts so many seconds at least: then neither the clock nor a cold cache counts for much


def interleaved(turns, rounds, seconds=0.0, check=None):
    """{name: [seconds a step, one for each round]}, in rounds in which everybody has one turn.

    turns: {name: (work, steps)}; work() makes so many steps. The order is drawn anew for each round, so that nobody
    always runs behind the same one, whose data then fill the cache. At least `rounds` rounds, and more until
    `seconds` have passed, but no more than ten times as many. check() is called after each round.
    """
    took, names, rng = {name: [] for name in turns}, list(turns), random.Random(0)
    end = time.perf_counter() + seconds
    for done in range(10 * rounds):
        if done >= rounds and time.perf_counter() > end:
            break
        rng.shuffle(names)
        for name in names:
            work, steps = turns[name]
            start = time.perf_counter()
            work()
            took[name].append((time.perf_counter() - start) / steps)
        if check:
            check()
    return took


def steps_a_turn(seconds):
    """How many steps of so many seconds make a turn."""
    return max(1, math.ceil(TURN / seconds))
