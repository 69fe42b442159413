"""The parent of warm workers: it has imported what is slow, and forks a worker whenever it is asked to.

Run as `main(config)`, config being JSON: the socket's `fd`, modules to `preload`, `home`, `files` (what a
link of that name in it leads to), `through` (paths below /tmp that stay readable), `disk`. It stands in
namespaces of its own, knows of no submission, runs nothing of a student's and computes nothing. A request is
one message, JSON again (grader/sandbox/parent.py writes it), with descriptors: the keeper's, the worker's
output, and what the worker keeps.

Between it and a worker stand two processes: a keeper, which has no rights left, tells how the worker ended
and ends it when nobody listens any more; and the first process of the worker's own namespaces, which is held
as the worker is.
"""

from __future__ import annotations

import fcntl
import importlib
import json
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from grader.sandbox import kernel, users
from grader.wall.collecting import importing
from grader.wall.settling import settle

LARGEST = 1 << 17  # bytes of a request
MOST = 8  # descriptors of a request
FAILED = 125  # the exit code where a worker can't be held
NEW = (
    kernel.NEW_USER
    | kernel.NEW_MOUNTS
    | kernel.NEW_PID
    | kernel.NEW_NET
    | kernel.NEW_IPC
    | kernel.NEW_UTS
    | kernel.NEW_CGROUP
)
READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS, BIND, AND_BELOW = 1, 2, 4, 8, 4096, 16384
SHARED = ("/tmp", "/dev/shm")


def main(text: str) -> None:
    """Import, then fork workers until nobody can ask any more."""
    config = json.loads(text)
    sock = socket.socket(fileno=config["fd"])
    with importing():
        for name in config["preload"]:
            importlib.import_module(name)
    settle()
    if len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208 - as in users
        raise RuntimeError("what was imported has started threads, which no fork takes along")
    while _serve(sock, config):
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # those that ended since
                pass


def _serve(sock: socket.socket, config: Mapping[str, Any]) -> bool:
    """Fork one worker; False when nobody can ask any more."""
    message, descriptors, _, _ = socket.recv_fds(sock, LARGEST, MOST, socket.MSG_CMSG_CLOEXEC)
    if message and os.fork() == 0:
        _keep(json.loads(message), descriptors, config)
    for descriptor in descriptors:
        os.close(descriptor)
    return bool(message)


# --- the keeper -------------------------------------------------------------------------------------


def _keep(wanted: Mapping[str, Any], descriptors: Sequence[int], config: Mapping[str, Any]) -> None:
    """Start the first process of a worker's namespaces, tell that it runs and how it ends; never returns."""
    control, output, *kept = descriptors
    try:
        os.setsid()
        os.sched_setaffinity(0, wanted["cores"])
        _offer_to_die_first()
        _move()
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        first = os.fork()
        if first == 0:
            _hold(wanted, output, kept, config)
        ended = os.pidfd_open(first)
        _close_all_but(control, ended)
        users.forget_rights()
        os.write(control, b"started")
        _await(control, ended, first)
    except BaseException as error:
        _complain(output, error)
    os._exit(FAILED)


def _offer_to_die_first() -> None:
    """When the machine runs out of memory, this is what the kernel ends first."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123 - as in users
        file.write("1000")


def _move() -> None:
    """Enter new namespaces, as the same user; of processes, with the next that is forked."""
    user, group = os.geteuid(), os.getegid()
    kernel.check(kernel.libc.unshare(NEW))
    users.stay(user, group)


def _await(control: int, ended: int, first: int) -> None:
    """Wait for the worker's end and tell of it; end it when nobody listens."""
    ready = select.poll()
    for descriptor in (control, ended):
        ready.register(descriptor, select.POLLIN)
    while ended not in dict(ready.poll()):
        if not os.read(control, 1):
            os.kill(first, signal.SIGKILL)
            ready.unregister(control)
    code = os.waitstatus_to_exitcode(os.waitpid(first, 0)[1])
    with suppress(OSError):
        os.write(control, str(code if code >= 0 else 128 - code).encode())
    os._exit(0)


def _complain(output: int, error: BaseException) -> None:
    with suppress(OSError):
        os.write(output, f"the worker can't be held: {type(error).__name__}: {error}\n".encode())


# --- the first process of its namespaces ------------------------------------------------------------


def _hold(wanted: Mapping[str, Any], output: int, kept: Sequence[int], config: Mapping[str, Any]) -> None:
    """Give up every right for good, fork the worker, take in whatever ends; never returns."""
    try:
        _mount(config)
        os.chdir(config["home"])
        os.symlink(config["files"], "files")  # noqa: PTH211 - as in users
        _hand_over(output, kept, wanted["numbers"])
        users.forget_rights()
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # so that who started it can look at it, as at any program
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        for code in wanted["filters"]:
            kernel.filter_calls(bytes.fromhex(code))
        worker = os.fork()
        if worker == 0:
            _work(wanted)
        _close_all_but()
        _take_in(worker)
    except BaseException as error:
        _complain(2, error)
    os._exit(FAILED)


def _take_in(worker: int) -> None:
    """Take in every process that ends, until the worker does, and end as it did."""
    while True:
        pid, status = os.wait()
        if pid == worker:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


def _mount(config: Mapping[str, Any]) -> None:
    """Cover all that another worker could write to or look into; what lies below /tmp shows through.

    Everything else is read-only, and who has no rights left can't uncover anything.
    """
    through = {path: os.open(path, os.O_PATH) for path in config["through"]}
    size = f"mode=1777,size={config['disk']}"
    for path in SHARED:
        _cover(path, size)
    for path, descriptor in through.items():
        _show(f"/proc/self/fd/{descriptor}", path)
    os.makedirs(config["home"], exist_ok=True)  # noqa: PTH103 - as in users
    _cover(config["home"], size)
    _cover("/dev/pts", "size=4k", READ_ONLY)
    kernel.mount("proc", "/proc", "proc", READ_ONLY | NO_SETUID | NO_DEVICES | NO_PROGRAMS)


def _cover(path: str, options: str, more: int = 0) -> None:
    kernel.mount("tmpfs", path, "tmpfs", NO_SETUID | NO_DEVICES | more, options)


def _show(source: str, path: str) -> None:
    """Let a file or a folder stand where it stood, as read-only as it was."""
    file = not os.path.isdir(source)  # noqa: PTH112 - as in users
    os.makedirs(os.path.dirname(path) if file else path, exist_ok=True)  # noqa: PTH103, PTH120 - as in users
    if file and not os.path.exists(path):  # noqa: PTH110 - as in users
        os.mknod(path)
    kernel.mount(source, path, "", BIND | AND_BELOW)


def _hand_over(output: int, kept: Sequence[int], numbers: Sequence[int]) -> None:
    """Leave open what a worker has, by the numbers that it is told, and nothing else."""
    nothing = os.open("/dev/null", os.O_RDONLY)
    places = {0: nothing, 1: output, 2: output, **dict(zip(numbers, kept, strict=True))}
    above = max(numbers, default=2) + 1
    moved = {place: fcntl.fcntl(source, fcntl.F_DUPFD, above) for place, source in places.items()}
    for place, source in moved.items():
        os.dup2(source, place)
    _close_all_but(*places)


def _close_all_but(*kept: int) -> None:
    first = 0
    for descriptor in (*sorted({*kept}), 1 << 20):
        if first < descriptor:  # Python takes an empty range that begins with 0 for everything
            os.closerange(first, descriptor)
        first = descriptor + 1


# --- the worker -------------------------------------------------------------------------------------


def _work(wanted: Mapping[str, Any]) -> None:
    """Be the worker, and end as a program ends."""
    code = 1
    try:
        os.environ.update(wanted["environment"])
        importlib.import_module(wanted["module"]).main(wanted["argument"])
        code = 0
    except BaseException:
        traceback.print_exc()
    with suppress(OSError):
        sys.stdout.flush()
    os._exit(code)
