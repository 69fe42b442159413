from __future__ import annotations

import math
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from grader import ceiling
from grader.classroom import batch
from grader.errors import Unverified


def test_what_takes_too_long_is_interrupted() -> None:
    """And nothing of the alarm is left."""
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(Unverified, match="is used up"), ceiling.until(time.monotonic() + 0.2):
        while True:
            pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_what_catches_the_interruption_is_interrupted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that goes on after any exception does not go on for ever."""
    monkeypatch.setattr(ceiling, "AGAIN", 0.1)
    caught = list[Unverified]()
    with pytest.raises(Unverified, match="reading one"), ceiling.until(time.monotonic() + 0.1, "reading"):
        while len(caught) < 3:
            try:
                time.sleep(30)
            except Unverified as error:
                caught.append(error)
        raise caught[-1]


def test_where_no_system_tells_what_a_process_has_no_limit_is_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """macOS has no /proc: what is read and judged there is bounded in time alone."""
    monkeypatch.setattr(ceiling, "STATUS", tmp_path / "status")
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with ceiling.memory():
        assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_what_begins_too_late_does_not_begin() -> None:
    """Neither here nor in a thread, which can't be interrupted."""
    with pytest.raises(Unverified), ceiling.until(time.monotonic() - 1):
        raise AssertionError("it began")


@pytest.mark.parametrize("deadline", [math.inf, 1e9])
def test_what_is_in_time_is_left_alone(deadline: float) -> None:
    """Also where there is no deadline, and in a thread."""
    ran = []

    def work() -> None:
        with ceiling.until(deadline):
            ran.append(True)

    work()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ran == [True, True]


def test_more_memory_than_the_ceiling_is_refused() -> None:
    """As an exception, which costs the check that asked for it; afterwards all is as it was."""
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with ceiling.memory(256 << 20):
        with pytest.raises(MemoryError):
            np.zeros(16 << 30, np.uint8)  # more than other tests of this process can give back meanwhile
        assert np.zeros(64 << 20, np.uint8).size

    assert resource.getrlimit(resource.RLIMIT_DATA) == before


HOLES = """
import numpy as np
from grader import ceiling

large = np.ones(30 << 20, np.uint8)
del large  # from then on glibc would take blocks up to that size from its heap
with ceiling.memory(256 << 20):
    blocks = [np.ones(10 << 20, np.uint8) for _ in range(20)]
    del blocks[:-1]
    np.ones(200 << 20, np.uint8)
"""


def test_what_was_freed_can_be_had_again() -> None:
    """Below what is still held, too: the kernel counts all of a heap."""
    done = subprocess.run([sys.executable, "-c", HOLES], timeout=300, check=False)
    assert done.returncode == 0


FORKED = """
import os
import numpy as np
from grader import ceiling

wide, tall = np.ones((1000, 512)), np.ones((512, 49))
if os.fork() == 0:  # as a class forks its gradings, long after NumPy was imported
    with ceiling.memory(8 << 20):
        wide @ tall
    os._exit(0)
os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_arithmetic_goes_on_where_there_is_no_more_memory() -> None:
    """OpenBLAS asks for ever for what its threads work in: it has that before the memory is limited."""
    done = subprocess.run([sys.executable, "-c", FORKED], timeout=300, check=False)
    assert done.returncode == 0


def test_a_grading_ends_by_itself_before_a_class_ends_it() -> None:
    """Else what was earned would be lost."""
    for plan in ("none", "smoke", *ceiling.LONG):
        assert ceiling.seconds(plan) < batch.CEILINGS.get(plan, batch.CEILING)
