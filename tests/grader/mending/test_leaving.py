"""What can't be mended is left out, as little of it as possible."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

import pytest

from grader.mending.leaving import FIRST, mends, spared
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

NETWORK = """\
class FCN8s(nn.Module):
    def __init__(self, n_class):
        {made}
        self.start()
    def start(self):
        raise_it = self.kernel + 1
    def forward(self, x, skip):
        h = self.conv(x)
        {line}
        return h"""
LEFT_OUT: dict[str, tuple[str, str, int, str]] = {
    "a statement": ("pass", "assert h.shape == 1", 9, "pass"),
    "an operation": ("pass", "h = np.concatenate(h)", 9, "h = h"),
    "a join": ("pass", "h = self.up(torch.cat((h, skip), 1))", 9, "h = self.up(h)"),
    "an argument": ("pass", "h = self.score(h, x)", 9, "h = self.score(h)"),
    "two calls of a chain": ("pass", "h = h.cam().detach().numpy()", 9, "h = h.cam()"),
    "an attribute": ("pass", "h = self.module.score(h)", 9, "h = self.score(h)"),
    "an argument of a layer": ("self.conv = nn.Conv2d(3, 64, 3, padding='one')", "pass", 3, "self.conv = nn.Conv2d(3, 64, 3)"),
    "a layer": ("self.relu = relu_of(n_class)", "pass", 3, "self.relu = __import__('torch').nn.Identity()"),
    "a method of the constructor": ("pass", "pass", 6, "pass"),
}  # fmt: skip


@pytest.mark.parametrize("what", LEFT_OUT)
def test_what_raises_is_left_out(what: str) -> None:
    """And said in words; no other line is touched."""
    made, line, at, wanted = LEFT_OUT[what]
    chunk = Chunk("cell 1", 1, NETWORK.format(made=made, line=line))
    slice = Slice((Module("submission", (chunk,)),))

    found = list(mends(Trouble("ValueError", "no", Place("cell 1", at)), slice, chunk))

    changed = 4 if what == "a method of the constructor" else at
    lines = [mend.slice.modules[0].chunks[0].source.split("\n") for mend in found]
    assert wanted in [each[changed - 1].strip() for each in lines]
    assert all(mend.words for mend in found)


def test_what_nothing_makes_is_a_size_or_the_plain_sum() -> None:
    """Made before the statement that needs it; nothing else is read otherwise."""
    text = "def returnCAM(feature_conv, weight_fc, idx):\n    cam = cam - cam.min()\n    return cam"
    chunk = Chunk("cell 1", 1, text)
    slice = Slice((Module("submission", (chunk,)),))
    trouble = Trouble("UnboundLocalError", "cannot access local variable 'cam'", Place("cell 1", 2))

    found = list(mends(trouble, slice, chunk))[:4]

    rows, *_, summed = [mend.slice.modules[0].chunks[0].source.split("\n")[1].strip() for mend in found]
    assert rows == "cam = feature_conv.shape[-2]; cam = cam - cam.min()"
    assert summed == "cam = __import__('numpy').asarray(feature_conv)[0].sum(0); cam = cam - cam.min()"
    assert all(mend.whole for mend in found)


def test_a_name_that_has_a_value_is_no_size() -> None:
    """Where something else is wrong with what is quoted."""
    text = "def returnCAM(feature_conv, weight_fc, idx):\n    cam.no = 1\n    return cam"
    chunk = Chunk("cell 1", 1, text)
    slice = Slice((Module("submission", (chunk,)),))
    trouble = Trouble("AttributeError", "'cam' has no attribute 'no'", Place("cell 1", 2))

    assert not any("which nothing makes" in mend.words for mend in mends(trouble, slice, chunk))


def test_a_plain_sum_is_tried_before_a_long_statement_is_used_up() -> None:
    """A process has so many trials only."""
    terms = " + ".join(f"f(cam.a{number})" for number in range(20))
    text = f"def returnCAM(feature_conv, weight_fc, idx):\n    cam = {terms}\n    return cam"
    chunk = Chunk("cell 1", 1, text)
    slice = Slice((Module("submission", (chunk,)),))

    found = list(mends(Trouble("TypeError", "no", Place("cell 1", 2)), slice, chunk))

    assert "plain sum of feature_conv" in found[FIRST].words
    assert len(found) > 2 * FIRST


def test_a_loop_that_never_ends_is_left_out() -> None:
    """The innermost first; of other troubles loops stay."""
    text = "def f(x):\n    for i in x:\n        while True:\n            pass\n    return x"
    chunk = Chunk("cell 1", 1, text)
    slice = Slice((Module("submission", (chunk,)),))

    def sources(kind: str) -> list[str]:
        found = mends(Trouble(kind, "it did not end", Place("cell 1", 4)), slice, chunk)
        return [mend.slice.modules[0].chunks[0].source for mend in found]

    first, second = sources("TimeoutError")
    assert first == "def f(x):\n    for i in x:\n        pass\n\n    return x"
    assert second == "def f(x):\n    pass\n\n\n    return x"
    assert sources("ValueError") == []


def test_a_value_that_can_t_be_had_is_none() -> None:
    """In a function, where nothing smaller can be left out."""
    chunk = Chunk("cell 1", 1, "def f(x):\n    name = input('name')\n    return x")
    slice = Slice((Module("submission", (chunk,)),))

    *_, last = mends(Trouble("EOFError", "no", Place("cell 1", 2)), slice, chunk)

    assert last.slice.modules[0].chunks[0].source == "def f(x):\n    name = None\n    return x"


def test_a_layer_that_lacks_an_argument_gets_the_smallest() -> None:
    """So that nobody is given a kernel that was never written."""
    chunk = Chunk("cell 1", 1, NETWORK.format(made="self.conv = nn.Conv2d(3, 64, padding=1)", line="pass"))
    slice = Slice((Module("submission", (chunk,)),))
    message = "Conv2d.__init__() missing 1 required positional argument: 'kernel_size'"

    first = next(mends(Trouble("TypeError", message, Place("cell 1", 3)), slice, chunk))

    assert "nn.Conv2d(3, 64, padding=1, kernel_size=1)" in first.slice.modules[0].chunks[0].source


@pytest.mark.parametrize(("first", "left"), [("h = self.conv(x)", False), ("x = self.conv(x)", True)])
def test_a_network_is_not_left_out_as_a_whole(first: str, left: bool) -> None:
    """Its own input in the place of what it returns has no layer; what was bound anew by that name has."""
    text = f"class FCN32s:\n    def forward(self, x):\n        {first}\n        return crop(self.up(x), x)"
    chunk = Chunk("cell 1", 1, text)
    slice = Slice((Module("submission", (chunk,)),))

    found = mends(Trouble("RuntimeError", "no", Place("cell 1", 4)), slice, chunk)

    sources = [mend.slice.modules[0].chunks[0].source for mend in found]
    assert any(source.endswith("return crop(x, x)") for source in sources)
    assert any(source.endswith("return x") for source in sources) is left


HELPED = """class FCN32s:
    def __init__(self):
        self.conv = nn.Conv2d(3, 64, 3)
        self.fill()
    def fill(self):
        for row in range(self.none):
            row
"""


def test_a_helper_whose_loop_raises_is_not_called() -> None:
    """The head of a loop or a condition is no statement of which less could be left."""
    chunk = Chunk("cell 1", 1, HELPED)
    slice = Slice((Module("submission", (chunk,)),))

    (only,) = mends(Trouble("TypeError", "no", Place("cell 1", 6)), slice, chunk)

    assert only.words == "`self.fill()` left out"


LOADS = """\
class FCN8s(nn.Module):
    def __init__(self, source):
        for key, value in source.items():
            own[key] = value.view(4, 4)
            size = value.view(4, 4)
        own[key] = value.view(4, 4)
"""
TOO_LARGE = "shape '[4, 4]' is invalid for input of size 5"


@pytest.mark.parametrize(
    ("line", "message", "spares"),
    [(4, TOO_LARGE, True), (5, TOO_LARGE, False), (6, TOO_LARGE, False), (4, "another reason", False)],
)
def test_what_does_not_fit_is_left_out_of_a_loop(line: int, message: str, spares: bool) -> None:
    """The others that it writes are written; a name would have no value, and one alone has no others."""
    slice = Slice((Module("submission", (Chunk("cell 1", 1, LOADS),)),))

    found = list(spared(Trouble("RuntimeError", message, Place("cell 1", line)), slice))

    assert [mend.words for mend in found] == [
        "`own[key] = value.view(4, 4)` left out where it raises"
    ] * spares
