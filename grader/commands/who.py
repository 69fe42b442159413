"""Whose word it is: GRADER_NAME, or whoever is logged in."""

from __future__ import annotations

import getpass
import os


def who() -> str:
    """The name under which marks are kept."""
    return os.environ.get("GRADER_NAME") or _login()


def _login() -> str:
    """Who is logged in; a machine may know no name for a number."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"user {os.getuid()}"
