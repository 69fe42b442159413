"""An axis that no map has is read as the one that a crop is for."""

from __future__ import annotations

import pytest

from grader.mending.beyond import mends
from grader.mending.edits import Mend
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

MESSAGE = "Dimension out of range (expected to be in range of [-4, 3], but got 4)"
FORWARD = "def forward(self, x):\n    h = self.trunk(x)\n    {cut}\n    {then}"


def _mends(cut: str, then: str = "return h", target: str = "FCN8s", message: str = MESSAGE) -> list[Mend]:
    chunk = Chunk("cell 1", 1, FORWARD.format(cut=cut, then=then))
    slice = Slice((Module("submission", (chunk,)),))
    return list(mends(Trouble("IndexError", message, Place("cell 1", 3)), slice, target, chunk))


@pytest.mark.parametrize(
    ("cut", "wanted"),
    [
        ("h[:, :, 31:31 + x.size(2), 31:31 + x.size(4)]", "h[:, :, 31:31 + x.size(2), 31:31 + x.size(3)]"),
        ("h[:, :, 1:1 + x.size(3), 1:1 + x.size(4)]", "h[:, :, 1:1 + x.size(2), 1:1 + x.size(3)]"),
        ("h[..., 1:1 + x.shape[-5], 1:1 + x.shape[3]]", "h[..., 1:1 + x.shape[2], 1:1 + x.shape[3]]"),
        ("h[..., 1:1 + x.size()[2], 1:1 + x.size()[4]]", "h[..., 1:1 + x.size()[2], 1:1 + x.size()[3]]"),
        ("h[:, :, :, 1:1 + x.size(2), 1:1 + x.size(3)]", "h[:, :, 1:1 + x.size(2), 1:1 + x.size(3)]"),
        ("h[..., 1:1 + x.size(dim=2), 1:1 + x.size(dim=4)]", "h[..., 1:1 + x.size(2), 1:1 + x.size(3)]"),
        (
            "h.narrow(2, 9, x.size(2)).narrow(4, 9, x.size(3))",
            "h.narrow(2, 9, x.size(2)).narrow(3, 9, x.size(3))",
        ),
        ("torch.narrow(h, 4, 9, x.size(4))", "torch.narrow(h, 2, 9, x.size(2))"),
    ],
)
def test_a_crop_is_read_along_the_axes_there_are(cut: str, wanted: str) -> None:
    """However it is written, where it stands."""
    first = _mends(f"h = {cut}")[0]

    assert first.slice.modules[0].chunks[0].source.split("\n")[2].strip() == f"h = {wanted}"
    assert first.words == f"`{cut}` read as `{wanted}`"
    assert first.made == Place("cell 1", 3)


def test_a_size_without_a_crop_is_that_of_the_axis_not_asked_for() -> None:
    """Rows and columns are asked for together."""
    assert _mends("rows, columns = x.size(2), x.size(4)")[0].words == "`x.size(4)` read as `x.size(3)`"
    assert _mends("rows, columns = x.shape[4], x.shape[3]")[0].words == "`x.shape[4]` read as `x.shape[2]`"


@pytest.mark.parametrize(
    ("taken", "wanted"),
    [
        ("rows, columns = x.shape[3:]", "rows, columns = x.shape[-2:]"),
        ("n, c, rows, columns = x.size()[1:]", "n, c, rows, columns = x.size()[-4:]"),
        ("n, c, rows, columns, depth = x.shape", "n, c, rows, columns, depth = (*x.shape, 0)"),
    ],
)
def test_a_shape_with_too_few_sizes_is_taken_from_its_end(taken: str, wanted: str) -> None:
    """Rows and columns come last."""
    (first,) = _mends(taken, message="not enough values to unpack (expected 2, got 1)")

    assert first.slice.modules[0].chunks[0].source.split("\n")[2].strip() == wanted
    assert first.lines == ("crop",)


@pytest.mark.parametrize(
    ("asked", "then", "target", "line"),
    [
        ("h.size(4)", "return h", "FCN8s", "crop"),
        ("h.size(4)", "return self.up(h + s)", "FCN8s", "skip_crops"),
        ("x.size(4)", "return self.up(h + s)", "FCN8s", "crop"),
        ("h.size(4)", "return self.up(h)", "FCN32s", "crop"),
    ],
)
def test_the_line_of_the_crop_pays(asked: str, then: str, target: str, line: str) -> None:
    """A skip's where the network goes on below it, and the input is not what is asked."""
    (first,) = _mends(f"s = s[:, :, 5:5 + h.size(2), 5:5 + {asked}]", then, target)[:1]

    assert first.lines == (line,)


@pytest.mark.parametrize(
    ("cut", "target", "message"),
    [
        ("h = h[:, :, 1:1 + x.size(2), 1:1 + x.size(3)]", "FCN8s", MESSAGE),  # nothing is beyond
        ("h = h[:, :, 1:1 + x.size(2), 1:1 + x.size(4)]", "returnCAM", MESSAGE),  # no network
        ("h = h[:, :, 1:1 + x.size(2), 1:1 + x.size(4)]", "FCN8s", "something else"),
    ],
)
def test_nothing_else_is_read_otherwise(cut: str, target: str, message: str) -> None:
    """Only what torch refuses for its axis."""
    assert not _mends(cut, target=target, message=message)
