"""What two submissions claim alike: lines in logs of pretrained runs, phrases in answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TypeVar

from grader.classroom.people import squash
from grader.records.submission import Answer, SavedEvidence, TrainingRun

Places = tuple[int, int]  # of two submissions, the lower first
T = TypeVar("T")

UNTRAINED = 0.05  # mean IoU that no pretrained run is below after an epoch; runs from scratch are all alike
SAME_LINES = 3  # of 21, runs of different people share one by chance: the first
GRAM = 5  # words of a phrase
SAME_PHRASES = 12  # fewer can be a formula, or a sentence of the handout
ALIKE = 0.3  # share of the shorter answer's phrases
MANY = 4  # people who have a phrase or a line before it may be given, a question say ...
GIVEN = 0.25  # ... and the share of the class that they must be


def same_logs(saved: Sequence[SavedEvidence]) -> Mapping[Places, str]:
    """Pairs whose pretrained runs have lines in common that chance can't explain, and what to say of them."""
    lines = [{line for run in one.runs for line in _lines(run)} for one in saved]
    common = _given(lines)
    found = {}
    for pair, shared in _shared([own - common for own in lines]):
        if len(shared) >= SAME_LINES:
            fewest = min(len(lines[place]) for place in pair)
            labels = " and ".join(_where(saved[place].runs, shared) for place in pair)
            found[pair] = f"pretrained runs: {len(shared)} of {fewest} epochs have equal numbers ({labels})"
    return found


def same_answers(saved: Sequence[SavedEvidence]) -> Mapping[Places, str]:
    """Pairs whose written answers have many phrases of five words in common."""
    phrases = [{phrase for answer in one.answers for phrase in _phrases(answer)} for one in saved]
    common = _given(phrases)
    own = [each - common for each in phrases]
    found = {}
    for pair, shared in _shared(own):
        shorter = min(len(own[place]) for place in pair)
        if len(shared) >= max(SAME_PHRASES, ALIKE * shorter):
            longest = max(sorted(shared), key=lambda phrase: len("".join(phrase)))
            found[pair] = (
                f"answers: {len(shared)} of {shorter} phrases of {GRAM} words are the same, "
                f"such as “{' '.join(longest)}”"
            )
    return found


def _lines(run: TrainingRun) -> Iterator[tuple[float, float]]:
    if run.pretrained:
        yield from ((e.accuracy, e.mean_iou) for e in run.epochs if e.mean_iou > UNTRAINED)


def _where(runs: Iterable[TrainingRun], shared: set[tuple[float, float]]) -> str:
    return ", ".join(dict.fromkeys(run.label for run in runs if shared & set(_lines(run))))


def _phrases(answer: Answer) -> Iterator[tuple[str, ...]]:
    words = [word for word in map(squash, answer.text.split()) if word]
    return zip(*(words[start:] for start in range(GRAM)), strict=False)


def _given(each: Sequence[set[T]]) -> set[T]:
    """Return what so many have in common that it was given to them, not copied."""
    count = Counter(one for own in each for one in own)
    return {one for one, n in count.items() if n > max(MANY, GIVEN * len(each))}


def _shared(each: Sequence[set[T]]) -> Iterator[tuple[Places, set[T]]]:
    """What every two have in common, where they have anything."""
    return (
        ((first, second), shared)
        for first, second in combinations(range(len(each)), 2)
        if (shared := each[first] & each[second])
    )
