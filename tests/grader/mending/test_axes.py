"""A softmax over the batch can be tried over the classes."""

from __future__ import annotations

import pytest

from grader.mending.axes import over_classes
from grader.records.submission import Chunk, Module, Slice


def read(line: str) -> list[str]:
    """The sources of what would be run instead."""
    chunk = Chunk("cell 1", 1, f"def get_cls_pred(logit):\n    {line}")
    slice = Slice((Module("submission", (Chunk("cell 1", 9, "x = 0"), chunk)),))
    return [each.source.split("\n")[1].strip() for module in over_classes(slice) for each in module.chunks]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("p = F.softmax(logit, dim=0)", "p = F.softmax(logit, dim=-1)"),
        ("p = logit.softmax(0)", "p = logit.softmax(-1)"),
        ("p = nn.Softmax(dim=0)(logit)", "p = nn.Softmax(dim=-1)(logit)"),
        ("p = e / e.sum(axis=0)", "p = e / e.sum(axis=-1)"),
        ("p = F.softmax(logit[None], dim=1)[0]", "p = F.softmax(logit[None], dim=-1)[0]"),
        ("p = torch.softmax(logit, -2)", "p = torch.softmax(logit, -1)"),
    ],
)
def test_another_axis_is_read_as_the_last(line: str, wanted: str) -> None:
    """In a softmax, or in the sum that one is made of."""
    assert read(line) == [wanted]


@pytest.mark.parametrize("line", ["p = F.softmax(logit, dim=-1)", "p = logit.argmax(0)", "p = 0"])
def test_everything_else_stays(line: str) -> None:
    """There is nothing to try then."""
    assert read(line) == []


def test_a_softmax_that_is_made_elsewhere_is_found() -> None:
    """In whichever module; a sum there is of something else."""
    made = Chunk("cell 1", 1, "over = nn.Softmax(dim=0)"), Chunk("cell 1", 2, "mean = x.sum(0)")
    predicts = Chunk("cell 2", 1, "def get_cls_pred(logit):\n    p = over(logit)")
    (module,) = over_classes(Slice((Module("net", made), Module("submission", (predicts,)))))
    assert module.name == "net"
    assert [chunk.source for chunk in module.chunks] == ["over = nn.Softmax(dim=-1)"]
