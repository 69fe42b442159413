"""The grader starts on machines that lack a home, a name, a short path or letters."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PREPARED = "from grader.commands.surroundings import prepare; prepare();"
WHO = "import getpass; from pathlib import Path; print(Path.home(), getpass.getuser())"
NOBODY = "import os, pwd; os.getuid = lambda: 54321; pwd.getpwuid = {}.__getitem__;"


def run(code: str, **environment: str) -> str:
    """What a Python prints that has only these variables."""
    command = [sys.executable, "-c", code]
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run(command, env=known, cwd=ROOT, capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout.decode("latin-1")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_whatever_is_printed_can_be(encoding: str) -> None:
    """In any encoding; what it lacks is a question mark."""
    told = run(f"{PREPARED} print('a \\u2212 \\u0930 \\ud800 b')", PYTHONIOENCODING=encoding)

    assert told.startswith("a ") and told.endswith(" b\n")


def test_a_user_without_home_and_name_has_both() -> None:
    """For the time of the grading: afterwards nothing is left of them."""
    code = (
        f"{NOBODY} {PREPARED} from pathlib import Path; import getpass; print(Path.home(), getpass.getuser())"
    )
    home, _, name = run(code).strip().rpartition(" ")

    assert name == "54321"
    assert not Path(home).exists()


def test_who_has_a_home_keeps_it(tmp_path: Path) -> None:
    """And a name."""
    assert run(f"{PREPARED} {WHO}", HOME=str(tmp_path), LOGNAME="ann") == f"{tmp_path} ann\n"


def test_processes_meet_on_a_short_path_however_long_the_folder_is(tmp_path: Path) -> None:
    """The socket of a class's processes fits; files stay where they were asked to be."""
    long = tmp_path / ("x" * 100) / ("y" * 100)
    long.mkdir(parents=True)
    code = f"""{PREPARED}
import multiprocessing, tempfile
if __name__ == "__main__":
    context = multiprocessing.get_context("forkserver")
    process = context.Process(target=print)
    process.start(); process.join()
    print(process.exitcode, tempfile.gettempdir())
"""

    assert run(code, TMPDIR=str(long)).strip().endswith(f"0 {long}")
    assert list(long.iterdir()) == []
