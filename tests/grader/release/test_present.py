"""What Canvas has already is not sent again."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import CallError
from grader.release.gate import leaving
from grader.release.present import Present, changing, read
from tests.grader.a_class import answered, graded, row

TITLE = "Assignment 3 (99)"
HEAD = f"""Student,ID,SIS User ID,SIS Login ID,Section,{TITLE},Final Score
    Points Possible,,,,,100,(read only)
"""
ALL = leaving(
    [
        row("a", answered(graded("a"), 8), name="Doe, Jane", canvas_id="12", login="jd"),
        row("b", answered(graded("b"), 8), name="Roe, Sam", sis_id="u7"),
        row("c", graded("c"), name="Eve", canvas_id="13"),
    ]
)


def export(tmp_path: Path, *rows: str) -> Present:
    (tmp_path / "gradebook.csv").write_text(HEAD + "\n".join(rows), encoding="utf-8")
    return read(tmp_path / "gradebook.csv", TITLE)


def left(present: Present) -> list[str]:
    return [one.person.name for one in changing(ALL, present)[0]]


@pytest.mark.parametrize("cell", ["13.00", "13", "13.0", '"13,00"'])
def test_a_row_that_would_change_nothing_is_left_out(tmp_path: Path, cell: str) -> None:
    """However Canvas writes the score, and by whatever id it knows the student."""
    jane, sam = '"Doe, Jane",12,,jd,A,', '"Roe, Sam",77,u7,,A,'

    assert left(export(tmp_path, f"{jane}{cell},", f"{sam},")) == ["Roe, Sam"]
    assert left(export(tmp_path, f"{jane},", f"{sam}{cell},")) == ["Doe, Jane"]


@pytest.mark.parametrize("cell", ["", "12.99", "N/A"])
def test_any_other_row_stays(tmp_path: Path, cell: str) -> None:
    """No score is not the same as this one; nor is another student's."""
    sam, other = '"Roe, Sam",77,u7,,A,,', '"Doe, Jane",99,,other,A,13,'

    assert left(export(tmp_path, f'"Doe, Jane",12,,jd,A,{cell},', sam)) == ["Doe, Jane", "Roe, Sam"]
    assert left(export(tmp_path, '"Doe, Jane",12,,jd,A,,', sam, other)) == ["Doe, Jane", "Roe, Sam"]
    assert left(Present()) == ["Doe, Jane", "Roe, Sam"]


def test_who_is_not_in_canvas_is_nobody_there(tmp_path: Path) -> None:
    """It would look for their name, and take the first who is called so."""
    there = export(tmp_path, '"Doe, Jane",99,,other,A,,', '"Roe, Sam",77,u7,,A,,')
    every, said = changing(ALL, there)

    assert [one.person.name for one in every] == ["Roe, Sam"]
    assert said == ("Not in Canvas's gradebook, and left out of canvas.csv: Doe, Jane.",)


def test_who_is_excused_stays_so(tmp_path: Path) -> None:
    """A score would take that back; it is said."""
    there = export(tmp_path, '"Doe, Jane",12,,jd,A,EX,', '"Roe, Sam",,u7,,A,13,')
    every, said = changing(ALL, there)

    assert every == ()
    assert said == (
        "1 have their score in Canvas already: canvas.csv leaves them out.",
        "Excused in Canvas, and left out of canvas.csv: Doe, Jane.",
    )


def test_a_title_that_canvas_does_not_have_is_refused(tmp_path: Path) -> None:
    """It would make a new column; those that there are, are named."""
    export(tmp_path)
    with pytest.raises(CallError, match=r"no column 'Assignment 3'.*Assignment 3 \(99\)"):
        read(tmp_path / "gradebook.csv", "Assignment 3")
