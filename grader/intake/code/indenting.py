"""Other readings of lines whose indentation is not Python's: of one, of a block, of all with tabs."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from grader.intake.code.change import Change

MARGIN = 4  # spaces of a block, as most write it
STOPS = (8, 4, 2)  # columns of a tab: of Python 2, and of editors
DEFINES = ("def ", "class ", "async def ", "@")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
MOST = 400  # lines of a block that is moved


def margin(line: str) -> int:
    """By how many characters a line is indented."""
    return len(line) - len(line.lstrip())


def opener(lines: list[str], at: int) -> int:
    """The nearest line above that is indented less."""
    own = margin(lines[at - 1])
    return next((n for n in range(at - 1, 0, -1) if lines[n - 1].strip() and margin(lines[n - 1]) < own), at)


def tabs(lines: list[str], at: int) -> Iterator[Change]:
    """All lines with each tab that indents them read as spaces, likeliest first."""
    if any("\t" in line[: margin(line)] for line in lines):
        read = {size: "\n".join(_expanded(line, size) for line in lines) for size in STOPS}
        for size in sorted(read, key=lambda size: _strange(read[size])):
            yield Change(at, read[size], f"a tab read as {size} spaces", first=1)


def _expanded(line: str, size: int) -> str:
    return line[: margin(line)].expandtabs(size) + line.lstrip()


def _strange(text: str) -> tuple[bool, int]:
    """Whether a text is no Python, else how much of it stands where hardly anybody means it.

    Statements of a class that define nothing, and methods within methods.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return True, 0
    inside = [each for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for each in node.body]
    methods = [each for each in inside if isinstance(each, FUNCTIONS)]
    inner = [each for method in methods for each in method.body if isinstance(each, FUNCTIONS)]
    return False, len(inside) - len(methods) + len(inner)


def indented(lines: list[str], at: int, above: int) -> Iterator[Change]:
    """The line, those above it that it may belong to, and its block, indented as their neighbours are."""
    numbers = [
        number for number in dict.fromkeys((at, above, opener(lines, at))) if lines[number - 1].strip()
    ]
    for number in numbers:
        line = lines[number - 1]
        for own in _margins(lines, number, at, above):
            yield Change(number, " " * own + line.lstrip(), f"indented by {own} spaces")
    for number in numbers:
        yield from _moved(lines, number, _margins(lines, number, at, above))


def _margins(lines: list[str], number: int, at: int, above: int) -> list[int]:
    """How far a line may have to be indented, likeliest first; not as far as it is."""
    near = [lines[n - 1] for n in (number - 1, number + 1, number - 2, at) if 0 < n <= len(lines)]
    margins = [*_usual(lines, number), *(margin(other) for other in near if other.strip())]
    margins += [margin(lines[above - 1]) + MARGIN] if number == at else []
    return [each for each in dict.fromkeys(margins) if each != margin(lines[number - 1])]


def _moved(lines: list[str], at: int, margins: list[int]) -> Iterator[Change]:
    """A line with all below it that is indented as far, or that belongs to it, moved together."""
    own = margin(lines[at - 1])
    for last in dict.fromkeys((_last(lines, at, own), _last(lines, at, own + 1))):
        for other in margins if at < last <= at + MOST else ():
            block = [
                line and " " * max(0, margin(line) + other - own) + line.lstrip()
                for line in lines[at - 1 : last]
            ]
            words = f"this line and the {last - at} below it indented by {other} spaces"
            yield Change(at, "\n".join(block), words)


def _last(lines: list[str], at: int, least: int) -> int:
    """The last of the lines below one that are indented by so much at least, up to the next definition."""
    last = at
    for number in range(at + 1, len(lines) + 1):
        line = lines[number - 1]
        if not line.strip():
            continue
        if margin(line) < least or (margin(line) == least and line.lstrip().startswith(DEFINES)):
            break
        last = number
    return last


def _usual(lines: list[str], number: int) -> list[int]:
    """How far a method, or what a function returns, is usually indented here."""
    word = lines[number - 1].split()[:1]
    if word == ["def"]:
        others = [margin(line) for n, line in enumerate(lines, 1) if n != number and line.split()[:1] == word]
        return [max(others, key=others.count)] if others else []
    if word == ["return"]:
        above = [n for n in range(1, number) if lines[n - 1].split()[:1] == ["def"]]
        return [margin(line) for line in lines[above[-1] :] if line.strip()][:1] if above else []
    return []
