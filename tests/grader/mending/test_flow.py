"""Whether a mend changes what a network's functions hand on."""

from __future__ import annotations

import pytest

from grader.mending.flow import is_kept
from grader.records.submission import Chunk, Module, Slice

CODE = """\
class Net(nn.Module):
    def __init__(self, n_class=12):
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        side = self.pool(self.conv(x))
        h = self.score(side)
        side = side[:, :, 9:9 + h.size(2)]
        h = self.up(side)
        return h
"""


def slice_of(*sources: str) -> Slice:
    """A module with these statements."""
    return Slice(modules=(Module("a", tuple(Chunk("cell 1", 1, source) for source in sources)),))


@pytest.mark.parametrize(
    ("written", "mended", "kept"),
    [
        (
            "self.conv = nn.Conv2d(3, 8, 3)",
            "self.conv = nn.Conv2d(3, 8, 3); self.up = nn.Conv2d(8, 8, 1)",
            True,
        ),
        ("self.score(side)", "self.scores(side)", True),
        ("score(side)", "self.score(side)", True),
        ("self.up(sides)", "self.up(side)", True),  # what was bound last
        ("self.up(s)", "self.up(h)", False),
        ("        return h", "        h", True),
        ("self.up(side)", "self.up(h)", False),
        ("self.up(side)", "side", False),
        ("        side = side[:, :, 9:9 + h.size(2)]\n", "", False),
        ("9:9 + h", "5:5 + h", False),
        ("h = self.up(side)", "x = self.up(side)", False),
        ("self.conv(x))", "self.conv(x).to(x))", True),
        ("self.conv(x))", "self.conv(x).to(h))", False),
        ("        side = self.pool", "        pool = self.pool", False),
    ],
)
def test_a_mend_keeps_what_is_handed_on(written: str, mended: str, kept: bool) -> None:
    """Unless something is read or bound in another's place."""
    other = {
        "self.up(sides)": "self.up(side)",
        "self.up(s)": "self.up(side)",
        "score(side)": "self.score(side)",
    }
    right = other.get(written, written)
    assert right in CODE
    before, after = CODE.replace(right, written), CODE.replace(right, mended)

    assert is_kept(slice_of(before), slice_of(after)) is kept
    assert is_kept(slice_of(before), slice_of("import torch", after)) is kept


def test_what_is_renamed_where_nothing_reads_it_is_read() -> None:
    """It was bound for that."""
    before = CODE.replace("h = self.score(side)", "g = self.score(side)").replace("h.size(2)", "k.size(2)")

    assert is_kept(slice_of(before), slice_of(before.replace("k.size(2)", "g.size(2)")))


def test_what_is_too_long_is_not_read() -> None:
    """Each statement of it would be parsed many times."""
    long = CODE + "#" * 60_000

    assert not is_kept(slice_of(long), slice_of(long.replace("3, 8", "3, 9")))
