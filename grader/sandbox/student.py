"""The submission as the trusted side sees it: something that answers requests, or fails to.

What it answers is the submission's claim. Nothing here judges; everything here is bounded.
"""

from __future__ import annotations

import select
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

from grader.errors import (
    GraderError,
    ProtocolError,
    StudentDied,
    StudentError,
    StudentRaised,
    StudentTimeout,
    WorkerBroke,
)
from grader.records.reason import Place
from grader.records.submission import Slice
from grader.sandbox.ladder import Isolation
from grader.sandbox.limits import Limits
from grader.sandbox.loading import Failure, Key, Loaded, Loading, loaded, place, text
from grader.sandbox.process import Worker
from grader.sandbox.staging import Program
from grader.wall.wire import Array, Message, receive, send

STDOUT_CAP = 70_000
LOOK_SECONDS = 0.2
PATIENCE = 4  # times the deadline, for a worker that had less than half of a core
TRIES = 2  # times that a question may end the worker before it is not asked again
MAX_SKIPS = 4  # statements that hang or exit, before the whole submission is given up

E = TypeVar("E", bound=GraderError)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the worker answered: plain values, arrays, and what was printed meanwhile."""

    value: Any
    arrays: Mapping[str, Array] = field(default_factory=dict)
    stdout: str = ""


class Student:
    """Asks a worker, which is started again after it died or was silent for too long."""

    def __init__(
        self,
        slice: Slice,
        *,
        isolation: Isolation,
        limits: Limits | None = None,
        device: str = "cpu",
        seed: int = 0,
        threads: int = 2,
        worker: Worker | None = None,
        program: Program | None = None,
    ) -> None:
        """Load nothing yet; `worker` is one that was started before, with the same options."""
        self._slice, self._seed = slice, seed
        self._rung, self._limits = isolation, limits or Limits()
        self._device, self._threads, self._program = device, threads, program
        self._worker = worker
        self._loaded: Loaded | None = None
        self._in_place = False  # whether the slice is loaded in the worker that runs now
        self._skipped: dict[Key, Failure] = {}
        self._fatal: GraderError | None = None
        self._ended: defaultdict[tuple[str, str], list[GraderError]] = defaultdict(list)
        self._starts = 0
        self._requests = 0
        self._spent = 0.0
        self._log = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def isolation(self) -> str:
        """The name of the rung that holds this submission."""
        return self._rung.name

    @property
    def log(self) -> str:
        """The end of what the last worker wrote past Python's own print."""
        return self._worker.log if self._worker is not None else self._log

    @property
    def loaded(self) -> Loaded:
        """What loading the slice gave; loads it if that was not done yet."""
        if self._loaded is None:
            self._ensure_loaded()
        assert self._loaded is not None
        return self._loaded

    def ask(
        self,
        verb: str,
        args: Mapping[str, Any] | None = None,
        arrays: Mapping[str, Array] | None = None,
        *,
        seconds: float = 30.0,
    ) -> Reply:
        """Ask the submission for something and wait no longer than `seconds` for the answer.

        Raises StudentRaised, StudentTimeout, StudentDied, ProtocolError; WorkerBroke where our own code
        in the worker failed. After any but the first the next request goes to a fresh worker; what failed
        so twice, for the same verb and model, fails at once from then on.
        """
        question = verb, str((args or {}).get("model", ""))
        if len(ended := self._ended[question]) >= TRIES:
            raise ended[-1]
        worker = self._ensure_loaded()
        begun = time.monotonic()
        allowed = min(seconds, max(0.0, self._limits.wall_seconds - self._spent))
        request = Message({"id": self._next(), "verb": verb, "args": dict(args or {})}, arrays or {})
        try:
            return self._interpret(self._exchange(worker, request, allowed))
        except TimeoutError:
            worker.kill()
            ended.append(self._gone(StudentTimeout(self._why_late(seconds, allowed))))
            raise ended[-1] from None
        except (EOFError, ConnectionError):
            worker.settle()
            ending = f"the process ended before it answered: {worker.ending}"
            ended.append(self._gone(StudentDied(ending)))
            raise ended[-1] from None
        except ProtocolError as error:
            ended.append(self._gone(error))
            raise
        finally:
            self._spent += time.monotonic() - begun

    def close(self) -> None:
        """End the worker and everything it started."""
        if self._worker is not None:
            self._log = self._worker.log
            self._worker.close()
        self._worker, self._in_place = None, False

    # --- one request ----------------------------------------------------------------------------------

    def _exchange(self, worker: Worker, request: Message, seconds: float) -> Message:
        send(worker.sock, request, time.monotonic() + seconds)
        self._wait(worker, seconds)
        answer = receive(worker.sock, self._limits.wire, time.monotonic() + seconds)
        if answer.header.get("id") != self._requests:
            raise ProtocolError("the worker answered another request than the one asked")
        return answer

    @staticmethod
    def _wait(worker: Worker, seconds: float) -> None:
        """Wait for an answer to begin, longer than `seconds` where the machine is crowded."""
        begun, before = time.monotonic(), worker.computed
        while not select.select([worker.sock], [], [], LOOK_SECONDS)[0]:
            waited, computed = time.monotonic() - begun, worker.computed - before
            if waited >= seconds and (computed >= seconds / 2 or waited >= PATIENCE * seconds):
                raise TimeoutError

    def _interpret(self, answer: Message) -> Reply:
        header = answer.header
        match header.get("status"):
            case "ok":
                return Reply(header.get("value"), answer.arrays, text(header.get("stdout"), STDOUT_CAP))
            case "raised":
                kind, said = text(header.get("kind"), 200), text(header.get("message"), 2000)
                raise StudentRaised(kind, said, place(header.get("place")))
            case "broken":
                raise WorkerBroke(text(header.get("message"), 4000))
        raise ProtocolError("the worker's answer has no known status")

    def _next(self) -> int:
        self._requests += 1
        return self._requests

    def _why_late(self, seconds: float, allowed: float) -> str:
        if allowed < seconds:
            return f"the {self._limits.wall_seconds:g} s that one submission may take are used up"
        return f"no answer within {seconds:g} s"

    def _gone(self, error: E) -> E:
        self.close()
        return error

    # --- loading --------------------------------------------------------------------------------------

    def _ensure_loaded(self) -> Worker:
        """The worker that has the slice, started and loaded if need be."""
        if self._fatal is not None:
            raise self._fatal
        try:
            while not (self._in_place and self._worker is not None and self._worker.alive):
                self._load()
        except (StudentError, ProtocolError) as error:
            self._fatal = self._gone(error)
            raise
        return self._worker

    def _load(self) -> None:
        """Load the slice; a statement that hangs or ends the process is left out from then on."""
        worker = self._fresh()
        worker.wait_ready()
        loading = Loading(self._slice, self._seed, self._skipped, self._limits)
        begun = time.monotonic()
        try:
            found = loaded(self._interpret(loading.run(worker.sock, self._next())).value)
        except TimeoutError:
            error: GraderError = StudentTimeout(f"did not finish within {time.monotonic() - begun:.0f} s")
            self._skip(loading.current, self._gone(error))
        except (EOFError, ConnectionError):
            worker.settle()
            self._skip(loading.current, self._gone(StudentDied(f"ended the process: {worker.ending}")))
        except ProtocolError as error:
            self._skip(loading.current, self._gone(error))
        else:
            self._loaded = Loaded(found.targets, (*found.failures, *self._skipped.values()))
            self._in_place = True
        finally:
            self._spent += time.monotonic() - begun

    def _fresh(self) -> Worker:
        """A worker that nothing was loaded into: the one that was given, or a new one."""
        if self._in_place or (self._worker is not None and not self._worker.alive):
            self.close()
        if self._worker is None:
            if self._starts > self._limits.restarts:
                raise StudentDied(f"the process ended {self._starts} times; it is not started again")
            self._worker = Worker(
                self._rung,
                self._limits,
                device=self._device,
                threads=self._threads,
                program=self._program,
            )
        self._starts += 1
        return self._worker

    def _skip(self, key: Key | None, error: GraderError) -> None:
        """Blame the statement that was running; raise the error if there is none, or were too many."""
        if key is None or key in self._skipped or len(self._skipped) >= MAX_SKIPS:
            raise error
        self._skipped[key] = Failure(*key, kind=type(error).__name__, message=str(error), place=Place(*key))
