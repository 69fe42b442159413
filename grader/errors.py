"""The error tree; its leaves decide whose fault something is.

GraderError
├── CallError            the call itself was wrong (exit code 2): no such submission, bad option
├── MarkConflict         somebody else has marked the same since: look again, then mark
├── IntakeError          the submission can't be read: graded as zero with this reason, or by a person who can
├── IsolationError       no way to hold student code on this machine: grading refuses
├── ProtocolError        the worker sent bytes outside of the protocol: the submission's fault
├── WorkerBroke          our own code in the worker failed: the grader's fault
├── StudentError         student code did not do what it was asked
│   ├── StudentLacks     ... it isn't there, or is of the wrong kind
│   ├── StudentRaised    ... it raised an exception
│   ├── StudentTimeout   ... it did not answer before its deadline
│   └── StudentDied      ... its process ended: exit, crash, or a limit hit
└── CheckSignal          raised inside a check to end it
    ├── Fault            the submission is wrong: outcome failed
    ├── Blocked          a check that this one needs did not pass
    ├── Pending          not assessed in this run
    └── Unverified       a claim that could not be verified: outcome error, a person looks
"""

from __future__ import annotations

from grader.records.reason import Place, Reason


class GraderError(Exception):
    """Root of the tree."""


class CallError(GraderError):
    """The call itself was wrong."""


class MarkConflict(GraderError):
    """Somebody else has marked the same since; `number` is the entry to look at."""

    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.number = number


class IntakeError(GraderError):
    """The submission can't be read; the message is shown to the student, a person can read the `papers`."""

    def __init__(self, message: str, papers: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.papers = papers


class IsolationError(GraderError):
    """No isolation is available that the call would accept."""


class ProtocolError(GraderError):
    """Bytes outside of the protocol."""


class WorkerBroke(GraderError):
    """Our own code in the worker failed; the message is its traceback."""


class StudentError(GraderError):
    """Student code did not do what it was asked."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.place = place


class StudentLacks(StudentError):
    """The submission doesn't define what was asked for, `name`, or it is of the wrong kind."""

    def __init__(self, message: str, place: Place | None = None, name: str = "") -> None:
        super().__init__(message, place)
        self.name = name


USUAL = ("Error", "Exception", "Warning", "Exit", "Interrupt", "Iteration", "Group")  # ends of their names


def told(kind: str, message: str) -> str:
    """Tell what student code raised on a line, so that its words can't be taken for ours."""
    called = kind if kind.endswith(USUAL) else f"an exception called {kind}"
    line = " ".join(message.split("\n")).strip()
    return f"{called}: {line}" if line else called


class StudentRaised(StudentError):
    """Student code raised an exception; `kind` is its class name."""

    def __init__(self, kind: str, message: str, place: Place | None = None) -> None:
        super().__init__(told(kind, message), place)
        self.kind, self.message = kind, message


NO_ROOM = ("enough memory", "allocate memory", "out of memory")


def starved(error: StudentError) -> bool:
    """Whether memory ran out; a student's exception may speak of memory for another reason."""
    if not isinstance(error, StudentRaised):
        return "memory" in str(error)
    return error.kind.endswith("MemoryError") or any(words in str(error).lower() for words in NO_ROOM)


class StudentTimeout(StudentError):
    """Student code did not answer before its deadline."""


class StudentDied(StudentError):
    """The student's process ended before it answered."""


class CheckSignal(GraderError):
    """Raised inside a check to end it; `reason` is the explanation, or its text alone.

    `share` of the points is earned all the same.
    """

    def __init__(self, reason: Reason | str, share: float = 0.0) -> None:
        self.reason = Reason(reason) if isinstance(reason, str) else reason
        self.share = share
        super().__init__(self.reason.text)


class Fault(CheckSignal):
    """The submission is wrong; every fault has a cause."""

    def __init__(self, reason: Reason, share: float = 0.0) -> None:
        assert reason.cause is not None, f"a fault without a cause: {reason.text}"
        super().__init__(reason, share)


class Blocked(CheckSignal):
    """A check that this one needs did not pass."""


class Pending(CheckSignal):
    """Not assessed in this run."""


class Unverified(CheckSignal):
    """Claimed, not verified."""
