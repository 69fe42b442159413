"""Other readings of a line that is no Python, likeliest first.

Forgotten: a colon, a bracket, a comma, a quote, a letter of a keyword, the indentation. Or a sign too much.
"""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Iterator
from difflib import get_close_matches

import re2

from grader.intake.code.change import Change
from grader.intake.code.indenting import MARGIN, indented, margin, opener, tabs

ALIKE = 0.6  # of difflib's measure: `retrun` and `return` are .83
CLOSES = {"(": ")", "[": "]", "{": "}"}
QUOTES = str.maketrans("“”„‟‘’‚‛`´", "\"\"\"\"''''''")
WORD = re2.compile(r"[A-Za-z]+")
PRINT = re2.compile(r"^(\s*print) +([^(=\s].*)$")  # as Python 2 had it
OPENS_BLOCK = (
    "def ",
    "class ",
    "for ",
    "while ",
    "if ",
    "elif ",
    "else",
    "with ",
    "try",
    "except",
    "finally",
)


def changes(lines: list[str], error: SyntaxError) -> Iterator[Change]:
    """Other readings of the line where Python stopped, and of those above it, likeliest first."""
    at = min(max(error.lineno or 1, 1), len(lines))
    above = next((n for n in range(at - 1, 0, -1) if lines[n - 1].strip()), at)
    near = tuple(dict.fromkeys((at, above)))
    yield from tabs(lines, at)
    for number in near:
        yield from _letters(number, lines[number - 1])
    for number in near:
        yield from _ends(number, lines[number - 1])
    yield from _closed(lines, at)
    places = [(error.offset or 1) - 1]
    places += [error.end_offset - 1] if error.end_offset and error.end_lineno == at else []
    signs = [place for place in (*places, places[0] - 1) if not lines[at - 1][place : place + 1].isalnum()]
    for place in signs:
        yield from _at(at, lines[at - 1], place)
    yield from indented(lines, at, above)
    for number in near:
        yield from _gaps(number, lines[number - 1])
        if 0 < len(lines[number - 1].strip()) < MARGIN:
            yield Change(number, "", f"`{lines[number - 1].strip()}` left out")
    for place in places:
        yield from _at(at, lines[at - 1], place)


def _letters(number: int, line: str) -> Iterator[Change]:
    """Letters that look like others, tabs, and keywords of which a letter is wrong."""
    plain = unicodedata.normalize("NFKC", line).translate(QUOTES).replace("\t", " " * MARGIN)
    if plain != line:
        yield Change(number, plain, "letters that only look like Python's read as these")
    if "else if " in line:
        yield Change(number, line.replace("else if ", "elif ", 1), "`else if` read as `elif`")
    if (shown := PRINT.match(line)) is not None:
        yield Change(number, f"{shown[1]}({shown[2]})", "`()` of print added")
    for word in WORD.finditer(line):
        for other in get_close_matches(word[0], keyword.kwlist, 3, ALIKE):
            if other != word[0]:
                text = line[: word.start()] + other + line[word.end() :]
                yield Change(number, text, f"`{word[0]}` read as `{other}`")


def _ends(number: int, line: str) -> Iterator[Change]:
    """The brackets, the colon or the quote that a line lacks at its end."""
    body = line.rstrip()
    closing = _unclosed(body)
    colon = ":" if body.endswith(":") else ""
    for tail in (colon,) if colon else ("", ":"):
        if closing:
            yield Change(number, body.removesuffix(colon) + closing + tail, f"`{closing}` added at the end")
    if not colon and body.lstrip().startswith(OPENS_BLOCK):
        if body[-1] in ";.,":
            yield Change(number, f"{body[:-1]}:", f"`{body[-1]}` read as `:`")
        yield Change(number, f"{body}:", "`:` added at the end")
    for quote in ('"""', "'''", '"', "'"):
        if body.count(quote) % 2:
            inner = body.rstrip("):,]")
            yield Change(number, inner + quote + body[len(inner) :], f"`{quote}` added")


def _closed(lines: list[str], at: int) -> Iterator[Change]:
    """The brackets that a statement of several lines lacks at the end of the last one."""
    for first in (at, opener(lines, at)):
        rest = range(first, len(lines))
        last = next(
            (n for n in rest if lines[n].strip() and margin(lines[n]) <= margin(lines[first - 1])),
            len(lines),
        )
        while not lines[last - 1].strip():
            last -= 1
        if last > first and (closing := _unclosed("\n".join(lines[first - 1 : last]))):
            yield Change(last, lines[last - 1].rstrip() + closing, f"`{closing}` added at the end")


def _unclosed(text: str) -> str:
    """What closes the brackets that a text leaves open."""
    stack: list[str] = []
    for char in "".join(line.partition("#")[0] for line in text.split("\n")):
        if char in CLOSES:
            stack.append(CLOSES[char])
        elif stack and char == stack[-1]:
            stack.pop()
    return "".join(reversed(stack))


def _at(number: int, line: str, place: int) -> Iterator[Change]:
    """One character less at a place, or another bracket."""
    char = line[place : place + 1] if place >= 0 else ""
    if not char.strip():
        return
    for other in CLOSES.values() if char in CLOSES.values() else ():
        if other != char:
            yield Change(number, line[:place] + other + line[place + 1 :], f"`{char}` read as `{other}`")
    yield Change(number, line[:place] + line[place + 1 :], f"`{char}` left out")


def _gaps(number: int, line: str) -> Iterator[Change]:
    """What a gap of a line may lack: a comma; the first one, behind a name, an equals sign."""
    first = True
    for place, char in enumerate(line):
        if char != " " or not line[:place].strip() or line[place - 1] in " ,=+-*/:(":
            continue
        if first and line[:place].strip() not in keyword.kwlist:
            yield Change(number, f"{line[:place]} ={line[place:]}", "`=` added")
        yield Change(number, f"{line[:place]},{line[place:]}", "`,` added")
        first = False
    if line.strip() and line.rstrip()[-1] not in ",([{:":
        yield Change(number, f"{line.rstrip()},", "`,` added at the end")
