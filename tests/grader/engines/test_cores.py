"""Tasks that know nothing of each other get different cores, as long as there are enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.engines import cores, locks


@pytest.fixture(autouse=True)
def own_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "home", lambda _: tmp_path)


def test_two_tasks_take_different_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core is free again when its holder lets go."""
    monkeypatch.setattr(cores, "cores", lambda: [4, 5, 6])
    with cores.some(2) as first, cores.some(1) as second:
        assert (sorted(first), sorted(second)) == ([4, 5], [6])
    with cores.some(1) as third:
        assert sorted(third) == [4]


def test_with_too_few_cores_some_are_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task never has none, nor fewer than it asked for while there are so many."""
    monkeypatch.setattr(cores, "cores", lambda: [0, 1])
    with cores.some(1), cores.some(2) as second, cores.some(1) as third, cores.some(9) as fourth:
        assert (sorted(second), len(third), sorted(fourth)) == ([0, 1], 1, [0, 1])


def test_where_nothing_can_be_locked_cores_are_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user may have put a folder of that name there."""

    def others(_: str) -> Path:
        raise PermissionError("not ours")

    monkeypatch.setattr(locks, "home", others)
    with cores.some(1) as own:
        assert len(own) == 1


def test_these_are_the_cores_that_this_process_may_use() -> None:
    """At least one."""
    assert cores.cores()
