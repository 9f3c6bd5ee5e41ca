"""What can be different in an exercise for another class: choices that its solution holds in its metadata.

    nb.metadata["rnn_core"]["variants"] = {"name of the choice": [alternative, …], …}

An alternative to what is published says which text of which cells is replaced: {"cell id": [[old, new], …], …}.
Each old text stands exactly once in its cell; the pairs of a cell are applied in their order.
"""

import copy

PLACE = "rnn_core", "variants"  # in the metadata of a solution; never in those of an exercise


def choices(nb):
    """{name: [alternative, …]}, each beside what is published; empty where nothing can be chosen."""
    ours, name = PLACE
    return nb.metadata.get(ours, {}).get(name, {})


def applied(nb, alternative):
    """A new notebook with the alternative's texts; ValueError if one is not there exactly once."""
    nb = copy.deepcopy(nb)
    cells = {cell.get("id"): cell for cell in nb.cells}
    for name, pairs in alternative.items():
        if name not in cells:
            raise ValueError(f"{name}: there is no such cell")
        for old, new in pairs:
            found = cells[name].source.count(old)
            if found != 1 or not old:
                raise ValueError(f"{name}: {old!r} stands there {found} times, wanted 1")
            cells[name].source = cells[name].source.replace(old, new)
    return nb
