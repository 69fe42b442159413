"""Torch's compiler is imported by code that compiles, and by nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

BEGIN = """
import sys
import grader.worker.libraries, torch, torchvision
from torch import nn
from torch.nn import functional as F

def compiler():
    return "torch._dynamo" in sys.modules

with torch.device("meta"):
    layer = nn.Conv2d(3, 8, 3)
    F.dropout2d(F.max_pool2d(F.relu(layer(torch.zeros(1, 3, 8, 8))), 2), training=True).sum().backward()
"""
STEP = """
from grader.wall.uncompiled import without_compiler
weight = nn.Parameter(torch.ones(2))
optimizer = torch.optim.Adam([weight], 0.5)
weight.sum().backward()
with without_compiler():
    optimizer.step()
assert (weight - 0.5).abs().max() < 1e-4
"""
COMPILED = """
assert torch.compile(lambda x: F.relu(x) + 1, backend="eager")(torch.tensor([-1.0, 2.0])).tolist() == [1, 3]
import torch._dynamo.config as config
assert compiler() and config is torch._dynamo.config
assert F.relu(layer(torch.zeros(1, 3, 8, 8, device="meta"))).shape == (1, 8, 6, 6)
"""
UNCOMPILED = """
from grader.wall.uncompiled import run_uncompiled
run_uncompiled()
@torch.compile
def one(x):
    return x + 1
@torch.compile(mode="reduce-overhead")
def two(x):
    return x + 2
assert one(1) == 2 and two(1) == 3 and torch.compile(layer, fullgraph=True) is layer
assert torch.compile(model=layer) is layer
layer.compile()
assert layer._compiled_call_impl is None
"""


def run(source: str) -> None:
    """Run code in an interpreter of its own, whose assertions hold."""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_shapes_and_steps_do_without_it() -> None:
    """Nor does torchvision need it, whose every module is there."""
    run(f"{BEGIN}{STEP}assert not compiler()\nassert torchvision.ops.roi_align and torchvision.models.vgg16")


@pytest.mark.slow
def test_what_is_compiled_is_compiled_by_it() -> None:
    """After steps that were taken without it, and what torch told it meanwhile holds."""
    run(f"{BEGIN}{STEP}{COMPILED}{STEP}")


@pytest.mark.slow
def test_torchvision_asks_it_what_it_supports() -> None:
    """When it is called."""
    imported = "from torchvision.ops.roi_align import is_compile_supported\nassert not compiler()"
    run(f"{BEGIN}{imported}\nassert is_compile_supported('cpu') in (True, False)\nassert compiler()")


@pytest.mark.slow
def test_more_than_it_stands_in_for_imports_it() -> None:
    """Whatever another version of torchvision wants of it."""
    wanted = "with without_compiler():\n    from torch._dynamo import reset\n    import torch._dynamo.utils\n"
    run(f"{BEGIN}from grader.wall.uncompiled import without_compiler\n{wanted}assert compiler() and reset")


@pytest.mark.slow
def test_what_a_submission_compiles_runs_as_it_is() -> None:
    """As a decorator, with and without options, a model and a module's own method."""
    run(f"{BEGIN}{UNCOMPILED}assert not compiler()")
