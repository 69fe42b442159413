"""What stops the notebook's own call of a method that copies is told, where it is a slip."""

from __future__ import annotations

from copy import deepcopy

from grader.records.submission import Chunk, Copying
from grader.worker.slipped import slip_of
from tests.grader.worker.test_afterwards import BEGUN, VGG16, Network


def slip(*statements: str) -> tuple[str, int]:
    """Its class and line; a name that others bind is `trained`."""
    chunks = tuple(Chunk("cell 4", line, text) for line, text in enumerate((*BEGUN, *statements), start=1))
    known = {"Network": Network, "vgg16": deepcopy(VGG16).to("meta")}
    copying = Copying("submission", "net", chunks, frozenset({"trained"}))
    found = slip_of(copying, "Network", known, VGG16)
    return (found.kind, found.at.line) if found else ("", 0)


def test_a_name_that_nothing_binds_and_a_method_that_is_none_are_slips() -> None:
    """What is bound in a cell that isn't read is none, nor what fails inside of a method."""
    assert slip("net.start(vgg16)") == ("", 0)
    assert slip("net.start(vgg_16)") == ("NameError", 3)
    assert slip("net.strat(vgg16)") == ("AttributeError", 3)
    assert slip("net.start(trained)") == ("", 0)
    assert slip("net.start(net)") == ("", 0)
    assert slip("net.drop.nothing(vgg16)") == ("", 0)
