"""Alpha is Krippendorff's, and differences are listed."""

from __future__ import annotations

import pytest

from grader.marks.entry import Reading, Undo
from grader.review.agreement import alpha, of, read_twice
from grader.review.ledger import ledger
from tests.grader.review.a_desk import FIRST, SECOND, entries, given

N = None
# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: four observers, twelve units.
PUBLISHED = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3),
    (N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N),
)


def test_alpha_is_the_published_one() -> None:
    """.849 for interval data, with gaps."""
    assert alpha(PUBLISHED) == pytest.approx(0.849, abs=0.0005)


def test_alpha_says_nothing_where_nothing_differs() -> None:
    """One reader, or everybody the same points: no agreement can be told from that."""
    assert alpha([[1.0, 2.0]]) is None
    assert alpha([[1.0, 1.0], [1.0, 1.0]]) is None
    assert alpha([[0.0, 10.0], [0.0, 10.0]]) == 1.0


def test_answers_read_twice_come_with_the_largest_difference_first() -> None:
    """The mark that counts first; a reading of whoever marked it, or of another question, is none."""
    log = entries(
        ("me", given("a", 8)),
        ("me", given("b", 2)),
        ("you", Reading("a", FIRST, "you", 7)),
        ("you", Reading("b", FIRST, "you", 9)),
        ("me", Reading("a", FIRST, "me", 1)),
        ("you", Reading("b", SECOND, "you", 9)),
        ("you", Reading("c", FIRST, "you", 9)),
    )
    found = read_twice(ledger(log), FIRST)

    assert [(one.place.subject, one.apart) for one in found] == [("b", 7), ("a", 1)]
    assert found[1].points == (("me", 8), ("you", 7))
    assert of(found) is not None
    assert (
        read_twice(
            ledger((*log, *entries(*[(e.who, e.what) for e in log], Undo(2, log[1].what.target))[-1:])), FIRST
        )[0].place.subject
        == "a"
    )
