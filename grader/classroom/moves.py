"""The difference between two gradings, for a terminal: who moves, by how much, which lines say why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from jsonschema import ValidationError
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.classroom.compare import LineMove, MarkMove, Move
from grader.errors import CallError
from grader.records.grade import Grade, Marked, ScoredCheck
from grader.reports.escape import one_line, terminal
from grader.reports.json import from_dict
from grader.reports.words import number

REPORT = "report.json"


def read(folder: Path) -> Mapping[str, Grade]:
    """The grades in a folder of reports, by name; raises CallError where there is none or one is broken."""
    reports = sorted(folder.glob(f"*/{REPORT}"))
    if not reports:
        raise CallError(f"{folder} holds no reports (no NAME/{REPORT}).")
    return {path.parent.name: _grade(path) for path in reports}


def renderable(moves: Sequence[Move], total: int) -> RenderableType:
    """A table for a rich console, and a sentence that sums it up."""
    up, down = (sum(sign * move.delta > 0 for move in moves) for sign in (1, -1))
    marked = sum(bool(move.marks) for move in moves)
    by_people = f" People's marks differ in {marked}; they are not in these scores." if marked else ""
    judged = sum(bool(move.lines or move.delta or None in (move.old, move.new)) for move in moves)
    summary = f"{judged} of {total} submissions differ: {up} gain points, {down} lose points.{by_people}"
    return Group(_table(moves), Text(summary)) if moves else Text(summary)


def _grade(path: Path) -> Grade:
    try:
        return from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, ValidationError) as error:
        raise CallError(f"{path} is no valid report: {str(error).partition(chr(10))[0]}") from None


def _table(moves: Iterable[Move]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("submission", "old", "new", "change"):
        table.add_column(title, justify="left" if title == "submission" else "right")
    table.add_column("why")
    for move in moves:
        style = "green" if move.delta > 0 else "red" if move.delta < 0 else ""
        change = Text(f"{move.delta:+g}" if move.delta else "", style)
        table.add_row(_text(move.name), _score(move.old), _score(move.new), change, _why(move))
    return table


def _why(move: Move) -> Text:
    if move.old is None or move.new is None:
        return Text("only in the new grading" if move.old is None else "only in the old grading")
    said = ["another submission was graded"] if move.resubmitted else []
    return _text(
        "\n".join(said + [_line(line) for line in move.lines] + [_mark(mark) for mark in move.marks])
    )


def _line(line: LineMove) -> str:
    points = f" ({line.delta:+g})" if line.delta else ""
    why = one_line(line.new.reason.text, 200) if line.new else ""
    return f"{line.id}: {_outcome(line.old)} → {_outcome(line.new)}{points}{': ' if why else ''}{why}"


def _mark(move: MarkMove) -> str:
    old, new = (_points(mark) for mark in (move.old, move.new))
    return f"{move.id}: marked by a person: {old} → {new}"


def _points(mark: Marked | None) -> str:
    if mark is None:
        return "not at all"
    points = "a comment" if mark.points is None else number(mark.points)
    return f"{points}, out of date" if mark.stale else points


def _outcome(check: ScoredCheck | None) -> str:
    return check.outcome.value if check else "not in this rubric"


def _score(score: float | None) -> str:
    return "–" if score is None else number(score)


def _text(text: str) -> Text:
    return Text(terminal(text))
