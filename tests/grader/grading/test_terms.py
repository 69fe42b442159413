"""What follows from what was asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader import ceiling, profiles
from grader.grading.terms import SEEDS, Options, Together, going_on, settled, threads
from grader.records.submission import Submission
from grader.sandbox.ladder import RUNGS
from grader.sandbox.limits import USUAL
from grader.training import kept
from grader.training.results import Standing


def test_a_system_that_does_not_bind_processes_to_cores_has_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """macOS does not."""
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert threads() == os.cpu_count()


@pytest.mark.parametrize(("asked", "shared", "seed"), [(3, 5, 3), (None, 5, 5), (0, 5, 0), (None, 0, 0)])
def test_a_seed_that_was_asked_for_comes_before_the_classs(
    asked: int | None, shared: int | None, seed: int
) -> None:
    """0 is one like any other."""
    terms = settled(Options(seed=asked), Together(seed=shared), profiles.load(), RUNGS["none"])

    assert terms.seed == seed


def test_each_grading_without_a_seed_draws_one_of_its_own() -> None:
    """Nobody could know it before."""
    drawn = [settled(Options(), Together(), profiles.load(), RUNGS["none"]).seed for _ in range(3)]

    assert len(set(drawn)) == 3
    assert all(0 <= seed < SEEDS for seed in drawn)


@pytest.mark.parametrize(
    ("training", "seconds"), [("smoke", USUAL.wall_seconds), ("full", ceiling.seconds("full"))]
)
def test_a_worker_is_trained_for_as_long_as_judging_may_take(training: str, seconds: float) -> None:
    """The course's whole recipe takes hours on a small card: it isn't cut off after half of one."""
    terms = settled(Options(training=training), Together(), profiles.load(), RUNGS["none"])

    assert terms.limits.wall_seconds == seconds


@pytest.mark.parametrize(
    ("training", "asked", "of", "seed"),
    [
        ("full", None, "5a", 7),
        ("full-edges", None, "5a", 7),
        ("smoke", None, "5a", 3),  # it takes a minute
        ("full", 3, "5a", 3),
        ("full", None, "5b", 3),
    ],
)
def test_a_long_run_that_was_cut_off_goes_on_by_its_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, training: str, asked: int | None, of: str, seed: int
) -> None:
    """Unless another is asked for: no report told it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with kept.opened("5a", "FCN8s", {"seed": 7}, print) as store:
        assert store is not None
        store.write(Standing((), (), 0, 0.0), [])
    options = Options(training=training, seed=asked)
    terms = settled(options, Together(seed=3), profiles.load(), RUNGS["none"])

    assert going_on(terms, options, Submission("x", of)).seed == seed
