"""Slips in what makes a class a network: its parent, its constructor, its forward pass, what it returns."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.assignment import GRADIENTS, MAP
from grader.diagnosis.payers import LineName
from grader.mending import arguments
from grader.mending.alike import alike
from grader.mending.arguments import functions
from grader.mending.edits import Mend, Span, told, with_node, with_source, with_text
from grader.mending.trouble import Trouble, bound, line_in, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

METHODS = ("__init__", "forward")
FIRST = """\
{0} = (lambda made: lambda *given: (lambda found:
    next(iter(found.values() if isinstance(found, dict) else found))
    if isinstance(found, (tuple, list, dict)) and found else found)(made(*given)))({0})"""
BYTES = """\
{0} = (lambda made: lambda *given: (lambda found:
    __import__('numpy').frombuffer(found, 'uint8').reshape(round(len(found) ** 0.5), -1)
    if isinstance(found, (bytes, bytearray, memoryview)) else found)(made(*given)))({0})"""
MODULE = "__import__('torch').nn.Module"
# What comes of a constructor or a forward pass that Python doesn't know for one.
UNMADE = ('required "forward"', "unexpected keyword", "positional argument", "has no attribute")


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The changes of a class or function that may end a trouble which its message tells of."""
    message = trouble.message
    if "before Module.__init__() call" in message:
        yield from _constructed(slice, chunk)
    if "super" in message:
        yield from parent(trouble, slice, chunk)
    if "module() takes" in message or "has no attribute" in message or "not an nn.Module" in message:
        yield from _with_parent(slice, chunk)
    if any(words in message for words in UNMADE):
        yield from _misspelt(slice, chunk)
    if "has no attribute" in message and len(trouble.names) > 1:
        yield from _local(slice, chunk, trouble.names[1])
    yield from arguments.mends(trouble, slice, chunk)
    if " returns a" in message:
        yield from _returning(slice, chunk)
        yield from _of_a_lambda(slice, chunk)
        yield from _taken_out(slice, chunk)


# --- the parent -------------------------------------------------------------------------------------


def _constructed(slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The constructor with a call of its parent's."""
    for node in functions(chunk, "__init__"):
        first = node.body[0]
        span = (first.lineno - 1, first.col_offset, first.col_offset)
        if not isinstance(first, ast.If | ast.For | ast.While | ast.With | ast.Try):
            source = with_text(chunk.source, [span], "super().__init__(); ")
            yield Mend(with_source(slice, chunk, source), "`super().__init__()` is missing and was added")


def parent(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """`super(Other, self)` and `super` read as `super()`."""
    line = line_in(trouble, chunk)
    nodes = [node for node in ast.walk(tree(chunk)) if getattr(node, "lineno", 0) == line]
    called = [node for node in nodes if isinstance(node, ast.Call) and _is_super(node.func) and node.args]
    bare = [node for node in nodes if _is_super(node)] if not called else []
    for node in (*called, *bare):
        assert isinstance(node, ast.expr)
        source = with_node(chunk.source, node, "super()")
        yield Mend(with_source(slice, chunk, source), f"`{ast.unparse(node)}` read as `super()`")


def _is_super(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "super"


def _with_parent(slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """A class without a parent, or with the package `nn` for one, as an nn.Module."""
    for node in tree(chunk).body:
        if not isinstance(node, ast.ClassDef):
            continue
        place = Place(chunk.label, chunk.line + node.lineno - 1)
        if node.bases and ast.unparse(node.bases[0]) in ("nn", "torch.nn"):
            source = with_node(chunk.source, node.bases[0], MODULE)
            words = f"class {node.name}({ast.unparse(node.bases[0])}) read as class {node.name}(nn.Module)"
            yield Mend(with_source(slice, chunk, source), words, place)
        elif not node.bases:
            first = chunk.source.split("\n")[node.lineno - 1].encode()
            at = first.find(node.name.encode(), node.col_offset) + len(node.name.encode())
            end = first.find(b":", at)
            if at < len(node.name.encode()) or end < 0:  # written in other letters, or over several lines
                continue
            source = with_text(chunk.source, [(node.lineno - 1, at, end)], f"({MODULE})")
            words = f"class {node.name} read as class {node.name}(nn.Module)"
            yield Mend(with_source(slice, chunk, source), words, place)


# --- methods ----------------------------------------------------------------------------------------


def _misspelt(slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The constructor or the forward pass under a name that is nearly its own, or inside another method."""
    for owner in (node for node in ast.walk(tree(chunk)) if isinstance(node, ast.ClassDef)):
        methods = [node for node in owner.body if isinstance(node, ast.FunctionDef)]
        for wanted in METHODS:
            if wanted in {node.name for node in methods}:
                continue
            for node in methods:
                if wanted in alike(node.name, METHODS):
                    place = Place(chunk.label, chunk.line + node.lineno - 1)
                    source = with_text(chunk.source, [_name_of(chunk, node)], wanted)
                    yield Mend(with_source(slice, chunk, source), f"{node.name} read as {wanted}", place)
            for each in (each for method in methods for each in method.body):
                if isinstance(each, ast.FunctionDef) and each.name == wanted and each.args.args:
                    yield _moved_out(slice, chunk, each, methods[0].col_offset)


def _moved_out(slice: Slice, chunk: Chunk, node: ast.FunctionDef, column: int) -> Mend:
    """A method that is indented into another one, out of it."""
    lines, more = chunk.source.split("\n"), node.col_offset - column
    for number in range(node.lineno - 1, node.end_lineno or node.lineno):
        lines[number] = lines[number][more:] if not lines[number][:more].strip() else lines[number]
    words = f"{node.name}, which is indented into another method, read as a method of the class"
    place = Place(chunk.label, chunk.line + node.lineno - 1)
    return Mend(with_source(slice, chunk, "\n".join(lines)), words, place)


def _name_of(chunk: Chunk, node: ast.FunctionDef) -> Span:
    line = chunk.source.split("\n")[node.lineno - 1].encode()
    at = line.index(node.name.encode(), node.col_offset)
    return node.lineno - 1, at, at + len(node.name.encode())


def _local(slice: Slice, chunk: Chunk, name: str) -> Iterator[Mend]:
    """A layer that the constructor binds to a local name, or several to none, as what is read."""
    for node in (each for function in functions(chunk, "__init__") for each in function.body):
        match node:
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(attr="ModuleDict" | "ModuleList" | "Sequential"))
            ):
                span = (node.lineno - 1, node.col_offset, node.col_offset)
                words = f"`{told(node)}` read as `self.{name} = ...`"
                place = Place(chunk.label, chunk.line + node.lineno - 1)
                source = with_text(chunk.source, [span], f"self.{name} = ")
                yield Mend(with_source(slice, chunk, source), words, made=place)
            case ast.Assign(targets=[ast.Name() as target]) if target.id == name:
                source = with_node(chunk.source, target, f"self.{name}")
                place = Place(chunk.label, chunk.line + node.lineno - 1)
                yield Mend(with_source(slice, chunk, source), f"{name} read as self.{name}", made=place)


# --- what is returned -------------------------------------------------------------------------------


def _returning(slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The forward pass, or a function, that returns one of several values, the one made last first."""
    top = [node for node in tree(chunk).body if isinstance(node, ast.FunctionDef)]
    for function in top or functions(chunk, "forward"):
        last = function.body[-1]
        place = Place(chunk.label, chunk.line + last.lineno - 1)
        name = _bound_last(function)
        if isinstance(last, ast.Return) and last.value is not None:
            for part in sorted(map(ast.unparse, _parts(last.value, function)), key=lambda part: part != name):
                source = with_node(chunk.source, last.value, part)
                words = f"`{ast.unparse(last)}` read as `return {part}`"
                yield Mend(with_source(slice, chunk, source), words, place, whole=bool(top))
        if name and isinstance(last, ast.Return | ast.Expr | ast.Assign | ast.AugAssign | ast.Pass):
            given = f"return {name}"
            words = f"`{given}` is missing and was added"
            if isinstance(last, ast.Return) and last.value is not None:
                words = f"`{ast.unparse(last)}` read as `{given}`"
            text = given if isinstance(last, ast.Return) else f"{ast.unparse(last)}; {given}"
            source = with_node(chunk.source, last, text)
            yield Mend(with_source(slice, chunk, source), words, place, whole=bool(top))


def _of_a_lambda(slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """A function without a name that returns what another one makes of a value, as that value."""
    for node in tree(chunk).body:
        match node:
            case ast.Assign(value=ast.Lambda(body=ast.Call(func=called, args=args) as body)):
                parts = [*args, *([called.value] if isinstance(called, ast.Attribute) else [])]
                for part in map(ast.unparse, parts):
                    source = with_node(chunk.source, body, part)
                    place = Place(chunk.label, chunk.line + node.lineno - 1)
                    words = f"`{ast.unparse(body)}` read as `{part}`"
                    lines: tuple[LineName, ...] = ("shape",) if MAP in bound(chunk) else ()
                    yield Mend(with_source(slice, chunk, source), words, place, whole=True, lines=lines)


def _taken_out(slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """What a function returns, however it was made and wherever: the first of several values, or bytes."""
    for name in (name for name in (MAP, GRADIENTS) if name in bound(chunk)):
        for code, words in (
            (FIRST, f"the first of what {name} returns read as all of it"),
            (BYTES, f"the bytes that {name} returns read as an array"),
        ):
            source = f"{chunk.source}\n{code.format(name)}"
            yield Mend(with_source(slice, chunk, source), words, lines=("shape",))


def _bound_last(function: ast.FunctionDef) -> str:
    """The name that a function gave a value last, before it returns; "" if it gave none."""
    body = function.body[:-1] if isinstance(function.body[-1], ast.Return) else function.body
    made = (node for each in body for node in ast.walk(each) if isinstance(node, ast.Name))
    stored = sorted((node for node in made if isinstance(node.ctx, ast.Store)), key=lambda node: node.lineno)
    return stored[-1].id if stored else ""


def _parts(value: ast.expr, function: ast.FunctionDef) -> list[ast.expr]:
    """The values that one holds: a list or table as it is written, called for, or filled before."""
    match value:
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Dict(values=parts):
            return parts
        case ast.Call(args=parts, keywords=named):
            return [*(each.value for each in named), *parts]
        case ast.Name(id=name) if _is_bound_once(name, function):
            return [part for node in ast.walk(function) for part in _put(node, name, function)]
    return []


def _is_bound_once(name: str, function: ast.FunctionDef) -> bool:
    """Whether a name is bound to one value: one that is bound again and again holds what layers give."""
    nodes = (node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == name)
    return sum(isinstance(node.ctx, ast.Store) for node in nodes) == 1


def _put(node: ast.AST, name: str, function: ast.FunctionDef) -> list[ast.expr]:
    """What a statement puts under a name or into what has it."""
    match node:
        case (
            ast.Assign(targets=[ast.Subscript(value=ast.Name(id=into))], value=part)
            | ast.Call(func=ast.Attribute(value=ast.Name(id=into), attr="append"), args=[part])
        ):
            return [part] if into == name else []
        case ast.Assign(targets=[ast.Name(id=into)], value=made):
            return _parts(made, function) if into == name and not isinstance(made, ast.Name) else []
    return []
