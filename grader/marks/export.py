"""Marks as files for people: a table to fill in, and TOML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from grader import tables
from grader.marks.about import about, fits
from grader.marks.entry import Decision, Entry, Mark
from grader.marks.exchange import Known
from grader.marks.standing import Standing
from grader.marks.told import COLUMNS
from grader.paths import shown
from grader.records.grade import ScoredCheck, for_a_person


def to_csv(known: Iterable[Known], standing: Standing) -> str:
    """A table to fill in: every mark that stands, and every line that waits for a person."""
    rows = [_row(one, check, entry) for one, check, entry in lines(known, standing)]
    rows += [_decision_row(entry) for entry in standing.decisions]
    return tables.write(COLUMNS, rows, marked=True)


def to_toml(known: Iterable[Known], standing: Standing) -> str:
    """Every mark and decision that stands, a table each; what waits for a mark is there as a comment."""
    pages = [
        _page(_header(one, check), entry, _now(one, check, _mark(entry)))
        if entry
        else _waiting(_header(one, check), check)
        for one, check, entry in lines(known, standing)
    ]
    return "\n".join([*pages, *(_page("[[decision]]", entry) for entry in standing.decisions)])


def _header(one: Known, check: ScoredCheck) -> str:
    return f"[{'.'.join(map(_key, (shown(one.name), *check.id.split('.'))))}]"


def _waiting(header: str, check: ScoredCheck) -> str:
    return f"# {header}\n# points =   # of {check.max_score:g}\n"


def lines(known: Iterable[Known], standing: Standing) -> Iterator[tuple[Known, ScoredCheck, Entry | None]]:
    """Lines that have a mark or wait for one."""
    for one in known:
        marks = standing.of(one.subject)
        for check in one.grade.checks:
            if check.id in marks or for_a_person(check):
                yield one, check, marks.get(check.id)


def _row(one: Known, check: ScoredCheck, entry: Entry | None) -> list[tables.Cell]:
    mark = _mark(entry) if entry else Mark("", "", None)
    said = [mark.comment, "", *_signed(entry), mark.about, _now(one, check, mark)]
    return [shown(one.name), check.id, _cell(mark.points), _cell(check.max_score), *said]


def _decision_row(entry: Entry) -> list[tables.Cell]:
    decision = entry.what
    assert isinstance(decision, Decision)
    points = [_cell(decision.points), ""]
    return ["", decision.line, *points, decision.comment, decision.cause, *_signed(entry), "", ""]


def _now(one: Known, check: ScoredCheck, mark: Mark) -> str:
    """What the line says now, where a mark is out of date: other points for it are meant for that."""
    return "" if fits(mark, one.grade, check) else about(one.grade, check)


def _signed(entry: Entry | None) -> list[str]:
    return [entry.who, entry.at.isoformat(timespec="seconds")] if entry else ["", ""]


def _cell(points: float | None) -> str:
    return "" if points is None else f"{points:g}"


def _mark(entry: Entry) -> Mark:
    assert isinstance(entry.what, Mark)
    return entry.what


def _page(header: str, entry: Entry, now: str = "") -> str:
    """One table of TOML; a JSON string is a TOML string."""
    what = entry.what
    assert isinstance(what, Mark | Decision)
    values = {"cause": what.cause, "line": what.line} if isinstance(what, Decision) else {}
    values |= {"comment": what.comment, "by": entry.who, "at": entry.at.isoformat(timespec="seconds")}
    values |= {"about": what.about, "now": now} if isinstance(what, Mark) else {}
    points = [f"points = {what.points:g}"] if what.points is not None else []
    return "\n".join(
        [header, *points, *(f"{key} = {_string(value)}" for key, value in values.items() if value), ""]
    )


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("-", "_").isidentifier() else _string(name)


def _string(text: str) -> str:
    """A string that JSON and TOML read alike, but for one control character."""
    plain = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")
