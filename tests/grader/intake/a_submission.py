"""Submissions for tests, and a way to run a slice of trusted code."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import chdir, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from grader.intake import read
from grader.intake.code.library import MAIN
from grader.records.submission import Chunk, Submission
from grader.worker.loader import LocalModules, World, load


def cell(source: str | list[str], kind: str = "code", **more: Any) -> dict[str, Any]:
    """A cell as it stands in a notebook's JSON."""
    base: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source}
    return base | ({"outputs": [], "execution_count": None} if kind == "code" else {}) | more


def ipynb(*cells: str | dict[str, Any]) -> bytes:
    """A notebook; a string is a cell of code."""
    nodes = [cell(each) if isinstance(each, str) else each for each in cells]
    return json.dumps({"cells": nodes, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def folder(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """A folder with these files."""
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return root


def zipped(
    files: Iterable[tuple[str | zipfile.ZipInfo, str | bytes]], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A zip with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def of_cells(root: Path, *cells: str | dict[str, Any], files: Mapping[str, str] | None = None) -> Submission:
    """A folder with a notebook of these cells and with other files, as intake reads it."""
    return read(folder(root / "student", {"a.ipynb": ipynb(*cells), **(files or {})}))


@contextmanager
def modules_of(submission: Submission) -> Iterator[dict[str, Any]]:
    """Load a slice of trusted code for a while, as the worker does: the namespace of the notebook."""
    finders, before, world = list(sys.meta_path), set(sys.modules), World()
    try:
        with TemporaryDirectory() as home, chdir(home):  # its files are put there
            load(world, submission.slice)
            assert world.failures == []
            yield world.namespaces["submission"]
    finally:
        sys.meta_path[:] = finders
        for name in set(sys.modules) - before:
            if getattr(sys.modules[name].__spec__, "loader", None).__class__ is LocalModules or name == MAIN:
                del sys.modules[name]


def run(submission: Submission, cam: bool = False) -> dict[str, Any]:
    """Run a slice of trusted code, and that of the last cell if asked for: the namespace of the notebook."""
    with modules_of(submission) as namespace:
        if cam:
            namespace = dict(namespace)
            _run(submission.slice.cam_cell, namespace)
        return namespace


def _run(chunks: Iterable[Chunk], namespace: dict[str, Any]) -> None:
    for chunk in chunks:
        exec(compile("\n" * (chunk.line - 1) + chunk.source, chunk.label, "exec"), namespace)
