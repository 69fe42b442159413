"""What a worker needs of one NVIDIA card: its device nodes, the driver's libraries, two variables."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

DEVICES = Path("/dev")
DRIVERS = (Path("/usr/local/nvidia"), Path("/usr/local/cuda"))  # where images put what is not beside libc
LIBRARY = "libcuda.so.1"


def nodes(device: str) -> list[str]:
    """The device nodes that a worker gets: those all cards share, and the chosen card's own.

    Cards that CUDA_VISIBLE_DEVICES names otherwise than by number, parts of one say, can't be told apart.
    """
    if device == "cpu":
        return []
    names = [path.name for path in DEVICES.glob("nvidia*")]
    cards = [name for name in names if re.fullmatch(r"nvidia\d+", name)]
    own = [f"nvidia{_chosen()}"] if _chosen().isdecimal() else cards
    return sorted(str(DEVICES / name) for name in names if name not in cards or name in own)


def libraries(device: str) -> list[str]:
    """The folders of the driver's libraries that lie outside of the system's."""
    if device == "cpu":
        return []
    found = [*DRIVERS, *(folder for folder in _searched() if (folder / LIBRARY).exists())]
    return [str(path) for path in dict.fromkeys(found) if path.exists()]


def environment(device: str) -> Mapping[str, str]:
    """Where the loader finds the driver, and which card is seen: inside, the chosen one is number 0."""
    if device == "cpu":
        return {}
    beside = [driver / name for driver in DRIVERS for name in ("lib64", "lib")]
    folders = [str(folder) for folder in (*beside, *_searched()) if (folder / LIBRARY).exists()]
    found = {"LD_LIBRARY_PATH": ":".join(dict.fromkeys(folders))} if folders else {}
    return {**found, "CUDA_VISIBLE_DEVICES": "0" if _chosen().isdecimal() else _chosen()}


def _chosen() -> str:
    return os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip()


def _searched() -> list[Path]:
    return [Path(name) for name in os.environ.get("LD_LIBRARY_PATH", "").split(":") if name.startswith("/")]
