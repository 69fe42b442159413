"""What course systems read, written from their public descriptions: each answers with scores or complains."""

from __future__ import annotations

import csv
import io
import re

CANVAS_STUDENT = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
NUMBER = re.compile(r"\d+(\.\d{1,2})?")


def rows_of(text: str) -> list[list[str]]:
    """A CSV file that every row of fits its header."""
    rows = list(csv.reader(io.StringIO(text)))
    assert all(len(row) == len(rows[0]) for row in rows), "a row has more or fewer cells than the header"
    return rows


def canvas(text: str, users: dict[str, str]) -> dict[str, float]:
    """As lib/gradebook_importer.rb reads it: who is found by ID, then by SIS User ID and SIS Login ID.

    `users` maps any of these ids to one name. An empty cell would take a score away: here it is refused.
    """
    header, *rows = rows_of(text)
    assert header[:5] == CANVAS_STUDENT and len(header) == 6 and header[5], "Section is the last of a student"
    assert "Points Possible" in rows[0][0] and NUMBER.fullmatch(rows[0][5])
    scores: dict[str, float] = {}
    for name, number, sis, login, _, score in rows[1:]:
        user = next(
            (users[key] for key in (f"ID {number}", f"SIS {sis}", f"Login {login}") if key in users), None
        )
        assert user, f"missing student {name}"
        assert user not in scores, f"{name} has two rows"
        assert NUMBER.fullmatch(score), f"{name}: {score!r} is no score"
        scores[user] = float(score)
    return scores


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


def moodle(text: str) -> dict[str, float]:
    """mod/assign/feedback/offline: the identifier and the grade are needed, the grade within its maximum."""
    header, *rows = rows_of(text)
    assert {"Identifier", "Full name", "Grade", "Maximum Grade"} <= set(header)
    scores: dict[str, float] = {}
    for row in rows:
        one = dict(zip(header, row, strict=True))
        assert NUMBER.fullmatch(one["Grade"]) and float(one["Grade"]) <= float(one["Maximum Grade"])
        assert one["Identifier"] not in scores
        scores[one["Identifier"]] = float(one["Grade"])
    return scores
