"""What stands in for a weighted sum that raises."""

from __future__ import annotations

import pytest

from grader.mending.plain_sums import instead
from grader.records.submission import Chunk, Module, Slice

RETURN = "def returnCAM(features, weight, idx):\n    return made(features, weight[idx])"
SUM = "__import__('numpy').asarray({})[0].sum(0)"


def sources(helper: str, line: int, label: str = "cell 1") -> list[str]:
    """The helper as it is read otherwise."""
    chunks = Chunk("cell 1", 1, helper), Chunk("cell 2", 1, RETURN)
    slice = Slice((Module("submission", chunks),))
    at = next(chunk for chunk in chunks if chunk.label == label)
    return [mend.slice.modules[0].chunks[chunks.index(at)].source for mend in instead(slice, at, line)]


@pytest.mark.parametrize(
    ("helper", "line"),
    [
        ("def made(f, w):\n    return {}", 2),
        ("def made(f, w):\n    m = {}\n    return m", 2),
        ("made = lambda f, w: {}", 1),
        ("def made(f, w):\n    return ({} - 1).clip(0)", 2),
    ],
)
def test_whatever_carries_out_a_map_gives_the_plain_sum_of_what_it_is_given(helper: str, line: int) -> None:
    """A function or a lambda, in the place of what it makes or of the products that it adds up."""
    found = sources(helper.format("np.dot(w, 3, 4, f)"), line)

    assert helper.format(SUM.format("f")) in found
    assert helper.format(SUM.format("w")) in found


def test_what_it_is_given_stands_in_too() -> None:
    """As where a helper enlarges the map; of the map's own function that would be no map."""
    assert "def made(f, w):\n    return f" in sources("def made(f, w):\n    return np.zeros(2, 2)", 2)
    own = sources("def made(f, w):\n    return f", 2, "cell 2")
    assert own == []


def test_what_no_map_calls_stays() -> None:
    """It is no part of one."""
    assert sources("def other(f, w):\n    return np.dot(w, 3, 4, f)", 2) == []
