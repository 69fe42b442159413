"""Pairs are found once, and again where anything they depend on has changed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom.similar import kept
from grader.classroom.similar.code import Share
from grader.classroom.similar.kept import FILE, Common, common
from grader.classroom.similar.pairs import Code, Pair
from grader.classroom.similar.same import Same
from grader.classroom.statistics import Row
from grader.records.submission import Chunk, Module, SavedEvidence, Slice
from tests.grader.a_class import FAILED, graded, row


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts how often pairs were looked for."""
    times = list[int]()

    def pairs(rows: list[Row], handout: object, code: Code) -> tuple[Pair, ...]:
        times.append(len(rows))
        return (Pair((rows[0], rows[1]), ("code: half \ud800",)),)

    monkeypatch.setattr(kept, "pairs", pairs)
    return times


def test_a_class_that_has_not_changed_is_not_compared_again(tmp_path: Path, asked: list[int]) -> None:
    """What was kept is what was found."""
    rows = [row("a"), row("b")]

    assert common(rows, None, tmp_path) == common(rows, None, tmp_path) != Common()
    assert asked == [2]


def test_any_change_is_seen(tmp_path: Path, asked: list[int]) -> None:
    """A verdict, a name, a claim, one more submission; a file that was spoilt."""
    rows = [row("a"), row("b")]
    claims = replace(graded("b"), submission=replace(graded("b").submission, saved=SavedEvidence(True, ())))
    common(rows, None, tmp_path)
    common([row("a"), row("b", graded("b", crop=FAILED, why="x"))], None, tmp_path)
    common([row("a"), row("b", name="Bea")], None, tmp_path)
    common([row("a"), row("b", claims), row("c")], None, tmp_path)
    (tmp_path / FILE).write_text("[]")
    common([row("a"), row("b", claims), row("c")], None, tmp_path)

    assert asked == [2, 2, 2, 3, 3]


@pytest.mark.parametrize("share", [[0, 7, "FCN", 0.75], [None, 1, "FCN", 0.75], [0, 1, "FCN"], 5])
def test_shares_that_can_be_of_nobody_are_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: object
) -> None:
    """The file lies beside the class's page, where a hand or a full disk may spoil it."""
    rows, right = [row("a"), row("b")], Code((), (Share(0, 1, "FCN", 0.75),))
    monkeypatch.setattr(kept, "code_of", lambda rows, handout: right)
    first = common(rows, None, tmp_path)
    page = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps({**page, "key": "", "shares": [share]}))

    assert common(rows, None, tmp_path) == first != Common()


def test_code_is_compared_again_only_where_code_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mark, or another verdict, costs no comparison, which takes longest."""
    asked = list[int]()

    def code_of(rows: list[Row], handout: object) -> Code:
        asked.append(len(rows))
        return Code((Same((rows[1], rows[2]), True),), (Share(0, 1, "FCN", 0.75),))

    monkeypatch.setattr(kept, "code_of", code_of)
    others = [row("a"), row("b")]
    first = common([*others, row("c", graded("c"))], None, tmp_path)
    again = common([*others, row("c", graded("c", crop=FAILED, why="x"))], None, tmp_path)
    slice_ = Slice((Module("m", (Chunk("cell 1", 1, "x = 1"),)),))
    coded = replace(graded("c"), submission=replace(graded("c").submission, slice=slice_))
    common([*others, row("c", coded)], None, tmp_path)

    assert asked == [3, 3]
    for found in (first, again):
        (group,), (pair,) = found.same, found.pairs
        assert [one.entry.name for one in group.rows] == ["b", "c"] and group.exactly
        assert pair.said == ("code: 75 % of a's FCN stands in that of b",)
