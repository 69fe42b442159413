"""What holds for every test."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import settings

from tests.share import FEW

# A busy machine is slow, and that is no fault of what is tested. `make test` without SLOW=1 is quick.
settings.register_profile("patient", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=FEW)
settings.load_profile("patient")


def pytest_xdist_auto_num_workers() -> int:
    """Return one process more than there are cores: in many tests one waits for what another one does."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Keep what was imported and collected out of every later collection, which the worker asks for often."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def _collected() -> None:
    """What modules before this one left alive stays: no collection of a test walks through it again."""
    gc.collect()
    gc.freeze()
