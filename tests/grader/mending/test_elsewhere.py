"""A name of another place in a map's function stands for what that is given."""

from __future__ import annotations

import pytest

from grader.mending.elsewhere import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice


def proposed(line: str, function: str = "returnCAM") -> dict[str, str]:
    """What the line may be read as, by the words for it."""
    chunk = Chunk("cell 1", 1, f"def {function}(features, weight, idx):\n    {line}\n    return cam")
    trouble = Trouble("NameError", "name 'blobs' is not defined", Place("cell 1", 2))
    found = mends(trouble, Slice((Module("submission", (chunk,)),)), chunk)
    return {mend.words: mend.slice.modules[0].chunks[0].source.split("\n")[1].strip() for mend in found}


@pytest.mark.parametrize(
    ("line", "words", "wanted"),
    [
        ("cam = blobs", "blobs read as features", "cam = features"),
        ("n = blobs[0].shape", "blobs[0] read as features", "n = features.shape"),
        (
            "row = f(blobs[-2].data.numpy())[idx]",
            "blobs[-2].data.numpy() read as weight",
            "row = f(weight)[idx]",
        ),
    ],
)
def test_what_is_taken_from_the_name_is_read_as_an_argument(line: str, words: str, wanted: str) -> None:
    assert proposed(line)[words] == wanted


def test_the_least_is_tried_first() -> None:
    assert list(proposed("cam = blobs[0]")) == [
        "blobs read as features",
        "blobs read as weight",
        "blobs[0] read as features",
        "blobs[0] read as weight",
    ]


def test_other_functions_are_given_something_else() -> None:
    assert proposed("cam = blobs[0]", "helper") == {}
