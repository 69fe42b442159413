"""A condition is read as its opposite, and a loop's first width as the image's; it must all run."""

from __future__ import annotations

from grader.mending.conditions import mends, where_made
from grader.mending.edits import Mend
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

CODE = """\
class A(nn.Module):
    def __init__(self, n):
        for width in WIDTHS:
            if width != "M":
                self.layers.append(nn.MaxPool2d(2, 2))
            else:
                self.layers.append(nn.Conv2d(before, width, 3))
            before = width
"""


def of(kind: str, message: str) -> list[tuple[str, int, str]]:
    slice = Slice((Module("submission", (Chunk("cell 1", 1, CODE),)),))
    found: list[Mend] = list(mends(Trouble(kind, message, Place("cell 1", 7)), slice))
    assert all(mend.whole for mend in found)
    return [
        (mend.words, mend.made.line, mend.slice.modules[0].chunks[0].source.split("\n")[mend.made.line - 1])
        for mend in found
        if mend.made
    ]


def test_a_condition_is_read_as_its_opposite() -> None:
    (only,) = of("TypeError", "not all arguments converted")

    assert only == ("`width != 'M'` read as its opposite", 4, "            if not (width != 'M'):")


def test_a_loop_begins_with_the_image() -> None:
    first, _ = of("UnboundLocalError", "cannot access local variable 'before'")

    assert first[1:] == (3, "        for width in (before := 3, WIDTHS)[1]:")
    assert "read as 3, the image's channels" in first[0]


def test_another_name_is_no_width() -> None:
    assert len(of("UnboundLocalError", "cannot access local variable 'width'")) == 1


def test_conditions_of_what_makes_layers_are_tried_wherever_they_raise() -> None:
    """A padding that all convolutions but the first have is seen where the map is cut."""
    other = "def cut(h):\n    return h[:1] if h.size(2) > 9 else h\n"
    slice = Slice((Module("submission", (Chunk("cell 1", 1, other), Chunk("cell 2", 1, CODE))),))

    (only,) = where_made(slice)

    assert only.words == "`width != 'M'` read as its opposite" and only.whole
    assert only.made == Place("cell 2", 4)
