"""A submission to be graded on another machine: its files and what must be known of it; its reports back."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

import msgpack
import msgspec

from grader import grading, intake, profiles, reports
from grader.classroom.homes import Home, View
from grader.classroom.identity import grader_sha
from grader.classroom.publishing import ERROR_LOG, Sent, key_of
from grader.classroom.remaining import Task
from grader.engines import parcel
from grader.engines.parcel import Item
from grader.errors import CallError, IsolationError
from grader.intake.files.basket import LARGEST_DATA, LARGEST_TEXT, is_data, is_junk, kind
from grader.records import saved
from grader.records.grade import Lateness
from grader.sandbox.folders import shallow
from grader.sandbox.isolation import choose

KEPT = (*reports.RENDERERS, ERROR_LOG, saved.FILE)  # what may come back; the last says that all is there
MOST = 2**29  # bytes of one submission that are sent
LONE_SURROGATES = "surrogatepass"
FOLDER, ALONE = "folder", "alone"
CODE, HELD = "student code", "held"


@dataclass(frozen=True, slots=True)
class Letter:
    """What the other machine must know of a submission beside its files."""

    name: str
    shape: str
    folder: str
    subject: str
    remarks: tuple[str, ...]
    back: str
    late: Lateness | None
    people: tuple[str, ...]
    options: grading.Options
    view: View
    sent: Sent


def pack(task: Task, engine: str) -> bytes:
    """A task as bytes; raises ValueError for a submission that is too large to be sent."""
    home, is_folder = task.home, task.path.is_dir()
    letter = Letter(
        task.path.name,
        FOLDER if is_folder else ALONE,
        home.folder.name,
        home.subject,
        home.remarks,
        home.back,
        home.late,
        home.people,
        task.options,
        task.view,
        Sent(key_of(task.path, task.options), engine, intake.typed(task.path)),
    )
    found = tuple(_bounded(_of_folder(task.path.resolve()) if is_folder else _alone(task.path)))
    return bytes(
        msgpack.packb([msgspec.to_builtins(letter), parcel.pack(found)], unicode_errors=LONE_SURROGATES)
    )


def unpack(packed: bytes, scratch: Path, has_gpu: bool) -> Task:
    """The task with its files in a folder of this machine; without a GPU of its own it takes none."""
    plain, files = msgpack.unpackb(packed, unicode_errors=LONE_SURROGATES)
    letter = msgspec.convert(plain, Letter)
    path = scratch / "in" / letter.name
    if letter.shape == FOLDER:
        path.mkdir(parents=True)
        parcel.lay(parcel.unpack(files), path)
    else:
        parcel.lay((replace(one, path=os.fsencode(letter.name)) for one in parcel.unpack(files)), path.parent)
    options = letter.options
    if options.device == "auto" and not has_gpu:
        options = replace(options, device="cpu")
    folder, marks = scratch / "out" / letter.folder, scratch / "marks"
    home = Home(folder, marks, letter.subject, letter.remarks, letter.back, letter.late, letter.people)
    return Task(letter.folder, path, home, options, letter.view, letter.sent)


def results(task: Task) -> bytes:
    """The reports, and what is kept of the grade."""
    folder = task.folder
    return parcel.pack(parcel.items(folder, (folder / name for name in KEPT), lambda path: None))


def keep(task: Task, packed: bytes) -> None:
    """Put reports that came back where they belong; raises ValueError for anything else that came."""
    found = {os.fsdecode(one.path): one for one in parcel.unpack(packed)}
    if strange := sorted(set(found) - set(KEPT)):
        raise ValueError(f"{strange[0]!r} is no report")
    task.folder.mkdir(parents=True, exist_ok=True)
    for name in KEPT:
        if name in found:
            half = task.folder / f"{name}.part"
            half.write_bytes(found[name].content)
            half.replace(task.folder / name)
    if ERROR_LOG not in found:
        (task.folder / ERROR_LOG).unlink(missing_ok=True)


def wanted(task: Task) -> Mapping[str, str]:
    """What a verdict depends on beside the submission, as it is here; student code need not be held here."""
    return {**_versions(task.options.profile), CODE: HELD}


def facts(task: Task) -> Mapping[str, str]:
    """The same of the machine that is to grade."""
    return {**_versions(task.options.profile), CODE: _held(task.options.isolation)}


@cache
def _versions(profile: str) -> Mapping[str, str]:
    try:
        rubric = profiles.load(profile).rubric.sha256
    except CallError as error:
        rubric = str(error)
    libraries = {name: version(name) for name in ("torch", "torchvision", "numpy")}
    return {"the grader": grader_sha(), "the rubric": rubric, **libraries}


@cache
def _held(isolation: str) -> str:
    try:
        choose(isolation)
    except IsolationError as error:
        return f"not held ({' '.join(str(error).split())})"
    return HELD


def _bounded(found: Iterable[Item]) -> Iterator[Item]:
    """These files one after another; ValueError, before more is read, where they are too large together."""
    size = 0
    for one in found:
        size += len(one.content)
        if size > MOST:
            raise ValueError(
                f"its files are more than the {MOST / 2**20:.0f} MiB that are sent: grade it on this machine"
            )
        yield one


def _of_folder(root: Path) -> Iterator[Item]:
    return parcel.items(root, _read(root, shallow(root)), _most)


def _read(root: Path, paths: Iterable[Path]) -> Iterator[Path]:
    """Those that any grading looks at."""
    return (path for path in paths if not is_junk(str(path.relative_to(root))))


def _alone(path: Path) -> Iterator[Item]:
    whole = path.resolve()
    return parcel.items(whole.parent, [whole], lambda path: MOST + 1)


def _most(path: Path) -> int:
    """Of what is not read its name counts, and of a text one byte more than is read of it."""
    if kind(path.name):
        return MOST + 1
    return (LARGEST_DATA if is_data(path.name) else LARGEST_TEXT) + 1
