"""A user of its own for a worker that root starts: nobody else's files, limits or processes are its own."""

from __future__ import annotations

import os
import signal
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress

from grader.sandbox.kernel import (
    CAPABILITY_VERSION,
    PR_CAP_AMBIENT,
    PR_CAP_AMBIENT_RAISE,
    PR_CAPBSET_DROP,
    PR_SET_KEEPCAPS,
    check,
    libc,
    prctl,
)

CAP_DAC_READ_SEARCH = 2
USERS = 1024  # how many there are to choose from
RESERVED = 1026  # of the highest numbers, so that neither they nor "nobody" are among them


def reserve() -> tuple[int, socket.socket] | None:
    """The number of a user that no other worker has while the socket is open; None where none can be had.

    A name in the kernel is the lock: it goes when its process does, and no file is left.
    """
    highest = _highest()
    if os.geteuid() != 0 or highest < USERS + RESERVED:
        return None
    for number in range(highest - RESERVED, highest - RESERVED - USERS, -1):
        lock = socket.socket(socket.AF_UNIX)
        try:
            lock.bind(f"\0fcn-grader-user-{number}")
        except OSError:
            lock.close()
        else:
            return number, lock
    return None


def _highest() -> int:
    """One more than the highest number of a user here, which a container may limit."""
    first, _, count = max(_spans(), key=lambda span: span[2])
    return min(first + count, 1 << 31)


def _spans() -> list[tuple[int, ...]]:
    """The numbers that there are: first here, first outside, how many."""
    with open("/proc/self/uid_map") as file:  # noqa: PTH123 - pathlib would double this program's start-up time
        return [tuple(map(int, line.split())) for line in file]


def stay(user: int, group: int) -> None:
    """Be the same user and group in a user namespace that was just entered: the only ones that it has."""
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123 - as above
            file.write(text)


def become(user: int, needed: Iterable[str]) -> None:
    """Be this user from now on, with no right but to look into folders of `needed` that are closed to it.

    The interpreter may stand below root's home. What can be read is Landlock's to say.
    """
    there = [path for path in needed if os.path.exists(path)]  # noqa: PTH110 - as above
    prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    closed = [path for path in there if not os.access(path, os.R_OK)]
    _keep(1 << CAP_DAC_READ_SEARCH if closed else 0)
    if closed:
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH)


def forget_rights() -> None:
    """Give up every capability, so that root is an ordinary user who cannot regain them."""
    limit_rights()
    _keep(0)


def limit_rights(*but: int) -> None:
    """Let nothing that this process starts have a capability ever, but for these."""
    for capability in set(range(64)) - {*but}:  # it fails for those that do not exist, or without rights
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def _keep(capabilities: int) -> None:
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    check(libc.capset(header, struct.pack("III", capabilities, capabilities, capabilities) + bytes(12)))


def end_all(user: int) -> None:
    """End every process of a user at once, wherever it went."""
    if os.fork() == 0:
        with suppress(OSError):
            os.setresuid(user, user, user)
            os.kill(-1, signal.SIGKILL)
        os._exit(0)
