"""A fault's place in the student's code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.diagnosis.causes import because, merge
from grader.grading.placing import at_home, quoting
from grader.records.grade import CheckResult, Outcome
from grader.records.reason import Place, Reason
from grader.records.submission import Chunk, Module, Slice, Submission
from reference.architecture import VGG_CONVS


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


NETWORK = """\
class FCN32s(nn.Module):
    def copy(self, vgg16):
        for ours, theirs in pairs:
            ours.weight.data = theirs.weight.data
        for ours, theirs in heads:
            ours.bias.data = theirs.bias.data
"""


def test_what_changes_vgg_16_is_shown_by_the_first_line_that_copies() -> None:
    """Not by the class."""
    fault = because("copy.source", parameters="features.0.weight")
    slice = Slice((Module("submission", (Chunk("cell 1", 1, NETWORK),)),))
    submission = Submission("sample", "", slice=slice, texts={"cell 1": NETWORK})

    placed = at_home(CheckResult("fcn32s.copy_source", Outcome.FAILED, fault), submission)

    assert placed.reason.place == Place("cell 1", 4)


@pytest.mark.parametrize(
    ("roles", "raises", "line"),
    [(VGG_CONVS, "", 4), (VGG_CONVS[1:], "", 6), (VGG_CONVS, "copy raises KeyError: ", 6)],
)
def test_where_no_convolution_is_copied_the_first_line_that_copies_is_shown(
    roles: tuple[str, ...], raises: str, line: int
) -> None:
    """Not that of another layer, unless it raised."""
    names = [f"{role}.weight" for role in roles]
    fault = merge([because("copy.missing", parameter=name, expected=name) for name in names])
    reason = replace(fault, text=raises + fault.text, place=Place("cell 1", 6))
    slice = Slice((Module("submission", (Chunk("cell 1", 1, NETWORK),)),))
    submission = Submission("sample", "", slice=slice, texts={"cell 1": NETWORK})

    placed = at_home(CheckResult("fcn32s.copy_features", Outcome.FAILED, reason), submission)

    assert placed.reason.place == Place("cell 1", line)
