"""Prepares such a machine: packages, programs and data from what was packed. Needs PyTorch's own packages."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

LIBRARIES = ("libcap.so.2", "libselinux.so.1", "libpcre2-8.so.0", "libseccomp.so.2")
LOCAL = Path("/usr/local/lib")


def main(folder: Path) -> None:
    """Install everything; what the system has already stays as it is."""
    from tools.gpu.__main__ import DATA, PROGRAMS, SITE

    _install(folder, SITE, PROGRAMS)
    sys.path.insert(0, str(SITE))
    for name in LIBRARIES:
        lend(name, PROGRAMS)
    from reference import edges
    from tools.gpu.pictures import unpack

    unpack(folder / "pictures.zip", DATA)
    if (folder / edges.FILE).exists():
        shutil.copy(folder / edges.FILE, DATA / edges.FILE)


def _install(folder: Path, site: Path, programs: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile"]
    wheels = sorted(map(str, (folder / "wheels").glob("*.whl")))
    subprocess.run([*command, "--no-cache-dir", "--upgrade", "--target", str(site), *wheels], check=True)
    for deb in sorted((folder / "debs").glob("*.deb")):
        subprocess.run(["dpkg", "-x", str(deb), str(programs)], check=True)


def lend(name: str, programs: Path) -> None:
    """Put a shared library where the loader finds it, if the system has none of that name."""
    with suppress(OSError):
        ctypes.CDLL(name)
        return
    for found in programs.rglob(name):
        shutil.copy(found.resolve(), LOCAL / name)
        subprocess.run(["ldconfig"], check=False)
        return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
