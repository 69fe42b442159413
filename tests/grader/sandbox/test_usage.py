from __future__ import annotations

import os
import subprocess
import sys
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


def test_what_ended_children_computed_counts() -> None:
    """Once their parent has waited for them."""
    child = "import os, time\nwhile time.process_time() < 0.5: pass\nos._exit(0)"
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

    assert now.since(before, passed=1.0) == (0.5, 0.25 + 0.5 + 1.0)
    assert Usage(1.0, {"1": 9.0}, 0).since(before, passed=1.0) == (0.0, 1.0)


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
