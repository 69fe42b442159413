"""A grade that was kept comes back as it was, or not at all."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import msgpack
import pytest

from grader.records import saved
from grader.records.reason import Cause, Reason
from grader.records.saved import Key, Saved
from grader.records.submission import (
    Chunk,
    Copying,
    Dropped,
    Epoch,
    Figure,
    SavedEvidence,
    Slice,
    TrainingRun,
)
from tests.grader.a_class import FAILED, PLACE, graded

KEY = Key("s", "g", "r", "{}")


def a_saved() -> Saved:
    grade = graded("eve \ud800\x00", crop=FAILED, why="crop")
    runs = (TrainingRun("cell 3", "fcn8s", True, (Epoch(1.0, 0.5, 0.25),), None, 0.5),)
    evidence = SavedEvidence(True, runs, (Figure("cell 4", "cam", b"\x00\xff", 1, 1),))
    copying = Copying("submission", "fcn8s", (Chunk("cell 3", 1, "x = 1"),), frozenset({"trained", "net"}))
    slice = Slice(dropped=(Dropped("cell 2", 1, "!pip", "magic"),), copying={"FCN8s": (copying,)})
    submission = replace(grade.submission, saved=evidence, slice=slice)
    reason = Reason("why", place=PLACE, cause=Cause("a.b", {"got": 1, "of": "c"}, (Cause("d"),)))
    checks = (replace(grade.checks[0], reason=reason), *grade.checks[1:])
    return Saved(KEY, replace(grade, submission=submission, checks=checks), "shown")


def test_a_grade_comes_back_whole(tmp_path: Path) -> None:
    """Pictures, places, evidence, odd characters and all."""
    saved.write(tmp_path, a_saved())

    assert saved.read(tmp_path) == a_saved()


def test_the_head_is_read_alone(tmp_path: Path) -> None:
    """A class asks only for it to know what is left."""
    saved.write(tmp_path, a_saved())

    assert saved.read_head(tmp_path) == (KEY, a_saved().grade.student)


def test_what_is_left_out_is_empty_and_all_else_is_there(tmp_path: Path) -> None:
    """Pictures and cells, say, of which a class has too many."""
    whole = a_saved()
    saved.write(tmp_path, whole)
    evidence = replace(whole.grade.submission.saved, figures=())
    submission = replace(whole.grade.submission, saved=evidence, texts={}, page=(), files={})
    shown = replace(whole.grade, submission=submission, pictures=())
    heavy = replace(shown, submission=replace(submission, slice=Slice()))

    assert saved.read(tmp_path, saved.SHOWN) == replace(whole, grade=shown) != whole
    assert saved.read(tmp_path, saved.HEAVY) == replace(whole, grade=heavy)


def test_nothing_was_kept(tmp_path: Path) -> None:
    """A new submission has no grade yet."""
    assert saved.read(tmp_path / "new") is None


@pytest.mark.parametrize("length", [0, 1, 100, -1])
def test_half_a_file_counts_as_nothing(tmp_path: Path, length: int) -> None:
    """A disk that was full costs a regrading, not a crash."""
    saved.write(tmp_path, a_saved())
    file = tmp_path / saved.FILE
    file.write_bytes(file.read_bytes()[:length])

    assert saved.read(tmp_path) is None
    assert saved.read_head(tmp_path) is None


CONTENTS = (
    *(b"\x01", b"\x80", b"\x81\xa3key\x01", b"\x81\xa5other\x01", b"\x90"),
    *(msgpack.packb({"key": asdict(KEY), "grade": one}) for one in (1, {}, {"student": 1}, {"name": "a"})),
    msgpack.packb({"key": asdict(KEY), "shown": ""}),
)


@pytest.mark.parametrize("content", CONTENTS)
def test_another_shape_counts_as_nothing(tmp_path: Path, content: bytes) -> None:
    """What another version of the grader kept is graded again."""
    (tmp_path / saved.FILE).write_bytes(content)

    assert saved.read(tmp_path) is None
    assert saved.read_head(tmp_path) is None


def test_a_kill_while_writing_keeps_the_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new one takes its place in one step."""
    saved.write(tmp_path, a_saved())
    monkeypatch.setattr(Path, "replace", lambda self, target: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        saved.write(tmp_path, replace(a_saved(), shown="new"))

    assert saved.read(tmp_path) == a_saved()
