"""From source to top-level statements, each with its place; what is no Python costs only itself."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from grader.intake.code.magics import Plain, plain, run_name
from grader.intake.code.names import Names, names, walk
from grader.intake.code.parsing import parse
from grader.intake.files.basket import shown
from grader.records.submission import Chunk, Dropped

LONGEST = 200_000  # characters of one cell or file; a large one written by hand has 50 000
MOST = 2000  # statements of a program; a long notebook has some 300
TOO_LONG = f"below more code than is read ({MOST} statements)"


@dataclass(frozen=True)
class Source:
    """The text of a cell or of a file; `label` says which. It is parsed once, when first asked.

    `written` is the text that was handed in, where it is read otherwise.
    """

    label: str
    text: str
    written: str = ""

    @cached_property
    def plain(self) -> Plain:
        """The Python in it, without what only IPython understands."""
        return plain(self.text)

    @cached_property
    def parsed(self) -> tuple[list[Statement], list[Dropped]]:
        """Its top-level statements, and what could not be one."""
        return statements(self)

    def relabelled(self, label: str) -> Source:
        """The same text under another label, not parsed again."""
        other = Source(label, self.text, self.written)
        found, dropped = self.parsed
        parsed = (
            [replace(each, label=label) for each in found],
            [replace(one, label=label) for one in dropped],
        )
        other.__dict__.update(plain=self.plain, parsed=parsed)
        return other


@dataclass(frozen=True, slots=True)
class Statement:
    """One top-level statement; `lines` is the Python of its whole cell or file, to cut excerpts from.

    `only` is "main" for what stands under `if __name__ == "__main__"`, "module" for what is in its `else`.
    """

    label: str
    lines: Sequence[str]
    node: ast.stmt
    names: Names
    only: str = ""

    @property
    def line(self) -> int:
        """Where it begins, decorators included."""
        return first_line(self.node)

    @property
    def text(self) -> str:
        """Its lines as they stand, with whatever shares them."""
        return "\n".join(self.lines[self.line - 1 : self.node.end_lineno])

    @property
    def imports(self) -> bool:
        """Whether there may be an import in it; one that stands for `exec` has another text."""
        return isinstance(self.node, ast.Import | ast.ImportFrom) or "import" in self.text

    def chunk(self, node: ast.stmt | None = None) -> Chunk:
        """The statement, or one in it, as the slice holds it."""
        node = node or self.node
        return Chunk(self.label, first_line(node), excerpt(self.lines, node))


def statements(source: Source) -> tuple[list[Statement], list[Dropped]]:
    """Split a source into its top-level statements, and what could not be one."""
    if len(source.text) > LONGEST:
        return [], [_dropped(source, 1, source.text[:200], f"longer than {LONGEST} characters")]
    python = source.plain
    if python.writes:  # a file for others to import
        return [], []
    dropped = [_dropped(source, *removed) for removed in python.removed]
    lines = python.text.split("\n")
    nodes, broken = parse(python.text)
    dropped += [_dropped(source, line, lines[line - 1], why) for line, why in broken]
    found: list[Statement] = []
    for number, (node, only) in enumerate(flat(nodes)):
        if number == MOST:
            dropped.append(_dropped(source, node.lineno, lines[node.lineno - 1], TOO_LONG))
            break
        try:
            found.append(Statement(source.label, lines, node, names(node), only))
        except RecursionError:
            dropped.append(_dropped(source, node.lineno, lines[node.lineno - 1], "nested too deeply"))
    return found, dropped


def unread(source: Source) -> Dropped:
    """The entry for a source that is not read, as the program is too long already."""
    return _dropped(source, 1, source.text[:200], TOO_LONG)


def _dropped(source: Source, line: int, text: str, reason: str) -> Dropped:
    return Dropped(source.label, line, shown(text.strip(), 120), shown(reason))


def flat(nodes: Iterable[ast.stmt], only: str = "") -> Iterator[tuple[ast.stmt, str]]:
    """Statements, with those under `if True` and `if __name__ == "__main__"`, and each import alone."""
    for node in nodes:
        if isinstance(node, ast.If) and (branches := _branches(node)):
            for branch, when in branches:
                yield from flat(branch, only or when)
        elif isinstance(node, ast.Import | ast.ImportFrom) and len(node.names) > 1:
            yield from ((_one_import(node, alias), only) for alias in node.names)
        elif ran := _executed(node):
            star = ast.ImportFrom(run_name(ran), [ast.alias("*")], 0)
            yield ast.copy_location(star, node), only
        else:
            yield node, only


def _branches(node: ast.If) -> list[tuple[list[ast.stmt], str]]:
    """The branches of a condition that is known beforehand, with when they run; none for other conditions."""
    match node.test:
        case ast.Constant(True | 1):
            return [(node.body, "")]
        case ast.Compare(
            ast.Name("__name__"), [ast.Eq() | ast.NotEq() as how], [ast.Constant("__main__")]
        ) | ast.Compare(ast.Constant("__main__"), [ast.Eq() | ast.NotEq() as how], [ast.Name("__name__")]):
            body, other = ("main", "module") if isinstance(how, ast.Eq) else ("module", "main")
            return [(node.body, body), (node.orelse, other)]
    return []


def _executed(node: ast.stmt) -> str:
    """The file that `exec(open("models.py").read())` runs, as many a notebook has it."""
    match node:
        case ast.Expr(ast.Call(ast.Name("exec"), [code, *_])):
            return _read_from(code)
        case ast.Expr(  # globals().update(runpy.run_path("models.py"))
            ast.Call(ast.Attribute(ast.Call(ast.Name("globals")), "update"), [ast.Call(run, [path, *_])])
        ) if ast.unparse(run).endswith("run_path"):
            return _file_of(path)
    return ""


def _read_from(code: ast.expr) -> str:
    """The file that code is read from: `open(...).read()`, `Path(...).read_text()`, or what compiles that."""
    match code:
        case ast.Call(ast.Name("compile"), [inner, *_]):
            return _read_from(inner)
        case ast.Call(ast.Attribute(file, "read" | "read_text")):
            return _file_of(file)
    return ""


def _file_of(file: ast.expr) -> str:
    match file:
        case ast.Constant(str(name)) | ast.Call(_, [ast.Constant(str(name)), *_]):
            return name
    return ""


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
