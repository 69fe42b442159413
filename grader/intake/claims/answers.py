"""The written answers of part 3, as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from grader.intake.files.notebook import Cell
from grader.records.submission import Answer

LEAD = r"^[ \t#*>_\-–—]*"
MARK = re.compile(
    rf"{LEAD}(?:(?:Part\s*3\b.*?)?Q(?:uestion)?\s*\.?\s*(?P<number>[12])\b"
    rf"|(?:\d[\d.]*\s*)?(?P<end>Part\s*4\b|Class Activation Map))",
    re.IGNORECASE | re.MULTILINE,
)
PART = re.compile(rf"{LEAD}(?:\d[\d.]*\s*)?Part\s*3\b[^\n]*", re.IGNORECASE | re.MULTILINE)
PROMPT = re.compile(r".{0,800}?\bas specific as possible\b[\s.*_?!:)]*", re.IGNORECASE | re.DOTALL)
ASKED = re.compile(r"[^\n]{0,800}\?[ \t*_`<>]{0,20}(?:\n|$)")
LABEL = re.compile(
    r"\W*(?:(?:your|my)\s+)?(?:answer|ans|response)\b(?:\s*(?:here|[12]))?\s*[:.)]+", re.IGNORECASE
)
MARKUP = re.compile(
    r"</?[a-zA-Z][^<>\n]{0,200}>|^[ \t]{0,3}#{1,6}[ \t]+|^[ \t]*>[ \t]?|\*{1,3}|`+", re.MULTILINE
)
LONGEST = 20_000


def answers(cells: Iterable[Cell]) -> tuple[Answer, ...]:
    """What stands after "Question 1" and "Question 2", in that cell or in those that follow it.

    Where no question is named, all text of part 3 is given as the answer to the first.
    """
    found: dict[int, tuple[str, str]] = {}
    for number, label, piece in _pieces([(cell.label, prose(cell)) for cell in cells]):
        text = _plain(piece)
        if text:
            first, before = found.get(number, (label, ""))
            found[number] = (first, f"{before}\n\n{text}".strip()[:LONGEST])
    if {1, 2} & set(found):
        found.pop(0, None)
    return tuple(Answer(max(number, 1), *found[number]) for number in sorted(found))


def _pieces(texts: list[tuple[str, str]]) -> Iterator[tuple[int, str, str]]:
    """Pieces of text with the question they answer; 0 for those of part 3 before any question."""
    number: int | None = None
    for label, text in texts:
        if part := PART.search(text):
            number, text = 0, text[part.end() :] if not MARK.match(part[0]) else text
        at, asked = 0, False
        for mark in MARK.finditer(text):
            if number is not None:
                yield number, label, _answer(text[at : mark.start()], asked)
            number, asked = (int(mark["number"]), True) if mark["number"] else (None, False)
            at = mark.end()
        if number is not None:
            yield number, label, _answer(text[at:], asked)


def _answer(text: str, asked: bool) -> str:
    """A text without the question that it begins with."""
    if not asked:
        return text
    if prompt := PROMPT.match(text):
        return text[prompt.end() :]
    question = ASKED.match(text)
    return text[question.end() :] if question else text.lstrip(" \t:.)*_")


def prose(cell: Cell) -> str:
    """A cell's text, or its comments where it is a cell of code that holds nothing else."""
    if cell.kind != "code":
        return cell.source[: 5 * LONGEST]
    lines = [line.strip() for line in cell.source.split("\n") if line.strip()]
    return (
        "\n".join(line.lstrip("# ") for line in lines) if all(line.startswith("#") for line in lines) else ""
    )


def _plain(text: str) -> str:
    text = MARKUP.sub("", text)
    label = LABEL.match(text)
    return re.sub(r"\n{3,}", "\n\n", text[label.end() :] if label else text).strip()
