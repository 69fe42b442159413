from __future__ import annotations

from dataclasses import replace

import pytest

from grader.records.grade import Grade, Outcome, ScoredCheck
from grader.records.reason import Place, Reason
from grader.reports import words


def check_of(grade: Grade, id: str) -> ScoredCheck:
    return next(check for check in grade.checks if check.id == id)


@pytest.mark.parametrize(
    ("points", "shown"), [(20.0, "20"), (1.25, "1.25"), (0.5, "0.5"), (0.0, "0"), (100.0, "100")]
)
def test_points_have_no_needless_zeros(points: float, shown: str) -> None:
    """Whole points are whole, hundredths are kept."""
    assert words.number(points) == shown


def test_one_point_is_singular() -> None:
    """Only one point is a point."""
    assert [words.counted(n) for n in (1.0, 0.5, 2.0)] == ["1 point", "0.5 points", "2 points"]


def test_lines_that_say_the_same_are_one_finding(grade: Grade) -> None:
    """Blocked lines of one cause are told once, with the points of all."""
    (blocked,) = words.findings(words.of(grade.checks, Outcome.BLOCKED))

    assert [check.id for check in blocked.checks] == ["fcn8s.conv1", "fcn8s.conv2"]
    assert blocked.points == 1.75
    assert blocked.titles == ("Block 1 (fcn8s.conv1)", "Block 2 (fcn8s.conv2)")


def test_lines_without_words_are_not_put_together(grade: Grade) -> None:
    """Silence is not the same explanation."""
    silent = [replace(check, reason=Reason(), outcome=Outcome.BLOCKED) for check in grade.checks[-2:]]

    assert len(words.findings(silent)) == 2


def test_many_titles_are_cut(grade: Grade) -> None:
    """Three lines are named, the others are counted."""
    assert words.Finding(grade.checks[:8]).titles[-1] == "and 5 more"


def test_the_stretches_of_a_part_add_up(grade: Grade) -> None:
    """Earned, lost, unsure and pending are all of a part."""
    for part in grade.parts:
        assert sum(words.stretches(grade, part).values()) == part.max_score


def test_a_line_that_a_person_gave_some_points_for_lost_only_the_rest(grade: Grade) -> None:
    """7 of 10 for an answer are 3 lost."""
    answer = replace(check_of(grade, "questions.question1"), outcome=Outcome.FAILED, score=7.0)

    assert words.worth([answer]) == words.Finding((answer,)).points == 3


def test_the_headline_tells_the_whole_grade(grade: Grade, perfect: Grade, unreadable: Grade) -> None:
    """Faults, what needs a person and what is pending are in it; nothing lost is said as that."""
    assert words.headline(grade) == (
        "3 faults cost 5 points. 1 line needs a person (2 points). 10.5 points are not assessed yet."
    )
    assert words.headline(unreadable) == "Nothing could be judged."
    assert words.headline(perfect) == "Every point that was judged is earned."


def test_a_command_repeats_the_grading(grade: Grade) -> None:
    """It carries the seed and the training plan."""
    alice = replace(grade, student="alice o'hara")

    assert words.command(alice) == """bin/grader grade --training smoke --seed 1234 'alice o'"'"'hara'"""


def test_a_command_names_what_no_name_finds(grade: Grade) -> None:
    """A submission of a class is not in submissions/: the command has its path."""
    exported = replace(grade, submission=replace(grade.submission, typed="exports/canvas/ann.zip"))

    assert words.command(exported).endswith(" exports/canvas/ann.zip")


def test_a_name_can_not_be_an_option(grade: Grade) -> None:
    """A submission named like an option stays a name in the command."""
    sly = replace(grade, student="--isolation=none")

    assert words.command(sly).endswith("--seed 1234 -- --isolation=none")


def test_code_is_quoted_around_its_line(grade: Grade) -> None:
    """Up to three lines on each side, numbered as the student sees them."""
    lines = words.quoted(grade, Place("cell 9", 4))

    assert [line.number for line in lines] == [1, 2, 3, 4]
    assert [line.number for line in lines if line.marked] == [4]
    assert lines[-1].text == "        return h[:, :, 18:18 + x.size(2)]"


def test_lines_are_counted_as_python_counts_them(grade: Grade) -> None:
    """A form feed ends no line; both kinds of line ends do."""
    sub = replace(grade.submission, texts={"net.py": "a\x0cb\r\nc\rd\n"})
    lines = words.quoted(replace(grade, submission=sub), Place("net.py", 3))

    assert [(line.number, line.text) for line in lines] == [(1, "a\x0cb"), (2, "c"), (3, "d")]


def test_a_line_without_its_source_is_quoted_alone(grade: Grade) -> None:
    """A report made from report.json still shows the line that is meant."""
    assert words.quoted(grade, Place("gone.py", 7, "x = 1")) == (words.CodeLine(7, "x = 1", True),)
    assert words.quoted(grade, Place("cell 9", 99)) == ()


def test_a_command_names_the_course_year(grade: Grade) -> None:
    """The usual one goes without saying, and where a file lies is nobody's business."""
    years = [replace(grade, profile=word) for word in ("ece285", "ece176-2026", "/home/ann/my year.toml")]
    commands = [words.command(one) for one in years]

    assert "--profile" not in commands[0] and " --profile ece176-2026 " in commands[1]
    assert " --profile 'my year.toml' " in commands[2]
