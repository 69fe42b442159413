"""Which of the lines that a fault passed through made it: the one where what was found is written."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

import re2

from grader.intake.code.listing import listed, loops, rows
from grader.intake.code.parsing import parse
from grader.records.reason import UNAPPLIED, Cause, Place, Reason

WORD = re2.compile(r"[\w.]+")
TOP = "255"  # that a right map is multiplied by, too: the steps before it tell more
FREEZES = re2.compile(r"requires_grad(?:_\(| *=[^=])")
COUNTED = ("layer.missing", "layer.extra", "pool.missing")  # whose place tells what loop is one short
KERNEL = "bilinear.way"  # whose numbers are computed: those of a table only look like them
NUMBER = re2.compile(r"\d+(?:\.\d+)?")


def made_wrong(reason: Reason, texts: Mapping[str, str]) -> Place | None:
    """Return where a fault was made: at its place, or above it, or in a table that both take it from."""
    place, found = reason.place, _found(reason)
    if place is None:
        return None
    if _leaves_out_layers(reason) and " raises " not in reason.text.partition(": ")[0]:
        return _loop(texts, place) or place
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
    tables = (_in_a_table(texts, label, found) for label in (*labels, *(texts if len(found) > 1 else ())))
    return writing or next(filter(None, tables), place)


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
    wanted = _numbers(str(cause.parameters.get("want", "")))
    return _numbers(str(cause.parameters.get("got", ""))) - wanted


def _numbers(text: str) -> set[str]:
    words = (word.group() for word in WORD.finditer(text))
    return {word for word in words if NUMBER.fullmatch(word)}


def _written(texts: Mapping[str, str], place: Place) -> set[str]:
    lines = rows(texts, place.label)
    return _numbers(lines[place.line - 1]) if 0 < place.line <= len(lines) else set()


def _in_a_table(texts: Mapping[str, str], label: str, found: set[str]) -> Place | None:
    """Return the one line where a list or a constant holds the numbers; None where several do, or a line
    that computes with them."""
    lines = rows(texts, label)
    if sum(found <= _numbers(row) for row in lines) != 1:
        return None
    line = next(number for number, row in enumerate(lines, start=1) if found <= _numbers(row))
    return Place(label, line) if line in set(_tables("\n".join(lines))) else None


def _tables(text: str) -> Iterator[int]:
    """Yield the lines of constants that stand in a list or get a name, but for those of a computation."""
    for statement in parse(text)[0]:
        for node in ast.walk(statement):
            held: list[ast.expr | None] = []
            if isinstance(node, ast.Dict):
                held = list(node.values)
            elif isinstance(node, ast.Tuple | ast.List | ast.Set):
                held = list(node.elts)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                held = [node.value]
            yield from (each.lineno for each in held if isinstance(each, ast.Constant))
