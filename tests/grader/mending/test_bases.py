"""A call of a base's constructor is read as one that the base can take."""

from __future__ import annotations

import pytest

from grader.mending.bases import mends
from grader.mending.trouble import Trouble
from grader.records.submission import Chunk, Module, Slice

BASE = "class Net(nn.Module):\n    def __init__(self, n_class=12, skips=()):\n        super().__init__()"
NETWORK = "class FCN8s(Net):\n    def __init__(self, n_class=12, rate=0.5):\n        {}; self.rate = rate"
FITS_NOT = "Net.__init__() takes from 1 to 3 positional arguments but 4 were given"


def read(begins: str, message: str) -> list[str]:
    """The lines that a constructor's first one is read as."""
    chunk = Chunk("cell 2", 1, NETWORK.format(begins))
    slice = Slice((Module("submission", (Chunk("cell 1", 1, BASE), chunk)),))
    found = [
        mend.slice.modules[0].chunks[1].source for mend in mends(Trouble("", message, None), slice, chunk)
    ]
    assert all(each.count("\n") == chunk.source.count("\n") for each in found)
    return [each.split("\n")[2].strip().removesuffix("; self.rate = rate") for each in found]


@pytest.mark.parametrize(
    ("begins", "message", "wanted"),
    [
        ("pass", "'FCN8s' object has no attribute '_parameters'", "super().__init__(n_class=n_class); pass"),
        ("super().__init__(self, n_class)", FITS_NOT, "super().__init__(n_class)"),
        ("super(Net, self).__init__(n_class)", FITS_NOT, "super().__init__(n_class)"),
        ("super().__init__(n_class, (4,), 1)", FITS_NOT, "super().__init__(n_class, (4,))"),
        (
            "super().__init__(skips=1, rate=2)",
            "unexpected keyword argument 'rate'",
            "super().__init__(skips=1)",
        ),
    ],
)
def test_it_is_read_as_one_that_fits(begins: str, message: str, wanted: str) -> None:
    """The likeliest first."""
    assert read(begins, message)[0] == wanted


@pytest.mark.parametrize(
    ("begins", "message"),
    [
        ("super().__init__()", FITS_NOT),
        ("super().__init__(n_class)", "'FCN8s' object has no attribute 'fc7'"),
    ],
)
def test_what_fits_or_is_told_of_otherwise_stays(begins: str, message: str) -> None:
    """There is nothing to leave out, or it is not what the message tells of."""
    assert read(begins, message) == []
