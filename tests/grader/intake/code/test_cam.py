"""The last cell is found in whatever form it was written, and runs on top of the targets."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.grader.intake.a_submission import of_cells, run

TARGETS = """
calls = []

def get_cls_pred(logit):
    return 1

def returnCAM(feature_conv, weight_fc, idx):
    calls.append((feature_conv, weight_fc, idx))
    return feature_conv
"""
MODEL = "class Net:\n    w = 'the weight'\n    def __call__(self, x): return x, x + '!'\nnet = Net()"
TRAP = "raise SystemExit('this must not run')"

FORMS = {
    "a loop over both pictures": [
        MODEL,
        "for name in ['bike.jpg', 'cat.jpg']:\n    logits, feat = net(name)\n    i = get_cls_pred(logits)\n"
        "    weight_fc = net.w\n    returnCAM(feat, weight_fc, i)\n",
    ],
    "the weight before the loop, in another cell": [
        MODEL,
        "weight_fc = net.w",
        "for name in ['bike.jpg', 'cat.jpg']:\n    logits, feat = net(name)\n    returnCAM(feat, weight_fc, get_cls_pred(logits))",
    ],
    "another name for the weight": [
        MODEL,
        "for name in ['bike.jpg', 'cat.jpg']:\n    logits, feat = net(name)\n    w = net.w\n    returnCAM(feat, w, 1)\n",
    ],
    "no name for the weight": [MODEL, "for name in ['bike.jpg', 'cat.jpg']:\n    returnCAM(net(name)[1], idx=1, weight_fc=net.w)"],
    "a function that is called": [
        MODEL,
        "def show(name):\n    logits, feat = net(name)\n    weight_fc = net.w\n    return returnCAM(feat, weight_fc, 1)\n",
        "show('bike.jpg')\nshow('cat.jpg')",
    ],
    "a function that map is handed": [MODEL, "def show(name):\n    weight_fc = net.w\n    return returnCAM(net(name)[1], weight_fc, 1)\n", "maps = list(map(show, ['bike.jpg', 'cat.jpg']))"],
    "a function that an object's method is handed": [
        MODEL,
        "def show(name):\n    weight_fc = net.w\n    return returnCAM(net(name)[1], weight_fc, 1)\n",
        "import pandas as pd\npd.Series(['bike.jpg', 'cat.jpg']).apply(show)",
    ],
    "a function without a name around it": [MODEL, "def show(name):\n    weight_fc = net.w\n    return returnCAM(net(name)[1], weight_fc, 1)\n", "sorted(('bike.jpg', 'cat.jpg'), key=lambda name: str(show(name)))"],
    "a function without a name": [MODEL, "show = lambda name: returnCAM(net(name)[1], net.w, 1)", "show('bike.jpg')\nshow('cat.jpg')"],
    "a part of a function": [
        MODEL,
        "from functools import partial\ndef show(name, idx):\n    weight_fc = net.w\n    return returnCAM(net(name)[1], weight_fc, idx)\n",
        "draw = partial(show, idx=1)\nfor name in ('bike.jpg', 'cat.jpg'): draw(name)",
    ],
    "main() that calls a function": [
        "def show(net, name):\n    weight_fc = net.w\n    return returnCAM(net(name)[1], weight_fc, 1)\n",
        f"def main():\n    {MODEL.replace(chr(10), chr(10) + '    ')}\n    for n in ('bike.jpg', 'cat.jpg'): show(net, n)",
        "if __name__ == '__main__':\n    main()",
    ],
    "main() that trains where it is told so": [
        MODEL,
        "from FCN.trainer import Trainer\nPART = 1",
        "def show(names=('bike.jpg', 'cat.jpg')):\n    weight_fc = net.w\n    for n in names: returnCAM(net(n)[1], weight_fc, 1)\n",
        "def main():\n    match PART:\n        case 1: Trainer(net)\n        case 4: show()",
        "if __name__ == '__main__':\n    main()",
    ],
    "an object that does it": [
        MODEL,
        "class Viewer:\n    def show(self, name):\n        weight_fc = net.w\n        returnCAM(net(name)[1], weight_fc, 1)\n",
        "viewer = Viewer()\nfor name in ('bike.jpg', 'cat.jpg'):\n    viewer.show(name)",
    ],
    "a cell for each picture, and a scratch cell": [
        MODEL,
        "weight_fc = net.w\nname = 'bike.jpg'\nreturnCAM(net(name)[1], weight_fc, 1)",
        "name = 'cat.jpg'\nreturnCAM(net(name)[1], weight_fc, 1)",
        "returnCAM",
    ],
    "a comprehension": [MODEL, "weight_fc = net.w\ncams = [returnCAM(net(n)[1], weight_fc, 1) for n in ('bike.jpg', 'cat.jpg')]"],
    "a with block": [MODEL, "import contextlib\nwith contextlib.suppress(ValueError):\n    for n in ('bike.jpg', 'cat.jpg'):\n        weight_fc = net.w\n        returnCAM(net(n)[1], weight_fc, 1)"],
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_the_last_cell_runs_in_every_form(form: str, tmp_path: Path) -> None:
    """returnCAM is called for both pictures with the weight; what stands around does not run."""
    cells = [TRAP, TARGETS]
    for source in FORMS[form]:
        cells += [source, TRAP]
    submission = of_cells(tmp_path, *cells)

    assert "calls" not in run(submission) or not run(submission)["calls"]
    assert run(submission, cam=True)["calls"] == [
        ("bike.jpg!", "the weight", 1),
        ("cat.jpg!", "the weight", 1),
    ]


@pytest.mark.parametrize("form", FORMS)
def test_the_weight_alone_can_be_computed_from_a_model(form: str, tmp_path: Path) -> None:
    """The chunks of `weight_fc` bind that name, whatever the notebook calls it."""
    chunks = of_cells(tmp_path, TARGETS, *FORMS[form]).slice.weight_fc

    namespace: dict[str, Any] = {"net": type("Other", (), {"w": "another weight"})}
    for chunk in chunks:
        exec(chunk.source, namespace)

    assert namespace["weight_fc"] == "another weight"


def test_the_slice_of_the_targets_is_not_run_again(tmp_path: Path) -> None:
    """A second definition of returnCAM would undo what the worker did to the first."""
    cam = of_cells(tmp_path, TARGETS, *FORMS["a loop over both pictures"]).slice.cam_cell

    assert not any("def " in chunk.source and "returnCAM" in chunk.source.split("\n")[0] for chunk in cam)
    assert cam[-1].source.startswith("for name in")


def test_the_last_of_two_versions_counts(tmp_path: Path) -> None:
    """A cell that was written again stands below the old one."""
    new = "weight_fc = net.w\nfor name in ['bike.jpg', 'cat.jpg']:\n    returnCAM(net(name)[1], weight_fc, 2)"
    submission = of_cells(tmp_path, TARGETS, *FORMS["a loop over both pictures"], new)

    assert [call[2] for call in run(submission, cam=True)["calls"]] == [2, 2]
    assert [chunk.label for chunk in submission.slice.weight_fc] == ["cell 4"]


@pytest.mark.parametrize("name", ["returnCAM", "seen"])
def test_a_version_above_the_last_cell_gives_way_to_one_below(name: str, tmp_path: Path) -> None:
    """What was written again below the last cell counts there, too, as does a helper of it."""
    targets = "calls = []\ndef seen(*given):\n    calls.append(given)" + TARGETS.replace(
        "calls.append((", "seen(("
    )
    targets = targets.replace("calls = []\n\n", "")
    above = ["def returnCAM(*given):\n    return seen(*given)", f"def {name}(*given):\n    raise ValueError"]
    submission = of_cells(tmp_path, *above, *FORMS["a loop over both pictures"], targets)

    assert len(run(submission, cam=True)["calls"]) == 2


def test_without_a_last_cell_there_is_no_slice_of_it(tmp_path: Path) -> None:
    """Nothing calls returnCAM, nothing binds weight_fc."""
    submission = of_cells(tmp_path, TARGETS, MODEL)

    assert submission.slice.cam_cell == ()
    assert submission.slice.weight_fc == ()
