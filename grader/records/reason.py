"""Why a check says what it says: one explanation, carried whole from where it is found to every report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

UNAPPLIED = "one that is made, and not applied"  # what is found of such a layer
Parameter = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a submission: `label` is "cell 9" or a file's name, `line` counts from 1 within it.

    What computes in a helper has the lines that called it, nearest first, and the line that made the layer
    which computes: among them is chosen where the fault was made (intake/code/making.py), reports see one.
    An exception has the `piece` of the line that raised: its first line and byte, its last line and byte.
    """

    label: str
    line: int
    code: str = ""
    callers: tuple[Place, ...] = field(default=(), compare=False, repr=False)
    maker: Place | None = field(default=None, compare=False, repr=False)
    piece: tuple[int, int, int, int] | None = field(default=None, compare=False, repr=False)


def made(place: Place | None) -> Place | None:
    """Return the line that made the layer which computes at a place; the place itself where none does."""
    return place.maker or place if place else None


def applied(place: Place | None) -> Place | None:
    """Return the line that applies what computes at a place, which may be shown where that was made."""
    if place is None or place.maker or not place.callers:
        return place
    return place.callers[-1]


@dataclass(frozen=True, slots=True)
class Cause:
    """What is wrong, as a stable id with parameters: `crop.offset`, got 18, want 19.

    Equal faults have equal causes, whatever the seed: no parameter is a value drawn from it, or a text of any
    length that a student chose. `also` are the other faults that the same line of the rubric was lost for.
    """

    id: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    also: tuple[Cause, ...] = ()

    def __hash__(self) -> int:
        return hash((self.id, tuple(sorted(self.parameters.items())), self.also))

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.id}({told})" if told else self.id

    @property
    def each(self) -> tuple[Cause, ...]:
        """This cause alone, and those in `also`."""
        return (Cause(self.id, self.parameters), *self.also)


@dataclass(frozen=True, slots=True)
class Reason:
    """What is wrong (`text`), what to do about it, what was expected, what was found, where, and why."""

    text: str = ""
    help: str = ""
    expected: str = ""
    actual: str = ""
    place: Place | None = None
    cause: Cause | None = None

    def __post_init__(self) -> None:
        """Tell it on one line, whatever a text within it holds: lines of its own would seem to be ours."""
        if len(lines := self.text.splitlines()) > 1:
            object.__setattr__(self, "text", " ".join(filter(None, map(str.strip, lines))))


NOTHING = Reason()  # of a check that has nothing to say
