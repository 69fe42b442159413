"""Moodle: `Jane Doe_123456_assignsubmission_file_`, a folder for each student or the files themselves."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from grader.classroom.exports.found import Found, called
from grader.classroom.people import Person
from grader.paths import file_kind, report_name, shown
from grader.sandbox.folders import shallow

NAMED = re.compile(
    r"(?P<who>.+?)_(?P<id>\d{1,18})_assignsubmission_(?P<kind>file|onlinetext)_?(?P<file>.*)", re.DOTALL
)
MARK = re.compile(r"_\d{1,18}_assignsubmission_")
HIDDEN = "Participant"  # where Moodle marks blindly
TYPED = "{} typed something into Moodle and handed in no file: it was not graded."
TWO = "{} names two participants: the roster's column 'submission' must say whose it is."


def is_one(folder: Path) -> bool:
    """Whether most entries of a folder are named as Moodle names them."""
    names = [path.name for path in folder.iterdir() if not path.name.startswith((".", "__"))]
    return 2 * sum(bool(NAMED.fullmatch(name)) for name in names) > len(names)


def packed(names: Iterable[str]) -> bool:
    """Whether these are the names in an archive of such an export."""
    return any(NAMED.fullmatch(part) for name in names for part in PurePath(name).parts)


def left_out(folder: Path) -> set[str]:
    """Files that belong to a submission, whatever their kind."""
    return {path.name for path in folder.iterdir() if NAMED.fullmatch(path.name)}


def said(folder: Path) -> list[str]:
    """What to say of participants who handed in what is not read."""
    found = [one for path in sorted(folder.iterdir()) if (one := NAMED.fullmatch(path.name))]
    with_files = {(one["who"], one["id"]) for one in found if one["kind"] == "file"}
    return [
        TYPED.format(shown(f"{one['who']}_{one['id']}"))
        for one in found
        if (one["who"], one["id"]) not in with_files
    ]


def read(folder: Path, staging: Path) -> Iterator[Found]:
    """Every student's files; loose files of one student are put together in `staging`."""
    by_person: dict[tuple[str, str, str], list[tuple[str, Path]]] = defaultdict(list)
    for path in sorted(folder.iterdir()):
        found = NAMED.fullmatch(path.name)
        if found and found["kind"] == "file":
            by_person[found["who"], found["id"], _ambiguous(path)].append((found["file"], path))
    for (who, number, whole), files in by_person.items():
        yield _of_nobody(whole, files) if whole else _found(who, number, files, staging)


def _ambiguous(path: Path) -> str:
    """A whole name in which two participants stand, "" for others: people choose what they are called."""
    return path.name if len(MARK.findall(path.name)) > 1 else ""


def _of_nobody(name: str, files: list[tuple[str, Path]]) -> Found:
    """What may be of either of two: nobody's grade leaves by it until the roster says whose it is."""
    remark = TWO.format(shown(name))
    return Found(report_name(files[0][1]), files[0][1], (Person(name),), subject=name, remarks=(remark,))


def _found(who: str, number: str, files: list[tuple[str, Path]], staging: Path) -> Found:
    """One student's files."""
    name = f"{who}_{number}"
    person = Person("" if who == HIDDEN else who, moodle_id=number)
    return Found(name, _path(files, staging / name), (person,), subject=f"moodle {number}")


def _path(files: list[tuple[str, Path]], folder: Path) -> Path:
    folders = [path for _, path in files if path.is_dir()]
    readable = [path for _, path in files if file_kind(path)]
    if len(files) == len(folders) == 1 or (not folders and len(readable) == 1):
        return (folders or readable)[0]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, path in files:
        if path.is_dir():
            _copy_folder(path, folder / (called(name, path) if name else "files"))
        else:
            shutil.copyfile(path, folder / called(name, path), follow_symlinks=False)
    return folder


def _copy_folder(source: Path, target: Path) -> None:
    """Copy a folder that a student made, links as links, as deep as gradings read."""
    target.mkdir()
    for path in shallow(source):
        copy = target / path.relative_to(source)
        if path.is_dir() and not path.is_symlink():
            copy.mkdir()
        elif path.is_file() or path.is_symlink():
            shutil.copyfile(path, copy, follow_symlinks=False)
