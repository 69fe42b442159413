"""What an exception may be a slip for: changes of the slice, likeliest first, each still to be tried."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from difflib import SequenceMatcher

from grader.assignment import MAP, MODELS, PREDICT
from grader.mending import (
    assigning,
    attributes,
    bases,
    beyond,
    called,
    calling,
    classes,
    elsewhere,
    forgotten,
    hiding,
    importing,
    inner,
    iterating,
    keys,
    kinds,
    leaving,
    libraries,
    mistaken,
    operations,
    order,
    pasted,
    sequences,
    several,
    starred,
    striding,
    wrapping,
)
from grader.mending.alike import alike
from grader.mending.edits import (
    Mend,
    function_at,
    keyword_span,
    name_span,
    renamed,
    with_import,
    with_source,
)
from grader.mending.trouble import LARGEST, Trouble, bound, chunks_at, line_in, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice
from reference.architecture import FIRST_PADDING

SUM = ("sum.way",)  # what leaving something out of a map's function shows as, unless it comes after the sum
LONGEST = 60  # characters by which names are compared, which takes their cube


def mends(trouble: Trouble, slice: Slice, target: str = "", padding: int = FIRST_PADDING) -> Iterator[Mend]:
    """The changes that may end the trouble of a target; `padding` is that of conv1_1 as the year wants it."""
    propose = KINDS.get(trouble.kind)
    for module, chunk in _chunks(trouble, slice, target):
        ways = (
            beyond.mends(trouble, slice, target, chunk),
            mistaken.mends(trouble, slice, chunk),
            assigning.mends(trouble, slice, module, chunk),
            bases.mends(trouble, slice, chunk) if target in MODELS else iter(()),
            classes.mends(trouble, slice, chunk),
            pasted.mends(trouble, slice) if target in MODELS else iter(()),
            forgotten.mends(trouble, slice, target, padding),
            sequences.mends(trouble, slice, chunk),
            starred.mends(trouble, slice, chunk) if target in MODELS else iter(()),
            called.mends(trouble, slice, chunk),
            iterating.mends(trouble, slice, chunk),
            hiding.mends(trouble, slice, chunk),
            order.mends(trouble, slice, chunk),
            striding.mends(trouble, slice) if target in MODELS else iter(()),
            kinds.mends(trouble, slice, chunk),
            propose(trouble, slice, module, chunk) if propose is not None else iter(()),
            operations.mends(trouble, slice, chunk),
            wrapping.mends(trouble, slice, chunk),
            keys.mends(trouble, slice, chunk),
            _bound_again(trouble, slice, module, chunk),
            inner.mends(trouble, slice, chunk),
        )
        yield from as_far_as_written(ways)


def as_far_as_written(ways: Iterable[Iterator[Mend]]) -> Iterator[Mend]:
    """Yield what is proposed, each way as far as its code is not too deep to be written again."""
    for way in ways:
        with suppress(RecursionError):
            yield from way


def cell_mends(trouble: Trouble, slice: Slice) -> Iterator[tuple[Chunk, ...]]:
    """The changes of the last cell that may end what stops it: its statements that are read otherwise."""
    cell = Slice((Module("last cell", slice.cam_cell),), cam_cell=slice.cam_cell)
    for _, chunk in chunks_at(cell, trouble.place):
        if "requires grad" in trouble.message:
            detached = chunk.source.replace(".detach()", "").replace(".numpy()", ".detach().numpy()")
            yield (replace(chunk, source=detached),)
        for mend in mends(trouble, cell):
            yield tuple(each for each in mend.slice.cam_cell if each not in slice.cam_cell)


def last_mends(trouble: Trouble, slice: Slice, target: str) -> Iterator[Mend]:
    """The changes that are tried where no other helps: the first of several values, then what leaves out."""
    for _, chunk in _chunks(trouble, slice, target):
        if target == PREDICT:
            yield from as_far_as_written([several.mends(trouble, slice, chunk)])
        for mend in as_far_as_written([leaving.mends(trouble, slice, chunk)]):
            shown = SUM if target == MAP else _kernel(trouble) or mend.shown
            yield replace(mend, leaves=True, shown=shown)


def _kernel(trouble: Trouble) -> tuple[str, ...]:
    """What tells of a kernel that does not fit the layer which it is put into."""
    return leaving.KERNELS if leaving.misfits(trouble) else ()


def _chunks(trouble: Trouble, slice: Slice, target: str) -> Iterator[tuple[Module, Chunk]]:
    """The statement that raised; where none did, as in a call with too many arguments, the class it names."""
    owners = {trouble.message.split(".")[0], target}
    found = list(chunks_at(slice, trouble.place))
    for module in slice.modules if trouble.place is None else ():
        found += ((module, chunk) for chunk in module.chunks if owners & bound(chunk))
    yield from (each for each in found if len(each[1].source) <= LARGEST)


# --- names ------------------------------------------------------------------------------------------


def _name(trouble: Trouble, slice: Slice, module: Module, chunk: Chunk) -> Iterator[Mend]:
    if not trouble.names or not trouble.message.endswith("is not defined"):
        return
    name = trouble.names[0]
    if name in attributes.given(slice) or name in attributes.told(slice):
        yield from renamed(slice, chunk, name_span(name), f"{name} read as self.{name}", f"self.{name}")
    yield from _not_run(slice, module, name)
    if statement := libraries.import_of(name):
        yield Mend(with_import(slice, module, statement), f"`{statement}` is missing and was added")
    yield from classes.parent(trouble, slice, chunk)
    yield from calling.mends(trouble, slice, chunk)
    inside, around = _inside(chunk), {each for one in module.chunks for each in bound(one)}
    yield from _like(slice, chunk, name, inside)
    yield from _unused(trouble, slice, module, chunk)
    yield from elsewhere.mends(trouble, slice, chunk)
    yield from _like(slice, chunk, name, around - inside)
    yield from _like(slice, chunk, name, set(dir(builtins)) - inside - around)


def _not_run(slice: Slice, module: Module, name: str) -> Iterator[Mend]:
    """A name that only a statement binds which no slice runs, such as one that waits for input, as None."""
    for one in slice.dropped:
        if re.match(rf"{re.escape(name)}\s*(?::[^=]+)?=[^=]", one.first_line):
            words = f"`{one.first_line}`, which can't be run here, read as {name} = None"
            place = Place(one.label, one.line)
            yield Mend(with_import(slice, module, f"{name} = None"), words, place)


def _like(slice: Slice, chunk: Chunk, name: str, known: Iterable[str]) -> Iterator[Mend]:
    for other in alike(name, known):
        yield from renamed(slice, chunk, name_span(name), f"{name} read as {other}", other)


def _unused(trouble: Trouble, slice: Slice, module: Module, chunk: Chunk) -> Iterator[Mend]:
    """What its function makes or is given, and nothing reads, is what a name without a value stands for."""
    line = line_in(trouble, chunk)
    if not (trouble.names and (function := function_at(tree(chunk), line))):
        return
    name, nodes = trouble.names[0], list(ast.walk(function))
    read = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    unbound = trouble.kind == "UnboundLocalError"
    made, given = list(dict.fromkeys(_made_before(nodes, line))), _arguments(function)
    others = [each for each in [*made, *given] if each not in read]
    others.sort(key=lambda other: -SequenceMatcher(None, name[:LONGEST], other[:LONGEST]).ratio())
    others += [*made, *given] if unbound else made[:1]
    for other in dict.fromkeys(each for each in others if each not in ("self", name)):
        wanted = name_span(name, line if unbound else 0)
        for mend in renamed(slice, chunk, wanted, f"{name} read as {other}", other):
            yield replace(mend, whole=unbound and other in read)  # a guess, which may get past the line alone


def _arguments(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in function.args.args]


def _made_before(nodes: Iterable[ast.AST], line: int) -> list[str]:
    """The names that are bound above a line, the latest first."""
    stores = [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    above = [node for node in stores if node.lineno < line]
    return [node.id for node in sorted(above, key=lambda node: -node.lineno)]


def _inside(chunk: Chunk) -> set[str]:
    """The names that are bound anywhere in a statement, arguments too."""
    nodes = list(ast.walk(tree(chunk)))
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return stored | {node.arg for node in nodes if isinstance(node, ast.arg)}


def _bound_again(trouble: Trouble, slice: Slice, module: Module, chunk: Chunk) -> Iterator[Mend]:
    """What is imported by convention, where another statement gives its name to something else."""
    nodes, line = ast.walk(tree(chunk)), line_in(trouble, chunk)
    names = {node.id for node in nodes if isinstance(node, ast.Name) and node.lineno == line}
    for name, statement in sorted((name, libraries.import_of(name)) for name in names):
        for other in (other for other in module.chunks if statement and name in bound(other)):
            if other is not chunk and isinstance(tree(other).body[0], ast.Assign):
                words = f"`{other.source.split(chr(10))[0][:60]}`, which takes the name {name} away, left out"
                place = Place(other.label, other.line)
                yield Mend(with_source(slice, other, statement), words, place)


# --- calls ------------------------------------------------------------------------------------------


def _call(trouble: Trouble, slice: Slice, module: Module, chunk: Chunk) -> Iterator[Mend]:
    function, quoted = trouble.message.split(" ")[0], trouble.names
    if "unexpected keyword argument" in trouble.message and quoted and trouble.place:
        wanted = keyword_span(quoted[0], line_in(trouble, chunk))
        for other in alike(quoted[0], libraries.arguments(function)):
            yield from renamed(slice, chunk, wanted, f"{quoted[0]} read as {other}", other)


KINDS: dict[str, Callable[[Trouble, Slice, Module, Chunk], Iterator[Mend]]] = {
    "NameError": _name,
    "UnboundLocalError": _unused,
    "AttributeError": attributes.mends,
    "ImportError": importing.mends,
    "ModuleNotFoundError": importing.mends,
    "TypeError": _call,
}
