"""Each number in an answer, held against what the notebook's logs and outputs say. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import re2

from grader.assignment import NETWORKS
from grader.records.submission import PageCell, SavedEvidence, TrainingRun

DECIMAL = re2.compile(r"\d*\.\d+")
NUMBER = re2.compile(r"\d*\.\d+|\d+")
PERCENT = re2.compile(r"^\s{0,2}(?:%|percent\b)")
METRICS = {
    "mean IoU": re2.compile(r"(?i)\bm?iou|intersection"),
    "accuracy": re2.compile(r"(?i)\bacc"),
    "loss": re2.compile(r"(?i)\bloss"),
}
MODELS = {part: network.title for part, network in NETWORKS.items()}
BEFORE, AFTER = 80, 40  # characters around a number that tell what it is of
NEAR = 0.15  # of the value: a number so close to a landmark is likely meant to be it
MOST = 200  # numbers of one answer
MOST_FACTS = 5000  # of one notebook; each number of an answer is held against all of them
BEST, TEST, LAST, EPOCH, PRINTED = range(5)


@dataclass(frozen=True, slots=True)
class Fact:
    """A number that the notebook holds, where and as what; the lower the rank, the likelier it is quoted."""

    value: float
    label: str
    what: str
    metric: str
    rank: int


@dataclass(frozen=True, slots=True)
class Found:
    """A number of the answer, from `start` to `end`; `state` is "held", "near" or "unknown"."""

    start: int
    end: int
    text: str
    state: str
    said: str


def facts(saved: SavedEvidence, page: Iterable[PageCell] = ()) -> tuple[Fact, ...]:
    """Every number that can be quoted from a notebook."""
    logged = list(islice((fact for run in saved.runs for fact in _of_run(run)), MOST_FACTS))
    logged += [
        Fact(one.probability, one.label, f"top-1 {one.name}", "probability", BEST)
        for one in saved.predictions
    ]
    return tuple(islice(chain(logged, _printed(page)), MOST_FACTS))


def check(text: str, known: Sequence[Fact]) -> tuple[Found, ...]:
    """The numbers of an answer that could come from a log, in order, with what the notebook says of each."""
    found: list[Found] = []
    for match in NUMBER.finditer(text):
        written = _written(text, match.start(), match.end())
        if written is not None and len(found) < MOST:
            found.append(_judged(text, match.start(), *written, known))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Written:
    value: float
    step: float  # of its last digit


def _written(text: str, start: int, end: int) -> tuple[int, _Written] | None:
    """Where a number ends and what it is worth; None for one that names something: FCN-32s, conv1_1, 20."""
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    if (
        before.isalnum()
        or before in ("_", ".")
        or (before == "-" and text[max(0, start - 2) : start - 1].isalnum())
    ):
        return None
    percent = PERCENT.match(text[end : end + 12])
    if not percent and (after.isalpha() or after == "_" or text[end : end + 2].strip(".").isdigit()):
        return None
    digits = text[start:end]
    decimals = len(digits.partition(".")[2]) if "." in digits else 0
    if (not percent and not decimals) or len(digits) > 12:
        return None
    scale = 0.01 if percent else 1.0
    return end + (percent.end() if percent else 0), _Written(float(digits) * scale, 10.0**-decimals * scale)


def _judged(text: str, start: int, end: int, written: _Written, known: Sequence[Fact]) -> Found:
    metric = _metric(text, start, end)
    shown = text[start:end]
    same = [fact for fact in known if _is(written, fact.value)]
    if same:
        best = min(
            same, key=lambda fact: (fact.metric != metric, not _rounds(written, fact.value), fact.rank)
        )
        return Found(start, end, shown, "held", f"{best.label} says {best.value:.4g}, {best.what}")
    marks = [fact for fact in known if fact.rank <= LAST and metric in ("", fact.metric)]
    nearest = min(marks, key=lambda fact: (abs(fact.value - written.value), fact.rank), default=None)
    if nearest and metric and abs(nearest.value - written.value) <= NEAR * abs(nearest.value):
        return Found(start, end, shown, "near", f"{nearest.label} says {nearest.value:.4g}, {nearest.what}")
    return Found(
        start, end, shown, "unknown", "no log says this" if known else "there is no log to compare with"
    )


def _is(written: _Written, value: float) -> bool:
    """Whether a number is another one rounded, or cut, to its digits."""
    return _rounds(written, value) or 0 <= value - written.value < written.step - 1e-9


def _rounds(written: _Written, value: float) -> bool:
    return abs(value - written.value) <= written.step / 2 + 1e-9


def _metric(text: str, start: int, end: int) -> str:
    """What a number is of: the last word for it before the number in the sentence, or the first behind."""
    before, after = _sentence(text[max(0, start - BEFORE) : start], text[end : end + AFTER])
    told = [(match.start(), name) for name, word in METRICS.items() for match in word.finditer(before)]
    if told:
        return max(told)[1]
    told = [(match.start(), name) for name, word in METRICS.items() for match in word.finditer(after)]
    return min(told)[1] if told else ""


def _sentence(before: str, after: str) -> tuple[str, str]:
    return before.replace("\n", " ").rpartition(". ")[2], after.replace("\n", " ").partition(". ")[0]


def _of_run(run: TrainingRun) -> Iterator[Fact]:
    how = "pretrained" if run.pretrained else "from scratch"
    model = f"{MODELS[run.model]} {how}" if run.model in MODELS else "a model"
    series = {
        "mean IoU": [epoch.mean_iou for epoch in run.epochs],
        "accuracy": [epoch.accuracy for epoch in run.epochs],
        "loss": [epoch.loss for epoch in run.epochs],
    }
    for metric, values in series.items():
        best = (min if metric == "loss" else max)(values, default=None)
        for n, value in enumerate(values, 1):
            rank, which = (
                (BEST, "the best ")
                if value == best
                else (LAST, "the last ")
                if n == len(values)
                else (EPOCH, "")
            )
            yield Fact(value, run.label, f"{which}{metric} of {model}, epoch {n}", metric, rank)
    for metric, tested in (("accuracy", run.test_accuracy), ("mean IoU", run.test_mean_iou)):
        if tested is not None:
            yield Fact(tested, run.label, f"the test {metric} of {model}", metric, TEST)


def _printed(page: Iterable[PageCell]) -> Iterator[Fact]:
    for cell in page:
        for match in DECIMAL.finditer(cell.output):
            if len(match[0]) <= 12:
                yield Fact(float(match[0]), cell.label, "printed there", "", PRINTED)
