"""Which of the lines that a fault passed through made it: the one where what was found is written."""

from __future__ import annotations

from collections.abc import Mapping

import re2

from grader.intake.code.declaring import declared, numbers, tabled
from grader.intake.code.listing import listed, loops, rows
from grader.records.reason import UNAPPLIED, Cause, Place, Reason

TOP = "255"  # that a right map is multiplied by, too: the steps before it tell more
FREEZES = re2.compile(r"requires_grad(?:_\(| *=[^=])")
COUNTED = ("layer.missing", "layer.extra", "pool.missing")  # whose place tells what loop is one short
PREDICTED = ("index.", "name.")  # whose numbers are those of classes
KERNEL = "bilinear.way"  # whose numbers are computed: those of a table only look like them


def made_wrong(reason: Reason, texts: Mapping[str, str], name: str = "") -> Place | None:
    """Return where a fault was made: at its place, or above it, or in a table that both take it from.

    `name` is that of the network with the fault: its own definition may set what a base class works with.
    """
    place, found = reason.place, _found(reason)
    if place is None:
        return None
    if _leaves_out_layers(reason) and " raises " not in reason.text.partition(": ")[0]:
        return _loop(texts, place) or place
    if reason.cause and reason.cause.id.startswith(PREDICTED):
        return place
    if reason.cause and reason.cause.id in COUNTED:
        made = not reason.actual.startswith(UNAPPLIED)  # else what it was made from is right
        return (listed if made else _loop)(texts, place) or place
    if reason.cause and reason.cause.id == "gradients.frozen":
        return _frozen(texts, place) or place
    if not found or (found == {TOP} and not _is_head(texts, place)):
        return place
    lines = (place, *place.callers)
    writing = next((each for each in lines if found <= _written(texts, each)), None)
    if reason.cause and reason.cause.id == KERNEL:
        return writing or place
    labels = dict.fromkeys(each.label for each in lines)
    tables = (tabled(texts, label, found) for label in (*labels, *(texts if len(found) > 1 else ())))
    own = declared(texts, name, found) if name and not writing else None
    return writing or own or next(filter(None, tables), place)


def _leaves_out_layers(reason: Reason) -> bool:
    """Return whether whole layers were not copied: what goes through them leaves them out."""
    causes = reason.cause.each if reason.cause else ()
    missing = {str(cause.parameters["parameter"]) for cause in causes if cause.id == "copy.missing"}
    layer = min(missing, default="").rpartition(".")[0]
    return {f"{layer}.weight", f"{layer}.bias"} <= missing


def _is_head(texts: Mapping[str, str], place: Place) -> bool:
    """Whether a place is a function's head: nothing in it was seen."""
    lines = rows(texts, place.label)
    return 0 < place.line <= len(lines) and lines[place.line - 1].lstrip().startswith("def ")


def _frozen(texts: Mapping[str, str], place: Place) -> Place | None:
    """Return the first line from where a layer is made that turns gradients off, if there is one."""
    numbered = enumerate(rows(texts, place.label), 1)
    found = (
        number for number, row in numbered if number >= place.line and FREEZES.search(row.partition("#")[0])
    )
    return next((Place(place.label, number) for number in found), None)


def _loop(texts: Mapping[str, str], place: Place) -> Place | None:
    """Return the head of the innermost loop around a place, if there is one."""
    around = loops(texts, place)
    return Place(place.label, around[0].lineno) if around else None


def _found(reason: Reason) -> set[str]:
    """Return the numbers that were found and are not wanted, all those of the layer that is told first."""
    causes = reason.cause.each if reason.cause else ()
    layers = [cause.parameters.get("layer") for cause in causes]
    found = [_not_wanted(cause) for cause, layer in zip(causes, layers, strict=True) if layer == layers[0]]
    return set().union(*found if layers[0] else found[:1]) if found else set()


def _not_wanted(cause: Cause) -> set[str]:
    wanted = numbers(str(cause.parameters.get("want", "")))
    return numbers(str(cause.parameters.get("got", ""))) - wanted


def _written(texts: Mapping[str, str], place: Place) -> set[str]:
    lines = rows(texts, place.label)
    return numbers(lines[place.line - 1]) if 0 < place.line <= len(lines) else set()
