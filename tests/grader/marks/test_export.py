"""What is exported can be filled in, and read again as it was."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from grader.marks.about import about
from grader.marks.entry import Decision, Mark
from grader.marks.exchange import Known, news, read
from grader.marks.export import to_csv, to_toml
from grader.marks.standing import standing
from tests.grader.a_class import ERROR, graded
from tests.grader.marks.test_standing import log

NAMES = (
    "alice",
    "=sum(1)",
    'Doe, "Jane" \u00e9.x',
    "a\x7fb",
    "a\r=1\n\t=2",
    "no text \udcff",
    "no text \udcfe",
)
KNOWN = [Known(name, f"subject of {name}", graded(name, maps=ERROR, why="w")) for name in NAMES]
MARKS = [
    Mark(one.subject, "questions.question1", 8.25, '=1+1 "x"\n[a.b]\té;=2\n- 3 \x7f', "ab") for one in KNOWN
]
STANDING = standing(
    log(*MARKS, Mark("nobody", "cam.maps", 1.0), Decision("crop 18", comment="Ok.", points=1.0))
)


@pytest.mark.parametrize(("name", "write"), [("m.csv", to_csv), ("m.toml", to_toml)])
def test_what_was_exported_is_read_again(tmp_path: Path, name: str, write: object) -> None:
    """The same marks and decisions, so that nothing of it is news."""
    assert callable(write)
    (tmp_path / name).write_text(write(KNOWN, STANDING), encoding="utf-8", newline="")
    said = read(tmp_path / name, KNOWN)

    assert {one.what for one in said} == {*MARKS, Decision("crop 18", "", 1.0, "Ok.")}
    assert {one.by for one in said} == {"ta"}
    assert news(said, STANDING) == ()


def test_a_table_has_a_row_for_each_line_that_waits() -> None:
    """To be filled in; Excel is told that it is Unicode, and computes nothing."""
    text = to_csv(KNOWN, standing(()))
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))

    assert text.startswith("\ufeff")
    assert [(row["submission"], row["line"], row["points"], row["of"]) for row in rows[:4]] == [
        ("alice", "questions.question1", "", "10"),
        ("alice", "cam.maps", "", "3"),
        ("'=sum(1)", "questions.question1", "", "10"),
        ("'=sum(1)", "cam.maps", "", "3"),
    ]


def test_toml_shows_what_waits(tmp_path: Path) -> None:
    """As comments: read again it says nothing, and without its # it is a mark."""
    known = [Known("alice", "alice", graded("alice"))]
    text = to_toml(known, standing(()))
    (tmp_path / "m.toml").write_text(text)
    assert read(tmp_path / "m.toml", known) == ()

    (tmp_path / "m.toml").write_text(text.replace("# [", "[").replace("# points =  ", "points = 3"))
    assert [one.what.points for one in read(tmp_path / "m.toml", known)] == [3.0]


@pytest.mark.parametrize(("name", "write"), [("m.csv", to_csv), ("m.toml", to_toml)])
def test_a_mark_that_was_out_of_date_is_renewed_by_who_changes_it(
    tmp_path: Path, name: str, write: object
) -> None:
    """It is meant for the answer as it was exported; left alone it stays out of date."""
    assert callable(write)
    (alice, *_), stale = (
        KNOWN,
        standing(log(Mark("subject of alice", "questions.question1", 8.25, "x", "old"))),
    )
    text = write([alice], stale)
    (tmp_path / name).write_text(text.replace("8.25", "9"), encoding="utf-8", newline="")
    (new,) = news(read(tmp_path / name, [alice]), stale)
    check = next(one for one in alice.grade.checks if one.id == "questions.question1")

    assert new.what == Mark("subject of alice", check.id, 9.0, "x", about(alice.grade, check))
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    assert news(read(tmp_path / name, [alice]), stale) == ()
