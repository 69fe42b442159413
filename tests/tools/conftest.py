"""A program that passes for the grader's Python."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

WRAPPER = """#!/bin/sh
if [ "$1" = "-m" ]; then exec "{python}" "{fake}" "$@"; fi
exec "{python}" "$@"
"""


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """Grades with a made-up verdict, and runs anything else as Python does."""
    wrapper = tmp_path / "python"
    fake = Path(__file__).with_name("fake_grader.py")
    wrapper.write_text(WRAPPER.format(python=sys.executable, fake=fake))
    wrapper.chmod(0o755)
    return wrapper
