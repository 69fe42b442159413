"""A call that makes no layer, or one that can't be applied, read as the layer that the assignment has there.

Which one that is, is told by the name that it gets, else by the numbers that it is given. A guess: it counts
only where a whole network runs with it, and the layer's own line is lost beside "build".
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from grader.diagnosis.payers import LAYERS, LineName
from grader.mending import own
from grader.mending.edits import Mend, function_at, told, with_node, with_source
from grader.mending.forgotten import N_CLASS, NN, TABLES, code, constructors, has_weights, stand_ins
from grader.mending.trouble import LARGEST, Trouble, chunks_at, on_line, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice
from reference.architecture import FIRST_PADDING, Conv

MOST = 6  # layers that one call is read as: each costs a run of the submission
WEIGHTLESS: dict[str, tuple[LineName, str]] = {  # by what a layer without weights is called
    "pool": ("pools", "MaxPool2d(2, 2, ceil_mode=True)"),
    "relu": ("activations", "ReLU()"),
    "drop": ("dropout", "Dropout2d(0.5)"),
}
FROM_ZERO = ("padding", "output_padding", "p", "bias")  # arguments that may be 0
Layer = tuple[str, LineName, str]  # what it is called, the line that it costs, its code


def mends(trouble: Trouble, slice: Slice, target: str, padding: int = FIRST_PADDING) -> Iterator[Mend]:
    """The calls that raise or that made what raises, each as a layer that may be meant.

    `padding` is that of conv1_1 as the year wants it.
    """
    layers = tuple(TABLES[target](N_CLASS, padding).convs()) if target in TABLES else ()
    for chunk, call, constructor in _calls(trouble, slice):
        place = Place(chunk.label, chunk.line + call.lineno - 1)
        for role, line, made in _meant(call, constructor, layers):
            source = with_node(chunk.source, call, f"{NN}.{made}")
            words = f"`{told(call)}` read as the assignment's {role}"
            lines = tuple(dict.fromkeys(("build", line)))
            yield Mend(with_source(slice, chunk, source), words, made=place, lines=lines, whole=True)


# --- which call -------------------------------------------------------------------------------------


def _calls(trouble: Trouble, slice: Slice) -> Iterator[tuple[Chunk, ast.Call, ast.FunctionDef]]:
    """The calls in constructors that raise; else those that made what is applied on the line that raises."""
    for place in (trouble.place, *trouble.place.callers) if trouble.place else ():
        for _, chunk in chunks_at(slice, place):
            parsed = tree(chunk)
            function = function_at(parsed, place.line - chunk.line + 1)
            if function and function.name == "__init__" and len(chunk.source) <= LARGEST:
                yield from ((chunk, call, function) for call in _at(chunk, function, place))
                return
    applied = {
        node.attr
        for _, chunk in chunks_at(slice, trouble.place)
        for node in on_line(trouble, chunk)
        if own.is_own(node)
    }
    for chunk, _, constructor in constructors(slice):
        for call in _making(constructor, applied):
            yield chunk, call, constructor


def _at(chunk: Chunk, constructor: ast.FunctionDef, place: Place) -> list[ast.Call]:
    """The calls on a line, the one that raised first."""
    line, piece = place.line - chunk.line + 1, place.piece
    calls = [node for node in ast.walk(constructor) if isinstance(node, ast.Call)]
    around = [call for call in calls if call.lineno <= line <= (call.end_lineno or 0) and _is_layer(call)]
    return sorted(around, key=lambda call: (piece is None or call.col_offset != piece[1], -call.col_offset))[
        :2
    ]


def _is_layer(call: ast.Call) -> bool:
    """Whether a call is of a class: what makes a layer by itself, and holds no others."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    return name[:1].isupper() and not name.startswith(("Sequential", "Module"))


def _making(constructor: ast.FunctionDef, applied: set[str]) -> Iterator[ast.Call]:
    """The calls that make what is applied, or anything with a size that none can have."""
    bound = {id(statement.value) for name, statement in own.bindings(constructor).items() if name in applied}
    calls = [node for node in ast.walk(constructor) if isinstance(node, ast.Call) and _is_layer(node)]
    impossible = [call for call in calls if _is_impossible(call)]
    yield from impossible or (call for call in calls if id(call) in bound)


def _is_impossible(call: ast.Call) -> bool:
    """Whether a call gives a size of 0 or less where there is none, or a stride that leaves no map."""
    given = [(value, "") for value in call.args] + [(each.value, each.arg or "") for each in call.keywords]
    return any(_number(value) < (0 if name in FROM_ZERO else 1) for value, name in given) or _strides(call)


def _strides(call: ast.Call) -> bool:
    """Whether a convolution leaves most out: its padding, say, is given in the place of the stride."""
    values = dict(zip(("inputs", "outputs", "kernel", "stride"), call.args, strict=False))
    values |= {(each.arg or "").removesuffix("_size"): each.value for each in call.keywords}
    kernel, stride = (_number(values[name]) if name in values else 1 for name in ("kernel", "stride"))
    return getattr(call.func, "attr", getattr(call.func, "id", "")) == "Conv2d" and stride > 2 * kernel


def _number(value: ast.expr) -> float:
    """A number as it stands in the code; 1 for anything else."""
    match value:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
    return 1


# --- which layer ------------------------------------------------------------------------------------


def _meant(call: ast.Call, constructor: ast.FunctionDef, layers: Sequence[Conv]) -> Iterator[Layer]:
    """The layers that a call may be meant to make, likeliest first."""
    name = _name(call, constructor)
    kind = getattr(call.func, "attr", getattr(call.func, "id", "")).lower()
    for word, (line, made) in WEIGHTLESS.items():
        if word in kind or (word in name.lower() and not has_weights(name)):
            yield word, "build" if word in kind else line, made  # of the right kind, and called wrongly
            return
    classes = own.classes(constructor) or str(N_CLASS)
    if name and has_weights(name):
        found = [layer for layer, _ in stand_ins(name, layers, constructor)]
    else:
        found = list({(one.inputs, one.outputs, one.kernel): one for one in reversed(layers)}.values())
        found.sort(key=lambda layer: -_agreement(call, layer))
    for layer in found[:MOST]:
        yield layer.role, LAYERS[layer.role].line, code(layer, classes)


def _agreement(call: ast.Call, layer: Conv) -> int:
    """How many of the numbers that a call is given are a layer's."""
    sizes = [_number(value) if isinstance(value, ast.Constant) else N_CLASS for value in call.args[:3]]
    return sum(
        given == wanted
        for given, wanted in zip(sizes, (layer.inputs, layer.outputs, layer.kernel), strict=False)
    )


def _name(call: ast.Call, constructor: ast.FunctionDef) -> str:
    """The attribute or key that a layer gets; "" where it has none of its own."""
    for node in ast.walk(constructor):
        match node:
            case ast.Assign(targets=[ast.Attribute(attr=name)], value=value) if value is call:
                return name
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=str(name)))], value=value):
                if value is call:
                    return name
            case ast.keyword(arg=str(name), value=value) if value is call:
                return name
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if value is call and isinstance(key, ast.Constant):
                        return str(key.value)
            case ast.Call(args=[ast.Constant(value=str(name)), value]) if value is call:
                return name
    return ""
