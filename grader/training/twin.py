"""The reference in a network's place: equal first values, dropout, gradients and first step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from grader.network.reading import Reading
from grader.training.pictures import Bytes
from grader.wall.sketch import sketch
from reference import trainer
from reference.architecture import Architecture, Conv, Pool
from reference.facades import normalise
from reference.fcn import FCN

EPSILON = 1e-8  # of Adam, as torch has it
ROWS = 256  # of a weight, moved at once: what is computed on the way stays small

Drop = Callable[[Tensor, float, bool], Tensor]


class Twin(FCN):
    """The reference with first values drawn as the worker draws a network's, and dropout as asked."""

    def __init__(
        self, architecture: Architecture, names: Mapping[str, str], ceilings: Mapping[str, bool]
    ) -> None:
        """`names` maps the network's parameters to the reference's, `ceilings`: which pools round up."""
        super().__init__(architecture)
        self.names, self.ceilings = names, ceilings
        self.drop: Drop = F.dropout2d

    def _conv(self, conv: Conv, h: Tensor) -> Tensor:
        h = super()._conv(replace(conv, dropout=0.0), h)
        return self.drop(h, conv.dropout, self.training) if conv.dropout else h

    def _pool(self, pool: Pool, h: Tensor) -> Tensor:
        ceil = self.ceilings.get(pool.role, True)
        return F.max_pool2d(h, pool.kernel, pool.stride, pool.padding, ceil_mode=ceil)

    @torch.no_grad()
    def fill(self, bounds: Mapping[str, float], seed: int) -> None:
        """Draw every value evenly from [-bound, bound], in the order of the network's own names."""
        generator = torch.Generator().manual_seed(seed)
        for name in sorted(bounds):
            bound = bounds[name]
            self.get_parameter(self.names[name]).uniform_(-bound, bound, generator=generator)

    def loss(self, image: Bytes, label: Bytes, drop: Drop, seed: int) -> Tensor:
        """Return the loss of a picture in train mode, with what `drop` drops drawn from `seed`."""
        self.train()
        self.drop = drop
        state = torch.get_rng_state()
        try:
            torch.manual_seed(seed)
            return F.cross_entropy(self(normalise(image)[None]), torch.from_numpy(label)[None].long())
        finally:
            torch.set_rng_state(state)

    def step(self, loss: Tensor) -> dict[str, NDArray[np.float64]]:
        """Take the course's first step from a loss; return the sketch of every gradient, by parameter.

        Each parameter is moved as soon as its gradient is there: all of them take half a gigabyte.
        """
        sketches: dict[str, NDArray[np.float64]] = {}

        def move(name: str) -> Callable[[Tensor], None]:
            def moved(parameter: Tensor) -> None:
                assert parameter.grad is not None
                sketches[name] = sketch(parameter.grad.numpy())
                _move(parameter, parameter.grad)
                parameter.grad = None

            return moved

        hooks = [
            value.register_post_accumulate_grad_hook(move(name)) for name, value in self.named_parameters()
        ]
        loss.backward()
        for hook in hooks:
            hook.remove()
        return sketches

    @torch.no_grad()
    def predict(self, image: Bytes) -> NDArray[np.float32]:
        """Return a picture's log-probabilities in eval mode: float32 (n_class, H, W)."""
        self.eval()
        logits: Tensor = self(normalise(image)[None])[0]
        return logits.log_softmax(0).numpy()


@torch.no_grad()
def _move(parameter: Tensor, gradient: Tensor) -> None:
    """Take Adam's first step: without a past, its means are this very gradient, decay included."""
    for values, slopes in zip(_rows(parameter), _rows(gradient), strict=True):
        slopes.add_(values, alpha=trainer.WEIGHT_DECAY)
        values.addcdiv_(slopes, slopes.abs().add_(EPSILON), value=-trainer.LEARNING_RATE)


def _rows(values: Tensor) -> Iterator[Tensor]:
    return (values[first : first + ROWS] for first in range(0, len(values), ROWS))


def names(reading: Reading) -> dict[str, str]:
    """Map a network's parameters to the reference's, by role."""
    pairs = [
        (getattr(layer, kind), f"layers.{role}.{kind}")
        for role, layer in reading.layers.items()
        for kind in ("weight", "bias")
    ]
    return {own: theirs for own, theirs in pairs if own}
