"""Answers and logs that stand beside the notebook: in a text that is read, or in a paper that is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import re2

from grader.intake.candidate import Candidate, labelled
from grader.intake.claims.answers import answers
from grader.intake.claims.logs import Log, logs
from grader.intake.code.reaching import MENTION
from grader.intake.files.basket import is_prose, shown
from grader.intake.files.notebook import Cell, decoded
from grader.intake.files.papers import is_paper
from grader.profiles.reading import Questions
from grader.records.submission import Answer, TrainingRun

PICTURES = (".png", ".jpg", ".jpeg")
POINTS = re2.compile(r"(?i)\battached|\brefer to|\buploaded|\bseparate|\bfiles?\b|\.(?:pdf|txt|md|docx?)\b")
POINTER = 100  # characters of an answer that says no more than where the answer is


def with_those_beside(
    found: tuple[Answer, ...],
    notebooks: Iterable[Candidate],
    texts: Mapping[str, bytes],
    asked: Questions,
) -> tuple[Answer, ...]:
    """The answers of what is graded, and of texts and notebooks beside it to what it leaves to them."""
    wanted = _missing([answer for answer in found if not _points(answer)], asked)
    if not wanted:
        return found
    prose = [(Cell(name, "markdown", decoded(data)),) for name, data in texts.items() if is_prose(name)]
    stories = (labelled(each).cells for each in notebooks)
    beside = {answer.question: answer for cells in (*prose, *stories) for answer in answers(cells, asked)}
    answered = {answer.question: answer for answer in found}
    answered |= {question: beside[question] for question in wanted if question in beside}
    return tuple(answered[question] for question in sorted(answered))


def with_logs_beside(found: tuple[TrainingRun, ...], texts: Mapping[str, bytes]) -> tuple[TrainingRun, ...]:
    """The runs of what is graded; where it shows no epoch, those of texts beside it, told by their names."""
    if any(run.epochs for run in found):
        return found
    kept = ((name, log) for name in sorted(texts) for log in logs(decoded(texts[name])) if log.epochs)
    return (*found, *(_run(name, log) for name, log in kept))


def _run(name: str, log: Log) -> TrainingRun:
    mention = MENTION.search(name)
    model = f"fcn{mention[1] or mention[2]}s" if mention else ""
    return TrainingRun(shown(name), model, log.learns, log.epochs, log.test_accuracy, log.test_mean_iou)


def unread(found: tuple[Answer, ...], others: Iterable[str], asked: Questions) -> list[str]:
    """Where an answer that was not found may stand: in papers that were handed in."""
    missing = _missing(found, asked)
    papers = [shown(name) for name in others if is_paper(name) or name.lower().endswith(PICTURES)]
    if not missing or not papers:
        return []
    return [
        f"no answer to question {missing[0]} was found; it may stand in {', '.join(papers[:5])},"
        " not read here"
    ]


def _missing(found: Iterable[Answer], asked: Questions) -> list[int]:
    have = {answer.question for answer in found}
    return sorted(set(asked.numbers) - have)


def _points(answer: Answer) -> bool:
    """Whether an answer says no more than where the answer is."""
    return len(answer.text) <= POINTER and bool(POINTS.search(answer.text))
