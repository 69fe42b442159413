"""Addresses lead to pages; what breaks is told as the review's own fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.review.app import READS, WRITES
from grader.review.board import Board
from tests.grader.review.a_desk import FIRST, desk, served


def test_what_breaks_is_told_and_the_next_page_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without words of the error: they may be a student's."""
    one = desk(tmp_path, 2)

    def breaks(self: Board) -> None:
        raise RuntimeError("<b>secret</b>")

    with served(one) as browser:
        with monkeypatch.context() as broken:
            broken.setattr(Board, "refresh", breaks)
            answer = browser.get("/")

        assert answer.status == 500 and "itself failed" in answer.text and "secret" not in answer.text
        assert browser.get("/").status == 200


def test_what_writes_is_asked_for_by_post_alone(tmp_path: Path) -> None:
    """A link, a picture or a prefetch changes nothing."""
    one = desk(tmp_path, 2)
    key = next(iter(one.board.catalogue.pieces))
    with served(one) as browser:
        for path in WRITES:
            filled = path.format(queue=FIRST, key=key, line=FIRST)
            assert browser.get(filled).status == (405 if path not in READS else 200), path

    assert not one.board.marks.exists()
