"""A release in place of an older one, killed at every step."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from grader.release import replacing
from grader.release.replacing import BEFORE, GONE, PART, WHOLE, left, recover, replace

OLD = {"canvas.csv": b"old", "gradebook.csv": b"old", "students/ada/report.html": b"old"}
NEW = {"gradebook.csv": b"new", "moodle.csv": b"new", "students/bea/report.html": b"new"}
STEPS = ((Path, "rename"), (Path, "mkdir"), (Path, "rmdir"), (Path, "write_bytes"), (shutil, "rmtree"))
MOST = 40  # steps of a release


def fill(folder: Path, files: dict[str, bytes]) -> None:
    """Write files."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file, and every folder without one."""
    paths = [path for path in folder.rglob("*") if path.is_file() or not any(path.iterdir())]
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"" for path in paths}


def in_a_process(work: Callable[[], object]) -> int:
    """Do something in a process of its own; the signal that ended it, 0 where it came to its end."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


def killed_at(call: int, work: Callable[[], object]) -> bool:
    """Do something until it takes its step number `call`, and whether it took so many."""
    steps = count(1)

    def counted(function: Any) -> Any:
        def step(*args: Any, **kwargs: Any) -> Any:
            if next(steps) == call:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)

        return step

    def do() -> None:
        for owner, name in STEPS:
            setattr(owner, name, counted(getattr(owner, name)))
        work()

    return in_a_process(do) == signal.SIGKILL


def test_killed_at_every_step(tmp_path: Path) -> None:
    """The next start finds the old one or the new one, whole, and nothing beside it."""
    found = []
    for call in range(1, MOST):
        to = tmp_path / str(call)
        fill(to, OLD)
        if not killed_at(call, partial(replace, to, partial(fill, files=NEW))):
            break
        said = recover(to)
        found.append(contents(to))
        assert found[-1] in (OLD, NEW), call
        assert ("is in its place now" in said) <= (found[-1] == NEW)
    else:
        pytest.fail("a release takes more steps")

    assert found[0] == OLD
    assert found[-1] == NEW
    assert sorted(found, key=lambda files: files == NEW) == found  # once it is there, it stays


def test_a_recovery_may_be_killed_too(tmp_path: Path) -> None:
    """At every step of finishing, and of undoing."""
    for state, whole in (({PART: NEW, BEFORE: OLD}, OLD), ({WHOLE: NEW, BEFORE: OLD}, NEW)):
        for call in range(1, MOST):
            to = tmp_path / f"{whole is OLD}{call}"
            for name, files in state.items():
                fill(to / name, files)
            ended = not killed_at(call, partial(recover, to))
            recover(to)
            assert contents(to) == whole, call
            if ended:
                break
        else:
            pytest.fail("a recovery takes more steps")


def test_what_is_raised_on_the_way_leaves_the_old_one(tmp_path: Path) -> None:
    """At once, not at the next start."""
    fill(tmp_path, OLD)

    def write(part: Path) -> None:
        fill(part, NEW)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(tmp_path, write)

    assert contents(tmp_path) == OLD


def test_nothing_is_said_of_a_folder_that_is_whole(tmp_path: Path) -> None:
    """Nor of one that is not there, or whose release was killed while it was written."""
    assert recover(tmp_path / "no such folder") == ""
    fill(tmp_path, OLD)
    assert recover(tmp_path) == ""
    fill(tmp_path / PART, NEW)
    assert recover(tmp_path) == ""
    assert contents(tmp_path) == OLD


def test_what_is_there_is_not_lost_for_what_was_before(tmp_path: Path) -> None:
    """An older grader moved both at once: what stands in its place is newer."""
    fill(tmp_path, NEW)
    fill(tmp_path / replacing.BEFORE, OLD)

    recover(tmp_path)

    assert contents(tmp_path) == NEW | {"canvas.csv": b"old"}


def test_old_files_that_stay_are_not_taken_for_a_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come back neither at the next start nor in the next release, and are told until they can go."""
    newest = {"gradebook.csv": b"newest"}
    fill(tmp_path, OLD)
    monkeypatch.setattr(shutil, "rmtree", lambda path, ignore_errors: None)  # as of a share that is read-only

    replace(tmp_path, partial(fill, files=NEW))
    assert recover(tmp_path) == ""
    replace(tmp_path, partial(fill, files=newest))

    kept = left(tmp_path)
    assert [contents(folder) for folder in kept] == [OLD, NEW]
    there = {name: data for name, data in contents(tmp_path).items() if not name.startswith(GONE)}
    assert there == newest
    monkeypatch.undo()
    assert left(tmp_path) == []
    assert contents(tmp_path) == newest


def test_a_part_that_stays_stands_in_nobodys_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next release is written beside it."""
    fill(tmp_path / PART, OLD)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda path, ignore_errors: None)
        recover(tmp_path)
        replace(tmp_path, partial(fill, files=NEW))

    assert left(tmp_path) == []
    assert contents(tmp_path) == NEW
