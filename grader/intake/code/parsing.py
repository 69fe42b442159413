"""From text to statements: where a whole does not parse, the statements of it that do."""

from __future__ import annotations

import ast
import sys
import warnings

import re2

from grader.intake.code.magics import Open
from grader.records.submission import NEWER, TOO_DEEP

UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
GOES_ON = ("else", "elif", "except", "finally")  # such a line belongs to the statement above it
GENERIC = (3, 12)  # the first Python that reads these
GENERICS = re2.compile(r"(?m)^\s*(?:(?:async\s+)?(?:def|class)\s+\w+\s*\[|type\s+\w+\s*[=\[])")
MOST_BROKEN = 50  # statements of one source that don't parse


def parse(text: str) -> tuple[list[ast.stmt], list[tuple[int, str]]]:
    """The top-level statements of a text, and (line, why) of those that do not parse."""
    try:
        return _body(text), []
    except UNPARSABLE:
        return _salvage(text.split("\n"))


def _body(text: str) -> list[ast.stmt]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes in strings are no concern of ours
        return ast.parse(text).body


def _below(text: str, above: int) -> list[ast.stmt]:
    """Parse a text that has `above` lines above it.

    They are read only where an error must name its line: a long text is parsed once for each statement.
    """
    try:
        nodes = _body(text)
    except UNPARSABLE:
        return _body("\n" * above + text)
    for node in nodes:
        ast.increment_lineno(node, above)
    return nodes


def _salvage(lines: list[str]) -> tuple[list[ast.stmt], list[tuple[int, str]]]:
    starts = [number for number, line in enumerate(lines) if _starts(line)]
    nodes: list[ast.stmt] = []
    broken: list[tuple[int, str]] = []
    at = 0
    while at < len(starts) and len(broken) < MOST_BROKEN:
        stop, closed = _end(lines, starts, at)
        until = starts[stop] if stop < len(starts) else len(lines)
        try:
            nodes += _below("\n".join(lines[starts[at] : until]), starts[at])
            at = stop
        except UNPARSABLE as error:
            broken.append((starts[at] + 1, _why(error, "\n".join(lines[starts[at] : until]))))
            at = stop if closed else at + 1  # after a bracket that never closes, anything may begin anew
    return nodes, broken


def _starts(line: str) -> bool:
    word = line.split(":")[0].split(" ")[0].split("(")[0]
    return bool(line.strip()) and not line[0].isspace() and line[0] != "#" and word not in GOES_ON


def _end(lines: list[str], starts: list[int], at: int) -> tuple[int, bool]:
    """Which start ends the statement of start `at`, and whether its brackets and strings are closed there."""
    inside = Open()
    for number in range(at, len(starts)):
        if number > at and not inside and not lines[starts[number - 1]].startswith("@"):
            return number, True
        until = starts[number + 1] if number + 1 < len(starts) else len(lines)
        for line in lines[starts[number] : until]:
            inside.feed(line)
    return len(starts), not inside


def _why(error: BaseException, text: str) -> str:
    if sys.version_info < GENERIC and GENERICS.search(text):
        return NEWER
    if isinstance(error, SyntaxError):
        return f"does not parse: {error.msg} (line {error.lineno})"
    if isinstance(error, ValueError):
        return f"does not parse: {error}"
    return TOO_DEEP
