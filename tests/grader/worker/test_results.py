from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from grader.worker.results import Results, Uncounted
from grader.worker.trace import record


class Net(nn.Module):
    """A network that lets go of a value, behind a dropout."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 2, 1), nn.Conv2d(2, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Compute two layers, and give the first one's values."""
        h = F.dropout2d(F.relu(self.first(x)), 0.5, self.training)
        self.gone = self.second(h)
        return h + 0


@pytest.mark.parametrize("training", [False, True])
def test_operations_are_counted_as_a_recording_counts_them(training: bool) -> None:
    """Dropouts, which it does without, are not counted where they drop."""
    net, x = Net().train(training), torch.ones(1, 1, 2, 2)
    with torch.set_grad_enabled(training):
        written, _ = record(net, x, lambda: None)
        at = [call[0] for call in written["calls"]].index("aten.convolution.default", 1)
        kept = Results([at])
        with kept, Uncounted(kept):
            net(x)

    assert torch.equal(kept.values[at], net.gone)


def test_what_is_changed_in_place_later_is_kept_as_it_was() -> None:
    kept = Results([0])
    with kept:
        torch.ones(2).add_(1)

    assert kept.values[0].tolist() == [1, 1]
