"""Features of another layer are told by the layer whose output they are."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from grader.evidence.hooked import hooked
from reference.kit.CAM.resnet import resnet18

NETWORK = resnet18().eval()
GIVEN = np.random.default_rng(0).normal(size=(1, 3, 64, 64)).astype(np.float32)


def output_of(layer: str) -> np.ndarray:
    """What a layer gives, before anything changes it in place."""
    kept = list[np.ndarray]()
    hook = NETWORK.get_submodule(layer).register_forward_hook(
        lambda *given: kept.append(given[-1].numpy().copy())
    )
    with torch.inference_mode():
        NETWORK(torch.from_numpy(GIVEN))
    hook.remove()
    return kept[-1]


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        ("layer3", "they are the output of layer3"),
        ("layer4.0", "they are the output of layer4[0]"),
        ("layer4.1.conv2", "they are the output of layer4[1].conv2"),
        ("avgpool", "they are the output of avgpool"),
    ],
)
def test_the_outermost_layer_is_told(layer: str, told: str) -> None:
    assert hooked(NETWORK, GIVEN, output_of(layer)) == told


def test_what_no_layer_gives_is_not_told() -> None:
    assert hooked(NETWORK, GIVEN, output_of("layer3") + 1) == ""
