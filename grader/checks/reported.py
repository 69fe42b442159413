"""What the notebook's saved outputs say: shown and counted, never believed as a measurement."""

from __future__ import annotations

from dataclasses import replace

from grader.assignment import EPOCH_FIELDS, TEST_FIELDS, TITLES, printed
from grader.checks import expect
from grader.diagnosis.causes import because
from grader.errors import Pending
from grader.records.submission import SavedEvidence, TrainingRun

NEAR = 0.25  # of what the loss fell by: a piece may begin so much above the end of the one before it


def need_outputs(saved: SavedEvidence) -> None:
    """A submission without saved outputs says nothing here: a person decides."""
    if not saved.has_outputs:
        raise Pending("the submission has no saved outputs to read")


def lengths(saved: SavedEvidence, part: str, pretrained: bool) -> list[int]:
    """Return the epochs of each run of a model, pieces together; a log of an unknown model may be its."""
    found, before = list[int](), None
    for run in (run for run in saved.runs if run.model in (part, "") and run.epochs):
        joined = before is not None and goes_on(before, run)
        if joined and before is not None:  # from a file, maybe, which tells nothing of VGG-16
            run = replace(run, pretrained=before.pretrained)
        if run.pretrained == pretrained:
            found = [*found[:-1], found[-1] + len(run.epochs)] if joined else [*found, len(run.epochs)]
        before = run
    return found


def goes_on(before: TrainingRun, run: TrainingRun) -> bool:
    """Whether a run begins where another ended, by its losses: one that begins anew begins higher."""
    if len(before.epochs) < 2 or (run.pretrained and not before.pretrained):
        return False
    highest, last = before.epochs[0].loss, before.epochs[-1].loss
    return run.epochs[0].loss <= last + NEAR * (highest - last) and last < highest


def epochs(saved: SavedEvidence, part: str, pretrained: bool, wanted: int) -> None:
    """A training log shows that so many epochs were run."""
    need_outputs(saved)
    how = "from pretrained VGG-16" if pretrained else "from scratch"
    most = max(lengths(saved, part, pretrained), default=0)
    expected = f"{wanted} lines `{printed(EPOCH_FIELDS)}`"
    if not most:
        expect.fail(because("reported.log", network=TITLES[part], how=how, expected=expected, actual="none"))
    actual = f"{most} of them"
    expect.that(
        most >= wanted,
        because(
            "reported.epochs",
            network=TITLES[part],
            how=how,
            got=most,
            want=wanted,
            expected=expected,
            actual=actual,
        ),
    )


def metrics(saved: SavedEvidence, part: str) -> None:
    """Test accuracy and mean IoU are printed for every run that is there, and for at least one."""
    need_outputs(saved)
    runs = [run for run in saved.runs if run.model in (part, "")]
    tested = [run for run in runs if run.test_accuracy is not None and run.test_mean_iou is not None]
    expected = f"a line `{printed(TEST_FIELDS)}`"
    expect.that(
        bool(tested), because("reported.test", network=TITLES[part], expected=expected, actual="none")
    )


def figures(saved: SavedEvidence, part: str, wanted: int = 1) -> None:
    """Pictures of the part are in the outputs."""
    need_outputs(saved)
    found = sum(figure.part == part for figure in saved.figures)
    expected, actual = f"at least {wanted}", str(found)
    expect.that(
        found >= wanted,
        because(
            "reported.figures", of=TITLES[part], got=found, want=wanted, expected=expected, actual=actual
        ),
    )
