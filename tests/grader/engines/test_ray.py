"""A Ray cluster loses nothing and does nothing twice, whatever dies in it; and takes nobody else's code."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.engines.work import Done, Said, Share
from grader.errors import CallError
from tests.grader.engines import stub
from tests.grader.engines.cluster import TOKEN, begun, cluster, kept, tasks
from tests.grader.engines.stub import WORK, Stub
from tests.grader.engines.test_local import wait_for
from tests.grader.sandbox.conftest import Start, rung, rungs, start
from tests.grader.sandbox.toy_operations import Call

pytest.importorskip("ray", reason="the extra is not installed: pip install -r lock/ray.txt")

from grader.engines import joining
from grader.engines.ray import Ray

ROOT = Path(__file__).resolve().parents[3]
__all__ = ["rung", "rungs", "start"]  # fixtures of the sandbox's tests


@pytest.fixture(scope="module")
def two() -> Iterator[Any]:
    """Two machines of one core."""
    with cluster(2) as made:
        yield made


def run(made: Any, todo: list[Stub], work: Any = WORK, jobs: int | None = None) -> dict[str, Done[Stub]]:
    events = Ray(jobs, made.address).run(todo, work)
    return {event.task.name: event for event in events if isinstance(event, Done)}


# --- without a cluster ----------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["", "disabled", "k8s"])
def test_without_the_token_nothing_starts(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    """And it is said what to type."""
    monkeypatch.setenv("RAY_AUTH_MODE", mode)
    with pytest.raises(CallError, match="RAY_AUTH_MODE=token"):
        Ray()


def test_what_a_machine_holds() -> None:
    """The scarcest of cores, memory and GPUs counts."""
    machine = {"CPU": 8.0, "memory": 10.0, "GPU": 1.0}

    assert joining.holds(machine, Share(1, 2)) == 5
    assert joining.holds(machine, Share(3, 2)) == 2
    assert joining.holds(machine, Share(1, 2, 0.5)) == 2
    assert joining.holds({"CPU": 8.0, "memory": 10.0}, Share(1, 2, 0.5)) == 0


def test_where_nobody_answers_it_is_said_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ray alone would try for minutes."""
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    began = time.monotonic()
    with pytest.raises(CallError, match=r"No Ray cluster .* at 127.0.0.1:1"):
        list(Ray(address="127.0.0.1:1").run(tasks(tmp_path, a=""), WORK))

    assert time.monotonic() - began < joining.PATIENCE_SECONDS + 5


# --- in a cluster ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_task_ends_once_whatever_happens_in_it(two: Any, tmp_path: Path) -> None:
    """A crash is an answer; a killed worker's task is done again; a poison is given up and costs no other."""
    todo = tasks(
        tmp_path, a="", b="sleep:0.2", c="raise:x", d="exit", e="once", f="poison", g="huge", h="", i="", j=""
    )
    done = run(two, todo)

    assert {name: one.problem for name, one in done.items()} == {
        **dict.fromkeys("abehij", ""),
        "c": "ValueError: x",
        "d": "its process ended with code 3",
        "f": "its process died, 3 times",
        "g": "it can't be sent: too large",
    }
    assert kept(tmp_path) == set("abehij")
    assert sorted(begun(tmp_path)) == sorted("abcdeefffhij")
    assert done["a"].result == "did a"


@pytest.mark.slow
def test_what_is_said_elsewhere_is_heard_here(two: Any, tmp_path: Path) -> None:
    """While the task goes on."""
    events = list(Ray(address=two.address).run(tasks(tmp_path, a="sleep:3"), WORK))

    assert [(type(event), getattr(event, "progress", None) is not None) for event in events] == [
        (Said, True),
        (Done, False),
    ]


@pytest.mark.slow
def test_no_more_at_once_than_asked_for(two: Any, tmp_path: Path) -> None:
    """One after the other: the second begins when the first has ended."""
    events = Ray(1, two.address).run(tasks(tmp_path, a="sleep:1", b=""), WORK)
    ended = [event.task.name for event in events if isinstance(event, Done)]

    assert (ended, begun(tmp_path)) == (["a", "b"], ["a", "b"])


@pytest.mark.slow
def test_a_killed_machine_costs_no_task(tmp_path: Path) -> None:
    """What ran on it is done on the other, and once more only that."""
    names = [f"t{n}" for n in range(6)]
    with cluster(1) as made:
        doomed = made.add_node(num_cpus=1)
        done = {}
        for event in Ray(address=made.address).run(tasks(tmp_path, **dict.fromkeys(names, "sleep:3")), WORK):
            if isinstance(event, Done):
                done[event.task.name] = event.problem
            if len(begun(tmp_path)) >= 2 and doomed in made.worker_nodes:
                made.remove_node(doomed, allow_graceful=False)

    assert done == dict.fromkeys(names, "")
    assert kept(tmp_path) == set(names)
    assert len(begun(tmp_path)) <= len(names) + 2


@pytest.mark.slow
def test_a_killed_driver_goes_on_where_it_was(two: Any, tmp_path: Path) -> None:
    """What was kept is not done again, what was not is; nothing of the dead driver stays."""
    command = [sys.executable, "-m", "tests.grader.engines.cluster", two.address, str(tmp_path), "8", "1"]
    first = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert wait_for(lambda: len(kept(tmp_path)) >= 2, 90)
    first.kill()
    first.communicate()
    before = kept(tmp_path)
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)

    said = dict(line.split(" ", 1) for line in second.stdout.splitlines())
    assert said == {f"t{n}": "done" for n in range(8) if f"t{n}" not in before}, second.stderr
    assert kept(tmp_path) == {f"t{n}" for n in range(8)}
    assert all(begun(tmp_path).count(name) == 1 for name in before)


@pytest.mark.slow
def test_closing_ends_what_still_runs(two: Any, tmp_path: Path) -> None:
    """As Ctrl-C does."""
    events = Ray(address=two.address).run(tasks(tmp_path, a="sleep:5"), WORK)
    next(events)
    events.close()  # type: ignore[attr-defined]
    time.sleep(6)

    assert kept(tmp_path) == set()


@pytest.mark.slow
def test_a_machine_with_another_grader_stops_all_before_the_first_task(two: Any, tmp_path: Path) -> None:
    """It is named, with what differs."""
    with pytest.raises(CallError, match=r"the grader is \d+ there, not 1"):
        run(two, tasks(tmp_path, a=""), replace(WORK, facts=stub.other_facts))
    assert begun(tmp_path) == []


@pytest.mark.slow
def test_what_no_machine_has_is_said_at_once(two: Any, tmp_path: Path) -> None:
    """Ray would wait for it for ever; a GPU that is only welcome is done without."""
    with pytest.raises(CallError, match="1 of a GPU"):
        run(two, tasks(tmp_path, a=""), replace(WORK, share=Share(1, 2**20, 1.0, gpu_needed=True)))
    with pytest.raises(CallError, match="64 core"):
        run(two, tasks(tmp_path, a=""), replace(WORK, share=Share(64, 2**20)))

    done = run(two, tasks(tmp_path, a=""), replace(WORK, share=Share(1, 2**20, 1.0)))
    assert done["a"].problem == ""


# --- who gets in ----------------------------------------------------------------------------------


STRANGER = """
import ray, sys
ray.init(address=sys.argv[1])
print(ray.get(ray.remote(lambda: "inside").remote()))
"""


def attempt(**environment: str) -> subprocess.CompletedProcess[str]:
    """A stranger's program that would run code in the cluster."""
    words = [sys.executable, "-c", STRANGER, environment.pop("address")]
    own = {**os.environ, **environment}
    return subprocess.run(words, env=own, capture_output=True, text=True, timeout=120)


@pytest.mark.slow
def test_only_who_has_the_token_gets_in(two: Any) -> None:
    """Without it, or with another one, nothing runs."""
    assert "inside" in attempt(address=two.address).stdout
    for wrong in ({"RAY_AUTH_TOKEN": "f" * 48}, {"RAY_AUTH_MODE": "disabled", "RAY_AUTH_TOKEN": ""}):
        found = attempt(address=two.address, **wrong)
        assert found.returncode and "inside" not in found.stdout


@pytest.mark.slow
def test_a_cluster_that_takes_anybody_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though this machine has a token."""
    with cluster(0, head_cores=1, mode="disabled") as made:
        monkeypatch.setattr(Ray, "__post_init__", lambda self: None)
        with pytest.raises(CallError, match="RAY_AUTH_MODE is disabled there, not token"):
            run(made, tasks(tmp_path, a=""))


TRIES = """
import glob, os, socket
def f(host, port):
    found = [name for name in os.environ if "RAY" in name]
    try:
        socket.create_connection((host, port), timeout=2)
        found.append("tcp")
    except OSError:
        pass
    for path in [*glob.glob("/tmp/ray/**", recursive=True), *glob.glob("/dev/shm/plasma*")]:
        try:
            open(path, "rb").close()
            found.append(path)
        except OSError:
            pass
        try:
            socket.socket(socket.AF_UNIX).connect(path)
            found.append(path)
        except OSError:
            pass
    secrets = [*glob.glob("/proc/*/environ"), os.path.expanduser("~/.ray/auth_token")]
    for path in [*secrets, *glob.glob("/root/.ray/*")]:
        try:
            found += [path] if %r in open(path, "rb").read() else []
        except OSError:
            pass
    return found
"""


@pytest.mark.slow
def test_a_submission_reaches_nothing_of_ray(two: Any, start: Start, rung: str) -> None:
    """On every rung: neither a port, nor a socket's file, nor its memory, nor the token."""
    host, port = two.address.split(":")
    socket.create_connection((host, int(port)), timeout=5).close()  # it is there
    program = TRIES % TOKEN.encode()
    held, free = (start(program, rung=name).ask(Call("f", (host, int(port)))) for name in (rung, "none"))

    assert held.value.value == []
    assert "tcp" in free.value.value


def test_signals_stay_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray sets handlers of its own; an interrupted class must still say that it goes on where it was."""

    def refusing(**words: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise ConnectionError("nobody there")

    monkeypatch.setattr("ray.init", refusing)
    before: Callable[..., Any] | int | None = signal.getsignal(signal.SIGTERM)
    with pytest.raises(CallError, match="No Ray cluster"), joining.connected("auto"):
        pass

    assert signal.getsignal(signal.SIGTERM) == before
