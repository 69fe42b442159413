"""Start a program under an isolation, in a session of its own, with nothing of our environment.

Either a new interpreter does, or a parent forks it that has imported what is slow.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress

from grader.sandbox import gpu, seccomp
from grader.sandbox.ladder import Isolation
from grader.sandbox.limits import Limits
from grader.sandbox.parent import Forked, Parent
from grader.sandbox.staging import FORKING, Program, Stage, stage, torch_home

INTERPRETER = ("-s", "-S", "-P", "-B", "-X", "faulthandler")  # Python's options, for whatever runs a worker
SETTLE_SECONDS = 2.0  # for a parent of workers to end by itself
# To the kernel a sandbox's parent is the thread that started it: when that ends, the sandbox is killed.
_launcher = ThreadPoolExecutor(max_workers=1, thread_name_prefix="launcher")


def launch(
    isolation: Isolation,
    stage: Stage,
    limits: Limits,
    arguments: Sequence[str],
    *,
    device: str = "cpu",
    threads: int = 2,
    fds: Sequence[int] = (),
) -> tuple[subprocess.Popen[bytes], str]:
    """Start the interpreter with `arguments`; its output is in `.stdout`, its mark in its environment.

    Raises OSError when the program or the filter can't be had.
    """
    mark = secrets.token_hex(8)
    filters = [seccomp.descriptor(compiled(device)) for compiled in isolation.filters]
    words = [*isolation.wrap(stage, limits, device, filters), str(stage.python), *arguments]
    surroundings = environment(stage, threads, mark, device)
    try:
        return _start(words, stage, surroundings, [*fds, *filters], output=subprocess.PIPE), mark
    finally:
        for descriptor in filters:
            os.close(descriptor)


def _start(
    words: Sequence[str],
    stage: Stage,
    surroundings: Mapping[str, str],
    fds: Sequence[int],
    output: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    return _launcher.submit(
        subprocess.Popen,
        words,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=stage.home,
        env=surroundings,
        pass_fds=fds,
        start_new_session=True,
    ).result()


def fork(
    isolation: Isolation,
    limits: Limits,
    module: str,
    argument: str,
    *,
    threads: int = 2,
    fds: Sequence[int] = (),
) -> Forked:
    """Let an isolation's parent start a module's main; raises OSError where it can't."""
    parent = isolation.parent
    assert parent is not None, "there is one"
    return parent.fork(
        module,
        argument,
        environment=environment(parent.stage, threads, "", "cpu"),
        filters=[compiled("cpu") for compiled in isolation.filters],
        fds=fds,
        seconds=limits.start_seconds,
    )


@contextmanager
def parent(isolation: Isolation, limits: Limits, program: Program) -> Iterator[Parent]:
    """A process that forks workers of a program; it ends, and they with it, when this does.

    Raises OSError where it can't be started.
    """
    assert isolation.nest is not None, "only where workers may be forked"
    made = stage(program, FORKING)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    bootstrap = f"import sys; sys.path += {made.path!r}; from {FORKING[-1]} import main; main(sys.argv.pop())"
    config = _parents_config(made, limits, program, theirs.fileno())
    words = [str(made.python), *INTERPRETER, "-c", bootstrap, config]
    alone = environment(made, 1, "", "cpu")  # one thread each: what has more can't be forked
    with ours, theirs, ExitStack() as stack:
        stack.callback(made.remove)
        process = _start([*isolation.nest(made, limits), *words], made, alone, [theirs.fileno()])
        stack.callback(_end, process, ours)
        theirs.close()
        yield Parent(isolation.name, ours, made, program)


def _parents_config(made: Stage, limits: Limits, program: Program, fd: int) -> str:
    config = {
        "fd": fd,
        "preload": program.forked,
        "home": str(made.home),
        "files": str(made.kit / "files"),
        "through": [str(path) for path in made.readable if path.is_relative_to("/tmp")],
        "disk": limits.disk,
    }
    return json.dumps(config)


def _end(process: subprocess.Popen[bytes], sock: socket.socket) -> None:
    """End a parent: it goes by itself when nobody can ask any more, and all that it forked goes with it."""
    sock.close()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=SETTLE_SECONDS)
    process.kill()
    process.wait()


def environment(stage: Stage, threads: int, mark: str, device: str) -> dict[str, str]:
    """The whole environment of a worker."""
    home = str(stage.home)
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": home,
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        "MPLBACKEND": "Agg",
        "OMP_WAIT_POLICY": "PASSIVE",  # the trusted side works on the same cores
        # Large pages: half a gigabyte of weights comes and goes. The C library finds out what there are where
        # it can see /sys, which a sandbox may lack; torch asks for them anyway.
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
        "THP_MEM_ALLOC_ENABLE": "1",
        "MPLCONFIGDIR": home,
        "TORCH_HOME": str(torch_home()),
        "FCN_CAM_WEIGHTS": "seeded" if os.environ.get("FCN_CAM_WEIGHTS") == "seeded" else "cached",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
        "WORKER_MARK": mark,
        **gpu.environment(device),
        **{f"{name}_NUM_THREADS": str(threads) for name in ("OMP", "MKL", "OPENBLAS", "NUMEXPR")},
    }
