"""How a page of the review comes about: its templates, and the words that they know."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from starlette.responses import HTMLResponse

from grader.reports import assessed, words
from grader.reports.templates import templates
from grader.review import pace
from grader.review.others import OTHERS

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
    made = templates(Path(__file__).with_name("templates"))
    made.globals.update(words=words, assessed=assessed, said_words=SAID, others=OTHERS)
    made.filters.update(points=words.number, signed=signed, plain=plain, duration=pace.duration)
    return made


def plain(title: str) -> str:
    """A line's title, without what a grader at this page knows."""
    return title.removesuffix(" (a person grades)")


def signed(points: float) -> str:
    """ "+4", "−1.5", "0"."""
    return f"{points:+g}".replace("-", "−") if points else "0"
