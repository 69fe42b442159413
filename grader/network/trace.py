"""From the worker's record of a forward pass to an expression; the record is hostile until it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from grader.errors import ProtocolError
from grader.network import moved, normal
from grader.network.abandoned import Abandoned, abandoned, unused
from grader.network.axes import WINDOWS, Moved
from grader.network.graph import COMPUTED, INPUT, Expr, leaf
from grader.network.moved import CHANNELS
from grader.network.path import LAYERS
from grader.records.reason import Place
from grader.wall.recording import Argument, Call, Items, Leaf, Other, Recording, Tensor
from grader.wall.values import place

Array = NDArray[np.generic]
COMMUTATIVE = ("aten.mul", "aten.add")
SAME_NUMBER = (
    "aten.lift_fresh.default",
    "aten._to_copy.default",
    "aten.detach.default",
    "aten.clone.default",
    "aten.alias.default",
    "aten.view.default",
)
FLOATS = (None, Other("torch.float32"), Other("torch.float64"))  # that a number is cast to unchanged
BY_CHANNEL = ("dropout1d", "dropout2d", "dropout3d")  # what drops all that is at one place of the second axis
ARITHMETIC = (*COMMUTATIVE, "aten.sub", "aten.div")


@dataclass(frozen=True, slots=True)
class Dropout:
    """A dropout called on a value; `active` says whether it would have dropped anything in this mode, and
    `kept` whether what it gave went on."""

    on: Expr
    kind: str
    rate: float
    active: bool
    place: Place | None
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Trace:
    """One recorded forward pass; `output` is None where it returned no tensor, or one of unknown origin."""

    output: Expr | None
    type: str
    shape: tuple[int, ...]
    dtype: str
    requires_grad: bool
    parameters: Mapping[str, tuple[int, ...]]
    dropouts: tuple[Dropout, ...]
    readable: bool
    random: tuple[Place | None, ...]  # the lines that drew random numbers
    constants: Mapping[str, Array]  # what is known of tensors that are neither parameters nor buffers
    abandoned: tuple[Abandoned, ...]  # what it computed, and let go of
    unused: tuple[Expr, ...] = ()  # every value that nothing took


def read_trace(record: Recording, constants: Mapping[int, Array] | None = None) -> Trace:
    """Read a record, with the values of its constants; raises ProtocolError where numbers contradict."""
    try:
        return _read(record, constants or {})
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise ProtocolError(f"not a trace: {type(error).__name__}") from error


def _read(record: Recording, constants: Mapping[int, Array]) -> Trace:
    known = {made.number: _name(made) for made in record.leaves if made.kind == "constant"}
    scalars = {number: float(constants[number].item()) for number in known if _is_scalar(constants, number)}
    values = {
        made.number: INPUT if made.kind == "input" else leaf(_name(made), made.shape, made.kind)
        for made in record.leaves
    }
    shapes = {made.number: made.shape for made in record.leaves}
    moves = dict[int, Moved]()
    for call in record.calls:
        _call(values, shapes, _with_numbers(call, scalars))
        _move(values, shapes, moves, call)
        scalars |= _passed_on(call, scalars)
    output = None if record.output is None else values.get(record.output)
    return Trace(
        output=output,
        type=record.type,
        shape=record.shape,
        dtype=record.dtype,
        requires_grad=record.requires_grad,
        parameters={made.name: made.shape for made in record.leaves if made.kind == "parameter"},
        dropouts=tuple(
            Dropout(
                *_dropped(values[drop.on], moves.get(drop.on), drop.kind),
                drop.rate,
                drop.active,
                place(drop.line),
            )
            for drop in record.dropouts
        ),
        readable=not record.aliased,
        random=tuple(place(call.line) for call in record.calls if call.name.startswith("random.")),
        constants={name: constants[number] for number, name in known.items() if number in constants},
        abandoned=abandoned(record, values, output),
        unused=unused(record, values, output),
    )


def _dropped(value: Expr, moved: Moved | None, kind: str) -> tuple[Expr, str]:
    """What is dropped, and how: also of a map with its axes in other places, whose channels may be next."""
    if moved is None or moved.source.op == WINDOWS:
        return value, kind
    if kind not in BY_CHANNEL:
        return moved.source, kind
    return (moved.source, "dropout2d") if moved.axes[1:2] == (CHANNELS,) else (value, kind)


def _name(made: Leaf) -> str:
    return made.name or f"constant {made.number}"


def _is_scalar(constants: Mapping[int, Array], number: int) -> bool:
    return number in constants and constants[number].size == 1


def _passed_on(call: Call, scalars: Mapping[int, float]) -> dict[int, float]:
    """Return the results that are a known number still."""
    first = call.args[0] if call.args else None
    unchanged = call.name in SAME_NUMBER and call.named.get("dtype") in FLOATS
    if unchanged and isinstance(first, Tensor) and first.number in scalars:
        return {result.number: scalars[first.number] for result in call.results}
    return {}


def _with_numbers(call: Call, scalars: Mapping[int, float]) -> Call:
    """Write a tensor that holds one known number as that number, in what takes both alike."""
    if not scalars or call.name.removesuffix(".Tensor").rstrip("_") not in ARITHMETIC or len(call.args) < 2:
        return call
    first, second, *rest = (_number_of(arg, scalars) for arg in call.args)
    if not isinstance(first, Tensor) and call.name.startswith(COMMUTATIVE) and "alpha" not in call.named:
        first, second = second, first
    return replace(call, args=(first, second, *rest)) if isinstance(first, Tensor) else call


def _number_of(argument: Argument, scalars: Mapping[int, float]) -> Argument:
    return scalars.get(argument.number, argument) if isinstance(argument, Tensor) else argument


def _call(values: dict[int, Expr], shapes: dict[int, tuple[int, ...]], call: Call) -> None:
    args = [_argument(arg, values) for arg in call.args]
    named = {name: _argument(value, values) for name, value in call.named.items()}
    made = _with_shape(normal.normalise(call.name, args, named, place(call.line)), call, shapes)
    first = call.args[0] if call.args else None
    source = shapes.get(first.number) if isinstance(first, Tensor) else None
    for position, result in enumerate(call.results):
        shapes[result.number] = result.shape
        values[result.number] = normal.result(made, position, len(call.results), source, result.shape)


def _with_shape(made: Expr, call: Call, shapes: Mapping[int, tuple[int, ...]]) -> Expr:
    """Write the shape of a layer's weight beside it where no leaf tells it, since it is computed."""
    weight = call.args[1] if len(call.args) > 1 else None
    if made.op not in LAYERS or made.inputs[1].op == "leaf" or not isinstance(weight, Tensor):
        return made
    return replace_fields(made, attrs=(*made.attrs, (COMPUTED, shapes.get(weight.number, ()))))


def _move(
    values: dict[int, Expr], shapes: Mapping[int, tuple[int, ...]], moves: dict[int, Moved], call: Call
) -> None:
    """Follow the axes of maps through an operation; where all are back, the result is what it stands for."""

    def known(argument: Argument) -> Moved | None:
        if not isinstance(argument, Tensor):
            return None
        number = argument.number
        return moves.get(number) or moved.start(values[number], shapes[number])

    if len(call.results) != 1:
        return
    (result,) = call.results
    plain = not call.named or call.name in moved.KEPT  # a factor changes more than places
    args = [_plain(arg) for arg in call.args]
    made = moved.follow(call.name, args, result.shape, known) if plain else None
    moves.pop(result.number, None)
    if made is None:
        return
    if made.source.place is None and made.source.op != "leaf":
        made = replace_fields(made, source=replace_fields(made.source, place=place(call.line)))
    if not made.is_back:
        moves[result.number] = made
    elif made.source != values[result.number]:
        values[result.number] = made.source


def _plain(argument: Argument) -> Any:
    return [*argument.items] if isinstance(argument, Items) else argument


def _argument(value: Argument, values: Mapping[int, Expr]) -> Any:
    match value:
        case Tensor():
            return values[value.number]
        case Items():
            return tuple(_argument(item, values) for item in value.items)
        case Other():
            return ("x", value.text)
    return value
