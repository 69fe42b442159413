"""What a statement does besides binding names: objects it changes, functions it calls, files it imports."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.intake.code.magics import FILE
from grader.intake.code.names import FUNCTIONS, children, names, parameters, walk

SCOPES = (*FUNCTIONS, ast.Lambda)
MUTATORS = {
    "add", "add_module", "append", "apply", "clear", "discard", "eval", "extend", "insert", "load_state_dict",
    "move_to_end", "pop", "popitem", "register_buffer", "register_forward_hook", "register_module",
    "register_parameter", "remove", "requires_grad_", "reverse", "setdefault", "sort", "train", "update",
}  # fmt: skip
SETTINGS = {"addHandler", "basicConfig", "setLevel", "set_option", "set_printoptions"}  # of what is printed
INPLACE = {"setattr", "delattr", "shuffle", "heappush", "insort", "update_wrapper", "copyto", "fill_diagonal"}


@dataclass(frozen=True, slots=True)
class Call:
    """A call: the dotted path of what is called, and the names that its arguments are (parts) of."""

    path: str
    arguments: tuple[str | None, ...] = ()
    keywords: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """One name that an import binds: `module` with its leading dots; `attribute` "" for `import module`."""

    module: str
    attribute: str
    bound: str


@dataclass(frozen=True, slots=True)
class Body:
    """What a function does when it is called."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    parameters: tuple[str, ...]
    changes: frozenset[str]  # parameters and names of the module
    calls: tuple[Call, ...]


# --- walking --------------------------------------------------------------------------------------


def running(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes that are evaluated when statements run, without bodies of functions they define."""
    stack = [*nodes][::-1]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, SCOPES):
            stack += [*node.args.defaults, *(default for default in node.args.kw_defaults if default)]
            stack += getattr(node, "decorator_list", [])
        else:
            stack += children(node)[::-1]


def path(node: ast.expr) -> str:
    """`a.b.c` of an attribute chain that begins with a name, else ""."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *parts[::-1]]) if isinstance(node, ast.Name) else ""


def root(node: ast.expr) -> str | None:
    """The name whose object an expression is a part of: `net` of `net.fc.weight[0]` and `net.layers().x`."""
    while True:
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value
        else:
            return node.id if isinstance(node, ast.Name) else None


# --- changes --------------------------------------------------------------------------------------


def changes(nodes: Iterable[ast.AST]) -> set[str]:
    """The names whose objects are changed by nodes, as far as their own text tells."""
    nodes = list(nodes)
    found = {name for node in nodes for name in _changed(node)}
    for node in nodes:  # what changes `p` in `for p in net.parameters()` changes `net`
        if isinstance(node, ast.For) and found & names(node.target).binds:
            found |= names(node.iter).reads
    return found


def _changed(node: ast.AST) -> Iterator[str]:
    places: list[ast.expr | None] = []
    match node:
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            places = [part for target in targets for part in _parts(target)]
        case ast.AugAssign(target=ast.Name(id=name)):  # `a += [1]` changes a list that has other names too
            yield name
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            places = [target]
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=value))):  # called for its effect alone
            yield from _roots([value])
        case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in MUTATORS:
            yield from _roots([value])
    yield from _roots(place for place in places if isinstance(place, ast.Attribute | ast.Subscript))
    if isinstance(node, ast.Call) and node.args and _is_inplace(node.func):
        yield from _roots(node.args[:1])
    for decorator in getattr(node, "decorator_list", []):
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        yield from _roots([called.value] if isinstance(called, ast.Attribute) else [])


def _roots(nodes: Iterable[ast.expr]) -> Iterator[str]:
    yield from (name for node in nodes if (name := root(node)))


def _parts(target: ast.expr) -> list[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        return [part for item in target.elts for part in _parts(item)]
    return [target]


def _is_inplace(function: ast.expr) -> bool:
    """`setattr`, `random.shuffle`, and torch's functions with a trailing underscore."""
    name = path(function).rpartition(".")[2]
    return name in INPLACE or (name.endswith("_") and not name.startswith("_"))


def sets(node: ast.AST) -> bool:
    """Whether a statement sets how a library prints, which what is printed later depends on."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=attr))):
            return attr in SETTINGS
    return False


# --- calls and imports ----------------------------------------------------------------------------


def calls(nodes: Iterable[ast.AST]) -> list[Call]:
    """The calls among nodes, in order; a decorator is one."""
    found = []
    for node in nodes:
        if isinstance(node, ast.Call):
            found.append(
                Call(
                    path(node.func),
                    tuple(root(argument) for argument in node.args),
                    tuple((keyword.arg or "", root(keyword.value)) for keyword in node.keywords),
                )
            )
        for decorator in getattr(node, "decorator_list", []):
            found.append(Call(path(decorator)))
    return [call for call in found if call.path]


def body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Body:
    """What a function does when it is called, functions inside it included."""
    nodes = [node for statement in function.body for node in walk(statement)]
    return Body(function, tuple(parameters(function)), frozenset(changes(nodes)), tuple(calls(nodes)))


def imported(node: ast.AST) -> Iterator[Imported]:
    """Every import in a statement, those in the bodies of functions and by `import_module("x")` too."""
    for part in walk(node):
        if isinstance(part, ast.Import):
            for alias in part.names:
                yield Imported(alias.name, "", alias.asname or alias.name)
        elif isinstance(part, ast.ImportFrom):
            for alias in part.names:
                yield Imported("." * part.level + (part.module or ""), alias.name, alias.asname or alias.name)
        elif isinstance(part, ast.Call) and (name := _by_name(part)):
            yield Imported(name, "", "")


def _by_name(call: ast.Call) -> str:
    """The module that `importlib.import_module("x")` or `__import__("x")` imports."""
    function = getattr(call.func, "attr", getattr(call.func, "id", ""))
    match call.args:
        case [ast.Constant(str(name)), *_] if function in ("import_module", "__import__"):
            return name
        case [ast.Constant(str(name)), *_] if function == "find_spec" and name.startswith(FILE):
            return name
    return ""
