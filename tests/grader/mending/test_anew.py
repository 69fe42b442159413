"""What calls fill and keep is found, and empty again once its functions are as new."""

from __future__ import annotations

import pytest

from grader.mending.anew import anew, kept
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

PLAIN = "def returnCAM(feature_conv, weight_fc, idx{}):\n    return seen"


def of(*sources: str) -> Slice:
    chunks = (Chunk(f"cell {at}", 1, source) for at, source in enumerate(sources, start=1))
    return Slice((Module("submission", tuple(chunks)),))


@pytest.mark.parametrize(
    ("sources", "words", "place"),
    [
        ([PLAIN.format(", seen=[]")], "`seen=[]`", Place("cell 1", 1)),
        ([PLAIN.format(", *, size=7, seen=dict()")], "`seen=dict()`", Place("cell 1", 1)),
        (["seen = {}", PLAIN.format("")], "`seen`", Place("cell 2", 2)),
        (["other = {}", PLAIN.format(", size=(256, 256)")], "something", None),
    ],
)
def test_what_is_kept_is_told(sources: list[str], words: str, place: Place | None) -> None:
    assert kept(of(*sources)) == (words, place)


def test_functions_and_what_is_written_out_are_made_again() -> None:
    """What takes long is not."""
    again = anew(of("seen = []", "net = resnet18()", PLAIN.format("")))

    assert [chunk.source for chunk in again[0].chunks] == ["seen = []", PLAIN.format("")]
