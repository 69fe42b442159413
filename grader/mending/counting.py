"""Numbers that rows and columns are taken by, worked out where a submission runs, and read as slices.

What records a pass makes tensors without values, which can't be read: what makes the numbers is given to a
function, which is put before the code that is mended and makes them as usual.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from grader.mending.edits import function_at, with_import
from grader.records.submission import Chunk, Slice

MADE, SLICES = "_made_with_values_", "_as_slices_"
SIZES = ("size", "shape", "device", "dtype")  # what is asked of a map, which isn't a number that is counted
BESIDE = f"""\
def {MADE}(make):
    import torch

    class OnTheCpu(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            if func in (torch.Tensor.to, torch.Tensor.cuda):
                return args[0]
            named = kwargs or {{}}
            return func(*args, **{{name: "cpu" if name == "device" else named[name] for name in named}})

    with torch.device("cpu"), OnTheCpu():
        made = make()
        return tuple(made) if hasattr(made, "__next__") else made


def {SLICES}(make, axis=None):
    import torch

    def read(numbers):
        if isinstance(numbers, tuple):
            return tuple(map(read, numbers))
        if not isinstance(numbers, (torch.Tensor, list, range)) and not hasattr(numbers, "__array__"):
            return numbers
        counted = list(dict.fromkeys(torch.as_tensor(numbers).flatten().tolist()))
        is_slice = counted and counted == list(range(counted[0], counted[-1] + 1))
        return slice(counted[0], counted[-1] + 1) if is_slice else numbers

    taken = {MADE}(lambda: read(make()))
    return taken if axis is None else (slice(None),) * (axis % 4) + (taken,)
"""


def beside(slice: Slice, chunk: Chunk) -> Slice:
    """A slice in which the functions stand before a statement."""
    found = (module for module in slice.modules if any(each is chunk for each in module.chunks))
    module = next(found, None)
    return with_import(slice, module, BESIDE) if module else slice


def as_slices(value: ast.expr, numbers: ast.expr, axis: ast.expr | None = None) -> ast.expr:
    """What is taken of a value by numbers, along one axis or as they stand, by slices instead."""
    given = ", ".join([f"lambda: {ast.unparse(_written(numbers))}", *([ast.unparse(axis)] if axis else [])])
    return ast.Subscript(value, ast.parse(f"{SLICES}({given})", mode="eval").body, ast.Load())


def _written(numbers: ast.expr) -> ast.expr:
    """An index as an expression, which a slice is only within brackets."""
    match numbers:
        case ast.Tuple(elts=elts):
            return ast.Tuple([_written(each) for each in elts], ast.Load())
        case ast.Slice(lower=lower, upper=upper, step=step):
            ends = [end or ast.Constant(None) for end in (lower, upper, step)]
            return ast.Call(ast.Name("slice", ast.Load()), ends, [])
    return numbers


def is_computed(index: ast.expr) -> bool:
    """Whether something may be taken by numbers that are computed."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    plain = (ast.Slice, ast.Constant, ast.UnaryOp)
    return any(not isinstance(part, plain) for part in parts)


def with_values(made: ast.expr) -> str:
    """What makes numbers, as what makes them with values."""
    return f"{MADE}(lambda: {ast.unparse(made)})"


def made_above(parsed: ast.Module, line: int, numbers: Iterable[ast.expr]) -> set[ast.expr]:
    """What the names of numbers were bound to last above a line, and what the names in that were."""
    function = function_at(parsed, line) or parsed
    assigns = [node for node in ast.walk(function) if isinstance(node, ast.Assign) and node.lineno < line]
    bound = {name: node.value for node in sorted(assigns, key=_line) for name in _targets(node)}
    wanted, seen = [name for each in numbers for name in _names(each)], set[str]()
    while wanted:
        if (name := wanted.pop()) not in seen and name in bound and "self" not in _names(bound[name]):
            wanted += _names(bound[name])
            seen.add(name)
    return {bound[name] for name in seen}


def are_given(parsed: ast.Module, line: int, numbers: Iterable[ast.expr]) -> bool:
    """Whether a function is given the numbers as they are: they are made elsewhere."""
    function = function_at(parsed, line)
    names = _parameters(function) if function else set[str]()
    return any(isinstance(root := _root(part), ast.Name) and root.id in names for part in _parts(numbers))


def given(function: ast.FunctionDef, numbers: Iterable[ast.expr]) -> list[str]:
    """The parameters of a function that numbers are, or have as a term."""
    terms = (_root(term) for part in _parts(numbers) for term in _terms(part))
    names = [term.id for term in terms if isinstance(term, ast.Name)]
    return sorted(_parameters(function) & set(names))


def _parameters(function: ast.FunctionDef) -> set[str]:
    return {each.arg for each in function.args.args if each.arg != "self"}


def _parts(numbers: Iterable[ast.expr]) -> Iterator[ast.expr]:
    for each in numbers:
        yield from each.elts if isinstance(each, ast.Tuple) else [each]


def _terms(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left=left, right=right):
            yield from (*_terms(left), *_terms(right))
        case _:
            yield node


def _root(node: ast.expr) -> ast.expr:
    """What is indexed, or whose method is called."""
    match node:
        case ast.Subscript(value=value) | ast.Call(func=ast.Attribute(value=value)):
            return node if isinstance(value, ast.Attribute) else _root(value)
    return node


def _line(node: ast.Assign) -> int:
    return node.lineno


def _targets(node: ast.Assign) -> Iterator[str]:
    for target in node.targets:
        yield from (part.id for part in ast.walk(target) if isinstance(part, ast.Name))


def _names(node: ast.expr) -> Iterator[str]:
    """The names that an expression reads, but for those of maps whose sizes it asks."""
    maps = {
        id(each.value) for each in ast.walk(node) if isinstance(each, ast.Attribute) and each.attr in SIZES
    }
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and id(each) not in maps:
            yield each.id
