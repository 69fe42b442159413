"""A crop to another size than the map's that is joined is read as one to that, where it stands."""

from __future__ import annotations

import pytest

from grader.mending.edits import Mend
from grader.mending.joined import SKIPS
from grader.mending.sizing import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

MESSAGE = "The size of tensor a (18) must match the size of tensor b (8) at non-singleton dimension 3"
FORWARD = "def forward(self, x, h):\n    {cut}\n    h = {sum}"


def _mends(cut: str, joined: str = "h + s") -> list[Mend]:
    chunk = Chunk("cell 1", 1, FORWARD.format(cut=cut, sum=joined))
    slice = Slice((Module("submission", (chunk,)),))
    return list(mends(Trouble("RuntimeError", MESSAGE, Place("cell 1", 3)), slice, chunk))


@pytest.mark.parametrize(
    ("cut", "wanted"),
    [
        ("s[:, :, 9:9 + t.size(2), 9:9 + t.size(3)]", "s[:, :, 9:9 + h.size(2), 9:9 + h.size(3)]"),
        ("s[..., 9:9 + t.shape[2], 9:9 + t.shape[3]]", "s[..., 9:9 + h.shape[2], 9:9 + h.shape[3]]"),
        ("s[:, :, 9:8 + h.size(2), 9:8 + h.size(3)]", "s[:, :, 9:9 + h.size(2), 9:9 + h.size(3)]"),
        ("s[..., 5:-5, 5:-5]", "s[..., 5:5 + h.size(2), 5:5 + h.size(3)]"),
        ("s[:, :, :20, 5:]", "s[:, :, :h.size(2), 5:]"),
        ("s.narrow(2, 5, 20).narrow(-1, 5, 20)", "s.narrow(2, 5, h.size(2)).narrow(-1, 5, h.size(-1))"),
        ("crop(s, t.shape[2:], 9)", "crop(s, h.shape[2:], 9)"),
        ("self.crop(s, t, 9)", "self.crop(s, h, 9)"),
    ],
)
def test_a_crop_gets_the_size_of_what_it_joins(cut: str, wanted: str) -> None:
    """However it is written, on its own line; unless the mended code shows another fault of the skips."""
    first = _mends(f"s = {cut}")[0]

    assert first.slice.modules[0].chunks[0].source.split("\n")[1].strip() == f"s = {wanted}"
    assert f"read as `{wanted}`, which has the size of `h`" in first.words
    assert (first.made, first.lines, first.shown) == (Place("cell 1", 2), ("skip_crops",), SKIPS)


def test_a_crop_within_the_sum_is_read_there() -> None:
    """Where no name is bound."""
    first = _mends("pass", "h + s[:, :, 9:19, 9:19]")[0]

    assert first.slice.modules[0].chunks[0].source.endswith("h + s[:, :, 9:9 + h.size(2), 9:9 + h.size(3)]")
    assert first.made == Place("cell 1", 3)


@pytest.mark.parametrize(
    ("cut", "joined"),
    [
        ("s = s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)]", "h + s"),  # of the right size, beyond the end
        ("s = s[..., 5:5 + h.shape[2], 5:5 + h.shape[3]]", "h + s"),
        ("s = s[1:2, 3:4, 5:6]", "h + s"),
        ("s = self.score(p)", "h + s"),
        ("s = s[:, :, 9:19, 9:19]", "self.up(h) + s"),  # no name, and to apply it twice is something else
        ("s, t = s[:, :, 9:19, 9:19], 0", "h + s"),
        ("s = s[:, :, 9:19, 9:19]", "g + s"),  # where it stands, the other has no value yet
    ],
)
def test_others_are_left(cut: str, joined: str) -> None:
    """What has that size already, is no crop, or can't be asked for its size."""
    assert not [mend for mend in _mends(cut, joined) if "which has the size" in mend.words]


def test_the_main_path_is_no_crop() -> None:
    """Though the layer that gives it may be called with what was asked for its size."""
    assert not _mends("h = self.up(pad(h, s.shape[2:]))", "h + s")
    assert not _mends("h = self.up(pad(h, s.shape[2:]))", "s + h")
