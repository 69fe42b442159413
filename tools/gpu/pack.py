"""Packs what such a machine lacks: wheels, bubblewrap, the pictures at half size, weights."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from reference import edges
from tools.gpu.pictures import pictures

PYTHON = "3.12"
PLATFORMS = (
    "manylinux2014_x86_64",
    *(f"manylinux_2_{n}_x86_64" for n in (39, 34, 31, 28, 27, 26, 24, 17, 5)),
)
DEBS = ("bubblewrap", "libcap2", "libselinux1", "libpcre2-8-0", "libseccomp2")
# On every machine with PyTorch and scientific packages, or not imported by what is graded there.
THERE = {
    "torch", "torchvision", "numpy", "pillow", "matplotlib", "hypothesis", "setuptools", "triton", "sympy",
    "networkx", "cuda-bindings", "cuda-toolkit", "cuda-pathfinder", "h5py", "scipy",
    "scikit-image", "scikit-learn", "pandas", "seaborn", "imageio", "tifffile", "joblib", "narwhals",
    "pygments", "ipython", "ipywidgets", "requests", "tqdm", "einops", "copydetect", "typer",
    "lightning", "pytorch-lightning",
}  # fmt: skip
MOST = 60e6  # bytes of all that travels


def pack(folder: Path, data: Path) -> None:
    """Fill a folder with all of it."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "wheels").mkdir(parents=True)
    (folder / "debs").mkdir()
    wheels(folder / "wheels")
    debs(folder / "debs")
    pictures(folder / "pictures.zip", data)
    for place in (data / edges.FILE, edges.path()):
        if place.is_file():
            shutil.copy(place, folder / edges.FILE)
            break
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: {size / 1e6:.1f} MB, {MOST / 1e6:.0f} at most")
    if size > MOST:
        raise SystemExit("That is too much: see which wheels are large, and on that machine already (THERE).")
    if not (folder / edges.FILE).is_file():
        print(f"Without {edges.FILE} (`make data ARGS=--edges`) the plans that start from it are left out.")


def wheels(folder: Path) -> None:
    """Download the wheels of what a grading imports, in the versions of this environment."""
    wanted = [f"{name}=={metadata.version(name)}" for name in sorted(needed())]
    options = [word for platform in PLATFORMS for word in ("--platform", platform)]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--python-version", PYTHON, "--implementation", "cp", *options, "--dest", str(folder)]
    subprocess.run([*command, *wanted], check=True)


def needed() -> set[str]:
    """List the packages that pyproject.toml asks for, with what they need, less what is there."""
    text = Path("pyproject.toml").read_text(encoding="utf-8")
    left = [Requirement(line) for line in tomllib.loads(text)["project"]["dependencies"]]
    found: set[str] = set()
    while left:
        asked = left.pop()
        name = canonicalize_name(asked.name)
        if name in THERE or name.startswith(("nvidia", "opencv")) or (name in found and not asked.extras):
            continue
        try:
            lines = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # needed elsewhere only
            continue
        found.add(name)
        left += [each for each in map(Requirement, lines) if _applies(each, asked.extras)]
    return found


def _applies(one: Requirement, extras: Iterable[str]) -> bool:
    """Whether a package that was asked for with these extras needs this one there."""
    where = {"python_version": PYTHON, "python_full_version": f"{PYTHON}.3"}
    return one.marker is None or any(one.marker.evaluate({**where, "extra": each}) for each in ("", *extras))


def debs(folder: Path) -> None:
    """Download bubblewrap and the libraries it loads."""
    subprocess.run(["apt-get", "download", "-qq", *DEBS], cwd=folder, check=True)
