"""A ReLU on the meta device gives what torch's gives."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from grader.worker import meta

KINDS = [
    torch.zeros(2, 3, 4, 5, device="meta"),
    torch.zeros(2, 3, 4, 5, device="meta", dtype=torch.float16).to(memory_format=torch.channels_last),
    torch.zeros(3, 4, device="meta").t(),
    torch.zeros(2, 3, 8, 9, device="meta")[:, :, 1:5, ::2],
    torch.zeros(2, 1, 4, device="meta").expand(2, 3, 4),
    torch.zeros(3, device="meta", dtype=torch.int64),
]


@pytest.mark.parametrize("x", KINDS)
def test_it_has_the_inputs_shape_kind_and_layout(x: Tensor) -> None:
    """As torch's own way there says, too."""
    wanted = torch._refs.nn.functional.relu(x)

    made = meta.relu(x)
    assert made.is_meta
    assert (made.shape, made.dtype, made.stride()) == (wanted.shape, wanted.dtype, wanted.stride())


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_tensors_of_a_scripted_module_are_exchanged() -> None:
    """As those of any other, whatever their new shapes."""
    model = nn.Sequential(nn.Conv2d(3, 4, 1), torch.jit.script(nn.BatchNorm2d(4)))
    known = [*model.parameters(), *model.buffers()]

    meta.exchange(
        model, {id(each): nn.Parameter(torch.ones(2)) for each in known[:4]} | {id(known[4]): torch.ones(2)}
    )

    assert [tuple(each.shape) for each in (*model.parameters(), *model.buffers())] == [(2,)] * 5 + [(4,), ()]


def test_it_is_what_torch_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the meta device alone, and gradients flow."""
    meta.prepare()
    monkeypatch.delattr(torch._refs.nn.functional, "relu")
    x = torch.zeros(2, 3, device="meta", requires_grad=True)
    F.relu(x).sum().backward()

    assert meta.prepare() is meta.prepare()
    assert x.grad is not None and x.grad.shape == (2, 3)
    assert F.relu(torch.tensor([-1.0, 2.0])).tolist() == [0.0, 2.0]
