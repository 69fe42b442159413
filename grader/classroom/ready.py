"""What each grading of a class would prepare for itself, prepared once: importing this does it.

The processes of a class are forked from one that has imported it. It holds nothing of a submission, and
starts no thread: those are not forked along.
"""

from __future__ import annotations

import importlib
from contextlib import suppress

from grader import __version__
from grader.records.grade import Grade, Provenance
from grader.records.submission import PageCell, Submission
from grader.wall.collecting import importing
from grader.wall.settling import settle

NEEDED = ("grader.classroom.batch", "grader.evidence.case")  # by gradings, beside what is prepared here

PAGE = (PageCell("cell 1", "markdown", "*text*"), PageCell("cell 2", "code"))


def prepare() -> None:
    """Import, read the course years and our own sources, collect the checks, render what has nothing in it.

    What fails here fails again where it is needed, and is told there.
    """
    with suppress(Exception):
        with importing():
            for name in NEEDED:
                importlib.import_module(name)
            from grader import judging, profiles, reports
            from grader.classroom import identity
        for name in profiles.names():
            profiles.load(name)
        identity.grader_sha()
        judging.prepare()
        for name in reports.USUAL:
            reports.RENDERERS[name](_nothing())
    settle()


def _nothing() -> Grade:
    submission = Submission("", "", texts={"cell 2": "x = 1"}, page=PAGE)
    provenance = Provenance("", __version__, "", 0, "", "cpu", "none", 0.0)
    return Grade("", 0.0, 0.0, 0.0, (), (), (), submission, (), provenance)


prepare()
