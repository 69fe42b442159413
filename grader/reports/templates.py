"""How a page is filled in: templates in which every string is escaped and made printable."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.reports.escape import printable

LONGEST = 50_000  # characters of one string: a written answer is read to its end


def templates(folder: Path, longest: int = LONGEST) -> Environment:
    """The templates of a folder; of a string that is no markup of ours so many characters are shown."""

    def shown(value: object) -> object:
        return (
            printable(value, longest) if isinstance(value, str) and not isinstance(value, Markup) else value
        )

    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown,
    )
