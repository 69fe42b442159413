"""index.html of a class: problems first, then how it went, what many got wrong, and everybody's report."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from statistics import mean
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.assignment import TOPIC
from grader.classroom import statistics
from grader.classroom.handed_in import Class, Entry
from grader.classroom.statistics import Row
from grader.reports import assessed, words
from grader.reports.escape import printable

SCRIPT = Path(__file__).with_name("page.js").read_text(encoding="utf-8")
# The only script that the page's policy lets a browser run is this one, known by its hash.
SCRIPT_HASH = "sha256-" + base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()


def render(title: str, rows: Sequence[Row], one: Class) -> str:
    """The page; links lead to NAME/report.html beside it."""
    grades = [row.grade for row in rows if row.grade]
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
        items=statistics.items(grades),
        clusters=statistics.clusters(rows),
        seconds=mean(grade.provenance.seconds for grade in grades) if grades else 0.0,
        script=Markup(SCRIPT),
        script_hash=SCRIPT_HASH,
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.globals.update(topic=TOPIC, assessed=assessed, people=_people)
    environment.filters.update(
        points=words.number,
        percent=lambda share: f"{100 * share:.0f} %",
        segment=lambda name: quote(name, safe="", errors="replace"),
    )
    return environment


def _people(entry: Entry) -> str:
    return ", ".join(person.called for person in entry.people)


def _shown(value: object) -> object:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
