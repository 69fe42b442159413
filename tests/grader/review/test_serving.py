"""The page is on this machine alone, and ends when it is told to."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fixtures.review_class import write
from grader.errors import CallError
from grader.review.serving import _socket

ROOT = Path(__file__).parents[3]


def test_only_this_machine_reaches_it() -> None:
    """The address is the loopback's, and the port any that is free."""
    with _socket(0) as listening:
        host, port = listening.getsockname()

        assert host == "127.0.0.1" and port > 1023
        with pytest.raises(CallError, match=f"Port {port} can't be used"):
            _socket(port)


@pytest.mark.slow
def test_the_command_serves_and_ends_quietly(tmp_path: Path) -> None:
    """It says where, and Ctrl-C ends it with 0."""
    write(tmp_path / "reports", 2)
    command = [sys.executable, "-m", "grader", "review", str(tmp_path / "reports"), "--no-open"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split(": ")[-1].strip()
        host, _, port = address.removeprefix("http://").partition("/")[0].partition(":")
        for _ in range(200):
            with socket.socket() as one:
                if one.connect_ex((host, int(port))) == 0:
                    break
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)

        assert process.wait(20) == 0
        assert "/open?token=" in address
