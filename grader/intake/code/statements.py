"""From source to top-level statements, each with its place; what is no Python costs only itself."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from grader.intake.code.by_path import by_name
from grader.intake.code.excerpts import excerpt, first_line, replaced
from grader.intake.code.executed import executed, texts_read
from grader.intake.code.lifting import needed, nest, opened, stays
from grader.intake.code.magics import Plain, plain, run_name
from grader.intake.code.names import FUNCTIONS, Names, names
from grader.intake.code.older import older
from grader.intake.code.parsing import parse
from grader.intake.files.basket import shown
from grader.records.submission import TOO_DEEP, TOO_LONG, TOO_MUCH, Chunk, Dropped

LONGEST = 200_000  # characters of one cell or file; a large one written by hand has 50 000
MOST = 2000  # statements of a program; a long notebook has some 300
BEYOND = f"{TOO_MUCH} ({MOST} statements)"


@dataclass(frozen=True)
class Source:
    """The text of a cell or of a file; `label` says which. It is parsed once, when first asked.

    `written` is the text that was handed in, where it is read otherwise. What a function in it defines is
    read as if it stood at the top: the definitions called `lifts`, all of the functions called `opens`.
    """

    label: str
    text: str
    written: str = ""
    lifts: frozenset[str] = frozenset()
    opens: frozenset[str] = frozenset()

    def rewritten(self, text: str) -> Source:
        """Another text in this one's place, where it is another."""
        written = self.written or self.text
        return self if text == self.text else replace(self, text=text, written=written)

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
        other = replace(self, label=label)
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

    def without(self, nodes: Sequence[ast.stmt]) -> Statement:
        """The statement with `pass` for some of those in it; RecursionError where it is nested too deeply."""
        instead: dict[int, object] = {id(each): ast.copy_location(ast.Pass(), each) for each in nodes}
        node = copy.deepcopy(self.node, instead)  # other programs may be made of the same text
        return replace(self, node=node, lines=replaced(self.lines, nodes, "pass"), names=names(node))


def statements(source: Source) -> tuple[list[Statement], list[Dropped]]:
    """Split a source into its top-level statements, and what could not be one."""
    if len(source.text) > LONGEST:
        return [], [_dropped(source, 1, source.text[:200], f"{TOO_LONG} {LONGEST} characters")]
    python = source.plain
    if python.writes:  # a file for others to import
        return [], []
    dropped = [_dropped(source, *removed) for removed in python.removed]
    text, nodes, broken = _read(by_name(python.text))
    lines = text.split("\n")
    dropped += [_dropped(source, line, lines[line - 1], why) for line, why in broken]
    found: list[Statement] = []
    for node, only in flat(nodes):
        if len(found) >= MOST:
            dropped.append(_dropped(source, node.lineno, lines[node.lineno - 1], BEYOND))
            break
        try:
            found += _unnested(source, Statement(source.label, lines, node, names(node), only))
        except RecursionError:
            dropped.append(_dropped(source, node.lineno, lines[node.lineno - 1], TOO_DEEP))
    return found, dropped


def _read(text: str) -> tuple[str, list[ast.stmt], list[tuple[int, str]]]:
    """A text as this Python can read it, its statements, and what could not be one."""
    nodes, broken = parse(text)
    if not broken or (changed := older(text)) == text:
        return text, nodes, broken
    return changed, *parse(changed)


def _unnested(source: Source, statement: Statement) -> Iterator[Statement]:
    """A statement, and above it or in its place those that are read as if they stood at the top."""
    node = statement.node

    def at_the_top(body: Iterable[ast.stmt]) -> Iterator[Statement]:
        for each, only in flat(body, statement.only):
            yield replace(statement, node=each, names=names(each), only=only)

    if isinstance(node, FUNCTIONS) and node.name in source.opens:
        yield from at_the_top(opened(node))
        return
    for name in source.lifts:
        found = nest(node, name)
        if found and found.function and (moved := needed(found)):
            yield from at_the_top(moved)
            kept = stays(found.function, moved)
            statement = statement.without([each for each in moved if each not in kept])
            node = statement.node
    yield statement


def unread(source: Source) -> Dropped:
    """The entry for a source that is not read, as the program is too long already."""
    return _dropped(source, 1, source.text[:200], BEYOND)


def _dropped(source: Source, line: int, text: str, reason: str) -> Dropped:
    return Dropped(source.label, line, shown(text.strip(), 120), shown(reason))


def flat(nodes: Iterable[ast.stmt], only: str = "") -> Iterator[tuple[ast.stmt, str]]:
    """Statements, with those under `if True` and `if __name__ == "__main__"`, and each import alone."""
    known = dict[str, str]()
    for node in nodes:
        known |= texts_read(node, known)
        if isinstance(node, ast.If) and (branches := _branches(node)):
            for branch, when in branches:
                yield from flat(branch, only or when)
        elif isinstance(node, ast.Import | ast.ImportFrom) and len(node.names) > 1:
            yield from ((_one_import(node, alias), only) for alias in node.names)
        elif ran := executed(node, known):
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


def _one_import(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.stmt:
    """One name's part of an import: if another name in it can't be had, this one still can."""
    one = (
        ast.Import([alias])
        if isinstance(node, ast.Import)
        else ast.ImportFrom(node.module, [alias], node.level)
    )
    return ast.copy_location(one, node)
