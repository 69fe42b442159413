"""No accepted mark is lost where a review is killed; and a lost one would be seen."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from grader.marks.store import Store
from tools import crash_review


@pytest.mark.slow
def test_killed_three_times_nothing_is_lost(tmp_path: Path) -> None:
    """`python -m tools.crash_review` does it 200 times."""
    accepted, lost = crash_review.tried(tmp_path / "reports", 3, random.Random(7))

    assert accepted > 0 and lost == 0


def test_a_lost_mark_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a session took for accepted and the log lacks."""
    monkeypatch.setattr(crash_review, "_session", lambda out, number, seconds: [f"never kept {number}"])

    assert crash_review.tried(tmp_path / "reports", 2, random.Random(0)) == (2, 2)
    with Store.open(tmp_path / "reports.marks.sqlite") as store:
        assert store.entries() == ()
