from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.sandbox import seccomp
from grader.sandbox.ladder import BOOTSTRAP
from grader.sandbox.staging import ROOT
from tests.grader.sandbox.conftest import HELD

pytestmark = pytest.mark.skipif("landlock" not in HELD, reason="this machine has no Landlock")


def held(home: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run a shell's command under the supervisor, with all to read and a folder to write."""
    filters = [seccomp.descriptor(compiled("cpu")) for compiled in (seccomp.program, seccomp.silence)]
    config = {"read": ["/"], "write": [str(home)], "home": str(home), "filters": filters, "threads": 100}
    bootstrap = BOOTSTRAP.format(path=str(ROOT))
    arguments = [
        sys.executable,
        "-I",
        "-S",
        "-B",
        "-c",
        bootstrap,
        json.dumps(config),
        "/bin/sh",
        "-c",
        command,
    ]
    return subprocess.run(
        arguments,
        pass_fds=filters,
        capture_output=True,
        text=True,
        timeout=120,
        start_new_session=True,
        check=False,
    )


@pytest.mark.parametrize(("command", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137)])
def test_it_ends_as_the_worker_ends(tmp_path: Path, command: str, code: int) -> None:
    """By its exit code, or by 128 and the signal."""
    assert held(tmp_path, command).returncode == code


def test_what_the_worker_leaves_ends_with_it(tmp_path: Path) -> None:
    """Its output is read to the end: nobody holds it open."""
    assert held(tmp_path, "sleep 60 & (sleep 60 &) & echo done").stdout == "done\n"


def test_what_can_not_be_held_is_not_run(tmp_path: Path) -> None:
    """And says why."""
    result = held(tmp_path / "absent", "echo ran")

    assert result.stdout in ("", "ran\n")
    assert held(tmp_path, "echo x > /dev/null").returncode != 0
