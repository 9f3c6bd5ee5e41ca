"""The instructor's guide: plans that add up, quotations that are true, links that lead somewhere."""

import re

import pytest
from instructor_rules import (
    GUIDE,
    HARD,
    RULES,
    Plan,
    anchors,
    broken_links,
    hard_things,
    lesson,
    unknown_targets,
)
from notebook_rules import ROOT

PLANS = {path.stem: Plan.read(path) for path in sorted(GUIDE.glob("lessons/*.md"))}
PAGES = sorted(GUIDE.rglob("*.md"))
LESSONS = [path.stem for path in sorted(ROOT.glob("notebooks/[0-9][0-9]_*.ipynb"))]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_lesson_has_its_plan():
    assert set(LESSONS) <= set(PLANS)
    assert [name[:2] for name in PLANS] == [f"{n:02}" for n in range(12)]


@pytest.mark.parametrize(("name", "rule"), [(name, rule) for name in PLANS for rule in RULES])
def test_a_plan_keeps(name, rule):
    assert list(RULES[rule](PLANS[name])) == []


def test_every_hard_thing_of_the_syllabus_has_its_cure():
    assert set.union(*map(hard_things, PLANS.values())) == HARD


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(GUIDE).as_posix())
def test_links_of_a_page_lead_somewhere(path):
    assert list(broken_links(path, path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(GUIDE).as_posix())
def test_commands_of_a_page_exist(path):
    assert list(unknown_targets(path.read_text(encoding="utf-8"), MAKEFILE)) == []


def test_the_first_page_leads_to_every_other():
    text = (GUIDE / "README.md").read_text(encoding="utf-8")
    missing = [p for p in PAGES if f"]({p.relative_to(GUIDE).as_posix()})" not in text]
    assert missing == [GUIDE / "README.md"]


def test_the_term_plan_has_twelve_weeks_and_every_lesson():
    text = (GUIDE / "README.md").read_text(encoding="utf-8")
    weeks = re.findall(r"^\| (\d+) \|.*$", text, re.MULTILINE)
    assert weeks == [str(week) for week in range(1, 13)]
    table = text[text.index("| 1 |") :]
    assert all(f"lessons/{name}.md" in table for name in PLANS)


# Every rule can fail: a good plan, and for each rule ways to spoil it.


def good():
    return PLANS["05_vanishing_exploding"]


def swap(old, new):
    def spoil(plan):
        assert old in plan.text
        return Plan(plan.name, plan.text.replace(old, new, 1))

    return spoil


BAD = [
    ("every_section_is_there", swap("## Ask", "## Questions")),
    ("it_fits_on_a_screen_and_a_half", swap("## Ask", "## Ask" + "\n" * 30)),
    ("the_title_is_the_lessons", swap("# 05 · Why", "# 05 · How")),
    ("the_minutes_add_up", swap("| 4 | 5 |", "| 5 | 5 |")),
    ("the_minutes_add_up", swap("| 4 | 5 |", "| 4 | 6 |")),
    ("the_minutes_add_up", swap("| 4 | 5 |", "| four | 5 |")),
    ("a_longer_class_gives_nothing_less_time", swap("| 4 | 5 |", "| 6 | 5 |")),
    ("every_row_says_where", swap("| `05-guess-half`, `05-half` |", "| at the start |")),
    ("cells_that_are_named_exist", swap("`05-half`", "`05-third`")),
    ("cells_that_are_named_exist", swap("`05-half`", "`04-half`")),
    ("explorers_that_are_named_are_the_lessons", swap("`show.telephone()`", "`show.tank()`")),
    ("every_quotation_is_what_is_said", swap("grows to 45.3", "grows to 45.4")),
    ("every_quotation_is_what_is_said", swap("rho=1.1", "rho=1.2")),
    ("every_quotation_is_what_is_said", swap("peaks at 19.4", "peaks at 19.5")),
    ("every_quotation_is_what_is_said", swap("`05-bump` says", "It says")),
    ("every_quotation_is_what_is_said", swap("22 have γ above 1", "23 have γ above 1")),
    ("every_fraction_is_in_the_lesson", swap("0.66 and 1.00", "0.67 and 1.00")),
    ("there_are_misconceptions_with_a_cure_each", swap(". `05-distance-figure` |", ". |")),
    ("there_are_misconceptions_with_a_cure_each", swap("## Misconceptions", "## None")),
]


@pytest.mark.parametrize(("rule", "spoil"), BAD)
def test_a_bad_plan_is_caught_by(rule, spoil):
    try:
        found = list(RULES[rule](spoil(good())))
    except ValueError:
        found = ["minutes that are no number"]
    assert found != []


def test_every_rule_is_shown_to_fail():
    assert {rule for rule, _ in BAD} == set(RULES)


def test_a_hard_thing_without_a_cure_is_missed():
    plan = PLANS["06_structures"]
    assert hard_things(plan) == {"J5"}
    assert hard_things(Plan(plan.name, plan.text.replace("(J5)", ""))) == set()


@pytest.mark.parametrize(
    "link", ["nothing.md", "README.md#nothing", "#nothing", "../notebooks/99_z.ipynb"]
)
def test_a_link_that_leads_nowhere_is_caught(link):
    page = GUIDE / "README.md"
    assert list(broken_links(page, f"# Good\n\n[there]({link})")) != []
    assert list(broken_links(page, "# Good\n\n[there](#good), [lessons](lessons/)")) == []


def test_a_command_that_does_not_exist_is_caught():
    assert list(unknown_targets("`make coffee`, `make slides`", MAKEFILE)) == ["make coffee"]


def test_a_lesson_is_read_with_its_outputs():
    assert "19.4" in lesson("05")["05-bump"][1]
    assert lesson("99") == {}
    assert anchors("# What is *this*?\n\n## A 2nd one") == {"what-is-this", "a-2nd-one"}
