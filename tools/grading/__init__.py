"""Grading a folder of submissions: `make grade EXERCISE=… FROM=…`, and the same from Python.

from grading import grade
grade("03_bptt_by_hand", "submissions")
"""

from grading.command import grade

__all__ = ["grade"]
