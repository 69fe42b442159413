# ruff: noqa: E501 (code that is tried stands in long lines)

from __future__ import annotations

from types import SimpleNamespace

import pytest

from grader.evidence.confirming import CLASSES, Runs
from grader.evidence.subject import Subject
from tests.grader.evidence.test_model import evidence
from tests.grader.in_process import InProcess
from tests.grader.slim import SIZE, SLIM, SOURCE, edited, slim8
from tests.share import every


def test_no_more_classes_are_tried_than_voc_has() -> None:
    """A constructor may refuse more than 21."""
    assert max(CLASSES) == 21


@pytest.mark.slow
def test_runs_stand_between_the_steps_of_the_challenge() -> None:
    """Before it and after it, in both modes, in every mode of gradients, one input several times."""
    found = evidence()
    found.challenged, found.confirmed
    student = found.subject.student
    assert isinstance(student, InProcess)
    asked = [verb for verb in student.asked if verb in ("narrow", "run", "initial", "copy_vgg", "forward")]
    runs = [run for run, _ in found.runs.taken]

    assert asked[0] == "narrow" and asked[-1] == "run"
    assert "run" in asked[asked.index("copy_vgg") : asked.index("forward")]
    assert {run.training for run in runs} == {False, True}
    assert {run.grad for run in runs} == {"inference", "none", "on", "backward"}
    assert len({(run.size, run.seed) for run in runs}) == len(runs) - 1
    assert len({run.size for run in runs}) == len(runs) - 2
    assert len({run.size[2] > run.size[3] for run in runs if not run.training}) == 2


@pytest.mark.parametrize("name", every(3, SLIM))
def test_runs_are_drawn_from_the_seed(name: str) -> None:
    """Equal seeds give equal runs, other seeds others; one picture is large.

    No number of classes is twelve, one is less and one is more.
    """
    student = InProcess(SOURCE)
    schedules = []
    for seed in (1, 1, 2):
        found = evidence(network=name)
        schedules.append(Runs(Subject(student, SLIM[name], seed), found.read).schedule)

    assert schedules[0] == schedules[1] != schedules[2]
    assert all(schedule.n_class == schedule.classes != 12 for schedule in schedules)
    others = [schedule.other for schedule in schedules]
    assert all(
        other and (other.n_class < 12) != (schedule.n_class < 12)
        for other, schedule in zip(others, schedules, strict=True)
    )
    large = [[run.size for run in schedule.runs if min(run.size[2:]) > 100] for schedule in schedules]
    assert all(len(sizes) == 1 for sizes in large)
    batches = [
        {run.size[0] for run in (*one.runs, one.other) if run and max(run.size) < 60} for one in schedules
    ]
    assert all(
        1 in sizes and len(sizes) > 1 for sizes in batches
    )  # a small picture alone, and several at once


def test_what_stays_large_with_few_channels_is_not_looked_at() -> None:
    """A width that is no multiple of eight stays as it is: such a layer's gradient is computed by nobody."""
    shapes = {"a": (4096, 512, 7, 7), "b": (4096, 521, 7, 7)}
    layers = {name: SimpleNamespace(weight=name, bias=None) for name in shapes}
    made = {name: SimpleNamespace(shape=shape, trained=True) for name, shape in shapes.items()}
    runs = evidence().runs
    runs.read = SimpleNamespace(  # type: ignore[assignment]  # in a network's place
        reading=SimpleNamespace(layers=layers, live=set(shapes)), built=SimpleNamespace(parameters=made)
    )

    assert runs.learned == ("a",)


CROP = "h[:, :, 31:31 + x.size(2), 31:31 + x.size(3)]"


@pytest.mark.parametrize(
    ("edit", "n_class", "sizes"),
    [
        ((CROP, CROP), None, None),
        ((CROP, "h[:, :, 31:95, 31:107]"), 12, {(1, 3, *SIZE)}),
        ((CROP, f"{CROP}[:1]"), None, None),
        (
            ("super().__init__(n_class)\n        self.score_pool_3", "n_class = 12; super().__init__()\n        self.score_pool_3"),
            12,
            None,
        ),
    ],
)  # fmt: skip
def test_what_is_not_claimed_is_not_run(
    edit: tuple[str, str], n_class: int | None, sizes: set[tuple[int, ...]] | None
) -> None:
    """A network that gives another size, batch or number of classes is wrong there, which has its own line."""
    found = evidence(edit)
    schedule = found.runs.schedule

    assert n_class is None or schedule.n_class == n_class
    assert sizes is None or {run.size for run in schedule.runs} == sizes
    assert all(run.size[0] == 1 for run in schedule.runs) or "[:1]" not in edit[1]


def test_a_run_that_fails_ends_the_narrow_ones() -> None:
    """What it raised is kept, and nothing else is asked."""
    broken = edited(("h = self.upscore1(h)", "assert x.is_meta; h = self.upscore1(h)"))
    found = evidence()
    runs = Runs(Subject(InProcess(broken), slim8, 7), found.read)
    runs.finish()

    assert runs.failed
    assert len(runs.taken) == 1
