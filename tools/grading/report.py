"""What is told in the end: a table for the course's list (CSV) and a page with the distribution (HTML)."""

import csv
import html
from collections import Counter
from dataclasses import dataclass

LONGEST = 5000  # characters of a cell of the table; spreadsheets take some 30,000
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; margin: 0.5rem 0 1.5rem; }}
td {{ border-bottom: 1px solid #ccc; padding: 0.2rem 0.75rem; vertical-align: top; }}
td.points {{ min-width: 7rem; text-align: right; }}
span {{ display: inline-block; height: 0.8rem; background: #0072b2; }}
</style>
<h1>{title}</h1>
{body}
</html>
"""


@dataclass
class Row:
    """One student: points in the order of the tasks, None where nobody has given any yet."""

    entry: dict  # of the history
    points: list
    flags: list
    notes: list

    @property
    def graded(self):
        return self.entry["why"] is None

    @property
    def total(self):
        return sum(value or 0 for value in self.points)

    @property
    def look(self):
        """Whether a person has to look before this grade is given out."""
        return bool(self.flags) or not self.graded


def rows(entries, tasks):
    """A Row for each student's latest entry."""
    shared, made = same_seed(entries), []
    for entry in entries:
        student = entry["student"]
        flags = [r["text"] for r in entry["remarks"] if r["flag"]] + shared.get(student, [])
        notes = [r["text"] for r in entry["remarks"] if not r["flag"]]
        points = [entry["points"].get(name) for name, _, _ in tasks]
        made.append(Row(entry, points, flags, notes))
    return made


def same_seed(entries):
    """{student: [sentence]} for those who work with the numbers of another."""
    by_seed = {}
    for entry in entries:
        by_seed.setdefault(entry["seed"], []).append(entry["student"])
    told = {}
    for seed in by_seed.keys() - {None, "0"}:
        for student in by_seed[seed] if len(by_seed[seed]) > 1 else []:
            others = ", ".join(other for other in by_seed[seed] if other != student)
            told[student] = [f"SEED {seed} is also that of {others}"]
    return told


def cells(row, tasks):
    """A Row as a line of the table."""
    entry = row.entry
    why = [] if row.graded else [f"NOT GRADED: {entry['why']}"]
    waiting = sum(
        by_hand and given is None for given, (_, _, by_hand) in zip(row.points, tasks, strict=True)
    )
    return [
        *(entry["student"], entry["attempt"], entry["submitted"], entry["seed"] or ""),
        *(shown(value) for value in row.points),
        *(shown(row.total) if row.graded else "", sum(most for _, most, _ in tasks)),
        *(waiting if row.graded else "", "look" if row.look else ""),
        "; ".join([*why, *row.flags, *row.notes]),
    ]


def shown(points):
    return "" if points is None else f"{points:g}"


def write_csv(path, table, tasks):
    head = [
        "student",
        "attempt",
        "submitted",
        "seed",
        *(f"{name} ({most})" for name, most, _ in tasks),
    ]
    head += ["total", "of", "to read", "look", "remarks"]
    with path.open("w", newline="", encoding="utf-8-sig") as file:  # so that Excel reads every name
        lines = [head, *(cells(row, tasks) for row in table)]
        csv.writer(file).writerows([map(plain, line) for line in lines])


def plain(value):
    """A cell that a spreadsheet takes for text and no formula, and that any file can hold."""
    if not isinstance(value, str):
        return value
    text = " ".join(value.encode("utf-8", "replace").decode().split())[:LONGEST]
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def write_page(path, title, table, tasks):
    """The page: how many got how much in each task, and whom somebody has to look at."""
    done = [row for row in table if row.graded]
    parts = [f"<p>{len(table)} students, {len(done)} graded.</p>", "<h2>Points per task</h2>"]
    for n, (name, most, by_hand) in enumerate(tasks):
        parts.append(f"<h3>{escape(name)}{', read by a person' if by_hand else ''}</h3>")
        parts.append(bars(Counter(row.points[n] for row in done), most))
    full = sum(most for _, most, _ in tasks)
    parts += ["<h2>Totals so far</h2>", bars(Counter(row.total for row in done), full)]
    parts += ["<h2>To be looked at by a person</h2>", to_look_at(table)]
    path.write_text(PAGE.format(title=escape(title), body="\n".join(parts)), encoding="utf-8")


def bars(counts, most):
    """A bar for each number of points that somebody has."""
    lines = []
    for points in sorted(counts, key=lambda p: -1 if p is None else p):
        words = "not read yet" if points is None else f"{shown(points)} of {most}"
        bar = f'<span style="width: {20 * counts[points] / max(counts.values()):.2f}rem"></span>'
        lines.append(f'<tr><td class="points">{words}</td><td>{bar} {counts[points]}</td></tr>')
    return f"<table>{''.join(lines)}</table>" if lines else "<p>Nobody.</p>"


def to_look_at(table):
    lines = []
    for row in table:
        if row.look:
            told = row.flags if row.graded else [row.entry["why"], *row.flags]
            texts = "<br>".join(escape(line) for line in told)
            lines.append(f"<tr><td>{escape(row.entry['student'])}</td><td>{texts}</td></tr>")
    return f"<table>{''.join(lines)}</table>" if lines else "<p>Nobody.</p>"


def escape(text):
    return html.escape(str(text).encode("utf-8", "replace").decode())
