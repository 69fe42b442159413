"""What makes two gradings the same: fingerprints of a submission and of the grader."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from grader.paths import ROOT
from grader.profiles import FOLDER
from grader.sandbox.folders import shallow

SOURCES = ("grader", "reference")
SMALL = 1 << 20  # bytes; of what is larger blocks of zeros are left out, whether they take room or not
ZEROS = bytes(1 << 16)


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
        size = os.fstat(stream.fileno()).st_size
        if size <= SMALL:
            return hashlib.file_digest(stream, "sha256").digest()
        whole = hashlib.sha256(str(size).encode())
        for at in _blocks(stream.fileno(), size):
            block = os.pread(stream.fileno(), len(ZEROS), at)
            if block != ZEROS[: len(block)]:
                whole.update(b"%d:%b" % (at, block))
        return whole.digest()


def _blocks(file: int, size: int) -> Iterator[int]:
    """Where the blocks begin that may hold anything: a terabyte that takes no room has none."""
    at = 0
    with suppress(OSError):  # nothing follows
        while at < size:
            start = os.lseek(file, at, os.SEEK_DATA)
            end = os.lseek(file, start, os.SEEK_HOLE)
            at = -(-end // len(ZEROS)) * len(ZEROS)
            yield from range(start // len(ZEROS) * len(ZEROS), at, len(ZEROS))


def _sha_of_name(path: Path) -> bytes:
    return hashlib.sha256(str(path).encode(errors="surrogateescape")).digest()
