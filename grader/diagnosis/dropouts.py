"""Dropouts: which there are in either mode, and what drops without being one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from grader.diagnosis.causes import because
from grader.network.graph import Expr, walk
from grader.network.reading import Reading
from grader.network.segments import again, segment
from grader.network.trace import Dropout
from grader.records.reason import Place, Reason, made


def dropout_findings(
    train: Reading,
    dropouts: Sequence[Dropout],
    evaluation: Reading,
    active: Sequence[Dropout],
    by_hand: Collection[str] = (),
) -> Iterator[Reason]:
    """Compare the dropouts of both modes: kind, rate, place, on in train mode and off in eval mode.

    None is missing behind the layers `by_hand`.
    """
    wanted = {conv.role: conv.dropout for conv in evaluation.architecture.convs() if conv.dropout}
    placed: dict[str, list[Dropout]] = {}
    for dropout in (each for each in dropouts if not _is_of_ones(each)):
        placed.setdefault(_after(train, dropout), []).append(dropout)
    orphans = sum(role not in evaluation.layers for role in wanted)  # a missing layer's dropout is no fault
    for role, rate in wanted.items():
        if role in evaluation.layers:
            found = placed.pop(role, [])
            found = found[: max(len(found) - again(evaluation, role), 1)]  # one for each time it is applied
            spared = min(orphans, len(found[1:]))
            orphans -= spared
            place = evaluation.layers[role].place
            if found or role not in by_hand:
                yield from _dropout_of(role, rate, found[: len(found) - spared], place)
    for role, extra in placed.items():
        if len(extra) <= orphans:
            orphans -= len(extra)
            continue
        expected = "dropout after fc6 and fc7 only"
        after, actual = role or "the input", f"{extra[0].kind}({extra[0].rate:g})"
        yield because("dropout.extra", after=after, expected=expected, actual=actual, place=extra[0].place)
    yield from _left_on(evaluation, active)


def unkept_findings(train: Reading, let_go: Sequence[Dropout]) -> list[Reason]:
    """Tell of dropouts whose results nothing takes."""
    return [
        because(
            "dropout.unkept",
            after=_after(train, drop),
            expected="h = self.drop(h)",
            actual="self.drop(h), whose result is not kept",
            place=drop.place,
        )
        for drop in let_go
    ]


def _left_on(evaluation: Reading, active: Sequence[Dropout]) -> Iterator[Reason]:
    for dropout in active:
        if dropout.active and dropout.rate > 0:
            yield because(
                "dropout.on",
                after=_after(evaluation, dropout),
                help="Pass `training=self.training` to the functional form, or use the nn.Dropout2d module.",
                expected="no dropout in eval mode",
                actual="dropout in eval mode",
                place=dropout.place,
            )


def drawn_by_hand(train: Reading, dropouts: Sequence[Dropout] = ()) -> list[str]:
    """Return the layers behind which random numbers of a network's own drop something in train mode.

    So does a dropout of ones that a map is multiplied with.
    """
    masks = {dropout.on.key for dropout in dropouts if _is_of_ones(dropout)}
    wanted = (
        conv.role for conv in train.architecture.convs() if conv.dropout and conv.role in train.positions
    )
    return [role for role in wanted if _is_dropped_behind(train, role, masks)]


def _is_of_ones(dropout: Dropout) -> bool:
    return dropout.on.op.removeprefix("aten.new_").removeprefix("aten.").startswith("ones")


def _is_dropped_behind(train: Reading, role: str, masks: Collection[str]) -> bool:
    steps = (step for _, step in segment(train, train.positions[role]))
    return any(_is_masked(train, step) or any(each.key in masks for each in step.inputs) for step in steps)


def _is_masked(train: Reading, step: Expr) -> bool:
    beside = (source for source in step.inputs if source.key not in train.path.places)
    return any(node.op == "random" for mask in beside for node in walk(mask))


def _after(reading: Reading, dropout: Dropout) -> str:
    position = reading.path.places.get(dropout.on.key)
    return "a side branch" if position is None else _layer_before(reading, position)


def _layer_before(reading: Reading, position: int) -> str:
    behind = [
        (place, role)
        for role, place in reading.positions.items()
        if place <= position and role in reading.layers
    ]
    role = max(behind)[1] if behind else ""
    pools = [name for name, place in reading.positions.items() if name in reading.pools and place <= position]
    last = max(pools, key=lambda name: reading.positions[name], default="")
    return last if last and role and reading.positions[last] > reading.positions[role] else role


def _dropout_of(role: str, rate: float, found: Sequence[Dropout], place: Place | None) -> Iterator[Reason]:
    expected = f"{role} -> ReLU -> Dropout2d({rate})"
    if not found:
        yield because("dropout.missing", after=role, expected=expected, actual="none", place=place)
        return
    first = found[0]
    if len(found) > 1:
        actual = f"{len(found)} dropouts"
        yield because(
            "dropout.several",
            after=role,
            got=len(found),
            expected=expected,
            actual=actual,
            place=found[1].place,
        )
    if not first.active:
        actual = "training=False"
        yield because("dropout.off", after=role, expected=expected, actual=actual, place=made(first.place))
    if first.kind != "dropout2d":
        kind = first.kind
        yield because(
            "dropout.kind", after=role, got=kind, expected=expected, actual=kind, place=made(first.place)
        )
    if abs(first.rate - rate) > 1e-9:  # a float from the student's constructor, through the record and back
        got, want = f"{first.rate:g}", f"{rate:g}"
        yield because(
            "dropout.rate",
            after=role,
            got=got,
            want=want,
            expected=expected,
            actual=f"rate {got}",
            place=made(first.place),
        )
