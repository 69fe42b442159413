"""What course systems do with a file, written from their public sources: each gives scores or complains.

Canvas: lib/gradebook_importer.rb. Moodle: mod/assign/feedback/offline. Gradescope imports no scores: its own
export is what others read.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NUMBER = re.compile(r"\d+(\.\d{1,2})?")
NO_ASSIGNMENT = re.compile(
    "Current Score|Current Points|Current Grade|Final Score|Final Points|Final Grade|Override Score"
)
WORKSHEET = {"Identifier", "Grade", "Last modified (grade)"}  # without any of these Moodle refuses the file


@dataclass(frozen=True)
class User:
    """A student of a course in Canvas."""

    id: int
    name: str
    sis: str = ""
    login: str = ""


def rows_of(text: str) -> list[list[str]]:
    """A CSV file that every row of fits its header."""
    rows = list(csv.reader(io.StringIO(text)))
    assert all(len(row) == len(rows[0]) for row in rows), "a row has more or fewer cells than the header"
    return rows


def canvas(text: str, users: Sequence[User]) -> dict[int, float]:
    """Canvas id -> score. A student is found by ID, SIS User ID, SIS Login ID, then the first of a name.

    An empty cell would take a score away, a student that is not there would be asked for: both are refused.
    """
    assert not _has_semicolons(text)
    header, *rows = rows_of(text)
    assert "Student" in header[0] and "ID" in header[1] and header[2] == "SIS User ID"
    assert header[3] == "SIS Login ID" and "Section" in header[4]
    titles = [title for title in header[5:] if not NO_ASSIGNMENT.search(title)]
    assert len(titles) == 1, "one assignment"
    scores: dict[int, float] = {}
    for row in (row for row in rows if not _is_of_the_assignment(row)):
        user = _found(row, users)
        assert user is not None, f"missing student {row[0]}"
        assert user.id not in scores, f"{user.name} has two rows"
        assert NUMBER.fullmatch(row[5]), f"{user.name}: {row[5]!r} is no score"
        scores[user.id] = float(row[5])
    return scores


def _is_of_the_assignment(row: Sequence[str]) -> bool:
    if "Points Possible" not in row[0]:
        return False
    assert not any(row[1:5]) and NUMBER.fullmatch(row[5]), "a student would change the assignment's points"
    return True


def _found(row: Sequence[str], users: Sequence[User]) -> User | None:
    name, number, sis, login = row[:4]
    ways = (
        (user for user in users if number and user.id == int(number)),
        (user for user in users if sis and user.sis == sis),
        (user for user in users if login and user.login == login),
        (user for user in users if user.name == name),
    )
    return next((user for way in ways for user in way), None)


def _has_semicolons(text: str) -> bool:
    """Whether Canvas takes the file for one of a country that writes semicolons: by its first three lines."""
    lines = text.splitlines()[:3]
    counts = {mark: {len(next(csv.reader([line], delimiter=mark))) for line in lines} for mark in ";,"}
    cells = {mark: found.pop() if len(found) == 1 else 0 for mark, found in counts.items()}
    return cells[";"] > cells[","]


def gradescope(text: str) -> dict[str, float]:
    """Gradescope's own export: name, SID, address, total, points, status, and the questions."""
    header, *rows = rows_of(text)
    assert header[:7] == ["Name", "SID", "Email", "Total Score", "Max Points", "Status", "Submission ID"]
    assert all(re.fullmatch(r"\d+: .+ \(\d+(\.\d+)? pts\)", one) for one in header[7:])
    scores: dict[str, float] = {}
    for row in rows:
        assert row[5].startswith("Graded") and NUMBER.fullmatch(row[3]) and NUMBER.fullmatch(row[4])
        assert abs(sum(map(float, row[7:])) - float(row[3])) < 0.005, "questions add up to the total"
        scores[row[2] or row[1] or row[0]] = float(row[3])
    assert len(scores) == len(rows), "somebody has two rows"
    return scores


def moodle(text: str, participants: Mapping[str, float | None], most: float = 100.0) -> dict[str, float]:
    """Participant's number -> score that Moodle writes; `participants` maps each to the grade there already.

    It passes over rows of others, without a grade, or beyond the assignment's own, and, as its box for later
    changes is not ticked, over those with a grade in Moodle.
    """
    header, *rows = rows_of(text)
    assert set(header) >= WORKSHEET, f"invalid grade import: no {WORKSHEET - set(header)}"
    scores: dict[str, float] = {}
    for row in rows:
        one = dict(zip(header, row, strict=True))
        number = one["Identifier"][len("Participant ") :]
        if number not in participants or participants[number] is not None or not one["Grade"]:
            continue
        assert number not in scores, "somebody has two rows"
        assert float(one["Grade"]) <= min(most, float(one["Maximum Grade"]))
        scores[number] = float(one["Grade"])
    return scores
