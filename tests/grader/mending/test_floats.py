"""What a function would compute without bytes, or without one of its operations."""

from __future__ import annotations

import pytest

from grader.mending.floats import in_floats, with_one_less
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice


def sliced(*lines: str) -> Slice:
    """A slice with a map's function of these lines."""
    source = "\n    ".join(("def returnCAM(feature_conv, weight_fc, idx):", *lines))
    return Slice(
        (Module("submission", (Chunk("cell 1", 5, "import numpy as np"), Chunk("cell 2", 3, source))),)
    )


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("return np.uint8(255 * cam)", "return np.float64(255 * cam)"),
        ("return cam.astype(np.uint8)", "return cam.astype(np.float64)"),
        ("return cam.astype('uint8')", "return cam.astype('float64')"),
        ("return cam.astype(int)", "return cam.astype('float64')"),
        ("return np.array(cam, dtype='uint8')", "return np.array(cam, dtype='float64')"),
        ("return cam.byte()", "return cam.double()"),
        ("return cam // cam.max()", "return cam / cam.max()"),
        ("return np.floor(cam)", "return cam"),
        (
            "return cv2.normalize(cam, None, dtype=cv2.CV_8U)",
            "return cv2.normalize(cam, None, dtype=cv2.CV_64F)",
        ),
    ],
)
def test_whole_numbers_become_floats(line: str, wanted: str) -> None:
    """In whichever way they are asked for."""
    (module,) = in_floats(sliced(line))
    (chunk,) = module.chunks
    assert (module.name, chunk.source.split("\n")[1].strip()) == ("submission", wanted)


@pytest.mark.parametrize("line", ["return weight_fc[int(idx)]", "return cam.reshape(7, 7)", "return n // 2"])
def test_an_index_stays_whole(line: str) -> None:
    """Such a function would compute the same."""
    assert in_floats(sliced(line)) == ()


def test_each_operation_is_left_out_in_turn() -> None:
    """Its operand stands there instead, and the rest is in floats."""
    found = list(with_one_less(sliced("cam = cam * 0", "return np.uint8(cam)"), "returnCAM"))
    sources = {words: modules[-1].chunks[-1].source.split("\n")[1:] for words, _, modules in found}
    assert sources["cam * 0"] == ["    cam = cam", "    return np.float64(cam)"]
    assert {place for words, place, _ in found if words == "cam * 0"} == {Place("cell 2", 4)}


def test_what_is_given_is_left_as_it_is() -> None:
    """A value that takes its name, and is not made of it, is left out."""
    given = sliced("feature_conv = np.ones(3)", "idx = int(idx)", "cam = feature_conv", "return cam")
    assert {words for words, _, _ in with_one_less(given, "returnCAM")} >= {"feature_conv = np.ones(3)"}
    assert "idx = int(idx)" not in {words for words, _, _ in with_one_less(given, "returnCAM")}


def test_of_a_long_operation_what_goes_is_told() -> None:
    """Without `// 256` it is right, not without all that stands before that."""
    found = with_one_less(sliced("cam = (cam - cam.min()) * 255 // 256", "return np.uint8(cam)"), "returnCAM")
    assert {words for words, _, _ in found} >= {"// 256", "* 255", "cam - cam.min()"}


@pytest.mark.parametrize("line", ["cam = " + " + ".join(["cam"] * 600), "cam = cam * 2;" * 3_000])
def test_what_is_too_deep_or_too_long_stays(line: str) -> None:
    """Code of a student's size must not break the grader, nor set the time that it takes."""
    slice = sliced(line, "return np.uint8(cam)")
    assert in_floats(slice) == ()
    assert list(with_one_less(slice, "returnCAM")) == []
