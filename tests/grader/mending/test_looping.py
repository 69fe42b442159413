"""A step that a loop over layers lacks is added where widths do not fit; it must all run."""

from __future__ import annotations

import pytest

from grader.mending.edits import Mend
from grader.mending.looping import mends, turned
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

CODE = """\
class A(nn.Module):
    def __init__(self, n):
        before = 3
        for width in WIDTHS:
            self.layers.append(nn.Conv2d(before, width, 3))

    def forward(self, x):
        h = x
        for layer in self.layers:
            if isinstance(layer, nn.MaxPool2d):
                kept = h
        for layer in self.more:
            pass
        return self.head(h)
"""
FITS_NOT = "expected input to have 3 channels, but got 64 channels"


def of(message: str = FITS_NOT) -> dict[str, Mend]:
    slice = Slice((Module("submission", (Chunk("cell 1", 1, CODE),)),))
    found = list(mends(Trouble("RuntimeError", message, Place("cell 1", 14)), slice))
    assert all(mend.whole for mend in found)
    return {f"{mend.words}, line {mend.made.line if mend.made else 0}": mend for mend in found}


def lines(mend: Mend) -> list[str]:
    return mend.slice.modules[0].chunks[0].source.split("\n")


def test_a_width_is_carried_on() -> None:
    mend = of()["`before = width` is missing and was added, line 5"]

    assert lines(mend)[4].endswith("nn.Conv2d(before, width, 3)); before = width")
    assert len(lines(mend)) == len(CODE.split("\n"))


def test_a_width_that_is_added_to_the_last_replaces_it(monkeypatch: pytest.MonkeyPatch) -> None:
    added = CODE.replace("before, width, 3))", "before, width, 3))\n            before += width")
    monkeypatch.setitem(globals(), "CODE", added)
    mend = of()["`before += width` read as `before = width`, line 6"]

    assert lines(mend)[5] == "            before = width"


def test_what_a_layer_gives_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    applied = CODE.replace("            pass", "            torch.relu(layer(h))")
    monkeypatch.setitem(globals(), "CODE", applied)
    mend = of()["`torch.relu(layer(h))` read as `h = torch.relu(layer(h))`, line 13"]

    assert lines(mend)[12] == "            h = torch.relu(layer(h))"


def test_widths_are_exchanged() -> None:
    words = "`nn.Conv2d(before, width, 3)` read as `nn.Conv2d(width, before, 3)`, line 5"

    assert "nn.Conv2d(width, before, 3)" in lines(of()[words])[4]


@pytest.mark.parametrize(
    ("head", "then"),
    [
        (9, "            if ((h := layer(h)) is not None) and (isinstance(layer, nn.MaxPool2d)):"),
        (12, "            h = layer(h); pass"),
    ],
)
def test_a_layer_is_applied_before_the_loop_s_first_statement(head: int, then: str) -> None:
    mend = of()[f"`h = layer(h)` is missing and was added, line {head}"]

    assert lines(mend)[head] == then


def test_other_troubles_tell_nothing_of_loops() -> None:
    assert of("'int' object is not callable") == {}


@pytest.mark.parametrize("keeps", ["yield h", "self.kept.append(h)"])
def test_a_map_is_kept_after_it_is_computed(keeps: str) -> None:
    code = CODE.replace("            pass", f"            {keeps}\n            h = layer(h)")
    slice = Slice((Module("submission", (Chunk("cell 1", 1, code),)),))

    (only,) = turned(slice)

    assert lines(only)[12:14] == ["            h = layer(h)", f"            {keeps}"]
    assert (only.words, only.made) == (
        f"`{keeps}` read as what comes after `h = layer(h)`",
        Place("cell 1", 13),
    )


def test_what_is_kept_of_something_else_stays() -> None:
    code = CODE.replace("            pass", "            print(x)\n            h = layer(h)")
    slice = Slice((Module("submission", (Chunk("cell 1", 1, code),)),))

    assert list(turned(slice)) == []
