"""From the table of a profile, checked and with what it inherits, to its values."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import timedelta

from grader.assignment import NETWORKS
from grader.profiles.naming import exchanged
from grader.profiles.profile import MapForm, Profile
from grader.profiles.reading import Claims, Figure, Questions
from grader.profiles.sense import FALLS, SCALES, on
from grader.profiles.source import Source, Table
from grader.rubric import LatePolicy, Line, Part, Rubric, Scale
from reference.architecture import FIRST_PADDING

QUESTION = re.compile(r"question[1-9]\d?")
NUMBERED = re.compile(r"\s*([^\W\d_]+)\s*(\d{1,2})\b")


def build(table: Table, word: str, sources: Iterable[Source]) -> Profile:
    """Return the profile of a table; `sources` are the files that it came from."""
    parts = tuple(_part(part, table) for part in table["part"] if part.get("on", True))
    whole = hashlib.sha256(b"".join(source.text.encode() for source in sources)).hexdigest()
    return Profile(
        word=word,
        title=table.get("title", word),
        rubric=Rubric(parts, whole, _late(table.get("late"))),
        plans=table.get("plans", {}),
        about=table.get("about", ""),
        claims=_claims(table.get("claims")),
        n_class=table.get("n_class", 12),
        padding=table.get("padding", FIRST_PADDING),
        names=table.get("names", {}),
        upsampling=table.get("upsampling", "learned"),
        map=_map(table),
        epochs=_epochs(table),
        questions=_questions(parts, table.get("question", "")),
        handed_in=tuple(table.get("handed_in", ())),
    )


def _map(table: Table) -> MapForm:
    said = table.get("map", {})
    size = said.get("size", 256)
    rows, columns = size if isinstance(size, list) else (size, size)
    return MapForm((rows, columns), said.get("returned", "array"))


def _epochs(table: Table) -> dict[str, int]:
    return {"scratch": 10, "pretrained": 20, **table.get("epochs", {})}


def _questions(parts: Iterable[Part], word: str) -> Questions:
    """Which questions are asked, in which part: "Teil 4" of the title "Teil 4: Fragen"."""
    asked = [(part, line) for part in parts for line in part.lines if QUESTION.fullmatch(line.check)]
    if not asked:
        return Questions((), word)
    numbers = (int(line.check.removeprefix("question")) for _, line in asked)
    named = NUMBERED.match(asked[0][0].title)
    part = (named[1], int(named[2])) if named else ("Part", 3)
    return Questions(tuple(sorted(set(numbers))), word, part)


def _part(part: Table, table: Table) -> Part:
    lines = tuple(_line(line, part["id"], table) for line in on(part))
    return Part(part["id"], part["title"], float(part["points"]), lines)


def _line(line: Table, part: str, table: Table) -> Line:
    return Line(
        id=f"{part}.{line['check']}",
        part=part,
        check=line["check"],
        title=_named(_filled(line["title"], part, table), table),
        points=float(line["points"]),
        feedback=line.get("feedback", table.get("feedback", "full")),
        help=line.get("help", ""),
        scales=_scales(line),
    )


def _scales(line: Table) -> dict[str, Scale]:
    falls = line["check"] == FALLS
    return {
        plan: Scale(tuple((float(cut), float(percent)) for cut, percent in cut_offs), key == "slope", falls)
        for key in SCALES
        for plan, cut_offs in line.get(key, {}).items()
    }


def _filled(title: str, part: str, table: Table) -> str:
    """A title with the year's numbers; the crop of a network follows from its layers."""
    padding = table.get("padding", FIRST_PADDING)
    numbers: dict[str, object] = {"padding": padding, "map": _map(table).size, **_epochs(table)}
    if part in NETWORKS:
        numbers["crop"] = NETWORKS[part].table(12, padding).crop
    for name, number in numbers.items():
        title = title.replace(f"{{{name}}}", str(number))
    return title


def _named(title: str, table: Table) -> str:
    """A title with the year's own names, also where it is inherited."""
    names = table.get("names", {})
    return exchanged(title, {name: own for name, own in names.items() if own not in title})


def _claims(table: Table | None) -> Claims | None:
    if table is None:
        return None
    figures = (
        Figure(one["key"], one["network"], one["start"] == "pretrained", one["figure"])
        for one in table["figures"]
    )
    return Claims(table["file"], tuple(figures))


def _late(table: Table | None) -> LatePolicy | None:
    if table is None:
        return None
    return LatePolicy(
        table.get("due"),
        timedelta(minutes=float(table.get("grace_minutes", 0))),
        float(table.get("percent_a_day", 0)),
        float(table.get("most_percent", 100)),
    )
