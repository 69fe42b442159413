"""A person's marks: read strictly, merged exactly."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import CallError
from grader.marks import exchange
from grader.marks.exchange import Mark, merge
from grader.records.grade import Outcome
from grader.rubric import Line, Part, Rubric
from tests.grader.a_class import ERROR, FAILED, graded

LINES = (
    Line("fcn32s.crop", "fcn32s", "crop", "Crop", 2.0),
    Line("questions.question1", "questions", "question1", "Question", 10.0),
    Line("cam.maps", "cam", "maps", "Maps", 3.0),
)
RUBRIC = Rubric(tuple(Part(line.part, line.part, line.points, (line,)) for line in LINES), "ab")


def read(folder: Path, text: str) -> tuple[Mark, ...]:
    (folder / exchange.FILE).write_text(text, encoding="utf-8")
    return exchange.read(folder, RUBRIC)


def test_no_file_is_no_marks(tmp_path: Path) -> None:
    """Most submissions have none."""
    assert exchange.read(tmp_path, RUBRIC) == ()
    assert exchange.sha(tmp_path) == ""


def test_points_and_comment_are_read(tmp_path: Path) -> None:
    """A question needs no comment, a line that the grader judges does."""
    text = '[questions.question1]\npoints = 8.5\n\n[fcn32s.crop]\npoints = 2\ncomment = " right after all "\n'

    assert read(tmp_path, text) == (
        Mark("questions.question1", 8.5, ""),
        Mark("fcn32s.crop", 2.0, "right after all"),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[questions.question1\n", r"marks\.toml: .*line 1"),
        ("\n\n[questions.question3]\npoints = 1\n", r"line 3: .*question3 is no line .*question1 is"),
        ("[cam.maps]\npoints = 3.5\ncomment = 'x'\n", r"line 1: .* cam\.maps go from 0 to 3, not 3\.5"),
        ("[cam.maps]\npoints = -1\ncomment = 'x'\n", "go from 0 to 3"),
        ("[cam.maps]\npoints = nan\ncomment = 'x'\n", "go from 0 to 3"),
        ("[cam.maps]\npoints = true\ncomment = 'x'\n", "go from 0 to 3"),
        ("[cam.maps]\npoints = '3'\ncomment = 'x'\n", "go from 0 to 3"),
        ("\n[cam.maps]\npoints = 3\n", r"line 2: say in a comment why cam\.maps"),
        ("[cam.maps]\npoints = 3\ncomment = 7\n", "say in a comment"),
        ("[cam.maps]\ncomment = 'x'\n", r"line 1: write \[cam\.maps\], under it points"),
        ("[cam.maps]\npoints = 3\ncoment = 'x'\n", "and nothing else"),
        ("points = 3\n", "points is no line of the rubric"),
        ("cam.maps = 3\n", r"line 1: write \[cam\.maps\]"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    """Marks that can't be right are never guessed at."""
    with pytest.raises(CallError, match=words):
        read(tmp_path, text)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """Saved in another encoding."""
    (tmp_path / exchange.FILE).write_bytes(b"[cam.maps]\ncomment = '\xe9'\n")

    with pytest.raises(CallError, match=r"marks\.toml"):
        exchange.read(tmp_path, RUBRIC)


def test_a_mark_for_a_question_is_no_longer_pending() -> None:
    """Scores of line, part and whole add up; what is pending shrinks."""
    merged = merge(graded("x"), [Mark("questions.question1", 7.5, "Good.")])

    assert (merged.score, merged.pending, merged.max_score) == (12.5, 0.0, 15.0)
    assert [(part.score, part.pending) for part in merged.parts] == [(2.0, 0.0), (7.5, 0.0), (3.0, 0.0)]
    assert merged.checks[1].reason.text == "Marked by hand: Good."
    assert merged.checks[1].outcome is Outcome.FAILED


def test_an_override_settles_a_line_that_needed_a_person() -> None:
    """Afterwards nobody has to look."""
    merged = merge(graded("x", maps=ERROR), [Mark("cam.maps", 3.0, "Looked at it.")])

    assert merged.checks[2].outcome is Outcome.PASSED
    assert merged.score == 5.0


def test_other_lines_stay_as_they_are() -> None:
    """A mark touches its line only."""
    grade = graded("x", crop=FAILED, why="crop")

    assert merge(grade, [Mark("cam.maps", 1.0, "no")]).checks[:2] == grade.checks[:2]


def test_without_marks_the_grade_is_the_same() -> None:
    """Not even a note is added."""
    grade = graded("x")

    assert merge(grade, ()) is grade


def test_marking_by_hand_is_said() -> None:
    """In the notes of the report."""
    assert "cam.maps" in merge(graded("x"), [Mark("cam.maps", 3.0, "x")]).notes[-1]
