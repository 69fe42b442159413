"""Tests for what a process that forks others does first."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from grader.paths import ROOT

# 64 MB that Python itself asks for in small pages, in a process of its own: ours would keep its large pages.
HOLDS = """
import gc, mmap
from grader.wall import settling
held = mmap.mmap(-1, 64 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
held.madvise(15)  # small pages first
held.write(bytes(64 << 20))
held.madvise(14)
def large():
    return int(open("/proc/self/smaps_rollup").read().partition("AnonHugePages:")[2].split()[0])
before = large()
settling.settle()
print(gc.get_freeze_count() > 0, held[:9] == bytes(9), large() - before)
"""


@pytest.fixture(scope="module")
def settled() -> list[str]:
    run = subprocess.run([sys.executable, "-c", HOLDS], cwd=ROOT, capture_output=True, text=True, check=True)
    return run.stdout.split()


def test_what_is_there_is_kept_and_looked_through_no_more(settled: list[str]) -> None:
    assert settled[:2] == ["True", "True"]


@pytest.mark.skipif(
    tuple(map(int, platform.release().split(".")[:2])) < (6, 1)
    or not Path("/sys/kernel/mm/transparent_hugepage").exists(),
    reason="the kernel makes no large pages of what is there",
)
def test_memory_is_put_into_large_pages(settled: list[str]) -> None:
    assert (
        int(settled[2]) >= 8 << 10
    )  # kB; the kernel leaves some as they are where its memory lies in pieces
