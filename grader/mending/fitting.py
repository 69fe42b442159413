"""Widths and sizes that don't fit: a layer takes as many channels as it is given, a side is cut or filled.

What is judged then shows the fault itself, where there is one of the assignment's: a skip from another pool,
a crop of another size. It is paid for there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice
from math import prod

import re2

from grader.diagnosis.payers import LineName
from grader.mending import cropping, exchanged, joined, lengths, listed, own, sizing, unscored
from grader.mending.edits import Mend, function_at, with_node, with_source
from grader.mending.keys import as_written
from grader.mending.trouble import Trouble, line_in, on_line, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

IMAGE = 3  # channels
CLASSIFIER = 4096  # channels of fc6 and fc7: of too few, they are at fault and not what takes them
MOST_ABOVE = 8  # calls that may have been given the image; each costs a run of the submission
N_CLASS = 12  # what a model is tried with, where no other number is said
WIDTHS = re2.compile(
    r"(transposed=1, )?weight of size \[(\d+), (\d+).* to have (\d+) channels, but got (\d+) channels"
)
WEIGHT = re2.compile(r"weight of size \[([\d, ]{1,60})\]")
LARGEST = 2**28  # numbers of a weight that is made wider; fc6's are two fifths of that
CHANNELS = re2.compile(r"size of tensor a \((\d+)\) must match the .* b \((\d+)\) .* dimension 1$")


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The changes that make widths or sizes fit."""
    if found := WIDTHS.search(trouble.message):
        first, second, wanted, given = map(int, found.groups()[1:])
        widths = (first, second) if found[1] is not None else (second, first)
        if given == IMAGE:
            yield from _of_another_name(trouble, slice, chunk)
        elif given == N_CLASS and wanted != CLASSIFIER:
            yield from _of_features(trouble, slice, chunk)
        yield from listed.mends(trouble, slice, chunk)
        makers = _makers(trouble, chunk)
        if found[1] is None:
            yield from exchanged.mends(slice, chunk, makers, second, first, given)
        if wanted == N_CLASS:
            yield from unscored.mends(slice, chunk, _arguments(trouble, chunk), given)
            yield from _scores(slice, chunk, given)
        yield from _never_applied(trouble, slice, chunk, given)
        if _numbers(trouble.message) // max(wanted, 1) * given <= LARGEST:
            yield from _wider(trouble, slice, chunk, widths, wanted, given, found[1] is not None)
        if given > wanted:
            yield from _first_channels(trouble, slice, chunk, wanted, given)
        if given != IMAGE:
            yield from _listed(slice, chunk, wanted, given)
    if found := CHANNELS.search(trouble.message):
        first, second = map(int, found.groups())
        if N_CLASS in (first, second):
            sides = (side for _, side in joined.summed(trouble, chunk))
            yield from unscored.mends(slice, chunk, sides, first + second - N_CLASS)
            yield from _scores(slice, chunk, first + second - N_CLASS)
    if any(words in trouble.message for words in cropping.BEYOND):
        yield from lengths.mends(trouble, slice, chunk)
        yield from cropping.shorter(trouble, slice, chunk, (*joined.SIDES, "crop", "shape"))
    if joined.SIZES.search(trouble.message):
        yield from cropping.mends(slice, chunk, joined.every_side(trouble, chunk))
        yield from sizing.mends(trouble, slice, chunk)
        yield from joined.same_size(trouble, slice, chunk)


def _numbers(message: str) -> int:
    """How many numbers the weight has that a message speaks of; a side of none counts as one."""
    found = WEIGHT.search(message)
    return prod(max(int(side), 1) for side in found[1].split(", ")) if found else 0


def _of_another_name(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """A layer within the network that is applied to the image, as one applied to what was computed last.

    It is on the line that raises or, where it takes any number of channels as a pool does, above that.
    """
    line = line_in(trouble, chunk)
    function = function_at(tree(chunk), line) or tree(chunk)
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call) and own.is_own(node.func)]
    for node in sorted((node for node in calls if node.lineno <= line), key=_upwards)[:MOST_ABOVE]:
        latest = _stored_last(function, node.lineno)
        match node.args:
            case [ast.Name(id=given) as argument] if latest and given != latest:
                source = with_node(chunk.source, argument, latest)
                place = Place(chunk.label, chunk.line + node.lineno - 1)
                words = f"{given} read as {latest}"
                yield Mend(with_source(slice, chunk, source), words, made=place, whole=True)


def _of_features(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """A layer of features that is applied to scores, as one applied to what was made above."""
    line = line_in(trouble, chunk)
    function = function_at(tree(chunk), line) or tree(chunk)
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.lineno < line]
    stored = sorted(
        (node for node in names if isinstance(node.ctx, ast.Store)), key=lambda node: -node.lineno
    )
    for node in (node for node in on_line(trouble, chunk) if isinstance(node, ast.Call)):
        match node:
            case ast.Call(func=layer, args=[ast.Name(id=given) as argument]) if own.is_own(layer):
                others = dict.fromkeys(each.id for each in stored if each.id != given)
                for other in islice(others, MOST_ABOVE):
                    source = with_node(chunk.source, argument, other)
                    place = Place(chunk.label, chunk.line + node.lineno - 1)
                    words = f"{given} read as {other}"
                    yield Mend(with_source(slice, chunk, source), words, made=place, whole=True)


def _stored_last(function: ast.AST, line: int) -> str:
    """The name that was bound last above a line."""
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.lineno < line]
    stored = [node for node in names if isinstance(node.ctx, ast.Store)]
    return max(stored, key=lambda node: node.lineno).id if stored else ""


def _upwards(node: ast.Call) -> int:
    return -node.lineno


def _never_applied(trouble: Trouble, slice: Slice, chunk: Chunk, given: int) -> Iterator[Mend]:
    """A convolution that takes what it is given and is never applied, in the place of the one that is."""
    called = [node.func for node in on_line(trouble, chunk) if isinstance(node, ast.Call)]
    for owner in (node for node in ast.walk(tree(chunk)) if isinstance(node, ast.ClassDef)):
        idle = list(_idle(owner, given))
        for layer, other in ((layer, other) for layer in called for other in idle):
            if own.is_own(layer):
                source = with_node(chunk.source, layer, f"self.{other}")
                words = f"self.{layer.attr} read as self.{other}, which nothing applies"
                yield Mend(with_source(slice, chunk, source), words)


def _idle(owner: ast.ClassDef, width: int) -> Iterator[str]:
    """The attributes of a class that are convolutions of so many channels, and are never called."""
    called = [node.func for node in ast.walk(owner) if isinstance(node, ast.Call)]
    applied = {node.attr for node in called if own.is_own(node)}
    for node in ast.walk(owner):
        match node:
            case ast.Assign(targets=[target], value=ast.Call(args=[ast.Constant(value=inputs), *_]) as made):
                fits = inputs == width and "Conv" in ast.unparse(made.func)
                if fits and own.is_own(target) and target.attr not in applied:
                    yield target.attr


def _wider(
    trouble: Trouble,
    slice: Slice,
    chunk: Chunk,
    widths: tuple[int, int],
    wanted: int,
    given: int,
    transposed: bool,
) -> Iterator[Mend]:
    """A convolution that takes as many channels as it is given, where its widths stand in its call."""
    for node in _makers(trouble, chunk):
        inputs, outputs = node.args[:2]
        same = isinstance(inputs, ast.Constant) and inputs.value == widths[0] == wanted
        if same and not (isinstance(outputs, ast.Constant) and outputs.value != widths[1]):
            told = as_written(ast.unparse(node))
            words = f"`{told}`, which is given {given} channels, read as one that takes {given}"
            width = _classes(chunk, node) if given == N_CLASS else str(given)
            both = transposed and ast.unparse(inputs) == ast.unparse(outputs)
            source = with_node(
                with_node(chunk.source, outputs, width) if both else chunk.source, inputs, width
            )
            place = Place(chunk.label, chunk.line + node.lineno - 1)
            meant = (given, widths[1]) in exchanged.WIDTHS and widths not in exchanged.WIDTHS
            made = place if meant else None  # else it may be the layer before that gives too few or too many
            yield Mend(with_source(slice, chunk, source), words, place, made=made, shown=joined.SKIPS)


def _scores(slice: Slice, chunk: Chunk, given: int) -> Iterator[Mend]:
    """A layer of scores that is made for another number of classes, as one for those there are."""
    for node in (node for node in ast.walk(tree(chunk)) if isinstance(node, ast.Call)):
        match node.args:
            case [ast.Constant(value=int(inputs)), ast.Constant(value=outputs) as width, *_]:
                if outputs == given and (line := exchanged.WIDTHS.get((inputs, N_CLASS))):
                    classes = _classes(chunk, node)
                    words = f"`{as_written(ast.unparse(node))}` read as one of {classes} outputs"
                    place = Place(chunk.label, chunk.line + node.lineno - 1)
                    source = with_node(chunk.source, width, classes)
                    lines: tuple[LineName, ...] = ("build", line)
                    yield Mend(with_source(slice, chunk, source), words, made=place, lines=lines, whole=True)


def _listed(slice: Slice, chunk: Chunk, wanted: int, given: int) -> Iterator[Mend]:
    """A number of a table from which a loop makes layers, as the channels that one of them is given."""
    tables = (node for node in ast.walk(tree(chunk)) if isinstance(node, ast.Tuple | ast.List))
    numbers = ((table, each) for table in tables for each in table.elts if isinstance(each, ast.Constant))
    widths = ((table, each) for table, each in numbers if each.value == wanted)
    for table, width in islice(widths, MOST_ABOVE):
        told = as_written(ast.unparse(table))
        words = f"{wanted} in `{told}`, which makes a layer that is given {given} channels, read as {given}"
        place = Place(chunk.label, chunk.line + width.lineno - 1)
        source = with_node(chunk.source, width, str(given))
        yield Mend(with_source(slice, chunk, source), words, made=place, shown=joined.SKIPS[:1], whole=True)


def _makers(trouble: Trouble, chunk: Chunk) -> list[ast.Call]:
    """The calls that may make a layer; first those that make one which is applied on the line."""
    applied = {node.attr for node in on_line(trouble, chunk) if isinstance(node, ast.Attribute)}
    named, nodes = dict[int, str](), list(ast.walk(tree(chunk)))
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Attribute(attr=name)], value=ast.Call() as call):
                named[id(call)] = name
    calls = [node for node in nodes if isinstance(node, ast.Call) and len(node.args) > 1]
    return sorted(calls, key=lambda call: named.get(id(call), "") not in applied)


def _classes(chunk: Chunk, node: ast.Call) -> str:
    """What the constructor around a call names the number of classes."""
    function = function_at(tree(chunk), node.lineno)
    return (own.classes(function) if function else "") or str(N_CLASS)


def _first_channels(trouble: Trouble, slice: Slice, chunk: Chunk, wanted: int, given: int) -> Iterator[Mend]:
    """A layer that is applied to the first channels of what it is given: as many as it takes.

    Not one of a loop, whose other layers would be, too.
    """
    for node in on_line(trouble, chunk):
        match node:
            case ast.Call(func=ast.Attribute() | ast.Subscript() as layer, args=[argument], keywords=[]) if (
                _is_layer(layer)
            ):
                text = f"({ast.unparse(argument)})[:, :{ast.unparse(layer)}.in_channels]"
                told = as_written(ast.unparse(argument))
                words = f"`{told}`, which has {given} channels, read as its first {wanted}"
                source = with_node(chunk.source, argument, text)
                yield Mend(with_source(slice, chunk, source), words, shown=joined.SKIPS)


def _arguments(trouble: Trouble, chunk: Chunk) -> Iterator[ast.expr]:
    """What layers are applied to on the line that raises."""
    for node in on_line(trouble, chunk):
        match node:
            case ast.Call(func=layer, args=[argument], keywords=[]) if _is_layer(layer):
                yield argument


def _is_layer(called: ast.expr) -> bool:
    """Whether what is called may be a layer: one of the object's own, of a list of layers, or a loop's."""
    return own.is_own(called) or isinstance(called, ast.Name | ast.Subscript)
