"""What a process that forks others does first with all that it has imported: less is copied then."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LARGE = 1 << 21  # bytes of a large page
COLLAPSE = 25  # madvise's number for it, since Linux 6.1; an older kernel refuses


def settle() -> None:
    """Let no later collection walk through what is there now, and copy its pages; make those few."""
    gc.collect()
    gc.freeze()
    with suppress(OSError):
        _gather()


def _gather() -> None:
    """Put memory into large pages where it can be: a fork copies what says where each page is."""
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for start, end in [*_used()]:
        first, last = -(-start // LARGE) * LARGE, end // LARGE * LARGE
        if first < last:
            advise(first, last - first, COLLAPSE)  # what can't be stays as it is


def _used() -> Iterator[tuple[int, int]]:
    """Where memory of our own stands that no file is behind, if most of it is used."""
    region = (0, 0)
    for line in Path("/proc/self/smaps").read_text().splitlines():
        word, *more = line.split()
        if "-" in word:  # a region's first line: where, how, offset, device, file's number, name
            is_ours = more[0] == "rw-p" and more[3] == "0"
            start, _, end = word.partition("-")
            region = (int(start, 16), int(end, 16)) if is_ours else (0, 0)
        elif word == "Anonymous:" and region[1] and 2 * int(more[0]) * 1024 > region[1] - region[0]:
            yield region
