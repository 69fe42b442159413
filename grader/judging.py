"""Run the checks with pytest and take their results out; decide whose fault an exception is."""

from __future__ import annotations

import math
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from grader import ceiling
from grader.assignment import GRADED, PARTS
from grader.checks.conftest import CASE
from grader.diagnosis.causes import because
from grader.errors import (
    Blocked,
    Fault,
    Pending,
    ProtocolError,
    StudentDied,
    StudentError,
    StudentLacks,
    StudentRaised,
    StudentTimeout,
    Unverified,
)
from grader.evidence.case import Case
from grader.mending.outcome import Mended
from grader.mending.targets import mended
from grader.records.grade import CheckResult, Outcome
from grader.records.reason import Reason

CHECKS = Path(__file__).parent / "checks"
FILES = tuple(f"{part}.py" for part in PARTS)
Lap = Callable[[str], AbstractContextManager[None]]  # counts what is spent in it as a stage's
# Of whoever calls, nothing has a say: no variable, plugin, conftest or ini file, and nothing is left behind.
OPTIONS = (
    "--disable-plugin-autoload",
    *("-p", "no:cacheprovider"),
    *("-p", "no:terminal"),
    *("-p", "no:logging"),
    *("-p", "no:debugging"),  # it sets pdb anew, which code may call that is judged in this process
    *("-p", "no:unraisableexception"),  # it collects garbage twice: a third of a second of every grading
    *("-c", os.devnull),
    *("-W", "ignore"),
    f"--rootdir={CHECKS}",
    f"--confcutdir={CHECKS}",
    "--assert=plain",
    "--capture=no",
    "--import-mode=importlib",
    *("-o", "python_functions=check_*"),
    *("-o", "python_files=*.py"),
)


HELP: dict[type[StudentError], str] = {
    StudentTimeout: "Is there an endless loop in it, or does it train, download or wait for input?",
    StudentDied: "Does it call exit(), or take more memory than there is?",
}


class Collector:
    """A pytest plugin that gives the checks their case and keeps what they say."""

    def __init__(
        self,
        case: Case,
        done: Callable[[CheckResult, int], None],
        deadline: float,
        lap: Lap = lambda _: nullcontext(),
    ) -> None:
        self.case, self.lap = case, lap
        self.deadline = deadline
        self.done = done
        self.results: dict[str, CheckResult] = {}
        self._total = 0
        self.errors: dict[str, BaseException] = {}
        self._began = 0.0

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[CASE] = self.case

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """What the profile does not ask is not judged."""
        items[:] = [item for item in items if address(item) in self.case.profile.lines]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._total = len(session.items)

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._began = time.perf_counter()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Let a check run no longer than all of them together may."""
        with ceiling.until(self.deadline), self.lap(item.path.stem):
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Keep what was raised; pytest's own report, a coloured traceback, is slow and unread."""
        if call.excinfo is not None:
            self.errors.setdefault(item.nodeid, _bare(call.excinfo.value))
            if isinstance(call.excinfo.value, MemoryError):
                self.case.make_room()
        if call.when == "teardown":
            seconds = time.perf_counter() - self._began
            result = judge(address(item), self.errors.get(item.nodeid), seconds, self.case.profile.graded)
            self.results[result.id] = result
            self.done(result, self._total)
        outcome: Literal["passed", "failed"] = "failed" if call.excinfo else "passed"
        assert call.when != "collect"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)


def address(item: pytest.Item) -> str:
    """Return a check's id: `fcn32s.crop` is check_crop in fcn32s.py, or its check_line for that line."""
    params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return f"{item.path.stem}.{params.get('line', item.name.removeprefix('check_'))}"


def judge(
    id: str, error: BaseException | None, seconds: float, graded: tuple[str, ...] = GRADED
) -> CheckResult:
    """Decide whose fault an exception is: the one place that does."""
    match error:
        case None:
            return CheckResult(id, Outcome.PASSED, seconds=seconds)
        case Fault():
            return CheckResult(id, Outcome.FAILED, error.reason, seconds, error.share)
        case Blocked():
            return CheckResult(id, Outcome.BLOCKED, error.reason, seconds, error.share)
        case Pending():
            return CheckResult(id, Outcome.PENDING, error.reason, seconds)
        case Unverified():
            return CheckResult(id, Outcome.ERROR, error.reason, seconds)
        case StudentError():
            return CheckResult(id, Outcome.FAILED, _explained(error, graded), seconds)
        case ProtocolError():
            text = f"the submission's answer can't be read: {error}"
            return CheckResult(
                id, Outcome.FAILED, because("code.answer", text=text, actual=str(error)), seconds
            )
    return CheckResult(id, Outcome.ERROR, Reason(_broken(error)), seconds)


def _explained(error: StudentError, graded: tuple[str, ...]) -> Reason:
    """Return the explanation of code that did not do what it was asked."""
    text, help, place = str(error), HELP.get(type(error), ""), error.place
    match error:
        case StudentRaised():
            found = f"{error.kind}: {error.message}" if error.message else error.kind
            return because("code.raises", kind=error.kind, text=text, help=help, actual=found, place=place)
        case StudentLacks():
            help = f"The names that are graded are {', '.join(graded)}."
            return because("code.lacks", name=error.name, text=text, help=help, actual="nothing", place=place)
        case StudentTimeout():
            return because("code.timeout", text=text, help=help, actual="no answer", place=place)
    return because("code.died", text=text, help=help, actual=text, place=place)


def _bare(error: BaseException) -> BaseException:
    """Return an error without the frames that it came through, which hold what a check computed."""
    cause: BaseException | None = error
    while cause is not None:
        traceback.clear_frames(cause.__traceback__)
        cause.__traceback__ = None
        cause = cause.__cause__ or cause.__context__
    return error


def _broken(error: BaseException) -> str:
    """Tell an error of ours by its beginning and its end, where causes stand."""
    text = f"the grader broke: {type(error).__name__}: {error}"
    return text if len(text) <= 500 else f"{text[:200]} ... {text[-290:]}"


def run(
    case: Case,
    done: Callable[[CheckResult, int], None] = lambda *_: None,
    files: tuple[str, ...] = (),
    *,
    seconds: float = math.inf,
    memory: int = ceiling.MEMORY,
    lap: Lap = lambda _: nullcontext(),
) -> dict[str, CheckResult]:
    """Run the checks of some files, or of those the profile asks for; `done` is told of each result.

    Loading the submission, and each file of checks, is a `lap` of its own.

    After `seconds`, or with `memory` bytes taken, what is not judged yet is an error.
    Raises RuntimeError where pytest doesn't run the checks.
    """
    with lap("load"), ceiling.memory(memory):
        mend = mend_what_stops(case)
    asked = {part.id for part in case.profile.rubric.parts}
    files = files or tuple(name for name in FILES if Path(name).stem in asked)
    collector = Collector(case, done, time.monotonic() + seconds, lap)
    with _hermetic(), ceiling.memory(memory):
        code = pytest.main([*OPTIONS, *(str(CHECKS / name) for name in files)], plugins=[collector])
    stopped = any(isinstance(error, KeyboardInterrupt) for error in collector.errors.values())
    if stopped or code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(f"pytest did not run the checks: {code!r}")
    return mend.charged(collector.results, case.profile.padding)


def mend_what_stops(case: Case) -> Mended:
    """Mend what stops a submission: from then on the case is about it as mended, and what that lacks."""
    submission, asked, padding = case.submission, case.profile.graded, case.profile.padding
    mend = mended(submission.slice, case.student, submission.slips, asked, padding)
    case.submission, case.lacks = replace(submission, slice=mend.slice), mend.lacks
    return mend


def prepare() -> None:
    """Import the checks, and what pytest needs for them: what is run later is quicker by it."""
    with _hermetic():
        pytest.main([*OPTIONS, "--collect-only", *(str(CHECKS / name) for name in FILES)])


@contextmanager
def _hermetic() -> Iterator[None]:
    """While this lasts, pytest finds no variable of its own; afterwards all is as it was."""
    before, bytecode = dict(os.environ), sys.dont_write_bytecode
    for name in before:
        if name.startswith("PYTEST_"):
            del os.environ[name]
    try:
        yield
    finally:
        os.environ.update({name: value for name, value in before.items() if name.startswith("PYTEST_")})
        sys.dont_write_bytecode = bytecode
