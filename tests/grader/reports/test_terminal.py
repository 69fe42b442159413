from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from grader.records.grade import Grade
from grader.reports import terminal


def printed(grade: Grade, width: int) -> str:
    screen = io.StringIO()
    console = Console(file=screen, width=width, force_terminal=True, color_system="truecolor")
    terminal.show(grade, console)
    return screen.getvalue()


def test_a_terminal_obeys_nothing_that_a_student_wrote(grade: Grade) -> None:
    """No control character is left; rich's markup is text."""
    text = terminal.render(grade)

    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text
    assert "[bold red]markup[/]" in " ".join(text.replace("│", " ").split())


def test_colours_are_ours_alone(grade: Grade) -> None:
    """On a colour terminal the only escapes are those of the frame and the headings."""
    assert "\x1b[2J" not in printed(grade, 100)
    assert "\\x1b[2J" in printed(grade, 100)


def test_no_line_is_a_command_to_a_ci_runner(grade: Grade, unreadable: Grade) -> None:
    """No line begins with "::" at any width, and no "##[" is left."""
    named = replace(grade, student="::error::forged " * 9)
    for width in (40, 60, 100, 200):
        for shown in (grade, unreadable, named):
            lines = printed(shown, width).splitlines()
            assert not [line for line in lines if line.lstrip().startswith("::")]
            assert not [line for line in lines if "##[" in line]


def test_points_stand_by_part(grade: Grade) -> None:
    """Points earned, assessed and possible of each part and in all."""
    rows = [line.split() for line in terminal.render(grade).splitlines()]

    assert next(row[-3:] for row in rows if row[:2] == ["Part", "1:"]) == ["1", "3.25", "3.75"]
    assert next(row for row in rows if row[:1] == ["Total"]) == ["Total", "2.5", "7.5", "20"]


def test_what_was_lost_is_told_with_its_place(grade: Grade) -> None:
    """Title, id, reason, both values and the line."""
    text = " ".join(terminal.render(grade).replace("│", " ").split())

    for told in (
        "1.25 The output is cropped from row and column 19 (fcn32s.crop)",
        "The crop starts at 18, it must start at 19",
        "expected: rows and columns from 19 found: rows and columns from 18",
        "cell 9, line 4: return h[:, :, 18:18 + x.size(2)]",
    ):
        assert told in text


def test_the_bar_of_a_part_is_full(grade: Grade) -> None:
    """Its stretches always fill it."""
    for part in grade.parts:
        assert len(terminal._bar(grade, part)) == terminal.BAR


def test_grading_without_isolation_is_said(grade: Grade) -> None:
    """Nobody overlooks it."""
    bare = replace(grade, provenance=replace(grade.provenance, isolation="none"))

    assert "Graded without isolation" in terminal.render(bare)
