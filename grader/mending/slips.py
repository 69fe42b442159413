"""What an exception may be a slip for: changes of the slice, likeliest first, each still to be tried."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from grader.mending import libraries
from grader.mending.alike import alike
from grader.mending.edits import (
    Span,
    attribute_span,
    keyword_span,
    name_span,
    spans,
    whole_span,
    with_import,
    with_source,
    with_text,
)
from grader.mending.removed import REMOVED, Removed
from grader.mending.trouble import Trouble, bound, chunks_at, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice


@dataclass(frozen=True, slots=True)
class Mend:
    """A slice in which something is read otherwise than it was written, and that in words."""

    slice: Slice
    words: str
    place: Place | None = None  # where it is, if the exception does not tell


def mends(trouble: Trouble, slice: Slice) -> Iterator[Mend]:
    """The changes that may end a trouble."""
    propose = KINDS.get(trouble.kind)
    for module, chunk in _chunks(trouble, slice) if propose else ():
        assert propose is not None
        yield from propose(trouble, slice, module, chunk)


def _chunks(trouble: Trouble, slice: Slice) -> Iterator[tuple[Module, Chunk]]:
    """The statement that raised; where none did, as in a call with too many arguments, the class it names."""
    yield from chunks_at(slice, trouble.place)
    owner = trouble.message.split(".")[0]
    for module in slice.modules if trouble.place is None and owner.isidentifier() else ():
        yield from ((module, chunk) for chunk in module.chunks if owner in bound(chunk))


# --- names ------------------------------------------------------------------------------------------


def _name(trouble: Trouble, slice: Slice, module: Module, chunk: Chunk) -> Iterator[Mend]:
    if not trouble.names or not trouble.message.endswith("is not defined"):
        return
    name = trouble.names[0]
    if name in attributes(slice):
        yield from _renamed(slice, chunk, name_span(name), f"{name} read as self.{name}", f"self.{name}")
    if statement := libraries.import_of(name):
        yield Mend(with_import(slice, module, statement), f"`{statement}` is missing and was added")
    around = {each for one in module.chunks for each in bound(one)}
    nearest_first = (_inside(chunk), around, set(dir(builtins)))
    for other in dict.fromkeys(each for known in nearest_first for each in alike(name, known)):
        yield from _renamed(slice, chunk, name_span(name), f"{name} read as {other}", other)


def _inside(chunk: Chunk) -> set[str]:
    """The names that are bound anywhere in a statement, arguments too."""
    nodes = list(ast.walk(tree(chunk)))
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return stored | {node.arg for node in nodes if isinstance(node, ast.arg)}


def attributes(slice: Slice) -> set[str]:
    """The attributes that the submission's classes give themselves, and their methods."""
    found: set[str] = set()
    for chunk in (chunk for module in slice.modules for chunk in module.chunks if "class " in chunk.source):
        for node in ast.walk(tree(chunk)):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                found.add(node.attr)
            elif isinstance(node, ast.ClassDef):
                found |= {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
    return found


def _attribute(trouble: Trouble, slice: Slice, module: Module, chunk: Chunk) -> Iterator[Mend]:
    if "before Module.__init__() call" in trouble.message:
        yield from _constructed(slice, chunk)
    if len(trouble.names) < 2:
        return
    owner, name = trouble.names[:2]
    if trouble.message.startswith("module '"):
        yield from _gone(slice, chunk, trouble, owner, name)
        known = set(libraries.holds(owner))
    else:
        known = set(libraries.members(owner)) or attributes(slice)
    for other in alike(name, known):
        if not _is_read(chunk, other):  # everything else calls it `name`: then its definition slipped
            yield from _renamed(slice, chunk, attribute_span(other), f"{other} read as {name}", name)
        yield from _renamed(slice, chunk, attribute_span(name), f"{name} read as {other}", other)


def _is_read(chunk: Chunk, attribute: str) -> bool:
    """Whether a statement reads an attribute, or has its name as a text, as for getattr."""
    for node in ast.walk(tree(chunk)):
        if isinstance(node, ast.Constant) and node.value == attribute:
            return True
        if isinstance(node, ast.Attribute) and node.attr == attribute and isinstance(node.ctx, ast.Load):
            return True
    return False


def _constructed(slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The constructor with a call of its parent's."""
    for node in ast.walk(tree(chunk)):
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            first = node.body[0]
            span = (first.lineno - 1, first.col_offset, first.col_offset)
            if not isinstance(first, ast.If | ast.For | ast.While | ast.With | ast.Try):
                source = with_text(chunk.source, [span], "super().__init__(); ")
                yield Mend(with_source(slice, chunk, source), "`super().__init__()` is missing and was added")


def _gone(slice: Slice, chunk: Chunk, trouble: Trouble, owner: str, name: str) -> Iterator[Mend]:
    """What a library had under this name once."""
    removed = REMOVED.get((owner, name))
    if removed and removed.code and trouble.place and "{name}" not in removed.code:
        line = trouble.place.line - chunk.line + 1
        words = f"{owner}.{name}, gone since {removed.since}, read as {removed.instead}"
        yield from _renamed(slice, chunk, whole_span(name, line), words, removed.code)


def _renamed(
    slice: Slice, chunk: Chunk, wanted: Callable[[ast.AST], Span | None], words: str, text: str
) -> Iterator[Mend]:
    if found := spans(tree(chunk), wanted):
        yield Mend(with_source(slice, chunk, with_text(chunk.source, found, text)), words)


# --- imports ----------------------------------------------------------------------------------------


def _import(trouble: Trouble, slice: Slice, module: Module, chunk: Chunk) -> Iterator[Mend]:
    node = next(iter(tree(chunk).body), None)
    if isinstance(node, ast.Import):
        yield from _module(slice, chunk, node.names[0].name, node.names[0])
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        alias = node.names[0]
        if removed := REMOVED.get((node.module, alias.name)):
            yield from _replaced(slice, chunk, f"{node.module}.{alias.name}", removed, alias)
        for other in alike(alias.name, libraries.holds(node.module) or _names_of(slice, node.module)):
            source = f"from {node.module} import {other} as {alias.asname or alias.name}"
            yield Mend(with_source(slice, chunk, source), f"{alias.name} read as {other}")
        for other in _modules_like(slice, node.module):
            source = ast.unparse(ast.ImportFrom(other, node.names, 0))
            yield Mend(with_source(slice, chunk, source), f"{node.module} read as {other}")


def _module(slice: Slice, chunk: Chunk, name: str, alias: ast.alias) -> Iterator[Mend]:
    for other in _modules_like(slice, name):
        bound_as = alias.asname or (name if "." not in name else "")
        source = f"import {other} as {bound_as}" if bound_as else f"import {other}"
        yield Mend(with_source(slice, chunk, source), f"{name} read as {other}")


def _modules_like(slice: Slice, name: str) -> list[str]:
    top, dot, rest = name.partition(".")
    own = [module.name.split(".")[0] for module in slice.modules]
    return [f"{other}{dot}{rest}" for other in alike(top, [*own, *libraries.modules()])]


def _names_of(slice: Slice, module: str) -> set[str]:
    own = (each for each in slice.modules if each.name == module)
    return {name for each in own for chunk in each.chunks for name in bound(chunk)}


def _replaced(slice: Slice, chunk: Chunk, what: str, removed: Removed, alias: ast.alias) -> Iterator[Mend]:
    if "{name}" in removed.code:
        source = removed.code.format(name=alias.asname or alias.name)
        words = f"{what}, gone since {removed.since}, read as {removed.instead}"
        yield Mend(with_source(slice, chunk, source), words)


# --- calls ------------------------------------------------------------------------------------------


def _call(trouble: Trouble, slice: Slice, module: Module, chunk: Chunk) -> Iterator[Mend]:
    function, quoted = trouble.message.split(" ")[0], trouble.names
    if "unexpected keyword argument" in trouble.message and quoted and trouble.place:
        line = trouble.place.line - chunk.line + 1
        wanted = keyword_span(quoted[0], line)
        for other in alike(quoted[0], libraries.arguments(function)):
            yield from _renamed(slice, chunk, wanted, f"{quoted[0]} read as {other}", other)
    if "positional argument" in trouble.message and "were given" in trouble.message:
        yield from _with_self(slice, chunk, function.removesuffix("()").rpartition(".")[2])


def _with_self(slice: Slice, chunk: Chunk, method: str) -> Iterator[Mend]:
    """The method with the argument that all methods begin with."""
    for node in ast.walk(tree(chunk)):
        if isinstance(node, ast.FunctionDef) and node.name == method and "self" not in _inside_of(node):
            span = _before_arguments(chunk, node)
            source = with_text(chunk.source, [span], "self, " if node.args.args else "self")
            words = f"{method} without self read as {method}(self, ...)"
            yield Mend(with_source(slice, chunk, source), words, Place(chunk.label, chunk.line + span[0]))


def _inside_of(node: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in node.args.args]


def _before_arguments(chunk: Chunk, node: ast.FunctionDef) -> Span:
    line = chunk.source.split("\n")[node.lineno - 1].encode()
    at = line.index(b"(", node.col_offset) + 1
    return node.lineno - 1, at, at


KINDS: dict[str, Callable[[Trouble, Slice, Module, Chunk], Iterator[Mend]]] = {
    "NameError": _name,
    "AttributeError": _attribute,
    "ImportError": _import,
    "ModuleNotFoundError": _import,
    "TypeError": _call,
}
