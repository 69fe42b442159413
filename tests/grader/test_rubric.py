from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from grader.errors import CallError
from grader.rubric import RUBRIC, Rubric, load

GOOD = """
[[part]]
id = "cam"
title = "Maps"
points = 0.3
lines = [
  { check = "shape", points = 0.1, title = "The shape" },
  { check = "dtype", points = 0.2, title = "The type" },
]
"""


def loaded(tmp_path: Path, text: str) -> Rubric:
    path = tmp_path / "rubric.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_the_rubric_of_the_assignment_has_its_points() -> None:
    """Parts 1 to 4 are worth 20, 30, 20 and 30 points."""
    assert {part.id: part.points for part in load().parts} == {
        "fcn32s": 20,
        "fcn8s": 30,
        "questions": 20,
        "cam": 30,
    }


def test_the_id_of_a_line_is_the_address_of_its_check() -> None:
    """A line's id is its part and its check, and no two lines share one."""
    lines = load().lines

    assert all(line.id == f"{line.part}.{line.check}" for line in lines)
    assert len({line.id for line in lines}) == len(lines)


def test_the_rubric_is_known_by_the_hash_of_its_file() -> None:
    """Any change of the file changes the hash that reports carry."""
    assert load().sha256 == hashlib.sha256(RUBRIC.read_bytes()).hexdigest()


def test_points_are_added_exactly(tmp_path: Path) -> None:
    """0.1 + 0.2 is 0.3 in a rubric, as it is for a lecturer."""
    assert loaded(tmp_path, GOOD).parts[0].points == 0.3


def test_plans_are_left_to_the_training_room(tmp_path: Path) -> None:
    """A table of training plans may stand beside the parts."""
    assert loaded(tmp_path, GOOD + "[plans.smoke]\nsteps = 40\n").lines


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("points = 0.3", "points = 0.4", "'cam': its lines add up to 0.3 points, but it says points = 0.4"),
        ('check = "dtype"', 'check = "shape"', "part 'cam': check 'shape' is there twice"),
        ('check = "dtype"', 'check = "d type"', "part 'cam', line 2: 'check' must be a name"),
        ('check = "dtype"', 'test = "dtype"', "part 'cam', line 2: unknown key 'test' (known: check, "),
        ("points = 0.2", "points = -0.2", "part 'cam', line 2 (dtype): 'points' must be positive"),
        ("points = 0.2", "points = 0.201", "at most two decimals, it is 0.201"),
        ("points = 0.2", "points = nan", "part 'cam', line 2 (dtype): 'points' must be positive"),
        ("points = 0.2", "points = true", "(dtype): 'points' must be a number, it is True"),
        ("points = 0.2", 'points = "2"', "'points' must be a number, it is '2'"),
        ('title = "Maps"', 'title = " "', "part 'cam': 'title' must be some words"),
        (', title = "The type"', "", "part 'cam', line 2 (dtype): 'title' must be some words, it is None"),
        ('id = "cam"', 'name = "cam"', "part 1: unknown key 'name'"),
        ("[[part]]", "[[parts]]", "the file: unknown key 'parts'"),
        ("lines = [", "lines = [ 1,", "part 'cam': 'lines' must be a list of at least one table"),
        ("[[part]]", "[[part]", "rubric.toml: "),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(tmp_path: Path, old: str, new: str, words: str) -> None:
    """The message names the part, the line and what to put right."""
    with pytest.raises(CallError) as caught:
        loaded(tmp_path, GOOD.replace(old, new, 1))

    assert words in str(caught.value)


def test_two_parts_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    """Ids of parts are unique."""
    with pytest.raises(CallError, match="part 'cam' is there twice"):
        loaded(tmp_path, GOOD + GOOD)


def test_a_missing_rubric_is_told(tmp_path: Path) -> None:
    """A file that is not there is a wrong call, not a crash."""
    with pytest.raises(CallError, match=r"nowhere\.toml"):
        load(tmp_path / "nowhere.toml")


def test_a_line_says_how_much_of_it_is_told(tmp_path: Path) -> None:
    """As all lines do, or for itself."""
    text = 'feedback = "hint"\n' + GOOD.replace('title = "The type"', 'title = "The type", feedback = "line"')

    assert [line.feedback for line in loaded(tmp_path, text).lines] == ["hint", "line"]
    assert {line.feedback for line in load().lines} == {"full"}


def test_being_late_costs_what_the_rubric_says(tmp_path: Path) -> None:
    """Nothing where it says nothing."""
    table = "\n[late]\ndue = 2026-11-20T23:59:00-08:00\ngrace_minutes = 15\npercent_a_day = 7.5\n"
    late = loaded(tmp_path, GOOD + table).late

    assert late is not None and late.due is not None
    assert (late.grace.total_seconds(), late.percent_a_day, late.most_percent) == (900, 7.5, 100)
    assert load().late is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('feedback = "all"\n' + GOOD, "'feedback' must be one of score, part, line, hint, full"),
        (GOOD + "[late]\ndue = 2026-11-20T23:59:00\n", "a time with its zone"),
        (GOOD + "[late]\npercent_a_day = -1\n", "'percent_a_day' must be a number"),
        (GOOD + "[late]\nper_day = 1\n", "unknown key 'per_day'"),
        ("late = 3\n" + GOOD, "'late' must be a table"),
    ],
)
def test_rules_that_cannot_be_right_are_refused(tmp_path: Path, text: str, words: str) -> None:
    """With the key."""
    with pytest.raises(CallError, match=words):
        loaded(tmp_path, text)
