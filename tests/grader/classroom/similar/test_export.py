"""Everybody's code as JPlag and Dolos read it."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom.similar.export import check, write
from grader.classroom.statistics import Row
from grader.errors import CallError
from grader.records.submission import Chunk, Module, Slice
from tests.grader.a_class import graded, row

CHUNKS = (Chunk("cell 1", 1, "x = 1"), Chunk("cell 2", 1, "y = 'é\ud800'"))
CODE = Slice(modules=(Module("submission", CHUNKS),))


def of(name: str, /, **person: str) -> Row:
    one = graded(name)
    found = row(name, replace(one, submission=replace(one.submission, slice=CODE)), **person)
    return replace(found, entry=replace(found.entry, at="2026-11-01T10:00:00+00:00"))


def test_the_files_are_as_both_read_them(tmp_path: Path) -> None:
    """A folder a submission for JPlag; a table whose column `filename` leads to each for Dolos."""
    class_ = [of("a", name="Jane", section="B"), of("b"), row("c", problem="crashed")]
    assert write(class_, tmp_path / "x", CODE) == 2

    rows = list(csv.DictReader((tmp_path / "x" / "info.csv").open(encoding="utf-8")))
    assert [one["filename"] for one in rows] == ["submissions/a/graded.py", "submissions/b/graded.py"]
    assert all((tmp_path / "x" / one["filename"]).is_file() for one in rows)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}", rows[0]["created_at"])
    assert [one["label"] for one in rows] == ["B", ""]
    assert [path.name for path in (tmp_path / "x" / "submissions" / "a").iterdir()] == ["graded.py"]
    assert (tmp_path / "x" / "handout" / "graded.py").exists()


def test_nobodys_name_is_in_it(tmp_path: Path) -> None:
    """Some upload it."""
    write([of("submission_1", name="Jane Doe", email="jane@x.edu")], tmp_path / "x")

    assert not any(b"ane" in path.read_bytes() for path in (tmp_path / "x").rglob("*") if path.is_file())


def test_an_older_export_is_replaced_and_anything_else_is_not(tmp_path: Path) -> None:
    """What somebody left would be compared; their files would be gone."""
    write([of("a")], tmp_path / "x")
    write([of("b")], tmp_path / "x")
    assert [path.name for path in (tmp_path / "x" / "submissions").iterdir()] == ["b"]

    (tmp_path / "course" / "submissions" / "alice").mkdir(parents=True)
    (tmp_path / "course" / "submissions" / "alice" / "net.py").touch()
    (tmp_path / "x" / "thesis.tex").touch()
    (tmp_path / "file").touch()
    for place in ("x", "file", "course"):
        with pytest.raises(CallError):
            check(tmp_path / place)
