"""Thresholds that follow from right models' runs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.training import bands, plans
from grader.training.bands import ATTEMPTS, CHECKS, LINES, RIGHT_FAILS, RUN_MISSES, Band, band, t_quantile
from tools.calibrate import recorded


@pytest.mark.parametrize(
    ("tail", "freedom", "wanted"),
    [(0.025, 9, 2.262), (0.005, 11, 3.106), (0.05, 1, 6.314), (0.001, 30, 3.385)],
)
def test_quantiles_are_those_of_the_tables(tail: float, freedom: int, wanted: float) -> None:
    """Student's t, upper tail."""
    assert t_quantile(tail, freedom) == pytest.approx(wanted, abs=1e-3)


def test_a_right_model_rarely_misses() -> None:
    """Drawn from the normal model itself, a further run fails no more often than is claimed."""
    rng, misses, trials = np.random.default_rng(1), 0, 20_000
    reach = t_quantile(0.01, 7)
    for _ in range(trials):
        runs = rng.normal(size=9)
        known, further = runs[:8], runs[8]
        misses += further < known.mean() - reach * known.std(ddof=1) * np.sqrt(1 + 1 / 8)

    assert misses / trials == pytest.approx(0.01, abs=0.003)


FIGURES = st.lists(st.floats(0.1, 0.9), min_size=3, max_size=12)


@pytest.mark.slow
@given(FIGURES)
def test_every_run_it_was_set_from_reaches_it(figures: list[float]) -> None:
    """Of accuracies from below, of losses from above."""
    assert all(band(figures, falls=False).reached(figure) for figure in figures)
    assert all(band(figures, falls=True).reached(figure) for figure in figures)


def test_near_is_as_far_off_as_the_mean() -> None:
    """What misses by more is no bad luck."""
    found = Band(mean=0.8, deviation=0.05, threshold=0.6)

    assert not found.falls
    assert found.near(0.41)
    assert not found.near(0.39)


def test_what_was_not_measured_has_no_thresholds(tmp_path: Path) -> None:
    """A plan without a table is not calibrated."""
    assert bands.load("smoke", tmp_path) is None


def test_the_committed_table_is_of_the_rubrics_plan() -> None:
    """Enough seeds, thresholds that follow from its own runs, and weak models that do not pass."""
    table = json.loads((bands.FOLDER / "smoke.json").read_text())
    found = bands.load("smoke")
    assert found is not None
    assert found.plan == {n: getattr(plans.load()["smoke"], n) for n in plans.Plan.__dataclass_fields__}
    assert found.seeds >= 8
    for network, lines in found.bands.items():
        rows = [row for row in table["runs"] if row["network"] == network]
        right = np.array([row["best"] for row in rows if row["kind"] == "right"])
        for number, line in enumerate(LINES):
            assert lines[line] == band(right[:, number].tolist(), falls=line == "loss")
        for row in rows:
            reached = [lines[line].reached(row["best"][number]) for number, line in enumerate(LINES)]
            assert all(reached) == (row["kind"] == "right"), row


def test_the_courses_own_recipe_has_thresholds_from_recorded_runs() -> None:
    """What is committed is what the tool makes of them; every one of these runs reaches it."""
    plan = plans.load()["full"]
    found = bands.load("full")
    made = recorded.summary(plan, bands.MODEL)

    assert found is not None
    assert json.loads((bands.FOLDER / "full.json").read_text()) == json.loads(json.dumps(made))
    for network, lines in recorded.BEST.items():
        assert set(found.bands[network]) == {"accuracy", "iou"}
        for line, figures in lines.items():
            assert all(found.bands[network][line].reached(figure) for figure in figures)
    assert found.bands["fcn8s"]["accuracy"].threshold > max(recorded.BEST["fcn32s"]["accuracy"])


def test_the_risk_is_shared_by_all_checks() -> None:
    """Two networks with three lines each."""
    assert 2 * len(LINES) == CHECKS
    assert pytest.approx(RIGHT_FAILS) == CHECKS * RUN_MISSES**ATTEMPTS
    assert RIGHT_FAILS <= 1e-4
