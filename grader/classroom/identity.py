"""What makes two gradings the same: fingerprints of a submission and of the grader."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from io import BufferedReader
from pathlib import Path

from grader.paths import ROOT
from grader.profiles import FOLDER
from grader.sandbox.folders import shallow

SOURCES = ("grader", "reference")
WHOLE = 1 << 30  # bytes of a file that are hashed whatever they are; a hole in more may have no end
PIECE = 1 << 20


def submission_sha(path: Path) -> str:
    """SHA-256 of a file, or of a folder's files with their names.

    Where the submission is a link, what it leads to counts; links within it count by where they point.
    What is deeper than any grading reads counts for nothing.
    """
    whole = path.resolve()
    return _sha_of_files(whole, shallow(whole) if whole.is_dir() else [whole])


@cache
def grader_sha() -> str:
    """SHA-256 of the grader's sources and templates, without the profiles, which have their own."""
    files = (file for name in SOURCES for file in (ROOT / name).rglob("*"))
    return _sha_of_files(
        ROOT, (file for file in files if "__pycache__" not in file.parts and not _profile(file))
    )


def _profile(file: Path) -> bool:
    return file.is_relative_to(FOLDER) and file.suffix == ".toml"


def _sha_of_files(root: Path, files: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for file in sorted(files):
        if content := _sha_of_content(file):
            whole.update(_sha_of_name(file.relative_to(root)) + content)
    return whole.hexdigest()


def _sha_of_content(file: Path) -> bytes:
    """Return a file's hash; empty for folders, devices and pipes, which can't be read."""
    if file.is_symlink():
        return _sha_of_name(file.readlink())
    if not file.is_file():
        return b""
    with file.open("rb") as stream:
        if (size := os.fstat(stream.fileno()).st_size) <= WHOLE:
            return hashlib.file_digest(stream, "sha256").digest()
        whole = hashlib.sha256(str(size).encode())
        for start, end in _parts(stream, size):
            whole.update(f"{start}-{end}".encode())
            stream.seek(start)
            for at in range(start, end, PIECE):
                whole.update(stream.read(min(PIECE, end - at)))
        return whole.digest()


def _parts(stream: BufferedReader, size: int) -> Iterator[tuple[int, int]]:
    """Where a file holds something: a terabyte that takes no room is read in no time."""
    end = 0
    with suppress(OSError):  # nothing follows
        while end < size:
            start = os.lseek(stream.fileno(), end, os.SEEK_DATA)
            end = os.lseek(stream.fileno(), start, os.SEEK_HOLE)
            yield start, end


def _sha_of_name(path: Path) -> bytes:
    return hashlib.sha256(str(path).encode(errors="surrogateescape")).digest()
