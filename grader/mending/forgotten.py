"""A layer that the constructor does not make, read as the assignment's, so that all others are judged."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from grader.assignment import NETWORKS
from grader.diagnosis.payers import LAYERS
from grader.mending import own
from grader.mending.alike import alike
from grader.mending.edits import Mend, with_node, with_source, with_text
from grader.mending.trouble import LARGEST, Trouble, chunks_at, on_line, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice
from reference.architecture import FIRST_PADDING, Conv

N_CLASS = 12  # no width within a network, so that it shows where the number of classes stands
TABLES = {network.name: network.table for network in NETWORKS.values()}
NN = "__import__('torch').nn"
MAYBE = ("act", "pool")  # what no convolution is called ...
WEIGHTED = ("conv", "fc", "score", "up", "trans")  # ... unless one of these stands there as well
UPWARDS = ("up", "trans", "deconv")
# What is said where what is applied is no layer, or is a class that nobody called.
UNCALLED = ("object is not callable", "__init__() missing")
COPYING = ("copy", "vgg")  # what methods are called that list layers and apply none
LONGEST = 60  # characters of a name that are compared


def mends(trouble: Trouble, slice: Slice, target: str, padding: int = FIRST_PADDING) -> Iterator[Mend]:
    """The changes that make a layer which the forward pass lacks; each is charged to the layer's own line.

    `padding` is that of conv1_1 as the year wants it.
    """
    if target not in TABLES:
        return
    layers = tuple(TABLES[target](N_CLASS, padding).convs())
    lacking = "has no attribute" in trouble.message and len(trouble.names) > 1
    applied = _applied(trouble, slice) if any(words in trouble.message for words in UNCALLED) else set()
    for chunk, owner, constructor in constructors(slice):
        if lacking:
            yield from _made(slice, chunk, owner, constructor, trouble.names[1], layers)
        for name, statement in own.bindings(constructor).items():
            if name in applied and not isinstance(statement.value, ast.Call):
                yield from _exchanged(slice, chunk, constructor, statement, name, layers)


def _applied(trouble: Trouble, slice: Slice) -> set[str]:
    """The attributes that are called on the line which raised."""
    nodes = [node for _, chunk in chunks_at(slice, trouble.place) for node in on_line(trouble, chunk)]
    called = (node.func for node in nodes if isinstance(node, ast.Call))
    return {node.attr for node in called if own.is_own(node)}


def constructors(slice: Slice) -> Iterator[tuple[Chunk, ast.ClassDef, ast.FunctionDef]]:
    """Every class that has a constructor, and the statement in which it is."""
    chunks = (chunk for module in slice.modules for chunk in module.chunks)
    for chunk in (each for each in chunks if "class " in each.source and len(each.source) <= LARGEST):
        for owner in (node for node in tree(chunk).body if isinstance(node, ast.ClassDef)):
            methods = (node for node in owner.body if isinstance(node, ast.FunctionDef))
            yield from ((chunk, owner, node) for node in methods if node.name == "__init__")


def _made(
    slice: Slice,
    chunk: Chunk,
    owner: ast.ClassDef,
    constructor: ast.FunctionDef,
    name: str,
    layers: Sequence[Conv],
) -> Iterator[Mend]:
    """The constructor with a layer more, beside those that are applied before and after it."""
    stored, read = own.stored(owner), own.read(owner)
    if name in stored or name not in own.handled(owner) or alike(name, set(stored) - _applying(owner)):
        return  # where another one is made and never applied, that is what slipped
    order = [each for each in read if each == name or each in stored]
    for layer, made in stand_ins(name, layers, constructor):
        role = layer.role
        if source := with_layer(chunk, constructor, order, name, f"self.{name} = {made}"):
            words = f"self.{name}, which the constructor does not make, read as the assignment's {role}"
            yield Mend(with_source(slice, chunk, source), words, lines=("build", LAYERS[role].line))


def _applying(owner: ast.ClassDef) -> set[str]:
    """The names of its own attributes that a class reads, but for where it takes over VGG-16's weights."""
    methods = [node for node in owner.body if isinstance(node, ast.FunctionDef)]
    others = (node for node in methods if not any(word in node.name.lower() for word in COPYING))
    return {name for node in others for name in own.read(node)}


def _exchanged(
    slice: Slice,
    chunk: Chunk,
    constructor: ast.FunctionDef,
    statement: ast.Assign,
    name: str,
    layers: Sequence[Conv],
) -> Iterator[Mend]:
    """The constructor that makes a layer where it binds something else, which can't be called."""
    value, place = statement.value, Place(chunk.label, chunk.line + statement.lineno - 1)
    if isinstance(value, ast.Tuple | ast.List) and any(
        not isinstance(each, ast.Constant) for each in value.elts
    ):
        source = with_node(chunk.source, value, f"{NN}.Sequential(*{ast.unparse(value)})")
        words = f"self.{name}, layers in a plain list, read as an nn.Sequential of them"
        yield Mend(with_source(slice, chunk, source), words, made=place)
        return
    for layer, made in stand_ins(name, layers, constructor):
        role = layer.role
        source = with_node(chunk.source, value, made)
        words = f"self.{name} = {ast.unparse(value)[:LONGEST]} read as the assignment's {role}"
        yield Mend(with_source(slice, chunk, source), words, made=place, lines=("build", LAYERS[role].line))


# --- what stands in -------------------------------------------------------------------------------------


def stand_ins(name: str, layers: Sequence[Conv], constructor: ast.FunctionDef) -> Iterator[tuple[Conv, str]]:
    """The layers of the assignment that an attribute may be, each with the code that makes it.

    Those most alike by name come first. One that does not fit where it is applied ends the run.
    """
    bare = _bare(name)
    if not has_weights(bare):
        return
    classes = own.classes(constructor) or str(N_CLASS)
    made = [node for node in ast.walk(constructor) if isinstance(node, ast.Call)]
    kinds = Counter(map(_kind, layers))
    for layer in sorted(distinct(layers, name), key=lambda one: _unlike(one, bare, made, kinds[_kind(one)])):
        yield layer, f"{NN}.{code(layer, classes)}"


def has_weights(name: str) -> bool:
    """Whether a layer of this name may be one with weights."""
    bare = _bare(name)
    maybe, still = (any(word in bare for word in words) for words in (MAYBE, WEIGHTED))
    return not own.is_weightless(bare) and (still or not maybe)


def distinct(every: Sequence[Conv], name: str) -> list[Conv]:
    """One layer of each kind: of those that are made alike the one most alike by name."""
    bare = _bare(name)
    found: dict[tuple[object, ...], Conv] = {}
    for layer in sorted(every, key=lambda layer: -_likeness(layer, bare)):
        found.setdefault(_kind(layer), layer)
    return list(found.values())


def _kind(layer: Conv) -> tuple[int, ...]:
    return layer.inputs, layer.outputs, layer.kernel, layer.padding


def _unlike(layer: Conv, name: str, made: Sequence[ast.Call], alike: int) -> tuple[bool, bool, float, bool]:
    """What layers are ordered by: whether they enlarge, whether all of their kind are made, names, if one is.

    `alike` is how many of this kind the assignment has.
    """
    upwards = any(word in name for word in UPWARDS)
    there = sum(layer.transposed and _enlarges_by(call, layer.kernel) for call in made)
    return layer.transposed != upwards, there >= alike, -_likeness(layer, name), there > 0


def _enlarges_by(call: ast.Call, kernel: int) -> bool:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    sizes = [each.value for each in given if isinstance(each, ast.Constant)]
    return getattr(call.func, "attr", getattr(call.func, "id", "")) == "ConvTranspose2d" and kernel in sizes


def _likeness(layer: Conv, name: str) -> float:
    return SequenceMatcher(None, _bare(layer.role), name).ratio()


def _bare(name: str) -> str:
    return name[:LONGEST].replace("_", "").lower()


def code(layer: Conv, classes: str) -> str:
    """The call that makes a layer, in torch.nn."""
    inputs, outputs = (classes if width == N_CLASS else str(width) for width in (layer.inputs, layer.outputs))
    if layer.transposed:
        return f"ConvTranspose2d({inputs}, {outputs}, {layer.kernel}, {layer.stride}, bias=False)"
    return f"Conv2d({inputs}, {outputs}, {layer.kernel}, padding={layer.padding})"


# --- where it stands ------------------------------------------------------------------------------------


def with_layer(
    chunk: Chunk, constructor: ast.FunctionDef, order: Sequence[str], name: str, code: str
) -> str | None:
    """The class with a statement more: after the layer before, before the layer after, or first of all."""
    made = own.bindings(constructor)
    at = order.index(name) if name in order else 0
    before = next((made[each] for each in reversed(order[:at]) if each in made), None)
    after = next((made[each] for each in order[at + 1 :] if each in made), None)
    if before is None and after is not None:
        return with_text(chunk.source, [(after.lineno - 1, after.col_offset, after.col_offset)], f"{code}; ")
    if (last := before or _parents(constructor)) is None:
        return None
    span = (last.end_lineno or 0) - 1, last.end_col_offset or 0, last.end_col_offset or 0
    return with_text(chunk.source, [span], f"; {code}")


def _parents(constructor: ast.FunctionDef) -> ast.stmt | None:
    """The statement that calls the parent's constructor."""
    for statement in constructor.body:
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="__init__"))):
                return statement
    return None
