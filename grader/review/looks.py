"""How a page comes about: templates in which every string is escaped and made printable."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from grader.reports import assessed, words
from grader.reports.escape import printable
from grader.review import pace
from grader.review.others import OTHERS

LONGEST = 50_000  # a written answer is read to its end
SAID: Mapping[str, str] = {  # what a page tells of the step before it, by the word in its address
    "undone": "Taken back.",
    "nothing": "There is nothing of yours to take back.",
    "written": "Somebody has written about this since: it was not taken back. Its history shows what.",
    "decided": "Decided.",
    "kept": "Kept.",
    "asked": "The request is open.",
    "late": "Somebody has written about this request since: your answer was not kept.",
    "answered": "Answered. It goes into the next release.",
}


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of a template."""
    return HTMLResponse(environment().get_template(template).render(**values), status)


@cache
def environment() -> Environment:
    """The templates beside this file."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.globals.update(words=words, assessed=assessed, said_words=SAID, others=OTHERS)
    made.filters.update(points=words.number, signed=signed, plain=plain, duration=pace.duration)
    return made


def plain(title: str) -> str:
    """A line's title, without what a grader at this page knows."""
    return title.removesuffix(" (a person grades)")


def signed(points: float) -> str:
    """ "+4", "−1.5", "0"."""
    return f"{points:+g}".replace("-", "−") if points else "0"


def _shown(value: object) -> object:
    return printable(value, LONGEST) if isinstance(value, str) and not isinstance(value, Markup) else value
