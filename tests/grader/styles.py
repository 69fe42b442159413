"""One network, written in every way that students write it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from grader.network.reading import Reading, read_network
from grader.network.trace import Trace
from grader.worker.loader import World
from grader.worker.places import place_of_frame
from grader.worker.trace import record
from reference.architecture import Architecture, Conv, Pool
from reference.fcn import bilinear_weight
from tests.grader.slim import SIZE, read_record

RELUS: dict[str, Callable[[Tensor], Tensor]] = {
    "functional": F.relu,
    "in place": lambda h: F.relu(h, inplace=True),
    "method": lambda h: h.relu(),
    "module": nn.ReLU(inplace=True),
    "clamp": lambda h: h.clamp(min=0),
    "clamp_": lambda h: h.clamp_(min=0),
    "clip": lambda h: torch.clip(h, 0),
    "threshold": lambda h: F.threshold(h, 0.0, 0.0),
    "leaky": lambda h: F.leaky_relu(h, 0.0),
    "open hardtanh": lambda h: F.hardtanh(h, 0.0, inf),
    "maximum": lambda h: torch.maximum(h, torch.zeros_like(h)),
    "maximum with a number": lambda h: torch.max(torch.tensor(0.0, device=h.device), h),
    "masked": lambda h: h * (h > 0),
    "masked in place": lambda h: h.mul_(h >= 0),
    "mask of floats": lambda h: (h > 0).float() * h,
    "halves": lambda h: (h + h.abs()) / 2,
    "where": lambda h: torch.where(h > 0, h, 0.0),
    "where not": lambda h: torch.where(h < 0, torch.zeros_like(h), h),
    "filled": lambda h: h.masked_fill(h < 0, 0),
    "index": lambda h: h.index_put((h < 0,), torch.tensor(0.0, device=h.device)),
}


def _slice(h: Tensor, start: int, rows: int, columns: int) -> Tensor:
    return h[:, :, start : start + rows, start : start + columns]


def _narrow(h: Tensor, start: int, rows: int, columns: int) -> Tensor:
    return h.narrow(2, start, rows).narrow(3, start, columns)


def _pad(h: Tensor, start: int, rows: int, columns: int) -> Tensor:
    height, width = h.shape[-2:]
    return F.pad(h, (-start, start + columns - width, -start, start + rows - height))


def _select(h: Tensor, start: int, rows: int, columns: int) -> Tensor:
    by_row = torch.arange(start, start + rows, device=h.device)
    by_column = torch.arange(start, start + columns, device=h.device)
    return h.index_select(2, by_row).index_select(3, by_column)


def _ellipsis(h: Tensor, start: int, rows: int, columns: int) -> Tensor:
    return h[..., start:, start:][..., :rows, :columns].contiguous()


def _from_the_end(h: Tensor, start: int, rows: int, columns: int) -> Tensor:
    height, width = h.shape[-2:]
    return h[:, :, start - height : start + rows, start - width : start + columns]


CROPS = {
    "slice": _slice,
    "narrow": _narrow,
    "negative padding": _pad,
    "index_select": _select,
    "ellipsis": _ellipsis,
    "from the end": _from_the_end,
}
ADDS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "h + s": lambda h, s: h + s,
    "s + h": lambda h, s: s + h,
    "h += s": lambda h, s: h.add_(s),
    "add": torch.add,
}


@dataclass(frozen=True)
class Style:
    """How a network is written; none of it changes what it computes."""

    relu: str = "functional"
    crop: str = "slice"
    add: str = "h + s"
    ceil: bool = True
    relu_after_pool: bool = False
    padded_before: bool = False
    dropout_before_relu: bool = False
    functional: bool = False
    order: tuple[int, ...] = ()  # of definition, as a permutation of the layers
    names: dict[str, str] = field(default_factory=dict)  # role -> attribute


class Styled(nn.Module):
    """A network built from a layer table in a style."""

    def __init__(self, table: Architecture, style: Style) -> None:
        super().__init__()
        self.table, self.style = table, style
        convs = list(table.convs())
        for index in style.order or range(len(convs)):
            self._define(convs[index])

    def _define(self, conv: Conv) -> None:
        kind = nn.ConvTranspose2d if conv.transposed else nn.Conv2d
        bare = self.style.padded_before and not conv.transposed
        layer = kind(
            conv.inputs,
            conv.outputs,
            conv.kernel,
            stride=conv.stride,
            padding=0 if bare else conv.padding,
            dilation=conv.dilation,
            bias=conv.bias,
        )
        if conv.transposed:
            layer.weight.data.copy_(bilinear_weight(conv.inputs, conv.outputs, conv.kernel))
        setattr(self, self.name(conv.role), layer)

    def name(self, role: str) -> str:
        """The attribute that holds a role's layer."""
        return self.style.names.get(role, role)

    def forward(self, x: Tensor) -> Tensor:
        pools: dict[str, Tensor] = {}
        steps, h = self.table.trunk, x
        for step, following in zip(steps, (*steps[1:], None), strict=True):
            late = self.style.relu_after_pool and isinstance(following, Pool)
            if isinstance(step, Pool):
                h = pools[step.role] = self._pool(h, self._relu_before(step))
            else:
                h = self._layer(step, h, relu=step.relu and not late)
        h = self._layer(self.table.score, h)
        for upscore in self.table.upscores:
            h = self._layer(upscore, h)
            for skip in self.table.skips:
                if skip.after == upscore.role:
                    side = self._layer(skip.score, pools[skip.pool])
                    h = ADDS[self.style.add](h, self._crop(side, skip.crop, h))
        return self._crop(h, self.table.crop, x)

    def _relu_before(self, pool: Pool) -> bool:
        before = self.table.trunk[self.table.trunk.index(pool) - 1]
        return self.style.relu_after_pool and isinstance(before, Conv) and before.relu

    def _pool(self, h: Tensor, relu: bool) -> Tensor:
        h = F.max_pool2d(h, 2, 2, ceil_mode=self.style.ceil)
        return self._relu(h) if relu else h

    def _relu(self, h: Tensor) -> Tensor:
        return RELUS[self.style.relu](h)

    def _layer(self, conv: Conv, h: Tensor, relu: bool | None = None) -> Tensor:
        if self.style.padded_before and not conv.transposed and conv.padding:
            h = F.pad(h, (conv.padding,) * 4)
        layer = getattr(self, self.name(conv.role))
        if self.style.functional and not conv.transposed:
            h = F.conv2d(h, layer.weight, layer.bias, layer.stride, layer.padding, layer.dilation)
        else:
            h = layer(h)
        active = conv.relu if relu is None else relu
        if conv.dropout and self.style.dropout_before_relu:
            h = F.dropout2d(h, conv.dropout, self.training)
        h = self._relu(h) if active else h
        if conv.dropout and not self.style.dropout_before_relu:
            h = F.dropout2d(h, conv.dropout, self.training)
        return h

    def _crop(self, h: Tensor, start: int, like: Tensor) -> Tensor:
        return CROPS[self.style.crop](h, start, *like.shape[-2:])


def styled_world(table: Callable[[int], Architecture], style: Style) -> World:
    """A submission whose one model is this table in this style."""

    def make(n_class: int = 12) -> nn.Module:
        return Styled(table(n_class), style)

    return World(targets={table(12).name: make})


@st.composite
def styles(draw: st.DrawFn, /, table: Architecture, relus: Any = tuple(RELUS), **fixed: Any) -> Style:
    """Any style for a table; `fixed` are fields that don't vary."""
    roles = [conv.role for conv in table.convs()]
    # Names that lie: every layer may be called what another is.
    names = draw(st.permutations([*roles, *(f"layer{n}" for n in range(len(roles)))]))
    drawn = {
        "relu": draw(st.sampled_from(relus)),
        "crop": draw(st.sampled_from(sorted(CROPS))),
        "add": draw(st.sampled_from(sorted(ADDS))),
        "ceil": draw(st.booleans()),
        "relu_after_pool": draw(st.booleans()),
        "padded_before": draw(st.booleans()),
        "dropout_before_relu": draw(st.booleans()),
        "functional": draw(st.booleans()),
        "order": tuple(draw(st.permutations(range(len(roles))))),
        "names": dict(zip(roles, names, strict=False)),
    }
    return Style(**{**drawn, **fixed})


def styled_trace(table: Architecture, style: Style, *, size: tuple[int, int] = SIZE) -> Trace:
    """The trace of a table in a style, on the meta device, in eval mode."""
    with torch.device("meta"):
        model = Styled(table, style).eval()
        x = torch.zeros(1, 3, *size)
    return read_record(record(model, x, place_of_frame)[0])


def styled_reading(table: Architecture, style: Style, *, size: tuple[int, int] = SIZE) -> Reading:
    """The table in a style, read in the table's own terms."""
    output = styled_trace(table, style, size=size).output
    assert output is not None
    return read_network(output, table)
