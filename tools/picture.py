"""make picture: the README's picture, drawn by the collection itself from the worked example.

python tools/picture.py [file.png]
"""

import sys
from pathlib import Path

from rnn_core import show

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "picture.png"


def draw(path):
    """The stepper at the arrow through time, as it opens in lesson 03."""
    bundle, _ = show.stepper()._repr_mimebundle_()
    path.write_bytes(bundle["image/png"])


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if sys.argv[1:] else PICTURE)
