"""Compute an expression with weights drawn from the seed; what two networks share is computed once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import prod
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from grader.network import budget, kept
from grader.network.budget import Value
from grader.network.graph import Expr, walk
from grader.wall.convolving import convolve
from grader.wall.draws import derived, draw_alone, draw_parameter
from grader.wall.uncompiled import without_compiler
from reference.fcn import bilinear_weight

# What a student's forward pass may compute besides layers: pure functions of tensors, nothing that reads or
# writes anything else. Everything outside of this list makes a trace one that can't be replayed.
_PURE = """
    abs add adaptive_avg_pool2d _adaptive_avg_pool2d adaptive_max_pool2d arange argmax avg_pool2d bmm
    cat clamp clamp_max clamp_min constant_pad_nd copy cos cumsum div elu empty_like eq exp expand fill
    flip full full_like gather ge gelu gt hardtanh index index_select leaky_relu le log _log_softmax lt
    max max_pool2d maximum mean min minimum mm mul native_batch_norm
    _native_batch_norm_legit_no_training native_group_norm native_layer_norm ne neg new_full new_zeros
    ones ones_like permute pow reflection_pad2d repeat replication_pad2d reshape roll rsqrt rsub select
    sigmoid silu slice _softmax softplus sqrt squeeze stack sub sum t tanh threshold transpose unsqueeze
    upsample_bicubic2d upsample_bilinear2d upsample_nearest2d view _unsafe_view where zeros zeros_like
    clone contiguous expand_as hardswish hardsigmoid mish selu celu addmm linear split split_with_sizes
    chunk unbind std var amax amin prod norm linalg_vector_norm scalar_tensor _to_copy alias detach relu
    _prelu_kernel prelu hardshrink softshrink log_sigmoid_forward erf sign square logsumexp var_mean
    nan_to_num isnan masked_fill tril triu baddbmm dot mv pixel_shuffle diag eye linspace scatter
    index_put select_scatter slice_scatter flatten movedim floor ceil round trunc reciprocal log1p expm1
    sin tan lerp addcmul addcdiv _unsafe_index im2col _weight_norm_interface
"""
REPLAYABLE = frozenset(_PURE.split())
# A trace leaves copies out, so how a value lies in memory is not known here.
VIEWS = ("view", "_unsafe_view")


BILINEAR = "bilinear"  # the name of a leaf that holds bilinear interpolation


class NotReplayableError(Exception):
    """The expression holds something that can't be computed on this side."""


class Evaluator:
    """Computes expressions for one seed and one input; leaves are drawn by name and shape."""

    def __init__(self, seed: int, shape: tuple[int, ...]) -> None:
        self.seed = seed
        self.of: tuple[object, ...] = (seed, shape)  # what tells its values from those of another one
        self.input = torch.from_numpy(draw_alone(derived(seed, "input"), "input", shape))
        self._values: dict[str, Value] = {}
        self._taken: set[str] = set()  # those of them that another grading computed
        self._given: dict[str, Tensor] = {}
        self.spent = 0.0  # operations
        self._ahead: dict[str, float] = {}  # values that nobody asked for yet, and their operations

    def give(self, array: np.ndarray[Any, Any]) -> str:
        """Take a value that the other side sent; return the name of the leaves that hold it."""
        digest = hashlib.blake2b(array.tobytes(), digest_size=16).hexdigest()
        name = f"given/{array.dtype}{array.shape}/{digest}"
        self._given.setdefault(name, torch.from_numpy(array.copy()))
        return name

    @torch.inference_mode()
    def __call__(self, root: Expr) -> Tensor:
        """Return the value of an expression; raises NotReplayableError."""
        return self._known(root)

    def ahead(self, root: Expr) -> Iterator[None]:
        """Compute what may be asked for, a step at a time: what the first value needs of it has its price."""
        for node in walk(root):
            if node.key not in self._values:
                before = self.spent
                with torch.inference_mode():
                    self.value(node)
                self._ahead[node.key], self.spent = self.spent - before, before
                yield

    def settle(self, root: Expr | None = None) -> None:
        """Drop what was computed ahead, but what a value needs, as if it were computed for that."""
        needed = {node.key for node in walk(root)} if root and self._ahead else set()
        for key, price in self._ahead.items():
            if key in needed:
                self.spent += price
            else:
                del self._values[key]
        self._ahead.clear()

    def _known(self, root: Expr) -> Tensor:
        """Return a value that another grading of the class computed, else compute it and leave it there."""
        self.settle(root)
        if root.key not in self._values and (found := kept.known(*self.of, root.key)):
            self._values[root.key] = torch.from_numpy(found["value"])
            self._taken.add(root.key)
            self.spent += float(found["spent"])
        if root.key in self._values:
            return self.value(root)
        before = self.spent
        value = self.value(root)
        if value.dtype == torch.float32:
            spent = np.array(self.spent - before)
            kept.keep({"value": value.detach().numpy(), "spent": spent}, *self.of, root.key)
        return value

    def value(self, root: Expr) -> Tensor:
        """Return it in whatever mode torch is."""
        if root.key not in self._values:
            self._add(node for node in walk(root) if node.key not in self._values)
        value = self._values[root.key]
        if not isinstance(value, Tensor):
            raise NotReplayableError(f"{root.op} gives several values")
        return value

    def _add(self, nodes: Iterable[Expr]) -> None:
        """Compute and keep values; of an expression that takes too much memory none is kept."""
        added: list[str] = []
        total = sum(map(budget.elements, self._values.values()))
        try:
            for node in nodes:
                self.spent += self._price(node, budget.MAX_TOTAL - total)
                if self.spent > budget.MAX_OPERATIONS:
                    raise NotReplayableError("the forward pass needs too much arithmetic")
                value = self._values[node.key] = self._compute(node)
                added.append(node.key)
                total += budget.elements(value)
        except NotReplayableError:
            for key in added:
                del self._values[key]
            raise

    @torch.no_grad()
    @without_compiler()  # of which torch asks for operations on the meta device
    def _price(self, node: Expr, left: int) -> float:
        """Return the operations that a value takes, tried on the meta device; raises NotReplayableError."""
        with _refused(node):
            if node.op in ("leaf", "random", "input"):
                shape = dict(node.attrs).get("shape", ())
                price, size = budget.leaf(shape), prod(shape)
            else:
                inputs = [budget.on_meta(self._values[source.key]) for source in node.inputs]
                made = self._made(node, inputs, "meta")
                price, size = budget.operations(node, inputs, made), budget.elements(made)
        if size > left:
            raise NotReplayableError("the forward pass needs too much memory")
        return price

    def forget(self, *, given: bool = True) -> None:
        """Drop computed values and drawn weights, and what was given."""
        self._values.clear()
        self._ahead.clear()
        if given:
            self._given.clear()

    def _compute(self, node: Expr) -> Value:
        with _refused(node):
            return self._made(node, [self._values[source.key] for source in node.inputs], "cpu")

    def _made(self, node: Expr, inputs: list[Any], device: str) -> Value:
        if device == "meta" and node.op in OPERATIONS:
            return budget.shaped(node, inputs)
        made = OPERATIONS.get(node.op)
        return made(self, node, inputs) if made else _replay(node, inputs, device)

    def _leaf(self, node: Expr) -> Tensor:
        name, shape, kind = node["name"], node["shape"], node["kind"]
        if name == BILINEAR:
            return bilinear_weight(shape[0], shape[1], shape[2])
        if kind == "parameter":
            purpose = "vgg16" if name.startswith("vgg/") else "fill"
            return torch.from_numpy(draw_parameter(derived(self.seed, purpose), name, shape))
        if name in self._given:
            return self._given[name]
        raise NotReplayableError(f"a {kind} of unknown value")

    def dropped(self, x: Tensor, node: Expr) -> Tensor:
        """Return a value after a dropout, which drops nothing where nothing learns."""
        return x


@contextmanager
def _refused(node: Expr) -> Iterator[None]:
    """Tell what torch can't compute, or there is no budget for, as what can't be replayed."""
    try:
        yield
    except (RuntimeError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise NotReplayableError(f"{node.op}: {str(error)[:200]}") from error


def _crop(h: Tensor, node: Expr) -> Tensor:
    top, left, height, width = (int(node[name]) for name in ("top", "left", "height", "width"))
    rows, columns = h.shape[-2:]
    if max(height, width) > 20_000:
        raise NotReplayableError("a crop out of bounds")
    if top >= rows or left >= columns:  # it begins where nothing is left; gradients reach what is before it
        return F.pad(h[..., :0, :0], (0, width, 0, height))
    return F.pad(h, (-left, left + width - columns, -top, top + height - rows))


def _window(h: Tensor, node: Expr) -> Tensor:
    """Return a slice, short where its source ends; the reference crops as Python does."""
    return h[..., node["top"] : node["top"] + node["height"], node["left"] : node["left"] + node["width"]]


def _like(h: Tensor, other: Tensor, node: Expr) -> Tensor:
    """Cut a window as large as another value."""
    rows, columns = other.shape[-2:]
    return h[..., node["top"] : node["top"] + rows, node["left"] : node["left"] + columns]


def _convolve(node: Expr, inputs: list[Any]) -> Tensor:
    x, weight, bias = (*inputs, None)[:3]
    if node.op == "conv":
        return convolve(x, weight, bias, node["stride"], node["padding"], node["dilation"], node["groups"])
    return F.conv_transpose2d(
        x,
        weight,
        bias,
        node["stride"],
        node["padding"],
        node["output_padding"],
        node["groups"],
        node["dilation"],
    )


OPERATIONS: dict[str, Any] = {
    "input": lambda self, node, inputs: self.input,
    "leaf": lambda self, node, inputs: self._leaf(node),
    "conv": lambda self, node, inputs: _convolve(node, inputs),
    "deconv": lambda self, node, inputs: _convolve(node, inputs),
    "random": lambda self, node, inputs: torch.full(node["shape"], float("bernoulli" in node["name"])),
    "dropout": lambda self, node, inputs: self.dropped(inputs[0], node),
    "relu": lambda self, node, inputs: torch.relu(inputs[0]),
    "softsign": lambda self, node, inputs: F.softsign(inputs[0]),
    "max_pool": lambda self, node, inputs: F.max_pool2d(
        inputs[0], node["kernel"], node["stride"], node["padding"], node["dilation"], ceil_mode=node["ceil"]
    ),
    "crop": lambda self, node, inputs: _crop(inputs[0], node),
    "window": lambda self, node, inputs: _window(inputs[0], node),
    "like": lambda self, node, inputs: _like(inputs[0], inputs[1], node),
    "add": lambda self, node, inputs: torch.add(inputs[0], inputs[1], alpha=node["scale"]),
    "scale": lambda self, node, inputs: inputs[0] * node["factor"],
    "item": lambda self, node, inputs: inputs[0][node["index"]],
}

_NAME = re.compile(r"^aten\.([A-Za-z0-9_]+)\.([A-Za-z0-9_]+)$")
_KINDS = ("float16", "bfloat16", "float32", "float64", "int32", "int64", "bool")
_DTYPES = {f"torch.{name}": getattr(torch, name) for name in _KINDS}


def _replay(node: Expr, inputs: list[Any], device: str) -> Value:
    """Run an operation as it was called, if it is on the list."""
    match = _NAME.match(node.op)
    if not match or match[1].removesuffix("_") not in REPLAYABLE:
        raise NotReplayableError(f"{node.op} is not replayed")
    operation = getattr(getattr(torch.ops.aten, match[1]), match[2])
    if match[1].endswith("_"):
        inputs = [value.clone() if isinstance(value, Tensor) else value for value in inputs]
    if match[1] in VIEWS:
        inputs = [value.contiguous() if isinstance(value, Tensor) else value for value in inputs]
    out = operation(*_fill(node["args"], inputs), **_keywords(node["named"], inputs, device))
    return tuple(out) if isinstance(out, list) else out


def _keywords(named: Any, inputs: list[Any], device: str) -> dict[str, Any]:
    kept = {
        key: _fill_one(value, inputs) for key, value in named if key not in ("device", "pin_memory", "layout")
    }
    if inputs and isinstance(inputs[0], Tensor):
        return kept
    return {**kept, "device": device}


def _fill(written: Any, inputs: list[Any]) -> list[Any]:
    return [_fill_one(value, inputs) for value in written]


def _fill_one(value: Any, inputs: list[Any]) -> Any:
    if isinstance(value, tuple):
        if value[:1] == ("t",):
            return inputs[value[1]]
        if value[:1] == ("l",):
            return [_fill_one(item, inputs) for item in value[1:]]
        if value[:1] == ("x",):
            return _DTYPES.get(value[1])
    return value
