"""Checks of the form of a map: its size, and what holds it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.checks import expect
from grader.diagnosis.causes import because, merge
from grader.diagnosis.colouring import coloured
from grader.evidence import needless
from grader.evidence.gradcam import GradEvidence
from grader.evidence.maps import MapEvidence
from grader.plurals import article
from grader.records.reason import Reason

KINDS = {"array": ("ndarray",), "list": ("tuple", "list"), "either": ("tuple", "list", "ndarray")}
LISTS = ("list", "tuple")
RESIZED = "the 7x7 map, resized"


def check_shape(maps: MapEvidence | GradEvidence) -> None:
    """The map has the size that is asked for; whether it is in a list, another line judges."""
    shape = maps.shape if isinstance(maps, MapEvidence) else maps.first.shape
    size = maps.asked.size
    if maps.kind in LISTS and shape[:1] == (1,):
        shape = shape[1:]
    got, want = str(shape), str(size)
    if found := coloured(np.squeeze(maps.first)):
        text = f"the map is {got}, it must be {want}: {found.by} makes colours of its levels"
        expect.fail(
            because("map.coloured", got=f"a colour map: {found.by}", text=text, expected=want, actual=got)
        )
    wrong = because("map.shape", got=got, want=want, expected=want, actual=got)
    must_not_be([*([wrong] if shape != size else []), *_beside_enlarging(maps)])
    if isinstance(maps, MapEvidence) and maps.verdict is not None:
        must_not_be(needless_in(maps, needless.FORM))


def _beside_enlarging(maps: MapEvidence | GradEvidence) -> list[Reason]:
    """What is done instead of enlarging the map, or after it."""
    if not isinstance(maps, MapEvidence) or not (beside := maps.beside_enlarging):
        return []
    place = maps.cut.place if maps.cut else None
    return [because("map.enlarged", got=beside, expected=RESIZED, actual=beside, place=place)]


def must_not_be(reasons: Sequence[Reason]) -> None:
    """None of these faults of one line is there."""
    if reasons:
        expect.fail(merge(reasons))


def needless_in(maps: MapEvidence, step: str) -> list[Reason]:
    """The operation of this step, a cause's subject, that is at fault; none where there is no such one."""
    _, operation, place, cause, *_ = maps.explained
    if cause.partition(".")[0] != step:
        return []
    if cause.endswith("operation"):
        got = f"`{operation}`"
        return [because(cause, got=got, expected="the map without it", actual=got, place=place)]
    if cause.endswith("kept"):
        want = "the same map for the same picture, whatever was asked before"
        return [because(cause, got=operation, expected=want, actual=operation, place=place)]
    got, _, want = operation.partition(" read as ")
    how = {"how": maps.explained.how} if cause.endswith("reduced") else {}
    return [because(cause, got=got, want=want, expected=want, actual=got, place=place, **how)]


def check_dtype(maps: MapEvidence | GradEvidence) -> None:
    """The map is uint8, in a list where that is asked for."""
    dtype, wanted = maps.first.dtype, KINDS[maps.asked.returned]
    kind, listed = maps.kind, "list" in wanted
    what = "a list with the map in it" if listed else "an array"
    text = f"{maps.name} returns {article(kind)}, not {what}"
    id = "map.listed" if listed else "map.type"
    wrong = because(id, got=kind, text=text, expected=wanted[-1], actual=kind)
    reasons = [] if kind in wanted else [wrong]
    if dtype != np.uint8 and not _is_of_another(maps):
        got = str(dtype)
        reasons.append(because("map.dtype", got=got, expected="uint8", actual=got))
    must_not_be(reasons)


def _is_of_another(maps: MapEvidence | GradEvidence) -> bool:
    """Whether what is enlarged is another value than the bytes, which is a fault by another name."""
    if not isinstance(maps, MapEvidence) or not maps.panel:
        return False
    return maps.explained.cause == f"{needless.FORM}.otherwise"
