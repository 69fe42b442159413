"""The submission as the trusted side sees it: something that answers requests, or fails to.

What it answers is the submission's claim. Nothing here judges; everything here is bounded.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypeVar

from grader.errors import (
    GraderError,
    ProtocolError,
    StudentDied,
    StudentError,
    StudentTimeout,
    Unverified,
)
from grader.records.reason import Reason
from grader.records.submission import Slice
from grader.sandbox.allowance import FUNCTIONS, LOADING, Allowance, purpose_of
from grader.sandbox.asking import exchange, interpret, packed
from grader.sandbox.ladder import Isolation
from grader.sandbox.limits import Limits
from grader.sandbox.loading import Key, Loading
from grader.sandbox.parent import Parent
from grader.sandbox.process import Worker
from grader.sandbox.staging import Program
from grader.sandbox.stopwatch import StarvedError, Stopwatch
from grader.wall.answers import Reply
from grader.wall.values import SourceLine
from grader.wall.verbs import Failure, Loaded, Request, verb
from grader.wall.wire import Array, send

TRIES = 2  # times that a question may end the worker before it is not asked again
BUSY = "Nothing is known of the submission by that: grade it again when less runs on the machine."
MAX_SKIPS = 4  # statements that hang or exit, before the whole submission is given up
FEW = 1  # slices taken by workers that are started; from the next on a parent of workers is worth its start

Asked = tuple[str, str, bool]  # a verb, a model, whether code is read otherwise
V = TypeVar("V")
E = TypeVar("E", bound=GraderError)


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
        forking: Callable[[], Parent | None] = lambda: None,
    ) -> None:
        """Load nothing yet; `worker` is one that was started before, with the same options.

        `forking` gives a parent that forks the workers of further slices, if one may be had.
        """
        self._slice, self._seed = slice, seed
        self._rung, self._limits = isolation, limits or Limits()
        self._device, self._threads, self._program = device, threads, program
        self._worker, self._forking = worker, forking
        self._taken = 0  # slices, after the first
        self._loaded: Loaded | None = None
        self._in_place = False  # whether the slice is loaded in the worker that runs now
        self._skipped: dict[Key, Failure] = {}
        self._fatal: GraderError | None = None
        self._otherwise = False  # whether code was read otherwise in the worker that runs now
        self._ended: defaultdict[Asked, list[GraderError]] = defaultdict(list)
        self._starts = 0
        self._requests = 0
        self._allowance = Allowance(self._limits)
        self._ender = LOADING  # what the last worker was asked about that ended
        self._took = 0.0  # by loading it the last time
        self._computed = 0.0  # by workers that are gone
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
    def computed(self) -> float:
        """Seconds of processor time that its workers have had."""
        return self._computed + (self._worker.computed if self._worker is not None else 0.0)

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
        request: Request[V],
        arrays: Mapping[str, Array] | None = None,
        *,
        seconds: float = 30.0,
        told: bool = False,
    ) -> Reply[V]:
        """Ask the submission for something and wait until the worker has had `seconds` for the answer.

        Where the worker is `told` so, code that takes longer raises, and its line is known.
        Raises StudentRaised, StudentTimeout, StudentDied, ProtocolError; WorkerBroke where our own code
        in the worker failed, Unverified where the machine was too busy. After any but the first the next
        request goes to a fresh worker; what failed so twice, of the same kind, fails at once.
        """
        ended, purpose = self._ended[_question(request)], purpose_of(request)
        self._refuse(ended, purpose)
        self._forget_other_readings(request)
        worker = self._ensure_loaded()
        watch = worker.watch(self._allowance.disk_left)
        allowed = min(seconds, max(0.0, self._allowance.left(purpose)))
        try:
            return exchange(worker.sock, watch, self._number(), request, arrays or {}, allowed, told)
        except StarvedError as error:
            gone: GraderError = Unverified(Reason(str(error), BUSY))
        except TimeoutError:
            over = self._allowance.used_up(purpose)
            gone = StudentTimeout(over if allowed < seconds else f"no answer within {seconds:g} s")
        except (EOFError, ConnectionError):
            gone = _death(worker, "the process ended before it answered")
        except ProtocolError as error:
            gone = error
        finally:
            watch.look()
            self._allowance.charge(purpose, watch.own, watch.disk)
        self._ender = purpose
        ended.append(self._gone(gone))
        raise ended[-1]

    def _refuse(self, ended: Sequence[GraderError], purpose: str) -> None:
        """Raise where nothing more is to be had: no worker is started for nothing."""
        if len(ended) >= TRIES:
            raise ended[-1]
        if self._allowance.left(purpose) <= 0:
            raise StudentTimeout(self._allowance.used_up(purpose))

    def _forget_other_readings(self, request: Request[Any]) -> None:
        """Let code go on in a fresh worker after it was read otherwise: it can see, and keep, that it was."""
        otherwise = bool(getattr(request, "instead", ()))
        if self._otherwise and not otherwise:
            self.close()
            self._starts -= 1
        self._otherwise = otherwise

    def has_time(self, model: str) -> bool:
        """Whether enough is left to judge a model, or "" for functions, after it was tried once more."""
        return self._allowance.has_enough(LOADING) and self._allowance.has_enough(model or FUNCTIONS)

    def take(self, slice: Slice) -> None:
        """Go on with another slice, in a fresh worker: a mended one."""
        self.close()
        self._taken += 1
        if self._taken == FEW + 1 and self._rung.parent is None:
            self._rung = replace(self._rung, parent=self._forking())
        self._slice, self._loaded, self._fatal = slice, None, None
        self._ended.clear()
        self._starts = 0

    def close(self) -> None:
        """End the worker and everything it started."""
        if self._worker is not None:
            self._log = self._worker.log
            self._computed += self._worker.computed
            self._worker.close()
        self._worker, self._in_place = None, False

    def _number(self) -> int:
        """The number of the next request."""
        self._requests += 1
        return self._requests

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
        except (StudentError, ProtocolError, Unverified) as error:
            self._fatal = self._gone(error)
            raise
        return self._worker

    def _load(self) -> None:
        """Load the slice into a worker."""
        payer = self._payer()
        worker = self._fresh()
        worker.wait_ready()
        watch = worker.watch(self._allowance.disk_left)
        try:
            self._load_into(worker, watch, min(self._limits.load_seconds, self._allowance.left(payer)))
        finally:
            watch.look()
            self._allowance.charge(payer, watch.own, watch.disk)

    def _load_into(self, worker: Worker, watch: Stopwatch, seconds: float) -> None:
        """Load the slice; a statement that hangs or ends the process is left out from then on."""
        loading = Loading(self._slice, self._seed, self._skipped, self._limits, watch)
        try:
            number = self._number()
            send(worker.sock, packed(number, loading.request), time.monotonic() + seconds)
            answer = loading.wait(worker.sock, number, seconds)
            found = interpret(answer, {}, loading.request).value
        except StarvedError as error:
            raise Unverified(Reason(str(error), BUSY)) from error
        except TimeoutError:
            for key, did in loading.slowest(seconds).items():
                self._skip(key, self._gone(StudentTimeout(did)))
        except (EOFError, ConnectionError):
            death = _death(worker, "ended the process")
            if isinstance(death, Unverified):
                raise death from None
            self._skip(loading.current, self._gone(death))
        except ProtocolError as error:
            self._skip(loading.current, self._gone(error))
        else:
            self._loaded = Loaded(found.targets, (*found.failures, *self._skipped.values()))
            self._in_place, self._took = True, watch.own

    def _payer(self) -> str:
        """Whose time loading takes: that of the part which made it necessary, while it has enough left."""
        for payer in (self._ender, LOADING):
            if self._allowance.left(payer) > self._took:
                return payer
        raise StudentTimeout(self._allowance.used_up(LOADING))

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
        at = SourceLine(*key)
        self._skipped[key] = Failure(at, type(error).__name__, str(error), at)


def _question(request: Request[Any]) -> Asked:
    """What is asked, of which model, and whether its code is read otherwise."""
    return verb(type(request)), str(getattr(request, "model", "")), bool(getattr(request, "instead", ()))


def _death(worker: Worker, did: str) -> StudentDied | Unverified:
    """Whose doing it was that a worker hung up."""
    worker.settle()
    if worker.is_victim:
        return Unverified(Reason(f"the machine was out of memory: {did}, within its own limits", BUSY))
    return StudentDied(f"{did}: {worker.ending}")
