"""One worker process: started, watched, ended, and the reason why it ended."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from math import inf

from grader.errors import IsolationError
from grader.sandbox import folders, tree
from grader.sandbox.ladder import Isolation
from grader.sandbox.launch import INTERPRETER, fork, launch
from grader.sandbox.limits import Limits, human, rlimits
from grader.sandbox.parent import Forked
from grader.sandbox.staging import Program, Stage, stage
from grader.sandbox.stopwatch import Stopwatch
from grader.sandbox.usage import kernel_kills
from grader.wall.answers import Ready, read_answer
from grader.wall.verbs import Ping
from grader.wall.wire import receive

SAMPLE_SECONDS = 0.05  # between looks at its memory, which can grow by gigabytes in a second
SETTLE_SECONDS = 1.0  # for a process that hung up to end by itself, with its exit code
LOG_BYTES = 64 * 1024  # the end of its output, where a traceback stands
TOO_MANY_FILES = f"it made more than {folders.MOST} files"
MODULE = "grader.worker.__main__"
BOOTSTRAP = "import sys; sys.path += {path!r}; from {module} import main; main(sys.argv.pop())"


class Worker:
    """A running worker; `sock` is our end of the wall."""

    def __init__(
        self,
        isolation: Isolation,
        limits: Limits,
        *,
        device: str = "cpu",
        threads: int = 2,
        program: Program | None = None,
    ) -> None:
        self.isolation, self.limits = isolation, limits
        self.device, self.threads, self.program = device, threads, program or Program()
        self.killed_for = ""
        self._log = b""
        self._written = 0
        self._closed = False
        self._ready = False
        self._computed = 0.0  # when it was last looked at
        self._kills = kernel_kills()  # before it began
        self._seen: list[tree.Process] = []  # when it was last looked at
        self.sock, theirs = socket.socketpair()
        self.stage: Stage | None = None  # a folder of its own; one that was forked has its parent's
        self._mark = ""
        self._shared = 0  # bytes of its parent's that what stands above it has too
        try:
            self._popen = self._forked(theirs) or self._started(theirs)
        except (OSError, ImportError) as error:
            self.sock.close()
            self._remove()
            raise IsolationError(f"no worker can be started under {self.isolation.name}: {error}") from error
        finally:
            theirs.close()
        self._watch = threading.Thread(target=self._guard, name=f"watch-{self._popen.pid}", daemon=True)
        self._watch.start()

    def _forked(self, theirs: socket.socket) -> Forked | None:
        """Let the isolation's parent fork it; None where there is none, or it can't."""
        parent = self.isolation.parent
        if parent is None or parent.program != self.program or self.device != "cpu":
            return None
        config, fds = self._config(theirs), [theirs.fileno()]
        try:
            forked = fork(self.isolation, self.limits, MODULE, config, threads=self.threads, fds=fds)
        except OSError:
            return None
        above = tree.descendants(forked.pid)[:2]
        self._shared = sum(process.resident for process in above)
        return forked

    def _started(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        """Start a new interpreter."""
        self.stage = stage(self.program)
        bootstrap = BOOTSTRAP.format(path=self.stage.path, module=MODULE)
        arguments = [*INTERPRETER, "-c", bootstrap, self._config(theirs)]
        popen, self._mark = launch(
            self.isolation,
            self.stage,
            self.limits,
            arguments,
            device=self.device,
            threads=self.threads,
            fds=[theirs.fileno()],
        )
        return popen

    def _config(self, theirs: socket.socket) -> str:
        config = {
            "fd": theirs.fileno(),
            "rlimits": rlimits(self.limits, self.device),
            "preload": self.program.preload,
            "operations": self.program.operations,
            "device": self.device,
            "threads": self.threads,
        }
        return json.dumps(config)

    def _remove(self) -> None:
        if self.stage is not None:
            self.stage.remove()

    def wait_ready(self) -> None:
        """Wait until the worker has imported what is slow.

        Raises IsolationError: nothing of a student runs before, so it is never their fault.
        """
        if self._ready:
            return
        try:
            message = receive(self.sock, Ping().limits, time.monotonic() + self.limits.start_seconds)
        except (OSError, EOFError) as error:
            self.kill()
            raise IsolationError(f"the worker did not start ({error}): {self.ending}\n{self.log}") from error
        self._ready = isinstance(read_answer(message.header), Ready)

    @property
    def starting(self) -> bool:
        """Whether it is still to be waited for: it imports what is slow."""
        return not self._ready and not select.select([self.sock], [], [], 0)[0]

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._popen.poll() is None

    @property
    def computed(self) -> float:
        """Seconds of processor time that it and its descendants have had so far, or had when it ended."""
        found = sum(process.computed for process in tree.descendants(self._popen.pid))
        self._computed = max(self._computed, found)
        return self._computed

    def watch(self, disk: float = inf) -> Stopwatch:
        """Begin to count the time that it takes of its own; so long it may wait for a disk meanwhile."""
        return Stopwatch(self._popen.pid, self.threads, disk)

    @property
    def log(self) -> str:
        """The end of what the process wrote past Python's own print."""
        return self._log.decode(errors="replace")

    @property
    def ending(self) -> str:
        """Why the process ended, for people."""
        if self.killed_for:
            return self.killed_for
        code = self._popen.returncode
        if code is None:
            return "still running"
        number = -code if code < 0 else code - 128
        if code < 0 or (code > 128 and self.isolation.filters):  # something stands between it and us
            return f"killed by {signal_name(number)}"
        return f"exit code {code}"

    @property
    def is_victim(self) -> bool:
        """Whether the kernel seems to have ended it for want of memory, though it was within its limits."""
        killed = self._popen.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
        return killed and not self.killed_for and kernel_kills() > self._kills

    def settle(self) -> None:
        """After it hung up: let the process end by itself, so that its exit code can be told, else end it."""
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout=SETTLE_SECONDS)
        self.kill()

    # --- ending it ----------------------------------------------------------------------------------

    def kill(self, reason: str = "") -> None:
        """End the process and everything it started, and wait until they are gone.

        What was seen before is waited for too: bubblewrap's outer process ends before its inner one, which
        nothing leads to from then on.
        """
        self.killed_for = self.killed_for or reason
        processes = [*tree.tree(self._popen.pid), *self._seen]
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        tree.kill(processes)
        self._popen.wait()
        late = tree.marked(self._mark) if self.isolation.name == "none" else tree.tree(self._popen.pid)
        tree.kill(late)
        tree.await_end([*processes, *late])

    def close(self) -> None:
        """End the process, and remove its folder."""
        if not self._closed:
            self._closed = True
            self.sock.close()
            self.kill()
            self._watch.join(timeout=5)
            self._remove()

    # --- watching it --------------------------------------------------------------------------------

    def _guard(self) -> None:
        """Watch until the process ends; where watching itself fails, nothing goes on unwatched."""
        try:
            self._watch_it()
        except BaseException as error:
            self.kill(f"its watcher failed: {type(error).__name__}: {error}")
            raise

    def _watch_it(self) -> None:
        """Read what the process writes, so that it never blocks on us, and look at its size meanwhile."""
        pipe = self._popen.stdout
        assert pipe is not None
        looked, count = 0.0, 0
        with pipe:
            while True:
                readable, _, _ = select.select([pipe], [], [], SAMPLE_SECONDS)
                if readable and not self._drain(pipe.fileno()):
                    break
                if time.monotonic() - looked >= SAMPLE_SECONDS:
                    self._look(closely=self._ready and count % 10 == 0)
                    looked, count = time.monotonic(), count + 1
                if not readable and self._popen.poll() is not None:
                    break  # a process left behind may still hold the pipe

    def _drain(self, pipe: int) -> bool:
        data = os.read(pipe, 1 << 16)
        self._log = (self._log + data)[-LOG_BYTES:]
        self._written += len(data)
        if self._written > self.limits.console and not self.killed_for:
            self.kill(f"it wrote more than {human(self.limits.console)} to its console")
        return bool(data)

    def _look(self, closely: bool) -> None:
        """End the process where it, and all that it started, is over a limit; closely: twice a second."""
        processes = tree.descendants(self._popen.pid)
        self._seen = processes or self._seen
        limits = self.limits
        memory = sum(process.resident for process in processes) - self._shared
        if closely:
            memory += sum(tree.page_tables(process.pid) for process in processes)
        if memory > limits.memory:
            self.kill(f"it used more than {human(limits.memory)} of memory")
        elif len(processes) > limits.processes:
            self.kill(f"it started more than {limits.processes} processes")
        elif sum(process.threads for process in processes) > limits.threads:
            self.kill(f"it started more than {limits.threads} threads")
        elif closely and (excess := self._excess_of_files()):
            self.kill(excess)

    def _excess_of_files(self) -> str:
        """What there is too much of in the worker's folders; "" if nothing is."""
        if self.isolation.sized_home:  # by the kernel, which counts no files
            return TOO_MANY_FILES if tree.files(self._popen.pid) > folders.MOST else ""
        assert self.stage is not None, "no parent forks under such a rung"
        limits, found = self.limits, folders.measure(self.stage.home)
        if found.depth > folders.DEEPEST:
            return f"it put more than {folders.DEEPEST} folders into each other"
        if found.entries >= folders.MOST:
            return TOO_MANY_FILES
        return f"it wrote more than {human(limits.disk)} of files" if found.size > limits.disk else ""


def signal_name(number: int) -> str:
    """A signal as people know it: "signal 11 (SIGSEGV)"."""
    try:
        return f"signal {number} ({signal.Signals(number).name})"
    except ValueError:
        return f"signal {number}"
