"""The line of the rubric that a slip costs: that of the step which its line takes, or its helper."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from grader.assignment import CAM
from grader.mending.carrying import Function, Part, carrying
from grader.mending.stepping import BEGINS, STEPS, TAKEN, lines
from grader.records.reason import Place
from grader.records.submission import Slice

SUM = "weighted_sum"
Helped = Mapping[str, Sequence[str]]  # by the name of a helper: the checks whose steps it takes, in order
NOTHING: Helped = {}


def paying(slice: Slice, name: str, place: Place | None) -> tuple[str, ...]:
    """Return the line of the rubric that a slip in a function costs; none where no step of it is taken."""
    parts = list(carrying(slice, name)) if place else []
    for chunk, function in parts:
        line = place.line - chunk.line + 1 if place and place.label == chunk.label else 0
        if function.lineno <= line <= (function.end_lineno or 0):
            helped = _helped(parts, name)
            check = check_at(function, name, line, helped) or _of_helper(parts, function, name, helped)
            return (f"{CAM}.{check}",) if check else ()
    return ()


def check_at(function: Function, name: str, line: int, helped: Helped = NOTHING) -> str | None:
    """Return the check whose step a line of a function takes, else that of the step begun last above it.

    `name` is the graded function that it is, or that it works for.
    """
    begun = _begun(function, name, helped)
    above = {check: [at for at in found if at <= line] for check, found in begun.items()}
    latest = {check: found[-1] for check, found in above.items() if found}
    return max(latest, key=lambda check: latest[check], default=None)


def _begun(function: Function, name: str, helped: Helped) -> dict[str, list[int]]:
    """The lines that begin the step of each check, by themselves or by a helper."""
    begun = {
        check: sorted(
            [
                *lines(function, BEGINS.get(check, STEPS[check][0])),
                *(line for line, word in _words(function) if check in helped.get(word, ())),
            ]
        )
        for check in TAKEN.get(name, ())
    }
    summed = begun.get(SUM) or [0]
    begun["normalise"] = [at for at in begun.get("normalise", ()) if at >= summed[0]]  # else it is no map's
    return begun


def _helped(parts: Sequence[Part], name: str) -> dict[str, list[str]]:
    """The checks whose steps each helper takes, those of its own helpers among them."""
    helped = dict[str, list[str]]()
    for _, function in reversed(parts[1:]):
        begun = _begun(function, name, helped)
        helped[function.name] = sorted((each for each in begun if begun[each]), key=lambda each: begun[each])
    return helped


def _of_helper(parts: Sequence[Part], function: Function, name: str, helped: Helped) -> str | None:
    """The check that a helper's line works for where it takes no step: one below, or where it is called."""
    if function is parts[0].function:
        return None
    if takes := helped.get(function.name):
        return "normalise" if takes == ["dtype"] else takes[0]  # bytes are made where the range is
    others = [
        part for part in parts if part.function is not function
    ]  # else one that calls itself never ends
    for _, caller in others:
        called = [at for at, word in _words(caller) if word == function.name]
        if called and any(at <= called[0] for at in _begun(caller, name, helped).get(SUM, ())):
            return check_at(caller, name, called[0], helped)
        if called:
            return _of_helper(others, caller, name, helped)
    return None


def _words(function: Function) -> list[tuple[int, str]]:
    """The names that a function reads with their lines, be they an attribute's."""
    nodes = [node for node in ast.walk(function) if isinstance(node, ast.Name | ast.Attribute)]
    words = ((node.lineno, node.id if isinstance(node, ast.Name) else node.attr) for node in nodes)
    return sorted(words)
