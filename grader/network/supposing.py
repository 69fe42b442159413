"""A network whose layers can't all be read, supposed to be the assignment's own.

A layer may be computed in many ways: as products in a loop, by matrices, by windows that are added up. Where
such a network has parameters of the missing layers' shapes, in their order, it may be right; whether it is,
a real run tells (evidence/supposing.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

from grader.network.graph import Expr, crop, replace_leaves, walk
from grader.network.reading import Reading, read_network
from grader.network.reference import reference_uncropped
from grader.network.roles import Layer
from grader.wall.values import Shape
from reference.architecture import Architecture, Conv, Pool

Names = tuple[str, ...]  # of a layer's weight, and of its bias


def supposed(reading: Reading, parameters: Mapping[str, Shape], size: tuple[int, int]) -> Iterator[Reading]:
    """Yield what a network with these parameters may be, for an input of a size, if it is right.

    Nothing where all of it is read already, or a layer lacks its parameters.
    """
    if not _is_unread(reading):
        return
    wanted = reading.architecture
    for names, ceilings in product(_ways(reading, parameters), _ceilings(reading)):
        root = crop(reference_uncropped(wanted, ceilings), wanted.crop, wanted.crop, *size)
        made = read_network(replace_leaves(root, names), wanted)
        yield replace(made, output=reading.output, supposed=True)


def _is_unread(reading: Reading) -> bool:
    """Whether layers or pools are missing, and there is something that may be those."""
    missing = [role for role in _pools(reading) if role not in reading.pools]
    missing += [c.role for c in reading.architecture.convs() if not _read(reading.layers.get(c.role), c)]
    return bool(missing) and any(node.op.startswith("aten.") for node in walk(reading.output))


def _ceilings(reading: Reading) -> list[dict[str, bool]]:
    """How its pools may round: as far as they are read, as they do; else all of them up, or all down."""
    pools, known = _pools(reading), reading.ceilings
    if all(role in known for role in pools):
        return [known]
    return [dict.fromkeys(pools, up) for up in (True, False)]


def _pools(reading: Reading) -> list[str]:
    return [step.role for step in reading.architecture.trunk if isinstance(step, Pool)]


def _ways(reading: Reading, parameters: Mapping[str, Shape]) -> list[dict[str, str]]:
    """The parameter in each place of the reference: those of layers that are read, or of none, as they are;
    of all others by shape, in the order of use."""
    known = {conv.role: _read(reading.layers.get(conv.role), conv) for conv in reading.architecture.convs()}
    used = (name for name in _used(reading.output) if name in parameters)  # writing in place hides some
    order = {name: parameters[name] for name in (*used, *parameters)}
    first, second = (_named(reading.architecture, read, order) for read in (known, dict[str, Names]()))
    return [way for way in (first, second if second != first else {}) if way]


def _named(wanted: Architecture, read: Mapping[str, Names], order: Mapping[str, Shape]) -> dict[str, str]:
    """The parameter in each place of the reference; none where a layer has none."""
    taken = {name for names in read.values() for name in names}
    free = {name: shape for name, shape in order.items() if name not in taken}
    found: dict[str, str] = {}
    for conv in _in_order(wanted):
        names = read.get(conv.role) or _placed(conv, free)
        if len(names) <= conv.bias:
            return {}
        found |= dict(zip((f"{conv.role}.weight", f"{conv.role}.bias"), names, strict=False))
    return found


def _in_order(wanted: Architecture) -> list[Conv]:
    """The layers in the order in which a forward pass needs them, those of the skips last."""
    trunk = [step for step in wanted.trunk if isinstance(step, Conv)]
    return [*trunk, wanted.score, *wanted.upscores, *(skip.score for skip in wanted.skips)]


def _read(layer: Layer | None, conv: Conv) -> Names:
    """The parameters of a layer that is read and has the assignment's shape."""
    if layer is None or (layer.inputs, layer.outputs, layer.kernel) != (
        conv.inputs,
        conv.outputs,
        (conv.kernel,) * 2,
    ):
        return ()
    return tuple(filter(None, (layer.weight, layer.bias)))


def _placed(conv: Conv, free: dict[str, Shape]) -> Names:
    """Take a layer's parameters from the free ones; a bias of the weight's own module if there is one."""
    sides = (conv.inputs, conv.outputs) if conv.transposed else (conv.outputs, conv.inputs)
    names = list[str]()
    for shape in ((*sides, conv.kernel, conv.kernel), *([(conv.outputs,)] if conv.bias else [])):
        fitting = [name for name, one in free.items() if _bare(one) == _bare(shape)]
        if not fitting:
            return ()
        beside = (name for name in fitting if names and _module(name) == _module(names[0]))
        names.append(next(beside, fitting[0]))
        del free[names[-1]]
    return tuple(names)


def _module(name: str) -> str:
    return name.rpartition(".")[0]


def _bare(shape: Shape) -> Shape:
    """A shape without what has one element."""
    return tuple(side for side in shape if side != 1)


def _used(output: Expr) -> Iterator[str]:
    """The names of what a value is computed from, in the order of use."""
    return (node["name"] for node in walk(output) if node.op == "leaf")
