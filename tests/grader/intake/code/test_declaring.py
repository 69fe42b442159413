"""The one line that declares a number."""

from __future__ import annotations

import pytest

from grader.intake.code.declaring import declared, tabled
from grader.records.reason import Place

BASE = "class Net(nn.Module):\n    def forward(self, x):\n        return cut(self.up(x), self.margin, x)\n"
SPEC = "class Spec:\n    margin: int = 19\n"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("class FCN8s(Net):\n    spec = Spec(final=(16, 8),\n        margin=30)", 3),
        ("class FCN8s(Net):\n    UP, MARGIN = (4, 4, 16), 30", 2),
        ("class FCN8s(Net):\n    def __init__(self):\n        super().__init__(30)", 3),
        ("class FCN8s(Net):\n    def __init__(self, start=30):\n        self.start = start", 2),
        ("class FCN8s(Net):\n    @cropped(at=30)\n    def forward(self, x):\n        return x", 2),
        ("@cropped(30)\nclass FCN8s(Net):\n    pass", 1),
        ("def FCN8s(n_class=12):\n    return Net(n_class, 30)", 2),
        ("FCN8s = partial(Net, margin=30)", 1),
    ],
)
def test_a_networks_own_definition_declares_its_number(source: str, line: int) -> None:
    """Whether it is given, bound, or a default, and though a like number stands elsewhere."""
    head = "def cropped(at):\n    return at\n"
    texts = {"cell 1": f"{SPEC.replace('19', '30')}{BASE}{head}", "cell 2": source}
    assert declared(texts, "FCN8s", {"30"}) == Place("cell 2", line)


@pytest.mark.parametrize(
    "source",
    [
        "class FCN8s(Net):\n    up = nn.ConvTranspose2d(12, 12, 30)",  # a library's
        "class FCN8s(Net):\n    A, B = 30, 1\n    C = (30, 2)",  # which of them?
        "class FCN8s(Net):\n    def forward(self, x):\n        return x[:30]",
        "class FCN32s(Net):\n    margin = 30",
    ],
)
def test_what_does_not_tell_is_no_place(source: str) -> None:
    """What is computed with, stands twice or is another network's."""
    assert declared({"cell 1": BASE, "cell 2": source}, "FCN8s", {"30"}) is None


def test_a_comment_declares_nothing() -> None:
    """A number beside it stands once."""
    assert tabled({"cell 1": "sizes = [5, 30]\nother = 1  # not 30"}, "cell 1", {"30"}) == Place("cell 1", 1)
