"""The network that Grad-CAM is asked about: the kit's ResNet with a head in which places count unevenly.

Behind an average over all places, a gradient is the same everywhere, and is fc's weights but for a factor:
whoever takes no mean, or no gradient at all, could not be told apart. Both sides make it from one seed.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from grader.wall.draws import draw, draw_parameter

CHANNELS, SIDE = 512, 7  # of the last features
PICTURE = (1, 3, 224, 224)


class Uneven(nn.Module):
    """In the place of the average: features weighed by their place, and less the larger they are."""

    places: Tensor

    def __init__(self, places: Tensor) -> None:
        super().__init__()
        self.register_buffer("places", places)

    def forward(self, features: Tensor) -> Tensor:
        """Bring (N, 512, 7, 7) to (N, 512, 1, 1)."""
        return (self.places * features / (1 + features.abs())).sum((2, 3), keepdim=True)


def network(kind: Callable[[], nn.Module], seed: int) -> nn.Module:
    """Make it of the kit's class, in eval mode, every parameter drawn from the seed."""
    with torch.device("meta"):  # no time lost on random numbers that are overwritten
        net = kind()
    net.avgpool = Uneven(torch.empty(CHANNELS, SIDE, SIDE, device="meta"))
    net.to_empty(device="cpu")
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            drawn = torch.from_numpy(draw_parameter(seed, name, tuple(parameter.shape)))
            scales = parameter.dim() == 1 and name.endswith("weight")  # of a normalisation
            parameter.copy_(1 + drawn if scales else drawn)
        for name, buffer in net.named_buffers():
            buffer.fill_(1 if name.endswith("running_var") else 0)
        net.get_buffer("avgpool.places").copy_(torch.from_numpy(draw(seed, "places", (CHANNELS, SIDE, SIDE))))
    return net.eval()


def picture(seed: int, number: int) -> Tensor:
    """Draw a picture, one in each corner brighter than elsewhere, so that places differ."""
    image = torch.from_numpy(draw(seed, f"picture/{number}", PICTURE))
    rows, columns = divmod(number % 4, 2)
    image[..., 112 * rows : 112 * (rows + 1), 112 * columns : 112 * (columns + 1)] *= 3
    return image
