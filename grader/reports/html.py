"""report.html: one file that needs nothing else, for a TA's minute and a student's evening."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from grader.assignment import NETWORKS, topic
from grader.profiles.profile import DEFAULT, name_of
from grader.records.grade import Grade, Outcome, PartScore, ScoredCheck
from grader.reports import anchors, assessed, words
from grader.reports.curves import curves
from grader.reports.templates import templates

MODELS = {part: network.title for part, network in NETWORKS.items()} | {"": "A model"}


@dataclass(frozen=True, slots=True)
class PartView:
    """One part with its lines by what became of them."""

    part: PartScore
    failed: tuple[words.Finding, ...]
    blocked: tuple[words.Finding, ...]
    errors: tuple[words.Finding, ...]
    pending: tuple[words.Finding, ...]
    passed: tuple[ScoredCheck, ...]
    points: Mapping[str, float]

    @property
    def told(self) -> bool:
        """Whether something is said of lost points; what a person did not give is said elsewhere."""
        return bool(self.failed or self.blocked)

    @property
    def bar(self) -> tuple[tuple[str, float], ...]:
        """(what, percent of the part) for each stretch of its bar."""
        whole = self.part.max_score
        return tuple((what, round(100 * points / whole, 2)) for what, points in self.points.items() if points)


def render(grade: Grade, back: str = "", provisional: bool = False) -> str:
    """The page; every string in it is escaped, and its policy lets a browser run and fetch nothing.

    `back` is where the page of the class lies; `provisional` says to its student that the grade may change.
    """
    views = tuple(_view(grade, part) for part in grade.parts)
    template = environment().get_template("template.html")
    return template.render(grade=grade, views=views, back=back, provisional=provisional)


def _view(grade: Grade, part: PartScore) -> PartView:
    own = [check for check in grade.checks if check.part == part.id]
    return PartView(
        part=part,
        failed=words.findings(words.of(own, Outcome.FAILED)),
        blocked=words.findings(words.of(own, Outcome.BLOCKED)),
        errors=words.findings(words.of(own, Outcome.ERROR)),
        pending=words.findings(words.of(own, Outcome.PENDING)),
        passed=words.of(own, Outcome.PASSED),
        points=words.stretches(grade, part),
    )


@cache
def environment() -> Environment:
    """The templates beside this file, with every string escaped and made printable."""
    made = templates(Path(__file__).parent)
    made.globals.update(anchors=anchors, words=words, assessed=assessed, curves=curves)
    made.globals.update(models=MODELS, topic=topic, usual=DEFAULT)
    made.filters.update(profile=name_of, points=words.number, png=_png, is_wide=_is_wide)
    return made


def _is_wide(picture: bytes) -> bool:
    """Whether a PNG, whose header holds its size, is much wider than high."""
    width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    return width > 2 * height


def _png(picture: bytes) -> Markup:
    return Markup("data:image/png;base64," + b64encode(picture).decode())
