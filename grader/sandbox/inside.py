"""The program that probes an isolation from inside: it tries what must not work, and prints what did.

Run with one argument, JSON: what to try it on. It imports nothing of ours; the trusted side believes it only
where it can't look for itself.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

CLONE_NEWUSER = 0x10000000


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


def signal_parent(config: dict[str, Any]) -> None:
    os.kill(config["pid"], 0)


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
    """Leave a process behind, which holds our output open: whoever reads it to its end knows."""
    ready, report = os.pipe()
    if os.fork() == 0:
        with suppress(OSError):
            os.setsid()
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
    "signal the grader": signal_parent,
    "read the grader's environment": read_environment,
    "make a new user namespace": new_namespace,
    "take memory that no limit counts": hidden_memory,
}


def main(config: dict[str, Any]) -> None:
    """Try everything; the last line of the output lists what was possible."""
    possible = []
    for name, attempt in ATTEMPTS.items():
        with suppress(OSError):
            attempt(config)
            possible.append(name)
    Path("own").write_text("a worker must be able to write into its own folder")
    outlive(config)
    say(json.dumps(possible))
    time.sleep(60)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
