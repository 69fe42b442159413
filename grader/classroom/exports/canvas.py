"""Canvas: doejane_LATE_1234_56789_assignment3.zip, all files of all students in one folder.

A student's files are told by the id, whatever the student is called by then; what was handed in again has a
higher attachment id, and -1, -2 behind its name. Anonymous ones are `anon_ID_...`. A group's files bear its
name and one member's id.
"""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from grader.classroom.exports.found import Found, called
from grader.classroom.people import Person
from grader.paths import file_kind

LATE = "LATE_"
ANONYMOUS = re.compile(r"anon_(?P<id>[A-Za-z0-9]+)_(?P<attachment>\d{1,18})_(?P<file>.+)", re.DOTALL)
NAMED = re.compile(r"(?P<who>[^_]+)_(?P<id>\d{1,18})_(?P<attachment>\d{1,18})_(?P<file>.+)", re.DOTALL)
AGAIN = re.compile(r"-(\d{1,4})$")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of the export; `who` "" where it is anonymous."""

    path: Path
    who: str
    id: str
    attachment: int
    file: str  # as the student called it
    late: bool


def is_one(folder: Path) -> bool:
    """Whether most files in a folder are named as Canvas names them."""
    files = [path for path in folder.iterdir() if not path.name.startswith((".", "__"))]
    return 2 * len(list(_uploads(files))) > len(files)


def packed(names: Iterable[str]) -> bool:
    """Whether these are the names in an archive of such an export."""
    files = [PurePath(name).name for name in names if not name.endswith("/")]
    named = [
        name for name in files if NAMED.fullmatch(name.replace(LATE, "", 1)) or ANONYMOUS.fullmatch(name)
    ]
    return len(named) > 1 and 2 * len(named) > len(files)


def left_out(folder: Path) -> set[str]:
    """Files that belong to a submission, whatever their kind."""
    return {upload.path.name for upload in _uploads(folder.iterdir())}


def said(folder: Path) -> list[str]:
    """What to say of people who handed in what is not read: there is none."""
    return []


def read(folder: Path, staging: Path) -> Iterator[Found]:
    """Every student's newest files; several of one student are put together in `staging`."""
    by_person: dict[tuple[bool, str], list[Upload]] = defaultdict(list)
    for upload in sorted(_uploads(folder.iterdir()), key=lambda one: (one.attachment, one.path)):
        by_person[bool(upload.who), upload.id].append(upload)
    for uploads in sorted(by_person.values(), key=lambda those: those[-1].path):
        yield _found(uploads, staging)


def _found(uploads: Sequence[Upload], staging: Path) -> Found:
    """One student's submission; the oldest upload is the first."""
    newest, last = _newest(uploads), uploads[-1]
    name = f"{last.who or 'anon'}_{last.id}"
    person = Person(last.who or name, canvas_id=last.id if last.who else "")
    return Found(
        name=name,
        path=_path(newest, staging / name),
        people=(person,),
        late=any(upload.late for upload in newest.values()),
        subject=f"canvas {last.id}" if last.who else name,
        remarks=(*_called(uploads), *_older(uploads, newest)),
    )


def _called(uploads: Sequence[Upload]) -> tuple[str, ...]:
    *before, now = dict.fromkeys(upload.who for upload in uploads)
    return (f"Canvas has it under several names: {', '.join((*before, now))}.",) if before else ()


def _uploads(files: Iterable[Path]) -> Iterator[Upload]:
    for path in files:
        name = path.name.replace(LATE, "", 1) if _is_late(path.name) else path.name
        found = ANONYMOUS.fullmatch(name) or NAMED.fullmatch(name)
        if found and path.is_file():
            who = found.groupdict().get("who", "")
            number = int(found["attachment"])
            yield Upload(path, who, found["id"], number, found["file"], name != path.name)


def _is_late(name: str) -> bool:
    first, _, rest = name.partition("_")
    return f"{first}_" == LATE or rest.startswith(LATE)


def _newest(uploads: Sequence[Upload]) -> Mapping[str, Upload]:
    """File name, as it was first called -> the last that was handed in under it."""
    newest: dict[str, Upload] = {}
    names = {upload.file for upload in uploads}
    for upload in sorted(uploads, key=lambda one: one.attachment):
        newest[_first_name(upload.file, names)] = upload
    return newest


def _first_name(file: str, names: set[str]) -> str:
    """ "net-1.py" is "net.py" handed in again, where that is there, too."""
    path = PurePath(file)
    first = AGAIN.sub("", path.stem) + path.suffix
    again = [
        other
        for other in names
        if other != file and AGAIN.sub("", PurePath(other).stem) + path.suffix == first
    ]
    return first if first in names or again else file


def _older(uploads: Sequence[Upload], newest: Mapping[str, Upload]) -> tuple[str, ...]:
    kept = {upload.path for upload in newest.values()}
    older = [upload.path.name for upload in uploads if upload.path not in kept]
    counted = ", ".join(sorted(path.name for path in kept))
    return (f"Handed in again: {counted} counts, {', '.join(older)} does not.",) if older else ()


def _path(newest: Mapping[str, Upload], folder: Path) -> Path:
    """The one file that can be read or, of several, a folder of them under the student's own names."""
    readable = [one.path for one in newest.values() if file_kind(one.path)]
    if len(readable) == 1:
        return readable[0]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, upload in newest.items():
        shutil.copyfile(upload.path, folder / called(name, upload.path), follow_symlinks=False)
    return folder
