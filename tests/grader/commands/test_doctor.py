"""The doctor tells what this machine offers and what is missing."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from grader.commands import doctor
from grader.sandbox import isolation
from grader.sandbox.ladder import BWRAP, LANDLOCK, NONE
from grader.sandbox.probe import ProbeRow


def said(monkeypatch: pytest.MonkeyPatch, *rows: ProbeRow) -> str:
    monkeypatch.setattr(isolation, "survey_all", lambda: list(rows))
    console = Console(file=io.StringIO(), width=200)
    console.print(doctor.examine())
    assert isinstance(console.file, io.StringIO)
    return " ".join(console.file.getvalue().split())


def test_the_strongest_that_holds_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what would make a stronger one work."""
    bwrap = ProbeRow(BWRAP, False, "bwrap is not installed")
    text = said(monkeypatch, bwrap, ProbeRow(LANDLOCK, True), ProbeRow(NONE, True))

    assert "Student code is held by landlock." in text
    assert "bwrap is not installed" in text
    assert "install bubblewrap" in text


def test_how_the_workers_of_a_class_are_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rung may hold and yet fork none, and that is no refusal."""
    forked = ProbeRow(BWRAP, False, "Operation not permitted", forked=True)
    text = said(monkeypatch, ProbeRow(BWRAP, True), forked, ProbeRow(NONE, True))

    assert "Student code is held by bwrap." in text
    assert "bwrap, forked" in text
    assert "anew" in text


def test_none_is_no_isolation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only that works, grading refuses."""
    bwrap, landlock = ProbeRow(BWRAP, True, "", ("read secrets",)), ProbeRow(LANDLOCK, False, "old kernel")
    text = said(monkeypatch, bwrap, landlock, ProbeRow(NONE, True))

    assert "Student code can't be held here" in text
    assert "a program could read secrets" in text
