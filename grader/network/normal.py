"""One spelling for each operation: the many ways to write a ReLU, a crop, a copy become the same expression.

Operations that this module doesn't know stay as they were called, `aten.name.overload`, with their arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from math import inf
from typing import Any

from grader.network.crops import Args, as_crop, part
from grader.network.graph import Expr, Pair, add, conv, expr, max_pool, relu
from grader.network.rectifier import rectified
from grader.records.reason import Place
from grader.wall.values import Shape

IDENTITIES = {
    "aten.clone.default",
    "aten.detach.default",
    "aten.detach_.default",
    "aten.alias.default",
    "aten.lift_fresh.default",
    "aten.contiguous.default",
    "aten.view_as.default",
}
RESHAPES = {"aten.view.default", "aten._unsafe_view.default", "aten.reshape.default", "aten.expand.default"}
LISTS = {"aten.split.Tensor", "aten.split_with_sizes.default", "aten.chunk.default", "aten.unbind.int"}
UNFOLD = "aten.unfold.default"
CASTS = {"aten._to_copy.default", "aten.to.dtype", "aten.to.device"}


def pair(value: Any) -> Pair:
    """Read an int or a list of one or two ints."""
    if isinstance(value, int):
        return (value, value)
    numbers = tuple(int(n) for n in value)
    return (numbers[0], numbers[-1])


def _convolution(args: Args, place: Place | None) -> Expr | None:
    x, weight, bias, stride, padding, dilation, transposed, output_padding, groups = args[:9]
    if isinstance(stride, tuple) and len(stride) != 2:
        return None  # of a row, or of a volume: network/moved.py reads those of one pixel
    rows, columns = pair(padding)
    if x.op == "crop" and dict(x.attrs).get("even") and not transposed:  # it was padded before
        x, rows, columns = x.inputs[0], rows - int(x["top"]), columns - int(x["left"])
    return conv(
        x,
        weight,
        bias,
        stride=pair(stride),
        padding=(rows, columns),
        dilation=pair(dilation),
        groups=int(groups),
        transposed=bool(transposed),
        output_padding=pair(output_padding) if transposed else (0, 0),
        place=place,
    )


def _max_pool(args: Args, place: Place | None) -> Expr:
    x, kernel, stride, padding, dilation, ceil = (*args, *(None,) * 6)[:6]
    rows, columns = pair(padding or 0)
    # Zeros are a ReLU's least; where sizes are rounded up, a pool's own padding has no window for itself.
    if x.op == "crop" and dict(x.attrs).get("even") and x.inputs[0].op == "relu" and not ceil:
        more = rows - int(x["top"]), columns - int(x["left"])
        if all(2 * pad <= size for pad, size in zip(more, pair(kernel), strict=True)):
            x, rows, columns = x.inputs[0], *more
    return max_pool(
        x,
        pair(kernel),
        pair(stride) if stride else pair(kernel),
        (rows, columns),
        pair(dilation or 1),
        bool(ceil),
        place,
    )


def _windows(args: Args, place: Place | None) -> Expr | None:
    """Read the largest of each window that rows and columns were unfolded into as a max pooling."""
    outer = args[0]
    inner = outer.inputs[0] if isinstance(outer, Expr) and outer.op == UNFOLD else None
    axes = sorted(n for n in args[1] if isinstance(n, int)) if len(args) > 1 else []
    if inner is None or inner.op != UNFOLD or axes not in ([-2, -1], [4, 5]):
        return None
    sides = {dim % 4: (size, step) for _, dim, size, step in (inner["args"], outer["args"]) if dim >= 0}
    if sides.keys() != {2, 3}:
        return None
    kernel, stride = zip(sides[2], sides[3], strict=True)
    return max_pool(inner.inputs[0], kernel, stride, place=place)


def _clamp(args: Args, place: Place | None) -> Expr | None:
    x, low, high = (*args, None, None)[:3]
    return relu(x, place) if low == 0 and high in (None, inf) else None


def _threshold(args: Args, place: Place | None) -> Expr | None:
    return relu(args[0], place) if args[1] == 0 and args[2] == 0 else None


def _leaky(args: Args, place: Place | None) -> Expr | None:
    return relu(args[0], place) if len(args) > 1 and args[1] == 0 else None


def _add(args: Args, place: Place | None, sign: float = 1.0, scale: Any = 1) -> Expr | None:
    both = isinstance(args[0], Expr) and isinstance(args[1], Expr)
    if both and args[0] == args[1] and isinstance(scale, int | float) and 1 + sign * scale:
        return _times((args[0], 1 + sign * scale), place)  # a value added to itself
    return add(args[0], args[1], sign * scale, place) if both else None


def _times(args: Args, place: Place | None, power: int = 1) -> Expr | None:
    factor = args[1]
    if isinstance(factor, Expr) or not isinstance(factor, int | float) or not factor:
        return None
    return expr("scale", args[0], place=place, factor=float(factor) ** power)


def _sum(args: Args, place: Place | None) -> Expr | None:
    """Read a sum over maps that were stacked as a plain sum of them."""
    stacked, axes = args[0], [n for n in args[1] if isinstance(n, int)] if len(args) == 2 else []
    axis = axes[0] % 5 if len(axes) == 1 else None
    if isinstance(stacked, Expr) and stacked.op == "aten.permute.default" and axis is not None:
        order = [n for n in stacked["args"][1] if isinstance(n, int)]
        rest = [n for n in order if n != order[axis]]
        stacked, axis = stacked.inputs[0], order[axis] if rest == sorted(rest) else None
    if not isinstance(stacked, Expr) or stacked.op != "aten.stack.default" or len(stacked.inputs) < 2:
        return None
    _, dim = (*stacked["args"], 0)[:2]
    return reduce(lambda a, b: add(a, b, place=place), stacked.inputs) if dim % 5 == axis else None


SPELLINGS: dict[str, Callable[[Args, Mapping[str, Any], Place | None], Expr | None]] = {
    "aten.convolution.default": lambda a, _, p: _convolution(a, p),
    "aten.relu.default": lambda a, _, p: relu(a[0], p),
    "aten.relu_.default": lambda a, _, p: relu(a[0], p),
    "aten.clamp_min.default": lambda a, _, p: _clamp(a, p),
    "aten.clamp_min_.default": lambda a, _, p: _clamp(a, p),
    "aten.clamp.default": lambda a, k, p: _clamp((*a, *k.values()), p),
    "aten.clamp_.default": lambda a, k, p: _clamp((*a, *k.values()), p),
    "aten.hardtanh.default": lambda a, _, p: _clamp(a, p),
    "aten.hardtanh_.default": lambda a, _, p: _clamp(a, p),
    "aten.threshold.default": lambda a, _, p: _threshold(a, p),
    "aten.threshold_.default": lambda a, _, p: _threshold(a, p),
    "aten.leaky_relu.default": lambda a, _, p: _leaky(a, p),
    "aten.leaky_relu_.default": lambda a, _, p: _leaky(a, p),
    "aten.max_pool2d_with_indices.default": lambda a, _, p: _max_pool(a, p),
    "aten.max_pool2d.default": lambda a, _, p: _max_pool(a, p),
    "aten.amax.default": lambda a, k, p: _windows(a, p) if not k else None,
    "aten.add.Tensor": lambda a, k, p: _add(a, p, 1.0, k.get("alpha", 1)),
    "aten.add_.Tensor": lambda a, k, p: _add(a, p, 1.0, k.get("alpha", 1)),
    "aten.sub.Tensor": lambda a, k, p: _add(a, p, -1.0, k.get("alpha", 1)),
    "aten.sub_.Tensor": lambda a, k, p: _add(a, p, -1.0, k.get("alpha", 1)),
    "aten.mul.Tensor": lambda a, _, p: _times(a, p),
    "aten.mul_.Tensor": lambda a, _, p: _times(a, p),
    "aten.div.Tensor": lambda a, _, p: _times(a, p, -1),
    "aten.div_.Tensor": lambda a, _, p: _times(a, p, -1),
    "aten.sum.dim_IntList": lambda a, _, p: _sum(a, p),
    "aten.neg.default": lambda a, _, p: expr("scale", a[0], place=p, factor=-1.0),
}


def normalise(name: str, args: Args, named: Mapping[str, Any], place: Place | None) -> Expr:
    """Write a call in its one spelling."""
    known = SPELLINGS.get(name)
    made = known(args, named, place) if known else None
    return rectified(made if made is not None else _as_called(name, args, named, place))


def _as_called(name: str, args: Args, named: Mapping[str, Any], place: Place | None) -> Expr:
    inputs: list[Expr] = []

    def plain(value: Any) -> Any:
        if isinstance(value, Expr):
            inputs.append(value)
            return ("t", len(inputs) - 1)
        return ("l", *map(plain, value)) if isinstance(value, tuple) and value[:1] != ("x",) else value

    written = tuple(plain(arg) for arg in args)
    keywords = tuple((key, plain(value)) for key, value in sorted(named.items()))
    return Expr(name, tuple(inputs), (("args", written), ("named", keywords)), place)


def result(made: Expr, position: int, count: int, source: Shape | None, shape: Shape) -> Expr:
    """Choose one of a call's `count` results, knowing the shapes of its first argument and of the result."""
    if made.op.startswith("random."):
        return expr("random", place=made.place, name=made.op, shape=shape)
    if made.op == "max_pool":
        return made if position == 0 else expr("item", made, index=position)
    if count > 1 or made.op in LISTS:
        return part(made, position, source, shape) or expr("item", made, index=position)
    if made.op in IDENTITIES or (made.op in RESHAPES | CASTS and source == shape and _same_type(made)):
        return made.inputs[0]
    return as_crop(made, source, shape) or made


def _same_type(made: Expr) -> bool:
    dtype = dict(made["named"]).get("dtype")
    if made.op in CASTS and made.inputs[0].op in CASTS:
        return False  # the way back from another type, which cost digits
    return dtype is None or dtype == ("x", "torch.float32")
