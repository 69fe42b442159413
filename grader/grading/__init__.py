"""One submission, from its files to its grade: the story, top to bottom."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from grader import ceiling, intake, profiles
from grader.clock import Clock
from grader.grading.assembling import assemble
from grader.grading.checking import check
from grader.grading.terms import ALONE, DEFAULTS, SEEDS, Options, Together, device_of, going_on, settled
from grader.intake.files.unpack import name_of
from grader.profiles import Profile
from grader.records.grade import Grade
from grader.records.progress import Listener, Progress
from grader.records.submission import Submission
from grader.sandbox import isolation as isolations
from grader.sandbox.process import Worker

__all__ = ["ALONE", "DEFAULTS", "SEEDS", "Options", "Together", "device_of", "grade"]

# Two processes share the cores: a thread that waits must sleep, not spin. Read once, when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Weights come and go by the half gigabyte: in large pages that takes half as long.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
# Torch imports its compiler for operations on the meta device, which makes a folder.
# Nothing is compiled here: one that is there will do.
os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", tempfile.gettempdir())


def grade(
    path: Path,
    options: Options = DEFAULTS,
    listen: Listener = lambda _: None,
    together: Together = ALONE,
) -> Grade:
    """Grade one submission; raises IsolationError where student code can't be held as asked."""
    clock, profile = Clock(), profiles.load(options.profile)
    with clock.lap("trying the isolation"):
        isolation = isolations.choose(options.isolation, together.parent)
    terms = settled(options, together, profile, isolation)
    listen(Progress("start", "starting the sandbox"))
    # It imports torch while the submission is read.
    with clock.lap("starting the worker"):
        worker = Worker(isolation, terms.limits, device=terms.device, threads=terms.threads)
    clock.watch(lambda: worker.computed)
    try:
        listen(Progress("intake", "reading the submission"))
        with clock.lap("intake"):
            submission = _read(path, profile)
        terms = going_on(terms, options, submission)
        checked = check(submission, terms, worker, listen, clock)
    finally:
        worker.close()
    return assemble(submission, terms, checked, clock)


def _read(path: Path, profile: Profile) -> Submission:
    """The submission; where our own reader breaks, or takes too much, a person reads it."""
    try:
        with ceiling.memory(), ceiling.until(time.monotonic() + ceiling.READING, "reading"):
            return intake.read(path, profile)
    except Exception as error:
        text = f"the grader broke where it read the submission: {type(error).__name__}: {error}"
        return Submission(name_of(path), "", broke=text[:500], typed=intake.typed(path))
