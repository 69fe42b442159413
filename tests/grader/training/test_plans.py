"""Training plans, as a profile has them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import CallError
from grader.training import bands
from grader.training.plans import Plan, choose, load, resolve
from reference import download, edges
from reference.kit import weights

SMOKE = Plan("smoke", "synthetic", "seeded", 4, 2, 2, 1, size=24)
SHORT = Plan("short", "real", "vgg16", 4, 2, 2, 1, otherwise="offline")
OFFLINE = Plan("offline", "synthetic", "seeded", 9, 2, 2, 1, size=48)
FULL = Plan("full", "real", "vgg16", 500, 30, 76, 20)
PLANS = {plan.name: plan for plan in (SMOKE, SHORT, OFFLINE, FULL)}


@pytest.fixture
def equipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with the real data and VGG-16."""
    monkeypatch.setattr(download, "complete", lambda root: True)
    monkeypatch.setattr(weights, "cached", lambda file: tmp_path)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with neither."""
    monkeypatch.setattr(download, "complete", lambda root: False)
    monkeypatch.setattr(weights, "cached", lambda file: None)


def test_the_profiles_plans_are_those_that_can_be_asked_for() -> None:
    """smoke, short and full, and what short falls back on; full is the course's recipe."""
    found = load()

    assert {"smoke", "short", "full"} <= set(found)
    full = found["full"]
    assert (full.train, full.validation, full.test) == (500, 30, 76)
    assert (full.scratch_epochs, full.epochs) == (10, 20)
    assert found["smoke"].data == "mosaic"


def test_auto_goes_by_the_device(equipped: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """smoke on a CPU, short on a GPU once thresholds are known for it; any other name is what it says."""
    monkeypatch.setattr(bands, "load", lambda name: None)
    assert resolve("auto", "cuda", PLANS) == "smoke"
    monkeypatch.setattr(bands, "load", lambda name: name)
    assert resolve("auto", "cpu", PLANS) == "smoke"
    assert resolve("auto", "cuda", PLANS) == "short"
    assert resolve("none", "cuda", PLANS) == "none"


def test_a_name_gives_its_plan(equipped: None) -> None:
    """What the machine has all of is itself, and none is none."""
    assert choose("smoke", PLANS) is SMOKE
    assert choose("short", PLANS) is SHORT
    assert choose("none", PLANS) is None


def test_a_plan_that_can_not_be_falls_back(bare: None) -> None:
    """Without the real data short is synthetic; full has nothing to fall back on and says what to do."""
    assert choose("short", PLANS) is OFFLINE
    with pytest.raises(
        CallError, match=r"full needs the CMP Facade DB and VGG-16's weights: make data, .*--weights"
    ):
        choose("full", PLANS)
    with pytest.raises(
        CallError, match=r"edges needs the CMP Facade DB .* tuned for edges: make data, .*--edges"
    ):
        choose("edges", {"edges": replace(FULL, name="edges", weights="edges")})


def test_possible_means_data_and_weights(monkeypatch: pytest.MonkeyPatch, bare: None) -> None:
    """Either missing is enough to make a plan impossible; a synthetic one always is possible."""
    assert OFFLINE.possible
    assert not FULL.possible
    monkeypatch.setattr(download, "complete", lambda root: True)
    assert not FULL.possible


def test_what_stands_in_may_be_stood_in_for(bare: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain of plans is followed to the first that this machine has everything for."""
    edges_too = {**PLANS, "short": replace(SHORT, otherwise="edges")}
    edges_too["edges"] = Plan("edges", "real", "edges", 4, 2, 2, 1, otherwise="offline")

    assert choose("short", edges_too) is OFFLINE


def test_edges_need_the_data_and_their_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Either missing, the plan is not possible."""
    plan = Plan("edges", "real", "edges", 4, 2, 2, 1)
    monkeypatch.setattr(download, "complete", lambda root: True)
    monkeypatch.setenv(download.FOLDER, str(tmp_path))
    assert not plan.possible

    edges.path().touch()

    assert plan.possible
