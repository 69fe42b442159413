"""Everybody's graded code as files, for those who would rather ask JPlag or Dolos."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from grader import tables
from grader.classroom.statistics import Row
from grader.classroom.times import parse
from grader.paths import refuse_other_things
from grader.records.submission import Slice
from grader.reports.escape import one_line

SUBMISSIONS, HANDOUT, INFO = "submissions", "handout", "info.csv"
CODE = "graded.py"


def check(folder: Path) -> None:
    """Raise CallError for a folder that holds other things: they would be compared, too, or be gone."""
    refuse_other_things(folder, _is_ours, "export")


def write(rows: Sequence[Row], folder: Path, handout: Slice | None = None) -> int:
    """Write `submissions/NAME/graded.py`, `info.csv` for Dolos, and the handout; return how many there are.

    No name of a person is written but what a submission itself is called.
    """
    check(folder)
    shutil.rmtree(folder, ignore_errors=True)
    able = [row for row in rows if row.grade and not row.grade.submission.problem]
    table = list[list[tables.Cell]]()
    for row in able:
        assert row.grade
        _write(folder / SUBMISSIONS / row.entry.name, row.grade.submission.slice)
        table.append([f"{SUBMISSIONS}/{row.entry.name}/{CODE}", _time(row.entry.at), _section(row)])
    if handout:
        _write(folder / HANDOUT, handout)
    folder.mkdir(parents=True, exist_ok=True)
    text = tables.write(["filename", "created_at", "label"], table)
    (folder / INFO).write_text(text, encoding="utf-8", newline="")
    return len(able)


def _is_ours(path: Path) -> bool:
    """Whether an older export wrote this; a course's own submissions may lie in `submissions`, too."""
    parts = path.parts
    of_one = len(parts) == 3 and (parts[0], parts[2]) == (SUBMISSIONS, CODE)
    return of_one or parts in ((INFO,), (HANDOUT, CODE))


def _write(folder: Path, slice_: Slice) -> None:
    folder.mkdir(parents=True)
    chunks = [chunk for module in slice_.modules for chunk in module.chunks]
    text = "\n\n".join(chunk.source for chunk in (*chunks, *slice_.cam_cell))
    (folder / CODE).write_text(f"{text}\n", encoding="utf-8", errors="backslashreplace", newline="\n")


def _time(at: str) -> str:
    time = parse(at)
    return f"{time:%Y-%m-%d %H:%M:%S %z}" if time else ""


def _section(row: Row) -> str:
    return one_line(row.entry.people[0].section) if row.entry.people else ""
