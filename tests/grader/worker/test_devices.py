from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from grader.worker.devices import LenientContext, NoGpu, absent

pytestmark = pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(torch.utils._device, "DeviceContext", LenientContext)
    with NoGpu():
        yield


@pytest.mark.parametrize("device", ["cuda", "cuda:1", "mps", torch.device("cuda"), 0])
def test_moves_to_an_absent_device_stay(device: str | torch.device | int) -> None:
    """In every spelling that students use, and other arguments still count."""
    x, layer = torch.ones(2), nn.Linear(2, 2)

    assert x.to(device).device.type == "cpu"
    assert x.to(device, torch.float64).dtype == torch.float64
    assert x.to(device=device, non_blocking=True).device.type == "cpu"
    assert layer.to(device).weight.device.type == "cpu"
    assert layer.to(device)(x.to(device)).shape == (2,)


def test_cuda_methods_do_nothing() -> None:
    """On tensors and on modules, with and without a number."""
    x = torch.ones(2)

    assert x.cuda() is x
    assert x.cuda(0) is x
    assert nn.Linear(2, 2).cuda().weight.device.type == "cpu"


def test_tensors_are_made_where_they_are_made_by_default() -> None:
    """Factories that name an absent device follow a surrounding meta device."""
    assert torch.zeros(2, device="cuda").device.type == "cpu"
    assert torch.ones(2).new_zeros(3, device="cuda:0").device.type == "cpu"
    assert torch.zeros_like(torch.ones(2), device=torch.device("cuda")).device.type == "cpu"
    with torch.device("meta"):
        assert torch.zeros(2, device="cuda").device.type == "meta"
    with torch.device("cuda"):
        assert torch.zeros(2).device.type == "cpu"


def test_meta_tensors_stay_meta() -> None:
    """A model that moves itself in its constructor can still be built without memory."""
    with torch.device("meta"):
        layer = nn.Linear(2, 2).cuda().to("cpu").to(torch.device("cpu"))

    assert layer.weight.is_meta
    assert layer.weight.to("cpu", torch.float64).dtype == torch.float64
    assert layer.weight.cpu().is_meta


def test_moves_between_types_and_like_another_tensor_are_left_alone() -> None:
    """Only devices are rewritten."""
    x = torch.ones(2)

    assert x.to(torch.int64).dtype == torch.int64
    assert x.to(torch.ones(1, dtype=torch.float64)).dtype == torch.float64
    assert x.to("cpu").device.type == "cpu"


@pytest.mark.parametrize("device", ["cpu", "meta", None, True, 1.5, torch.float32, torch.device("cpu")])
def test_other_values_are_no_absent_device(device: str | torch.device | int) -> None:
    """Dtypes, flags and the devices that there are."""
    assert not absent(device)
