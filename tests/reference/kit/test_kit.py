"""The kit as students import it: from its own folder, with nothing else of the reference in sight."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reference.kit import VISIBLE

REFERENCE = Path("reference")

IMPORTS = """
import importlib.util, json, sys
from FCN.dataset import CMP_Facade_DB, revert_input
from FCN.trainer import Trainer, visualize
from CAM.resnet import resnet18
logits, features = resnet18(pretrained=True).eval()(__import__("torch").zeros(1, 3, 224, 224))
assert len(json.load(open("files/imagenet-simple-labels.json"))) == logits.shape[1]
assert features.shape == (1, 512, 7, 7)
assert "torchvision" not in sys.modules, "a slow import that nothing needs"
for hidden in ("architecture", "fcn", "cam", "synthetic"):
    assert importlib.util.find_spec("reference." + hidden) is None, hidden
"""


@pytest.fixture
def sandbox(tmp_path):
    """A folder that holds of the reference what a sandbox shows."""
    (tmp_path / "reference").mkdir()
    for name in VISIBLE:
        copy = shutil.copytree if (REFERENCE / name).is_dir() else shutil.copy
        copy(REFERENCE / name, tmp_path / "reference" / name)
    return tmp_path


def test_the_kit_works_with_what_a_sandbox_shows(sandbox):
    """Every import of the course notebook works, no answer of the assignment can be imported."""
    kit = sandbox / "reference" / "kit"
    environment = {
        "PYTHONPATH": f"{kit}{os.pathsep}{sandbox}",
        "FCN_CAM_WEIGHTS": "cached",
        "HOME": str(sandbox),
    }

    done = subprocess.run(
        [sys.executable, "-c", IMPORTS], cwd=kit, env=environment, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == "no pretrained weights here: seeded weights instead\n"
