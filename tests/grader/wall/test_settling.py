"""Tests for what a process that forks others does first."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from grader.paths import ROOT

# 64 MB that Python itself asks for in small pages, in a process of its own: ours would keep its large pages.
# As much is put into large ones by hand: where the kernel can't do that either, it has none to give.
HOLDS = """
import ctypes, gc, mmap
from grader.wall import settling

def held():
    some = mmap.mmap(-1, 64 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    some.madvise(15)  # small pages first
    some.write(bytes(64 << 20))
    some.madvise(14)
    return some

def large():
    return int(open("/proc/self/smaps_rollup").read().partition("AnonHugePages:")[2].split()[0])

def refused(some):  # by the kernel, which is asked by hand
    start = ctypes.addressof(ctypes.c_char.from_buffer(some))
    first, last = -(-start // settling.LARGE), (start + len(some)) // settling.LARGE
    return advise(first * settling.LARGE, (last - first) * settling.LARGE, settling.COLLAPSE)

advise = ctypes.CDLL(None).madvise
advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
settled, before = held(), large()
for _ in range(10):  # it may have large pages a moment later
    settling.settle()
    gained = large() - before
    if gained >= 60 << 10 or (none := refused(held())):
        break
print(gc.get_freeze_count() > 0, settled[:9] == bytes(9), gained, int(gained < 60 << 10 and none))
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
    """Unless the kernel, whose own memory may lie in pieces, refuses the same by hand."""
    gained, refused = map(int, settled[2:])
    if refused:
        pytest.skip("the kernel has no large pages to give at the moment")
    assert gained >= 60 << 10  # kB
