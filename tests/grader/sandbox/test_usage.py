from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.sandbox import tree
from grader.sandbox import usage as usage_
from grader.sandbox.usage import Usage, usage


def test_what_a_process_had_is_seen() -> None:
    """Of this one: it computed, and its threads are known."""
    seen = usage(os.getpid())

    assert seen.computed > 0
    assert str(os.getpid()) in seen.waited
    assert usage(2**22 + 1) == Usage(0.0, {}, 0)


@pytest.mark.slow
def test_what_ended_children_computed_counts() -> None:
    """Once their parent has waited for them; the kernel tells it in hundredths, rounded down."""
    child = "import os, time\nwhile time.process_time() < 0.55: pass\nos._exit(0)"
    begin = f"import subprocess, sys\nsubprocess.run([sys.executable, '-S', '-c', {child!r}])\n"
    source = f"{begin}print(flush=True)\ninput()"
    with subprocess.Popen(
        [sys.executable, "-S", "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert usage(process.pid).computed >= 0.5
        process.kill()


def test_what_the_kernel_ended_is_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where it tells."""
    assert usage_.kernel_kills() >= 0
    monkeypatch.setattr(usage_, "VMSTAT", tmp_path / "vmstat")
    assert usage_.kernel_kills() == 0
    (tmp_path / "vmstat").write_text("nr_free_pages 5\noom_kill 12\nlast 1\n")
    assert usage_.kernel_kills() == 12


def test_what_is_used_since_is_the_difference() -> None:
    """New threads count, those that are gone take nothing back, a disk is waited for all the while."""
    before = Usage(2.0, {"1": 1.0, "2": 5.0}, 0)
    now = Usage(2.5, {"1": 1.25, "3": 0.5}, 1)

    assert now.since(before, passed=1.0) == (0.5, 0.25 + 0.5, 1.0)
    assert Usage(1.0, {"1": 9.0}, 0).since(before, passed=1.0) == (0.0, 1.0, 0.0)


def test_where_the_kernel_tells_of_no_waiting_none_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then all that passes is charged: what it computed is known without."""
    told = tree.told

    def without(path: str) -> str:
        if path.endswith("schedstat"):
            raise FileNotFoundError
        return told(path)

    monkeypatch.setattr(tree, "told", without)
    seen = usage(os.getpid())
    assert seen.computed > 0
    assert (seen.waited, seen.stuck) == ({}, 0)


ASLEEP = """
import os
os.mkfifo("pipe")
os.posix_spawn("/bin/true", ["true"], {}, file_actions=[(os.POSIX_SPAWN_OPEN, 0, "pipe", os.O_RDONLY, 0)])
"""


def test_who_sleeps_as_deeply_as_for_a_disk_waits_for_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A parent whose child is not yet another program; where the machine tells of a disk, it may be that."""
    stat = tmp_path / "stat"
    monkeypatch.setattr(usage_, "STAT", stat)
    with subprocess.Popen([sys.executable, "-S", "-c", ASLEEP], cwd=tmp_path) as process:
        _await_deep_sleep(process.pid)
        try:
            assert usage(process.pid).stuck == 0
            stat.write_text("procs_running 1\nprocs_blocked 0\nsoftirq 0\n")
            assert usage(process.pid).stuck == 0
            stat.write_text("procs_running 1\nprocs_blocked 5\nsoftirq 0\n")
            assert usage(process.pid).stuck == 1
        finally:  # else both wait for ever
            (tmp_path / "pipe").open("w").close()


def _await_deep_sleep(pid: int) -> None:
    """Until it waits for its child: without one it may still wait for its own files from a disk."""
    until = time.monotonic() + 120
    while [process.state for process in tree.descendants(pid)][:2] != ["D", "S"]:
        assert time.monotonic() < until
        time.sleep(0.01)
