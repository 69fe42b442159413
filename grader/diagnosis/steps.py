"""What stands between the layers: activations, pools, dropout, and anything else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.diagnosis.findings import Finding, both
from grader.diagnosis.words import plain
from grader.network.graph import Expr
from grader.network.reading import Reading
from grader.network.roles import is_pool
from grader.network.trace import Dropout

_ACTIVATIONS = """
    sigmoid tanh leaky_relu elu gelu silu softplus hardtanh hardswish hardsigmoid prelu mish selu celu
    rrelu log_sigmoid relu6 abs softmax log_softmax exp softsign
"""
ACTIVATIONS = frozenset(_ACTIVATIONS.split())
PROBABILITIES = (
    "_softmax",
    "_log_softmax",
    "argmax",
    "sigmoid",
    "log_sigmoid",
    "topk",
    "one_hot",
    "max.dim",
    "amax",
)
PROBABILITY = ("sigmoid", "log_sigmoid", "softmax", "log_softmax")


def is_activation(step: Expr) -> bool:
    """Say whether an operation is an activation other than ReLU."""
    return plain(step) in ACTIVATIONS


def activation_findings(reading: Reading) -> Iterator[Finding]:
    """Find ReLUs that are missing, elsewhere, or another activation."""
    for wanted in reading.architecture.convs():
        position = reading.positions.get(wanted.role)
        if position is None:
            continue
        steps = [step for _, step in reading.segment(position)]
        relus = [step for step in steps if step.op == "relu"]
        others = [step for step in steps if is_activation(step) and not _is_last(reading, step)]
        if wanted.relu:
            yield from _wanted(wanted.role, relus, others, reading.path.steps[position])
        else:
            yield from _unwanted(wanted.role, [*relus, *others])
    yield from _elsewhere(reading)


def _is_last(reading: Reading, step: Expr) -> bool:
    """A sigmoid at the very end makes probabilities: the logits line pays for it."""
    position = reading.path.places[step.key]
    return plain(step) in PROBABILITY and position > reading.last_layer


def _wanted(role: str, relus: Sequence[Expr], others: Sequence[Expr], layer: Expr) -> Iterator[Finding]:
    for step in others:
        words = f"{plain(step)} after {role}, the assignment says ReLU"
        yield Finding("activations", words, "", f"{role} -> ReLU", f"{role} -> {plain(step)}", step.place)
    if not relus and not others:
        words = f"no ReLU after {role}"
        yield Finding("activations", words, "", f"{role} -> ReLU", f"{role} alone", layer.place)


def _unwanted(role: str, found: Sequence[Expr]) -> Iterator[Finding]:
    for step in found[:1]:
        name = "ReLU" if step.op == "relu" else plain(step)
        words = f"a {name} after {role}, where the assignment has none"
        yield Finding("activations", words, "", f"{role} alone", f"{role} -> {name}", step.place)


def _elsewhere(reading: Reading) -> Iterator[Finding]:
    first = min(reading.positions.values(), default=0)
    before = [step for step in reading.path.steps[:first] if step.op == "relu" or is_activation(step)]
    side = [(part, skip.pool) for skip in reading.architecture.skips for part in _side(reading, skip)]
    for step in before:
        name = "ReLU" if step.op == "relu" else plain(step)
        yield Finding("activations", f"a {name} on the input, before conv1_1", where=step.place)
    for step, pool in side:
        if step.op == "relu" or is_activation(step):
            name = "ReLU" if step.op == "relu" else plain(step)
            yield Finding(
                "activations", f"a {name} on the {pool} skip, where the assignment has none", where=step.place
            )


def _side(reading: Reading, skip: object) -> tuple[Expr, ...]:
    found = reading.join_of(skip)  # type: ignore[arg-type]
    return found[1].side if found else ()


def pool_findings(reading: Reading) -> Iterator[Finding]:
    """Compare the five pools: kind, kernel, stride, padding, place; either rounding is right."""
    for number in range(1, 6):
        role = f"pool{number}"
        node = reading.pools.get(role)
        if node is None:
            words = f"{role} is missing: no max pooling after block {number}"
            yield Finding("pools", words, "", f"{role} = MaxPool2d(2, stride=2)", "nothing")
            continue
        if node.op != "max_pool":
            words = f"{role}: {plain(node)} where the assignment says max pooling"
            yield Finding("pools", words, "", f"{role} = MaxPool2d(2, stride=2)", plain(node), node.place)
            continue
        yield from _pool_attributes(role, node)
    for node in reading.extra:
        if is_pool(node):
            after = reading.after(reading.path.places[node.key]) or "the input"
            words = f"a pooling too many after {after}"
            yield Finding("pools", words, "Each block ends in one pooling.", "", plain(node), node.place)


def _pool_attributes(role: str, node: Expr) -> Iterator[Finding]:
    for name, wanted in (("kernel", 2), ("stride", 2), ("padding", 0), ("dilation", 1)):
        if node[name] != (wanted, wanted):
            words = f"{role}: {name} {both(node[name])}, the assignment says {wanted}"
            kernel, stride, padding = (both(node[key]) for key in ("kernel", "stride", "padding"))
            actual = f"{role} = MaxPool2d({kernel}, stride={stride}, padding={padding})"
            yield Finding("pools", words, "", f"{role} = MaxPool2d(2, stride=2)", actual, node.place)


def dropout_findings(
    train: Reading, dropouts: Sequence[Dropout], evaluation: Reading, active: Sequence[Dropout]
) -> Iterator[Finding]:
    """Compare the dropouts of both modes: kind, rate, place, on in train mode and off in eval mode."""
    wanted = {conv.role: conv.dropout for conv in evaluation.architecture.convs() if conv.dropout}
    placed: dict[str, list[Dropout]] = {}
    for dropout in dropouts:
        placed.setdefault(_after(train, dropout), []).append(dropout)
    orphans = sum(role not in evaluation.layers for role in wanted)  # a missing layer's dropout is no fault
    for role, rate in wanted.items():
        if role in evaluation.layers:
            found = placed.pop(role, [])
            spared = min(orphans, len(found[1:]))
            orphans -= spared
            yield from _dropout_of(role, rate, found[: len(found) - spared])
    for role, extra in placed.items():
        if len(extra) <= orphans:
            orphans -= len(extra)
            continue
        words = f"a dropout after {role or 'the input'}, where the assignment has none"
        yield Finding("dropout", words, "", "dropout after fc6 and fc7 only", "", extra[0].place)
    for dropout in active:
        if dropout.active and dropout.rate > 0:
            words = f"the dropout after {_after(evaluation, dropout)} stays on in eval mode"
            help_ = "Pass `training=self.training` to the functional form, or use the nn.Dropout2d module."
            yield Finding(
                "dropout", words, help_, "no dropout in eval mode", "dropout in eval mode", dropout.place
            )


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


def _dropout_of(role: str, rate: float, found: Sequence[Dropout]) -> Iterator[Finding]:
    expected = f"{role} -> ReLU -> Dropout2d({rate})"
    if not found:
        yield Finding("dropout", f"no dropout after {role}", "", expected, "none")
        return
    if len(found) > 1:
        yield Finding(
            "dropout", f"{len(found)} dropouts after {role}, the assignment has one", where=found[1].place
        )
    first = found[0]
    if not first.active:
        words = f"the dropout after {role} does nothing in train mode"
        yield Finding("dropout", words, "", expected, "training=False", first.place)
    if first.kind != "dropout2d":
        words = f"{first.kind} after {role}, the assignment says dropout2d (whole channels)"
        yield Finding("dropout", words, "", expected, first.kind, first.place)
    if abs(first.rate - rate) > 1e-9:
        words = f"dropout rate {first.rate:g} after {role}, the assignment says {rate:g}"
        yield Finding("dropout", words, "", expected, f"rate {first.rate:g}", first.place)
