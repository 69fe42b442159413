"""What a function computes and keeps nowhere is read as what some name is given."""

from __future__ import annotations

import pytest

from grader.mending.kept_nowhere import kept
from grader.records.submission import Chunk, Module, Slice

HEAD = """def returnCAM(f, w, idx):
    cam = f[0, 0] * 0
    found = []
    for c in range(9):
        {}
    {}"""


def of(code: str, last: str = "return cam") -> list[tuple[str, str]]:
    """What is found of a loop's statement, and what is read in its place."""
    module = Module("submission", (Chunk("cell 3", 1, HEAD.format(code, last)),))
    return [(each.got, each.want) for each in kept(Slice((module,)), "returnCAM")]


@pytest.mark.parametrize(
    ("code", "want"),
    [
        ("w[c] * f[0, c]", "cam += w[c] * f[0, c]"),
        ("one = w[c] * f[0, c]", "cam += w[c] * f[0, c]"),
        ("total += w[c] * f[0, c]", "cam += w[c] * f[0, c]"),
        ("found.append(w[c] * f[0, c])", "cam += w[c] * f[0, c]"),
        ("cam + w[c] * f[0, c]", "cam = cam + w[c] * f[0, c]"),
        ("np.add(cam, f[0, c])", "cam = np.add(cam, f[0, c])"),
        ("w * f[0]", "cam = (w * f[0]).sum(0)"),
    ],
)
def test_it_is_given_to_a_name(code: str, want: str) -> None:
    assert (f"`{code}`", f"`{want}`") in of(code)


@pytest.mark.parametrize(
    ("code", "last"),
    [
        ("cam += w[c] * f[0, c]", "return cam"),
        ("found.append(w[c] * f[0, c])", "return sum(found)"),
        ("one = w[c] * f[0, c]", "return one"),
        ("pass", "return cam"),
        ("one = 1", "return cam"),
    ],
)
def test_what_is_read_is_kept(code: str, last: str) -> None:
    assert of(code, last) == []
