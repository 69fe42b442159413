"""The program that probes an isolation from inside: it tries what must not work, and prints what did.

Run with one argument, JSON: what to try it on. It imports nothing of ours; the trusted side believes it only
where it can't look for itself.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

CLONE_NEWUSER = 0x10000000
PR_SET_CHILD_SUBREAPER, F_SETPIPE_SZ = 36, 1031


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def read(config: dict[str, Any]) -> None:
    say(Path(config["canary"]).read_text())


def read_reference(config: dict[str, Any]) -> None:
    say(Path(config["reference"]).read_text()[:10])


def list_project(config: dict[str, Any]) -> None:
    if "grader" not in [entry.name for entry in Path(config["project"]).iterdir()]:
        raise PermissionError("only what is bound below it can be seen")


def write(config: dict[str, Any]) -> None:
    Path(config["written"]).write_text("hello")


def connect_tcp(config: dict[str, Any]) -> None:
    socket.create_connection(("127.0.0.1", config["port"]), timeout=1)


def connect_unix(config: dict[str, Any]) -> None:
    socket.socket(socket.AF_UNIX).connect("\0" + config["unix"])


def signal_grader(config: dict[str, Any]) -> None:
    """By every call there is; 0 sends nothing, and is refused where a signal would be."""
    pid, calls = config["pid"], []
    calls.append(lambda: os.kill(pid, 0))
    calls.append(lambda: signal.pidfd_send_signal(os.pidfd_open(pid), 0))
    _any(*calls)


def change_limits(config: dict[str, Any]) -> None:
    resource.prlimit(config["pid"], resource.RLIMIT_CORE)


def slow_down(config: dict[str, Any]) -> None:
    """Try to set priority and cores of another process, to what they are already."""
    pid = config["pid"]
    _any(
        lambda: os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid)),
        lambda: os.sched_setaffinity(pid, os.sched_getaffinity(pid)),
    )


def change_mode(config: dict[str, Any]) -> None:
    os.chmod(config["canary"], 0o444)  # noqa: PTH101 - the call itself is tried
    if os.stat(config["canary"]).st_mode & 0o777 != 0o444:  # noqa: PTH116 - idem
        raise PermissionError("it was pretended only")


def change_times(config: dict[str, Any]) -> None:
    os.utime(config["canary"], (0, 0))
    if os.stat(config["canary"]).st_mtime != 0:  # noqa: PTH116 - idem
        raise PermissionError("it was pretended only")


def change_settings(config: dict[str, Any]) -> None:
    os.close(os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY))


def see_events(config: dict[str, Any]) -> None:
    libc = ctypes.CDLL(None)
    if libc.inotify_add_watch(libc.inotify_init(), config["canary"].encode(), 0xFFF) < 0:
        raise PermissionError


def leave_session(config: dict[str, Any]) -> None:
    if os.fork() == 0:
        with suppress(OSError):
            os.setsid()
            os._exit(0)
        os._exit(1)
    if os.wait()[1] != 0:
        raise PermissionError


def fill_sockets(config: dict[str, Any]) -> None:
    pair = socket.socketpair()
    pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)


def grow_pipe(config: dict[str, Any]) -> None:
    fcntl.fcntl(os.pipe()[1], F_SETPIPE_SZ, 1 << 20)


def _any(*attempts: Callable[[], object]) -> None:
    """Raise unless one of these can be done."""
    for attempt in attempts:
        with suppress(OSError):
            attempt()
            return
    raise PermissionError


def read_environment(config: dict[str, Any]) -> None:
    Path(f"/proc/{config['pid']}/environ").read_bytes()


def new_namespace(config: dict[str, Any]) -> None:
    if os.fork() == 0:
        os._exit(0 if ctypes.CDLL(None).unshare(CLONE_NEWUSER) == 0 else 1)
    if os.wait()[1] != 0:
        raise PermissionError


def hidden_memory(config: dict[str, Any]) -> None:
    os.memfd_create("hidden")


def outlive(config: dict[str, Any]) -> None:
    """Leave an orphan behind, which holds our output open: whoever reads it to its end knows."""
    ready, report = os.pipe()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    if os.fork() == 0:
        with suppress(OSError):
            os.setsid()
        if os.fork():
            os._exit(0)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.write(report, b"x")
        time.sleep(60)
        os._exit(0)
    os.read(ready, 1)


ATTEMPTS: dict[str, Callable[[dict[str, Any]], None]] = {
    "read a file of this user": read,
    "read the reference solution": read_reference,
    "list the grader's folder": list_project,
    "write outside of its folder": write,
    "connect to a local TCP service": connect_tcp,
    "connect to a local socket": connect_unix,
    "signal the grader": signal_grader,
    "change the grader's limits": change_limits,
    "slow the grader down": slow_down,
    "change the mode of a file": change_mode,
    "change the times of a file": change_times,
    "write the kernel's settings": change_settings,
    "see what others open": see_events,
    "leave its session": leave_session,
    "take memory in sockets": fill_sockets,
    "take memory in pipes": grow_pipe,
    "read the grader's environment": read_environment,
    "make a new user namespace": new_namespace,
    "take memory that no limit counts": hidden_memory,
}


def main(text: str) -> None:
    """Try everything; the last line of the output lists what was possible."""
    config, possible = json.loads(text), []
    for name, attempt in ATTEMPTS.items():
        with suppress(OSError):
            attempt(config)
            possible.append(name)
    Path("own").write_text("a worker must be able to write into its own folder")
    outlive(config)
    say(json.dumps(possible))
    time.sleep(60)


if __name__ == "__main__":
    main(sys.argv[1])
