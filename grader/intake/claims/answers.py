"""The written answers, as plain text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any

import re2

from grader.intake.claims.numbered import split
from grader.intake.claims.worded import worded
from grader.intake.files.notebook import Cell
from grader.profiles.reading import QUESTIONS, Questions
from grader.records.submission import Answer

Pattern = Any  # re2 tells no types
LEAD = r"^(?:[^\pL\pN\n<\\]|</?[a-zA-Z][^<>\n]{0,200}>|\\[a-z]{2,12}\{)*"  # marks, signs, tags, LaTeX
WORDS = (  # for a question, in the languages that answers are written in
    *("Q(?:uestion)?", "Frage", "Pregunta", "Pergunta", "Domanda", "Вопрос"),
    *("질문", "问题", "問題", "質問"),
)
BLOCK = re2.compile(r"(?i)<(?:/?(?:table|tr|div|details|h[1-6])|td|th|p|li|br|summary)\b")  # begins a line
HEADING = re2.compile(r"(?m)^[ \t]{0,3}(#{1,6})[ \t]*([^\n]*)|^[ \t]*\*\*([^*\n]{1,200})\*\*[ \t:]*$")
PROMPT = re2.compile(r"(?is).{0,800}?\bas specific as possible\b[\s.*_?!:)]*")
ASKED = re2.compile(r"[^\n]{0,800}\?[ \t*_`<>]{0,20}(?:\n|$)")
LABEL = re2.compile(
    r"(?i)\W*(?:(?:your|my)\s+)?(?:answer|ans|response)\b(?:\s*(?:here|[1-9]))?\s*(?:[:.)]+|\n|$)"
)
MARKUP = re2.compile(r"(?m)</?[a-zA-Z][^<>\n]{0,200}>|^[ \t]{0,3}#{1,6}[ \t]+|^[ \t]*>[ \t]?|\*{1,3}|`+")
BLANK_LINES = re2.compile(r"\n{3,}")
LONGEST = 20_000  # characters of an answer: ten pages
DEEPEST = 6  # a heading's level
BREAK = "\n\n"  # between the pieces of an answer
ANSWERS = {
    "a",
    "ans",
    "answer",
    "youranswer",
    "myanswer",
    "response",
    "solution",
    "antwort",
    "respuesta",
    "答",
}
Written = list[tuple[str, str]]  # label and text of each piece


@dataclass(frozen=True, slots=True)
class _Marks:
    """What begins an answer, the part that answers stand in, and anything else."""

    question: Pattern
    part: Pattern
    elsewhere: Pattern


@cache
def _marks(asked: Questions) -> _Marks:
    named = "|".join(filter(None, (*WORDS, re2.escape(asked.word))))
    word, number = re2.escape(asked.part[0]), asked.part[1]
    part = rf"(?:Part|{word})\s*"
    numbers = "|".join(map(str, sorted(asked.numbers, reverse=True)))
    others = "|".join(str(one) for one in range(1, 100) if one not in asked.numbers)
    parts = "|".join(str(one) for one in range(1, 20) if one != number)
    return _Marks(
        re2.compile(
            rf"(?im){LEAD}(?:(?:{part}{number}\b.*?)?(?:{named})\s*\.?\s*(?:{number}\.)?(?P<number>{numbers})(?:\b|_)"
            rf"|(?:\d[\d.]*\s*)?(?P<end>{part}{number + 1}\b|Class Activation Map))"
        ),
        re2.compile(rf"(?im){LEAD}(?:\d[\d.]*\s*)?{part}{number}\b[^\n]*"),
        re2.compile(
            r"(?i)^\W*(?:\d[\d.]*\s*)?(?:optional\W+|course\W+|anonymous\W+)*(?:survey|feedback"
            rf"|(?:{named}|questionnaire)\s*(?:(?:{others})(?:[^\w.]|\.\D|\.?$)|:|$)|form\b|hours|time spent"
            r"|how (?:many hours|long)|collabor|honou?r code|submi|reference|bonus|extra credit|appendix"
            rf"|checklist|{part}(?:{parts})\b)"
        ),
    )


def answers(cells: Iterable[Cell], asked: Questions = QUESTIONS) -> tuple[Answer, ...]:
    """What stands after "Question 1" and the others, in that cell or in those that follow it.

    An answer ends with the next question, with a heading that begins something else (a survey, another part),
    and, once there is text, with any heading that isn't below the question's own. Where no question is named,
    the text of their part is split by numbers, and given as the answer to each where it has none.
    """
    if not asked.numbers:
        return ()
    found: dict[int, Written] = {}
    for number, label, piece in _pieces([(cell.label, prose(cell)) for cell in cells], _marks(asked)):
        if _plain(piece):
            found.setdefault(number, []).append((label, piece))
    if set(asked.numbers) & set(found):
        found.pop(0, None)
    told = _told_apart(found, asked)
    return tuple(
        Answer(number, told[number][0][0], _joined(told[number], _plain), _joined(told[number], str))
        for number in sorted(told)
    )


def _joined(pieces: Written, text: Callable[[str], str]) -> str:
    return BREAK.join(text(piece) for _, piece in pieces).strip()[:LONGEST]


def _told_apart(found: dict[int, Written], asked: Questions) -> dict[int, Written]:
    """The pieces by question, those of several in one place split by the numbers that stand before them."""
    if not found:
        return {}
    last = max(found)
    missing = [number for number in asked.numbers if number not in found]
    text = BREAK.join(piece for _, piece in found[last])[: 5 * LONGEST]
    alone = last == 0 or bool(missing and missing[0] < last)  # else it is one question's, if nothing says no
    if spans := split(text, asked.numbers, asked.part[1], None if alone else ANSWERS):
        return {
            number: [(_label(found[last], span[0]), text[slice(*span)])] for number, span in spans.items()
        }
    return dict.fromkeys(asked.numbers, found[0]) if last == 0 else found


def _label(pieces: Written, at: int) -> str:
    """The label of the piece that holds a place of all of them together."""
    starts = [0, *accumulate(len(piece) + len(BREAK) for _, piece in pieces)]
    return pieces[bisect_right(starts, at) - 1][0]


@dataclass(slots=True)
class _Asked:
    """What is being answered: the question (0 before any, None elsewhere) and its heading's level."""

    number: int | None = None
    level: int = DEEPEST
    answered: bool = False


def _pieces(texts: list[tuple[str, str]], marks: _Marks) -> Iterator[tuple[int, str, str]]:
    """Pieces of text with the question they answer; 0 for those of their part before any question."""
    now = _Asked()
    for label, text in texts:
        if part := marks.part.search(text):
            if not marks.question.match(part[0]):
                text = text[part.end() :]
            now = _Asked(0, _level(part[0]))
        at, asked = 0, False
        for mark in marks.question.finditer(text):
            yield from _piece(now, label, text[at : mark.start()], asked, marks)
            number, asked = (int(mark["number"]), True) if mark["number"] else (None, False)
            now, at = _Asked(number, _level(mark[0])), mark.end()
        yield from _piece(now, label, text[at:], asked, marks)


def _piece(now: _Asked, label: str, text: str, asked: bool, marks: _Marks) -> Iterator[tuple[int, str, str]]:
    """The part of a text that belongs to the present answer, if there is one."""
    if now.number is None:
        return
    number, end = now.number, _end(now, text, asked, marks)
    body = text if end is None else text[:end]
    piece = _answer(body, asked)
    now.answered = now.answered or bool(_plain(piece))
    if end is not None:
        now.number = None
    yield number, label, piece


def _end(now: _Asked, text: str, asked: bool, marks: _Marks) -> int | None:
    """Where a heading begins something else."""
    for heading in HEADING.finditer(text):
        title = heading[2] or heading[3] or ""
        if heading.start() == 0 and asked:  # the rest of the question's own heading
            continue
        if marks.elsewhere.match(title):
            return int(heading.start())
        above = len(heading[1] or "#" * (DEEPEST + 1)) <= now.level
        before = now.answered or (not asked and bool(_plain(text[: heading.start()])))
        if above and before and not asked and not LABEL.match(title):
            return int(heading.start())
    return None


def _level(line: str) -> int:
    """The level of the heading that a line is; the deepest where it is none."""
    return line.count("#") or DEEPEST


def _answer(text: str, asked: bool) -> str:
    """A text without the question that it begins with."""
    if not asked:
        return text
    if prompt := PROMPT.match(text):
        return text[prompt.end() :]
    question = ASKED.match(text)
    return text[question.end() :] if question else text.lstrip(" \t:.)*_]}$")


def prose(cell: Cell) -> str:
    """A cell's text, or the text in a cell of code that holds nothing else."""
    if cell.kind == "code":
        return worded(cell.source[: 5 * LONGEST])
    return str(BLOCK.sub(lambda tag: f"\n{tag[0]}", cell.source[: 5 * LONGEST]))


def _plain(text: str) -> str:
    text = str(MARKUP.sub("", text))
    label = LABEL.match(text)
    return str(BLANK_LINES.sub("\n\n", text[label.end() :] if label else text)).strip()
