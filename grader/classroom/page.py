"""index.html of a class: problems first, then how it went, what many got wrong, and everybody's report."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from statistics import mean
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup

from grader.assignment import topic
from grader.classroom import statistics
from grader.classroom.handed_in import Class, Entry
from grader.classroom.similar.kept import Common
from grader.classroom.statistics import Item, Row
from grader.plurals import plural
from grader.records.grade import Grade
from grader.reports import assessed, words
from grader.reports.escape import LONGEST
from grader.reports.templates import templates

PAIRS = 50  # shown, the most telling first
CLUSTERS = 30  # of which each has a line on paper, too
NOTHING = Common()
SCRIPT = Path(__file__).with_name("page.js").read_text(encoding="utf-8")
# The only script that the page's policy lets a browser run is this one, known by its hash.
SCRIPT_HASH = "sha256-" + base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()


def render(title: str, rows: Sequence[Row], one: Class, alike: Common = NOTHING) -> str:
    """The page; links lead to NAME/report.html beside it."""
    grades = [row.grade for row in rows if row.grade and row.entry.is_of_students]
    clusters = statistics.clusters(row for row in rows if row.entry.is_of_students)
    template = _environment().get_template("page.html")
    return template.render(
        title=title,
        rows=rows,
        grades=grades,
        complete=sum(grade.complete for grade in grades),
        parts=grades[0].parts if grades else (),
        ignored=one.ignored,
        remarks=one.remarks,
        handed_in=[row for row in rows if row.entry.path],
        look=[row for row in rows if row.entry.path and row.said],
        missing=[row for row in rows if not row.entry.path],
        spreads=statistics.spreads(grades),
        items=_by_part(grades),
        topic=topic(part.id for grade in grades for part in grade.parts),
        clusters=clusters[:CLUSTERS],
        rarer=clusters[CLUSTERS:],
        same=alike.same,
        pairs=alike.pairs[:PAIRS],
        more_pairs=len(alike.pairs[PAIRS:]),
        seconds=mean(grade.provenance.seconds for grade in grades) if grades else 0.0,
        script=Markup(SCRIPT),
        script_hash=SCRIPT_HASH,
    )


@cache
def _environment() -> Environment:
    environment = templates(Path(__file__).parent, LONGEST)
    environment.globals.update(
        assessed=assessed, counted=words.counted, plural=plural, people=_people, short=_short
    )
    environment.filters.update(
        points=words.number,
        percent=lambda share: f"{100 * share:.0f} %",
        segment=lambda name: quote(name, safe="", errors="replace"),
    )
    return environment


def _by_part(grades: Sequence[Grade]) -> list[tuple[str, list[Item]]]:
    """The lines of the rubric under the titles of their parts."""
    titles = {part.id: part.title for grade in grades for part in grade.parts}
    parts = {check.id: check.part for grade in grades for check in grade.checks}
    items = statistics.items(grades)
    return [
        (title, own)
        for part, title in titles.items()
        if (own := [one for one in items if parts[one.id] == part])
    ]


def _short(title: str) -> str:
    """ "Part 1" of "Part 1: FCN-32s", for the head of a narrow column."""
    return title.partition(":")[0]


def _people(entry: Entry) -> str:
    return ", ".join(person.called for person in entry.people)
