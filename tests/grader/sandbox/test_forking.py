from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from grader.sandbox import tree
from grader.sandbox.isolation import choose, warm
from grader.sandbox.ladder import RUNGS, Isolation
from grader.sandbox.limits import Limits
from grader.sandbox.parent import Forked, Parent
from grader.sandbox.process import Worker
from grader.sandbox.staging import Program
from tests.grader.sandbox.conftest import FORKED, TOY, Start
from tests.grader.sandbox.toy_operations import Call

pytestmark = pytest.mark.skipif(not FORKED, reason="no worker can be forked on this machine")
RUNG = next(iter(FORKED), "")


@pytest.fixture
def parent() -> Iterator[Parent]:
    """A parent of this test's own."""
    with warm(FORKED[RUNG], "cpu", TOY) as found:
        assert found is not None
        yield found


def started(parent: Parent, limits: Limits = Limits()) -> Worker:  # noqa: B008 - frozen
    worker = Worker(choose(parent=parent), limits, program=TOY)
    worker.wait_ready()
    return worker


def test_a_worker_is_forked_where_there_is_a_parent(parent: Parent) -> None:
    """It is no child of ours, has no folder of its own, and imports nothing anew."""
    worker = started(parent)
    above = tree.read(worker._popen.pid)
    worker.close()

    assert isinstance(worker._popen, Forked)
    assert worker.stage is None
    assert above is not None and above.parent != os.getpid()


LOOKING = """
import os
from pathlib import Path
def f(name):
    for folder in ("/tmp", "/dev/shm", "."):
        Path(folder, name).write_text("x")
    return [sorted(os.listdir(path)) for path in ("/tmp", "/dev/shm", "/dev/pts", ".")]
def g():
    return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
def h():
    paths = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
    return [os.readlink(path) for path in paths if os.path.exists(path)]
def i():
    status = Path("/proc/self/status").read_text().splitlines()
    wanted = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")
    return dict(line.split(":\\t") for line in status if line.split(":")[0] in wanted)
def j(path):
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC))
"""


def test_two_workers_of_one_parent_share_nothing(start: Start) -> None:
    """Neither files nor processes, nor a terminal; each sees its own first process and itself."""
    first, second = start(LOOKING, rung=RUNG), start(LOOKING, rung=RUNG)
    first.ask(Call("f", ("theirs",)))
    tmp, shm, terminals, home = second.ask(Call("f", ("mine",))).value.value

    assert "mine" in tmp and "theirs" not in tmp  # what a checkout below /tmp needs is there, too
    assert (shm, terminals, home) == (["mine"], [], ["files", "mine"])
    assert second.ask(Call("g")).value.value == [1, 2]


def test_a_worker_holds_no_descriptor_but_its_own(start: Start) -> None:
    """Above all not the socket by which its parent is asked."""
    held = start(LOOKING, rung=RUNG).ask(Call("h")).value.value

    sockets = [name for name in held if name.startswith("socket:")]
    assert len(sockets) == 1
    assert len(held) <= 5


def test_a_worker_has_no_right(start: Start) -> None:
    """No capability in any set, no way to gain one, and a filter."""
    found = start(LOOKING, rung=RUNG).ask(Call("i")).value.value

    assert {found.pop(name) for name in ("NoNewPrivs",)} == {"1"}
    assert found.pop("Seccomp") == "2"
    assert {int(bits, 16) for bits in found.values()} == {0}


@pytest.mark.parametrize(
    "path", ["/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/self/exe", "/x"]
)
def test_the_kernels_own_files_are_read_only(start: Start, path: str) -> None:
    """Also where root grades, whom the kernel would let: the interpreter too is mounted read-only."""
    with pytest.raises(Exception, match=r"Read-only|Permission|No such file or directory: '/proc"):
        start(LOOKING, rung=RUNG).ask(Call("j", (path,)))


def test_workers_end_with_their_parent(parent: Parent) -> None:
    """Nothing that was forked goes on unheld."""
    worker = started(parent)
    above = tree.read(worker._popen.pid)
    assert above is not None
    os.kill(above.parent, signal.SIGKILL)

    assert worker._popen.wait(5.0)
    worker.close()


def test_a_worker_ends_when_nobody_holds_it_any_more(parent: Parent) -> None:
    """As where the grader was killed: what stands above the worker sees it hang up."""
    worker = started(parent)
    held = tree.tree(worker._popen.pid)
    assert isinstance(worker._popen, Forked)
    worker._popen._control.shutdown(socket.SHUT_WR)

    tree.await_end(held)
    assert len(held) == 3
    assert [one for one in held if (now := tree.read(one.pid)) and now.state != "Z"] == []
    worker.close()


def test_without_its_parent_a_worker_is_started_anew(parent: Parent) -> None:
    """A parent that died costs time, no grading."""
    lost = choose(parent=parent)
    parent.sock.close()
    worker = Worker(lost, Limits(), program=TOY)
    worker.wait_ready()
    worker.close()

    assert worker.stage is not None


def test_a_parent_forks_no_other_program(parent: Parent) -> None:
    """It imported one."""
    worker = Worker(choose(parent=parent), Limits(), program=replace(TOY, preload=("json",)))
    worker.close()

    assert worker.stage is not None


def test_memory_that_workers_share_is_counted_once(parent: Parent) -> None:
    """The limit is the worker's: what stands above it has the parent's pages too, and adds none."""
    worker = started(parent)
    time.sleep(0.3)
    alone = tree.descendants(worker._popen.pid)
    seen = sum(process.resident for process in alone) - worker._shared
    worker.close()

    assert seen < 1.5 * alone[-1].resident


def test_a_program_with_threads_is_not_forked(tmp_path: Path) -> None:
    """Its threads would be missing: workers are started anew then."""
    module = tmp_path / "threads.py"
    module.write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    )
    program = Program(operations="threads", preload=(), extra=(module,))
    with warm(FORKED[RUNG], "cpu", program) as found:
        assert found is not None
        worker = Worker(choose(parent=found), Limits(), program=program)
        worker.close()

    assert worker.stage is not None


def test_what_a_parent_imports_is_not_looked_through_for_garbage(tmp_path: Path) -> None:
    """That would take a quarter of the time that it imports for."""
    module = tmp_path / "tidy.py"
    module.write_text("import gc\nassert not gc.isenabled()")
    program = Program(operations="tidy", preload=(), extra=(module,))
    with warm(FORKED[RUNG], "cpu", program) as found:
        assert found is not None
        worker = Worker(choose(parent=found), Limits(), program=program)
        worker.close()

    assert isinstance(worker._popen, Forked)


def test_rungs_that_cannot_fork_have_no_parent(rungs: Mapping[str, Isolation]) -> None:
    """Neither a rung without namespaces below its own, nor a GPU, which nobody forks."""
    with warm(RUNGS["none"], "cpu") as none, warm(FORKED[RUNG], "cuda") as cuda:
        assert (none, cuda) == (None, None)
