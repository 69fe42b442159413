"""A convolution as a product of matrices: nn.Linear, einsum or matmul over channels moved last.

Each value is followed as the axes of a map, of its windows, or of a weight, in another order: where such a
product weighs all channels, or all that a window holds, and where all axes are back in their places, it is
the convolution. What is read here is believed only if a replay of it gives the model's own output
(evidence/model.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from math import prod
from operator import mul
from typing import Any

from grader.network.axes import WINDOWS, Axis, Moved, Shape, places
from grader.network.graph import Expr, conv, expr, relu
from grader.network.sliding import columns, unfold, windows

CHANNELS: Axis = (1,)
CONVOLUTION = "aten.convolution.default"
KEPT = (
    "aten.clone.default", "aten.detach.default", "aten.alias.default", "aten.contiguous.default",
    "aten.lift_fresh.default",
)  # fmt: skip
RELUS = ("aten.relu.default", "aten.relu_.default", "aten.clamp_min.default")


def start(source: Expr, shape: Shape) -> Moved | None:
    """A value whose axes are worth following: a map, or what it may be weighed by."""
    is_leaf = source.op == "leaf" and source["kind"] == "parameter" and 1 <= len(shape) <= 5
    return Moved(source, shape, places(shape)) if is_leaf or len(shape) == 4 else None


def follow(
    name: str, args: Sequence[Any], shape: Shape, known: Callable[[Any], Moved | None]
) -> Moved | None:
    """What an operation makes of the axes that it is given; None where that isn't known."""
    if name in STEPS and (moved := known(args[0])):
        return STEPS[name](moved, args[1:], shape)
    if name == CONVOLUTION:
        return _of_pixels(args, [known(arg) for arg in args[:3] if arg is not None])
    given = [known(arg) for arg in args if arg is not None] if name in PRODUCTS else []
    return PRODUCTS[name](given, shape) if given and all(given) else None


# --- moving ---------------------------------------------------------------------------------------


def _permute(moved: Moved, args: Sequence[Any], shape: Shape) -> Moved:
    return replace(moved, axes=tuple(moved.axes[at] for at in args[0]))


def _transpose(moved: Moved, args: Sequence[Any], shape: Shape) -> Moved:
    first, second = args if args else (0, len(shape) - 1)
    axes = list(moved.axes)
    axes[first], axes[second] = axes[second], axes[first]
    return replace(moved, axes=tuple(axes))


def _view(moved: Moved, args: Sequence[Any], shape: Shape) -> Moved | None:
    """Axes joined or taken apart, as long as none of the source is cut."""
    flat = [at for axis in moved.axes for at in axis]
    ends = list(accumulate((moved.shape[at] for at in flat), mul, initial=1))
    axes, before = [], 0
    for end in accumulate(shape, mul):
        if end not in ends:
            return None
        axes.append(tuple(flat[before : ends.index(end)]))
        before = ends.index(end)
    return replace(moved, axes=tuple(axes)) if before == len(flat) else None


def _insert(moved: Moved, args: Sequence[Any], shape: Shape) -> Moved:
    at = args[0] % len(shape)
    return replace(moved, axes=(*moved.axes[:at], (), *moved.axes[at:]))


def _squeezed(moved: Moved, args: Sequence[Any], shape: Shape) -> Moved | None:
    """Without axes of one element; which ones is told by what is left."""
    axes = [axis for axis in moved.axes if axis]
    whole = [size for size in shape if size != 1]
    if [prod(moved.shape[at] for at in axis) for axis in axes] != whole:
        return None
    left = iter(axes)
    return replace(moved, axes=tuple(next(left) if size != 1 else () for size in shape))


def _expanded(moved: Moved, args: Sequence[Any], shape: Shape) -> Moved | None:
    """A parameter beside itself, once for each of a batch."""
    axes = ((),) * (len(shape) - len(moved.axes)) + moved.axes
    pairs = zip(axes, shape, strict=True)
    whole = all(prod(moved.shape[at] for at in axis) == size for axis, size in pairs if axis)
    made = replace(moved, axes=axes)
    return made if moved.source.op == "leaf" and whole and not made.is_back else _squeezed(moved, args, shape)


def _select(moved: Moved, args: Sequence[Any], shape: Shape) -> Moved | None:
    at = args[0] % len(moved.axes)
    return replace(moved, axes=(*moved.axes[:at], *moved.axes[at + 1 :])) if not moved.axes[at] else None


def _folded(moved: Moved, args: Sequence[Any], shape: Shape) -> Moved | None:
    """Columns of one pixel laid side by side again."""
    return _view(moved, args, shape) if tuple(args[1]) == (1, 1) else None


# --- weighing -------------------------------------------------------------------------------------


def _product(given: Sequence[Moved], shape: Shape) -> Moved | None:
    """A map times a weight, or a weight times a map, over the content of one and the inputs of the other."""
    left, right = given
    rows, columns = left.axes[-2], right.axes[-1]
    summed = (left.axes[-1], right.axes[-2]) == (left.content, right.content)
    if summed and right.weighs(left) and columns == (0,):
        weighed, axes = _weighed(left, right), (*left.axes[:-1], CHANNELS)
    elif summed and left.weighs(right) and rows == (0,):
        weighed, axes = _weighed(right, left), (*right.axes[:-2], CHANNELS, columns)
    else:
        return None
    return replace(weighed, axes=axes)


def _of_pixels(args: Sequence[Any], given: Sequence[Moved | None]) -> Moved | None:
    """A convolution of one pixel over pixels that stand in a row, or in a volume."""
    stride, padding, _, transposed, _, groups = args[3:9]
    map, weight, *bias = given
    if map is None or weight is None or map.is_back or not weight.is_back or transposed or groups != 1:
        return None
    plain = {*stride} == {1} and {*padding} == {0} and prod(weight.shape[2:]) == 1
    if not plain or map.axes[1] != map.content or not weight.weighs(map):
        return None
    made = replace(_weighed(map, weight), axes=(map.axes[0], CHANNELS, *map.axes[2:]))
    if not bias:
        return made
    beside = (
        None if bias[0] is None else replace(bias[0], axes=(*bias[0].axes, *((),) * (len(made.axes) - 2)))
    )
    return _add((made, beside), made.shape)


def _weighed(map: Moved, weight: Moved) -> Moved:
    outputs = weight.shape[0]
    made, sizes = windows(map)
    kernel = _in_shape(weight.source, (outputs, sizes[1], *sizes[4:]))
    return Moved(conv(made.inputs[0], kernel, None, **dict(made.attrs)), (sizes[0], outputs, *sizes[2:4]), ())


def _in_shape(leaf: Expr, shape: Shape) -> Expr:
    return expr("leaf", **{**dict(leaf.attrs), "shape": shape})


def _biased(given: Sequence[Moved], shape: Shape) -> Moved | None:
    bias, *matrices = given
    return _add((_product(matrices, shape), bias), shape)


def _linear(given: Sequence[Moved], shape: Shape) -> Moved | None:
    map, weight, *bias = given
    turned = replace(weight, axes=weight.axes[::-1])
    made = _product((map, turned), shape)
    return _add((made, *bias), shape) if bias else made


def _add(given: Sequence[Moved | None], shape: Shape) -> Moved | None:
    """A convolution of one pixel that gets its bias."""
    for made, bias in (given, given[::-1]):
        if made is None or bias is None or made.source.op != "conv" or len(made.source.inputs) != 2:
            continue
        aligned = ((),) * (len(made.axes) - len(bias.axes)) + bias.axes
        over = [at for at, axis in enumerate(aligned) if axis]
        if bias.source.op == "leaf" and len(bias.shape) == 1 and [made.axes[at] for at in over] == [CHANNELS]:
            return replace(made, source=replace(made.source, inputs=(*made.source.inputs, bias.source)))
    return None


def _relu(moved: Moved, args: Sequence[Any], shape: Shape) -> Moved | None:
    held = moved.source.op != WINDOWS
    return replace(moved, source=relu(moved.source)) if held and args in ([], [0], [0.0]) else None


STEPS: Mapping[str, Callable[[Moved, Sequence[Any], Shape], Moved | None]] = {
    **dict.fromkeys(KEPT, lambda moved, _, __: moved),
    **dict.fromkeys(RELUS, _relu),
    "aten.permute.default": _permute,
    "aten.transpose.int": _transpose,
    "aten.t.default": _transpose,
    "aten.view.default": _view,
    "aten._unsafe_view.default": _view,
    "aten.reshape.default": _view,
    "aten.unsqueeze.default": _insert,
    "aten.squeeze.default": _squeezed,
    "aten.squeeze.dim": _squeezed,
    "aten.squeeze.dims": _squeezed,
    "aten.select.int": _select,
    "aten.expand.default": _expanded,
    "aten.repeat.default": _expanded,
    "aten.unfold.default": unfold,
    "aten.im2col.default": columns,
    "aten.col2im.default": _folded,
}
PRODUCTS: Mapping[str, Callable[[Any, Shape], Moved | None]] = {
    "aten.mm.default": _product,
    "aten.bmm.default": _product,
    "aten.addmm.default": _biased,
    "aten.baddbmm.default": _biased,
    "aten.linear.default": _linear,
    "aten.add.Tensor": _add,
    "aten.add_.Tensor": _add,
}
