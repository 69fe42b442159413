"""A padding where the stride stands is read as the padding, in all that makes layers so."""

from __future__ import annotations

import pytest

from grader.mending.striding import NOTHING_LEFT, mends
from grader.mending.trouble import Trouble
from grader.records.submission import Chunk, Module, Slice

HELPER = "def conv(i, o, p=1):\n    return nn.Conv2d(i, o, 3, p)"
MADE = "self.a = nn.Conv2d(3, 64, 3, 100)\nself.b = nn.Conv2d(64, 64, 3, 1)"


def read(*sources: str, message: str = NOTHING_LEFT[0]) -> list[str]:
    """What statements are read as, and how that is told."""
    chunks = tuple(Chunk("cell 1", 10 * at, source) for at, source in enumerate(sources, 1))
    found = list(mends(Trouble("RuntimeError", message, None), Slice((Module("submission", chunks),))))
    return [
        text for mend in found for text in (*(c.source for c in mend.slice.modules[0].chunks), mend.words)
    ]


def test_all_are_read_otherwise_at_once() -> None:
    """One is told, and how many more there are."""
    helper, made, words = read(HELPER, MADE)

    assert helper == HELPER.replace("3, p)", "3, padding=p)")
    assert made == MADE.replace("3, 100)", "3, padding=100)").replace("3, 1)", "3, padding=1)")
    assert words.startswith("`nn.Conv2d(i, o, 3, p)` and 2 more, ")


@pytest.mark.parametrize(
    "call",
    [
        "nn.Conv2d(64, 64, 3, padding=1)",
        "nn.Conv2d(64, 64, 3, 1, 1)",
        "nn.Conv2d(64, 64, 3, 2, padding=1)",
        "nn.Conv2d(4096, 4096, 1, 1)",
        "nn.Conv2d(*sizes, 3, 1)",
    ],
)
def test_a_convolution_that_says_more_or_pads_nothing_stays(call: str) -> None:
    """What is given by name, beside a padding, or to a kernel that is not padded is a stride."""
    assert read(f"self.a = {call}") == []


def test_other_trouble_is_none_of_this() -> None:
    """Only where no map is left."""
    assert read(MADE, message="expected input to have 64 channels") == []
