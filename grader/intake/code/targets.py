"""Where the graded names are bound, and all that must run for them."""

from __future__ import annotations

from collections.abc import Sequence

from grader.assignment import GRADED
from grader.intake.code.library import MAIN, Library
from grader.intake.code.registering import registering
from grader.intake.code.slicing import Walk


def walk_targets(library: Library, entries: Sequence[str] = (MAIN,)) -> tuple[Walk, dict[str, str]]:
    """Walk from the targets; also the targets that were found, with the module that binds each."""
    walk = Walk(library, entries)
    found = {name: module for name in GRADED if (module := _bound_by(walk, name))}
    walk.want_what_changes_modules()
    while found_more := list(registering(walk)):
        for each in found_more:
            each.keep(walk)
        walk.want_what_changes_modules()
    return walk, found


def _bound_by(walk: Walk, name: str) -> str:
    """The module that binds a target, once what this needs is kept."""
    for entry in walk.entries:
        walk.want(entry, name)
        if walk.provides(entry, name):
            return entry
    return walk.want_in_modules(name)
