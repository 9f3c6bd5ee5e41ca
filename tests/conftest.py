"""The same examples on every run and every machine; nothing stored, no time limit for a single one."""

from hypothesis import settings

settings.register_profile(
    "rnn_core", derandomize=True, database=None, deadline=None, max_examples=50
)
settings.load_profile("rnn_core")
