"""What stands between the layers: activations and pools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.diagnosis import thrown
from grader.diagnosis.causes import because
from grader.diagnosis.words import both, numeral, plain
from grader.network.graph import Expr
from grader.network.reading import Reading
from grader.network.roles import is_pool
from grader.network.segments import segment
from grader.records.reason import Reason, made
from reference.architecture import Skip

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
RELU6 = (0, 6)  # the ends of the hardtanh that it is
PROBABILITY = ("sigmoid", "log_sigmoid", "softmax", "log_softmax")


def resizes(step: Expr) -> bool:
    """Return whether an operation brings a map to a size that it is told."""
    return "upsample" in step.op or "adaptive" in step.op or "grid_sampler" in step.op


def resizing(step: Expr) -> str:
    """Return what such an operation is called."""
    return "interpolation" if "upsample" in step.op else plain(step)


def is_activation(step: Expr) -> bool:
    """Return whether an operation is an activation other than ReLU."""
    return plain(step) in ACTIVATIONS


def activation_findings(reading: Reading) -> Iterator[Reason]:
    """Find ReLUs that are missing, elsewhere, or another activation."""
    for wanted in reading.architecture.convs():
        position = reading.positions.get(wanted.role)
        if position is None:
            continue
        steps = [step for _, step in segment(reading, position)]
        relus = [step for step in steps if step.op == "relu"]
        others = [step for step in steps if is_activation(step) and not _is_last(reading, step)]
        if wanted.relu:
            layer = reading.path.steps[position]
            yield from _wanted(wanted.role, relus, others, layer, thrown.relu(reading, layer))
        else:
            yield from _unwanted(reading, wanted.role, [*relus, *others])
    yield from _elsewhere(reading)


def _is_last(reading: Reading, step: Expr) -> bool:
    """Return whether a sigmoid at the very end makes probabilities, which is the cause `logits.changed`."""
    position = reading.path.places[step.key]
    return plain(step) in PROBABILITY and position > reading.last_layer


def _name(step: Expr) -> str:
    if plain(step) == "hardtanh" and tuple(step["args"][1:]) == RELU6:
        return "ReLU6"
    return "ReLU" if step.op == "relu" else plain(step)


def _wanted(
    role: str, relus: Sequence[Expr], others: Sequence[Expr], layer: Expr, gone: Expr | None
) -> Iterator[Reason]:
    expected = f"{role} -> ReLU"
    for step in others:
        got, actual = _name(step), f"{role} -> {_name(step)}"
        yield because(
            "activation.other", after=role, got=got, expected=expected, actual=actual, place=made(step.place)
        )
    if not relus and not others and gone is not None:
        actual = "what it gives goes nowhere"
        yield because("activation.unkept", after=role, expected=expected, actual=actual, place=gone.place)
    elif not relus and not others:
        actual = f"{role} alone"
        yield because("activation.missing", after=role, expected=expected, actual=actual, place=layer.place)


def _unwanted(reading: Reading, role: str, found: Sequence[Expr]) -> Iterator[Reason]:
    for step in found[:1]:
        got, expected, actual = _name(step), f"{role} alone", f"{role} -> {_name(step)}"
        if pool := _joined(reading, role, step):
            actual = f"{role} + {pool} skip -> {got}"
            yield because(
                "activation.sum",
                after=role,
                pool=pool,
                got=got,
                expected=f"{role} + {pool} skip alone",
                actual=actual,
                place=step.place,
            )
            continue
        yield because(
            "activation.unwanted", after=role, got=got, expected=expected, actual=actual, place=step.place
        )


def _joined(reading: Reading, role: str, step: Expr) -> str:
    """The pool whose skip joins between a layer and a step; "" where none does."""
    begin, end = reading.positions[role], reading.path.places[step.key]
    joins = ((skip, reading.join_of(skip)) for skip in reading.architecture.skips)
    found = (skip.pool for skip, join in joins if join and begin < join[0] < end)
    return next(found, "")


def _elsewhere(reading: Reading) -> Iterator[Reason]:
    first = min(reading.positions.values(), default=0)
    for step in reading.path.steps[:first]:
        if step.op == "relu" or is_activation(step):
            actual = f"input -> {_name(step)} -> conv1_1"
            yield because(
                "activation.input",
                got=_name(step),
                expected="input -> conv1_1",
                actual=actual,
                place=step.place,
            )
    for skip in reading.architecture.skips:
        for step in _side(reading, skip):
            if step.op == "relu" or is_activation(step):
                expected, actual = f"{skip.pool} -> {skip.score.role} alone", f"... -> {_name(step)}"
                yield because(
                    "activation.skip",
                    got=_name(step),
                    pool=skip.pool,
                    expected=expected,
                    actual=actual,
                    place=step.place,
                )


def _side(reading: Reading, skip: Skip) -> tuple[Expr, ...]:
    found = reading.join_of(skip)
    return found[1].side if found else ()


def pool_findings(reading: Reading) -> Iterator[Reason]:
    """Compare the five pools: kind, kernel, stride, padding, place; either rounding is right."""
    for number in range(1, 6):
        pool = f"pool{number}"
        node, expected = reading.pools.get(pool), f"{pool} = MaxPool2d(2, stride=2)"
        if node is None:
            yield _no_pool(reading, number, expected)
        elif node.op != "max_pool":
            got = plain(node)
            yield because(
                "pool.kind", pool=pool, got=got, expected=expected, actual=got, place=made(node.place)
            )
        else:
            yield from _pool_attributes(pool, node, expected)
        yield from _pool_place(reading, pool)
    for node in reading.extra:
        if is_pool(node) and not (resizes(node) and reading.path.places[node.key] >= reading.first_upscore):
            after = reading.after(reading.path.places[node.key]) or "the input"
            help_ = "Each block ends in one pooling."
            yield because("pool.extra", after=after, help=help_, actual=plain(node), place=node.place)


def _no_pool(reading: Reading, number: int, expected: str) -> Reason:
    """Name a pool that is missing, or whose result is."""
    pool, block = f"pool{number}", [step.role for step in reading.architecture.trunk]
    gone = thrown.pool(reading, block[block.index(pool) - 1])
    if gone is not None:
        actual = "what it gives goes nowhere"
        return because("pool.unkept", pool=pool, expected=expected, actual=actual, place=gone.place)
    place = reading.beside(pool)
    return because("pool.missing", pool=pool, block=number, expected=expected, actual="nothing", place=place)


def _pool_place(reading: Reading, pool: str) -> Iterator[Reason]:
    """Find a pool that is not behind the last convolution of its block."""
    order = [step.role for step in reading.architecture.trunk]
    want, position = order[order.index(pool) - 1], reading.positions.get(pool)
    if position is None or want not in reading.positions:
        return
    got, place = reading.after(position - 1), reading.pools[pool].place
    if got != want:
        yield because(
            "pool.place",
            pool=pool,
            got=got or "the input",
            want=want,
            expected=f"{want} -> ReLU -> {pool}",
            actual=f"{got or 'the input'} -> {pool}",
            place=place,
        )


def _pool_attributes(pool: str, node: Expr, expected: str) -> Iterator[Reason]:
    kernel, stride, padding = (both(node[key]) for key in ("kernel", "stride", "padding"))
    actual = f"{pool} = MaxPool2d({kernel}, stride={stride}, padding={padding})"
    for name, want in (("kernel", 2), ("stride", 2), ("padding", 0), ("dilation", 1)):
        if node[name] != (want, want):
            yield because(
                f"pool.{name}",
                pool=pool,
                got=numeral(both(node[name])),
                want=want,
                expected=expected,
                actual=actual,
                place=made(node.place),
            )
