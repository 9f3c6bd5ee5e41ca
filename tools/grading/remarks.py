"""What a person is told about a submission beside its points."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Remark:
    """A sentence about one submission; with `flag` somebody has to look before the grade is given out."""

    text: str
    flag: bool = False

    def as_dict(self):
        return asdict(self)


def flag(text):
    return Remark(text, flag=True)


def listed(names):
    """ "a, b and c"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
