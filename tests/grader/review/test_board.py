"""The board follows the log, whoever writes it, and looking writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import MarkConflict
from grader.marks.entry import Decision, Undo
from grader.marks.store import Store
from tests.grader.review.a_desk import FIRST, desk, given


def test_no_file_is_made_before_a_mark(tmp_path: Path) -> None:
    """Whoever only looks leaves nothing behind."""
    board = desk(tmp_path).board
    board.refresh()

    assert not board.marks.exists()
    board.write("me", [given("student0000", 5)])
    assert board.marks.exists()


def test_what_others_write_is_merged(tmp_path: Path) -> None:
    """By another process; a decision and an undo as well."""
    board = desk(tmp_path, 8).board
    (place,) = [
        piece.place(FIRST) for piece in board.catalogue.pieces.values() if piece.subject == "student0001"
    ]
    with Store.open(board.marks) as other:
        other.append("you", given("student0001", 5))
        other.append("you", Decision("layer.padding(got=150, want=100)", "", None, "Accepted."))
        board.refresh()
        check = board.check(place)
        assert check is not None and check.score == 5
        fault = board.check(place._replace(subject="student0004", line="fcn32s.conv1"))
        assert fault is not None and fault.mark is not None and fault.score == fault.max_score
        other.append("you", Undo(1, given("student0001", 5).target))
        board.refresh()

    again = board.check(place)
    assert again is not None and again.score == 0
    assert board.check(place._replace(subject="nobody")) is None


def test_a_refused_mark_is_told_and_the_other_one_read(tmp_path: Path) -> None:
    """So that both can be shown."""
    board = desk(tmp_path).board
    board.write("me", [given("student0000", 5)], [0])
    with pytest.raises(MarkConflict):
        board.write("you", [given("student0000", 6)], [0])

    assert board.ledger.version == 1
