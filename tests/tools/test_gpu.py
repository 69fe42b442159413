"""`make gpu`: what is packed comes back, steps are independent, and what was found is kept."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.sandbox.ladder import RUNGS
from reference import facades, synthetic
from tools.gpu import __main__ as gpu
from tools.gpu import pack, pictures, results, seen, walls

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def runner(tmp_path: Path) -> gpu.Runner:
    """Half a minute for all steps."""
    return gpu.Runner(tmp_path, time.monotonic() + 30 + gpu.LEFT_OVER)


def test_pictures_come_back_at_the_size_that_is_halved_again(tmp_path: Path) -> None:
    """Labels are exact, colours lose little, odd sizes stay as the kit halves them."""
    synthetic.write(tmp_path / "data", seed=1, count=2, long_side=75)
    pictures.pictures(tmp_path / "pictures.zip", tmp_path / "data")

    pictures.unpack(tmp_path / "pictures.zip", tmp_path / "there")

    before, after = (facades.pictures(tmp_path / folder) for folder in ("data", "there"))
    assert [path.rsplit("/", 2)[1:] for path in before] == [path.rsplit("/", 2)[1:] for path in after]
    for one, other in (map(facades.read, map(Path, pair)) for pair in zip(before, after, strict=True)):
        np.testing.assert_array_equal(one[1], other[1])
        assert np.abs(one[0].astype(float) - other[0]).mean() < 6


def test_a_grading_needs_no_package_that_is_there_already() -> None:
    """The small ones are packed, with what they need; PyTorch and its like are not."""
    found = pack.needed()

    assert {"rich", "msgpack", "nbconvert", "nbformat", "jsonschema", "rpds-py"} <= found
    assert not {"torch", "numpy", "scipy"} & found


def test_a_step_that_fails_stops_no_other(runner: gpu.Runner, capsys: Captured) -> None:
    """Each says how it ended; what it printed is in the log."""
    runner.track(
        [gpu.Step("bad", ["-c", "raise SystemExit(3)"], 20), gpu.Step("good", ["-c", "print('here')"], 20)]
    )

    out = capsys.readouterr().out
    assert "bad: exit code 3" in out
    assert "good: exit code 0" in out
    assert "here" in (runner.out / gpu.LOG).read_text()


@pytest.mark.slow
def test_a_step_has_a_limit_and_none_goes_past_the_end(
    runner: gpu.Runner, capsys: pytest.CaptureFixture[str]
) -> None:
    """What hangs is ended; where no time is left nothing is begun."""
    assert not runner(gpu.Step("slow", ["-c", "import time; time.sleep(60)"], 2))
    runner.end = time.monotonic()
    assert not runner(gpu.Step("late", ["-c", "print(1)"], 20))

    out = capsys.readouterr().out
    assert "slow: stopped after 2 s" in out
    assert "late: no time left" in out


def test_what_came_to_its_end_is_not_run_again(runner: gpu.Runner, capsys: Captured) -> None:
    """In a later call either; what failed is, and what has to be."""
    good, bad = gpu.Step("good", ["-c", "print(1)"], 20), gpu.Step("bad", ["-c", "raise SystemExit(3)"], 20)
    always = gpu.Step("always", ["-c", "print(2)"], 20, again=True)

    for later in (runner, gpu.Runner(runner.out, runner.end)):
        later.track([good, bad, always])

    ends = [line.partition(" ")[2].split(",")[0] for line in capsys.readouterr().out.splitlines()]
    assert ends == [
        "good: exit code 0",
        "bad: exit code 3",
        "always: exit code 0",
        "good: done before",
        "bad: exit code 3",
        "always: exit code 0",
    ]


class Trains(gpu.Runner):
    """A machine on which networks can be trained under some rungs."""

    def __init__(self, out: Path, *rungs: str) -> None:
        super().__init__(out, 0.0)
        self.rungs, self.tried = rungs, list[str]()

    def __call__(self, step: gpu.Step) -> bool:
        """Leave what calibrate leaves: a head, and a run where it can be trained."""
        rung = step.words[step.words.index("--isolation") + 1]
        self.tried.append(rung)
        (self.out / "short-edges-cuda.jsonl").write_text("head\n" + "run\n" * (rung in self.rungs))
        return True


def test_training_is_tried_before_minutes_are_spent(tmp_path: Path) -> None:
    """Under the strongest rung that held; without one where only that works; else all else is left."""
    results.add(tmp_path, wall("bwrap", cards=1, multiplies=True))
    for rungs, found, tried in (
        (("bwrap", "none"), "bwrap", ["bwrap"]),
        (("none",), "none", ["bwrap", "none"]),
        ((), "", ["bwrap", "none"]),
    ):
        runner = Trains(tmp_path, *rungs)
        assert (gpu.proved(runner, "cuda", quick=False), runner.tried) == (found, tried)


def wall(rung: str, **found: Any) -> dict[str, Any]:
    """A finding about a rung."""
    probe = {"works": True, "problem": "", "possible": []}
    return {"what": "wall", "rung": rung, "probe": {"cpu": probe, "cuda": probe}, "seen": found}


def test_the_strongest_rung_that_held_with_the_card_is_taken(tmp_path: Path) -> None:
    """One that a program got through, or inside of which the card was not seen, is passed over."""
    results.add(tmp_path, wall("bwrap", cards=0, why="no device"))
    assert gpu.chosen(tmp_path, "cuda") == "none"
    results.add(tmp_path, wall("landlock", cards=1, multiplies=True))
    assert gpu.chosen(tmp_path, "cuda") == "landlock"
    assert gpu.chosen(tmp_path, "cpu") == "bwrap"


def test_findings_are_kept_one_by_one(tmp_path: Path) -> None:
    """Each is there as soon as it is found."""
    results.add(tmp_path, {"what": "a"})
    results.add(tmp_path, {"what": "b", "values": [1.5]})

    assert results.read(tmp_path) == [{"what": "a"}, {"what": "b", "values": [1.5]}]


def test_looking_around_without_a_card_says_why() -> None:
    """No device, or why CUDA did not start."""
    found = seen.cuda()

    assert found["cards"] > 0 or found["why"]


@pytest.mark.slow
def test_a_rung_is_looked_at_from_inside() -> None:
    """The program runs under it and its answer comes back."""
    assert walls.look(RUNGS["none"], "cpu")["cards"] >= 0


def test_what_can_not_be_looked_at_is_a_problem_not_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another rung is tried all the same."""

    def launch(*_: Any, **__: Any) -> None:
        raise OSError("no such program")

    monkeypatch.setattr(walls, "launch", launch)

    assert walls.look(RUNGS["none"], "cpu") == {"problem": "OSError: no such program"}


def test_reports_are_packed_whole(tmp_path: Path) -> None:
    """A pack that is read holds the reports that were there."""
    from tools.gpu import gradings

    (tmp_path / "in" / "alice").mkdir(parents=True)
    (tmp_path / "in" / "alice" / "report.json").write_text("{}")

    gradings.keep(tmp_path / "reports.zip", tmp_path / "in")

    with zipfile.ZipFile(io.BytesIO((tmp_path / "reports.zip").read_bytes())) as found:
        assert found.namelist() == ["alice/report.json"]
