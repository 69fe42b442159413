"""The kit as students import it: from its own folder, with nothing else of the reference in sight."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from grader.sandbox import staging
from grader.sandbox.staging import Program

IMPORTS = """
import importlib.util, json, sys
from FCN.dataset import CMP_Facade_DB
from FCN.trainer import Trainer, visualize
from CAM.resnet import resnet18
logits, features = resnet18(pretrained=True).eval()(__import__("torch").zeros(1, 3, 224, 224))
assert len(json.load(open("files/imagenet-simple-labels.json"))) == logits.shape[1]
assert features.shape == (1, 512, 7, 7)
assert "torchvision" not in sys.modules, "a slow import that nothing needs"
for hidden in ("architecture", "fcn", "cam", "synthetic", "building"):
    assert importlib.util.find_spec("reference." + hidden) is None, hidden
"""


@pytest.fixture
def stage() -> Any:
    """The folder that a worker sees."""
    made = staging.stage(Program())
    yield made
    made.remove()


@pytest.mark.slow
def test_the_kit_works_with_what_a_sandbox_shows(stage: Any) -> None:
    """Every import of the course notebook works, no answer of the assignment can be imported."""
    environment = {"PYTHONPATH": str(stage.kit), "FCN_CAM_WEIGHTS": "cached", "TORCH_HOME": str(stage.home)}

    done = subprocess.run(
        [sys.executable, "-c", IMPORTS], cwd=stage.home, env=environment, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == "no pretrained weights here: seeded weights instead\n"
