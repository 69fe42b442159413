"""Start a program under an isolation, in a session of its own, with nothing of our environment."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from grader.sandbox import gpu, seccomp
from grader.sandbox.ladder import Isolation
from grader.sandbox.limits import Limits
from grader.sandbox.staging import Stage, torch_home

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
    prefix = isolation.wrap(stage, limits, device, filters)

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*prefix, str(stage.python), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=stage.home,
            env=environment(stage, threads, mark, device),
            pass_fds=[*fds, *filters],
            start_new_session=True,
        )

    try:
        return _launcher.submit(start).result(), mark
    finally:
        for descriptor in filters:
            os.close(descriptor)


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
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # large pages: half a gigabyte of weights comes and goes
        "MPLCONFIGDIR": home,
        "TORCH_HOME": str(torch_home()),
        "FCN_CAM_WEIGHTS": "seeded" if os.environ.get("FCN_CAM_WEIGHTS") == "seeded" else "cached",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
        "WORKER_MARK": mark,
        **gpu.environment(device),
        **{f"{name}_NUM_THREADS": str(threads) for name in ("OMP", "MKL", "OPENBLAS", "NUMEXPR")},
    }
