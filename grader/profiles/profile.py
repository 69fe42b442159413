"""One course year, read and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from grader.assignment import GRADED, NETWORKS, PART_OF, Network
from grader.profiles.reading import QUESTIONS, Claims, Questions
from grader.rubric import Line, Rubric
from reference.architecture import FIRST_PADDING, Architecture

DEFAULT = "ece285"


def name_of(word: str) -> str:
    """The name of the profile that a word stands for: a file's own, without its folder."""
    return Path(word).stem if word.endswith(".toml") else Path(word).name


@dataclass(frozen=True, slots=True)
class MapForm:
    """The form of a class activation map: rows and columns, and whether it is returned in a list."""

    size: tuple[int, int] = (256, 256)
    returned: str = "array"  # or "list", "either"


MAP = MapForm()  # the usual one


@dataclass(frozen=True, slots=True)
class Profile:
    """What a course year asks; `word` names it on any command line: a name, or the path of its file."""

    word: str
    title: str
    rubric: Rubric
    plans: Mapping[str, Mapping[str, Any]] = field(repr=False)
    about: str = ""
    claims: Claims | None = None
    n_class: int = 12
    padding: int = FIRST_PADDING  # of conv1_1
    names: Mapping[str, str] = field(default_factory=dict)  # the grader's -> the year's, where they differ
    upsampling: str = "learned"  # "either": it may be frozen, "fixed": it must be
    map: MapForm = MAP
    epochs: Mapping[str, int] = field(default_factory=dict)  # "scratch" and "pretrained", as asked for
    questions: Questions = QUESTIONS
    handed_in: tuple[str, ...] = ()  # names of files, with wildcards

    def table(self, network: Network) -> Callable[[int], Architecture]:
        """The layers of a network for a number of classes, as this year wants them."""
        return partial(network.table, padding=self.padding)

    @property
    def name(self) -> str:
        """Its name, which reports carry."""
        return name_of(self.word)

    @property
    def networks(self) -> tuple[Network, ...]:
        """The networks that it asks for."""
        return tuple(NETWORKS[part.id] for part in self.rubric.parts if part.id in NETWORKS)

    @property
    def graded(self) -> tuple[str, ...]:
        """The classes and functions that it asks for."""
        asked = {part.id for part in self.rubric.parts}
        return tuple(name for name in GRADED if PART_OF[name] in asked)

    @property
    def graded_by_part(self) -> tuple[tuple[str, ...], ...]:
        """The same, of each part that has some."""
        parts = dict.fromkeys(PART_OF[name] for name in self.graded)
        return tuple(tuple(name for name in self.graded if PART_OF[name] == part) for part in parts)

    @property
    def lines(self) -> Mapping[str, Line]:
        """The lines of its rubric by id."""
        return {line.id: line for line in self.rubric.lines}
