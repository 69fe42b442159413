"""The model of a class on a cluster keeps the laws that any cluster keeps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.simulate_class.__main__ import RECORDED, compare, recorded
from tools.simulate_class.model import TRIES, Cluster, ideal, simulate

DURATIONS = st.lists(st.floats(0.1, 100.0), min_size=1, max_size=40)


@given(DURATIONS, st.integers(1, 5), st.integers(1, 3), st.floats(0.0, 1.0))
def test_no_cluster_is_faster_than_the_ideal(
    durations: list[float], machines: int, slots: int, cost: float
) -> None:
    """And none that never fails is slower than one after the other; everybody is kept once."""
    found = simulate(durations, Cluster(machines, slots, cost, cost, cost))

    assert ideal(durations, machines, slots) <= found.makespan + 1e-6
    assert found.makespan <= sum(durations) + 3 * cost * len(durations) + 1e-6
    assert found.kept == (1,) * len(durations)


@given(DURATIONS, st.integers(1, 4), st.floats(5.0, 200.0), st.integers(0, 5))
def test_failures_lose_nothing_and_double_nothing(
    durations: list[float], machines: int, between: float, seed: int
) -> None:
    """What died too often is given up, nothing else is missing; work in vain is counted."""
    found = simulate(durations, Cluster(machines, between=between, repair=1.0), seed)

    assert found.nothing_lost_nothing_doubled
    assert found.again + found.given_up <= (found.failures or 0) * 2
    assert found.again == 0 or found.lost > 0


def test_one_slot_grades_one_after_the_other() -> None:
    """What each costs beside is added, what the first costs once."""
    assert simulate([1.0, 2.0, 3.0], Cluster(1, 1)).makespan == 6.0
    assert simulate([1.0, 2.0], Cluster(1, 1, each=0.5, start=6.0)).makespan == 10.0


def test_what_never_ends_before_a_failure_is_given_up() -> None:
    """As a cluster would."""
    found = simulate([1e6], Cluster(1, 1, between=10.0, repair=1.0))

    assert (found.kept, found.given_up, found.failures) == ((0,), 1, TRIES)


def test_times_of_reports_are_read(tmp_path: Path) -> None:
    """Those that came with the tool, or those of a class."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "report.json").write_text(json.dumps({"provenance": {"seconds": 7.5}}))

    assert recorded(tmp_path) == [7.5]
    assert len(recorded(None)) == len(json.loads(RECORDED.read_text())) > 100


@pytest.mark.slow
def test_the_model_is_held_against_real_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Of one, two and four machines, where Ray is installed."""
    pytest.importorskip("ray", reason="the extra is not installed: pip install -r lock/ray.txt")
    compare([1.0] * 4)

    assert [line.split(" | ")[0] for line in capsys.readouterr().out.splitlines()[2:5]] == [
        "| 1",
        "| 2",
        "| 4",
    ]
