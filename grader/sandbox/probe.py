"""Try an isolation out: a program that misbehaves is started under it, and judged from outside."""

from __future__ import annotations

import json
import os
import secrets
import select
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from grader.sandbox import tree
from grader.sandbox.inside import ATTEMPTS
from grader.sandbox.ladder import Isolation
from grader.sandbox.launch import fork, launch, parent
from grader.sandbox.limits import Limits
from grader.sandbox.parent import Forked
from grader.sandbox.staging import ROOT, Program, stage

SECONDS = 15.0  # a probe takes about a tenth of one: for machines under load
OUTLIVE = "leave a process behind"
SECRET = "the canary sings"
INSIDE = Program(operations="inside", preload=(), extra=(Path(__file__).with_name("inside.py"),))


@dataclass(frozen=True, slots=True)
class ProbeRow:
    """What came out: `works` if the program ran, `possible` what it could do that it must not."""

    isolation: Isolation
    works: bool
    problem: str = ""
    possible: tuple[str, ...] = field(default=())
    forked: bool = False  # how the program was started

    @property
    def name(self) -> str:
        """The rung's name, and how its workers were started if not anew."""
        return f"{self.isolation.name}, forked" if self.forked else self.isolation.name

    @property
    def holds(self) -> bool:
        """Whether this isolation runs programs and stopped every attempt."""
        return self.works and not self.possible


def probe(isolation: Isolation, device: str = "cpu", *, forked: bool = False) -> ProbeRow:
    """Run the misbehaving program once under an isolation; takes about a tenth of a second."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="canary-")))
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        unix = stack.enter_context(socket.socket(socket.AF_UNIX))
        name = f"canary-{secrets.token_hex(8)}"
        unix.bind("\0" + name)
        unix.listen()
        config = {
            "canary": str(folder / "canary"),
            "written": str(folder / "written"),
            "reference": str(ROOT / "reference" / "architecture.py"),
            "project": str(ROOT),
            "port": tcp.getsockname()[1],
            "unix": name,
            "pid": os.getpid(),
        }
        (folder / "canary").write_text(SECRET)
        (folder / "canary").chmod(0o600)
        run = _try_forked(isolation, config) if forked else _try(isolation, config, device)
        return replace(_judge(isolation, run, config, [tcp, unix]), forked=forked)


@dataclass(frozen=True, slots=True)
class _Run:
    output: str
    problem: str
    left: bool


def _try(isolation: Isolation, config: dict[str, Any], device: str) -> _Run:
    made = stage(INSIDE)
    arguments = ["-s", "-S", "-P", "-B", str(made.code / "inside.py"), json.dumps(config)]
    try:
        return _watched(*launch(isolation, made, Limits(), arguments, device=device))
    except (OSError, ImportError) as error:
        return _Run("", str(error), False)
    finally:
        made.remove()


def _try_forked(isolation: Isolation, config: dict[str, Any]) -> _Run:
    limits = Limits(start_seconds=SECONDS)
    try:
        with parent(isolation, limits, INSIDE) as forks:
            under = replace(isolation, parent=forks)
            return _watched(fork(under, limits, "inside", json.dumps(config)))
    except (OSError, ImportError) as error:
        return _Run("", str(error), False)


def _watched(popen: subprocess.Popen[bytes] | Forked, mark: str = "") -> _Run:
    output = _read_report(popen)
    left = _end(popen, mark)
    return _Run(output, "" if output.endswith("]\n") else output.strip()[-300:] or "it did not start", left)


def _read_report(popen: subprocess.Popen[bytes] | Forked) -> str:
    assert popen.stdout is not None
    output, end = b"", time.monotonic() + SECONDS
    while not output.endswith(b"]\n") and time.monotonic() < end:
        if select.select([popen.stdout], [], [], 0.5)[0]:
            data = os.read(popen.stdout.fileno(), 1 << 16)
            if not data:
                break
            output += data
    return output.decode(errors="replace")


def _end(popen: subprocess.Popen[bytes] | Forked, mark: str) -> bool:
    """Kill the group as a worker is killed, and tell whether a process stayed behind."""
    assert popen.stdout is not None
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(popen.pid, signal.SIGKILL)
    popen.wait()
    left = not (select.select([popen.stdout], [], [], 2.0)[0] and not os.read(popen.stdout.fileno(), 1))
    popen.stdout.close()
    if mark:
        tree.kill(tree.marked(mark))
    return left


def _judge(isolation: Isolation, run: _Run, config: dict[str, Any], sockets: list[socket.socket]) -> ProbeRow:
    """What was possible: as the program says, and as we can see ourselves."""
    if run.problem:
        return ProbeRow(isolation, works=False, problem=run.problem)
    said = set(json.loads(run.output.splitlines()[-1]))
    canary = Path(config["canary"]).stat()
    seen = {
        "read a file of this user": SECRET in run.output,
        "write outside of its folder": Path(config["written"]).exists(),
        "change the mode of a file": canary.st_mode & 0o777 != 0o600,
        "change the times of a file": canary.st_mtime == 0,
        "connect to a local TCP service": _was_called(sockets[0]),
        "connect to a local socket": _was_called(sockets[1]),
        OUTLIVE: run.left,
    }
    names = (*ATTEMPTS, OUTLIVE)
    return ProbeRow(isolation, True, possible=tuple(n for n in names if n in said or seen.get(n, False)))


def _was_called(listener: socket.socket) -> bool:
    return bool(select.select([listener], [], [], 0)[0])
