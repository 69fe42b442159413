from __future__ import annotations

import os

import pytest

from grader.sandbox import users
from tests.grader.sandbox.conftest import HELD, Start
from tests.grader.sandbox.toy_operations import Call

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a worker a user of its own")


OWNER = """
import os
def f():
    open('own', 'w').close()
    return [*os.getresuid(), *os.getresgid(), *os.getgroups(), os.stat('own').st_uid]
"""


@ROOT_ONLY
def test_each_worker_has_a_user_of_its_own() -> None:
    """As long as it runs; then the number is free again."""
    first, second = users.reserve(), users.reserve()
    assert first is not None
    assert second is not None
    assert first[0] != second[0]
    first[1].close()
    third = users.reserve()
    assert third is not None
    assert third[0] == first[0]
    for _, lock in (second, third):
        lock.close()


@ROOT_ONLY
@pytest.mark.skipif("landlock" not in HELD, reason="this machine has no Landlock")
def test_a_worker_is_not_root(start: Start) -> None:
    """It has its own folder, and nobody else's."""
    found = start(OWNER, rung="landlock").ask(Call("f")).value.value

    assert len(set(found)) == 1
    assert found[0] > 1000


@pytest.mark.parametrize(
    ("text", "highest"),
    [("0 0 4294967295\n", 1 << 31), ("0 100000 65536\n", 65536), ("0 1000 1\n1 100000 9\n", 10)],
)
def test_only_users_that_are_here_are_given(monkeypatch: pytest.MonkeyPatch, text: str, highest: int) -> None:
    """A container may know some of the numbers alone."""
    monkeypatch.setattr(
        users, "_spans", lambda: [tuple(map(int, line.split())) for line in text.splitlines()]
    )

    assert users._highest() == highest
