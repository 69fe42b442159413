"""The ResNet-18 of the kit, and what its seeded weights make of the kit's pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image

from reference import cam
from reference.facades import normalise
from reference.kit.CAM.resnet import resnet18
from reference.kit.weights import POLICY

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def net() -> Any:
    """ResNet-18 with seeded weights."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(POLICY, "seeded")
        return resnet18(pretrained=True).eval()


@pytest.fixture(scope="module")
def seen(net: Any) -> Any:
    """Logits (2, 1000) and features (2, 512, 7, 7) of the kit's two pictures."""
    pictures = [Image.open(f"reference/kit/files/{name}.jpg").resize((224, 224)) for name in ("bike", "cat")]
    with torch.no_grad():
        return net(torch.stack([normalise(np.array(picture)) for picture in pictures]))


def test_it_is_torchvisions_resnet18(net: Any) -> None:
    """Under the same parameters, in the same order, it gives the same logits as torchvision's."""
    theirs = torchvision.models.resnet18().eval()
    theirs.load_state_dict(net.state_dict())
    x = torch.randn(2, 3, 64, 96, generator=torch.Generator().manual_seed(0))

    with torch.no_grad():
        logits, features = net(x)

        assert torch.allclose(logits, theirs(x), atol=1e-5)
    assert [name for name, _ in net.named_parameters()] == [name for name, _ in theirs.named_parameters()]
    assert features.shape == (2, 512, 2, 3)
    assert torch.allclose(net.fc(features.mean((2, 3))), logits, atol=1e-4)


def test_unpretrained_weights_are_torchs_own() -> None:
    """Without `pretrained`, torch's random initialisation is left alone."""
    first, second = (resnet18().fc.weight for _ in range(2))

    assert not torch.equal(first, second)


def test_seeded_weights_are_sure_of_two_different_classes(seen: Any) -> None:
    """On both pictures the first class is far from the second, and they are not the same."""
    best = seen[0].topk(2)

    assert (best.values[:, 0] - best.values[:, 1] > 0.5).all()
    assert best.indices[0, 0] != best.indices[1, 0]
    assert 0.1 < seen[0].softmax(1).max() < 0.9


def test_seeded_maps_tell_right_from_wrong(net: Any, seen: Any) -> None:
    """Features vary over the picture, and the raw map has both signs: no fault of a CAM can hide."""
    logits, features = (value.numpy() for value in seen)
    weight = net.fc.weight.detach().numpy()
    for logit, feature in zip(logits, features, strict=True):
        raw = cam.weighted_sum(feature, weight[logit.argmax()])

        assert raw.min() < 0 < raw.max()
        assert np.ptp(raw) > 5
        assert abs(np.corrcoef(raw.ravel(), raw.T.ravel())[0, 1]) < 0.9
