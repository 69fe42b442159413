"""Memory that is freed and asked for again, gigabytes of it."""

from __future__ import annotations

import ctypes
import gc

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of malloc.h
KEEP = 2**31 - 1  # bytes, the most that the option can hold


def keep_memory() -> None:
    """Let malloc keep what is freed: fresh pages for half a gigabyte of gradients cost a third of a step."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, KEEP)
        mallopt(M_TRIM_THRESHOLD, KEEP)


def reclaim() -> None:
    """Free at once what nothing names any more: a model that a hook of its own holds is in a circle."""
    gc.collect()
