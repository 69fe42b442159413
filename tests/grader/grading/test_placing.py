"""A fault's place in the student's code."""

from __future__ import annotations

from grader.grading.placing import quoting
from grader.records.grade import CheckResult, Outcome
from grader.records.reason import Place, Reason


def test_a_place_is_quoted_with_its_code() -> None:
    """The student's own line stands beside the place; a place outside of the source has none."""
    texts = {"cell 3": "a = 1\r\n    b = 2\n" + "c" * 1000}

    def quoted(place: Place | None) -> Place | None:
        result = CheckResult("cam.shape", Outcome.FAILED, Reason(place=place))
        return quoting(result, texts).reason.place

    assert quoted(Place("cell 3", 2)) == Place("cell 3", 2, "b = 2")
    assert quoted(Place("cell 3", 3)) == Place("cell 3", 3, "c" * 300)
    assert quoted(Place("cell 3", 9)) == Place("cell 3", 9)
    assert quoted(Place("cell 4", 1)) == Place("cell 4", 1)
    assert quoted(Place("cell 3", 0)) == Place("cell 3", 0)
    assert quoted(None) is None
