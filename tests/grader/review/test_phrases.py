"""What was written before is offered again."""

from __future__ import annotations

from grader.review.phrases import phrases
from tests.grader.review.a_desk import FIRST, SECOND, entries, given


def test_the_most_used_comes_first() -> None:
    """Of this line alone; blanks make no difference, and what is empty is nothing."""
    log = entries(
        *(given(str(n), 5, own=own) for n, own in enumerate(("Vague.", " Say  why. ", "Say why.", " "))),
        given("x", 5, SECOND, own="Elsewhere."),
    )

    assert phrases(log, FIRST) == ("Say why.", "Vague.")
