"""Code beside the networks may do much, but change no library."""

from __future__ import annotations

import pytest

from grader.training.purity import doubt
from tests.grader.slim import SOURCE
from tests.grader.training.test_purity import slice_of


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("import time as t", ""),
        ("import sys", "`import sys`"),
        ("import ctypes", "`import ctypes`"),
        ("from importlib import import_module", "`import importlib`"),
        ("from torch.nn.modules.module import *", "`import torch.nn.modules.module`"),
        ("from torch import load", "`torch.load`"),
        ("F.relu = None", "`.relu` set from outside"),
        ("open('/proc/self/mem', 'wb')", "`open` to write"),
        ("class A(metaclass=B): pass", "a metaclass"),
        ("async def a(): pass", "`asyncfunctiondef`"),
    ],
)
def test_other_code_may_do_more_but_change_no_library(line: str, what: str) -> None:
    """The clock may be read, where networks can't see it."""
    source = line + ("\nload('x')" if line.endswith("load") else "")
    assert str(doubt(slice_of(SOURCE, source)) or "").startswith(what)
    assert bool(doubt(slice_of(SOURCE, source))) == bool(what)
