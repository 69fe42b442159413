"""Twelve disguises of one submission, and ten people who know nothing of each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.corpus.case import correct
from fixtures.corpus.layout import folder
from fixtures.disguises import disguises, honest
from grader import intake
from grader.classroom.people import Person
from grader.classroom.similar.pairs import Pair, pairs
from grader.classroom.similar.same import Same, same
from grader.classroom.statistics import Row
from grader.records.submission import SavedEvidence, Submission
from tests.grader.a_class import FAILED, check, grade, graded, row

FOUND_AT_LEAST = 11
NOTEBOOKS = {"original": correct(), **honest()}


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Submission]:
    """The correct notebook under "original", and honest ones."""
    return handed_in(tmp_path_factory.mktemp("honest"), *NOTEBOOKS)


def handed_in(home: Path, *names: str) -> Mapping[str, Submission]:
    """What is read of these notebooks."""
    return {name: intake.read(folder(NOTEBOOKS[name], {}, home, name)) for name in names}


def of(name: str, submission: Submission) -> Row:
    return row(name, replace(graded(name), submission=submission))


def names(found: Sequence[Pair | Same]) -> list[set[str]]:
    return [{row.entry.name for row in one.rows} for one in found]


def with_rare_faults(name: str) -> Row:
    wrong = [check("fcn32s.crop", FAILED, 2, "x"), check("cam.maps", FAILED, 3, "y")]
    return row(name, grade(name, *wrong))


@pytest.mark.slow
def test_most_disguises_are_seen_through(strangers: Mapping[str, Submission], tmp_path: Path) -> None:
    """Each beside the original in a class of strangers; rare faults are the twelfth."""
    others = [of(name, one) for name, one in strangers.items()]
    unseen = list[str]()
    for name, (notebook, layout) in disguises().items():
        copy = of(name, intake.read(layout(notebook, {}, tmp_path, name.replace(" ", "_"))))
        found = names(pairs([*others, copy])) + names(same([*others, copy]))
        if not any(name in one for one in found):
            unseen.append(name)
    found = names(pairs([*others, with_rare_faults("a"), with_rare_faults("b")]))

    assert {"a", "b"} in found
    assert len(disguises()) + 1 == 12
    assert 12 - len(unseen) >= FOUND_AT_LEAST, unseen


@pytest.mark.slow
def test_honest_people_are_left_alone(strangers: Mapping[str, Submission]) -> None:
    """All answer in the same words here, since one notebook is behind them: code and logs are compared."""
    silent = {name: replace(one, saved=replace(one.saved, answers=())) for name, one in strangers.items()}

    assert len(silent) >= 10
    assert pairs([of(name, one) for name, one in silent.items()]) == ()


def test_all_evidence_of_a_pair_stands_together(tmp_path: Path) -> None:
    """Pairs with most kinds of it come first; one person's two submissions are no pair."""
    one, sequential = handed_in(tmp_path, "original", "sequential").values()
    rest = replace(one, saved=SavedEvidence())
    other = replace(sequential, saved=one.saved)
    found = pairs([of("log", other), of("all", one), of("code", rest)])

    assert names(found) == [{"log", "all"}]  # "the same code" is said of the group, not of each pair
    assert [said.partition(":")[0] for said in found[0].said] == ["pretrained runs", "answers"]
    twice = [replace(of(name, one).entry, people=(Person("Jane"),)) for name in ("a", "b")]
    assert pairs([replace(of("x", one), entry=entry) for entry in twice]) == ()


def test_what_cannot_be_read_is_compared_with_nothing() -> None:
    """Nor who handed in nothing."""
    broken = replace(graded("a"), submission=Submission("a", "", problem="empty"))

    assert pairs([row("a", broken), row("b", problem="crashed")]) == ()
