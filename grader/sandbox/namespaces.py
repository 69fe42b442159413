"""Namespaces of a worker's own, entered without bubblewrap where the kernel lets: processes, network, IPC."""

from __future__ import annotations

import os
import signal

from grader.sandbox import users
from grader.sandbox.kernel import (
    NEW_IPC,
    NEW_NET,
    NEW_PID,
    NEW_USER,
    NEW_UTS,
    PR_SET_CHILD_SUBREAPER,
    PR_SET_PDEATHSIG,
    libc,
    prctl,
)

WANTED = NEW_PID | NEW_NET | NEW_IPC | NEW_UTS


def enter() -> bool:
    """Go on as the first process of new namespaces, and say so; False where that may not be.

    Whoever called stays outside, waits, and ends as this process ends.
    """
    if not _unshare():
        return False
    inner = os.fork()
    if inner:
        os.closerange(3, 1 << 16)  # what is the worker's, so that the other side sees when it hangs up
        _, status = os.waitpid(inner, 0)
        code = os.waitstatus_to_exitcode(status)
        os._exit(code if code >= 0 else 128 - code)
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    return True


def _unshare() -> bool:
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(WANTED) == 0:
        return True
    if user == 0 or libc.unshare(WANTED | NEW_USER) != 0:  # a root without the right to, gets no users there
        return False
    users.stay(user, group)
    return True
