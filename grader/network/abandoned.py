"""What a forward pass computes and lets go of: a sum that nobody kept, a way that another value replaced.

It is put back where it should have gone on, so that the layers behind it are read; what the network gives
without it stays as it was recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.network.graph import Expr, expr, walk
from grader.network.path import LAYERS, depths
from grader.records.reason import Place
from grader.wall.recording import Argument, Call, Items, Recording, Tensor
from grader.wall.values import place

MOST = 6  # ends that are looked at, the last ones
MOST_UNUSED = 24  # values of any kind
INSTEAD, UNUSED = "instead", "unused"  # how a value joins the one that went on without it
Joiner = Callable[[Expr], Expr]


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A value that nothing takes, and the value of its shape that is taken next: where, if at all.

    `operation` is the number of the one that gave it in the recording.
    """

    value: Expr
    operation: int
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
    found = list[Abandoned]()
    for at in reversed(ends[-MOST:]):
        end = _followed(at, record.calls[at:], values, shapes, live)
        keys = {node.key: node.op in LAYERS for node in walk(end.value)}
        if any(is_layer and key not in live for key, is_layer in keys.items()):
            found.append(end)
            live |= keys.keys()  # an earlier one may have been replaced on the way there
    return tuple(reversed(found))


def unused(record: Recording, values: Mapping[int, Expr], output: Expr | None) -> tuple[Expr, ...]:
    """Return the values that nothing takes, whatever made them, the last ones of a recorded pass."""
    live = {node.key for node in walk(output)} if output is not None else set[str]()
    taken = {number for call in record.calls for number in _numbers(call.args)}
    made = [
        values[result.number]
        for call in record.calls
        for result in call.results[:1]
        if result.number not in taken
    ]
    return tuple(value for value in made if value.key not in live)[-MOST_UNUSED:]


def _made(values: Mapping[int, Expr], call: Call) -> Expr:
    return values[call.results[0].number]


def _numbers(arguments: Sequence[Argument]) -> Iterator[int]:
    for argument in arguments:
        if isinstance(argument, Tensor):
            yield argument.number
        elif isinstance(argument, Items):
            yield from _numbers(argument.items)


def _followed(
    at: int,
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
                return Abandoned(_made(values, end), at, values[number], place(call.line))
    return Abandoned(_made(values, end), at)


def last_end(output: Expr, ends: Sequence[Abandoned]) -> Expr | None:
    """Return the end that belongs in the output's place: which that leads to, or that nothing replaced."""
    last = (end.value for end in reversed(ends) if end.other is None or _leads(output, end.value))
    return next(last, None)


def _leads(value: Expr, end: Expr) -> bool:
    return any(node.key == value.key for node in walk(end))


def revived(output: Expr, ends: Sequence[Abandoned]) -> Expr:
    """Return the output as it would be if no value had been let go of."""
    depth = depths(expr("all", *(end.value for end in ends), output))
    joins: dict[str, Joiner] = {}
    for end in ends:
        value = _rebuilt(end.value, joins)
        if end.other is not None:
            joins[end.other.key] = _join(end, end.other, value, depth)
    return _rebuilt(output, joins)


def _rebuilt(root: Expr, joins: Mapping[str, Joiner]) -> Expr:
    new: dict[int, Expr] = {}
    for node in walk(root):
        made = Expr(node.op, tuple(new[id(source)] for source in node.inputs), node.attrs, node.place)
        new[id(node)] = joins[node.key](made) if node.key in joins else made
    return new[id(root)]


def _join(end: Abandoned, other: Expr, value: Expr, depth: Mapping[str, int]) -> Joiner:
    """Return what joins the end, which is `value` by now, to the value that went on without it."""
    leads = _leads(other, end.value)
    if depth[end.value.key] > depth[other.key] and not leads:
        return lambda made: expr(f"aten.{INSTEAD}", value, made, place=made.place)
    sources = zip(value.inputs, end.value.inputs, strict=False)
    sides = [new for new, source in sources if source.key != other.key]
    if len(sides) < len(value.inputs) and sides:  # a sum with it
        return lambda made: expr(f"aten.{UNUSED}", made, sides[0], place=value.place)
    if leads:  # layers that it should have gone through: what takes it goes without them
        return lambda made: made
    return lambda made: expr(f"aten.{UNUSED}", made, value, place=end.place)
