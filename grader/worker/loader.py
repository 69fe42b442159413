"""Run the slice: each chunk under its own label and line, each failure kept, the next chunk still tried."""

from __future__ import annotations
import __future__

import ast
import asyncio
import importlib
import inspect
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from grader.records.submission import Chunk, DataFile, Module, Slice
from grader.wall.uncompiled import run_uncompiled
from grader.wall.values import SourceLine, cut, kind_of
from grader.wall.verbs import Failure
from grader.worker.backports import lend
from grader.worker.debuggers import pass_by
from grader.worker.displaying import put_display
from grader.worker.downloads import install
from grader.worker.ending import stay
from grader.worker.given import look_here, put, put_pictures
from grader.worker.labels import put_labels
from grader.worker.places import forget, line_of, register
from grader.worker.serving import serve
from grader.worker.state import State
from grader.worker.waking import put_pipes

FUTURES = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # as notebooks have it
MESSAGE_CAP = 2000


class StudentCodeError(Exception):
    """An exception that student code is to blame for, wherever it was raised; it is the `__cause__`."""


@dataclass(slots=True)
class World:
    """What the worker knows of the submission; `state` is what the operations keep."""

    slice: Slice = field(default_factory=Slice)
    namespaces: dict[str, dict[str, Any]] = field(default_factory=dict)
    targets: dict[str, Any] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    state: State = field(default_factory=State)


def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call student code: what it raises is the student's, even if the traceback holds no line of theirs."""
    try:
        return function(*args, **kwargs)
    except BaseException as error:
        raise StudentCodeError from error


def describe(error: BaseException) -> tuple[str, str]:
    """The kind and the message of an exception that may lie, raise or never end when asked for its text."""
    try:
        message = cut(_told(error), MESSAGE_CAP)
    except BaseException:
        message = ""
    return kind_of(error), message


def _told(error: BaseException) -> str:
    """An exception's text, without the place of a module on this machine."""
    text = str(error)
    return text.removesuffix(f" ({error.path})") if isinstance(error, ImportError) else text


def failure(chunk: Chunk, error: BaseException) -> Failure:
    """A chunk that raised an exception."""
    return Failure(SourceLine(chunk.label, chunk.line), *describe(error), line_of(error))


# --- chunks ---------------------------------------------------------------------------------------


def run_chunks(
    chunks: Iterable[Chunk], namespace: dict[str, Any], before: Callable[[Chunk], bool] = lambda _: True
) -> list[Failure]:
    """Run chunks in one namespace and return what failed; a chunk that `before` refuses is left out."""
    chunks = list(chunks)
    register(chunks)
    failures, flags = [], 0
    for chunk in chunks:
        if not before(chunk):
            continue
        try:
            source = "\n" * (chunk.line - 1) + chunk.source
            code = compile(source, chunk.label, "exec", flags | AWAIT, dont_inherit=True)
            flags |= code.co_flags & FUTURES  # `from __future__` holds for the rest of the file
            _run(code, namespace)
        except BaseException as error:
            failures.append(failure(chunk, error))
    return failures


def _run(code: CodeType, namespace: dict[str, Any]) -> None:
    """Run a cell's code; one that awaits something runs in a loop, as a notebook has one."""
    made = eval(code, namespace)
    if code.co_flags & inspect.CO_COROUTINE:
        asyncio.run(made)


# --- modules --------------------------------------------------------------------------------------


class LocalModules(MetaPathFinder, Loader):
    """Finds the submission's own modules; intake gives none of them the name of a library.

    In a folder of the course's, such as CAM/, they stand beside the course's own.
    """

    def __init__(self, modules: Sequence[Module], run: Callable[[Module, dict[str, Any]], None]) -> None:
        self._modules = {module.name: module for module in modules}
        self._packages = {module.package for module in modules}
        self._run = run

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        inside = f"{fullname}."
        is_package = any(f"{name}.".startswith(inside) for name in (*self._modules, *self._packages))
        if not is_package and fullname not in self._modules:
            return None
        has_more = any(name.startswith(inside) for name in self._modules)
        spec = ModuleSpec(fullname, self, is_package=has_more or fullname in self._packages)
        if has_more and spec.submodule_search_locations is not None:
            spec.submodule_search_locations += self._folder_of(fullname)
        given = PathFinder.find_spec(fullname) if has_more and "." not in fullname else None
        if given is not None and spec.submodule_search_locations is not None:
            spec.submodule_search_locations += given.submodule_search_locations or []
        return spec

    def _folder_of(self, package: str) -> list[str]:
        """The folder of a package that was handed in, for what lists the modules in it."""
        file = self._modules[package].file if package in self._modules else ""
        return [str(Path.cwd() / file).removesuffix("/__init__.py")] if file.endswith("/__init__.py") else []

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ in self._modules:
            self._run(self._modules[module.__name__], module.__dict__)


def load(world: World, slice: Slice, before: Callable[[Chunk], bool] = lambda _: True) -> None:
    """Run the whole slice in a world: its modules as real modules, its targets bound at the end.

    What is run comes first, so that its imports bring the others in the order that Python would.
    """
    world.slice = slice
    texts = [chunk.source for module in slice.modules for chunk in module.chunks]
    texts += [chunk.source for chunk in slice.cam_cell]
    stay()
    forget()
    put(slice.files)
    put(_listed(slice.modules))
    put_pictures(chunk.source for chunk in slice.cam_cell)
    look_here()
    put_labels(texts)
    put_display(texts)
    pass_by(texts)
    put_pipes()
    lend()
    run_uncompiled()
    serve(texts)
    install()

    def run(module: Module, namespace: dict[str, Any]) -> None:
        world.namespaces[module.name] = namespace
        if module.package:  # relative imports start from the parent of the spec's name
            namespace["__package__"] = module.package
            namespace["__spec__"] = ModuleSpec(f"{module.package}.{module.name}", None)
        if module.file:
            namespace["__file__"] = str(Path.cwd() / module.file)
        world.failures += run_chunks(module.chunks, namespace, before)

    sys.meta_path.insert(0, LocalModules(slice.modules, run))
    for module in slice.modules:
        _import(world, module)
    for target, name in slice.targets.items():
        if target in world.namespaces.get(name, {}):
            world.targets[target] = world.namespaces[name][target]


def _listed(modules: Iterable[Module]) -> Iterable[DataFile]:
    """What stands for the files of modules where code lists a folder: the slice has what is run of them."""
    return [DataFile(module.file, b"") for module in modules if module.file]


def _import(world: World, module: Module) -> None:
    """Import one module of the slice, unless another one did so already."""
    if module.name in world.namespaces:  # as what another name stands for, too
        return
    try:
        importlib.import_module(module.name)
        if module.name not in world.namespaces:
            raise ImportError(
                f"{module.name} is the name of an installed module, which this file can't replace"
            )
    except BaseException as error:
        first = module.chunks[0] if module.chunks else Chunk(module.name, 1, "")
        world.failures.append(failure(first, error))
