"""How long one submission may be waited for: to load it, for each part of it, to train it, and in all."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from grader.sandbox.limits import Limits
from grader.wall.verbs import Request, verb

LOADING, TRAINING, FUNCTIONS = "loading it", "training", "its functions"


@dataclass(slots=True)
class Allowance:
    """What a submission has been waited for so far; a part that hangs takes no other part's time."""

    limits: Limits
    spent: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    disk_left: float = 0.0  # seconds that it may still wait for a disk

    def __post_init__(self) -> None:
        self.disk_left = self.limits.disk_seconds

    def left(self, purpose: str) -> float:
        """Return the seconds that are left for a purpose."""
        whole = self.limits.wall_seconds - sum(self.spent.values())
        return whole if purpose == TRAINING else min(whole, self._most(purpose) - self.spent[purpose])

    def has_enough(self, purpose: str) -> bool:
        """Return whether what is left for a purpose is enough to judge a right submission."""
        return self.left(purpose) > self._most(purpose) / 5

    def charge(self, purpose: str, seconds: float, disk_left: float) -> None:
        """Take seconds off, and let so many be left for waiting for a disk."""
        self.spent[purpose] += seconds
        self.disk_left = disk_left

    def used_up(self, purpose: str) -> str:
        """Return what says that nothing is left for a purpose, and of what."""
        if purpose == TRAINING or sum(self.spent.values()) >= self.limits.wall_seconds:
            return f"the {self.limits.wall_seconds:g} s that one submission may take are used up"
        return f"the {self._most(purpose):g} s that {purpose} may take are used up"

    def _most(self, purpose: str) -> float:
        return self.limits.loads_seconds if purpose == LOADING else self.limits.part_seconds


def purpose_of(request: Request[Any]) -> str:
    """Return what a question is about: a model, the functions, or training, which has no limit of its own."""
    if verb(type(request)).startswith("train_"):
        return TRAINING
    return str(getattr(request, "model", "")) or FUNCTIONS
