"""A folder and an archive for each student, with the report, their notebook beside it, and nothing else."""

from __future__ import annotations

import unicodedata
import zipfile
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from html import escape
from itertools import count
from pathlib import Path

from grader.classroom.statistics import Row
from grader.records.grade import Grade
from grader.reports import html, notebook
from grader.reports.feedback import told

REPORT, NOTEBOOK = "report.html", "notebook.html"  # the one leads to places in the other
DATE = (1980, 1, 1, 0, 0, 0)  # the same grade makes the same bytes
SHORTEST = 6  # characters of a value of the reference that can't be there by chance


class Leak(Exception):
    """A package that holds a value of the reference; it is not written."""


def write(rows: Iterable[Row], levels: Mapping[str, str], folder: Path) -> tuple[str, ...]:
    """Write the packages of these submissions; what was kept back, because a report said too much."""
    every = [row for row in rows if row.grade]
    names = package_names([row.entry.name for row in every])
    kept = list[str]()
    for row, name in zip(every, names, strict=True):
        assert row.grade
        try:
            _write(pages(row.grade, levels), folder, name)
        except Leak as leak:
            kept.append(f"{row.entry.name}: {leak}")
    return tuple(kept)


def pages(grade: Grade, levels: Mapping[str, str]) -> dict[str, bytes]:
    """A student's report; raises Leak where it holds what only the reference says."""
    seen = told(grade, levels)
    texts = {REPORT: html.render(seen, provisional=not grade.complete), NOTEBOOK: notebook.render(seen)}
    found = {name: text.encode() for name, text in texts.items()}
    for secret in _secrets(grade, seen):
        if any(secret in page for page in found.values()):
            raise Leak("the report holds a value of the reference; it was kept back.")
    return found


def package_names(names: Sequence[str]) -> list[str]:
    """A name for each package: no folder and no archive meets another's."""
    taken = set[str]()
    found = list[str]()
    for name in names:
        free = (name if n == 1 else f"{name}-{n}" for n in count(1))
        own = next(one for one in free if not {_folded(one), _folded(f"{one}.zip")} & taken)
        taken |= {_folded(own), _folded(f"{own}.zip")}
        found.append(own)
    return found


def names(folder: Path) -> set[str]:
    """Whose packages are in a folder of them."""
    return {path.parent.name for path in folder.glob(f"*/{REPORT}")}


def is_one(folder: Path, path: Sequence[str]) -> bool:
    """Whether what has this path in a folder of packages is of one: a page, or the archive beside them."""
    if len(path) == 1:
        return path[0].endswith(".zip") and (folder / path[0].removesuffix(".zip") / REPORT).is_file()
    return len(path) == 2 and path[1] in (REPORT, NOTEBOOK)


def _write(files: Mapping[str, bytes], folder: Path, name: str) -> None:
    home = folder / name
    home.mkdir(parents=True)
    with zipfile.ZipFile(folder / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file, page in files.items():
            (home / file).write_bytes(page)
            archive.writestr(zipfile.ZipInfo(file, DATE), page, zipfile.ZIP_DEFLATED)


def _secrets(grade: Grade, seen: Grade) -> Iterable[bytes]:
    """What the reference says and the student's own report may not, as it would stand in a page."""
    may = "\n".join(_words(seen))
    for check in grade.checks:
        expected = check.reason.expected.strip()
        if len(expected) >= SHORTEST and expected not in may:
            yield from {expected.encode(errors="replace"), escape(expected).encode(errors="replace")}
    own = {picture.png for picture in seen.pictures}  # a right map is the reference's, byte for byte
    yield from (b64encode(picture.png) for picture in grade.pictures if picture.png not in own)


def _words(seen: Grade) -> Iterable[str]:
    """All that is said to the student on purpose; what they wrote themselves is no secret to them."""
    for check in seen.checks:
        reason = replace(check.reason, expected="")
        yield from (check.title, *_strings(reason), *_strings(check.mark))
    yield from (*seen.notes, *_strings(seen.submission))


def _strings(value: object) -> Iterator[str]:
    """Every text in a value of ours."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        yield from (text for field in fields(value) for text in _strings(getattr(value, field.name)))
    elif isinstance(value, Mapping):
        yield from (text for item in value.items() for text in _strings(item))
    elif isinstance(value, tuple):
        yield from (text for item in value for text in _strings(item))


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())
