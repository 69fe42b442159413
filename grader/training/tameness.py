"""Tell code that changes no library, and no network from outside.

By closed lists: what isn't known to be harmless isn't. Of what libraries offer, networks may take less than
other code may.
"""

from __future__ import annotations

import ast
import builtins
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import BuiltinFunctionType, ModuleType

import torch
from torch import nn

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
# What Python calls without its name: by len() and by str().
UNNAMED = _words("__len__ extra_repr")
# Methods that change what they are of, or read it by turns: not to be held as values, to be called later.
HOLDERS = (list, dict, set, deque, nn.ModuleList, nn.ModuleDict, nn.ParameterList, torch.Tensor)
HELD = frozenset(
    name
    for kind in HOLDERS
    for name in dir(kind)
    if not name.startswith("_") and callable(getattr(kind, name)) and name != "forward"
)

LISTS = (ast.List, ast.Tuple, ast.Call, ast.Load, ast.Constant)


class OddError(Exception):
    """Something that isn't known to be harmless, at a node of the code."""

    def __init__(self, node: ast.AST, what: str) -> None:
        self.node, self.what = node, what


@dataclass(frozen=True, slots=True)
class Names:
    """What the names of a slice stand for."""

    modules: frozenset[str]  # files of the submission
    imports: Mapping[str, str]  # alias -> dotted path
    functions: Mapping[str, tuple[Function, ...]]
    classes: Mapping[str, ast.ClassDef]
    kept: frozenset[str]  # attributes that networks set on themselves
    bound: Mapping[str, tuple[ast.stmt, ...]]  # what stands outside of definitions, by the names it binds
    uses: Mapping[str, frozenset[str]]  # names from outside that a definition reads


# --- what no code may do --------------------------------------------------------------------------------


def tame(node: ast.AST, names: Names, tree: ast.Module) -> None:
    """Refuse what could change a library, or a network from outside: raises OddError."""
    match node:
        case ast.Import() | ast.ImportFrom():
            _imports(node, names)
        case ast.Global() | ast.Nonlocal() | ast.Delete() | ast.AsyncFunctionDef() | ast.Await():
            raise OddError(node, f"`{type(node).__name__.lower()}`")
        case ast.Name(id=name, ctx=ast.Load()) if hasattr(builtins, name) and name not in names.imports:
            if name not in BUILTINS | ELSEWHERE:
                raise OddError(node, f"`{name}`")
        case ast.Attribute(attr=attr):
            if attr.startswith("_") and attr not in ("__init__", "_modules", *names.functions):
                raise OddError(node, f"`.{attr}`")
            if isinstance(node.ctx, ast.Store) and attr not in SETTABLE and not own(node):
                raise OddError(node, f"`.{attr}` set from outside")
        case ast.Call(func=ast.Name(id="getattr"), args=[_, name, *_]) if not _listed(name, tree):
            raise OddError(node, "`getattr` by a name that is computed")
        case ast.Call(func=ast.Name(id="open"), args=[_, *mode], keywords=more):
            if more or not all(isinstance(m, ast.Constant) and m.value in ("r", "rb") for m in mode):
                raise OddError(node, "`open` to write")
        case ast.ClassDef(keywords=[_, *_]):
            raise OddError(node, "a metaclass")
        case ast.FunctionDef(name=name) if name.startswith("__") and name not in ("__init__", "__len__"):
            raise OddError(node, f"`{name}`")


def own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self" and node.attr not in UNSETTABLE


def _imports(node: ast.Import | ast.ImportFrom, names: Names) -> None:
    ours = names.modules | kit_modules()
    for alias in node.names:
        if isinstance(node, ast.ImportFrom) and node.level:
            continue
        whole = (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        if (whole.partition(".")[0] not in LIBRARIES | ours and whole not in ours) or alias.name == "*":
            raise OddError(node, f"`import {whole}`")


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
        return not str(node.value).startswith("_") and node.value not in HELD
    return isinstance(node, LISTS) or (isinstance(node, ast.Name) and node.id in PASSING)


# --- what code of the submission may take from libraries -------------------------------------------------


def borrows(tree: ast.Module, names: Names, network: frozenset[int]) -> None:
    """Refuse what libraries offer to change themselves, and their modules under other names."""
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and id(node) not in inner:
            dotted = dotted_path(node, names)
            if dotted and not _known(dotted, id(node) in network, names):
                raise OddError(node, f"`{dotted}`")


def dotted_path(node: ast.expr, names: Names) -> str:
    """Return the path that a chain of attributes takes through a library; "" where it is none."""
    match node:
        case ast.Name(id=name):
            return names.imports.get(name, "")
        case ast.Attribute(value=value, attr=attr):
            before = dotted_path(value, names)
            return f"{before}.{attr}" if before else ""
    return ""


def _known(dotted: str, network: bool, names: Names) -> bool:
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
