"""Gets the CMP Facade DB: resumed where it broke off, checked, and unpacked whole or not at all."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

SITE = "https://cmp.felk.cvut.cz/~tylecr1/facade/"
SUFFIXES = (".jpg", ".png", ".xml")
FOLDER = "FCN_CAM_DATA"  # environment: where the data set is kept
TIMEOUT = 20.0  # seconds without a byte
ATTEMPTS = 4

Report = Callable[[str, int, int], None]  # what, bytes done, bytes in all (0: unknown)


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive of the data set: the folder it holds, how its pictures are called, how many they are."""

    name: str
    folder: str
    prefix: str
    count: int

    def missing(self, root: Path) -> int:
        """Count the pictures that are not at `root`, or without their label."""
        stems = [root / self.folder / f"{self.prefix}{number:04}" for number in range(1, self.count + 1)]
        return sum(not all(stem.with_suffix(end).is_file() for end in (".jpg", ".png")) for stem in stems)


ARCHIVES = (
    Archive("CMP_facade_DB_base.zip", "base", "cmp_b", 378),
    Archive("CMP_facade_DB_extended.zip", "extended", "cmp_x", 228),
)


class DownloadError(Exception):
    """The data set can't be had; the message says why and what to do."""


def cache() -> Path:
    """Where the data set is kept: $FCN_CAM_DATA, or a folder of the user's cache."""
    if chosen := os.environ.get(FOLDER):
        return Path(chosen)
    return own() / "cmp_facade_db"


def own() -> Path:
    """Our folder in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fcn-cam-grader"


def complete(root: Path) -> bool:
    """Whether every picture of the data set and its label are at `root`."""
    return not any(archive.missing(root) for archive in ARCHIVES)


def install(root: Path, report: Report = lambda what, done, total: None, site: str = SITE) -> None:
    """Download and unpack what is missing at `root`; raises DownloadError."""
    for archive in ARCHIVES:
        if not archive.missing(root):
            continue
        path = root / archive.name
        if not path.exists():
            fetch(site + archive.name, path, report)
        _unpack(path, root / archive.folder)
        path.unlink()
        if missing := archive.missing(root):
            raise DownloadError(
                f"{archive.name} lacks {missing} of its {archive.count} pictures: has it changed?"
            )


def fetch(url: str, path: Path, report: Report = lambda what, done, total: None) -> None:
    """Download a file, from where an earlier attempt stopped; raises DownloadError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _continue(url, part, lambda done, total: report(path.name, done, total))
        except (OSError, HTTPException) as problem:
            if attempt == ATTEMPTS or isinstance(problem, HTTPError):
                reason = getattr(problem, "reason", None) or problem
                raise DownloadError(
                    f"{url}: {reason}. Another try goes on from where it stopped."
                ) from problem
        else:
            part.replace(path)
            return


def _continue(url: str, part: Path, report: Callable[[int, int], None]) -> None:
    start = part.stat().st_size if part.exists() else 0
    request = Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        answer = urlopen(request, timeout=TIMEOUT)
    except HTTPError as problem:
        if start and problem.code == 416:  # nothing is left to send: it was whole, or it is not the same file
            part.unlink()
            return _continue(url, part, report)
        raise
    with answer, part.open("ab" if answer.status == 206 else "wb") as target:
        total = target.tell() + int(answer.headers.get("Content-Length") or 0)
        while block := answer.read(1 << 16):
            target.write(block)
            report(target.tell(), total)
        if target.tell() < total:
            raise URLError(f"the connection broke after {target.tell()} of {total} bytes")
    return None


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack the archive's pictures into a new folder, which gets its name once it is whole."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        with zipfile.ZipFile(archive) as source:
            for entry in source.infolist():
                name = Path(entry.filename)
                if name.parent.name == folder.name and name.suffix in SUFFIXES:
                    (fresh / name.name).write_bytes(source.read(entry))
    except zipfile.BadZipFile as problem:
        archive.unlink()
        raise DownloadError(
            f"{archive.name} came damaged ({problem}) and was removed. Try again."
        ) from problem
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
