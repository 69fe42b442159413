"""Copying into a network with layers too few or too many: what is copied in order shifts.

They cost their own lines. It is tried on a VGG-16 with as many where that leaves less to be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from grader.diagnosis.copying import SOURCES, AfterCopying, copy_findings
from grader.evidence.copying import copied
from grader.evidence.once import attempt
from grader.evidence.subject import Subject
from grader.evidence.tracing import Read
from grader.network.graph import weight_shape
from grader.network.reading import Reading
from grader.network.roles import read_layer
from grader.network.segments import has_relu
from grader.wall.values import Shape
from grader.wall.verbs import Release
from reference.architecture import VGG_FEATURES, VGG_LINEARS

NOTHING: Mapping[str, Shape] = MappingProxyType({})
POOLS = {f"pool{role[4]}": index + 2 for index, role in VGG_FEATURES.items()}  # a block's last one stays


def copy(subject: Subject, read: Read) -> AfterCopying:
    """Let the submission copy into its model as it was made, in whichever way it does.

    What raises is passed over where that leaves less to be told: the statements after it are no fault.
    """
    found = _in_order(subject, read)
    faults = _faults(found, read.reading)
    if not found.raised or faults == 1:
        return found
    other = attempt(lambda: _anew(subject, read, passing=True))  # it may never end
    if isinstance(other, AfterCopying) and _faults(other, read.reading) < faults:
        return other
    subject.student.ask(Release(subject.name))
    return _in_order(subject, read)


def _in_order(subject: Subject, read: Read) -> AfterCopying:
    """Let it copy a VGG-16 that has as many layers as the network, where that leaves less to be told."""
    found, lacks, more = copied(subject, read), tuple(lacked(read.reading)), dict(added(read.reading))
    if not (lacks or more) or not found.way or not (faults := _faults(found, read.reading)):
        return found
    for numbered in (False, True):  # layers may be copied by numbers that all others have as well
        other = _anew(subject, read, lacks, more, numbered=numbered)
        stops = other.raised and not found.raised  # what would have come later is not to be seen
        if not stops and _faults(other, read.reading) < faults:
            return other
    return _anew(subject, read)


def _anew(
    subject: Subject,
    read: Read,
    lacks: tuple[str, ...] = (),
    more: Mapping[str, Shape] = NOTHING,
    **how: bool,
) -> AfterCopying:
    """Copy once more, into a new model."""
    subject.student.ask(Release(subject.name))
    return copied(subject, read, lacks, more, **how)


def _faults(found: AfterCopying, reading: Reading) -> int:
    """How much is wrong with what a model holds."""
    return len(copy_findings(found, reading, tuple(SOURCES))) + bool(found.raised)


def lacked(reading: Reading) -> Iterator[str]:
    """Yield the modules of a VGG-16 that have no counterpart in a network: layers, ReLUs, pools."""
    owned = list[str]()
    for index, role in VGG_FEATURES.items():
        if not _is_own(reading, role, owned):
            yield f"features.{index}"
        if role not in reading.positions or not has_relu(reading, role):
            yield f"features.{index + 1}"
    yield from (f"features.{index}" for pool, index in POOLS.items() if pool not in reading.positions)
    for index, role in VGG_LINEARS.items():
        if not _is_own(reading, role, owned):
            yield from (f"classifier.{index + more}" for more in range(3))  # its ReLU and its dropout


def added(reading: Reading) -> Iterator[tuple[str, Shape]]:
    """Yield of convolutions too many the module of a VGG-16 that each comes behind, and its shape."""
    behind = {role: index + 1 for index, role in VGG_FEATURES.items()} | POOLS
    owned = {layer.weight for layer in reading.layers.values()}
    for node in reading.extra:
        role = reading.after(reading.path.places.get(node.key, -1))
        if node.op == "conv" and role in behind and read_layer(node).weight not in owned:
            yield f"features.{behind[role]}", weight_shape(node)


def _is_own(reading: Reading, role: str, owned: list[str]) -> bool:
    """Whether a layer is there and no earlier one's; `owned` are the weights of those before."""
    layer = reading.layers.get(role)
    if layer is None or layer.weight in owned:
        return False
    owned.append(layer.weight)
    return True
