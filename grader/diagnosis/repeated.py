"""One fault of many blocks, made by one line of code, which the first of them pays.

It is the same in each of them, or two have what a table says of each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import NamedTuple

from grader.diagnosis.payers import LineName
from grader.records.reason import Cause, Place, Reason

BLOCKS: tuple[LineName, ...] = ("conv1", "conv2", "conv3", "conv4", "conv5")
ENOUGH = 3  # blocks: two of a table's entries may be wrong each for itself
LAYERS = ("layer", "after", "block")  # parameters that tell where a fault is, and not what it is
DEPTHS = {"layer.extra", "layer.missing"}  # what blocks of each other's depth have


class Kind(NamedTuple):
    """What a fault is, whichever layer has it, and where it was made."""

    cause: Cause
    place: Place


def at_once(by_line: Mapping[LineName, list[Reason]]) -> dict[LineName, list[Reason]]:
    """Return the findings with those that one line of code made at once under the first."""
    found = {line: list(reasons) for line, reasons in by_line.items()}
    for kind in dict.fromkeys(kind for line in BLOCKS for kind in _kinds(found.get(line, []))):
        paying = [line for line in BLOCKS if kind in _kinds(found.get(line, []))]
        for line in paying[1:] if len(paying) >= ENOUGH else ():
            _pay(found, paying[0], line, kind)
    for first, second in combinations(BLOCKS, 2):
        for kind in list(_exchanged(found.get(first, []), found.get(second, []))):
            _pay(found, first, second, kind)
    return {line: reasons for line, reasons in found.items() if reasons}


def _pay(found: dict[LineName, list[Reason]], first: LineName, line: LineName, kind: Kind) -> None:
    """Put what a line has of a kind under the first one."""
    found[first] += [reason for reason in found[line] if _kind(reason) == kind]
    found[line] = [reason for reason in found[line] if _kind(reason) != kind]


def _exchanged(first: list[Reason], second: list[Reason]) -> Iterator[Kind]:
    """Yield what a block has the other way round than another, by the same line of code."""
    for kind, other in product(_kinds(second), _kinds(first)):
        one_each = [_kind(reason) for reason in (*first, *second)].count(other) == 1
        if kind.place == other.place and (_is_turned(kind, other) or (one_each and _are_depths(kind, other))):
            yield kind


def _is_turned(one: Kind, other: Kind) -> bool:
    """Whether one has what the other wants, and wants what that has."""
    got, want = (one.cause.parameters.get(name) for name in ("got", "want"))
    if got is None or want is None:
        return False
    return Cause(one.cause.id, {**one.cause.parameters, "got": want, "want": got}) == other.cause


def _are_depths(one: Kind, other: Kind) -> bool:
    """Whether a block has a layer too many and another one too few."""
    return {one.cause.id, other.cause.id} == DEPTHS


def _kinds(reasons: list[Reason]) -> list[Kind]:
    return list(dict.fromkeys(kind for reason in reasons if (kind := _kind(reason))))


def _kind(reason: Reason) -> Kind | None:
    """What a fault is, and where it was made; None where that isn't known."""
    if reason.cause is None or reason.place is None:
        return None
    what = {name: value for name, value in reason.cause.parameters.items() if name not in LAYERS}
    return Kind(Cause(reason.cause.id, what), Place(reason.place.label, reason.place.line))
