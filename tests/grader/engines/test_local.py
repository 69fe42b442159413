"""Every submission has a process of its own; what happens in one stays there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

import psutil
import pytest

from grader.engines import local
from grader.engines.cores import cores
from grader.engines.local import default_jobs
from grader.engines.work import Done, Said
from grader.records.progress import Listener, Progress

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests grade nothing, so nothing heavy is imported for them."""
    monkeypatch.setattr(local, "PRELOAD", [])


def work(task: str, listen: Listener) -> str:
    """What a task's name says."""
    listen(Progress("stage", "detail", 1, 2))
    match task.split(":"):
        case ["raise", words]:
            raise ValueError(words)
        case ["exit"]:
            os._exit(3)
        case ["print", words]:
            print(words)
            subprocess.run(["echo", "from below"], check=True)
        case ["segfault"]:
            os.kill(os.getpid(), signal.SIGSEGV)
        case ["sleep", pidfile]:
            child = subprocess.Popen(["sleep", "60"])
            Path(pidfile).write_text(f"{os.getpid()} {child.pid}")
            time.sleep(60)
        case ["modules", name]:
            return "there" if name in sys.modules else "missing"
        case ["cores"]:
            return str(len(os.sched_getaffinity(0)))
    return f"did {task}"


def nowhere(task: str) -> Path:
    return Path(os.devnull)


def ended(
    tasks: list[str], jobs: int = 2, ceiling: float = 60, log: Callable[[str], Path] = nowhere
) -> dict[str, Done[str]]:
    return {
        event.task: event for event in local.run(tasks, work, jobs, ceiling, log) if isinstance(event, Done)
    }


def test_every_task_ends_once_with_its_result() -> None:
    """More tasks than processes."""
    done = ended(["a", "b", "c"])

    assert {task: (one.result, one.problem) for task, one in done.items()} == {
        task: (f"did {task}", "") for task in "abc"
    }


def test_what_a_task_says_is_passed_on() -> None:
    """Its progress, while it runs."""
    said = [event for event in local.run(["a"], work, 1, 60, nowhere) if isinstance(event, Said)]

    assert said == [Said("a", Progress("stage", "detail", 1, 2))]


def test_a_crash_costs_one_task() -> None:
    """An exception, an exit and a signal all end their own task, each with its reason."""
    done = ended(["raise:no such layer", "a", "exit", "b", "segfault", "c"])

    assert {task: one.problem for task, one in done.items()} == {
        "raise:no such layer": "ValueError: no such layer",
        "exit": "its process ended with code 3",
        "segfault": f"its process ended with code -{signal.SIGSEGV.value}",
        **dict.fromkeys("abc", ""),
    }


def test_what_a_task_prints_goes_to_its_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Its own words, those of programs that it starts, and where it was when it crashed."""
    ended(["print:hello", "segfault"], log=lambda task: tmp_path / task / "log")

    assert sorted((tmp_path / "print:hello" / "log").read_text().split("\n")) == ["", "from below", "hello"]
    assert "Segmentation fault" in (tmp_path / "segfault" / "log").read_text()
    assert capfd.readouterr() == ("", "")


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def alive(pidfile: Path) -> bool:
    return any(lives(int(pid)) for pid in pidfile.read_text().split())


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


@pytest.mark.slow
def test_a_task_that_takes_too_long_is_ended_with_all_below_it(tmp_path: Path) -> None:
    """Programs that it started included."""
    pidfile = tmp_path / "pids"
    done = ended([f"sleep:{pidfile}"], ceiling=4)

    assert done[f"sleep:{pidfile}"].problem == "took longer than 4 s"
    assert wait_for(lambda: not alive(pidfile))


def test_closing_the_iterator_ends_what_still_runs(tmp_path: Path) -> None:
    """As Ctrl-C does."""
    pidfile = tmp_path / "pids"
    events = local.run([f"sleep:{pidfile}"], work, 1, 60, nowhere)
    next(events)
    assert wait_for(pidfile.exists)
    assert isinstance(events, Generator)
    events.close()

    assert wait_for(lambda: not alive(pidfile))


KILLED = """
import sys
sys.path.insert(0, {root!r})
from grader.engines import local
from tests.grader.engines.test_local import nowhere, work
if __name__ == "__main__":
    local.PRELOAD = []
    for event in local.run(["sleep:" + sys.argv[1]], work, 1, 60, nowhere):
        pass
"""


def test_a_killed_class_leaves_nothing_running(tmp_path: Path) -> None:
    """Even where nobody could clean up."""
    script, pidfile = tmp_path / "run.py", tmp_path / "pids"
    script.write_text(KILLED.format(root=str(ROOT)))
    parent = subprocess.Popen([sys.executable, str(script), str(pidfile)])
    assert wait_for(pidfile.exists, 20)
    grader_pid = int(wait_for(lambda: bool(pidfile.read_text())) and pidfile.read_text().split()[0])
    parent.kill()
    parent.wait()

    assert wait_for(lambda: not lives(grader_pid))
    os.kill(int(pidfile.read_text().split()[1]), signal.SIGKILL)


def test_cores_are_shared_out() -> None:
    """Processes at once never count more cores than there are."""
    cores = len(os.sched_getaffinity(0))
    done = ended(["cores"], jobs=cores)

    assert done["cores"].result == "1"


@pytest.mark.parametrize("jobs", [1, 2, 3, 8, 100])
def test_a_share_is_never_empty(jobs: int) -> None:
    """With more processes than cores they share; with fewer, all cores are used."""
    shares = local._shares(jobs)

    assert len(shares) == jobs
    assert all(shares)
    assert frozenset().union(*shares) <= set(cores())
    if jobs <= len(cores()):
        assert sum(map(len, shares)) == len(cores())


def test_one_gpu_has_one_user() -> None:
    """Several would share its memory."""
    assert default_jobs("cuda") == 1
    assert 1 <= default_jobs("cpu") <= len(cores())


FOUND = """
import os, sys
sys.path.insert(0, {root!r})
from grader.engines import local
from tests.grader.engines.test_local import nowhere, work
if __name__ == "__main__":
    for event in local.run(["modules:grader.rubric"], work, 1, 60, nowhere, preload=["grader.rubric"]):
        print(getattr(event, "result", ""))
"""


def test_what_is_imported_once_is_found_from_any_folder(tmp_path: Path) -> None:
    """The grader may be started anywhere, and is by Ray."""
    script = tmp_path / "run.py"
    script.write_text(FOUND.format(root=str(ROOT)))
    done = subprocess.run([sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True)

    assert done.stdout.split() == ["there"], done.stderr
