"""What can be computed while a worker still imports what it needs, as nothing that is asked changes it.

It is what right submissions are compared with. Where another one is handed in it was in vain, and is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from grader.assignment import CAM
from grader.diagnosis.copying import KINDS, SOURCES
from grader.evidence.case import Case
from grader.evidence.last_cell import truth
from grader.evidence.subject import N_CLASS
from grader.evidence.tracing import SIZES
from grader.network.evaluate import Evaluator
from grader.network.graph import Expr, replace_leaves
from grader.network.reference import reference_trunk
from reference.architecture import Pool


def ahead(case: Case, waiting: Callable[[], bool], first: Callable[[], None] = lambda: None) -> None:
    """Do something else first, then compute, as long as the worker is waited for.

    What fails fails again where it is needed, and is told there.
    """
    with suppress(Exception):
        for _ in _steps(case, first):
            if not waiting():
                return


def _steps(case: Case, first: Callable[[], None]) -> Iterator[None]:
    yield
    first()
    yield
    if case.submission.slice.cam_cell and any(part.id == CAM for part in case.profile.rubric.parts):
        truth()
        yield
    names = {network.name for network in case.profile.networks}
    if names & case.submission.slice.targets.keys():  # else nothing is compared with it
        size = SIZES[0]
        shape = (1, 3, *size)
        evaluator = case.evaluators.setdefault(shape, Evaluator(case.seed, shape))
        yield from evaluator.ahead(_trunk(case))


def _trunk(case: Case) -> Expr:
    """What both networks begin with, holding a VGG-16, its pools rounding as the submission seems to."""
    table = case.profile.table(case.profile.networks[0])(N_CLASS)
    chunks = (chunk for module in case.submission.slice.modules for chunk in module.chunks)
    up = any("ceil_mode" in chunk.source for chunk in chunks)
    pools = {step.role: up for step in table.trunk if isinstance(step, Pool)}
    held = {f"{role}.{kind}": f"vgg/{source}.{kind}" for role, source in SOURCES.items() for kind in KINDS}
    return replace_leaves(reference_trunk(table, pools), held)
