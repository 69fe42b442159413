"""`+=` where nothing is there yet, and a comma behind a value, are read as what binds the value."""

from __future__ import annotations

from grader.mending.assigning import MOST, mends
from grader.mending.edits import Mend
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

WIDTHS = Chunk("cell 1", 1, "WIDTHS = [64, 128],")
FUNCTION = """def returnCAM(f, weight_fc, idx):
    weights += weight_fc[idx]
    cam += np.dot(cam, f),
    cam += f
    out = np.uint8(cam),
    return out
"""


def of(kind: str, message: str, line: int, source: str = FUNCTION) -> list[Mend]:
    chunk = Chunk("cell 2", 1, source)
    module = Module("submission", (WIDTHS, chunk))
    return list(mends(Trouble(kind, message, Place("cell 2", line)), Slice((module,)), module, chunk))


def line(mend: Mend, number: int) -> str:
    return mend.slice.modules[0].chunks[1].source.split("\n")[number - 1].strip()


def test_what_is_added_to_a_name_without_a_value_is_the_value() -> None:
    (only,) = of("UnboundLocalError", "cannot access local variable 'weights'", 2)

    assert line(only, 2) == "weights = weight_fc[idx]"
    assert only.words == "`weights += weight_fc[idx]` read as `weights = weight_fc[idx]`"


def test_what_is_added_to_what_it_is_made_of_is_the_value() -> None:
    """Which a sum that joins another value is not."""
    assert line(of("UnboundLocalError", "'other'", 3)[0], 3) == "cam = (np.dot(cam, f),)"
    assert of("UnboundLocalError", "'other'", 4) == []


def test_a_layer_that_is_added_to_nothing_is_made() -> None:
    source = "class A:\n    def __init__(self):\n        self.relu += nn.ReLU()\n"
    (only,) = of("AttributeError", "'A' object has no attribute 'relu'", 3, source)[:1]

    assert line(only, 3) == "self.relu = nn.ReLU()"
    assert not any("relu =" in each.words for each in of("AttributeError", "'A' has no 'pool'", 3, source))


def test_a_comma_is_left_out_in_the_function_then_elsewhere() -> None:
    here, there = of("TypeError", "a tuple", 6)

    assert (line(here, 5), here.made) == ("out = np.uint8(cam)", Place("cell 2", 5))
    assert there.slice.modules[0].chunks[0].source == "WIDTHS = [64, 128]"
    assert there.made == Place("cell 1", 1)
    assert here.words == "`np.uint8(cam)` read without the comma behind it, which makes a tuple of it"


def test_what_is_unpacked_needs_its_comma() -> None:
    assert of("TypeError", "a tuple", 2, "def f(x):\n    return *x,\n")[0].made == Place("cell 1", 1)


def test_of_many_commas_a_few_are_tried() -> None:
    assert len(of("TypeError", "a tuple", 2, "def f():\n" + "    a = 1,\n" * 9)) == MOST


KEPT = """def f(x):
    np.dot(x, x)
    print(x)
    x.clamp_(0)
    np.max(x)
    return cam
"""


def test_what_nothing_keeps_is_what_has_no_value() -> None:
    """The nearest above first; what is called for its effect gives nothing back."""
    near, far = of("NameError", "name 'cam' is not defined", 6, KEPT)

    assert (line(near, 5), near.made) == ("cam = np.max(x)", Place("cell 2", 5))
    assert line(far, 2) == "cam = np.dot(x, x)"
    assert near.words == "`np.max(x)`, which nothing keeps, read as cam"
    assert of("NameError", "'no name' is not defined", 6, KEPT) == []
    assert of("TypeError", "'cam'", 6, KEPT)[0].words.startswith("`[64, 128]`")


def test_a_method_without_its_parentheses_is_called() -> None:
    """Another attribute is left as it is."""
    source = "def f(x):\n    y = x.shape, x.data.float\n    return y.copy()\n"
    first, *_ = of("TypeError", "must be Tensor, not builtin_function_or_method", 3, source)

    assert (line(first, 2), first.made) == ("y = x.shape, x.data.float()", Place("cell 2", 2))
    assert "x.data.float()" not in of("TypeError", "must be Tensor", 3, source)[0].words


FORWARD = """class FCN32s(nn.Module):
    def forward(self, x):
        h = self.conv1(x)
        print(h.shape)
        self.relu(self.conv2(h))
        h[:, :, 5:]
        h.add_(x)
        return self.conv3(h)
"""


def test_what_is_applied_and_not_kept_is_kept_by_the_name_that_it_is_applied_to() -> None:
    """The nearest first; what is called for its effect is none of it."""
    message = "expected input[1, 64, 8, 8] to have 128 channels, but got 64 channels instead"
    cut, applied, *_ = found = of("RuntimeError", message, 8, FORWARD)

    assert (line(cut, 6), cut.made) == ("h = h[:, :, 5:]", Place("cell 2", 6))
    assert line(applied, 5) == "h = self.relu(self.conv2(h))"
    assert "whose result is thrown away, read as `h = self.relu" in applied.words
    assert not any("print" in each.words or "add_" in each.words for each in found)
    assert not any("thrown away" in each.words for each in of("RuntimeError", "another", 8, FORWARD))


def test_what_is_not_kept_may_be_what_the_next_line_binds() -> None:
    """Where it is applied to a name that is needed again."""
    source = FORWARD.replace("        h[:, :, 5:]\n", "        y = self.conv4(h)\n")
    found = of("RuntimeError", "size of tensor a (3) must match the size of tensor b", 8, source)

    assert [line(each, 5).partition(" = ")[0] for each in found if "conv2" in each.words] == ["h", "y"]
