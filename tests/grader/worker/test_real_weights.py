"""Copying the convolutions of a real VGG-16, as tuned for edges, where they can be had."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from grader.wall.draws import positions
from reference import edges
from reference.architecture import VGG_CONVS, VGG_FEATURES
from tests.grader.slim import world_of
from tests.grader.worker.a_model import ask
from tools.calibrate.models import submission

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not edges.path().is_file(), reason="no convolutions of a real VGG-16: make data ARGS=--edges"
    ),
]
COUNT = 256  # values of each layer


@pytest.mark.parametrize("name", ["FCN32s", "FCN8s"])
def test_a_right_submission_copies_them(name: str) -> None:
    """Into the layers of their roles, and VGG-16 stays as it was."""
    code = "\n".join(chunk.source for module in submission().slice.modules for chunk in module.chunks)
    arrays, world = edges.load(edges.path()), world_of(code)
    ask(world, "make_vgg", model=name, shapes={}, seed=1, fresh=True)
    assert world.state.vgg16 is not None
    known = dict(world.state.vgg16.model.named_parameters())
    real = {
        f"features.{index}.{kind}": arrays[f"{role}.{kind}"]
        for index, role in VGG_FEATURES.items()
        for kind in ("weight", "bias")
    }
    with torch.no_grad():
        for key, value in real.items():
            known[key].copy_(torch.from_numpy(value))

    answer, _ = ask(world, "copy_vgg", model=name, stand_ins={})

    assert answer["failed"] is None
    assert all(np.array_equal(known[key].detach(), value) for key, value in real.items())
    names = tuple(f"{role}.{kind}" for role in VGG_CONVS for kind in ("weight", "bias"))
    _, found = ask(world, "sample", model=name, of="model", names=names, seed=5, count=COUNT)
    for each in names:
        at = positions(5, each, arrays[each].size, COUNT)
        np.testing.assert_array_equal(found[each], arrays[each].reshape(-1)[at])
