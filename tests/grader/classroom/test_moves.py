"""A change of grader or rubric, shown before it is published."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from grader import reports
from grader.classroom import compare, moves
from grader.errors import CallError
from grader.records.grade import Grade
from tests.grader.a_class import FAILED, answered, graded


def shown(old: dict[str, Grade], new: dict[str, Grade]) -> str:
    console = Console(file=io.StringIO(), width=2000)
    console.print(moves.renderable(compare.moves(old, new), len({*old, *new})))
    assert isinstance(console.file, io.StringIO)
    return " ".join(console.file.getvalue().split())


def test_who_moves_by_how_much_and_why() -> None:
    """One row a student, with the line and its new reason."""
    said = shown(
        {"a": graded("a"), "b": graded("b")}, {"a": graded("a", crop=FAILED, why="18"), "b": graded("b")}
    )

    assert "a 5 3 -2 fcn32s.crop: passed → failed (-2): 18" in said
    assert said.endswith("1 of 2 submissions differ: 0 gain points, 1 lose points.")


def test_what_people_say_stands_apart() -> None:
    """In a line of its own; it moves no score."""
    said = shown({"a": graded("a")}, {"a": answered(graded("a"), 8)})

    assert "a 5 5 questions.question1: marked by a person: not at all → 8" in said
    assert said.endswith(
        "0 of 1 submissions differ: 0 gain points, 0 lose points. "
        "People's marks differ in 1; they are not in these scores."
    )


def test_no_difference_is_said() -> None:
    """In one sentence."""
    assert shown({"a": graded("a")}, {"a": graded("a")}).startswith("0 of 1 submissions differ")


def test_a_submission_of_one_side_is_said() -> None:
    """It has no change."""
    assert "a 5 – only in the old grading" in shown({"a": graded("a")}, {})


def test_a_students_words_are_not_obeyed(hostile: str) -> None:
    """Neither markup nor terminal codes."""
    said = shown({hostile: graded("x")}, {hostile: graded("x", crop=FAILED, why=hostile)})

    assert "\x1b" not in said
    assert "[bold red]markup[/]" in said


def test_reports_are_read_back(tmp_path: Path) -> None:
    """What was written is what is compared."""
    reports.write_reports(graded("a", crop=FAILED, why="x"), tmp_path / "a")

    assert compare.moves(moves.read(tmp_path), {"a": graded("a", crop=FAILED, why="x")}) == ()


@pytest.mark.parametrize(
    ("text", "words"), [(None, "holds no reports"), ("{", "no valid report"), ("{}", "no valid")]
)
def test_a_folder_without_good_reports_is_refused(tmp_path: Path, text: str | None, words: str) -> None:
    """With the file that is broken."""
    if text is not None:
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "report.json").write_text(text)

    with pytest.raises(CallError, match=words):
        moves.read(tmp_path)
