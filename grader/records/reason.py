"""Where in a submission something is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a submission: `label` is "cell 9" or a file's name, `line` counts from 1 within it."""

    label: str
    line: int
    code: str = ""
