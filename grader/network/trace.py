"""From the worker's record of a forward pass to an expression; the record is hostile until it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from grader.errors import ProtocolError
from grader.network import normal
from grader.network.graph import INPUT, Expr, leaf
from grader.records.reason import Place

MAX_CALLS = 20_000


@dataclass(frozen=True, slots=True)
class Dropout:
    """A dropout called on a value; `active` says whether it would have dropped anything in this mode."""

    on: Expr
    kind: str
    rate: float
    active: bool
    place: Place | None


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


def read_trace(record: Mapping[str, Any]) -> Trace:
    """Read a record; raises ProtocolError where it isn't one."""
    try:
        return _read(record)
    except ProtocolError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise ProtocolError(f"not a trace: {type(error).__name__}") from error


def _read(record: Mapping[str, Any]) -> Trace:
    values: dict[int, Expr] = {}
    shapes: dict[int, tuple[int, ...]] = {}
    for number, kind, name, shape in record["leaves"]:
        shapes[number] = _shape(shape)
        values[number] = (
            INPUT if kind == "input" else leaf(str(name) or f"constant {number}", _shape(shape), str(kind))
        )
    if len(record["calls"]) > MAX_CALLS:
        raise ProtocolError("not a trace: too long")
    for name, args, named, results, place in record["calls"]:
        _call(values, shapes, (str(name), args, named, results), read_place(place))
    dropouts = tuple(
        Dropout(values[number], str(kind), float(rate), bool(active), read_place(place))
        for number, kind, rate, active, place in record["dropouts"]
    )
    parameters = {
        str(name): _shape(shape) for _, kind, name, shape in record["leaves"] if kind == "parameter"
    }
    return Trace(
        output=values.get(record["output"]) if record["output"] is not None else None,
        type=str(record["type"])[:60],
        shape=_shape(record["shape"]),
        dtype=str(record["dtype"])[:20],
        requires_grad=bool(record["requires_grad"]),
        parameters=parameters,
        dropouts=dropouts,
        readable=not record["aliased"],
        random=tuple(read_place(call[4]) for call in record["calls"] if str(call[0]).startswith("random.")),
    )


def _call(
    values: dict[int, Expr],
    shapes: dict[int, tuple[int, ...]],
    call: tuple[str, Any, Any, Any],
    place: Place | None,
) -> None:
    name, args, named, results = call
    lookup: Callable[[Any], Any] = lambda value: _argument(value, values)  # noqa: E731 - a one-line adapter
    made = normal.normalise(
        name, [lookup(arg) for arg in args], {str(k): lookup(v) for k, v in named.items()}, place
    )
    source = args[0][1] if args and isinstance(args[0], list) and args[0][:1] == ["t"] else None
    for position, (number, shape) in enumerate(results):
        shapes[number] = _shape(shape)
        source_shape = shapes.get(source) if source is not None else None
        values[number] = normal.result(made, position, len(results), source_shape, shapes[number])


def _argument(value: Any, values: Mapping[int, Expr]) -> Any:
    if isinstance(value, list | tuple):
        tag, content = value
        if tag == "t":
            return values[content]
        if tag == "l":
            return tuple(_argument(item, values) for item in content)
        return ("x", str(content)[:60])
    if isinstance(value, float) and not isfinite(value):
        return float(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ProtocolError("not a trace: an argument of unknown kind")


def _shape(value: Any) -> tuple[int, ...]:
    shape = tuple(int(n) for n in value)
    if len(shape) > 8 or any(n < 0 or n > 2**40 for n in shape):
        raise ProtocolError("not a trace: a shape out of bounds")
    return shape


def read_place(value: Any) -> Place | None:
    """Read `[label, line]` or None."""
    return None if value is None else Place(str(value[0])[:200], int(value[1]))
