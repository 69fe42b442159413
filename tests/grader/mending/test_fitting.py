"""What doesn't fit is made to, where it stands; what is judged then tells the fault."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

import pytest

from grader.mending.fitting import mends
from grader.mending.joined import SKIPS
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice
from tests.grader.mending import a_misfit

NETWORK = """\
class FCN8s(nn.Module):
    def __init__(self, classes):
        self.first = nn.Conv2d(256, classes, 1)
        self.score = nn.Conv2d(256, classes, 1)
        self.up = nn.ConvTranspose2d(classes, classes, 4)
    def forward(self, h, skip):
        skip = skip[:, :, 5:]
        {line}"""
LINE = 8
WIDTH = "Given groups=1, weight of size [12, 256, 1, 1], expected input[1, 512, 9, 9] to have 256 channels, but got 512 channels instead"
JOINED = "Given transposed=1, weight of size [12, 12, 4, 4], expected input[1, 24, 9, 9] to have 12 channels, but got 24 channels instead"
SIZE = "The size of tensor a (18) must match the size of tensor b (9) at non-singleton dimension 3"
OTHERS = "Given transposed=1, weight of size [12, 12, 4, 4], expected input[1, 21, 2, 2] to have 12 channels, but got 21 channels instead"
OTHER_SKIP = "The size of tensor a (12) must match the size of tensor b (21) at non-singleton dimension 1"


def first(line: str, message: str) -> tuple[list[str], tuple[str, ...], Place | None]:
    return a_misfit.first(NETWORK.format(line=line), message)


def test_the_layer_that_is_applied_takes_what_it_is_given() -> None:
    """Not another one of the same widths."""
    lines, shown, _ = first("return self.score(skip)", WIDTH)
    assert lines[2:4] == [
        "        self.first = nn.Conv2d(256, classes, 1)",
        "        self.score = nn.Conv2d(512, classes, 1)",
    ]
    assert shown == SKIPS


@pytest.mark.parametrize("message", [OTHERS, OTHER_SKIP])
def test_scores_of_other_classes_are_read_as_those_of_the_classes_there_are(message: str) -> None:
    """Also where they don't fit a sum; its own line pays beside "build"."""
    source = NETWORK.format(line="return self.up(self.score(h))").replace("256, classes", "4096, 21", 1)
    chunk = Chunk("cell 1", 1, source)
    trouble = Trouble("RuntimeError", message, Place("cell 1", LINE))
    mend = next(mends(trouble, Slice((Module("submission", (chunk,)),)), chunk))

    assert "self.first = nn.Conv2d(4096, classes, 1)" in mend.slice.modules[0].chunks[0].source
    assert (mend.lines, mend.made) == (("build", "score"), Place("cell 1", 3))


def test_a_layer_that_takes_no_channels_takes_what_it_is_given() -> None:
    message = WIDTH.replace("[12, 256, 1, 1]", "[12, 0, 1, 1]").replace("to have 256", "to have 0")
    chunk = Chunk("cell 1", 1, NETWORK.format(line="return self.score(skip)").replace("(256", "(0"))
    trouble = Trouble("RuntimeError", message, Place("cell 1", LINE))
    mend = next(mends(trouble, Slice((Module("submission", (chunk,)),)), chunk))

    assert "self.score = nn.Conv2d(512, classes, 1)" in mend.slice.modules[0].chunks[0].source


@pytest.mark.parametrize(("given", "made"), [(256, Place("cell 1", 3)), (32, None)])
def test_where_a_layer_takes_too_many_it_was_made_wrong(given: int, made: Place | None) -> None:
    """If it is one of the assignment's with as many as it is given: else the one before may be wrong."""
    message = (
        f"weight of size [256, 512, 3, 3], expected input to have 512 channels, but got {given} channels"
    )
    source = "class A:\n    def __init__(self):\n        self.a = nn.Conv2d(512, 256, 3)\n    def forward(self, h):\n        self.a(h)"
    chunk = Chunk("cell 1", 1, source)
    trouble = Trouble("RuntimeError", message, Place("cell 1", 5))
    found = list(mends(trouble, Slice((Module("submission", (chunk,)),)), chunk))

    assert [mend.made for mend in found if mend.words.endswith(f"takes {given}")] == [made]


def test_a_layer_that_is_given_classes_takes_as_many_as_there_are() -> None:
    """By the constructor's name for them: a network is built with several numbers."""
    lines, _, _ = first("return self.score(skip)", WIDTH.replace("512", "12"))
    assert lines[3].strip() == "self.score = nn.Conv2d(classes, classes, 1)"


def test_a_layer_that_nothing_applies_takes_the_place_of_one_that_does_not_fit() -> None:
    """Where it takes what is given; a layer that is applied elsewhere stays where it is."""
    idle, applied = "self.first = nn.Conv2d(512, classes, 1)", "self.first(self.score(skip))"
    source = NETWORK.replace("self.first = nn.Conv2d(256, classes, 1)", idle)

    def found(line: str) -> str:
        chunk = Chunk("cell 1", 1, source.format(line=line))
        trouble = Trouble("RuntimeError", WIDTH, Place("cell 1", LINE))
        return next(mends(trouble, Slice((Module("submission", (chunk,)),)), chunk)).words

    assert found("return self.score(skip)") == "self.score read as self.first, which nothing applies"
    assert "which nothing applies" not in found(f"return {applied}")
    source = source.replace("nn.Conv2d(512", "nn.Linear(512")
    assert "which nothing applies" not in found("return self.score(skip)")


def test_no_weight_is_made_larger_than_any_that_is_asked_for() -> None:
    """A convolution of 7 by 7 over 4096 channels would take 3 GB."""
    huge = WIDTH.replace("[12, 256, 1, 1]", "[4096, 256, 31, 31]")

    wide, cut = (first("return self.score(skip)", message)[0] for message in (WIDTH, huge))

    assert "self.score = nn.Conv2d(512, classes, 1)" in wide[3]
    assert wide[-1] != cut[-1] and cut[-1].endswith("in_channels])")


def test_a_layer_is_applied_to_the_first_channels() -> None:
    """Where two maps were joined that had to be added."""
    lines, shown, _ = first("return self.up(torch.cat((h, skip), 1))", JOINED)
    assert lines[-1].strip() == "return self.up((torch.cat((h, skip), 1))[:, :self.up.in_channels])"
    assert shown == SKIPS


def test_the_image_is_read_as_what_was_computed_last() -> None:
    """Where a layer in the middle is given its three channels."""
    width = WIDTH.replace("512", "3")
    text = NETWORK.replace("skip = skip[:, :, 5:]", "h = self.first(x)")
    chunk = Chunk("cell 1", 1, text.format(line="return self.score(x)"))
    trouble = Trouble("RuntimeError", width, Place("cell 1", LINE))
    mend = next(mends(trouble, Slice((Module("submission", (chunk,)),)), chunk))
    assert mend.slice.modules[0].chunks[0].source.split("\n")[-1].strip() == "return self.score(h)"
    assert mend.whole


def test_scores_are_read_as_features_that_were_made_above() -> None:
    """Where a layer of features is given as many channels as there are classes."""
    text = NETWORK.replace("skip = skip[:, :, 5:]", "pool = self.first(x)")
    chunk = Chunk("cell 1", 1, text.format(line="return self.score(h)"))
    trouble = Trouble("RuntimeError", WIDTH.replace("512", "12"), Place("cell 1", LINE))
    mend = next(mends(trouble, Slice((Module("submission", (chunk,)),)), chunk))
    assert (mend.words, mend.whole, mend.made) == ("h read as pool", True, Place("cell 1", LINE))


@pytest.mark.parametrize(("wanted", "given"), [("256", "1000"), ("4096", "12")])
def test_a_layer_of_another_width_is_not_left_out(wanted: str, given: str) -> None:
    """What is given may come from a layer that makes too few channels: it isn't read as what was made above."""
    text = NETWORK.replace("skip = skip[:, :, 5:]", "pool = self.first(x)")
    chunk = Chunk("cell 1", 1, text.format(line="return self.score(h)"))
    message = WIDTH.replace("512", given).replace("256", wanted)
    trouble = Trouble("RuntimeError", message, Place("cell 1", LINE))
    found = mends(trouble, Slice((Module("submission", (chunk,)),)), chunk)
    assert "h read as pool" not in [mend.words for mend in found]


def test_a_pool_of_the_image_is_one_of_what_was_computed_last() -> None:
    """It raises nothing itself: the next convolution does, and the fault is told where it was made."""
    width = WIDTH.replace("512", "3")
    text = NETWORK.replace("skip = skip[:, :, 5:]", "h = self.first(x)\n        h = self.pool(x)")
    chunk = Chunk("cell 1", 1, text.format(line="return self.score(h)"))
    trouble = Trouble("RuntimeError", width, Place("cell 1", LINE + 1))
    mend = next(mends(trouble, Slice((Module("submission", (chunk,)),)), chunk))
    assert mend.slice.modules[0].chunks[0].source.split("\n")[LINE - 1].strip() == "h = self.pool(h)"
    assert (mend.whole, mend.made) == (True, Place("cell 1", LINE))


TABLE = """\
class FCN8s(nn.Module):
    def __init__(self, classes):
        for name, channels in (("4", 512), ("3", 512)):
            self.skip[name] = nn.Conv2d(channels, classes, 1)
    def forward(self, h, skip):
        return self.skip["3"](skip)"""


def test_a_width_of_a_table_is_the_one_that_is_given() -> None:
    """Each is tried: which of the layers is meant, only a run tells."""
    chunk = Chunk("cell 1", 1, TABLE)
    message = WIDTH.replace("512", "?").replace("256", "512").replace("?", "256")
    trouble = Trouble("RuntimeError", message, Place("cell 1", 6))
    found = list(mends(trouble, Slice((Module("submission", (chunk,)),)), chunk))
    tables = [mend.slice.modules[0].chunks[0].source.split("\n")[2].partition(" in ")[2] for mend in found]

    assert tables == ['(("4", 256), ("3", 512)):', '(("4", 512), ("3", 256)):']
    assert {mend.made for mend in found} == {Place("cell 1", 3)}


def test_other_troubles_are_not_mended_so() -> None:
    """Neither widths nor sizes are told."""
    chunk = Chunk("cell 1", 1, NETWORK.format(line="return h + skip"))
    trouble = Trouble("RuntimeError", "out of memory", Place("cell 1", LINE))
    assert not list(mends(trouble, Slice((Module("submission", (chunk,)),)), chunk))
