from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from grader.records.submission import Chunk, Module, Slice
from grader.sandbox.isolation import choose, survey, survey_forked, warm
from grader.sandbox.ladder import RUNGS, Isolation
from grader.sandbox.limits import Limits
from grader.sandbox.staging import Program
from grader.sandbox.student import Student

TOY = Program(operations="toy_operations", preload=(), extra=(Path(__file__).with_name("toy_operations.py"),))
HELD = [row.isolation.name for row in survey() if row.holds]
FORKED = {row.name: row.isolation for row in survey_forked() if row.holds}
QUICKEST = next(iter(FORKED), "none")  # a fork costs a tenth of a new interpreter

Start = Callable[..., Student]


def slice_of(*sources: str, **modules: str) -> Slice:
    """A notebook of these cells, whose every name that `f` ... `k` is a target."""
    cells = tuple(Chunk(f"cell {n}", 1, source) for n, source in enumerate(sources, 1))
    others = tuple(Module(name, (Chunk(f"{name}.py", 1, source),)) for name, source in modules.items())
    return Slice((Module("submission", cells), *others), dict.fromkeys("fghijk", "submission"))


@pytest.fixture(params=[*HELD, *FORKED])
def rung(request: pytest.FixtureRequest) -> str:
    """Every rung of the ladder that this machine has, and those again whose workers a parent forks."""
    return str(request.param)


@pytest.fixture(scope="session")
def rungs() -> Iterator[Mapping[str, Isolation]]:
    """The rungs by name, with parents where workers are forked."""
    with ExitStack() as stack:
        parents = {name: stack.enter_context(warm(rung, "cpu", TOY)) for name, rung in FORKED.items()}
        yield {**RUNGS, **{name: choose(parent=parent) for name, parent in parents.items()}}


@pytest.fixture
def start(rungs: Mapping[str, Isolation]) -> Iterator[Start]:
    """Start a student from the source of its cells; all are ended with the test."""
    with ExitStack() as stack:

        def started(
            *sources: str, rung: str = QUICKEST, limits: Limits | None = None, **options: object
        ) -> Student:
            student = Student(
                slice_of(*sources),
                isolation=rungs[rung],
                limits=limits,
                program=TOY,
                **options,  # type: ignore[arg-type]
            )
            return stack.enter_context(student)

        yield started
