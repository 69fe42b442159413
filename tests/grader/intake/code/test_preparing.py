from __future__ import annotations

from dataclasses import replace

import pytest

from grader.intake.code.preparing import in_the_cell
from grader.records.reason import Cause, Place
from grader.records.submission import Chunk, Module, Slice

CELL = """\
from torchvision.transforms import Normalize
net = resnet18(pretrained=True)
prepare = Compose([
    Resize((256, 256)),  # CenterCrop
    ToTensor(),
    Normalize(mean, std),
])
for name in ("bike.jpg", "cat.jpg"):
    image = cv2.imread(name)
    features = features.transpose(0, 1, 3, 2)
    heat = returnCAM(features, weight_fc, index)
"""
SLICE = Slice(cam_cell=(Chunk("cell 9", 11, CELL),))


@pytest.mark.parametrize(
    ("got", "line"),
    [
        ("the network is in train mode: eval() is missing", 2),
        ("the image is (256, 256), not (224, 224)", 4),
        ("the image is normalised with mean 0.5 and deviation 0.5", 6),
        ("the image is cat.jpg", 8),
        ("the image's channels are blue, green, red", 9),
        ("their rows and columns are swapped", 10),
        ("the middle is cut out of the image, which is not resized", 11),
        ("", 11),
    ],
)
def test_a_wrong_input_is_shown_by_the_line_that_prepares_it(got: str, line: int) -> None:
    """By its words; else by the line that asks for a map; a comment or an import shows nothing."""
    assert in_the_cell(SLICE, Cause("maps.input", {"got": got})) == Place("cell 9", 10 + line)


def test_a_wrong_input_is_shown_in_the_function_that_the_cell_prepares_it_with() -> None:
    """Though copying needs it too, so that it stands with the rest; what is graded shows nothing of it."""
    graded = "def returnCAM(f, w, i):\n    return f - f.mean()\n"
    source = f"{graded}\n\ndef load(path):\n    return Normalize(std, mean)(path)\n"
    modules = (Module("submission", (Chunk("cell 8", 1, source),)),)
    slice = Slice(modules, cam_cell=(Chunk("cell 9", 1, "returnCAM(net(load(path)), w, 1)\n"),))
    cause = Cause("maps.input", {"got": "the image: mean and deviation are exchanged"})

    assert in_the_cell(slice, cause) == Place("cell 8", 6)


def test_a_weight_of_another_network_is_shown_by_the_line_that_makes_it() -> None:
    """Other faults of the weight have a place of their own."""
    assert in_the_cell(SLICE, Cause("weight_fc.unrelated")) == Place("cell 9", 12)
    assert in_the_cell(SLICE, Cause("weight_fc.type", {"got": "list"})) is None
    assert in_the_cell(Slice(), Cause("maps.count")) is None
    assert in_the_cell(SLICE, None) is None


@pytest.mark.parametrize(
    "source", ["w = np.random.randn(1000, 512)", "w = resnet18().fc.weight.data", "w = torch.ones(1000, 512)"]
)
def test_a_weight_that_is_none_of_the_networks_is_shown_where_it_is_made(source: str) -> None:
    """Not where the network is made, which could be the fault, too; what is no array, where it is bound."""
    chunks = (Chunk("cell 9", 30, source), Chunk("cell 9", 31, "weight_fc = np.array(w)"))
    slice = replace(SLICE, weight_fc=chunks)

    assert in_the_cell(slice, Cause("weight_fc.unrelated")) == Place("cell 9", 30)
    assert in_the_cell(slice, Cause("weight_fc.type", {"got": "list"})) == Place("cell 9", 31)
