"""Which engine is asked for, and that it can be had here: said before any work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from grader.engines import local
from grader.engines.work import Engine
from grader.errors import CallError

LIBRARIES = {"ray": "ray", "slurm": "submitit"}  # engine -> what its extra brings

SHARED = ".slurm"  # in the folder of reports: what jobs read and leave


@dataclass(frozen=True, slots=True)
class Where:
    """Where submissions are graded, and how many at once; `gpu_share` is what each takes of a GPU there."""

    engine: str = "local"
    jobs: int | None = None
    gpu_share: float = 1.0
    slurm: tuple[str, ...] = ()

    @property
    def is_here(self) -> bool:
        """Whether this machine grades."""
        return self.engine == "local"


def choose(where: Where, device: str, isolation: str, folder: Path) -> Engine:
    """The engine; `folder` is one that all machines see. Raises CallError where it can't be had."""
    if not where.is_here and isolation == "none":
        raise CallError("--isolation none is for this machine alone: student code could take over a cluster.")
    if (library := LIBRARIES.get(where.engine)) and find_spec(library) is None:
        raise CallError(
            f"--engine {where.engine} needs {library}, which is not here. On this and every machine, type\n"
            f"  .venv/bin/python -m pip install --no-deps --require-hashes -r lock/{where.engine}.txt"
        )
    if where.slurm and where.engine != "slurm":
        raise CallError("--slurm says how Slurm is asked: it goes with --engine slurm.")
    return MAKERS[where.engine](where, device, folder)


def _local(where: Where, device: str, folder: Path) -> Engine:
    return local.Local(where.jobs or local.default_jobs(device))


def _ray(where: Where, device: str, folder: Path) -> Engine:
    from grader.engines.ray import Ray

    return Ray(where.jobs)


def _slurm(where: Where, device: str, folder: Path) -> Engine:
    from grader.engines.slurm import Slurm, settings

    return Slurm(folder.resolve() / SHARED, where.jobs, settings(where.slurm))


MAKERS: dict[str, Callable[[Where, str, Path], Engine]] = {"local": _local, "ray": _ray, "slurm": _slurm}
