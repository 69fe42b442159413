"""The worker: answers requests about one submission, over one socket, from inside of the sandbox.

Started as `main(config)`, config being JSON: the socket's `fd`, `rlimits`, modules to `preload`, the module
that holds OPERATIONS, `device`, `threads`. It says "ready" once, then answers each request
`{"id", "verb", "args"}` by `{"id", "status", ...}`, where the status is

    ok      "value"
    raised  student code raised: "kind", "message", "place"
    broken  our own code raised, or the verb is unknown: "message"

with "stdout" (what was printed meanwhile). `load` sends `progress` before each chunk, so that the trusted
side knows which one hung or ended the process.
"""

from __future__ import annotations

import ctypes
import gc
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
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.errors import ProtocolError
from grader.records.submission import Chunk
from grader.wall.wire import Array, Message, WireLimits, receive, send
from grader.worker import console
from grader.worker.loader import StudentCodeError, World, describe, load, unpack
from grader.worker.places import place_of

Operation = Callable[[World, dict[str, Any], Mapping[str, Array]], tuple[Any, dict[str, Array]]]

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
UNLIMITED = WireLimits(total=1 << 40)  # requests come from the trusted side


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
    for name in config["preload"]:
        importlib.import_module(name)
    if "torch" in sys.modules:
        from grader.worker import devices

        devices.prepare(config["device"], config["threads"])
    if "reference.kit.weights" in sys.modules:
        sys.modules["reference.kit.weights"].patch_torchvision()
    gc.collect()
    gc.freeze()  # what is there now stays: later collections need not walk through torch


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
        self.table: dict[str, Operation] = {"ping": self.ping, "load": self.load}
        self.id = 0

    def serve(self) -> None:
        """Answer until the other side hangs up (EOFError)."""
        console.quiet()
        self.say("ready")
        while True:
            request = receive(self.sock, UNLIMITED)
            self.id = request.header["id"]
            self.reply(self.answer(request))

    def say(self, status: str, **more: Any) -> None:
        send(self.sock, Message({"id": self.id, "status": status, **more}))

    def reply(self, message: Message) -> None:
        try:
            send(self.sock, message)
        except ProtocolError as error:
            self.say("broken", message=str(error), stdout="")

    def answer(self, request: Message) -> Message:
        """Run the operation that a request names."""
        with console.record() as tape:
            header, arrays = self.attempt(request)
        text = tape.text.encode("utf-8", "replace").decode()
        return Message({"id": self.id, **header, "stdout": text}, arrays)

    def attempt(self, request: Message) -> tuple[dict[str, Any], dict[str, Array]]:
        try:
            operation = self.operation(request.header["verb"])
            value, arrays = operation(self.world, request.header["args"], request.arrays)
            return {"status": "ok", "value": value}, arrays
        except BaseException as error:
            return blame(error), {}

    def operation(self, verb: str) -> Operation:
        if verb not in self.table:
            self.table |= importlib.import_module(self.operations).OPERATIONS
        return self.table[verb]

    def ping(
        self, world: World, args: dict[str, Any], arrays: Mapping[str, Array]
    ) -> tuple[Any, dict[str, Array]]:
        return args, dict(arrays)

    def load(
        self, world: World, args: dict[str, Any], arrays: Mapping[str, Array]
    ) -> tuple[Any, dict[str, Array]]:
        """Run the slice; return [target names, failures]."""
        skip = {tuple(chunk) for chunk in args["skip"]}

        def before(chunk: Chunk) -> bool:
            self.say("progress", chunk=[chunk.label, chunk.line])
            return (chunk.label, chunk.line) not in skip

        seed_everything(args["seed"])
        load(world, unpack(args["slice"]), before)
        return [sorted(world.targets), [failure.plain() for failure in world.failures]], {}


def blame(error: BaseException) -> dict[str, Any]:
    """Whose exception is it: the student's if a line of theirs is in its traceback, or if `call` says so."""
    cause = error.__cause__ if isinstance(error, StudentCodeError) else error
    place = place_of(cause) if cause is not None else None
    if cause is not None and (place is not None or cause is not error):
        kind, message = describe(cause)
        message = message.encode("utf-8", "replace").decode()
        return {"status": "raised", "kind": kind, "message": message, "place": list(place) if place else None}
    text = "".join(traceback.format_exception(error)[-6:])
    return {"status": "broken", "message": text[-4000:].encode("utf-8", "replace").decode()}
