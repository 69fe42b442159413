"""A last cell that was run, on a network whose answers are drawn instead of computed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from grader.evidence import last_cell
from grader.evidence.cam import CamEvidence
from grader.evidence.last_cell import IMAGES, LastCell, Truth
from grader.records.submission import Chunk, Slice
from grader.wall.draws import draw
from tests.grader.a_cam import LABELS, SOURCE
from tests.grader.in_process import InProcess
from tests.grader.slim import Edit, edited, world_of

SEED = 6
CELL = """\
weight_fc = WEIGHT.detach().numpy()
for name in ("bike.jpg", "cat.jpg"):
    logit, features = NET[name]
    idx = get_cls_pred(logit)
    heat = returnCAM(features.numpy(), weight_fc, idx)
"""


def drawn() -> Truth:
    """A network's answers, drawn instead of computed."""
    return Truth(
        draw(SEED, "fc", (1000, 512), 0.05),
        tuple(draw(SEED, f"logit {name}", (1, 1000)) for name in IMAGES),
        tuple(np.abs(draw(SEED, f"features {name}", (1, 512, 7, 7))) for name in IMAGES),
    )


TRUTH = drawn()


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The drawn network is the kit's."""
    monkeypatch.setattr(last_cell, "truth", lambda: TRUTH)


class Ran(LastCell):
    """The last cell, with the two functions that it calls."""

    def __init__(self, cam: CamEvidence) -> None:
        super().__init__(cam.cell)
        self.cam = cam


def cell(*edits: Edit, functions: str = SOURCE, weight_line: str = "") -> Ran:
    """What the last cell did after these edits."""
    world = world_of(functions)
    world.namespaces["submission"] |= {
        "WEIGHT": torch.from_numpy(TRUTH.weight.copy()).requires_grad_(),
        "NET": {
            name: (torch.from_numpy(logit.copy()), torch.from_numpy(features.copy()))
            for name, logit, features in zip(IMAGES, TRUTH.logits, TRUTH.features, strict=True)
        },
    }
    lines = (Chunk("cell 9", 1, weight_line),) if weight_line else ()
    world.slice = Slice(cam_cell=(Chunk("cell 9", 1, edited(*edits, source=CELL)),), weight_fc=lines)
    return Ran(CamEvidence(InProcess("", world), SEED, LABELS))
