"""A worker's folder holds what Python compiled of our modules: no worker compiles them again."""

from __future__ import annotations

import sys
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


def test_nothing_need_be_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is written that Python compiles, the modules are there all the same."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "module.py").write_text("x = 1\n")
    staging._copy(tmp_path / "module.py", tmp_path / "there" / "module.py")
    assert (tmp_path / "there" / "module.py").read_text() == "x = 1\n"
    assert not [*tmp_path.rglob("*.pyc")]
