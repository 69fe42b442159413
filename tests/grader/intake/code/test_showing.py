"""A wrong step is shown by the line that takes it."""

from __future__ import annotations

import pytest

from grader.intake.code.showing import copying, shown
from grader.records.reason import Cause, Place
from grader.records.submission import Chunk, Copying, Module, Slice

SOURCE = """\
def stretch(cam):
    cam = cam - cam.min()
    return cam / cam.sum()

def returnCAM(features, weight, idx):
    row = weight[0]
    cam = (row * features).sum(0).T
    cam = abs(cam)
    cam = stretch(cam)
    cam = 200 * cam  # not 100
    return cam.astype(np.float32)[::-1]

def get_cls_pred(logit):
    index = logit.sort()[1][0]
    print(100 * logit.max())
    return index
"""
SLICE = Slice((Module("submission", (Chunk("cell 9", 11, SOURCE),)),))


@pytest.mark.parametrize(
    ("check", "id", "got", "line"),
    [
        ("class_weights", "class.way", "the weights are those of class 0, whatever was predicted", 6),
        ("weighted_sum", "sum.way", "rows and columns are swapped", 7),
        ("normalise", "stretch.way", "absolute values are taken before the map is stretched", 8),
        ("normalise", "stretch.way", "it is divided by its sum", 7),
        ("normalise", "stretch.way", "normalised to about [0, 200]", 10),
        ("weighted_sum", "sum.way", "the map is flipped top to bottom", 11),
        ("dtype", "map.dtype", "float32", 11),
        ("cls_index", "index.class", "the least probable", 14),
        ("cls_probability", "probability.value", "a percentage", 15),
        ("cls_probability", "probability.value", "the probability of class 0", 15),
    ],
)
def test_a_wrong_step_is_where_it_is_written(check: str, id: str, got: str, line: int) -> None:
    """By the words of its cause and the numbers in them, within the function and those that it calls."""
    assert shown(SLICE, f"cam.{check}", Cause(id, {"got": got})) == Place("cell 9", 10 + line)


@pytest.mark.parametrize(
    ("id", "got", "code"),
    [
        ("map.coloured", "a colour map: COLORMAP_JET", "return cv2.applyColorMap(cam, cv2.COLORMAP_JET)"),
        ("map.enlarged", "its values are repeated one after the other", "return np.resize(cam, (256, 256))"),
        ("map.enlarged", "low levels are set to 0 as well", "cam[cam < 90] = 0"),
        ("map.type", "list", "maps.append(cam)"),
        ("stretch.way", "normalised to about [0, 222]", "cam = np.uint8(225 * cam)"),
        ("stretch.way", "normalised to about [0, 222]", "cam *= 225.0"),
        ("stretch.way", "normalised to [0, 256], so that the maximum wraps around to 0", "cam = 256 * cam"),
        (
            "stretch.way",
            "levels in [0, 1] are rounded to 0 or 1, or compared with a half",
            "cam = np.rint(cam) * 255",
        ),
        ("stretch.way", "it is divided by the square root of the sum of squares", "cam /= norm(cam)"),
        ("stretch.way", "brackets are missing around maximum minus minimum", "cam = (cam - a) / b - a"),
        ("index.class", "the class one after the most probable", "return index + 1"),
        ("index.class", "the least probable", "index = order[0]"),
        ("name.other", "that of the class 1 before it", "names = dict(enumerate(names, 1))"),
        ("name.other", "that of the class 1 before it", "names = dict(zip(range(1, 1001), names))"),
        ("name.other", "that of the class 1 after it", "print(names[index + 1])"),
        ("probability.value", "the logit", "best, index = logit.max(1)"),
        ("probability.value", "the logit", "best = logits[0, index].item()"),
        ("sum.way", "one channel is used only", "cam = sum(row[c] * f[c] for c in range(1))"),
        ("class.way", "the weights are a column of weight_fc", "row = weight.T[idx]"),
        (
            "sum.way",
            "the weights' exponentials, or a softmax of them, are used",
            "row = softmax(weight[idx], axis=0)",
        ),
        ("sum.way", "rows and columns are swapped", "cam = cam.reshape(7, 7, order='F')"),
    ],
)
def test_a_step_is_known_by_how_people_write_it(id: str, got: str, code: str) -> None:
    """Beside a line that says nothing of it."""
    source = f"def returnCAM(f, weight, idx):\n    cam = weight[idx] @ f\n    {code}\n"
    slice = Slice((Module("submission", (Chunk("cell 1", 1, source),)),))

    assert shown(slice, "cam.any", Cause(id, {"got": got})) == Place("cell 1", 3)


@pytest.mark.parametrize(
    ("id", "got"),
    [
        ("stretch.way", "normalised to [0, 100]"),  # in a comment only
        ("stretch.way", "a sigmoid is used"),
        ("crop.offset", "200"),
        ("sum.unknown", ""),
    ],
)
def test_what_is_not_written_is_shown_nowhere(id: str, got: str) -> None:
    """The line that takes the step is the place then."""
    assert shown(SLICE, "cam.normalise", Cause(id, {"got": got})) is None
    assert shown(SLICE, "cam.normalise", None) is None


def test_what_is_in_a_helper_is_found_there() -> None:
    """It is called by the function, and stands above it."""
    cause = Cause("stretch.way", {"got": "the mean is taken off"})
    helped = SOURCE.replace("cam - cam.min()", "cam - cam.mean()")
    slice = Slice((Module("submission", (Chunk("cell 9", 11, helped),)),))

    assert shown(slice, "cam.normalise", cause) == Place("cell 9", 12)
    assert shown(Slice(()), "cam.normalise", cause) is None


BOUND = """\
class Explanation:
    def explain(self, f, w, i):
        rows = f.reshape(512, 49).T
        cam = (rows @ w[i]).reshape(7, 7)
        return self.stretched(cam.T)

    def stretched(self, cam):
        low, high = cam.min(), cam.max()
        return np.uint8((low - cam).reshape(-1, 7) / (low - high))

returnCAM = Explanation().explain
"""


@pytest.mark.parametrize(
    ("check", "got", "line"),
    [("weighted_sum", "rows and columns are swapped", 5), ("normalise", "inverted", None)],
)
def test_what_a_name_stands_for_is_looked_at(check: str, got: str, line: int | None) -> None:
    """A transposition at or after the sum turns the map, not one before it; a -1 alone inverts nothing."""
    slice = Slice((Module("submission", (Chunk("cell 1", 1, BOUND),)),))
    found = shown(slice, f"cam.{check}", Cause("sum.way", {"got": got}))

    assert (found and found.line) == line


KERNEL = """\
class Net:
    def get_upsampling_weight(self, inputs, outputs, size):
        middle = size // 2
        kernel = ramp(middle)
        weight = np.zeros((inputs, outputs, size, size))
        weight[:, channel] = kernel / kernel.sum()
        return weight
"""


@pytest.mark.parametrize(
    ("got", "line"),
    [
        ("the kernel is divided by its sum", 6),
        ("the kernel's middle is at 2, it must be at 1.5", 3),
        ("the kernel stands between every two classes, it belongs on the diagonal", 6),
        ("every weight is 0", 5),
        ("only along columns the kernel is a ramp", 4),
        ("it holds random numbers", None),
    ],
)
def test_a_wrong_kernel_is_shown_by_what_makes_it(got: str, line: int | None) -> None:
    """Not by the layer that is filled with it."""
    slice = Slice((Module("submission", (Chunk("cell 5", 1, KERNEL),)),))
    found = shown(slice, "fcn8s.bilinear", Cause("bilinear.way", {"got": got}))

    assert (found and found.line) == line


def test_of_two_networks_with_such_a_function_each_has_its_own() -> None:
    """They are methods of one name, and where a class has none it is the other's, or the one of both."""
    chunks = [
        Chunk(f"cell {number}", 1, KERNEL.replace("Net", name))
        for number, name in enumerate(("FCN32s", "FCN8s"), start=1)
    ]
    cause = Cause("bilinear.way", {"got": "every weight is 0"})
    both, first = (Slice((Module("submission", tuple(some)),)) for some in (chunks, chunks[:1]))

    assert shown(both, "fcn32s.bilinear", cause) == Place("cell 1", 5)
    assert shown(both, "fcn8s.bilinear", cause) == shown(both, "fcn16s.bilinear", cause) == Place("cell 2", 5)
    assert shown(first, "fcn8s.bilinear", cause) == Place("cell 1", 5)


OTHER = """\
class FCN8s(nn.Module):
    def __init__(self, n_class):
        ramp = torch.arange(4)
        self.up.weight.data.copy_(bilinear(4).repeat(n_class, n_class, 1, 1))
        self.score.weight.data[0] = 0

def bilinear(size):
    return torch.ones(size, size)
"""


@pytest.mark.parametrize(
    ("got", "line"),
    [
        ("the kernel stands between every two classes", 4),
        ("every weight is 1", 8),
        ("the kernel is divided by its sum", None),  # as the other one's is
    ],
)
def test_a_network_with_kernels_of_its_own_has_none_of_the_other_s(got: str, line: int | None) -> None:
    """What it runs makes them, or fills its layers with them."""
    chunks = Chunk("cell 1", 1, KERNEL.replace("Net", "FCN32s")), Chunk("cell 2", 1, OTHER)
    found = shown(
        Slice((Module("submission", chunks),)), "fcn8s.bilinear", Cause("bilinear.way", {"got": got})
    )

    assert found == (Place("cell 2", line) if line else None)


@pytest.mark.parametrize(
    ("statements", "place"),
    [
        ("for layer in ups(net):\n    nn.init.ones_(layer.weight)", Place("cell 9", 2)),
        ("net.apply(begin)", Place("cell 8", 2)),
        ("net = FCN8s(12)", Place("cell 5", 4)),  # nothing else is known of
    ],
)
def test_what_the_notebook_fills_kernels_with_is_shown_there(statements: str, place: Place) -> None:
    """Not in a function for kernels that nothing calls."""
    begin = Chunk("cell 8", 1, "def begin(layer):\n    layer.weight.data.fill_(1)")
    module = Module("submission", (Chunk("cell 5", 1, KERNEL), begin))
    own = Copying("submission", "net", (Chunk("cell 9", 1, statements),))
    found = shown(
        Slice((module,), copying={"FCN8s": (own,)}),
        "fcn8s.bilinear",
        Cause("bilinear.way", {"got": "every weight is 1"}),
    )

    assert found == place


COPYING = """\
class Net:
    def __init__(self, backbone):
        for layer, source in zip(self.convs, backbone.features):
            layer.weight.data.copy_(kernel)
            assert layer.weight.shape == source.weight.shape
            layer.weight.data.copy_(source.weight.data)
"""


def test_what_is_copied_is_shown_by_the_line_that_copies() -> None:
    """Of the network's own class, if it has one; a kernel is no copy, nor is a comparison."""
    other = Chunk("cell 1", 1, COPYING.replace("Net", "Other"))
    slice = Slice((Module("submission", (other, Chunk("cell 5", 1, COPYING))),))
    assert copying(slice, "Net") == Place("cell 5", 6)
    assert copying(slice, "Third") == Place("cell 1", 6)
    assert copying(Slice(()), "Net") is None


FILLS = """\
class FCN8s(nn.Module):
    def __init__(self):
        for layer in self.modules():
            if isinstance(layer, nn.ConvTranspose2d):
                layer.weight.data.copy_(upsampling(layer) * 0.5)
                layer.weight.data.zero_()
            else:
                layer.weight.data.zero_()

def upsampling(layer):
    weight = torch.zeros(layer.weight.shape)
    weight[0, 0] = 1
    return weight
"""


@pytest.mark.parametrize(
    ("source", "got", "line"),
    [
        (FILLS, "every weight is 0", 6),
        (FILLS, "the kernel is multiplied by 0.5", 5),
        (FILLS.replace("    weight[0, 0] = 1\n", ""), "every weight is 0", 11),  # it stays as it was made
    ],
)
def test_a_kernel_is_shown_where_it_was_spoilt(source: str, got: str, line: int) -> None:
    """Where layers are filled, or where it was made."""
    slice = Slice((Module("submission", (Chunk("cell 9", 1, source),)),))

    assert shown(slice, "fcn8s.bilinear", Cause("bilinear.way", {"got": got})) == Place("cell 9", line)
