"""The folder that a worker sees: the closed list of our code, the course kit, a place to write."""

from __future__ import annotations

import os
import py_compile
import shutil
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import cache_from_source
from pathlib import Path

from grader.sandbox import folders

ROOT = Path(__file__).resolve().parents[2]
CODE = (
    "grader/__init__.py",
    "grader/errors.py",
    "grader/records/__init__.py",
    "grader/records/reason.py",
    "grader/records/submission.py",
)
PACKAGES = ("grader/wall", "grader/worker")  # and all of their modules
FORKING = ("grader.sandbox", "grader.sandbox.kernel", "grader.sandbox.users", "grader.sandbox.forking")

# What students import, and what that needs itself: never the solutions (architecture, fcn, cam).
KIT = "reference/kit"
KIT_FOLDERS = ("FCN", "CAM", "files")
KIT_CODE = (
    *("reference/__init__.py", "reference/metrics.py", "reference/facades.py", "reference/trainer.py"),
    *("reference/kit/__init__.py", "reference/kit/weights.py"),
)

# What nearly every grading asks a worker for, imported while the submission is read.
SLOW = ("grader.worker.libraries", "torch", "torchvision")
# What students' slices import now and then.
USUAL = ("cv2", "matplotlib.pyplot", "PIL.Image", "tqdm", "sympy")


@dataclass(frozen=True, slots=True)
class Program:
    """What the worker process runs: the module of OPERATIONS, what it imports first, files beside it."""

    operations: str = "grader.worker.operations"
    preload: tuple[str, ...] = (*SLOW, "reference.kit.weights", "grader.worker.operations")
    extra: tuple[Path, ...] = ()

    @property
    def forked(self) -> tuple[str, ...]:
        """What a parent imports once for all of its workers: what students use, too, where torch is used."""
        usual = USUAL if "torch" in self.preload else ()
        return (*self.preload, *usual, self.operations, "grader.worker.__main__")


@dataclass(frozen=True, slots=True)
class Stage:
    """A worker's own folder: `code` and `kit` to read, `home` to write and to be in."""

    folder: Path
    python: Path = field(default_factory=lambda: Path(sys._base_executable).resolve())  # type: ignore[attr-defined]

    @property
    def code(self) -> Path:
        return self.folder / "code"

    @property
    def kit(self) -> Path:
        return self.folder / "kit"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def files(self) -> Path:
        return self.home / "files"

    @property
    def path(self) -> list[str]:
        """What the worker's `sys.path` gets beside the standard library."""
        return [*map(str, packages()), str(self.kit), str(self.code)]

    @property
    def readable(self) -> list[Path]:
        """Everything that a worker needs to read, and nothing else."""
        return [*interpreter(self.python), *packages(), *weights(), self.code, self.kit]

    def remove(self) -> None:
        """Delete the folder; whatever the worker wrote is gone."""
        folders.remove(self.home)
        shutil.rmtree(self.folder, ignore_errors=True)


def stage(program: Program, more: Iterable[str] = ()) -> Stage:
    """Make a worker's folder, with copies of what it may see, and of more of our modules."""
    made = Stage(Path(tempfile.mkdtemp(prefix="worker-")).resolve())
    modules = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    for file in [*(ROOT / name for name in CODE), *modules, *map(_file, more)]:
        _copy(file, made.code / file.relative_to(ROOT))
    for file in program.extra:
        _copy(file, made.code / file.name)
    for name in KIT_CODE:
        _copy(ROOT / name, made.kit / name)
    for name in KIT_FOLDERS:
        shutil.copytree(ROOT / KIT / name, made.kit / name, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in (made.code, made.kit):
        _let_read(folder)
    made.home.mkdir(mode=0o700)
    made.folder.chmod(0o711)  # a worker may have a user of its own
    made.files.symlink_to(made.kit / "files")
    return made


def _file(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _copy(source: Path, target: Path) -> None:
    """Copy a module, its time too, by which what Python compiled of it is known to fit."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
    with suppress(OSError):  # where none may be written, the worker compiles for itself
        compiled = _compiled(source)
        (target.parent / "__pycache__").mkdir(exist_ok=True)
        shutil.copyfile(compiled, target.parent / "__pycache__" / compiled.name)


def _let_read(folder: Path) -> None:
    """Let any user read a folder, however closed its files were where they come from."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))


def _compiled(source: Path) -> Path:
    """What Python compiled of a module, as an import leaves it; raises OSError."""
    compiled = Path(cache_from_source(source))
    outdated = not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime
    if outdated and not sys.dont_write_bytecode:
        py_compile.compile(str(source), str(compiled))
    return compiled


def interpreter(python: Path) -> list[Path]:
    """The interpreter itself, its standard library, and the system's shared libraries."""
    base = Path(sys.base_prefix).resolve()
    system = [Path(name) for name in ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache")]
    own = [python, base / "lib", base / "lib64"]
    return [path for path in (*system, *own, Path("/usr/share/zoneinfo")) if path.exists()]


def packages() -> list[Path]:
    """The folders of installed packages that this process itself uses."""
    return [path for path in map(Path, sys.path) if path.name in ("site-packages", "dist-packages")]


def weights() -> list[Path]:
    """The cache of torchvision's weights, where there is one."""
    from_hub = torch_home() / "hub" / "checkpoints"
    return [from_hub] if from_hub.is_dir() else []


def torch_home() -> Path:
    """Where torch keeps downloaded weights, as torch itself decides it."""
    cache = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    return Path(os.environ.get("TORCH_HOME", f"{cache}/torch"))
