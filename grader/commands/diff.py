"""`diff`: two gradings of a class side by side."""

from __future__ import annotations

from pathlib import Path

from grader.classroom import compare, moves
from grader.commands.codes import GRADED
from grader.commands.screen import Screen
from grader.errors import CallError
from grader.paths import shown


def diff(screen: Screen, old: Path, new: Path) -> int:
    """Show whom a change of grader or rubric moves, by how much, and why."""
    before, after = moves.read(old), moves.read(new)
    if not set(before) & set(after):
        raise CallError(f"{shown(old)} and {shown(new)} share no submission: there is nothing to compare.")
    screen.show(moves.renderable(compare.moves(before, after), len({*before, *after})))
    return GRADED
