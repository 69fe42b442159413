"""What a network looks up and nobody entered: a layer in a dictionary, a table that layers are made from.

A guess: it counts only where a whole network runs with it; the lines of what stands in are lost too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.diagnosis.payers import LAYERS, LineName
from grader.mending import own
from grader.mending.alike import alike
from grader.mending.edits import Mend, function_at, with_import, with_source, with_text
from grader.mending.forgotten import N_CLASS, NN, TABLES, code, constructors, distinct
from grader.mending.trouble import Trouble, chunks_at, line_in, on_line, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice
from reference.architecture import FIRST_PADDING, Conv

MOST = 60  # characters of a name or a key
CONVS: tuple[LineName, ...] = ("conv1", "conv2", "conv3", "conv4", "conv5")
BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))  # widths and depths


def mends(trouble: Trouble, slice: Slice, target: str, padding: int = FIRST_PADDING) -> Iterator[Mend]:
    """The entries that end a lookup's trouble; `padding` is that of conv1_1 as the year wants it."""
    layers = tuple(TABLES[target](N_CLASS, padding).convs()) if target in TABLES else ()
    if trouble.kind == "KeyError" and len(trouble.message) <= MOST:
        yield from _entered(trouble, slice, trouble.message.strip("'\""), layers)
    elif trouble.names and trouble.names[-1].isidentifier() and layers:
        yield from _tables(trouble, slice, trouble.names[-1], layers)


def _entered(trouble: Trouble, slice: Slice, key: str, layers: tuple[Conv, ...]) -> Iterator[Mend]:
    """A dictionary of layers with one layer more."""
    nodes = [node for _, chunk in chunks_at(slice, trouble.place) for node in on_line(trouble, chunk)]
    looked_up = {
        node.value.attr for node in nodes if isinstance(node, ast.Subscript) and own.is_own(node.value)
    }
    for chunk, constructor in _nearest(trouble, slice):
        classes = own.classes(constructor) or str(N_CLASS)
        for name, statement in own.bindings(constructor).items():
            if name not in looked_up:
                continue
            upwards = "ConvTranspose2d" in ast.unparse(statement.value)
            for layer in sorted(distinct(layers, key), key=lambda layer: layer.transposed != upwards):
                end = (statement.end_lineno or 0) - 1, *(statement.end_col_offset or 0,) * 2
                text = f"; self.{name}[{key!r}] = {NN}.{code(layer, classes)}"
                words = f"self.{name}[{key!r}], which nobody makes, read as the assignment's {layer.role}"
                yield Mend(
                    with_source(slice, chunk, with_text(chunk.source, [end], text)),
                    words,
                    made=Place(chunk.label, chunk.line + statement.lineno - 1),
                    lines=("build", LAYERS[layer.role].line),
                    whole=True,
                )


def _nearest(trouble: Trouble, slice: Slice) -> list[tuple[Chunk, ast.FunctionDef]]:
    """Every constructor with its statement, that of the class in which a lookup failed before all others."""
    here = [chunk for _, chunk in chunks_at(slice, trouble.place)]

    def is_elsewhere(found: tuple[Chunk, ast.ClassDef, ast.FunctionDef]) -> bool:
        chunk, owner, _ = found
        inside = owner.lineno <= line_in(trouble, chunk) <= (owner.end_lineno or 0)
        return not (inside and any(chunk is each for each in here))

    return [(chunk, made) for chunk, _, made in sorted(constructors(slice), key=is_elsewhere)]


# --- tables -----------------------------------------------------------------------------------------


def _tables(trouble: Trouble, slice: Slice, name: str, layers: tuple[Conv, ...]) -> Iterator[Mend]:
    """A table of widths that is not there, in each of the forms in which such tables are written."""
    words = f"{name}, which is not there, read as the assignment's table of widths"
    lines: tuple[LineName, ...] = ("build", *CONVS)
    for module, chunk in chunks_at(slice, trouble.place):
        there = _there(module, chunk)
        misspelt = name in there or alike(name, there)
        if not _goes_through(tree(chunk), line_in(trouble, chunk), name) or misspelt:
            continue
        for table in _forms(layers):
            if trouble.kind == "NameError":
                changed = with_import(slice, module, f"{name} = {table}")
                yield Mend(changed, words, trouble.place, lines=lines, whole=True)
            for source in _bound_first(slice, chunk, name, table) if trouble.kind == "AttributeError" else ():
                yield Mend(with_source(slice, chunk, source), words, trouble.place, lines=lines, whole=True)


def _goes_through(parsed: ast.AST, line: int, name: str) -> bool:
    """Whether a constructor's loop on a line goes through what has this name."""
    function = function_at(parsed, line)
    if function is None or function.name != "__init__":
        return False
    loops = [node.iter for node in ast.walk(function) if isinstance(node, ast.For | ast.comprehension)]
    names = (
        node for each in loops if each.lineno <= line <= (each.end_lineno or 0) for node in ast.walk(each)
    )
    return any(name == getattr(node, "attr", getattr(node, "id", "")) for node in names)


def _there(module: Module, chunk: Chunk) -> set[str]:
    """The names that a module binds, or a class of a statement: what a table may be misspelt for."""
    parsed = [tree(each) for each in module.chunks]
    classes = [node for node in tree(chunk).body if isinstance(node, ast.ClassDef)]
    bodies = [node for each in parsed for node in each.body]
    bodies += [node for owner in classes for node in owner.body]
    targets = [target for node in bodies if isinstance(node, ast.Assign) for target in node.targets]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _bound_first(slice: Slice, chunk: Chunk, name: str, table: str) -> Iterator[str]:
    """A class whose constructor begins with binding a table."""
    for each, _, constructor in constructors(slice):
        if each is chunk:
            first = constructor.body[0]
            span = first.lineno - 1, first.col_offset, first.col_offset
            yield with_text(chunk.source, [span], f"self.{name} = {table}; ")


def _forms(layers: tuple[Conv, ...]) -> Iterator[str]:
    """Yield the ways in which widths are written, as code.

    A loop may take a width for a number of layers: what that makes is not run, for it is too large.
    """
    flat = [entry for width, depth in BLOCKS for entry in (*[width] * depth, "M")]
    yield from map(repr, (flat, dict(enumerate(BLOCKS, 1)), list(BLOCKS), [width for width, _ in BLOCKS]))
    trunk = {one.role: (one.inputs, one.outputs) for one in layers if one.role.startswith("conv")}
    yield from map(repr, (trunk, list(trunk.values()), [outputs for _, outputs in trunk.values()]))
