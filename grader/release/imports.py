"""The files that course systems import, each in the columns that it reads. Rows without a score are left out.

An empty cell is no harmless cell: Canvas takes a score away where it reads one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from grader import tables
from grader.release.gate import Leaving
from grader.reports.escape import one_line
from grader.scoring import total
from grader.tables import Cell

# The ids by which each system looks for a student, best first. By name alone Canvas takes the first of it.
KNOWN_BY = {
    "canvas.csv": ("canvas_id", "sis_id", "login"),
    "gradescope.csv": ("sis_id", "email"),
    "moodle.csv": ("moodle_id", "sis_id", "email"),
}
NO_STUDENT = "Points Possible"  # Canvas reads a row with these words in its name as no student's
TITLE_ID = re.compile(r" \((\d+)\)$")  # by which Canvas knows a column of its own
PARTIAL = ", partial"


def canvas(all_: Sequence[Leaving], title: str, partial: bool) -> str:
    """Canvas, Grades, Import: the student's columns, Section last, then the assignment's.

    `all_` are those whose row would change something (`release/present.py`).
    """
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", _titled(title, partial)]
    highest = _highest(all_)
    rows: list[list[Cell]] = [["    Points Possible", "", "", "", "", _points(highest)]] if highest else []
    for one in _scored(all_):
        who = one.person
        name = "" if NO_STUDENT in who.name else who.name
        ids = [name, who.canvas_id, who.sis_id, who.login, who.section]
        rows.append([*map(one_line, ids), _score(one)])
    return tables.write(header, rows)


def gradescope(all_: Sequence[Leaving], title: str, partial: bool) -> str:
    """The columns in which Gradescope exports an assignment's grades; each part is a question."""
    parts = _parts(all_)
    header = ["Name", "SID", "Email", "Total Score", "Max Points", "Status", "Submission ID"]
    header += [f"{n}: {title} ({points:g} pts)" for n, (title, points) in enumerate(parts.items(), 1)]
    late = any(one.grade and one.grade.late for one in all_)
    header += [f"{len(parts) + 1}: Late (0 pts)"] * late
    rows: list[list[Cell]] = []
    for one in _scored(all_):
        assert one.grade
        off = total((one.grade.score, *(-part.score for part in one.grade.parts)))
        who = [one.person.name, one.person.sis_id, one.person.email]
        number = one.row.entry.name.removeprefix("submission_")
        scores = {part.title: _points(part.score) for part in one.grade.parts}
        whole = [_score(one), _points(one.grade.max_score), f"Graded{PARTIAL}" if partial else "Graded"]
        questions: list[Cell] = [*(scores.get(part, "") for part in parts), *[off] * late]
        rows.append([*map(one_line, who), *whole, one_line(number), *questions])
    return tables.write(header, rows)


def moodle(all_: Sequence[Leaving], title: str, partial: bool) -> str:
    """Moodle's offline grading worksheet; participants are known by the number in their files' names.

    Where that is not known, Moodle's gradebook takes the same file by ID number or address (Grades, Import).
    Moodle wants the last column; empty, it keeps a grade that it has already, unless it is told otherwise.
    """
    header = ["Identifier", "Full name", "ID number", "Email address", "Status", "Grade", "Maximum Grade"]
    header.append("Last modified (grade)")
    rows: list[list[Cell]] = []
    for one in _scored(all_):
        assert one.grade
        number = f"Participant {one.person.moodle_id}" if one.person.moodle_id else ""
        status = f"Graded{PARTIAL}" if partial else "Graded"
        who = [number, one.person.name, one.person.sis_id, one.person.email]
        rows.append([*map(one_line, who), status, _score(one), _points(one.grade.max_score), ""])
    return tables.write(header, rows)


Import = Callable[[Sequence[Leaving], str, bool], str]
IMPORTS: dict[str, Import] = {"canvas.csv": canvas, "gradescope.csv": gradescope, "moodle.csv": moodle}


def told_apart(name: str, all_: Sequence[Leaving]) -> tuple[tuple[Leaving, ...], tuple[str, ...]]:
    """Those whom the system of this file can tell from all others, and what to say of the rest.

    Where nobody's ids are known all stay, and that is said.
    """
    every = tuple(_scored(all_))
    ids = [next(filter(None, map(one.person.id, KNOWN_BY[name])), "") for one in every]
    if not any(ids):
        said = f"Nobody's ids are known: {name} tells people by name alone. Give a roster (class --roster)."
        return every, (said,) if every else ()
    apart = [id and ids.count(id) == 1 for id in ids]
    rest = ", ".join(one.person.called for one, alone in zip(every, apart, strict=True) if not alone)
    said = f"Left out of {name}, for want of an id of their own: {rest}."
    return tuple(one for one, alone in zip(every, apart, strict=True) if alone), (said,) if rest else ()


def _scored(all_: Iterable[Leaving]) -> Iterable[Leaving]:
    return (one for one in all_ if one.grade)


def _titled(title: str, partial: bool) -> str:
    if not partial:
        return title
    return TITLE_ID.sub(rf"{PARTIAL} (\1)", title) if TITLE_ID.search(title) else f"{title}{PARTIAL}"


def _highest(all_: Iterable[Leaving]) -> float:
    return max((one.grade.max_score for one in all_ if one.grade), default=0.0)


def _parts(all_: Iterable[Leaving]) -> dict[str, float]:
    return {part.title: part.max_score for one in all_ if one.grade for part in one.grade.parts}


def _score(one: Leaving) -> str:
    assert one.grade
    return _points(one.grade.score)


def _points(value: float) -> str:
    return f"{value:.2f}"
