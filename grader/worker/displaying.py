"""What a notebook's kernel has beside Python: `display` and `get_ipython`, here for any code."""

from __future__ import annotations

import builtins
import importlib
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

TAG = re.compile(r"<[^<>]*>")


class Shell:
    """A kernel whose magics and settings do nothing."""

    def __getattr__(self, name: str) -> Shell:
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Do what any magic does here."""


def display(*objects: Any, **options: Any) -> None:
    """Print what a notebook would show of objects, as plain text."""
    for each in objects:
        sys.stdout.write(f"{_shown(each)}\n")


def _shown(each: Any) -> str:
    """The text of what is Markdown, HTML or LaTeX; of anything else what Python prints."""
    data = getattr(each, "data", None)
    if isinstance(data, str):
        return TAG.sub("", data)
    text = str(each)
    makes = getattr(each, "_repr_html_", None)
    if text.startswith("<") and callable(makes):
        with suppress(Exception):
            return TAG.sub(" ", makes())
    return text


def put_display(texts: Iterable[str]) -> None:
    """Let code find what a kernel has: by itself, and in IPython where code imports it."""
    shell = Shell()
    vars(builtins).update(display=display, get_ipython=lambda: shell)
    if not any("IPython" in text for text in texts):
        return
    with suppress(ImportError):
        importlib.import_module("IPython.display")
    for name in [name for name in sys.modules if name.partition(".")[0] == "IPython"]:
        if callable(vars(sys.modules[name]).get("display")):
            vars(sys.modules[name])["display"] = display
