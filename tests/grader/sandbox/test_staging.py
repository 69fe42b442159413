"""A worker's folder holds what Python compiled of our modules: no worker compiles them again."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from grader.sandbox import staging
from grader.sandbox.staging import Program, stage


def _fits(module: Path) -> bool:
    """Whether there is bytecode of its time and its size, as an import compares them."""
    cached, status = Path(cache_from_source(module)), module.stat()
    numbers = (int(status.st_mtime), status.st_size)
    return cached.exists() and cached.read_bytes()[8:16] == b"".join(n.to_bytes(4, "little") for n in numbers)


def test_what_is_compiled_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of every module of ours, for which it was missing as well."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    made = stage(Program())
    modules = [*(made.code / "grader").rglob("*.py")]
    try:
        assert len(modules) > 50 and all(map(_fits, modules))
    finally:
        made.remove()


def test_what_the_worker_imports_of_ours_is_there() -> None:
    """Anything else stops every worker at its start, and no test that runs its code in this process."""
    made = stage(Program())
    try:
        wanted = {name for file in (made.code / "grader").rglob("*.py") for name in _imported(file)}
        there = {name for name in wanted if _holds(made.code, name)}
        assert len(wanted) > 50 and wanted == there
    finally:
        made.remove()


def _imported(file: Path) -> Iterator[str]:
    """The modules of ours that a file imports names from."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("grader"):
            yield node.module or ""


def _holds(code: Path, name: str) -> bool:
    """Whether a folder of code holds a module."""
    path = code.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def test_nothing_need_be_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is written that Python compiles, the modules are there all the same."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "module.py").write_text("x = 1\n")
    staging._copy(tmp_path / "module.py", tmp_path / "there" / "module.py")
    assert (tmp_path / "there" / "module.py").read_text() == "x = 1\n"
    assert not [*tmp_path.rglob("*.pyc")]


def test_a_worker_of_another_user_can_read_it(tmp_path: Path) -> None:
    """Where this process closes what it makes, and where a file was closed before."""
    (tmp_path / "module.py").touch(mode=0o600)
    before = os.umask(0o077)
    try:
        made = stage(Program(extra=(tmp_path / "module.py",)))
    finally:
        os.umask(before)
    try:
        paths = [made.code, made.kit, *made.code.rglob("*"), *made.kit.rglob("*")]
        assert made.code / "module.py" in paths
        wanted = {path: 0o005 if path.is_dir() else 0o004 for path in paths}
        assert [path for path, mode in wanted.items() if path.stat().st_mode & mode != mode] == []
        assert made.home.stat().st_mode & 0o077 == 0
    finally:
        made.remove()
