"""Copying VGG-16, tried: what every layer holds after the submission's own function ran.

The VGG-16 is made for the purpose: its layers fit the student's own (a wrong kernel has a cause of its own),
and every value of it is known. Values are compared at drawn positions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import prod
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from grader.diagnosis.copying import KINDS, SOURCES, AfterCopying
from grader.errors import StudentRaised
from grader.evidence.rearranged import how_held
from grader.evidence.subject import Subject
from grader.evidence.tracing import Read
from grader.network.reading import Reading
from grader.network.roles import Layer
from grader.network.segments import has_relu
from grader.wall.answers import Reply
from grader.wall.draws import derived, draw_at, parameter_scale, positions
from grader.wall.values import Shape, place
from grader.wall.verbs import Copied, CopyVgg, Failure, MakeVgg, Sample, Sampled
from reference.architecture import VGG_CONVS, Conv

Array = np.ndarray[Any, Any]
Indices = np.ndarray[Any, np.dtype[np.int64]]
COUNT = 8192  # positions of each layer that are compared
LAST = "classifier.6.weight"  # nobody copies it; still it must stay
LAST_SHAPE = (1000, 4096)


def vgg16_shapes(reading: Reading) -> dict[str, Shape]:
    """Return the VGG-16's parameters where the student's layers have shapes of their own.

    A convolution that is missing has the assignment's: what moved up in its place may hold its values.
    """
    table = {conv.role: conv for conv in reading.architecture.convs() if conv.role in VGG_CONVS}
    shapes: dict[str, Shape] = {}
    for role, source in SOURCES.items():
        layer = reading.layers.get(role) or table.get(role)
        if layer is None:
            continue
        weight = _weight(layer)
        linear = source.startswith("classifier")
        shapes[f"{source}.weight"] = (weight[0], prod(weight[1:])) if linear else weight
        shapes[f"{source}.bias"] = (layer.outputs,)
    return shapes


def _weight(layer: Layer | Conv) -> Shape:
    if isinstance(layer, Conv):
        return layer.outputs, layer.inputs, layer.kernel, layer.kernel
    return layer.outputs, layer.inputs // layer.groups, *layer.kernel


def stand_ins(reading: Reading) -> dict[str, str]:
    """Return names that copying may ask for though the forward pass lacks them, which costs other lines.

    A layer's name maps to the VGG-16 layer that it would hold, a ReLU's or a pool's to "".
    """
    layers = {role: source for role, source in SOURCES.items() if role not in reading.layers}
    pools = {pool.role: "" for pool in reading.architecture.trunk if pool.role not in reading.positions}
    bare = [role for role in VGG_CONVS if role in reading.positions and not has_relu(reading, role)]
    return {**pools, **{role.replace("conv", "relu"): "" for role in bare}, **layers}


def biasless(reading: Reading) -> tuple[str, ...]:
    """Return the layers without the bias that copying may ask for, which costs their own lines."""
    layers = (layer for role in SOURCES if (layer := reading.layers.get(role)) and not layer.bias)
    return tuple(layer.weight.removesuffix(".weight") for layer in layers if layer.weight.endswith(".weight"))


def copied(
    subject: Subject,
    read: Read,
    lacks: tuple[str, ...] = (),
    more: Mapping[str, Shape] = MappingProxyType({}),
    numbered: bool = False,
    passing: bool = False,
) -> AfterCopying:
    """Let the submission copy, in its way, from a VGG-16 without what that `lacks` and with `more`, which
    is `numbered` as such a one would be; `passing` over the statement that raises."""
    reading, shapes = read.reading, vgg16_shapes(read.reading)
    left = {name: shape for name, shape in shapes.items() if name.rpartition(".")[0] not in lacks}
    layers = [reading.layers[role] for role in SOURCES if role in reading.layers]
    names = [name for layer in layers for name in (layer.weight, layer.bias) if name]
    before = _sample(subject, "model", names).arrays
    seed = derived(subject.seed, "vgg16")  # first told when the layers' values before copying are known
    made = MakeVgg(
        subject.name, shapes=left, seed=seed, fresh=True, lacks=lacks, more=dict(more), numbered=numbered
    )
    subject.student.ask(made, seconds=60.0)
    standing = {name: source for name, source in stand_ins(reading).items() if source not in lacks}
    asked = CopyVgg(subject.name, stand_ins=standing, biasless=biasless(reading), passing=passing)
    done = subject.student.ask(asked, seconds=90.0).value
    if not done.way:
        return AfterCopying("")
    after = _sample(subject, "model", list(before))
    vgg16 = _sample(subject, "vgg16", [*left, LAST]).arrays
    held = dict(_held(subject.seed, reading, shapes, after.arrays))
    return replace(
        _told(done),
        passed=passing,
        own=done.own and not (lacks or more or SOURCES.keys() - reading.layers.keys()),
        held=held,
        unchanged=frozenset(n for n in before if np.array_equal(before[n], after.arrays.get(n, ()))),
        unusable=_unusable(before, after.value.shapes, read.shapes),
        otherwise=_otherwise(subject.seed, reading, shapes, after.arrays, held),
        vgg16_changed=tuple(
            name
            for name, shape in (left | {LAST: LAST_SHAPE}).items()
            if not _holds(subject.seed, vgg16.get(name), f"vgg/{name}", name, shape)
        ),
    )


def _told(done: Copied) -> AfterCopying:
    """Return what the worker says of it."""
    return AfterCopying(
        way=done.way,
        raised=_raised(done.failed),
        slip=_raised(done.slip),
        undone=place(done.undone),
        lost={name: line.place for name, line in done.lost.items()},
        home=place(done.home),
        written={name: line.place for name, line in done.written.items()},
        changed={(one.layer, one.setting): (one.before, one.after) for one in done.changed},
        changed_at={(one.layer, one.setting): place(one.line) for one in done.changed},
    )


def _raised(failed: Failure | None) -> StudentRaised | None:
    return StudentRaised(failed.kind, failed.message, place(failed.line)) if failed else None


def _unusable(names: Iterable[str], left: Mapping[str, Shape], made: Mapping[str, Shape]) -> dict[str, str]:
    """Return the parameters whose shape is no longer that of the constructor, with what it is now."""
    changed = [name for name in names if left.get(name) != made.get(name, ())]
    return {name: str(list(left[name])) if name in left else "" for name in changed}


def _sample(subject: Subject, of: Literal["model", "vgg16"], names: list[str]) -> Reply[Sampled]:
    asked = Sample(
        subject.name, of=of, names=tuple(names), seed=derived(subject.seed, "positions"), count=COUNT
    )
    return subject.student.ask(asked)


def _held(
    seed: int, reading: Reading, shapes: Mapping[str, Shape], values: Mapping[str, Array]
) -> list[tuple[tuple[str, str], str]]:
    """Return the VGG-16 layers whose values the parameters of the roles hold."""
    pairs = [(role, kind) for role in SOURCES if role in reading.layers for kind in KINDS]
    found = ((pair, _source(seed, reading, shapes, values, *pair)) for pair in pairs)
    return [(pair, source) for pair, source in found if source]


def _source(
    seed: int,
    reading: Reading,
    shapes: Mapping[str, Shape],
    values: Mapping[str, Array],
    role: str,
    kind: str,
) -> str:
    """Return the VGG-16 layer whose values a parameter holds, its own before others; "" where none."""
    name, shape = getattr(reading.layers[role], kind), shapes[f"{SOURCES[role]}.{kind}"]
    alike = [source for source in SOURCES.values() if shapes.get(f"{source}.{kind}") == shape]
    own_first = sorted(alike, key=lambda source: source != SOURCES[role])
    found = values.get(name)
    held = (s for s in own_first if _holds(seed, found, f"vgg/{s}.{kind}", name, shapes[f"{s}.{kind}"]))
    return next(held, "")


def _otherwise(
    seed: int,
    reading: Reading,
    shapes: Mapping[str, Shape],
    values: Mapping[str, Array],
    held: Mapping[tuple[str, str], str],
) -> dict[tuple[str, str], str]:
    """Return how parameters that hold no layer's values hold those of their own."""
    said = {}
    for role, kind in ((role, kind) for role in SOURCES if role in reading.layers for kind in KINDS):
        layer, source = reading.layers[role], f"{SOURCES[role]}.{kind}"
        name = getattr(layer, kind)
        if name in values and (role, kind) not in held and values[name].size:
            shape = shapes[source]
            at = positions(derived(seed, "positions"), name, prod(shape), COUNT)

            def drawn(where: Indices, source: str = source, shape: Shape = shape) -> Array:
                return draw_at(
                    derived(seed, "vgg16"), f"vgg/{source}", where, prod(shape), parameter_scale(shape)
                )

            own = (layer.outputs, layer.inputs // layer.groups, *layer.kernel) if kind == "weight" else shape
            if len(at) == len(values[name]):
                said[role, kind] = how_held(values[name], at, own, drawn)
    return said


def _holds(seed: int, found: Array | None, key: str, name: str, shape: Shape) -> bool:
    """Return whether sampled values are those drawn for a key, element by element in memory order."""
    if found is None:
        return False
    at = positions(derived(seed, "positions"), name, prod(shape), COUNT)
    wanted = draw_at(derived(seed, "vgg16"), key, at, prod(shape), parameter_scale(shape))
    return found.shape == wanted.shape and bool(np.allclose(found, wanted, rtol=1e-5, atol=1e-7))
