"""`python -m grader`, from any folder: no file of that folder is imported in the place of a module."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

HOME = str(Path(__file__).resolve().parents[1])


def searched(path: Iterable[str], here: str) -> list[str]:
    """Where modules are looked for: the checkout first, `here` only where Python itself lives there."""
    own = (sys.prefix, sys.base_prefix)
    return [HOME, *(entry for entry in path if os.path.realpath(entry) != here or entry.startswith(own))]


def _run() -> None:
    """Close the working folder to imports, for the processes below as well, and start."""
    here = os.path.realpath(os.curdir)
    sys.path[:] = searched(sys.path, here)
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join(searched(filter(None, given), here))
    os.environ["PYTHONSAFEPATH"] = "1"
    from grader.wall.collecting import importing

    with importing():
        from grader.commands.app import main
    main()


if __name__ == "__main__":
    _run()
