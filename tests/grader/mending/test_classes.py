"""A class that is no network for a slip's sake is read as one."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

import pytest

from grader.mending.classes import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

NETWORK = """\
class FCN8s{parent}:
    def {init}(self, n_class):
        {first}
        fc7 = nn.Conv2d(4096, 4096, 1)
    def {forward}(self, x{more}):
        h = self.fc7(x)
        return {value}"""
WHOLE = {
    "parent": "(nn.Module)",
    "init": "__init__",
    "first": "super().__init__()",
    "forward": "forward",
    "more": "",
    "value": "h",
}
SLIPS: dict[str, tuple[dict[str, str], str, int, str]] = {
    "no parent": ({"parent": ""}, "'FCN8s' object has no attribute 'modules'", 3, "class FCN8s(__import__('torch').nn.Module):"),
    "a package for a parent": ({"parent": "(nn)"}, "module() takes at most 2 arguments (3 given)", 1, "class FCN8s(__import__('torch').nn.Module):"),
    "another's parent": ({"first": "super(Other, self).__init__()"}, "super(type, obj): obj must be an instance", 3, "        super().__init__()"),
    "super without a call": ({"first": "super.__init__()"}, "descriptor '__init__' of 'super' object needs an argument", 3, "        super().__init__()"),
    "the constructor": ({"init": "_init_"}, "FCN8s.__init__() got an unexpected keyword argument 'n_class'", 0, "    def __init__(self, n_class):"),
    "the constructor, which nothing ran": ({"init": "_init_"}, "'FCN8s' object has no attribute 'fc7'", 6, "    def __init__(self, n_class):"),
    "the forward pass": ({"forward": "foward"}, 'Module [FCN8s] is missing the required "forward" function', 0, "    def forward(self, x):"),
    "an input too many": ({"more": ", size"}, "FCN8s.forward() missing 1 required positional argument: 'size'", 0, "    def forward(self, x, size=None):"),
    "a layer without self": ({}, "'FCN8s' object has no attribute 'fc7'", 6, "        self.fc7 = nn.Conv2d(4096, 4096, 1)"),
    "layers that nothing keeps": ({"first": "super().__init__(); nn.ModuleList()"}, "'FCN8s' object has no attribute 'fcs'", 6, "        super().__init__(); self.fcs = nn.ModuleList()"),
    "two outputs": ({"value": "h, x"}, "the forward pass returns a tuple", 0, "        return h"),
    "two outputs, called for": ({"value": "dict(out=h, aux=x)"}, "the forward pass returns a dict", 0, "        return h"),
    "no output": ({"value": "None"}, "the forward pass returns a NoneType", 0, "        return h"),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_of_a_class_is_read_as_what_was_meant(slip: str) -> None:
    """And every other line stays where it is."""
    changed, message, line, wanted = SLIPS[slip]
    chunk = Chunk("cell 1", 1, NETWORK.format(**WHOLE | changed))
    slice = Slice((Module("submission", (chunk,)),))
    trouble = Trouble("TypeError", message, Place("cell 1", line) if line else None)

    found = [mend.slice.modules[0].chunks[0].source.split("\n") for mend in mends(trouble, slice, chunk)]

    assert any(wanted in lines for lines in found)
    assert {len(lines) for lines in found} == {chunk.source.count("\n") + 1}


@pytest.mark.parametrize(
    "filled",
    [
        "made = OrderedDict(); made['aux'] = x; made['out'] = h",
        "made = []; made.append(h)",
        "made = {'out': h}",
    ],
)
def test_what_is_returned_may_have_been_filled_before(filled: str) -> None:
    """The values that are put into it are tried in its place."""
    source = NETWORK.format(**WHOLE | {"value": "made"}).replace(
        "        return", f"        {filled}\n        return"
    )
    slice = Slice((Module("submission", (Chunk("cell 1", 1, source),)),))
    trouble = Trouble("TypeError", "the forward pass returns a list", None)

    assert any(
        mend.slice.modules[0].chunks[0].source.endswith("        return h")
        for mend in mends(trouble, slice, slice.modules[0].chunks[0])
    )


def test_what_a_layer_gave_before_is_not_what_is_returned() -> None:
    """A name that is bound again and again holds no list of values."""
    source = "def forward(self, x):\n    h = self.relu1_1(self.conv1_1(x))\n    h = lost(h)\n    return h"
    slice = Slice((Module("submission", (Chunk("cell 1", 1, source),)),))
    trouble = Trouble("TypeError", "the forward pass returns a function", None)

    found = mends(trouble, slice, slice.modules[0].chunks[0])

    assert not [mend for mend in found if "return self.conv1_1(x)" in mend.slice.modules[0].chunks[0].source]


def test_what_a_lambda_makes_of_a_map_is_read_as_the_map() -> None:
    """And bytes are read as an array, wherever they are returned."""
    chunk = Chunk("cell 3", 7, "returnCAM = lambda f, w, i: inner(f, w, i).tobytes()")
    trouble = Trouble("TypeError", "returnCAM returns a bytes, not an array of numbers", None)
    slice = Slice((Module("submission", (chunk,)),))

    made = {mend.words: mend for mend in mends(trouble, slice, chunk)}

    one = made["`inner(f, w, i).tobytes()` read as `inner(f, w, i)`"]
    assert one.slice.modules[0].chunks[0].source == "returnCAM = lambda f, w, i: inner(f, w, i)"
    assert one.lines == ("shape",)
    assert (
        "frombuffer"
        in made["the bytes that returnCAM returns read as an array"].slice.modules[0].chunks[0].source
    )
