"""FCN-32s and FCN-8s built from a layer table (parts 1 and 2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from reference.architecture import VGG_CONVS, VGG_LINEARS, Architecture, Conv, Pool, fcn8s, fcn32s


def bilinear_kernel(size: int) -> Tensor:
    """Return the (size, size) float32 kernel of bilinear interpolation (Long et al. 2015, section 3.3)."""
    factor = (size + 1) // 2
    center = factor - 1 if size % 2 == 1 else factor - 0.5
    ramp = 1 - (torch.arange(size, dtype=torch.float64) - center).abs() / factor
    return torch.outer(ramp, ramp).float()


def bilinear_weight(inputs: int, outputs: int, size: int) -> Tensor:
    """Return a transposed convolution's (inputs, outputs, size, size) weight: channels enlarge themselves."""
    weight = torch.zeros(inputs, outputs, size, size)
    diagonal = range(min(inputs, outputs))
    weight[diagonal, diagonal] = bilinear_kernel(size)
    return weight


def _layer(conv: Conv) -> nn.Conv2d | nn.ConvTranspose2d:
    kind = nn.ConvTranspose2d if conv.transposed else nn.Conv2d
    return kind(
        conv.inputs,
        conv.outputs,
        conv.kernel,
        stride=conv.stride,
        padding=conv.padding,
        dilation=conv.dilation,
        groups=conv.groups,
        bias=conv.bias,
    )


class FCN(nn.Module):
    """Any network of the assignment's family: (N, 3, H, W) float32 images to (N, n_class, H, W) logits."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.architecture = architecture
        self.layers = nn.ModuleDict({conv.role: _layer(conv) for conv in architecture.convs()})
        self.initialise()

    def initialise(self) -> None:
        """Set convolutions to zero, transposed ones to bilinear interpolation, as the assignment does."""
        for layer in self.layers.values():
            if isinstance(layer, nn.ConvTranspose2d):
                layer.weight.data.copy_(
                    bilinear_weight(layer.in_channels, layer.out_channels, layer.kernel_size[0])
                )
            elif isinstance(layer, nn.Conv2d):
                nn.init.zeros_(layer.weight)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        pools: dict[str, Tensor] = {}
        h = x  # (N, 3, H, W)
        for layer in self.architecture.trunk:
            h = self._pool(layer, h) if isinstance(layer, Pool) else self._conv(layer, h)
            if isinstance(layer, Pool):
                pools[layer.role] = h
        h = self._conv(self.architecture.score, h)  # (N, n_class, about H / 32, W / 32)
        for upscore in self.architecture.upscores:
            h = self._conv(upscore, h)
            for skip in self.architecture.skips:
                if skip.after == upscore.role:
                    h = h + _crop(self._conv(skip.score, pools[skip.pool]), skip.crop, h)
        return _crop(h, self.architecture.crop, x)  # (N, n_class, H, W)

    def _conv(self, conv: Conv, h: Tensor) -> Tensor:
        h = self.layers[conv.role](h)
        h = torch.relu(h) if conv.relu else h
        return nn.functional.dropout2d(h, conv.dropout, self.training) if conv.dropout else h

    def _pool(self, pool: Pool, h: Tensor) -> Tensor:
        return nn.functional.max_pool2d(h, pool.kernel, pool.stride, pool.padding, ceil_mode=True)

    def copy_vgg16(self, vgg16: nn.Module) -> None:
        """Copy VGG-16's 13 convolutions and its first two linear layers (as fc6, fc7), weights and biases."""
        features = vgg16.get_submodule("features").children()
        convs = [layer for layer in features if isinstance(layer, nn.Conv2d)]
        linears = [(role, vgg16.get_submodule(f"classifier.{index}")) for index, role in VGG_LINEARS.items()]
        for role, source in [*zip(VGG_CONVS, convs, strict=True), *linears]:
            for kind in ("weight", "bias"):
                target = self.layers[role].get_parameter(kind)
                target.data.copy_(source.get_parameter(kind).data.view_as(target))


def _crop(h: Tensor, start: int, like: Tensor) -> Tensor:
    rows, columns = like.shape[-2:]
    return h[..., start : start + rows, start : start + columns]


class FCN32s(FCN):
    """Part 1's network."""

    def __init__(self, n_class: int = 12) -> None:
        super().__init__(fcn32s(n_class))


class FCN8s(FCN):
    """Part 2's network."""

    def __init__(self, n_class: int = 12) -> None:
        super().__init__(fcn8s(n_class))
