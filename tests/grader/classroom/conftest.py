"""A class of one, whose grading is made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import grading
from grader.classroom.handed_in import Entry
from grader.classroom.people import Person
from tests.grader.classroom.one_of_many import Fake


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    fake = Fake()
    monkeypatch.setattr(grading, "grade", fake)
    return fake


@pytest.fixture
def alice(tmp_path: Path) -> Entry:
    path = tmp_path / "in" / "alice.ipynb"
    path.parent.mkdir()
    path.write_text("{}")
    return Entry("alice", path, (Person("Alice"),))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"
