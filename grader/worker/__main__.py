"""The worker: answers requests about one submission, over one socket, from inside of the sandbox.

Started as `main(config)`, config being JSON: the socket's `fd`, `rlimits`, modules to `preload`, the module
that holds OPERATIONS, `device`, `threads`. It says "ready" once, then answers each request
`{"id", "verb", "args"}` (grader/wall/verbs) by a status (grader/wall/answers.py). `load` sends `progress`
before each chunk, so that the trusted side knows which one hung or ended the process.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import random
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from grader.errors import ProtocolError
from grader.records.submission import Chunk
from grader.wall.answers import Broken, Ok, Progress, Raised, Ready, Status, Unfit, fit
from grader.wall.collecting import importing
from grader.wall.values import SourceLine, cut
from grader.wall.verbs import Done, Load, Loaded, Ping, Request, verb
from grader.wall.wire import UNLIMITED, Array, Message, receive, send
from grader.worker import console, settings
from grader.worker.ending import watched
from grader.worker.loader import StudentCodeError, World, describe, load
from grader.worker.memory import release
from grader.worker.places import line_of

Operation = Callable[[World, Any, Mapping[str, Array]], tuple[Any, dict[str, Array]]]

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def main(text: str) -> None:
    """Limit this process, import what is slow, then serve until the trusted side hangs up."""
    config = json.loads(text)
    limit(config["rlimits"])
    sock = socket.socket(fileno=config["fd"])
    prepare(config)
    try:
        Server(sock, config).serve()
    except (EOFError, ConnectionError, ProtocolError):
        os._exit(0)  # the trusted side hung up: no student's atexit handler or thread may hold us


def limit(rlimits: Mapping[str, int]) -> None:
    """Lower this process's limits for good: they are inherited, and nothing here may raise them.

    Orphans become its children, so that who watches its descendants misses none; it dies with who started it;
    and when the machine runs out of memory, it is what the kernel ends first.
    """
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    for option, value in ((PR_SET_CHILD_SUBREAPER, 1), (PR_SET_PDEATHSIG, signal.SIGKILL)):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    for name, value in rlimits.items():
        which = getattr(resource, name)
        hard = resource.getrlimit(which)[1]
        if resource.RLIM_INFINITY in (value, hard):
            value = hard if value == resource.RLIM_INFINITY else value
        else:
            value = min(value, hard)
        resource.setrlimit(which, (value, value))


def prepare(config: Mapping[str, Any]) -> None:
    """Import the heavy modules; make absent devices and downloads harmless."""
    with importing():
        for name in config["preload"]:
            importlib.import_module(name)
        if "torch" in sys.modules:
            from grader.worker import devices, meta

            devices.prepare(config["device"], config["threads"])
            meta.prepare()
        if "reference.kit.weights" in sys.modules:
            sys.modules["reference.kit.weights"].patch_torchvision()


def seed_everything(seed: int) -> None:
    """Seed every generator that student code may draw from."""
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % (1 << 32))
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


class Server:
    """Answers one request after another about one world."""

    def __init__(self, sock: socket.socket, config: Mapping[str, Any]) -> None:
        self.sock = sock
        self.operations = config["operations"]
        self.world = World()
        self.table: dict[str, tuple[type[Request[Any]], Operation]] = {}
        self.serves({Ping: ping, Load: self.load})
        self.id = 0

    def serves(self, operations: Mapping[type[Request[Any]], Operation]) -> None:
        """Know these operations by the names of their verbs."""
        self.table |= {verb(kind): (kind, operation) for kind, operation in operations.items()}

    def serve(self) -> None:
        """Answer until the other side hangs up (EOFError)."""
        console.quiet()
        self.say(Ready(self.id))
        while True:
            request = receive(self.sock, UNLIMITED)
            self.id = request.header["id"]
            self.answer(request)

    def say(self, status: Status, arrays: Mapping[str, Array] | None = None) -> None:
        send(self.sock, Message(msgspec.to_builtins(status), arrays or {}))

    def answer(self, request: Message) -> None:
        """Run the operation that a request names, and send what it gives."""
        with console.record() as tape:
            made, arrays = self.attempt(request)
        stdout = cut(tape.text, console.CAP + 100)
        try:
            self.say(made(self.id, stdout=stdout), arrays)
        except ProtocolError as error:
            self.say(Unfit(self.id, message=cut(error, 2000), stdout=stdout))

    def attempt(self, request: Message) -> tuple[Callable[..., Status], Mapping[str, Array]]:
        """Return the status that is missing its id and what was printed, and the arrays."""
        try:
            kind, operation = self.operation(request.header["verb"])
            asked = msgspec.convert(request.header["args"], kind)
            keeping = nullcontext() if kind is Load else settings.kept()
            with watched(request.header.get("seconds", 0)), keeping:
                value, arrays = operation(self.world, asked, request.arrays)
        except BaseException as error:
            blamed = blame(error)
        else:
            return self.fitted(value, arrays, asked)
        release()  # the exception is gone by now, but for frames in circles
        return blamed, {}

    def fitted(
        self, value: Any, arrays: dict[str, Array], asked: Request[Any]
    ) -> tuple[Callable[..., Status], Mapping[str, Array]]:
        """Return what was answered, if it may be said."""
        try:
            return partial(Ok, value=fit(value, arrays, asked)), arrays
        except ProtocolError as error:
            return partial(Unfit, message=cut(error, 2000)), {}

    def operation(self, name: str) -> tuple[type[Request[Any]], Operation]:
        if name not in self.table:
            self.serves(importlib.import_module(self.operations).OPERATIONS)
        return self.table[name]

    def load(self, world: World, asked: Load, arrays: Mapping[str, Array]) -> tuple[Loaded, dict[str, Array]]:
        """Run the slice."""

        def before(chunk: Chunk) -> bool:
            at = SourceLine(chunk.label, chunk.line)
            self.say(Progress(self.id, at))
            return at not in asked.skip

        seed_everything(asked.seed)
        load(world, asked.slice, before)
        return Loaded(tuple(sorted(world.targets)), tuple(world.failures)), {}


def ping(world: World, asked: Ping, arrays: Mapping[str, Array]) -> tuple[Done, dict[str, Array]]:
    """Do nothing."""
    return Done(), {}


def blame(error: BaseException) -> Callable[..., Status]:
    """Whose exception is it: the student's if a line of theirs is in its traceback, or if `call` says so."""
    cause = error.__cause__ if isinstance(error, StudentCodeError) else error
    line = line_of(cause) if cause is not None else None
    if cause is not None and (line is not None or cause is not error):
        kind, message = describe(cause)
        return partial(Raised, kind=kind, message=message, line=line)
    text = "".join(traceback.format_exception(error)[-6:])
    return partial(Broken, message=cut(text[-4000:], 4000))
