"""States of runs on disk."""

from __future__ import annotations

import json
import math
import os
import time
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from grader.records.submission import Chunk, Module, Slice
from grader.training import kept
from grader.training.kept import Store, opened
from grader.training.results import Judged, Point, Shown, Standing
from reference import download
from reference.metrics import Scores

PICTURE = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
LABEL = np.array([[0, 1], [2, 3]], np.uint8)
JUDGED = Judged(0.1 + 0.2, Scores(1 / 3, math.nan, (0.25, math.nan)))
STANDING = Standing((Point(0, math.nan, JUDGED),), (Shown(PICTURE, LABEL, LABEL + 1),), 7, 1.5)
PIECE = (("value", "a.weight"), np.linspace(0, 1, 5, dtype=np.float32))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def store(folder: Path, told: list[str] | None = None, **key: object) -> Store:
    """A store with a key."""
    return Store(folder, key, (told if told is not None else []).append)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """To the last digit, with numbers that are none."""
    store(tmp_path, seed=1).write(STANDING, [PIECE], test=JUDGED, broke="so")

    state = store(tmp_path, seed=1).read()

    assert state is not None
    assert (repr(state.standing.points), state.standing.done, state.standing.seconds) == (
        *(repr(STANDING.points), 7),
        1.5,
    )
    assert (repr(state.test), state.broke) == (repr(JUDGED), "so")
    [(name, array)] = state.of("value")
    assert name == PIECE[0]
    assert array.tobytes() == PIECE[1].tobytes()
    assert state.standing.shown[0].prediction.tolist() == (LABEL + 1).tolist()


def test_only_the_last_state_stays(tmp_path: Path) -> None:
    """States take gigabytes."""
    one = store(tmp_path)
    one.write(STANDING, [PIECE])
    one.write(Standing(STANDING.points * 2, (), 9, 2.0), [PIECE])

    assert [folder.name for folder in tmp_path.iterdir()] == ["0002"]


def test_a_state_of_another_run_is_told_and_dropped(tmp_path: Path) -> None:
    """Another seed, another version."""
    told: list[str] = []
    store(tmp_path, seed=1).write(STANDING, [PIECE])

    assert store(tmp_path, told, seed=2).read() is None
    assert told == [
        "the kept state is of other code, or of another plan, seed, device or version: training begins anew"
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", ["3.npy", "about.json"])
@pytest.mark.parametrize("how", ["cut", "changed", "gone"])
def test_a_broken_state_is_told_and_dropped(tmp_path: Path, file: str, how: str) -> None:
    """Every file of it is held against what was written."""
    told: list[str] = []
    store(tmp_path).write(STANDING, [PIECE])
    path = tmp_path / "0001" / file
    whole = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(whole[:-3] if how == "cut" else whole[:-3] + b"\xff" + whole[-2:])

    assert store(tmp_path, told).read() is None
    assert "is broken" in told[0]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("told", ["[]", '{"key": {}}', '{"key": {}, "pieces": [[1]]}', "null"])
def test_a_description_of_another_form_is_no_state(tmp_path: Path, told: str) -> None:
    """Nor is it a crash."""
    store(tmp_path).write(STANDING, [PIECE])
    (tmp_path / "0001" / "about.json").write_text(told)

    assert store(tmp_path).read() is None


def test_a_state_that_can_not_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    """A full disk, or a worker that broke off."""
    one = store(tmp_path)
    one.write(STANDING, [PIECE])

    def broken() -> object:
        yield PIECE
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        one.write(Standing(STANDING.points * 2, (), 9, 2.0), broken())  # type: ignore[arg-type]  # a generator

    state = one.read()
    assert state is not None
    assert state.standing.done == 7
    assert [folder.name for folder in tmp_path.iterdir()] == ["0001"], "a part may be what fills the disk"


def test_one_grader_at_a_time(tmp_path: Path) -> None:
    """Another that trains the same goes without; when it is done, the next may."""
    told: list[str] = []
    with opened("a", "1", {}, told.append) as first, opened("a", "1", {}, told.append) as second:
        assert first is not None
        assert second is None
    assert told == ["another grader trains the same: this run is not kept"]
    with opened("a", "1", {}, told.append) as third, opened("a", "2", {}, told.append) as other:
        assert third is not None
        assert other is not None
        assert third.folder == first.folder != other.folder


def test_a_place_that_is_shut_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Training goes on without."""
    told: list[str] = []
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    with opened("a", "1", {}, told.append) as one:
        assert one is None
    assert "can't be kept" in told[0]


def test_old_states_are_removed(tmp_path: Path) -> None:
    """What nobody went on with in two weeks; a younger one stays."""
    told: list[str] = []
    for name in ("old", "young"):
        with opened(name, "1", {}, told.append) as one:
            assert one is not None
            one.write(STANDING, [PIECE])
            if name == "old":
                before = time.time() - 15 * 86_400
                os.utime(one.folder, (before, before))

    with opened("young", "1", {}, told.append) as young:
        assert young is not None
        assert young.read() is not None
        assert list(kept.home().glob("*/*")) == [young.folder]
    assert told == ["removed a state that was kept for 14 days"]


def test_what_is_left_of_finished_runs_is_removed_without_a_word(tmp_path: Path) -> None:
    """A lock and two folders."""
    told: list[str] = []
    with opened("old", "1", {}, told.append) as one:
        assert one is not None
        one.write(STANDING, [PIECE])
        one.drop()
    for _ in range(2):
        for folder in (kept.home() / "old" / "1", kept.home() / "old"):
            if folder.exists():
                os.utime(folder, (0, 0))
        kept.sweep(told.append)

    assert (told, list(kept.home().iterdir())) == ([], [])


def test_an_old_state_of_the_same_run_is_removed_before_it_is_looked_at(tmp_path: Path) -> None:
    """And the run begins anew, and is kept."""
    with opened("a", "1", {}, print) as one:
        assert one is not None
        one.write(STANDING, [PIECE])
        os.utime(one.folder, (0, 0))

    with opened("a", "1", {}, print) as again:
        assert again is not None
        assert again.read() is None
        again.write(STANDING, [PIECE])
        assert again.read() is not None


def test_a_run_goes_on_by_its_seed() -> None:
    """Which only the state tells; of another submission, or of a state that tells none, there is none."""
    assert kept.begun("a") is None
    for run, key in (("1", {"seed": 7}), ("0", {})):
        with opened("a", run, key, print) as one:
            assert one is not None
            one.write(STANDING, [PIECE])
        assert kept.begun("a") == (7 if run == "1" else None)
    assert kept.begun("b") is None


def test_states_are_their_users_alone() -> None:
    """They hold students' work."""
    assert kept.home().stat().st_mode & 0o77 == 0
    kept.home().chmod(0o777)
    assert kept.home().stat().st_mode & 0o77 == 0


def test_a_folder_of_another_user_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only its owner can say who may write there."""
    monkeypatch.setattr(Path, "chmod", Mock(side_effect=PermissionError("not ours")))
    told: list[str] = []

    with opened("a", "1", {}, told.append) as one:
        assert one is None
    assert kept.begun("a") is None
    assert told == ["the run can't be kept to go on with: not ours"]


def test_a_cache_that_is_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As XDG says: else states would lie in whatever folder one works in."""
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path))

    assert download.own() == tmp_path / ".cache" / "fcn-cam-grader"


def test_a_key_is_what_json_makes_of_it(tmp_path: Path) -> None:
    """Tuples come back as lists."""
    with opened("a", "1", {"sizes": (1, 2)}, print) as one:
        assert one is not None
        one.write(STANDING, [])
        assert one.read() is not None


def test_the_same_code_has_the_same_name() -> None:
    """And other code another."""
    code = [Slice((Module("m", (Chunk("cell 1", 1, text),)),)) for text in ("a = 1", "a = 1", "a = 2")]

    first, same, other = map(kept.content, code)

    assert first == same != other
    assert json.dumps(first)
