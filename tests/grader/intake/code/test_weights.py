"""The statements that compute `weight_fc` are cut out of their block, with what they are computed from."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

from pathlib import Path

import pytest

from grader.intake.code.weights import worked_out
from grader.records.submission import Chunk
from tests.grader.intake.a_submission import of_cells

WAYS: dict[str, tuple[str, list[str]]] = {
    "one assignment": (
        "for f in fs:\n    weight_fc = net.fc.weight.detach().numpy()\n    returnCAM(a, weight_fc, i)",
        ["weight_fc = net.fc.weight.detach().numpy()"],
    ),
    "two assignments": (
        "for f in fs:\n    weight_fc = net.fc.weight  # (1000, 512)\n    weight_fc = weight_fc.detach().numpy()\n"
        "    returnCAM(a, weight_fc, i)",
        ["weight_fc = net.fc.weight", "weight_fc = weight_fc.detach().numpy()"],
    ),
    "parameters first": (
        "import numpy as np\nfor f in fs:\n    params = list(net.parameters())\n    img = load(f)\n"
        "    weight_fc = np.squeeze(params[-2].data.numpy())\n    returnCAM(a, weight_fc, i)",
        ["params = list(net.parameters())", "weight_fc = np.squeeze(params[-2].data.numpy())"],
    ),
    "a model that is not built again": (
        "from CAM.resnet import resnet18\nnet = resnet18(pretrained=True)\nnet.eval()\nfc = net.fc\n"
        "weight_fc = fc.weight.data.numpy()\nreturnCAM(a, weight_fc, i)",
        ["fc = net.fc", "weight_fc = fc.weight.data.numpy()"],
    ),
    "several lines": (
        "for f in fs:\n    weight_fc = (\n        net.fc\n        .weight.data\n    )\n    returnCAM(a, weight_fc, i)",
        ["weight_fc = (\n    net.fc\n    .weight.data\n)"],
    ),
    "an annotation": ("weight_fc: object = net.fc.weight\nreturnCAM(a, weight_fc, i)", ["weight_fc: object = net.fc.weight"]),
    "a later block wins": (
        "weight_fc = None\nfor f in fs:\n    weight_fc = net.fc.weight\n    returnCAM(a, weight_fc, i)",
        ["weight_fc = net.fc.weight"],
    ),
    "an expression in the call": ("returnCAM(a, net.fc.weight.numpy(), i)", ["weight_fc = net.fc.weight.numpy()"]),
    "never in a last cell": ("weight_fc = net.fc.weight", ["weight_fc = net.fc.weight"]),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_the_innermost_assignments_are_cut_out(way: str, tmp_path: Path) -> None:
    """Dedented, in order, without the loop around them."""
    source, expected = WAYS[way]

    chunks = of_cells(tmp_path, "def returnCAM(f, w, i): pass", source).slice.weight_fc

    assert [chunk.source for chunk in chunks] == expected


def test_chunks_keep_their_lines(tmp_path: Path) -> None:
    """A traceback must point into the student's cell."""
    (chunk,) = of_cells(tmp_path, "for f in fs:\n    x = 1\n    weight_fc = net.fc").slice.weight_fc

    assert (chunk.label, chunk.line) == ("cell 1", 3)


@pytest.mark.parametrize(
    ("sources", "at"),
    [
        (["weight_fc = net.fc.weight.numpy()"], 0),
        (["params = list(net.parameters())", "weight_fc = np.squeeze(params[-1].data.numpy())"], 1),
        (["w = softmax(net.fc.weight)", "w = w.detach().cpu()", "weight_fc = np.array(w.data)"], 0),
        (["w = net.fc.weight", "v = w.T", "weight_fc = v.numpy()"], 1),
        (["w = net.fc.weight", "weight_fc = w.reshape(512, 1000)"], 1),
        (["weight_fc = w"], 0),
        (["scale = 2", "weight_fc = net.fc.weight", "weight_fc *= scale"], 2),
        (["w: object = net.fc.weight", "weight_fc: object = w"], 0),
    ],
)
def test_what_only_makes_an_array_works_nothing_out(sources: list[str], at: int) -> None:
    """The statement before it is where a wrong weight comes from."""
    chunks = [Chunk("cell 9", number, source) for number, source in enumerate(sources)]

    assert worked_out(chunks) == chunks[at] and worked_out(()) is None
