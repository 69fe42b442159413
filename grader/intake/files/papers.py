"""Files that only a person reads: exports of a notebook, reports, plain texts, archives of other programs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath

from grader.intake.files.basket import is_prose, shown
from grader.intake.files.digest import digest
from grader.intake.files.opening import open_regular

PAPERS = {".pdf", ".doc", ".docx", ".odt", ".rtf", ".pages", ".html", ".htm", ".tex"}
PACKED = {".rar", ".7z", ".gz", ".bz2", ".xz", ".zst"}  # what may lie in them, nobody here can tell


def is_paper(name: str) -> bool:
    """Whether nothing but a person reads a file."""
    return PurePosixPath(name.lower()).suffix in PAPERS


def for_a_person(names: Iterable[str]) -> tuple[str, ...]:
    """The files that a person can read, or open, where nothing can be graded."""
    return tuple(
        shown(name)
        for name in names
        if is_paper(name) or is_prose(name) or PurePosixPath(name.lower()).suffix in PACKED
    )


def sha256_of(path: Path, papers: Iterable[str]) -> str:
    """Return what tells papers from others: the hash of a file, or of those in a folder with their names."""
    whole = hashlib.sha256()
    for name in sorted(papers) if path.is_dir() else [""]:
        whole.update(f"{name}:".encode())
        with suppress(OSError), open_regular(path / name, follow=not name) as file:
            whole.update(digest(file))
    return whole.hexdigest()
