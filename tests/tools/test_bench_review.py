"""The measurement of the review measures the review."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.review_class import write
from fixtures.review_session import Session
from tools.bench_review import measured, percentile, told


def test_percentiles_are_values_that_were_measured() -> None:
    """95 of 100 are not above p95."""
    values = [n / 1000 for n in range(100, 0, -1)]

    assert percentile(values, 95) == 0.095 and percentile([0.2], 95) == 0.2
    assert (
        told(values)
        == "100 answers marked, to the next screen: p50 50 ms, p95 95 ms, p99 99 ms, at most 100 ms"
    )


@pytest.mark.slow
def test_every_answer_is_timed_until_the_queue_ends(tmp_path: Path) -> None:
    """Five of five."""
    write(tmp_path / "reports", 5)
    session = Session(tmp_path / "reports")
    try:
        assert len(measured(session, 100)) == 5
    finally:
        session.end()
