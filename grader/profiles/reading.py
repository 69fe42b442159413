"""What a course year says of what is only read: figures that students report of themselves, and answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that students report of a training run, behind the word `key` in a file."""

    key: str
    part: str  # of the network
    pretrained: bool
    what: str  # "accuracy" or "mean_iou"


@dataclass(frozen=True, slots=True)
class Claims:
    """A text file of self-reported figures that is handed in beside the notebook."""

    file: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Questions:
    """How a notebook says what is answered: "Frage 3" in "Teil 4" by another word than Question and Part."""

    numbers: tuple[int, ...] = (1, 2)
    word: str = ""
    part: tuple[str, int] = ("Part", 3)


QUESTIONS = Questions()  # the usual ones
