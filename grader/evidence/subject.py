"""One of the networks of a submission, before anything is known of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from grader.wall.answers import Asks
from reference.architecture import Architecture

N_CLASS = 12


@dataclass(frozen=True, eq=False)
class Subject:
    """Whom to ask about a network, what the assignment wants it to be, and the seed of its challenge."""

    student: Asks
    assignment: Callable[[int], Architecture]
    seed: int

    @property
    def name(self) -> str:
        """Return the class's name: "FCN8s"."""
        return self.assignment(N_CLASS).name

    @property
    def part(self) -> str:
        """Return the part's id: "fcn8s"."""
        return self.name.lower()
