"""Jobs of submitit lose nothing and do nothing twice, here with its stand-in for a cluster."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.engines.work import Done, Said
from grader.errors import CallError
from tests.grader.engines import stub
from tests.grader.engines.cluster import begun, kept, tasks
from tests.grader.engines.fake_slurm import install
from tests.grader.engines.stub import WORK, Stub
from tests.grader.engines.test_local import lives, wait_for

pytest.importorskip("submitit", reason="the extra is not installed: pip install -r lock/slurm.txt")

from grader.engines import slurm
from grader.engines.slurm import Slurm, settings

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A disk of this machine shows a file at once."""
    monkeypatch.setattr(slurm, "POLL_SECONDS", 0.2)
    monkeypatch.setattr(slurm, "LATE_SECONDS", 0.5)
    monkeypatch.setenv("PYTHONPATH", "")
    yield


def engine(home: Path, **options: Any) -> Slurm:
    return Slurm(home / "shared", cluster="local", **options)


def run(home: Path, todo: list[Stub], work: Any = WORK) -> dict[str, Done[Stub]]:
    return {event.task.name: event for event in engine(home).run(todo, work) if isinstance(event, Done)}


def test_without_sbatch_nothing_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it is said why."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CallError, match="sbatch"):
        Slurm(tmp_path)


def test_settings_are_given_on() -> None:
    """Numbers as numbers."""
    assert settings(["partition=cpu", "mem=8", "qos=a=b"]) == {"partition": "cpu", "mem": 8, "qos": "a=b"}


@pytest.mark.parametrize("word", ["partition", "=x", "x=", ""])
def test_a_setting_without_a_value_is_refused(word: str) -> None:
    """Before any work."""
    with pytest.raises(CallError, match="KEY=VALUE"):
        settings([word])


def test_a_setting_that_slurm_has_not_is_refused(tmp_path: Path) -> None:
    """As submitit says it."""
    with pytest.raises(CallError, match="--slurm"):
        list(engine(tmp_path, settings={"partitoin": "x"}).run(tasks(tmp_path, a=""), WORK))
    assert begun(tmp_path) == []


@pytest.mark.slow
def test_every_task_ends_once_whatever_happens_in_it(tmp_path: Path) -> None:
    """A killed job is sent again, a poison is given up; nothing is left in the shared folder."""
    done = run(tmp_path, tasks(tmp_path, a="", b="raise:x", c="exit", d="once", e="poison", f="huge"))

    problems = {name: one.problem for name, one in done.items()}
    assert problems.pop("e").startswith("its job ended as ")
    assert problems == {
        **dict.fromkeys("ad", ""),
        "b": "ValueError: x",
        "c": "its process ended with code 3",
        "f": "it can't be sent: too large",
    }
    assert kept(tmp_path) == {"a", "d"}
    assert sorted(begun(tmp_path)) == sorted("abcddeee")
    assert not (tmp_path / "shared").exists()


@pytest.mark.slow
def test_what_a_job_says_is_heard(tmp_path: Path) -> None:
    """While it runs."""
    events = list(engine(tmp_path).run(tasks(tmp_path, a="sleep:3"), WORK))

    assert [type(event) for event in events] == [Said, Done]


@pytest.mark.slow
def test_a_machine_with_another_grader_does_not_begin(tmp_path: Path) -> None:
    """Its job says so."""
    done = run(tmp_path, tasks(tmp_path, a=""), replace(WORK, facts=stub.other_facts))

    assert "would grade otherwise: the grader is" in done["a"].problem
    assert begun(tmp_path) == []


DRIVER = """
import sys
from pathlib import Path
from grader.engines import slurm
from tests.grader.engines.cluster import tasks
from tests.grader.engines.stub import WORK
home = Path(sys.argv[1])
for event in slurm.Slurm(home / "shared", cluster="local").run(tasks(home, a="sleep:1", b="sleep:1"), WORK):
    pass
"""


@pytest.mark.slow
def test_answers_of_a_killed_run_are_taken(tmp_path: Path) -> None:
    """What its jobs have done meanwhile is not done again."""
    first = subprocess.Popen([sys.executable, "-c", DRIVER, str(tmp_path)], cwd=ROOT)
    assert wait_for(lambda: len(begun(tmp_path)) == 2, 60)
    first.kill()
    first.wait()
    assert wait_for(lambda: len(list((tmp_path / "shared").glob("*/answer"))) == 2, 60)
    done = run(tmp_path, tasks(tmp_path, a="sleep:1", b="sleep:1"))

    assert {name: one.problem for name, one in done.items()} == {"a": "", "b": ""}
    assert sorted(begun(tmp_path)) == ["a", "b"]


def test_jobs_that_were_sent_are_ended_with_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those of a run that was killed: their numbers were written down; arrays are ended as a whole."""
    ended: list[str] = []
    monkeypatch.setattr("submitit.SlurmJob.cancel", lambda job, check: ended.append(job.job_id))
    monkeypatch.setattr("submitit.SlurmJob._register_in_watcher", lambda job: None)
    (tmp_path / slurm.JOBS).write_text(json.dumps(["SlurmJob", ["17", "18"]]))
    slurm._cancel(tmp_path)
    slurm._cancel(tmp_path)

    assert ended == ["17", "18"]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine from which jobs are sent, though what runs them is this one."""
    install(tmp_path / "bin", tmp_path / "state")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "state"


@pytest.mark.slow
def test_sbatch_is_asked_for_one_array(tmp_path: Path, state: Path) -> None:
    """With what a task takes, how many at once, and what the user set."""
    made = Slurm(tmp_path / "shared", 2, {"partition": "cpu"})
    done = [event for event in made.run(tasks(tmp_path, a="", b="", c=""), WORK) if isinstance(event, Done)]

    assert {one.task.name: one.problem for one in done} == dict.fromkeys("abc", "")
    (script,) = state.glob("*.sh")
    for word in ("--array=0-2%2", "--partition=cpu", "--cpus-per-task=1", "--time=", "--gpus-per-node=0"):
        assert word in script.read_text()
    assert not (tmp_path / "shared").exists()


@pytest.mark.slow
def test_closing_cancels_the_array(tmp_path: Path, state: Path) -> None:
    """As Ctrl-C does."""
    events = Slurm(tmp_path / "shared").run(tasks(tmp_path, a="sleep:30"), WORK)
    next(events)
    events.close()  # type: ignore[attr-defined]
    (job,) = state.glob("*.json")

    assert wait_for(lambda: not lives(json.loads(job.read_text())))
