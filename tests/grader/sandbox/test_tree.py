from __future__ import annotations

import os
import subprocess
import sys
import time

from grader.sandbox import tree

CHILD = "import subprocess, sys; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); p.wait()"


def test_descendants_and_orphans_of_the_session_belong() -> None:
    """Until they are killed."""
    parent = subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE, start_new_session=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    family = tree.tree(parent.pid)
    assert {p.pid for p in family} == {parent.pid, child}
    parent.kill()
    parent.wait()
    assert {p.pid for p in tree.tree(parent.pid)} == {child}

    tree.kill(family)
    parent.stdout.read()  # ends when the last holder does
    parent.stdout.close()
    deadline = time.monotonic() + 30  # a killed process is there until the kernel has put it away
    while tree.tree(parent.pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert tree.tree(parent.pid) == []


def test_a_process_is_described() -> None:
    """As the kernel tells it."""
    me = tree.read(os.getpid())

    assert me is not None
    assert (me.pid, me.parent, me.state) == (os.getpid(), os.getppid(), "R")
    assert me.resident > 1 << 20
    assert tree.read(2**22 + 1) is None


def test_a_number_that_was_given_to_another_process_is_spared() -> None:
    """Numbers are used again."""
    sleeper = subprocess.Popen(["sleep", "60"])
    now = tree.read(sleeper.pid)
    assert now is not None
    other = tree.Process(
        now.pid, now.state, now.parent, now.session, now.threads, now.started - 1, now.resident
    )
    tree.kill([other])
    assert sleeper.poll() is None

    tree.kill([now])
    assert sleeper.wait(timeout=60) == -9
