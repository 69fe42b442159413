"""Downloads the CMP Facade DB into the cache: `make data`."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

from reference import download

COLUMNS = ("{task.description}", BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())


def main(arguments: list[str]) -> int:
    """Install the data set into the folder given, or the cache; 1 and a reason if that can't be."""
    root = Path(arguments[0]) if arguments else download.cache()
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
