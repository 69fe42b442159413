from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import IsolationError, StudentDied, StudentRaised
from grader.sandbox import tree
from grader.sandbox.ladder import RUNGS
from grader.sandbox.limits import Limits, MiB
from grader.sandbox.process import Worker
from grader.sandbox.staging import Program
from grader.wall.verbs import Done, Ping
from tests.grader.sandbox.conftest import Start
from tests.grader.sandbox.toy_operations import Call
from tests.share import every

LIMITS = Limits()

HOG = "def f():\n    kept = []\n    while True: kept.append(bytearray(b'x' * 2**20))"
CHILDREN = """
import os, time
def f():
    for _ in range(4):
        if os.fork() == 0:
            kept = bytearray(b'x') * (100 * 2**20)
            time.sleep(60)
    time.sleep(60)
"""
FORK_BOMB = "import os, time\ndef f():\n    for _ in range(2000):\n        if os.fork() == 0: time.sleep(60)"
THREADS = """
import threading, time
def f():
    for _ in range(5000): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    time.sleep(60)
"""
FLOOD = "import os\ndef f():\n    while True: os.write(1, b'x' * 65536)"


def test_a_memory_hog_is_told_so(start: Start, rung: str) -> None:
    """As a MemoryError with its line where the kernel refuses, else by the watch."""
    student = start(HOG, rung=rung, limits=replace(LIMITS, memory=200 * MiB))
    with pytest.raises((StudentRaised, StudentDied), match=r"MemoryError|more than 200 MiB of memory"):
        student.ask(Call("f"))

    assert student.ask(Ping()).value == Done()


def test_memory_counts_for_all_processes_together(start: Start, rung: str) -> None:
    """No child is beyond what the kernel allows to one, all of them are."""
    student = start(CHILDREN, rung=rung, limits=replace(LIMITS, memory=400 * MiB))
    with pytest.raises(StudentDied, match="more than 400 MiB of memory"):
        student.ask(Call("f"))


def test_a_fork_bomb_is_bounded(start: Start, rung: str) -> None:
    """Root is not bounded by the kernel's own limit, hence the watch."""
    student = start(FORK_BOMB, rung=rung, limits=replace(LIMITS, processes=20))
    with pytest.raises((StudentRaised, StudentDied), match=r"more than 20 processes|BlockingIOError"):
        student.ask(Call("f"))

    assert student.ask(Ping()).value == Done()


ORPHANS = """
import ctypes, os, time
def f():
    ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)
    for _ in range(40):
        if os.fork() == 0:
            if os.fork(): os._exit(0)
            time.sleep(60)
        os.wait()
    time.sleep(60)
"""


def test_orphans_count(start: Start, rung: str) -> None:
    """Whoever ends between a process and its grandparent hides nothing."""
    student = start(ORPHANS, rung=rung, limits=replace(LIMITS, processes=20))
    with pytest.raises(StudentDied, match="more than 20 processes"):
        student.ask(Call("f"))


TABLES = """
import ctypes, time
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
def f():
    where = libc.mmap(None, ctypes.c_size_t(1 << 38), 1, 0x4022, -1, ctypes.c_long(0))
    for at in range(where, where + (1 << 38), 1 << 21): ctypes.c_char.from_address(at).value
    time.sleep(60)
"""


@pytest.mark.slow
def test_tables_of_memory_are_memory(start: Start, rung: str) -> None:
    """They hold 512 MiB though no page of it is the process's own."""
    student = start(TABLES, rung=rung, limits=replace(LIMITS, memory=300 * MiB))
    with pytest.raises(StudentDied, match="more than 300 MiB of memory"):
        student.ask(Call("f"))


NESTED = """
import os, time
def f():
    for _ in range(1500): os.mkdir('d'); os.chdir('d')
    time.sleep(60)
"""
EMPTY = """
import os, time
def f():
    for n in range(80_000): os.close(os.open(str(n), os.O_CREAT))
    time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.parametrize("source", [NESTED, pytest.param(EMPTY, marks=pytest.mark.slow)])
def test_files_without_size_are_bounded(start: Start, source: str) -> None:
    """Folders in folders, and files that hold nothing, take the kernel's memory and our time."""
    student = start(source, rung="none")
    with pytest.raises(StudentDied, match=r"60 folders into each other|more than 50000 files"):
        student.ask(Call("f"))


def test_without_its_watcher_a_worker_ends(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong with watching, nothing goes on unwatched."""
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    student = start("import time\ndef f(): time.sleep(60)")
    student.ask(Ping())
    monkeypatch.setattr(Worker, "_look", lambda *_, **__: 1 / 0)
    with pytest.raises(StudentDied, match="its watcher failed: ZeroDivisionError"):
        student.ask(Call("f"))


def test_threads_are_bounded(start: Start, rung: str) -> None:
    """They cost the kernel what processes cost."""
    student = start(THREADS, rung=rung, limits=replace(LIMITS, threads=100))
    with pytest.raises((StudentRaised, StudentDied), match=r"more than 100 threads|can't start new thread"):
        student.ask(Call("f"))


def test_a_flood_past_print_is_stopped(start: Start, rung: str) -> None:
    """Its end is kept for the log, no more."""
    student = start(FLOOD, rung=rung, limits=replace(LIMITS, console=MiB))
    with pytest.raises(StudentDied, match="more than 1 MiB to its console"):
        student.ask(Call("f"))

    assert 0 < len(student.log) <= 64 * 1024


def test_print_by_the_megabyte_is_no_fault(start: Start, rung: str) -> None:
    """It is cut, and what comes after it still counts."""
    student = start("def f():\n    for _ in range(100): print('x' * 99_999)\n    return 5", rung=rung)
    reply = student.ask(Call("f"))

    assert reply.value.value == 5
    assert len(reply.stdout) < 70_000
    assert "more characters were printed]" in reply.stdout


# By the system's own call: a worker's `open` writes into its own folder what another does not take.
FILES = """
import os
def f(folder):
    for n in range(1000):
        file = os.open(f'{folder}/{n}', os.O_WRONLY | os.O_CREAT)
        os.write(file, b'x' * 2**20)
        os.close(file)
    import time; time.sleep(5)
"""


def test_files_are_bounded(start: Start, rung: str) -> None:
    """By the size of a folder in memory, or by the watch."""
    student = start(FILES, rung=rung, limits=replace(LIMITS, disk=4 * MiB))
    with pytest.raises((StudentRaised, StudentDied), match=r"No space left|more than 4 MiB of files"):
        student.ask(Call("f", (".",)))


@pytest.mark.parametrize("folder", every(3, ["/", "/dev", "/dev/shm", "/tmp", "/usr/lib", "/var/tmp"]))
def test_nowhere_else_can_be_written_without_bound(start: Start, rung: str, folder: str) -> None:
    """Read-only, absent, or of a size."""
    student = start(FILES, rung=rung, limits=replace(LIMITS, disk=4 * MiB))
    with pytest.raises(StudentRaised, match=r"No space left|denied|Read-only|No such file"):
        student.ask(Call("f", (folder,)))


def test_a_worker_that_can_not_start_is_our_fault() -> None:
    """Nothing of a student runs before it is ready."""
    worker = Worker(RUNGS["none"], LIMITS, program=Program(preload=("no_such_module",)))
    with pytest.raises(IsolationError, match="no_such_module"):
        worker.wait_ready()
    worker.close()


def test_the_kernel_ends_a_worker_before_anything_else(start: Start, rung: str) -> None:
    """Where memory runs out before our own limit is reached."""
    student = start("", rung=rung)
    student.ask(Ping())
    assert student._worker is not None
    last = tree.tree(student._worker._popen.pid)[-1]

    assert Path(f"/proc/{last.pid}/oom_score_adj").read_text() == "1000\n"


def test_an_environment_of_ours_does_not_reach_the_worker(
    start: Start, rung: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys and tokens are in environments."""
    monkeypatch.setenv("SECRET_TOKEN", "abc")
    student = start(
        "import os\ndef f(): return str(dict(os.environ)) + open('/proc/self/environ').read()", rung=rung
    )

    assert "abc" not in student.ask(Call("f")).value.value


def test_no_descriptor_of_ours_reaches_the_worker(start: Start, rung: str) -> None:
    """Input, output, and the wall."""
    with Path("/etc/hostname").open() as ours:
        os.set_inheritable(ours.fileno(), True)
        student = start("import os\ndef f(): return sorted(map(int, os.listdir('/proc/self/fd')))", rung=rung)
        fds = student.ask(Call("f")).value.value

    assert len(fds) == 5  # the fifth is the listing itself
