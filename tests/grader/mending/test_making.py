"""A call that makes no layer is read as the assignment's, by its name or by its numbers."""

from __future__ import annotations

import pytest

from grader.mending.edits import Mend
from grader.mending.making import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

CODE = """\
class FCN8s(nn.Module):
    def __init__(self, classes):
        self.conv5_2 = {made}
        self.heads = nn.ModuleDict({{"fc6": {head}}})
        self.rest = nn.Sequential(nn.Conv2d(64, 128, 3), {last})

    def forward(self, x):
        return self.heads["fc6"](self.conv5_2(x))
"""


def of(
    line: int, *, made: str = "nn.Conv2d(512)", head: str = "nn.Conv2d(1, 1)", last: str = "nn.ReLU()"
) -> list[Mend]:
    code = CODE.format(made=made, head=head, last=last)
    slice = Slice((Module("submission", (Chunk("cell 1", 1, code),)),))
    return list(mends(Trouble("TypeError", "no", Place("cell 1", line)), slice, "FCN8s"))


@pytest.mark.parametrize(
    ("line", "given", "role", "paying", "code"),
    [
        (3, {}, "conv5_2", "conv5", "Conv2d(512, 512, 3, padding=1)"),
        (4, {}, "fc6", "fc6", "Conv2d(512, 4096, 7, padding=0)"),
        (5, {"last": "nn.MaxPool2d()"}, "pool", "", "MaxPool2d(2, 2, ceil_mode=True)"),
        (5, {"last": "nn.Conv2d(4096, classes)"}, "score", "score", "Conv2d(4096, classes, 1, padding=0)"),
        (8, {"made": "nn.Conv2d(512, 512, 0)"}, "conv5_2", "conv5", "Conv2d(512, 512, 3, padding=1)"),
        (8, {"made": "nn.Conv2d(512, 512, 3, stride=100)"}, "conv5_2", "conv5", "512, 512, 3, padding=1)"),
        (8, {"last": "nn.Conv2d(64, 64, 3, padding=-1)"}, "conv1_2", "conv1", "Conv2d(64, 64, 3, padding=1)"),
    ],
)
def test_a_layer_is_the_assignment_s(
    line: int, given: dict[str, str], role: str, paying: str, code: str
) -> None:
    """Its own line is lost beside "build"; a pool is of the right kind, and only called wrongly."""
    first = of(line, **given)[0]

    assert first.words.endswith(f"read as the assignment's {role}")
    assert first.whole and first.lines == ("build", *filter(None, [paying]))
    assert code in first.slice.modules[0].chunks[0].source


def test_what_holds_other_layers_is_none() -> None:
    assert all("ModuleDict" not in mend.words for mend in of(4))
