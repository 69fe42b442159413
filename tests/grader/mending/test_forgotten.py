"""A layer that is not made is read as the assignment's, where it stands in the forward pass."""

from __future__ import annotations

import pytest

from grader.mending.edits import Mend
from grader.mending.forgotten import mends
from grader.mending.trouble import LARGEST, Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

NETWORK = """class FCN8s(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1_1 = nn.Conv2d(3, 64, 3, padding=100)
        self.fc6 = nn.Conv2d(512, 4096, 7)
        self.up2 = nn.ConvTranspose2d(classes, classes, 4, 2)
        self.act = nn.ReLU()

    def forward(self, x):
        h = self.conv1_1(x)
        h = self.conv1_2(h)
        h = self.fc6(h)
        return self.up8(self.up2(h))
"""
PLACE = Place("cell 1", 11)


def of(source: str, trouble: Trouble, target: str = "FCN8s") -> list[Mend]:
    return list(mends(trouble, Slice((Module("submission", (Chunk("cell 1", 1, source),)),)), target))


def lacks(name: str, source: str = NETWORK, target: str = "FCN8s") -> list[Mend]:
    """The mends of a network that has no such attribute."""
    return of(source, Trouble("AttributeError", f"'FCN8s' object has no attribute '{name}'", PLACE), target)


def text(mend: Mend) -> str:
    return mend.slice.modules[0].chunks[0].source


def test_it_is_made_after_the_layer_before_it_and_no_line_moves() -> None:
    first = lacks("conv1_2")[0]

    line = text(first).split("\n")[3]
    assert line.endswith("padding=100); self.conv1_2 = __import__('torch').nn.Conv2d(64, 64, 3, padding=1)")
    assert text(first).count("\n") == NETWORK.count("\n")
    assert first.lines == ("build", "conv1")


def test_the_first_is_made_before_the_layer_after_it() -> None:
    source = NETWORK.replace("        self.conv1_1 = nn.Conv2d(3, 64, 3, padding=100)\n", "")

    assert "self.conv1_1 = __import__('torch').nn.Conv2d(3, 64, 3, padding=100); self.fc6" in text(
        lacks("conv1_1", source)[0]
    )


def test_the_first_is_padded_as_the_year_wants_it() -> None:
    """Else its crops would cost what the student did right."""
    source = NETWORK.replace("        self.conv1_1 = nn.Conv2d(3, 64, 3, padding=100)\n", "")
    trouble = Trouble("AttributeError", "'FCN8s' object has no attribute 'conv1_1'", PLACE)
    slice = Slice((Module("submission", (Chunk("cell 1", 1, source),)),))

    assert "nn.Conv2d(3, 64, 3, padding=1);" in text(next(mends(trouble, slice, "FCN8s", padding=1)))


def test_one_without_neighbours_is_made_after_the_parent() -> None:
    source = "class FCN8s(nn.Module):\n    def __init__(self):\n        super().__init__()\n\n"
    source += "    def forward(self, x):\n        return self.fc7(x)\n"

    assert "super().__init__(); self.fc7 = " in text(lacks("fc7", source)[0])


def test_a_transposed_convolution_is_one_that_is_not_there_yet() -> None:
    """The constructor makes one of kernel 4 already; the number of classes has the name that it has there."""
    assert "nn.ConvTranspose2d(classes, classes, 16, 8, bias=False)" in text(lacks("up8")[0])


@pytest.mark.parametrize("name", ["relu7", "drop6", "pool3", "activation", "relu_conv1_2", "bn1"])
def test_what_has_no_weights_is_left_to_others(name: str) -> None:
    assert lacks(name, NETWORK.replace("conv1_2", name)) == []


def test_a_name_that_slipped_is_no_layer_that_was_forgotten() -> None:
    """Where a layer of nearly this name is made and never applied."""
    assert (
        lacks("conv1_2", NETWORK.replace("self.act = nn.ReLU()", "self.conv_12 = nn.Conv2d(64, 64, 3)")) == []
    )


def test_a_name_that_slipped_is_none_though_copying_lists_it() -> None:
    copying = "\n    def copy_params_from_vgg16(self, vgg16):\n        own = [self.conv1_2]\n"
    made = "        self.act = nn.ReLU()\n        self.conv1_2 = nn.Conv2d(64, 64, 3, padding=1)\n"
    source = NETWORK.replace("        self.act = nn.ReLU()\n", made) + copying

    assert lacks("conv1_l", source.replace("self.conv1_2(h)", "self.conv1_l(h)")) == []


def test_a_number_that_was_not_kept_is_no_layer() -> None:
    """It is not applied, nor handed on as layers are."""
    used = NETWORK.replace("self.conv1_2(h)", "h.view(1, self.classes, 8, range(self.size)[0])")

    assert lacks("classes", used) == lacks("size", used) == []
    assert lacks("stem", NETWORK.replace("self.conv1_2(h)", "self.stem(); h")) == []
    assert lacks("stem", NETWORK.replace("self.conv1_2(h)", "apply(self.stem, h)"))


def test_as_many_of_a_kind_are_made_as_the_assignment_has() -> None:
    """FCN-8s has two transposed convolutions of kernel 4, of which one is there."""
    assert "classes, classes, 4, 2" in text(lacks("upscore2", NETWORK.replace("up8", "upscore2"))[0])

    both = NETWORK.replace("self.act = nn.ReLU()", "self.up4 = nn.ConvTranspose2d(classes, classes, 4, 2)")
    both = both.replace("self.up8(self.up2(h))", "self.up_1(self.up4(self.up2(h)))")

    assert "classes, classes, 16, 8" in text(lacks("up_1", both)[0])


def test_it_is_made_after_the_nearest_of_those_before_it() -> None:
    """As they are applied, not as deep as they stand."""
    assert "512, 4096, 7); self.stem" in text(lacks("stem", NETWORK.replace("self.up8(", "self.stem("))[0])
    within = NETWORK.replace("self.conv1_1(x)", "self.act(self.conv1_1(x))")
    assert "padding=100); self.conv1_2" in text(lacks("conv1_2", within)[0])


@pytest.mark.parametrize(
    ("head", "classes"),
    [("self, *, n", "n"), ("self, pretrained, n_class", "n_class"), ("self, a, /", "a"), ("self", "12")],
)
def test_the_number_of_classes_has_the_name_that_it_has_there(head: str, classes: str) -> None:
    source = NETWORK.replace("self, classes", head)

    assert f"nn.ConvTranspose2d({classes}, {classes}, 16" in text(lacks("up8", source)[0])


@pytest.mark.parametrize(
    "layers", ["[nn.Conv2d(512, 4096, 7), nn.ReLU()]", "(nn.Conv2d(512, 4096, 7), nn.ReLU())"]
)
def test_layers_in_a_list_are_one_after_another(layers: str) -> None:
    """They are not exchanged for one of the assignment's."""
    source = NETWORK.replace("nn.Conv2d(512, 4096, 7)", layers)
    (only,) = of(source, Trouble("TypeError", "'list' object is not callable", Place("cell 1", 12)))

    assert f"nn.Sequential(*{layers})" in text(only)
    assert only.lines == ()


def test_numbers_in_a_tuple_are_no_layers() -> None:
    source = NETWORK.replace("nn.Conv2d(512, 4096, 7)", "(512, 4096)")
    found = of(source, Trouble("TypeError", "'tuple' object is not callable", Place("cell 1", 12)))

    assert found[0].lines == ("build", "fc6")


def test_a_class_that_nobody_called_is_a_layer() -> None:
    """It would be made anew of what it is applied to."""
    source = NETWORK.replace("nn.Conv2d(512, 4096, 7)", "nn.Conv2d")
    message = "Conv2d.__init__() missing 2 required positional arguments: 'out_channels' and 'kernel_size'"

    assert of(source, Trouble("TypeError", message, Place("cell 1", 12)))[0].lines == ("build", "fc6")


def test_functions_have_no_layers_and_no_large_class_is_read() -> None:
    assert lacks("conv1_2", target="returnCAM") == []
    assert lacks("conv1_2", NETWORK + "#" * LARGEST) == []


@pytest.mark.parametrize(
    ("value", "made", "lines"),
    [
        ("None", "Conv2d(512, 4096, 7, padding=0)", ("build", "fc6")),
        ("7", "Conv2d(512, 4096, 7, padding=0)", ("build", "fc6")),
    ],
)
def test_what_can_not_be_called_is_a_layer(value: str, made: str, lines: tuple[str, ...]) -> None:
    """It is the assignment's, whatever stands there."""
    source = NETWORK.replace("nn.Conv2d(512, 4096, 7)", value)
    first = of(source, Trouble("TypeError", "'int' object is not callable", Place("cell 1", 12)))[0]

    assert made in text(first)
    assert (first.lines, first.made) == (lines, Place("cell 1", 5))


def test_a_layer_that_can_be_called_stays() -> None:
    assert of(NETWORK, Trouble("TypeError", "'int' object is not callable", Place("cell 1", 12))) == []
