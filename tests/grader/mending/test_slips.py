"""What a message may mean is looked for in code of any size, in a time that no student sets."""

from __future__ import annotations

import time

import pytest

from grader.mending import slips
from grader.mending.edits import Mend
from grader.mending.trouble import LARGEST, Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Dropped, Module, Slice


def _mends(body: str) -> list[Mend]:
    """The mends of a function that ends with a name which is nowhere."""
    chunk = Chunk("cell 1", 1, f"def returnCAM(f, w, i):\n{body}    return lost\n")
    place = Place("cell 1", chunk.source.count("\n"))
    trouble = Trouble("NameError", "name 'lost' is not defined", place)
    return list(slips.mends(trouble, Slice((Module("submission", (chunk,)),)), "returnCAM"))


def test_long_names_are_compared_by_their_beginnings() -> None:
    """Those of two thousand letters would take a tenth of a second each."""
    letters = [chr(0x400 + n % 80) for n in range(1900)]
    body = "".join(f"    {''.join(letters[n:] + letters[:n])} = 1\n" for n in range(0, 100, 10))
    begun = time.process_time()

    assert _mends(body)
    assert time.process_time() - begun < 2


def test_no_large_statement_is_mended() -> None:
    """Each change of it would be parsed again and again."""
    assert _mends("    last = 1\n")
    assert _mends("    last = 1\n" * LARGEST) == []


def test_a_line_that_is_too_deep_to_be_written_again_stops_nothing() -> None:
    """What else may be a slip is looked for all the same."""
    body = f"    h = {' + '.join(['f'] * 400)}; k = logits\n"
    chunk = Chunk("cell 1", 1, f"def returnCAM(f, w, i, logit=1):\n{body}    return k\n")
    sizes = "The size of tensor a (5) must match the size of tensor b (3) at non-singleton dimension 3"
    slice = Slice((Module("submission", (chunk,)),))

    assert list(slips.mends(Trouble("RuntimeError", sizes, Place("cell 1", 2)), slice, "returnCAM")) == []
    name = Trouble("NameError", "name 'logits' is not defined", Place("cell 1", 2))
    assert list(slips.mends(name, slice, "returnCAM"))


def test_a_name_that_waits_for_input_is_read_as_none() -> None:
    """What binds it is left out of every slice, and said."""
    chunk = Chunk("cell 2", 1, "class FCN8s(nn.Module):\n    def __init__(self, n=SIZE): pass")
    left_out = Dropped("cell 1", 3, "SIZE = int(input())", "waits for input")
    slice = Slice((Module("submission", (chunk,)),), dropped=(left_out,))
    trouble = Trouble("NameError", "name 'SIZE' is not defined", Place("cell 2", 2))

    first = next(slips.mends(trouble, slice, "FCN8s"))

    assert first.slice.modules[0].chunks[0].source == "SIZE = None"
    assert (first.place, "SIZE = int(input())" in first.words) == (Place("cell 1", 3), True)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            "output with shape [9, 1] doesn't match the broadcast shape [9, 9]",
            ("layer.groups", "layer.kernel"),
        ),
        ("expected a tensor", ()),
    ],
)
def test_a_kernel_that_does_not_fit_shows_as_its_layers_fault(message: str, shown: tuple[str, ...]) -> None:
    """The line that puts it there is left out for that layer alone, which pays."""
    source = "def fill(layer, kernel):\n    layer.data.copy_(kernel)\n"
    slice = Slice((Module("main", (Chunk("cell 1", 1, source),)),))
    trouble = Trouble("RuntimeError", message, Place("cell 1", 2))

    found = list(slips.last_mends(trouble, slice, "FCN8s"))

    assert {mend.shown for mend in found} == {shown}
    assert found[0].words.endswith("left out where it raises") == bool(shown)
