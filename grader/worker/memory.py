"""Memory that is freed and asked for again, gigabytes of it."""

from __future__ import annotations

import ctypes
import gc
import resource
from contextlib import suppress
from pathlib import Path

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of malloc.h
KEEP = 2**31 - 1  # bytes, the most that the option can hold
MUCH = 2 << 30  # bytes: more than a right network and what it copies take


def keep_memory() -> None:
    """Let malloc keep what is freed: fresh pages for half a gigabyte of gradients cost a third of a step."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, KEEP)
        mallopt(M_TRIM_THRESHOLD, KEEP)


def reclaim() -> None:
    """Free at once what nothing names any more: a model that a hook of its own holds is in a circle."""
    gc.collect()


def release() -> None:
    """Free what an exception's frames held, where it may be much: a map of gigabytes that one network makes
    must cost no other network its memory."""
    pages = MUCH
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text().split()[5])  # of data, which is what is limited
    if pages * resource.getpagesize() > MUCH:
        reclaim()
