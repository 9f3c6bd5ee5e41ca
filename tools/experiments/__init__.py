"""The experiments that take longer than a lesson may: each is a function of a configuration and a seed.

`EXPERIMENTS` maps a name to (function, configurations, seeds, tolerance). `make results` runs all of them into
notebooks/results/; a test runs one seed of each again and compares within the tolerance.
"""

from . import lesson04, lesson05, lesson06, lesson07, lesson08, lesson09, lesson10

EXPERIMENTS = {
    name: experiment
    for lesson in (lesson04, lesson05, lesson06, lesson07, lesson08, lesson09, lesson10)
    for name, experiment in lesson.EXPERIMENTS.items()
}
