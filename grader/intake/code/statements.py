"""From source to top-level statements, each with its place; what is no Python costs only itself."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.intake.code.magics import plain
from grader.intake.code.names import Names, names, walk
from grader.intake.code.parsing import parse
from grader.intake.files.basket import shown
from grader.records.submission import Chunk, Dropped

LONGEST = 200_000  # characters of one cell or file; a large one written by hand has 50 000
MOST = 2000  # statements of a program; a long notebook has some 300
TOO_LONG = f"below more code than is read ({MOST} statements)"
ALWAYS = {"True", "1", "__name__ == '__main__'", "'__main__' == __name__"}


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a cell or of a file; `label` says which."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One top-level statement; `lines` is the Python of its whole cell or file, to cut excerpts from."""

    label: str
    lines: Sequence[str]
    node: ast.stmt
    names: Names

    @property
    def line(self) -> int:
        """Where it begins, decorators included."""
        return first_line(self.node)

    @property
    def text(self) -> str:
        """Its lines as they stand, with whatever shares them."""
        return "\n".join(self.lines[self.line - 1 : self.node.end_lineno])

    def chunk(self, node: ast.stmt | None = None) -> Chunk:
        """The statement, or one in it, as the slice holds it."""
        node = node or self.node
        return Chunk(self.label, first_line(node), excerpt(self.lines, node))


def statements(source: Source) -> tuple[list[Statement], list[Dropped]]:
    """Split a source into its top-level statements, and what could not be one."""
    if len(source.text) > LONGEST:
        return [], [_dropped(source, 1, source.text[:200], f"longer than {LONGEST} characters")]
    python = plain(source.text)
    if python.writes:  # a file for others to import
        return [], []
    dropped = [_dropped(source, *removed) for removed in python.removed]
    lines = python.text.split("\n")
    nodes, broken = parse(python.text)
    dropped += [_dropped(source, line, lines[line - 1], why) for line, why in broken]
    found: list[Statement] = []
    for number, node in enumerate(flat(nodes)):
        if number == MOST:
            dropped.append(_dropped(source, node.lineno, lines[node.lineno - 1], TOO_LONG))
            break
        try:
            found.append(Statement(source.label, lines, node, names(node)))
        except RecursionError:
            dropped.append(_dropped(source, node.lineno, lines[node.lineno - 1], "nested too deeply"))
    return found, dropped


def unread(source: Source) -> Dropped:
    """The entry for a source that is not read, as the program is too long already."""
    return _dropped(source, 1, source.text[:200], TOO_LONG)


def _dropped(source: Source, line: int, text: str, reason: str) -> Dropped:
    return Dropped(source.label, line, shown(text.strip(), 120), shown(reason))


def flat(nodes: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements, with those under `if __name__ == "__main__"` or `if True`, and each import alone."""
    for node in nodes:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Compare | ast.Constant):
            always = ast.unparse(node.test) in ALWAYS
            yield from flat(node.body) if always else [node]
        elif isinstance(node, ast.Import | ast.ImportFrom) and len(node.names) > 1:
            yield from (_one_import(node, alias) for alias in node.names)
        else:
            yield node


def _one_import(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.stmt:
    """One name's part of an import: if another name in it can't be had, this one still can."""
    one = (
        ast.Import([alias])
        if isinstance(node, ast.Import)
        else ast.ImportFrom(node.module, [alias], node.level)
    )
    return ast.copy_location(one, node)


# --- excerpts -------------------------------------------------------------------------------------


def first_line(node: ast.stmt) -> int:
    """The line a statement begins on, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def excerpt(lines: Sequence[str], node: ast.stmt) -> str:
    """A statement's text, moved to the left margin; lines that begin inside a string stay as they are."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return ast.unparse(node)
    first, last = first_line(node), node.end_lineno or node.lineno
    result = list(lines[first - 1 : last])
    result[-1] = _cut(result[-1], 0, node.end_col_offset)
    result[0] = _cut(result[0], node.col_offset, None)
    if node.col_offset and len(result) > 1:
        inside = _inside_strings(node)
        margin = " \t"
        for number in range(1, len(result)):
            line = result[number]
            indent = min(node.col_offset, len(line) - len(line.lstrip(margin)))
            result[number] = line if first + number in inside else line[indent:]
    return "\n".join(result)


def _cut(line: str, start: int, stop: int | None) -> str:
    """Part of a line, by the byte offsets that syntax trees count in."""
    return line.encode()[start:stop].decode(errors="replace")


def _inside_strings(node: ast.stmt) -> set[int]:
    strings = (
        part
        for part in walk(node)
        if isinstance(part, ast.JoinedStr)
        or (isinstance(part, ast.Constant) and isinstance(part.value, str | bytes))
    )
    return {line for part in strings for line in range(part.lineno + 1, (part.end_lineno or part.lineno) + 1)}


def replaced(lines: Sequence[str], nodes: Sequence[ast.stmt], by: str) -> list[str]:
    """Lines in which other text stands for some statements, so that all lines stay where they are."""
    result = list(lines)
    for node in sorted(nodes, key=lambda node: (-node.lineno, -node.col_offset)):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        tail = _cut(result[last], node.end_col_offset or 0, None)
        result[first] = _cut(result[first], 0, node.col_offset) + by + tail
        result[first + 1 : last + 1] = [""] * (last - first)
    return result
