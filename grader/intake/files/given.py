"""The small files that a submission's code gets: where it finds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from grader.records.submission import DataFile


def given(data: Mapping[str, bytes], run: Iterable[str]) -> tuple[DataFile, ...]:
    """Files by their paths in the submission, and as they are seen from the folders of what is run."""
    found = dict(sorted(data.items()))
    for home in dict.fromkeys(str(PurePosixPath(path).parent) for path in run):
        inside = f"{home}/"
        found |= {path[len(inside) :]: content for path, content in data.items() if path.startswith(inside)}
    return tuple(DataFile(path, content) for path, content in found.items())
