"""Stand between the grader and a worker: lower its rights for good, wait for it, end whatever it started.

Run as `main()` with CONFIG PROGRAM ARGUMENT... CONFIG is JSON: `read` and `write` (paths), `home`, `filters`
(descriptors; the last is used where signals are not kept otherwise), `threads` (how many the user may have).
The supervisor keeps its own rights and runs nothing of a student. It is the parent of every process in the
sandbox whose own parent ended, so that who looks at its descendants sees all of them.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from contextlib import suppress
from typing import Any

from grader.sandbox import landlock, namespaces, users
from grader.sandbox.kernel import (
    PR_SET_CHILD_SUBREAPER,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    filter_calls,
    prctl,
)

FAILED = 125  # the exit code where a worker can't be held


def main() -> None:
    """Hold a program, and end as it ends."""
    config, program = json.loads(sys.argv[1]), sys.argv[2:]
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    _offer_to_die_first()
    reserved = users.reserve()
    user = _move_in(config["home"], reserved[0]) if reserved else 0
    alone = namespaces.enter()
    worker = os.fork()
    if worker == 0:
        _become(program, config, user, alone)
    _hold_nothing(reserved)
    status = _await(worker)
    if user:
        users.end_all(user)
    os._exit(status)


def _offer_to_die_first() -> None:
    """When the machine runs out of memory, this is what the kernel ends first."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123 - as in users
        file.write("1000")


def _move_in(home: str, user: int) -> int:
    """Give a worker's folder to its user; 0 where root may not."""
    try:
        os.chown(home, user, user)
    except OSError:
        return 0
    return user


def _become(program: list[str], config: dict[str, Any], user: int, alone: bool) -> None:
    """Be the worker, from here on without a way back."""
    try:
        _confine(config, user, alone)
        os.execv(program[0], program)
    except BaseException as error:
        os.write(2, f"the worker can't be held: {error}\n".encode())
    os._exit(FAILED)


def _confine(config: dict[str, Any], user: int, alone: bool) -> None:
    own = os.path.realpath("/proc/self")  # its number there may be another than os.getpid() says
    if user:
        limit = config["threads"]
        resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))
        users.limit_rights(users.CAP_DAC_READ_SEARCH)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if user:
        users.become(user, [*config["read"], config["home"]])
    else:
        users.forget_rights()
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # after the change of user, which clears it
    landlock.restrict([*config["read"], own], config["write"])
    kept = bool(user) or alone or landlock.keeps_signals()
    filters = config["filters"]
    for descriptor in filters[:1] if kept else reversed(filters):
        _filter(descriptor)
    for descriptor in filters[1:] if kept else ():
        os.close(descriptor)


def _filter(descriptor: int) -> None:
    """Install the seccomp filter that can be read from a descriptor."""
    with os.fdopen(descriptor, "rb") as file:
        filter_calls(file.read())


def _hold_nothing(reserved: object) -> None:
    """Close what is the worker's, so that the other side sees when it hangs up."""
    kept = {0, 1, 2, *([reserved[1].fileno()] if isinstance(reserved, tuple) else [])}
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - as in users
        if int(name) not in kept:
            with suppress(OSError):
                os.close(int(name))


def _await(worker: int) -> int:
    """Take in every process that ends, until the worker does: its exit code, 128 and more for a signal."""
    while True:
        pid, status = os.wait()
        if pid == worker:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
