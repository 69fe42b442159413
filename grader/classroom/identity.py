"""What makes two gradings the same: fingerprints of a submission and of the grader."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from grader.intake.files.digest import digest
from grader.paths import ROOT
from grader.profiles import FOLDER
from grader.sandbox.folders import shallow

SOURCES = ("grader", "reference")
LINK = b"link"  # before the hash of where one leads: a file may hold the same words


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
        return LINK + _sha_of_name(file.readlink())
    if not file.is_file():
        return b""
    with file.open("rb") as stream:
        return digest(stream)


def _sha_of_name(path: Path) -> bytes:
    return hashlib.sha256(str(path).encode(errors="surrogateescape")).digest()
