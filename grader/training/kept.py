"""States of long training runs on disk, whole or not at all: a run that was killed goes on where it was.

A state is what the worker handed out, bounded arrays of known shapes, and the figures that were computed
here. It lies in a folder named by the submission's hash, which no worker can see. Nothing in it is believed
of another run: what the run is about, its key, must be the same.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from grader.records.submission import Slice
from grader.training.results import Judged, Point, Shown, Standing
from reference import download
from reference.metrics import Scores

Array = np.ndarray[Any, Any]
Name = tuple[str, str]  # a piece's kind, and what it is of
Piece = tuple[Name, Array]
ABOUT, PART, LOCK = "about.json", "part", "lock"
NAME = 32  # characters of a submission's hash that name its folder
DAYS = 14  # that nobody went on with a state until it is removed: it takes gigabytes


@dataclass(frozen=True, eq=False)
class State:
    """A kept state: how far the run has come, its test where it is finished, and its pieces' hashes."""

    folder: Path
    standing: Standing
    test: Judged | None
    broke: str
    pieces: Mapping[Name, tuple[int, str]]  # -> number of its file, its SHA-256

    def of(self, *kinds: str) -> Iterator[Piece]:
        """Read the pieces of these kinds, one at a time."""
        for name, (number, _) in self.pieces.items():
            if name[0] in kinds:
                yield name, np.load(_file(self.folder, number), allow_pickle=False)


@dataclass(frozen=True, eq=False)
class Store:
    """Where the states of one run are kept."""

    folder: Path
    key: Mapping[str, Any]
    tell: Callable[[str], None]

    def read(self) -> State | None:
        """The last whole state of this run; one that is broken, or of another run, is dropped."""
        for folder in sorted(self.folder.glob("[0-9]*"), reverse=True)[:1]:
            try:
                if json.loads((folder / ABOUT).read_text())["key"] == self.key:
                    return _read(folder)
                why = "is of other code, or of another plan, seed, device or version"
            except (OSError, ValueError, LookupError, TypeError) as error:
                why = f"is broken ({error})"
            self.tell(f"the kept state {why}: training begins anew")
            self.drop()
        return None

    def write(
        self, standing: Standing, pieces: Iterable[Piece], test: Judged | None = None, broke: str = ""
    ) -> None:
        """Keep a state in place of the one before; raises OSError, and then that one stays alone."""
        part = self.folder / PART
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        try:
            self._write(part, standing, pieces, test, broke)
            before = list(self.folder.glob("[0-9]*"))
            part.rename(self.folder / f"{len(standing.points) + bool(test):04}")
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)  # half a state may be what fills the disk
            raise
        for folder in before:
            shutil.rmtree(folder, ignore_errors=True)

    def _write(
        self, part: Path, standing: Standing, pieces: Iterable[Piece], test: Judged | None, broke: str
    ) -> None:
        numbered = enumerate(chain(_shown(standing), pieces))
        saved = [[*name, number, _save(_file(part, number), array)] for number, (name, array) in numbered]
        told = {
            **{"key": self.key, "points": [asdict(point) for point in standing.points]},
            **{"done": standing.done, "seconds": standing.seconds, "pieces": saved},
            **{"test": asdict(test) if test else None, "broke": broke},
        }
        (part / ABOUT).write_text(json.dumps(told))

    def drop(self) -> None:
        """Remove what is kept."""
        for folder in (*self.folder.glob("[0-9]*"), self.folder / PART):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def opened(of: str, run: str, key: Mapping[str, Any], tell: Callable[[str], None]) -> Iterator[Store | None]:
    """The store of a run of a submission, by its SHA-256; None where another has it, or it can't be had."""
    try:
        sweep(tell)
        folder = home() / of[:NAME] / run
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("w")
    except (OSError, RuntimeError) as error:  # no folder, or no home
        tell(f"the run can't be kept to go on with: {error}")
        yield None
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            tell("another grader trains the same: this run is not kept")
            yield None
            return
        yield Store(folder, json.loads(json.dumps(key)), tell)


def content(code: Slice) -> str:
    """The SHA-256 of what is trained: a mended submission has other code."""
    return hashlib.sha256(msgspec.json.encode(code, order="deterministic")).hexdigest()


def begun(of: str) -> int | None:
    """The seed of a run of a submission that is kept, if there is one: it goes on by that alone."""
    with suppress(OSError, RuntimeError, ValueError, LookupError, TypeError):
        for path in sorted((home() / of[:NAME]).glob(f"*/[0-9]*/{ABOUT}")):
            return int(json.loads(path.read_text())["key"]["seed"])
    return None


def home() -> Path:
    """Where states are kept, for this user alone; raises OSError where it is another's."""
    folder = download.own() / "training"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)  # what another has made is not ours to change
    return folder


def sweep(tell: Callable[[str], None]) -> None:
    """Remove the states that nobody went on with, and what is left of those that came to their end."""
    for one in home().glob("*/*"):
        if _is_old(one):
            if any(one.glob(f"[0-9]*/{ABOUT}")):
                tell(f"removed a state that was kept for {DAYS} days")
            shutil.rmtree(one, ignore_errors=True)
    for left in filter(_is_old, home().iterdir()):
        with suppress(OSError):  # it isn't empty
            left.rmdir()


def _is_old(folder: Path) -> bool:
    """Whether a folder was changed last so long ago that it goes; no if another grader removed it."""
    with suppress(FileNotFoundError):
        return time.time() - folder.stat().st_mtime > DAYS * 86_400
    return False


def _read(folder: Path) -> State:
    """Read a state; raises ValueError where a file isn't as it was written."""
    told = json.loads((folder / ABOUT).read_text())
    pieces = {(kind, name): (number, digest) for kind, name, number, digest in told["pieces"]}
    for number, digest in pieces.values():
        if _digest(_file(folder, number)) != digest:
            raise ValueError(f"file {number} is not as it was written")
    points = tuple(
        Point(point["epoch"], point["claimed"], _judged(point["validation"])) for point in told["points"]
    )
    state = State(folder, Standing(points, (), told["done"], told["seconds"]), None, told["broke"], pieces)
    arrays = [array for _, array in state.of("shown")]
    shown = tuple(Shown(*arrays[n : n + 3]) for n in range(0, len(arrays), 3))
    standing = Standing(points, shown, told["done"], told["seconds"])
    return State(folder, standing, told["test"] and _judged(told["test"]), told["broke"], pieces)


def _judged(plain: Mapping[str, Any]) -> Judged:
    scores = plain["scores"]
    return Judged(plain["loss"], Scores(scores["accuracy"], scores["mean_iou"], tuple(scores["class_iou"])))


def _shown(standing: Standing) -> Iterator[Piece]:
    for number, one in enumerate(standing.shown):
        yield ("shown", f"{number}/image"), one.image
        yield ("shown", f"{number}/truth"), one.truth
        yield ("shown", f"{number}/prediction"), one.prediction


def _file(folder: Path, number: int) -> Path:
    return folder / f"{number}.npy"


def _save(path: Path, array: Array) -> str:
    np.save(path, array, allow_pickle=False)
    return _digest(path)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
