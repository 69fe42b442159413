"""What a forward pass computes and lets go of: a sum that nobody kept, a way that another value replaced.

It is put back where it should have gone on, so that the layers behind it are read; what the network gives
without it stays as it was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.network.graph import Expr, expr, walk
from grader.network.path import LAYERS, depths
from grader.records.reason import Place
from grader.wall.recording import Argument, Call, Items, Recording, Tensor
from grader.wall.values import place

MOST = 6  # ends that are looked at, the last ones
INSTEAD, UNUSED = "instead", "unused"  # how a value joins the one that went on without it


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A value that nothing takes, and the value of its shape that is taken next: where, if at all."""

    value: Expr
    other: Expr | None = None
    place: Place | None = None


def abandoned(record: Recording, values: Mapping[int, Expr], output: Expr | None) -> tuple[Abandoned, ...]:
    """Return the ends of a recorded pass that layers lead to, and that do not lead to the output."""
    if output is None:
        return ()
    live = {node.key for node in walk(output)}
    taken = {number for call in record.calls for number in _numbers(call.args)}
    ends = [
        at
        for at, call in enumerate(record.calls)
        if call.results and call.results[0].number not in taken and _made(values, call).key not in live
    ]
    shapes = {result.number: result.shape for call in record.calls for result in call.results}
    found = (_followed(record.calls[at:], values, shapes, live) for at in ends[-MOST:])
    return tuple(end for end in found if any(n.op in LAYERS and n.key not in live for n in walk(end.value)))


def _made(values: Mapping[int, Expr], call: Call) -> Expr:
    return values[call.results[0].number]


def _numbers(arguments: Sequence[Argument]) -> Iterator[int]:
    for argument in arguments:
        if isinstance(argument, Tensor):
            yield argument.number
        elif isinstance(argument, Items):
            yield from _numbers(argument.items)


def _followed(
    calls: Sequence[Call],
    values: Mapping[int, Expr],
    shapes: Mapping[int, tuple[int, ...]],
    live: set[str],
) -> Abandoned:
    """Return the end that the first of these calls made, with what the next ones take in its place."""
    end, *later = calls
    for call in later:
        for number in _numbers(call.args) if call.results and _made(values, call).key in live else ():
            if shapes.get(number) == end.results[0].shape:
                return Abandoned(_made(values, end), values[number], place(call.line))
    return Abandoned(_made(values, end))


def last_end(output: Expr, ends: Sequence[Abandoned]) -> Expr | None:
    """Return the end that belongs in the output's place: which that leads to, or that nothing replaced."""
    last = (end.value for end in reversed(ends) if end.other is None or _leads(output, end.value))
    return next(last, None)


def _leads(value: Expr, end: Expr) -> bool:
    return any(node.key == value.key for node in walk(end))


def revived(output: Expr, ends: Sequence[Abandoned]) -> Expr:
    """Return the output as it would be if no value had been let go of."""
    depth = depths(expr("all", *(end.value for end in ends), output))
    joined = {end.other.key: end for end in ends if end.other is not None}
    new: dict[int, Expr] = {}
    for node in walk(output):
        made = Expr(node.op, tuple(new[id(source)] for source in node.inputs), node.attrs, node.place)
        end = joined.get(node.key)
        new[id(node)] = made if end is None else _joined(made, end, node, depth)
    return new[id(output)]


def _joined(made: Expr, end: Abandoned, other: Expr, depth: Mapping[str, int]) -> Expr:
    """Return a value joined by the end that it went on without."""
    value = end.value
    if depth[value.key] > depth[other.key] and not _leads(other, value):
        return expr(f"aten.{INSTEAD}", value, made, place=made.place)
    sides = [source for source in value.inputs if source.key != other.key]
    if len(sides) < len(value.inputs) and sides:  # a sum with it
        return expr(f"aten.{UNUSED}", made, sides[0], place=value.place)
    if _leads(other, value):  # layers that it should have gone through: what takes it goes without them
        return made
    return expr(f"aten.{UNUSED}", made, value, place=end.place)
