"""What somebody wrote into the file of marks by hand is what a mark can be, or is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from grader.errors import CallError
from grader.marks import rows
from grader.marks.entry import Entry, Mark

AT = datetime(2026, 11, 20, tzinfo=UTC)
TIME = AT.isoformat()
MARK = Mark("caf\udce9", "questions.question1", 1.0, "fine", "x/4", ("a",), -0.5, "own")
FILE = Path("a.marks.sqlite")
LINE = {"submission": "a", "line": "questions.question1"}


def row(body: Any, *, at: Any = TIME, who: Any = "ta", kind: Any = "mark") -> rows.Row:
    return (3, at, who, kind, body if isinstance(body, str | bytes) else json.dumps(body))


def test_an_entry_comes_back_as_it_was() -> None:
    """Whatever bytes a name holds, and what it was put together from."""
    found = rows.entry(row(rows.body(MARK)), FILE)

    assert found == Entry(3, AT, "ta", MARK)
    assert isinstance(found.what, Mark)
    assert (found.what.items, found.what.adjustment, found.what.own) == (("a",), -0.5, "own")


@pytest.mark.parametrize(
    "broken",
    [
        *(row("{"), row([1]), row("[" * 100_000), row(b"\x00\xff"), row({}), row('{"points": NaN}')),
        row({**LINE, "points": "9"}),
        row({**LINE, "points": True}),
        row({**LINE, "points": [1]}),
        row('{"submission": "a", "line": "b", "points": NaN}'),
        *(
            row({**LINE, "points": 1.0, key: 7})
            for key in ("submission", "about", "comment", "items", "other")
        ),
        *(row({**LINE, "points": 1.0}, at=at) for at in ("yesterday", "2026-11-20", 7, None)),
        *(row({**LINE, "points": 1.0}, who=who) for who in (b"x", 7, None)),
        *(row({**LINE, "points": 1.0}, kind=kind) for kind in ("spell", None, 7)),
        row({"number": None, "target": "x"}, kind="undo"),
    ],
)
def test_what_is_no_entry_is_told_with_its_number(broken: rows.Row) -> None:
    """It counts for nothing, and nothing is released without it."""
    with pytest.raises(CallError, match="entry 3"):
        rows.entry(broken, FILE)
