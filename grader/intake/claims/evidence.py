"""What a submission says of itself: training logs, figures, predictions and answers, saved in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, pairwise

import re2

from grader.assignment import CAM, FCN8S, FCN16S, FCN32S, GRADCAM, GRADIENTS, MAP, PREDICT
from grader.intake.claims.answers import answers
from grader.intake.claims.figures import MOST, figure, pictures
from grader.intake.claims.logs import Log, logs, predictions, spoken
from grader.intake.claims.outputs import printed
from grader.intake.claims.story import MENTION, OTHER, Story, Told
from grader.intake.code.program import Program
from grader.intake.code.reaching import MODELS
from grader.intake.files.notebook import Cell
from grader.profiles.reading import QUESTIONS, Questions
from grader.records.submission import Figure, Prediction, SavedEvidence, TrainingRun

BETTER = (FCN16S.part, FCN8S.part)
CAM_CALLS = {PREDICT, MAP}
SHOWS_MODEL = re2.compile(r"(?i)visuali|predict|model|fcn")


def evidence(
    files: Sequence[tuple[Sequence[Cell], Program]],
    cam_labels: frozenset[str],
    asked: Questions = QUESTIONS,
    defined: Iterable[str] = (),
) -> SavedEvidence:
    """Collect it from the cells of the files that are graded; scripts have none but answers in comments.

    `defined` are the graded names that the submission defines, in these files or in others.
    """
    found = [_evidence(cells, program, cam_labels) for cells, program in files]
    there = {MODELS[name] for name in defined if name in MODELS}.union(*(_named(cells) for cells, _ in files))
    return SavedEvidence(
        has_outputs=any(each.has_outputs for each in found),
        runs=tuple(_owned(run, there) for each in found for run in each.runs),
        figures=tuple(figure for each in found for figure in each.figures)[:MOST],
        predictions=tuple(one for each in found for one in each.predictions),
        answers=answers([cell for cells, _ in files for cell in cells], asked),
    )


def _named(cells: Iterable[Cell]) -> set[str]:
    """The networks that code names."""
    texts = (cell.source for cell in cells if cell.kind == "code")
    return {f"fcn{number}s" for text in texts for number in MENTION.findall(text)}


def _owned(run: TrainingRun, there: Collection[str]) -> TrainingRun:
    """A run whose model was not told: of the only network that is there; of none where none is."""
    if run.model or len(there) > 1:
        return run
    return replace(run, model=next(iter(there), OTHER))


def _evidence(cells: Sequence[Cell], program: Program, cam_labels: frozenset[str]) -> SavedEvidence:
    code = [cell for cell in cells if cell.kind == "code"]
    story = Story(program, cells)
    texts = [(cell, printed(cell)) for cell in code if cell.outputs]
    told = [*texts, *_retyped(cells, story)]
    runs = tuple(run for cell, text in told for run in _runs(cell, logs(text), story))
    return SavedEvidence(
        has_outputs=bool(texts),
        runs=runs,
        figures=tuple(_figures(code, story, cam_labels, runs)),
        predictions=_predictions([(cell.label, printed) for cell, printed in texts], cam_labels),
    )


def _retyped(cells: Sequence[Cell], story: Story) -> Iterator[tuple[Cell, str]]:
    """Cells that train and printed nothing, with the text below them: some keep their log there."""
    for cell, below in pairwise(cells):
        trains = cell.kind == "code" and below.kind == "markdown" and story.trainings(cell.label)
        if trains and _has_epochs(below.source) and not _has_epochs(printed(cell)):
            yield cell, below.source


def _has_epochs(text: str) -> bool:
    return any(log.epochs for log in logs(text))


def _predictions(texts: Sequence[tuple[str, str]], cam_labels: frozenset[str]) -> tuple[Prediction, ...]:
    """What cells predicted; where none printed the assignment's words, the last cell in any words."""
    found = tuple(each for label, text in texts for each in predictions(label, text))
    return found or tuple(
        each for label, text in texts if label in cam_labels for each in spoken(label, text)
    )


def _runs(cell: Cell, found: list[Log], story: Story) -> Iterator[TrainingRun]:
    """The logs of a cell, each with its model.

    Where the code doesn't tell how the model began, the log does; only FCN-32s is asked for from scratch.
    """
    trained = _trained(cell, found, story)
    for number, log in enumerate(found):
        told = trained[min(number, len(trained) - 1)] if trained else story.heading(cell.label)
        by_log = not trained or told.open or told.model in BETTER
        results = log.epochs, log.test_accuracy, log.test_mean_iou
        yield TrainingRun(cell.label, told.model, told.pretrained or (log.learns and by_log), *results)


def _trained(cell: Cell, found: list[Log], story: Story) -> list[Told]:
    """What a cell trained, in order: where it printed more logs than that, which is whose is left open."""
    trained = story.trainings(cell.label)
    if len(found) == 1 or len(found) == len(trained):
        return trained
    if len(story.models(cell.label)) > 1:
        return [Told(open=True)]
    return [Told(told.model, open=len(found) > len(trained)) for told in trained]


def _figures(
    cells: Sequence[Cell], story: Story, cam_labels: frozenset[str], runs: Sequence[TrainingRun]
) -> Iterator[Figure]:
    models = {cell.label: [run.model for run in runs if run.label == cell.label] for cell in cells}
    found = (
        (cell, part, *picture)
        for cell in cells
        if (drawn := [*islice(pictures(cell), MOST)])
        for part, picture in zip(_parts(cell, len(drawn), story, cam_labels, models), drawn, strict=True)
    )
    for cell, part, form, data in islice(found, MOST):
        if made := figure(cell.label, part, form, data):
            yield made


def _parts(
    cell: Cell, count: int, story: Story, cam_labels: frozenset[str], models: Mapping[str, Sequence[str]]
) -> list[str]:
    """The parts of the assignment that a cell's pictures belong to, "" where it can't be told.

    Those of a cell with several models are of one after the other.
    """
    if GRADIENTS in story.calls(cell.label):
        return [GRADCAM] * count
    if cell.label in cam_labels or story.calls(cell.label) & CAM_CALLS:
        return [CAM] * count
    trained = models[cell.label]
    shown = trained if len(trained) > 1 else story.shows(cell.label)
    if len(set(shown)) > 1 or (len(shown) > 1 and not shown[0]):
        shown = [
            model or (BETTER[-1] if at == len(shown) - 1 else FCN32S.part) for at, model in enumerate(shown)
        ]
        return [shown[at * len(shown) // max(count, len(shown))] for at in range(count)]
    heading: Told = story.heading(cell.label) if SHOWS_MODEL.search(cell.source) else Told()
    return [shown[0] if shown else heading.model] * count
