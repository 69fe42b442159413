"""Tell code whose networks compute the same however often, and whenever, they are called.

What a grading sees of a network says what it will do later only where nothing else can have a say: no
count of calls, no clock, no value kept from call to call, no patched library. The code's shape shows that,
by closed lists: what isn't known to be harmless isn't. Code of networks may build layers from torch and
call them; all other code may do more, but change nothing that the networks use.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import BuiltinFunctionType, ModuleType

import torch
from torch import nn

from grader.assignment import NETWORKS
from grader.records.submission import Chunk, Slice
from reference import kit

Function = ast.FunctionDef


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What any code of a submission may import, and of that what leads to harm.
LIBRARIES = _words(
    "__future__ collections copy cv2 functools io json math matplotlib numpy os pathlib PIL time torch"
    " torchvision tqdm typing warnings"
)
HIDDEN = _words("sys os np numpy torch builtins importlib inspect ctypes gc subprocess types")
BY_FILE = _words("load save savez fromfile memmap ctypeslib lib testing f2py")  # of numpy
OF_OS = _words("path getcwd listdir")
PATCHING = _words("register_module_forward_hook Parameter Buffer UninitializedParameter")  # of torch.nn
SPACES = {"nn": nn, "nn.functional": nn.functional, "nn.init": nn.init}
TYPES = _words(
    "Tensor Size device dtype float float32 float64 long int no_grad FloatTensor cuda.is_available"
    " autograd.Variable"
)
# What code of the networks may take from elsewhere, and what their forward pass may.
NUMPY = _words(
    "abs absolute arange array asarray ceil eye float32 float64 floor linspace meshgrid mgrid minimum"
    " ogrid ones outer zeros ndarray zeros_like"
)
IN_NETWORKS = _words("collections.OrderedDict collections.namedtuple")
IN_FORWARD = _words("torch.cat torch.relu torch.add torch.narrow torch.max_pool2d torch.Tensor")
BUILTINS = _words(
    "bool dict enumerate float int isinstance len list max min range reversed set slice staticmethod"
    " classmethod property str sum super tuple zip abs round sorted print any all type ValueError TypeError"
)
ELSEWHERE = _words("open getattr hasattr map filter iter next FileNotFoundError ImportError Exception")
# Names whose values are gone through once, and who goes through them where they stand.
PASSING = _words("enumerate zip reversed map filter iter")
PASSING_METHODS = _words("children modules parameters named_children named_modules named_parameters")
TAKING = _words("list tuple dict sum max min sorted set all any enumerate zip reversed")
# Attributes: of tensors in a forward pass, of anything set from outside, of modules that no network may set.
METHODS = _words("add clone contiguous float narrow relu reshape size view")
READABLE = _words("ndim shape training")
TENSORS = frozenset(dir(torch.Tensor))  # what a tensor has by these names is no layer
SETTABLE = _words("data requires_grad")
TAKEN = frozenset(dir(nn.Module)) - {"forward", "__init__", "extra_repr"}
UNSETTABLE = TAKEN | {"forward", "training"}

FLOW_NODES = (
    *(Function, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.AnnAssign, ast.Expr, ast.For, ast.If),
    *(ast.IfExp, ast.Pass, ast.Call, ast.keyword, ast.Starred, ast.Attribute, ast.Name, ast.Constant),
    *(ast.Tuple, ast.List, ast.Subscript, ast.Slice, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop),
    ast.expr_context,
)
PLAIN_TEST = (ast.UnaryOp, ast.Not, ast.Attribute, ast.Name, ast.Constant, ast.Load)
LISTS = (ast.List, ast.Tuple, ast.Call, ast.Load, ast.Constant)


@dataclass(frozen=True, slots=True)
class Doubt:
    """What isn't known to be harmless, and where it stands."""

    what: str
    label: str
    line: int

    def __str__(self) -> str:
        return f"{self.what} ({self.label}, line {self.line})"


class _Odd(Exception):
    def __init__(self, node: ast.AST, what: str) -> None:
        self.node, self.what = node, what


@dataclass(frozen=True, slots=True)
class _Names:
    """What the names of a slice stand for."""

    modules: frozenset[str]  # files of the submission
    imports: Mapping[str, str]  # alias -> dotted path
    functions: Mapping[str, tuple[Function, ...]]
    classes: Mapping[str, ast.ClassDef]
    kept: frozenset[str]  # attributes that networks set on themselves


def doubt(slice: Slice) -> Doubt | None:
    """Return the first thing in a slice that keeps its networks from being known by a few calls, if any."""
    chunks = [chunk for module in slice.modules for chunk in module.chunks]
    others = [*slice.cam_cell, *slice.weight_fc]
    others += [chunk for ways in slice.copying.values() for way in ways for chunk in way.chunks]
    trees = [(chunk, ast.parse(chunk.source)) for chunk in (*chunks, *others)]
    names = _names(slice, [tree for _, tree in trees])
    flow = _reached({"forward"}, names)
    ours = _reached({network.name for network in NETWORKS.values()}, names)
    for chunk, tree in trees:
        try:
            _check(tree, names, flow, ours)
        except _Odd as odd:
            return Doubt(odd.what, chunk.label, _line(chunk, odd.node))
    return None


def _line(chunk: Chunk, node: ast.AST) -> int:
    return chunk.line + getattr(node, "lineno", 1) - 1


def _names(slice: Slice, trees: list[ast.Module]) -> _Names:
    imports: dict[str, str] = {}
    functions: dict[str, tuple[Function, ...]] = {}
    classes, kept = {}, set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        match node:
            case ast.Import():
                imports |= {a.asname or a.name.partition(".")[0]: _bound(a) for a in node.names}
            case ast.ImportFrom():
                imports |= {
                    a.asname or a.name: f"{'.' * node.level}{node.module}.{a.name}" for a in node.names
                }
            case ast.FunctionDef():
                functions[node.name] = (*functions.get(node.name, ()), node)
            case ast.ClassDef():
                classes[node.name] = node
            case ast.Attribute(ctx=ast.Store()):
                kept.add(node.attr)
    return _Names(frozenset(m.name for m in slice.modules), imports, functions, classes, frozenset(kept))


def _bound(alias: ast.alias) -> str:
    return alias.name if alias.asname else alias.name.partition(".")[0]


def _reached(start: set[str], names: _Names) -> frozenset[str]:
    """Return the functions and classes that code of these names may call, by any name that it holds."""
    reached: set[str] = set()
    left = list(start)
    while left:
        name = left.pop()
        if name in reached:
            continue
        reached.add(name)
        nodes: list[ast.AST] = list(names.functions.get(name, ()))
        nodes += [names.classes[name]] if name in names.classes else []
        for node in (inner for outer in nodes for inner in ast.walk(outer)):
            for known in _mentioned(node):
                if known in names.functions or known in names.classes:
                    left.append(known)
    return frozenset(reached)


def _mentioned(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.FunctionDef(name=name):
            yield name


def _check(tree: ast.Module, names: _Names, flow: frozenset[str], ours: frozenset[str]) -> None:
    """Judge a statement of the slice: raises _Odd."""
    definitions = (node for node in ast.walk(tree) if isinstance(node, Function | ast.ClassDef))
    defined = [definition for definition in definitions if definition.name in ours]
    network = frozenset(id(inner) for definition in defined for inner in ast.walk(definition))
    for definition in defined:
        if isinstance(definition, Function) and definition.name in flow:
            _flows(definition, names)
    _borrows(tree, names, network)
    at_once = _used_at_once(tree)
    for node in ast.walk(tree):
        _tame(node, names, tree)
        if id(node) in network:
            _builds(node, names, at_once)


# --- what no code may do --------------------------------------------------------------------------------


def _tame(node: ast.AST, names: _Names, tree: ast.Module) -> None:
    """Refuse what could change a library, or a network from outside."""
    match node:
        case ast.Import() | ast.ImportFrom():
            _imports(node, names)
        case ast.Global() | ast.Nonlocal() | ast.Delete() | ast.AsyncFunctionDef() | ast.Await():
            raise _Odd(node, f"`{type(node).__name__.lower()}`")
        case ast.Name(id=name, ctx=ast.Load()) if hasattr(builtins, name) and name not in names.imports:
            if name not in BUILTINS | ELSEWHERE:
                raise _Odd(node, f"`{name}`")
        case ast.Attribute(attr=attr):
            if attr.startswith("_") and attr not in ("__init__", "_modules", *names.functions):
                raise _Odd(node, f"`.{attr}`")
            if isinstance(node.ctx, ast.Store) and attr not in SETTABLE and not _own(node):
                raise _Odd(node, f"`.{attr}` set from outside")
        case ast.Call(func=ast.Name(id="getattr"), args=[_, name, *_]) if not _listed(name, tree):
            raise _Odd(node, "`getattr` by a name that is computed")
        case ast.Call(func=ast.Name(id="open"), args=[_, *mode], keywords=more):
            if more or not all(isinstance(m, ast.Constant) and m.value in ("r", "rb") for m in mode):
                raise _Odd(node, "`open` to write")
        case ast.ClassDef(keywords=[_, *_]):
            raise _Odd(node, "a metaclass")
        case ast.FunctionDef(name=name) if name.startswith("__") and name not in ("__init__", "__len__"):
            raise _Odd(node, f"`{name}`")


def _own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self" and node.attr not in UNSETTABLE


def _imports(node: ast.Import | ast.ImportFrom, names: _Names) -> None:
    ours = names.modules | kit_modules()
    for alias in node.names:
        if isinstance(node, ast.ImportFrom) and node.level:
            continue
        whole = (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        if (whole.partition(".")[0] not in LIBRARIES | ours and whole not in ours) or alias.name == "*":
            raise _Odd(node, f"`import {whole}`")


@cache
def kit_modules() -> frozenset[str]:
    """Return the names of the modules that the course hands out."""
    return frozenset(path.stem for path in Path(kit.__file__).parent.iterdir())


def _listed(name: ast.expr, tree: ast.Module) -> bool:
    """Whether a name is a word of a list that stands in the code, with nothing private in it."""
    if isinstance(name, ast.Constant):
        return _public(name)
    loops = [
        node.iter
        for node in ast.walk(tree)
        if isinstance(node, ast.For | ast.comprehension)
        and isinstance(name, ast.Name)
        and any(isinstance(part, ast.Name) and part.id == name.id for part in ast.walk(node.target))
    ]
    return bool(loops) and all(_public(part) for loop in loops for part in ast.walk(loop))


def _public(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return not str(node.value).startswith("_")
    return isinstance(node, LISTS) or (isinstance(node, ast.Name) and node.id in PASSING)


# --- what code of the submission may take from libraries -------------------------------------------------


def _borrows(tree: ast.Module, names: _Names, network: frozenset[int]) -> None:
    """Refuse what libraries offer to change themselves, and their modules under other names."""
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and id(node) not in inner:
            dotted = _dotted(node, names)
            if dotted and not _known(dotted, id(node) in network, names):
                raise _Odd(node, f"`{dotted}`")


def _dotted(node: ast.expr, names: _Names) -> str:
    """Return the path that a chain of attributes takes through a library; "" where it is none."""
    match node:
        case ast.Name(id=name):
            return names.imports.get(name, "")
        case ast.Attribute(value=value, attr=attr):
            before = _dotted(value, names)
            return f"{before}.{attr}" if before else ""
    return ""


def _known(dotted: str, network: bool, names: _Names) -> bool:
    first, _, rest = dotted.partition(".")
    if dotted.startswith(".") or first in names.modules | kit_modules():
        return True  # what is behind it is judged where it stands, or is the course's own
    parts = rest.split(".")
    if first == "torch":
        return any(_in_torch(".".join(parts[:n])) for n in range(1, len(parts) + 1))
    if first == "numpy":
        return parts[0] in NUMPY or (not network and parts[0] not in BY_FILE | {""})
    if first == "torchvision":
        return parts[0] in ("models", "transforms") and len(parts) > 1 and not HIDDEN & set(parts)
    if network:
        return dotted in IN_NETWORKS or first == "math"
    return (first != "os" or parts[0] in OF_OS) and bool(rest) and not HIDDEN & set(parts)


@cache
def _in_torch(rest: str) -> bool:
    """Whether a path through torch leads to a layer, a function or a type."""
    if rest in TYPES:
        return True
    space, _, name = rest.rpartition(".")
    if space in SPACES:
        found = getattr(SPACES[space], name, None)
        return found is not None and not isinstance(found, ModuleType) and name not in PATCHING
    return space == "" and isinstance(getattr(torch, name, None), BuiltinFunctionType)


# --- what code of the networks may do -------------------------------------------------------------------


def _builds(node: ast.AST, names: _Names, at_once: frozenset[int]) -> None:
    """Refuse what could be kept from call to call, other than layers."""
    match node:
        case ast.Yield() | ast.YieldFrom() | ast.Lambda() | ast.GeneratorExp() if id(node) not in at_once:
            raise _Odd(node, f"`{type(node).__name__.lower()}`")
        case ast.Name(id=name, ctx=ast.Load()) if (
            name in ELSEWHERE - {"getattr"} and name not in names.imports
        ):
            raise _Odd(node, f"`{name}`")
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in PASSING | PASSING_METHODS:
            if id(node) not in at_once:
                raise _Odd(node, f"`{name}` whose items are taken elsewhere")
        case ast.Attribute(attr=attr) if attr.startswith("register_"):
            raise _Odd(node, f"`.{attr}`")
        case ast.Assign(targets=targets, value=value):
            kept = any(
                isinstance(target, ast.Attribute) and target.attr not in SETTABLE for target in targets
            )
            if kept and any(_is_tensor(part, names) for part in ast.walk(value)):
                raise _Odd(node, "a tensor kept beside the parameters")
        case ast.FunctionDef(name=name) if name in TAKEN:
            raise _Odd(node, f"`{name}` defined anew")


def _is_tensor(node: ast.AST, names: _Names) -> bool:
    dotted = _dotted(node, names) if isinstance(node, ast.expr) else ""
    return dotted.startswith("torch.") and not dotted.startswith("torch.nn")


def _used_at_once(tree: ast.Module) -> frozenset[int]:
    """Return what is gone through where it stands: by a loop, or into a list."""
    found: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.For(iter=value) | ast.comprehension(iter=value) | ast.Starred(value=value):
                found.add(id(value))
            case ast.Call(func=ast.Name(id=name), args=[value, *more]) if name in TAKING:
                found |= {id(value), *map(id, more if id(node) in found or name in PASSING else ())}
    return frozenset(found)


def _flows(function: Function, names: _Names) -> None:
    """Refuse what a forward pass could be different by, from call to call."""
    for node in ast.walk(function):
        if not isinstance(node, FLOW_NODES):
            raise _Odd(node, f"`{type(node).__name__.lower()}` in the forward pass")
        match node:
            case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()):
                raise _Odd(node, "something kept by the forward pass")
            case ast.Name(id="getattr"):
                raise _Odd(node, "`getattr` in the forward pass")
            case ast.If(test=test) | ast.IfExp(test=test):
                if not all(isinstance(part, PLAIN_TEST) for part in ast.walk(test)):
                    raise _Odd(node, "a condition in the forward pass")
            case ast.Attribute():
                _flow_attribute(node, names)


def _flow_attribute(node: ast.Attribute, names: _Names) -> None:
    dotted = _dotted(node, names)
    if dotted:
        if (not dotted.startswith("torch.nn") and dotted not in IN_FORWARD) or dotted.endswith("_"):
            raise _Odd(node, f"`{dotted}` in the forward pass")
    elif node.attr not in READABLE | METHODS | names.kept - TENSORS and node.attr not in names.functions:
        raise _Odd(node, f"`.{node.attr}` in the forward pass")
