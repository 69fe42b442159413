"""From a notebook cell to plain Python with the same lines: magics and shell commands taken out."""

# nbconvert can do this only where IPython is installed, and then takes half a second to import;
# it also turns magics into calls of `get_ipython()`, which the slice would have to take out again.
from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

MAGIC = re.compile(r"\s*(?:!|%%?[A-Za-z]|\?)")
HELP = re.compile(r"\s*%{0,2}[\w.*\[\]()]+\?{1,2}\s*$")
ASSIGNED = re.compile(r"[\w., \t()\[\]]+=\s*(?:!|%[A-Za-z])")
TIMED = re.compile(r"(\s*)%(?:time|prun|lprun|memit)\s+(?=[A-Za-z_(\[])(.*)")
RUN = re.compile(r"(\s*)%run\s+(?:-\w+\s+)*[\"']?(?:\./)?([\w/]+)\.py\b")
WRITES = re.compile(r"\s*%%(?:writefile|file)\s+(-a\s+)?[\"']?([\w./-]+\.py)")
PYTHON_CELLS = {"time", "timeit", "capture", "prun", "memit", "python3", "python", "py"}  # they run Python

TOKEN = re.compile(r"#|\"\"\"|'''|\"|'|[()\[\]{}]")
END = {quote: re.compile(rf"(?:[^\\]|\\.)*?{quote}") for quote in ('"""', "'''", '"', "'")}


@dataclass(frozen=True, slots=True)
class Plain:
    """Python of which every line is where it was; `removed` are (line, text, what it was)."""

    text: str
    removed: tuple[tuple[int, str, str], ...] = ()
    writes: str = ""  # the .py file that this cell writes, instead of running


class Open:
    """Follows lines of Python and tells whether a string, a bracket or a backslash is still open."""

    def __init__(self) -> None:
        self.quote = ""
        self.depth = 0
        self.continued = False

    def __bool__(self) -> bool:
        return bool(self.quote) or self.depth > 0 or self.continued

    def feed(self, line: str) -> None:
        """Go on by one line."""
        at, self.continued = 0, False
        while True:
            if self.quote:
                end = END[self.quote].match(line, at)
                if end is None:
                    break
                at, self.quote = end.end(), ""
            token = TOKEN.search(line, at)
            if token is None or token[0] == "#":
                self.continued = token is None and line.endswith("\\")
                break
            at = token.end()
            self._take(token[0])
        if len(self.quote) == 1:  # such a string ends with its line
            self.quote, self.continued = ("", False) if not line.endswith("\\") else (self.quote, True)

    def _take(self, token: str) -> None:
        if token in END:
            self.quote = token
        else:
            self.depth = max(0, self.depth + (1 if token in "([{" else -1))


def plain(source: str) -> Plain:
    """Take out of a cell what only IPython understands."""
    lines = _unindented(source).split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if lines[first].lstrip().startswith("%%"):
        return _cell_magic(lines, first)
    return _line_magics(lines)


def _unindented(source: str) -> str:
    """IPython takes cells that are indented as a whole, and so do we."""
    text = source.lstrip("\n")
    return textwrap.dedent(source) if text[:1].isspace() else source


def _cell_magic(lines: list[str], first: int) -> Plain:
    line = lines[first].strip()
    rest = [*[""] * (first + 1), *lines[first + 1 :]]
    if writes := WRITES.match(line):
        return Plain("\n".join(rest), (), writes[2])
    word = re.match(r"%%(\w*)", line)
    name = word[1] if word else ""
    if name in PYTHON_CELLS:
        inner = _line_magics(rest)
        return Plain(inner.text, ((first + 1, line, f"IPython magic %%{name}"), *inner.removed))
    return Plain("", ((first + 1, line, f"a cell of %%{name}, not of Python"),))


def _line_magics(lines: list[str]) -> Plain:
    result, removed, inside = list(lines), [], Open()
    number = 0
    while number < len(lines):
        line = lines[number]
        if not inside and _is_magic(line):
            removed.append((number + 1, line.strip(), _what(line)))
            result[number] = _instead(line)
            while lines[number].endswith("\\") and number + 1 < len(lines):
                number += 1
                result[number] = ""
        else:
            inside.feed(line)
        number += 1
    return Plain("\n".join(result), tuple(removed))


def _is_magic(line: str) -> bool:
    return bool(MAGIC.match(line) or ("?" in line and HELP.match(line)) or ASSIGNED.match(line))


def _what(line: str) -> str:
    if line.lstrip().startswith("!") or re.search(r"=\s*!", line):
        return "a shell command"
    return "a question for help" if "?" in line else "an IPython magic"


def _instead(line: str) -> str:
    if timed := TIMED.match(line):
        return timed[1] + timed[2]
    if run := RUN.match(line):
        return f"{run[1]}from {run[2].replace('/', '.')} import *"
    return line[: len(line) - len(line.lstrip())] + "pass"
