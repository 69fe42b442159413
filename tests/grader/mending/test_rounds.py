"""A loop over numbers is read as one round longer, or one shorter."""

from __future__ import annotations

from grader.mending.rounds import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

CODE = """\
def forward(self, x):
    for b in range(1, 5):
        x = self.run(b, x)
    for b in range(n):
        x = self.up(x + 1)
    return x
"""
MISFIT = "The size of tensor a (26) must match the size of tensor b (13) at non-singleton dimension 3"


def read(message: str, code: str = CODE) -> list[tuple[str, Place | None]]:
    """What ranges are read as, and where they stand."""
    slice = Slice((Module("submission", (Chunk("cell 1", 1, code),)),))
    found = list(mends(Trouble("RuntimeError", message, Place("cell 1", 5)), slice))
    assert all(mend.whole for mend in found)
    return [(mend.words, mend.made) for mend in found]


def test_the_end_is_one_further_before_it_is_one_nearer() -> None:
    """Then the beginning; what is no number stays."""
    here = Place("cell 1", 2)
    assert read(MISFIT) == [
        (f"`range(1, 5)` read as `range({other})`", here) for other in ("1, 6", "1, 4", "2, 5", "0, 5")
    ]


def test_a_range_of_one_number_has_an_end_alone() -> None:
    assert [words for words, _ in read(MISFIT, CODE.replace("1, 5", "4"))] == [
        "`range(4)` read as `range(5)`",
        "`range(4)` read as `range(3)`",
    ]


def test_what_has_to_do_with_no_size_stays() -> None:
    assert read("no") == []
