"""Notebooks that are text: Markdown with code (Quarto, R Markdown, MyST, jupytext), and marimo's Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import re2

from grader.errors import IntakeError
from grader.intake.files.notebook import MOST_CELLS, Cell, decoded

FENCE = re2.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([^`\n]*)$")
RUN = re2.compile(r"^(?:\{python\b|\{code-cell\})")  # as Quarto, R Markdown and MyST mark code that they run
PYTHON = re2.compile(r"^(?:(?:ipython|python|py)3?\b|\{\.python\b)")  # where nothing is marked so
NOT_RUN = re2.compile(r"(?i)\beval\s*=\s*F(?:ALSE)?\b|\.noeval\b")
RUNS = re2.compile(  # what says that a Markdown file is run, and not only read
    r"(?m)^ {0,3}(?:`{3,}|~{3,})[ \t]*(?:\{python\b|\{code-cell\})|\A---\n(?:[^\n]*\n){0,60}?\s*"
    r"(?:jupytext|kernelspec|marimo-version):"
)
SHOWN = re2.compile(r"(?m)^ {0,3}(?:`{3,}|~{3,})[ \t]*(?:\{?\.?python|py\b|ipython3|\{code-cell\})")
MARIMO = re2.compile(r"(?m)^app = marimo\.App\(")
BLOCK = re2.compile(r"^(?:@app\.(\w+)|with (app\.setup)|if __name__\b)")
QUOTED = re2.compile(r"(?s)^\s*mo\.md\(\s*[rRfF]{0,2}(?:\"\"\"|''')(.*?)(?:\"\"\"|''')\s*\)\s*$")
INDENT = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """One cell of a document: its kind, its lines, and where the first of them stands, from 1."""

    kind: str
    lines: tuple[str, ...]
    first: int


def is_run(data: bytes) -> bool:
    """Whether a Markdown file says that its code is run."""
    return RUNS.search(decoded(data)) is not None


def shows_code(data: bytes) -> bool:
    """Whether a Markdown file holds a block of Python."""
    return SHOWN.search(decoded(data)) is not None


def read_document(data: bytes, name: str) -> tuple[Cell, ...]:
    """The cells of a document, text and code in turn; raises IntakeError where it holds no code."""
    found = pieces(decoded(data))
    if not any(piece.kind == "code" for piece in found):
        raise IntakeError(f"{name} holds no block of Python")
    return tuple(Cell(f"cell {n}", piece.kind, "\n".join(piece.lines)) for n, piece in enumerate(found, 1))


def document_lines(data: bytes) -> tuple[tuple[int, ...], ...]:
    """For each cell the line of the file that each line of its source stands on."""
    found = pieces(decoded(data))
    return tuple(tuple(range(piece.first, piece.first + len(piece.lines))) for piece in found)


def is_marimo(text: str) -> bool:
    """Whether a script is a notebook of marimo."""
    return MARIMO.search(text) is not None


def pieces(text: str) -> list[Piece]:
    """The cells of a document that hold something."""
    lines = text.split("\n")
    found = _of_marimo(lines) if is_marimo(text) else _of_markdown(lines)
    return [piece for piece in found if any(map(str.strip, piece.lines))][:MOST_CELLS]


# --- Markdown -------------------------------------------------------------------------------------


def _of_markdown(lines: Sequence[str]) -> Iterator[Piece]:
    """Blocks of Python as cells of code, and all between them as cells of text."""
    python = RUN if any(map(_runs, lines)) else PYTHON
    at, text = 0, 0
    while at < len(lines):
        fence = FENCE.match(lines[at]) if lines[at].lstrip(" ")[:3] in ("```", "~~~") else None
        if fence is None:
            at += 1
            continue
        end = _closed(lines, at + 1, fence[1])
        if python.match(fence[2]) and not NOT_RUN.search(fence[2]):
            yield Piece("markdown", tuple(lines[text:at]), text + 1)
            yield Piece("code", _without_options(lines[at + 1 : end]), at + 2)
            text = end + 1
        at = end + 1
    yield Piece("markdown", tuple(lines[text:]), text + 1)


def _runs(line: str) -> bool:
    fence = FENCE.match(line) if "{" in line else None
    return fence is not None and RUN.match(fence[2]) is not None


def _closed(lines: Sequence[str], at: int, fence: str) -> int:
    """The line that closes a block, or the end."""
    rest = range(at, len(lines))
    marks = (lines[n].strip() for n in rest)
    return next((n for n, mark in zip(rest, marks, strict=True) if _closes(mark, fence)), len(lines))


def _closes(mark: str, fence: str) -> bool:
    return len(mark) >= len(fence) and mark == fence[0] * len(mark)


def _without_options(lines: Sequence[str]) -> tuple[str, ...]:
    """A cell with what MyST writes at its head as comments: lines of `:key:`, or YAML between dashes."""
    head = 0
    if lines and lines[0].strip() == "---":
        head = next((n + 1 for n in range(1, len(lines)) if lines[n].strip() == "---"), 0)
    else:
        head = next((n for n, line in enumerate(lines) if not line.startswith(":")), len(lines))
    return tuple(f"# {line}" if n < head else line for n, line in enumerate(lines))


# --- marimo ---------------------------------------------------------------------------------------


def _of_marimo(lines: Sequence[str]) -> Iterator[Piece]:
    """The bodies of its functions as cells; functions and classes that it keeps whole are cells too."""
    starts = [n for n, line in enumerate(lines) if BLOCK.match(line)]
    for start, end in pairwise([*starts, len(lines)]):
        block = BLOCK.match(lines[start])
        if block[1] == "cell" or block[2]:
            yield _body(lines, start, end)
        elif block[1]:
            yield Piece("code", tuple(lines[start + 1 : end]), start + 2)


def _body(lines: Sequence[str], start: int, end: int) -> Piece:
    """What stands in a function of marimo's, without what it hands on."""
    headers = (n for n in range(start, end) if lines[n][:1].strip() and lines[n].rstrip().endswith(":"))
    first = next(headers, end - 1) + 1
    body = [line[INDENT:] if not line[:INDENT].strip() else line for line in lines[first:end]]
    handed = next((n for n in range(len(body) - 1, -1, -1) if body[n].startswith("return")), len(body))
    text = QUOTED.match("\n".join(body[:handed]))
    if text is None:
        return Piece("code", tuple(body[:handed]), first + 1)
    return Piece("markdown", tuple(text[1].split("\n")), first + 1)
