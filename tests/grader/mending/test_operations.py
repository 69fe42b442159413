"""One operation that can't be is read as the one that was meant."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

import pytest

from grader.mending.operations import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

NETWORK = """\
class FCN8s(nn.Module):
    def __init__(self, classes):
        self.relu = nn.ReLU
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ConvTranspose2d(21, 21, 4)
        self.conv = nn.Conv2d(64, 256, 3)
    def forward(self, x):
        h = self.pool
        {line}"""
GIVEN = "Given groups=1, weight of size [256, 64, 3, 3], expected input[1, 128, 9, 9] to have 64 channels, but got 128 channels instead"
CLASSES = "Given transposed=1, weight of size [21, 21, 4, 4], expected input[1, 12, 9, 9] to have 21 channels, but got 12 channels instead"
SLIPS = {
    "brackets for a call": ("return x.size[2]", "'builtin_function_or_method' object is not subscriptable", "return x.size(2)"),
    "a call for brackets": ("return x.shape(2)", "'torch.Size' object is not callable", "return x.shape[2]"),
    "a class for a layer": ("return self.conv(h)", "conv2d(): got (ReLU, Parameter)", "self.relu = nn.ReLU()"),
    "a layer for its output": ("return self.conv(h)", "conv2d(): got (MaxPool2d, Parameter)", "h = self.pool(h)"),
    "too few channels": ("return self.conv(h)", GIVEN, "self.conv = nn.Conv2d(128, 256, 3)"),
    "a number of classes": ("return self.up(h)", CLASSES, "self.up = nn.ConvTranspose2d(classes, classes, 4)"),
    "a layer made of its input": ("return nn.Softmax(x, dim=1)", "Softmax.__init__() got multiple values for argument 'dim'", "return nn.Softmax(dim=1)(x)"),
    "a layer without its size": ("h = nn.Conv2d(64, 21)", "Conv2d.__init__() missing 1 required positional argument: 'kernel_size'", "h = nn.Conv2d(64, 21, kernel_size=1)"),
    "the first of a number": ("h = h[..., k[0]]", "'int' object is not subscriptable", "h = h[..., k]"),
    "the first of a scalar": ("h = h + k[0] * x[0]", "invalid index to scalar variable.", "h = h + k * x[0]"),
    "too many values": ("n, h, w = x.shape", "too many values to unpack (expected 3)", "*_, n, h, w = x.shape"),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_an_operation_is_read_as_what_was_meant(slip: str) -> None:
    """Where it stands, and nothing else."""
    line, message, wanted = SLIPS[slip]
    chunk = Chunk("cell 1", 1, NETWORK.format(line=line))
    slice = Slice((Module("submission", (chunk,)),))
    trouble = Trouble("TypeError", message, Place("cell 1", 9))

    found = [mend.slice.modules[0].chunks[0].source.split("\n") for mend in mends(trouble, slice, chunk)]

    assert wanted in [text.strip() for lines in found for text in lines]
    assert {len(lines) for lines in found} == {9}


@pytest.mark.parametrize("kind", ["ValueError", "IndexError"])
def test_a_column_is_read_as_the_row(kind: str) -> None:
    """Where the sizes don't fit, or an index is out of bounds."""
    chunk = Chunk("cell 1", 1, "w = weight_fc[:, idx].reshape(512)")
    trouble = Trouble(kind, "no", Place("cell 1", 1))

    found = [
        mend.slice.modules[0].chunks[0].source
        for mend in mends(trouble, Slice((Module("a", (chunk,)),)), chunk)
    ]

    assert found == ["w = weight_fc[idx].reshape(512)"]
