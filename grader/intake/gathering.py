"""The candidates of a submission: its notebooks and scripts, parsed once, without slips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import re2

from grader.errors import IntakeError
from grader.intake.candidate import Candidate
from grader.intake.code.corrections import corrected
from grader.intake.code.library import KIT
from grader.intake.code.redirecting import unshadowed
from grader.intake.code.retyped import as_code
from grader.intake.code.statements import LONGEST, Source
from grader.intake.files.asides import asides
from grader.intake.files.basket import kind
from grader.intake.files.documents import is_marimo, read_document
from grader.intake.files.notebook import Cell, read_notebook, script
from grader.profiles.naming import exchanged

PASTED = re2.compile(r"([A-Za-z0-9+/=_-]{64})[A-Za-z0-9+/=_-]{936,}")  # base64
MOST_READ = 4_000_000  # characters of code in all files together; a submission has some 50 000


def candidates(contents: Mapping[str, bytes], names: Mapping[str, str]) -> tuple[list[Candidate], list[str]]:
    """Return what may be graded, without slips, and notes on what is not read; IntakeError where nothing is.

    `names` are what the year calls the graded names.
    """
    found, notes = _read(contents, names)
    return _unshadowed(_corrected(found)), notes


def _read(contents: Mapping[str, bytes], names: Mapping[str, str]) -> tuple[list[Candidate], list[str]]:
    found, notes, left = list[Candidate](), list[str](), MOST_READ
    for path, content in sorted(contents.items()):
        try:
            if kind(path) == "py" and is_kit(path):
                continue
            cells = _cells(path, content)
        except IntakeError as error:
            notes.append(str(error))
            continue
        cells = tuple(_renamed(cell, names) for cell in cells)
        left -= sum(len(cell.source) for cell in cells if cell.kind == "code")
        if left < 0:
            notes.append(f"more than {MOST_READ} characters of code: {path} was not read")
            continue
        made, said = _candidate(path, cells)
        found.append(made)
        notes += said
    if not found:
        raise IntakeError("; ".join(notes[:3]) or "it holds the course's own files only, and no notebook")
    return found, notes


def _cells(path: str, content: bytes) -> tuple[Cell, ...]:
    """The cells of a file; a script is one, labelled as the file, and texts that were made its comments."""
    if kind(path) == "ipynb":
        return read_notebook(content, path)
    if kind(path) != "py":
        return read_document(content, path)
    text = script(content, path)
    if is_marimo(text):
        return read_document(content, path)
    return (Cell(path, "code", text), *(Cell(path, "markdown", each) for each in asides(text)))


def _renamed(cell: Cell, names: Mapping[str, str]) -> Cell:
    return replace(cell, source=exchanged(cell.source, names)) if cell.kind == "code" else cell


def _candidate(path: str, cells: tuple[Cell, ...]) -> tuple[Candidate, list[str]]:
    cells, notes = as_code(cells)
    sources = tuple(_source(cell) for cell in cells if _is_code(cell))
    return Candidate(path, cells, sources), [f"{path}: {note}" for note in notes]


def _source(cell: Cell) -> Source:
    """A cell's code; of a picture that was pasted into it as a text, only the beginning is read."""
    if len(cell.source) <= LONGEST:
        return Source(cell.label, cell.source)
    return Source(cell.label, PASTED.sub(r"\1", cell.source), cell.source)


def _corrected(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates without slips of syntax and of names."""
    pairs = zip(candidates, corrected([each.sources for each in candidates]), strict=True)
    return [Candidate(each.path, each.cells, sources, slips) for each, (sources, slips) in pairs]


def _unshadowed(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates that find their own files, though these have names of libraries."""
    files = {each.path: each.sources for each in candidates if not each.is_notebook}
    found = []
    for each in candidates:
        sources, slips = unshadowed(each.path, each.sources, files)
        found.append(replace(each, sources=sources, slips=(*each.slips, *slips)))
    return found


def _is_code(cell: Cell) -> bool:
    return cell.kind == "code" and bool(cell.source.strip())


def is_kit(path: str) -> bool:
    """Whether a file is one of the course's own."""
    parts = PurePosixPath(path).with_suffix("").parts
    return len(parts) > 1 and parts[-1] in KIT.get(parts[-2], ())
