"""What an export says of one submission."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.classroom.people import Person


@dataclass(frozen=True, slots=True)
class Found:
    """A submission as it lies in an export, whom the export says it is of, and when it came."""

    name: str
    path: Path
    people: tuple[Person, ...]
    late: bool = False
    at: str = ""  # ISO 8601, where the export tells
    due: str = ""
    subject: str = ""  # what stays the same when it is handed in again; "" for its name
    remarks: tuple[str, ...] = ()


def called(file: str, path: Path) -> str:
    """What a copy is called: as the student called the file, its whole name where that is no file's."""
    return path.name if file in ("", ".", "..") else file
