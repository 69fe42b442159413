"""Whether a network that can't be read is the assignment's all the same: a real run tells.

What is supposed is only where the challenge's weights are put: it still has to give the reference's output
under them, and in every run that comes later.
"""

from __future__ import annotations

from dataclasses import replace

from grader.errors import GraderError, StudentRaised
from grader.evidence.challenge import start
from grader.evidence.confirmed import Basis, matching
from grader.evidence.confirming import Runs
from grader.evidence.subject import Subject
from grader.evidence.tracing import Read
from grader.network.supposing import supposed

PURPOSE = "supposing"  # of the runs' seeds: none of them is run again


def as_assigned(subject: Subject, read: Read) -> Read:
    """Return a network read as the assignment's where it computes what that does, else as it was read.

    It is run with few channels or, where that raises because its code counts them, with all.
    """
    others = [replace(read, reading=reading) for reading in supposed(read.reading, read.shapes, read.size)]
    for wide in (False, True) if others else ():
        try:
            return next((other for other in others if _is_borne_out(subject, other, wide)), read)
        except StudentRaised:
            continue
        except GraderError:
            break
    return read


def _is_borne_out(subject: Subject, read: Read, wide: bool) -> bool:
    runs = Runs(subject, read, wide, PURPOSE)
    run = next(run for run in runs.schedule.runs if not run.training)
    reply = runs.alone(run)
    return matching(Basis(runs, start(subject, read.reading), is_reference=True), run, reply) is not None
