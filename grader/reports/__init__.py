"""Reports: one module for each format, with `render(grade) -> str`; which files they are, RENDERERS says."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from grader.records.grade import Grade
from grader.reports import (
    classroom50,
    gradescope,
    html,
    json,
    junit,
    notebook,
    replay,
    summary,
    terminal,
    workflow,
)
from grader.reports.audience import for_student, for_ta
from grader.reports.feedback import for_its_student

Renderer = Callable[[Grade], str]

RENDERERS: dict[str, Renderer] = {
    "report.json": json.render,
    "report.html": html.render,
    "notebook.html": notebook.render,
    "report.txt": terminal.render,
    "junit.xml": junit.render,
    "results.json": gradescope.render,
    "result.json": classroom50.render,
    "summary.md": summary.render,
    "annotations.txt": workflow.render,
    "replay.py": replay.render,
}

AUDIENCES: dict[str, Callable[[Grade], Grade]] = {"student": for_its_student, "ta": for_ta}
USUAL = ("report.json", "report.html", "notebook.html")

__all__ = ["AUDIENCES", "RENDERERS", "USUAL", "Renderer", "for_student", "json", "terminal", "write_reports"]


def write_reports(
    grade: Grade, folder: Path, names: Iterable[str] = USUAL, back: str = ""
) -> tuple[Path, ...]:
    """Write these reports into a folder, made if need be; each file is there in full or not at all.

    `back` is the page that report.html leads back to. All are rendered before the first is written, so that a
    mistake in one leaves the old reports untouched.
    """
    renderers = dict(RENDERERS)
    if back:
        renderers["report.html"] = partial(html.render, back=back)
    texts = {name: renderers[name](grade) for name in names}
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_write(folder / name, text) for name, text in texts.items())


def _write(path: Path, text: str) -> Path:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path
