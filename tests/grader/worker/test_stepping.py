"""How steps are made fast."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from grader.worker import stepping

CPU = torch.device("cpu")


class Viewing(nn.Module):
    """Needs plain memory."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h: torch.Tensor = self.conv(x)
        return h.view(h.size(0), -1)


def test_memory_is_laid_out_for_convolutions_where_a_model_runs_so() -> None:
    """Channels last, unless the model refuses: then its memory is as before."""
    conv, viewing = nn.Conv2d(3, 4, 3), Viewing()
    image = torch.rand(1, 3, 40, 40)

    assert stepping.takes(conv, conv, image)
    assert not stepping.takes(viewing, viewing, image)
    assert conv.weight.is_contiguous(memory_format=torch.channels_last)
    assert viewing.conv.weight.is_contiguous()


def test_on_a_cpu_memory_stays_as_it_is() -> None:
    """It gains nothing there: measured."""
    conv = nn.Conv2d(3, 4, 3)

    assert stepping.layout(conv, conv, torch.rand(1, 3, 40, 40)) == torch.contiguous_format
    assert conv.weight.is_contiguous()


def test_the_layout_is_tried_on_a_corner_without_training() -> None:
    """A few pixels in eval mode: it costs little and no running mean moves."""
    model = nn.Sequential(nn.BatchNorm2d(3))
    seen: list[torch.Size] = []

    stepping.takes(model, lambda x: seen.append(model(x).shape), torch.rand(1, 3, 90, 50))

    assert seen == [torch.Size((1, 3, 32, 32))]
    assert not model.state_dict()["0.running_mean"].any()


def test_the_optimiser_is_the_courses_in_one_pass() -> None:
    """Adam with the rate and the decay it is told, fused."""
    [group] = stepping.adam([nn.Parameter(torch.zeros(2))], 1e-3, 2e-5, CPU).param_groups

    assert (group["lr"], group["weight_decay"], group["fused"]) == (1e-3, 2e-5, True)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_recorded_steps_are_the_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same losses, also for sizes seen once and after the learning rate fell."""
    device = torch.device("cuda")
    pictures = [torch.randint(0, 256, (size, 24, 3), dtype=torch.uint8, device=device) for size in (20, 24)]

    def run(recorded: bool) -> list[float]:
        monkeypatch.setattr(stepping, "WAYS", stepping.Ways(recorded=recorded))
        torch.manual_seed(1)
        model = nn.Conv2d(3, 12, 3, padding=1).to(device)
        optimizer = stepping.adam(list(model.parameters()), 1e-2, 0.0, device)

        def step(image: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
            optimizer.zero_grad()
            logits = model(image.permute(2, 0, 1)[None].float() / 255)
            loss = nn.functional.cross_entropy(logits, label[None].long())
            loss.backward()
            optimizer.step()
            return loss.detach()

        take = stepping.Recorder(step, optimizer) if recorded else step
        return [float(take(pictures[n % 2], pictures[n % 2][..., 0] % 12)) for n in range(12)]

    assert run(recorded=True) == pytest.approx(run(recorded=False), rel=1e-3)
