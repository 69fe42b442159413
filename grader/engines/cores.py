"""Cores of this machine for one task among several that know nothing of each other."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from grader.engines import locks


def cores() -> list[int]:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


@contextmanager
def some(count: int) -> Iterator[frozenset[int]]:
    """So many cores that nobody else took here; where too few are free, some are shared.

    Who holds one holds a lock on a file, which the kernel takes back whenever its holder ends.
    """
    own = list[int]()
    with ExitStack() as held:
        for core in cores():
            if len(own) < count and _take(core, held):
                own.append(core)
        others = [core for core in cores() if core not in own]
        yield frozenset((*own, *others[: max(0, count - len(own))]))


def _take(core: int, held: ExitStack) -> bool:
    """Whether the lock of a core was free; not where somebody else put something in its place."""
    with suppress(OSError), ExitStack() as opened:
        file = locks.opened(locks.home("cores") / str(core))
        opened.callback(os.close, file)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held.push(opened.pop_all())
        return True
    return False
