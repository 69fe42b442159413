"""The meta device refuses what a real one refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from grader.worker.strict import Strict
from tests.grader.slim import record_of

Case = tuple[Callable[[], nn.Module], tuple[int, ...]]

BAD: dict[str, Case] = {
    "channels of a transposed convolution": (lambda: nn.ConvTranspose2d(2, 2, 4), (1, 3, 8, 8)),
    "channels without a batch": (lambda: nn.ConvTranspose2d(2, 2, 4), (3, 8, 8)),
    "channels of a convolution": (lambda: nn.Conv2d(2, 2, 3), (1, 3, 8, 8)),
    "output padding": (lambda: nn.ConvTranspose2d(3, 3, 4, stride=2, output_padding=2), (1, 3, 8, 8)),
    "stride": (lambda: nn.Conv2d(3, 3, 3, stride=0), (1, 3, 8, 8)),
    "dilation": (lambda: nn.Conv2d(3, 3, 3, dilation=0), (1, 3, 8, 8)),
    "empty rows": (lambda: nn.ConvTranspose2d(3, 3, 4, stride=2), (1, 3, 0, 8)),
    "an empty map": (lambda: nn.ConvTranspose2d(3, 3, 4, stride=2), (1, 3, 0, 0)),
    "padding": (lambda: nn.Conv2d(3, 3, 3, padding=-1), (1, 3, 8, 8)),
}
GOOD: dict[str, Case] = {
    "plain": (lambda: nn.Conv2d(3, 4, 3), (2, 3, 8, 8)),
    "groups": (lambda: nn.Conv2d(6, 4, 3, groups=2), (1, 6, 8, 8)),
    "without a batch": (lambda: nn.Conv2d(3, 4, 3), (3, 8, 8)),
    "empty batch": (lambda: nn.Conv2d(3, 4, 3), (0, 3, 8, 8)),
    "output padding": (lambda: nn.ConvTranspose2d(3, 3, 4, dilation=3, output_padding=2), (1, 3, 8, 8)),
}


def run(make: Callable[[], nn.Module], shape: tuple[int, ...], device: str) -> torch.Size | str:
    """The output's shape, or the beginning of what is raised."""
    try:
        with torch.device(device), torch.no_grad(), Strict():
            output: torch.Tensor = make()(torch.zeros(shape))
            return output.shape
    except RuntimeError as error:
        return str(error)[:40]


@pytest.mark.parametrize("name", BAD)
def test_what_a_processor_refuses_is_refused(name: str) -> None:
    """The meta device raises what the processor raises, in its words."""
    said = run(*BAD[name], "meta")
    assert isinstance(said, str)
    with torch.no_grad(), pytest.raises(RuntimeError) as real:
        BAD[name][0]()(torch.zeros(BAD[name][1]))
    assert str(real.value).startswith(said[:35])


@pytest.mark.parametrize("name", GOOD)
def test_what_a_processor_computes_is_computed(name: str) -> None:
    """Whatever runs on the processor has the same shape on the meta device."""
    assert run(*GOOD[name], "meta") == run(*GOOD[name], "cpu")


def test_convolutions_are_counted() -> None:
    """Two operations for each weight wherever the kernel is laid: on what is made, or else is taken."""
    with torch.device("meta"), torch.no_grad(), Strict() as strict:
        made = nn.Conv2d(6, 4, 3, groups=2)(torch.zeros(2, 6, 8, 9))
        assert strict.operations == 2 * 2 * (6 * 7) * 4 * 3 * 9
        nn.ConvTranspose2d(4, 5, 2, stride=2)(made)

    assert strict.operations == 2 * 2 * (6 * 7) * 4 * (3 * 9 + 5 * 4)
    assert not strict.heavy


def test_a_left_out_layer_is_noticed_where_its_channels_are_missing() -> None:
    """A transposed convolution does not take as many channels as come."""
    source = (
        "import torch\nfrom torch import nn\n"
        + """
class FCN8s(nn.Module):
    def __init__(self, n_class=12):
        super().__init__()
        self.conv = nn.Conv2d(3, 24, 1)
        self.up = nn.ConvTranspose2d(n_class, n_class, 4)
    def forward(self, x):
        return self.up(self.conv(x))
"""
    )
    with pytest.raises(Exception) as raised:
        record_of(source)
    assert "to have 12 channels" in str(raised.value.__cause__)
