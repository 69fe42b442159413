"""VGG-16's convolutions from the file of an edge detector."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from torch.nn import functional as F

from reference import edges
from reference.architecture import VGG_CONVS
from reference.facades import normalise


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file laid out as the package's, with two channels in and out of every layer but the first."""
    path = tmp_path / "small.h5"
    rng = np.random.default_rng(1)
    with h5py.File(path, "w") as target:
        for role in VGG_CONVS:
            inputs = 3 if role == "conv1_1" else 2
            for number, shape in ((0, (3, 3, inputs, 2)), (1, (2,))):
                target[f"{edges._place(role)}/{number}"] = rng.normal(size=shape).astype(np.float32)
    return path


def test_layers_are_found_by_their_place_and_turned(file: Path) -> None:
    """Block 2's second layer, (rows, columns, inputs, outputs), is conv2_2 as (outputs, inputs, ...)."""
    found = edges.convert(file)

    assert set(found) == {f"{role}.{kind}" for role in VGG_CONVS for kind in ("weight", "bias")}
    with h5py.File(file) as source:
        weight = source["block2/layers/conv2d_1/vars/0"][...]
    np.testing.assert_allclose(found["conv2_2.weight"][1, 0, 2, 1], weight[2, 1, 0, 1], rtol=1e-3)


def test_the_first_layer_takes_normalised_pictures() -> None:
    """It says of a normalised picture what it said of blue, green, red from 0 to 255 less a mean."""
    rng = np.random.default_rng(2)
    rgb = rng.integers(0, 256, (6, 5, 3)).astype(np.uint8)
    weight, bias = torch.randn(4, 3, 3, 3), torch.randn(4)
    theirs = (torch.from_numpy(rgb).float() - edges.SUBTRACTED).flip(2).permute(2, 0, 1)

    ours = F.conv2d(normalise(rgb)[None], *edges.retuned(weight, bias))

    torch.testing.assert_close(ours, F.conv2d(theirs[None], weight, bias), atol=2e-2, rtol=1e-4)


def test_what_is_saved_is_read(tmp_path: Path) -> None:
    """Half as large on the disk, float32 again in memory."""
    values = {"conv1_1.bias": np.array([0.5, -2], np.float16)}

    edges.save(tmp_path / "new" / edges.FILE, values)
    found = edges.load(tmp_path / "new" / edges.FILE)

    assert found["conv1_1.bias"].dtype == np.float32
    np.testing.assert_array_equal(found["conv1_1.bias"], values["conv1_1.bias"])
