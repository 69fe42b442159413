"""`make calibrate`: runs are kept, carried, and turned into tables."""

from __future__ import annotations

import json
import pickle
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from grader.training import bands, plans
from tools.calibrate import __main__ as calibrate
from tools.calibrate import logs, runs, scratch

PLAN = plans.load()["smoke"]


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of the committed tables."""
    monkeypatch.setattr(bands, "FOLDER", tmp_path / "tables")
    return tmp_path / "tables"


def keep_runs(path: Path, seeds: int, plan: plans.Plan = PLAN) -> None:
    """Keep made-up runs of both right networks."""
    logs.open_for(path, plan, "a machine")
    for network in ("fcn32s", "fcn8s"):
        for seed in range(seeds):
            figures = [[2.5, 0.1, 0.02]] * plan.epochs + [[1.0 + seed / 100, 0.6, 0.3 + seed / 100]]
            made = {"network": network, "kind": "right", "seed": seed, "step_seconds": 1.0}
            logs.add(path, {**made, "figures": figures, "best": figures[-1], "test": figures[-1]})


def test_carried_runs_become_a_table(tmp_path: Path, tables: Path) -> None:
    """The grader reads what was made of them, with where they were made."""
    keep_runs(tmp_path / "smoke-cuda.jsonl", 8)

    assert calibrate.main(["smoke", "--from", str(tmp_path)]) == 0

    found = bands.load("smoke", tables)
    assert found is not None
    assert (found.source, found.seeds, found.plan) == ("a machine", 8, asdict(PLAN))
    assert found.bands["fcn8s"]["iou"].threshold < 0.3
    assert "| fcn8s | right | 8 |" in (tables / "smoke.md").read_text()


@pytest.mark.parametrize(
    ("seeds", "plan", "why"), [(7, PLAN, "too few"), (8, replace(PLAN, epochs=9), "another")]
)
def test_runs_that_do_not_suffice_are_refused(
    tmp_path: Path, tables: Path, capsys: pytest.CaptureFixture[str], seeds: int, plan: plans.Plan, why: str
) -> None:
    """Too few of them, or of a plan that was changed since: no table, and the reason."""
    keep_runs(tmp_path / "smoke-cuda.jsonl", seeds, plan)

    assert calibrate.main(["smoke", "--from", str(tmp_path)]) == 1

    assert why in capsys.readouterr().err
    assert not list(tables.iterdir())


def test_a_line_that_was_cut_off_is_made_again(tmp_path: Path) -> None:
    """What was whole stays, and what is added after it can be read."""
    path = tmp_path / "log.jsonl"
    keep_runs(path, 1)
    path.write_text(path.read_text() + '{"network": "fcn')

    assert len(logs.open_for(path, PLAN, "").rows) == 2
    logs.add(path, {"network": "fcn8s"})

    assert logs.read(path).rows[-1] == {"network": "fcn8s"}


def test_runs_of_a_changed_plan_are_begun_anew(tmp_path: Path) -> None:
    """Their figures say nothing about the plan as it is now."""
    path = tmp_path / "log.jsonl"
    keep_runs(path, 1, replace(PLAN, epochs=9))

    assert logs.open_for(path, PLAN, "here").rows == ()
    assert json.loads(path.read_text())["source"] == "here"


def test_one_network_alone_is_calibrated_and_no_table_written(
    tmp_path: Path, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor of another number of epochs than the plan's."""
    made = list[runs.Task]()
    monkeypatch.setattr(calibrate, "work", lambda setup, task: made.append(task))
    words = ["smoke", "--seeds", "8", "--weak-seeds", "0", "--work", str(tmp_path)]

    assert calibrate.main([*words, "--only", "fcn8s"]) == 0
    assert calibrate.main([*words, "--epochs", "2"]) == 0

    assert [task.network for task in made] == ["fcn8s", "fcn32s", "fcn8s"]
    assert logs.read(tmp_path / "smoke-cpu.jsonl").plan["epochs"] == 2
    assert not list(tables.iterdir())


def test_seeds_are_shared_among_jobs() -> None:
    """Every seed once, and no job without one."""
    assert calibrate.shares([1, 2, 3, 4, 5], 2) == [(1, 3, 5), (2, 4)]
    assert calibrate.shares([1], 3) == [(1,)]


def test_tasks_reach_other_processes() -> None:
    """They are plain values, and the function that does them is found by its module."""
    task = runs.Task("fcn8s", "skips missing", (1, 2))

    assert pickle.loads(pickle.dumps((runs.work, task)))[1] == task
    assert runs.work.__module__ == "tools.calibrate.runs"


def some_labels(sides: tuple[int, int]) -> scratch.Labels:
    rng = np.random.default_rng(2)
    made = tuple(rng.integers(0, 12, sides, np.uint8) for _ in range(3))
    return scratch.Labels(made[:2], made[2:])


def test_runs_from_scratch_are_kept_and_tabled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every variant that the pictures fit; what is kept isn't run again."""
    monkeypatch.setattr(scratch, "EPOCHS", 2)
    labels, log = some_labels((178, 60)), tmp_path / "work" / "scratch.jsonl"

    rows = scratch.measure(labels, [1, 2], log)
    made = scratch.table(rows, labels, "here")

    assert [one["runs"] for one in made["variants"]] == [2, 0, 2, 2]
    assert [one["too_large"] for one in made["variants"]] == [0, 3, 0, 0]
    first = made["variants"][0]
    assert all(np.less_equal(first["low"], first["mean"]).flat) and np.shape(first["mean"]) == (2, 3)
    told = scratch.markdown(made)
    assert "No such run comes to its end: 3 pictures" in told and "| 2 | " in told

    monkeypatch.setattr(scratch, "run", None)
    assert scratch.measure(labels, [1, 2], log) == rows


def test_runs_from_scratch_need_the_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of it."""
    assert calibrate.main(["smoke", "--scratch", str(tmp_path)]) == 1
    assert "does not hold the CMP Facade DB: make data" in capsys.readouterr().err
