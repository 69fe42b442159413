"""The line of a graded function that takes the step which a rubric line is about."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from grader.assignment import MAP, PREDICT
from grader.mending.carrying import Function, Part, carrying
from grader.mending.changing import changes_an_argument, owner, spoils
from grader.records.reason import Place
from grader.records.submission import Slice

Takes = Callable[[ast.AST, Function], bool]


def named(*words: str) -> Takes:
    """A name or an attribute that is one of these words."""
    return lambda node, _: getattr(node, "attr", getattr(node, "id", "")) in words


def of_kind(*kinds: type[ast.AST]) -> Takes:
    """Syntax of one of these kinds."""
    return lambda node, _: isinstance(node, kinds)


ENDS = named("min", "max", "amin", "amax", "ptp")
RANGES = named(
    "min", "max", "minimum", "amin", "amax", "argmin", "argmax", "ptp", "clip", "normalize", "relu"
)


def adds_products(node: ast.AST, function: Function) -> bool:
    sums = named("dot", "matmul", "mm", "bmm", "mv", "einsum", "tensordot", "conv2d", "average")(
        node, function
    )
    return sums or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult))


def _adds_up(node: ast.AST, function: Function) -> bool:
    """Whether it adds products, or is a loop that does, or a sum over an axis."""
    loops = isinstance(node, ast.For) and any(isinstance(each, ast.AugAssign) for each in ast.walk(node))
    return loops or adds_products(node, function) or _sums_over_an_axis(node)


def _sums_over_an_axis(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") not in ("sum", "mean"):
        return False
    numbers = any(isinstance(each, ast.Constant | ast.Tuple | ast.UnaryOp) for each in node.args)
    return numbers or any(each.arg in ("axis", "dim") for each in node.keywords)


def _multiplies(node: ast.AST, _: Function) -> bool:
    """Whether it multiplies, other than by a number that stands there."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
        return False
    return not any(isinstance(each, ast.Constant) for each in (node.left, node.right))


def _takes_of(number: int) -> Takes:
    """Whether a node takes a part of an argument of the function, or of what a method makes of that."""

    def takes(node: ast.AST, function: Function) -> bool:
        arguments = [*function.args.posonlyargs, *function.args.args][number:]
        if not arguments or not isinstance(node, ast.Subscript):
            return False
        source: ast.AST = node
        while isinstance(source, ast.Subscript | ast.Attribute | ast.Call):
            source = source.func if isinstance(source, ast.Call) else source.value
        return owner(source) == arguments[0].arg

    return takes


def _brings_to_a_range(node: ast.AST, function: Function) -> bool:
    """Whether it computes with a minimum or a maximum, be it by a name."""
    if not isinstance(node, ast.BinOp | ast.AugAssign):
        return False
    named = {
        part.id
        for each in ast.walk(function)
        if isinstance(each, ast.Assign) and _has_ends(each.value, function)
        for target in each.targets
        for part in ast.walk(target)
        if isinstance(part, ast.Name) and not _computes(each.value)
    }
    return _has_ends(node, function) or _reads(node, named)


def _begins_a_range(node: ast.AST, function: Function) -> bool:
    """Whether it is named for a range, or takes from a value what is made of that value, or divides by it."""
    match node:
        case (
            ast.BinOp(left=ast.Name(id=name), op=ast.Sub() | ast.Div(), right=other)
            | ast.AugAssign(target=ast.Name(id=name), op=ast.Sub() | ast.Div(), value=other)
        ):
            return isinstance(other, ast.Call) and _reads(other, {name})
    return RANGES(node, function)


def _has_ends(node: ast.AST, function: Function) -> bool:
    return any(ENDS(each, function) for each in ast.walk(node))


def _computes(node: ast.AST) -> bool:
    return any(isinstance(each, ast.BinOp) for each in ast.walk(node))


def _keeps(node: ast.AST, _: Function) -> bool:
    """Whether it binds an attribute."""
    return isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)


STEPS: dict[str, tuple[Takes, ...]] = {  # by rubric line; the second is looked for where the first is nowhere
    "gradients": (
        named(
            "detach", "detach_", "data", "no_grad", "inference_mode", "numpy", "set_grad_enabled", "tolist"
        ),
        named("requires_grad", "requires_grad_"),
    ),
    "determinism": (_keeps,),
    "copy_source": (spoils,),
    "cls_index": (
        named("argmax", "max", "sort", "topk", "argsort", "argmin", "min", "sorted"),
        of_kind(ast.Return),
    ),
    "cls_probability": (named("softmax", "Softmax", "log_softmax", "sigmoid", "exp"), named("print")),
    "cls_name": (named("print"), of_kind(ast.Return)),
    "cls_return": (of_kind(ast.Return),),
    "shape": (named("resize", "interpolate", "zoom", "Resize"), of_kind(ast.Return)),
    "dtype": (named("uint8", "astype", "byte", "float32", "Resize", "resize"), of_kind(ast.Return)),
    "weighted_sum": (adds_products, named("sum"), of_kind(ast.AugAssign), _multiplies, _takes_of(0)),
    "class_weights": (_takes_of(1),),
    "normalise": (_brings_to_a_range, RANGES, named("uint8")),
    "inputs_kept": (changes_an_argument,),
}
BEGINS: dict[str, Takes] = {
    "weighted_sum": _adds_up,
    "normalise": _begins_a_range,
}  # where a step is begun earlier than it is taken
TAKEN = {  # the lines of the rubric whose steps a function takes; of two on one line of code the first
    MAP: ("weighted_sum", "class_weights", "normalise", "shape", "dtype"),
    PREDICT: ("cls_index", "cls_probability", "cls_name", "cls_return"),
}
METHODS = {"gradients": "forward", "determinism": "forward"}  # where a class takes the step


def step(parsed: ast.AST, name: str, check: str) -> int | None:
    """Return the line of a function or class, `name`, that takes the step of a check (`normalise`)."""
    functions = _functions(parsed)
    for number, takes in enumerate(STEPS.get(check, ())):
        for function in _where(functions, name, check, number):
            if (line := next(lines(function, takes), None)) is not None:
                return line
    return None


def taking(parts: Sequence[Part], check: str) -> Place | None:
    """Return the line that takes the step of a check, in the first of some functions that takes it."""
    for takes in STEPS.get(check, ()):
        for chunk, function in parts:
            if (line := next(lines(function, takes), None)) is not None:
                return Place(chunk.label, chunk.line + line - 1)
    return None


def chooses(slice: Slice, name: str) -> bool:
    """Whether a function takes a part of something by its last argument: a class's weights by its index."""
    return any(_takes_by(function, _bound_from(function)) for _, function in carrying(slice, name))


def _bound_from(function: Function) -> set[str]:
    """The last argument, what is made of it, and what a loop takes from it."""
    names = {argument.arg for argument in function.args.args[-1:]}
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=other)], value=value) if _reads(value, names):
                names.add(other)
            case ast.For(target=to, iter=value) | ast.comprehension(target=to, iter=value) if _reads(
                value, names
            ):
                names |= {each.id for each in ast.walk(to) if isinstance(each, ast.Name)}
    return names


def _takes_by(function: Function, names: set[str]) -> bool:
    for node in ast.walk(function):
        match node:
            case ast.Subscript(slice=index) if _reads(index, names):
                return True
            case ast.Call(func=ast.Attribute(attr="take" | "index_select" | "select" | "gather"), args=given):
                if any(_reads(each, names) for each in given):
                    return True
    return False


def _reads(node: ast.AST, names: set[str]) -> bool:
    return any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(node))


def _functions(parsed: ast.AST) -> list[Function]:
    """Return all functions in the order in which they stand there."""
    found = [node for node in ast.walk(parsed) if isinstance(node, Function)]
    return sorted(found, key=lambda node: node.lineno)


def _where(functions: list[Function], name: str, check: str, number: int) -> list[Function]:
    """Return the functions that a step is looked for in."""
    if check == "copy_source":
        return [node for node in functions if "vgg" in node.name.lower()]
    inside = [node for node in functions if node.name == METHODS.get(check, name)][-1:]
    return inside + (functions if check == "gradients" and number else [])  # frozen anywhere


def lines(function: Function, takes: Takes) -> Iterator[int]:
    """Yield the lines that take a step, in their order."""
    parts = (*function.decorator_list, *function.body)
    nodes: list[Any] = [node for part in parts for node in ast.walk(part) if takes(node, function)]
    yield from sorted(node.lineno for node in nodes if hasattr(node, "lineno"))
