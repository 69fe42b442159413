"""What a notebook does with its models before it trains them is there to be done again."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.intake import read
from tests.grader.intake.a_submission import folder, ipynb

MODEL = "class FCN8s:\n    pass"
CELLS: dict[str, tuple[str, list[str]]] = {
    "a method": (
        "net = get()\nm = FCN8s(12)\nm.load_pretrained(net)\nTrainer(m)",
        ["net = get()", "m = FCN8s(12)", "m.load_pretrained(net)"],
    ),
    "a function": ("m = FCN8s()\nstart(m, get())\nprint(m)", ["m = FCN8s()", "start(m, get())"]),
    "a loop": (
        "m = FCN8s().cuda()\nfor a, b in zip(m.layers, get()):\n    a.weight = b.weight",
        ["m = FCN8s().cuda()", "for a, b in zip(m.layers, get()):\n    a.weight = b.weight"],
    ),
    "a constructor of its own": ("m = FCN8s.start(get())\nTrainer(m)", ["m = FCN8s.start(get())"]),
    "a table": (
        "t = {'a': FCN8s}\nm = t['a']()\nm.weight = get()\nTrainer(m)",
        ["t = {'a': FCN8s}", "m = t['a']()", "m.weight = get()"],
    ),
    "a model that was trained": (
        "t = Trainer(1)\nm = FCN8s()\nm.load_state_dict(t.state_dict())\nTrainer(m)",
        ["m = FCN8s()", "m.load_state_dict(t.state_dict())"],
    ),
    "what a model that was trained gives": ("t = Trainer(1)\nm = FCN8s()\nm.show(t.loss)\nTrainer(m)", []),
    "a number of classes by its name": ("m = FCN8s(num_classes)\nTrainer(m)", []),
    "a configuration": ("cfg = get()\nm = FCN8s(cfg)\nTrainer(m)", ["cfg = get()", "m = FCN8s(cfg)"]),
    "a misspelt model": (
        "m_own = FCN8s()\nmodel8 = FCN8s()\nmodle8.take(vgg16)\nTrainer(model8)",
        ["model8 = FCN8s()", "modle8.take(vgg16)"],
    ),
    "a model that a function of no VGG-16 is called with": (
        "def fill(a, b):\n    a.weight.data = b\nm = FCN8s()\nfill(fnc, get())\nTrainer(m)",
        ["m = FCN8s()", "fill(fnc, get())"],
    ),
    "a misspelt model of what is bound again": (
        "def fill(a):\n    a.x.copy_(1)\n    return a\nm8 = FCN8s()\nm8 = fill(m_8)\nTrainer(m8)",
        ["m8 = FCN8s()", "m8 = fill(m_8)"],
    ),
    "a misspelt model of its own method": (
        "class FCN8s:\n    def fill(self, n):\n        self.c.bias = n\nm = FCN8s()\nn.fill(1)\nTrainer(m)",
        ["m = FCN8s()", "n.fill(1)"],
    ),
    "a function that only looks": ("def show(a):\n    print(a)\nm = FCN8s()\nshow(mm)\nTrainer(m)", []),
    "another misspelt name": (
        "def fill(a, b):\n    a.weight = b\nm = FCN8s()\nfill(m, bb)\nTrainer(m)",
        ["m = FCN8s()", "fill(m, bb)"],
    ),
    "a name that is bound elsewhere": (
        "model8 = FCN8s()\nmodle8.take(vgg16)\nTrainer(model8)\nmodle8 = 1",
        [],
    ),
    "a function of the notebook's surroundings": ("m8 = FCN8s()\nprint(vgg16)\nTrainer(m8)", []),
    "what a star brings": (
        "from own import *\nmodel8 = FCN8s()\nmodle8.take(vgg16)\nTrainer(model8)",
        [],
    ),
    "nothing": ("m = FCN8s()\nm = m.to(device)\nTrainer(m)\nm.load_pretrained(1)", []),
    "another model": ("m = FCN8s()\nm = Other()\nm.load_pretrained(1)", []),
}


@pytest.mark.parametrize("cell", CELLS)
def test_statements_that_touch_a_model_are_kept(cell: str, tmp_path: Path) -> None:
    """With what they need, up to the training; those that only move or show it are not."""
    text, expected = CELLS[cell]
    files = {"a.ipynb": ipynb("from FCN.trainer import Trainer\ndef get(): return 1", MODEL, text)}

    found = read(folder(tmp_path / "s", files)).slice.copying.get("FCN8s", ())

    sources = [chunk.source for each in found for chunk in each.chunks if chunk.label == "cell 3"]
    assert sources == expected


def test_functions_that_handle_weights_are_kept(tmp_path: Path) -> None:
    """Whatever they are called, unless they train."""
    text = (
        "def transfer(a, b):\n    a.weight = b.weight\ndef show(m):\n    print(m)\n"
        "def fit(m):\n    loss = m.weight.sum()\n    loss.backward()\ndef vgg_layers(n):\n    return n"
    )

    targets = read(folder(tmp_path / "s", {"a.ipynb": ipynb(MODEL, text)})).slice.targets

    assert set(targets) == {"FCN8s", "transfer", "vgg_layers"}


def test_a_function_of_the_last_cell_is_no_copier(tmp_path: Path) -> None:
    """It handles the weight of the network that the maps are of."""
    show = "def show(path):\n    weight_fc = net.fc.weight\n    returnCAM(net(path), weight_fc, 0)\n"
    show += "show('a.jpg')"
    files = {"a.ipynb": ipynb("def returnCAM(a, b, c): return a", MODEL, show)}

    found = read(folder(tmp_path / "s", files)).slice

    assert "show" not in found.targets
    assert [chunk.source.split("\n")[0] for chunk in found.cam_cell] == ["def show(path):", "show('a.jpg')"]


LATE = "class FCN8s:\n    def take(self, n):\n        self.c.bias = n\nm = FCN8s()\nTrainer(m)\n"


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        ([LATE + "m.take(1)"], 6),
        ([LATE + "m.take(1)\nTrainer(m)"], None),  # it is trained again
        ([LATE, "m.take(1)"], None),  # cells are run in any order
        ([LATE + "m = FCN8s()\nm.take(1)"], None),
        ([LATE + "print(m)"], None),
    ],
)
def test_what_is_copied_after_training_is_told(cells: list[str], line: int | None, tmp_path: Path) -> None:
    """Within one cell, where nothing trains the model again."""
    files = {"a.ipynb": ipynb("from FCN.trainer import Trainer", *cells)}

    found = read(folder(tmp_path / "s", files)).slice.copying.get("FCN8s", ())

    assert [each.late and each.late.line for each in found if each.late] == ([line] if line else [])
