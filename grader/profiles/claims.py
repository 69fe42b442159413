"""What a course year says of a file of figures that students report of themselves."""

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
