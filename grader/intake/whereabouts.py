"""Where each cell and each script lies in the files that were handed in."""

from __future__ import annotations

from collections.abc import Iterator

from grader.intake.candidate import Candidate
from grader.intake.choosing import Choice
from grader.intake.files.basket import kind
from grader.intake.files.documents import document_lines
from grader.intake.files.lines import source_lines
from grader.intake.files.unpack import Files
from grader.records.submission import Whereabouts


def whereabouts(files: Files, choice: Choice) -> dict[str, Whereabouts]:
    """Label -> file and lines; a label that is a file's name is that file."""
    scripts = {name: _script(files, name) for name in files.contents if kind(name) == "py"}
    notebooks = [each for each in choice.told if each.is_notebook]
    return scripts | {label: where for each in notebooks for label, where in _cells(files, each)}


def _script(files: Files, name: str) -> Whereabouts:
    lines = 0 if files.archive else files.contents[name].count(b"\n") + 1
    return Whereabouts(files.lies(name), tuple(range(1, lines + 1)))


def _cells(files: Files, notebook: Candidate) -> Iterator[tuple[str, Whereabouts]]:
    """Of what is packed no line can be shown."""
    lined = source_lines if kind(notebook.path) == "ipynb" else document_lines
    found = () if files.archive else lined(files.contents[notebook.path])
    for cell in notebook.cells:
        number = int(cell.label.rpartition(" ")[2])
        lines = found[number - 1] if number <= len(found) else ()
        yield cell.label, Whereabouts(files.lies(notebook.path), lines)
