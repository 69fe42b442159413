"""From a notebook cell to plain Python with the same lines: magics and shell commands taken out."""

# nbconvert can do this only where IPython is installed, and then takes half a second to import;
# it also turns magics into calls of `get_ipython()`, which the slice would have to take out again.
from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from os.path import commonprefix

import re2

from grader.intake.files.conflicts import one_side

MAGIC = re2.compile(r"\s*(?:!|%%?[A-Za-z]|\?)")
HELP = re2.compile(r"\s*%{0,2}[\w.*\[\]()]+\?{1,2}\s*$")
ASSIGNED = re2.compile(r"[\w., \t()\[\]]+=\s*(?:!|%[A-Za-z])")
TIMED = re2.compile(r"(\s*)%(?:time|prun|lprun|memit)\s+([A-Za-z_(\[].*)")
WRITES = re2.compile(r"\s*%%(?:writefile|file)\s+(-a\s+)?[\"']?([\w./-]+\.\w+)")
SHELLS = {"!", "bash", "sh", "shell", "script", "system", "sx"}
HEREDOC = re2.compile(r"\s*(?:cat|tee)\b(.*)<<-?\s*[\"']?(\w+)[\"']?(.*)")
INTO = re2.compile(r">(>)?\s*[\"']?([\w./-]+\.\w+)")
TEE = re2.compile(r"^\s*tee\s+(-a\s+)?[\"']?([\w./-]+\.\w+)")
FOREIGN = {  # cells of other languages; what is under any other magic is Python
    "!", "bash", "sh", "shell", "cmd", "script", "system", "sx", "perl", "ruby", "R", "js", "javascript",
    "html", "HTML", "svg", "SVG", "latex", "markdown", "css", "sql", "cython", "writefile", "file",
}  # fmt: skip
RUN, FILE = "run_", "file_"  # what the names of files begin with that are run, or imported by their path
QUOTES = ('"""', "'''", '"', "'")


@dataclass(frozen=True, slots=True)
class Written:
    """A file that a cell writes, instead of running: its text, every line where it was in the cell."""

    file: str
    text: str
    appends: bool = False  # at the end of what it holds already


@dataclass(frozen=True, slots=True)
class Plain:
    """Python of which every line is where it was; `removed` are (line, text, what it was)."""

    text: str
    removed: tuple[tuple[int, str, str], ...] = ()
    writes: tuple[Written, ...] = ()


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
        while at < len(line):
            char = line[at]
            if char == "\\":
                self.continued = at == len(line) - 1
                at += 2
            elif self.quote:
                ends = line.startswith(self.quote, at)
                at += len(self.quote) if ends else 1
                self.quote = "" if ends else self.quote
            elif char == "#":
                break
            else:
                at += self._take(line, at)
        if len(self.quote) == 1 and not self.continued:  # such a string ends with its line
            self.quote = ""

    def _take(self, line: str, at: int) -> int:
        """Note a quote or a bracket, if one stands here; return how long it is."""
        if line[at] in "\"'":
            self.quote = next(quote for quote in QUOTES if line.startswith(quote, at))
            return len(self.quote)
        if line[at] in "([{":
            self.depth += 1
        elif line[at] in ")]}":
            self.depth = max(0, self.depth - 1)
        return 1


def plain(source: str) -> Plain:
    """Take out of a cell what only IPython understands."""
    lines = one_side(_unindented(source).split("\n"))
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if lines[first].lstrip().startswith("%%"):
        return _cell_magic(lines, first)
    return _line_magics(lines)


def _unindented(source: str) -> str:
    """IPython takes cells that are indented as a whole, and so do we.

    As textwrap does, but that makes an expression of the blanks, which takes seconds where there are many.
    """
    if not source.lstrip("\n")[:1].isspace():
        return source
    lines = source.split("\n")
    blanks = [line[: len(line) - len(line.lstrip(" \t"))] for line in lines if line.strip(" \t")]
    margin = commonprefix(blanks)  # noqa: RUF071 - characters are meant
    return "\n".join(line[len(margin) :] if line.strip(" \t") else "" for line in lines)


def _cell_magic(lines: list[str], first: int) -> Plain:
    line = lines[first].strip()
    rest = [*[""] * (first + 1), *lines[first + 1 :]]
    if writes := WRITES.match(line):
        return Plain("", (), (Written(writes[2], "\n".join(rest), bool(writes[1])),))
    name = (line[2:].split() or ["!"])[0]
    if name not in FOREIGN:
        inner = _line_magics(rest)
        return Plain(inner.text, ((first + 1, line, f"IPython magic %%{name}"), *inner.removed))
    written = tuple(_heredocs(rest)) if name in SHELLS else ()
    return Plain("", ((first + 1, line, f"a cell of %%{name}, not of Python"),), written)


def _heredocs(lines: list[str]) -> Iterator[Written]:
    """The files that a shell writes by `cat > file <<EOF`."""
    number = 0
    while number < len(lines):
        begun = HEREDOC.match(lines[number])
        into = begun and (TEE.match(lines[number]) or INTO.search(begun[1]) or INTO.search(begun[3]))
        number += 1
        if not begun or not into:
            continue
        end = next((at for at in range(number, len(lines)) if lines[at].strip() == begun[2]), len(lines))
        yield Written(into[2], "\n".join([*[""] * number, *lines[number:end]]), bool(into[1]))
        number = end + 1


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
    if line.lstrip().startswith("!") or line.partition("=")[2].lstrip().startswith("!"):
        return "a shell command"
    return "a question for help" if "?" in line else "an IPython magic"


def _instead(line: str) -> str:
    if timed := TIMED.match(line):
        return str(timed[1] + timed[2])
    margin = line[: len(line) - len(line.lstrip())]
    if file := _run(line):
        return f"{margin}from {run_name(file)} import *"
    return f"{margin}pass"


def _run(line: str) -> str:
    """The file that `%run -i "file"` runs."""
    try:
        words = shlex.split(line.strip()[:1000])
    except ValueError:
        return ""
    files = [word for word in words[1:] if not word.startswith("-")] if words[:1] == ["%run"] else []
    return files[0] if files else ""


def run_name(file: str, prefix: str = RUN) -> str:
    """The name under which a file is run as a whole, by `%run` or `exec`: no import has such a name."""
    parts = [part for part in file.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    path = "/".join(parts)
    path = path if path.endswith((".py", ".ipynb")) else f"{path}.py"
    return prefix + "".join(char if char.isascii() and char.isalnum() else "_" for char in path)
