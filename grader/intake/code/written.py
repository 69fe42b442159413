"""The files that cells write by `%%writefile`, a shell or Python: code to import, data to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from grader.intake.code import by_python
from grader.intake.code.magics import Written
from grader.intake.code.statements import Source
from grader.intake.files.basket import LARGEST_DATA, MOST_DATA, is_data, kind

Notebooks = Sequence[tuple[str, Sequence[Source]]]  # by path


def code(notebooks: Notebooks, files: Mapping[str, tuple[Source, ...]]) -> dict[str, tuple[Source, ...]]:
    """The files of code, some of them begun by others that were handed in."""
    found = dict[str, tuple[Source, ...]]()
    for path, label, written in _written(notebooks):
        if kind(path) == "py":
            before = found.get(path, files.get(path, ())) if written.appends else ()
            found[path] = (*before, Source(label, written.text))
    return found


def data(notebooks: Notebooks) -> dict[str, bytes]:
    """The files of data, within the limits of those that were handed in."""
    found = dict[str, bytes]()
    for path, _, written in _written(notebooks):
        before = found.get(path, b"") if written.appends else b""
        content = before + written.text.lstrip("\n").encode("utf-8", "replace") + b"\n"
        if is_data(path) and len(content) <= LARGEST_DATA and len(found) < MOST_DATA:
            found[path] = content
    return found


def _written(notebooks: Notebooks) -> Iterator[tuple[str, str, Written]]:
    """Each file's path in the submission, the label of the cell, and what it writes."""
    for path, sources in notebooks:
        for source in sources:
            for written in source.plain.writes:
                yield _beside(path, written), source.label, written
        for label, written in by_python.files(sources):
            yield _beside(path, written), label, written


def _beside(notebook: str, written: Written) -> str:
    return str(PurePosixPath(notebook).parent / written.file)
