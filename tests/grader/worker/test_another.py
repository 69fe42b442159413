"""A VGG-16 that a function puts into one model, while the notebook trains another one."""

from __future__ import annotations

import pytest

from grader.records.submission import Chunk, Copying, Slice
from grader.worker.another import is_made_by_another
from tests.grader.worker.a_model import ask, tiny
from tests.grader.worker.test_copying import COPY, MADE, method

COPYING = method(f"def copy_vgg(self, vgg):\n        {COPY.format('self', 'vgg')}")
BUILD = """\
def build(pretrained=True):
    net, other = FCN32s(), FCN32s()
    if pretrained:
        import torchvision
        net.copy_vgg(torchvision.models.vgg16(pretrained=True))
    return {}
"""


def undone(returned: str, *statements: str) -> int | None:
    """Where copying is told to be undone, in the cell that builds and returns a model."""
    world = tiny(COPYING)
    cells = (BUILD.format(returned), *statements)
    copyings = [
        Copying("submission", "net", (Chunk("cell 9", 1, cells[0]), Chunk("cell 9", 8, each)))
        for each in cells[1:]
    ]
    world.slice = Slice(copying={"FCN32s": tuple(copyings)})
    ask(world, "make_vgg", **MADE)
    answer, _ = ask(world, "copy_vgg", stand_ins={})
    assert not answer["failed"]
    return answer["undone"][1] if answer["undone"] else None


@pytest.mark.parametrize(("returned", "line"), [("net", None), ("other", 2), ("FCN32s()", 6)])
def test_what_is_returned_is_to_be_what_was_copied_into(returned: str, line: int | None) -> None:
    assert undone(returned, "net = build()") == line


def test_a_model_that_is_not_to_take_it_is_left_alone() -> None:
    """Neither where nothing is copied, nor where another model of the notebook takes it."""
    assert undone("other", "net = build(False)") is None
    assert undone("net", "net = build(False)", "net = build()") is None


@pytest.mark.parametrize(
    ("made", "by_another"),
    [
        ("FCN8s(12)", False),
        ("FCN8s(12).to(device)", False),
        ("FCN8s.started(12).to(device)", True),
        ("build(FCN8s)", True),
        ("other", False),
    ],
)
def test_a_function_that_makes_a_model_is_told_from_its_class(made: str, by_another: bool) -> None:
    copying = Copying("submission", "net", (Chunk("cell 1", 1, f"net = {made}"),))

    assert is_made_by_another(copying, "FCN8s") == by_another
