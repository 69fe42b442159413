"""The parent of warm workers as the trusted side knows it, and the workers that it forked."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import struct
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from grader.sandbox.staging import Program, Stage

CREDENTIALS = struct.Struct(
    "3i"
)  # the number of a process, as the kernel says it for whoever reads; its user


class Forked:
    """A worker that is no child of ours; as a Popen as far as it goes. What stands above it tells its end."""

    def __init__(self, control: socket.socket, output: IO[bytes], seconds: float) -> None:
        """Raises OSError where it does not start in time."""
        self._control, self.stdout = control, output
        self.returncode: int | None = None
        self._reading = threading.Lock()
        control.settimeout(seconds)
        said, ancillary, _, _ = control.recvmsg(16, socket.CMSG_SPACE(CREDENTIALS.size))
        found = [data for level, kind, data in ancillary if kind == socket.SCM_CREDENTIALS]
        self.pid: int = CREDENTIALS.unpack(found[0])[0] if found else 0
        if not said or not self.pid:
            raise ConnectionError(f"no worker was forked: {_end_of(output)}")
        control.settimeout(None)

    def poll(self) -> int | None:
        """The exit code, once it ended."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0.0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """The exit code; raises TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._control], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("worker", timeout or 0.0)
            with self._reading:  # it is told once, whoever asks
                if self.returncode is None:
                    told = self._control.recv(16)
                    self.returncode = int(told) if told else -signal.SIGKILL
        return self.returncode


def _end_of(output: IO[bytes]) -> str:
    ready = select.select([output], [], [], 0)[0]
    return os.read(output.fileno(), 4096).decode(errors="replace").strip() if ready else "it ended"


@dataclass(frozen=True, slots=True)
class Parent:
    """Forks workers for whoever has its socket: multiprocessing can hand it to a process that it starts."""

    rung: str
    sock: socket.socket
    stage: Stage
    program: Program

    def fork(
        self,
        module: str,
        argument: str,
        *,
        environment: Mapping[str, str],
        filters: Sequence[bytes],
        fds: Sequence[int],
        seconds: float,
    ) -> Forked:
        """Let a worker run a module's main; raises OSError where none can be had."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        reading, writing = os.pipe()
        wanted = {
            "module": module,
            "argument": argument,
            "environment": dict(environment),
            "filters": [code.hex() for code in filters],
            "cores": sorted(os.sched_getaffinity(0)),
            "numbers": list(fds),
        }
        try:
            socket.send_fds(self.sock, [json.dumps(wanted).encode()], [theirs.fileno(), writing, *fds])
        finally:
            theirs.close()
            os.close(writing)
            output = os.fdopen(reading, "rb")
        return Forked(ours, output, seconds)
