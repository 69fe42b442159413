"""What all gradings of a class need is prepared before they are forked, and nothing else happens."""

from __future__ import annotations

import gc
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from grader import judging, profiles, reports
from grader.classroom import identity, ready
from grader.engines.local import PRELOAD
from grader.paths import ROOT


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """What the tests leave behind is garbage again."""
    yield
    gc.unfreeze()


def test_a_class_starts_from_it_and_what_it_imports_exists() -> None:
    """A forkserver passes over what does not, and so does this."""
    assert [ready.__name__] == PRELOAD
    assert all(importlib.import_module(name) for name in ready.NEEDED)


@pytest.mark.slow
def test_what_it_imports_is_not_looked_through_for_garbage() -> None:
    """But once, when all is there."""
    counting = "import gc; import grader.classroom.ready; print(gc.get_stats()[2]['collections'])"
    done = subprocess.run([sys.executable, "-c", counting], cwd=ROOT, capture_output=True, check=True)

    assert int(done.stdout) <= 3


@pytest.mark.slow
def test_checks_and_course_years_are_there_and_no_thread_is_started() -> None:
    """Nor is anything in the environment, which the gradings inherit."""
    before = psutil.Process().num_threads(), dict(os.environ)
    ready.prepare()

    assert {f"grader.checks.{Path(name).stem}" for name in judging.FILES} <= sys.modules.keys()
    assert (psutil.Process().num_threads(), dict(os.environ)) == before
    assert identity.grader_sha.cache_info().currsize == 1
    made = profiles._built.cache_info().misses
    assert [profiles.load(name).name for name in profiles.names()] == list(profiles.names())
    assert profiles._built.cache_info().misses == made


@pytest.mark.parametrize("name", reports.USUAL)
def test_a_report_of_nothing_can_be_rendered(name: str) -> None:
    """It goes through templates, highlighting and schemas; where it is prepared a fault is passed over."""
    assert reports.RENDERERS[name](ready._nothing())
