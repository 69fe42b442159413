"""What is computed while a worker starts is what right submissions are compared with, and stops in time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from grader.diagnosis.copying import KINDS, SOURCES
from grader.evidence import ahead as under_test
from grader.evidence.ahead import ahead
from grader.evidence.case import Case
from grader.network.graph import replace_leaves, walk
from grader.network.reference import reference_output
from grader.records.submission import Chunk, Module, Slice, Submission
from reference.architecture import Pool, fcn8s, fcn32s

HELD = {f"{role}.{kind}": f"vgg/{source}.{kind}" for role, source in SOURCES.items() for kind in KINDS}


def case(source: str) -> Case:
    """One whose submission is this code; nobody is asked."""
    nobody: Any = None
    slice = Slice(modules=(Module("", (Chunk("cell 1", 1, source),)),))
    return Case(Submission("me", "", slice=slice), nobody, seed=1)


@pytest.mark.parametrize("source", ["nn.MaxPool2d(2, 2, ceil_mode=True)", "nn.MaxPool2d(2, 2)"])
@pytest.mark.parametrize("table", [fcn32s(12), fcn8s(12)], ids=lambda table: table.name)
def test_a_right_networks_reference_holds_all_of_it(source: str, table: Any) -> None:
    """Value by value, whichever way its pools round."""
    up = "ceil_mode" in source
    pools = {step.role: up for step in table.trunk if isinstance(step, Pool)}
    whole = replace_leaves(reference_output(table, (64, 76), pools), HELD)
    trunk = list(walk(under_test._trunk(case(source))))

    assert {node.key for node in trunk} < {node.key for node in walk(whole)}
    assert "vgg/classifier.3.weight" in {node["name"] for node in trunk if node.op == "leaf"}


def test_nothing_is_computed_once_the_worker_is_ready() -> None:
    """It would wait for us."""
    asked, done = case(""), list[str]()
    ahead(asked, lambda: False, first=lambda: done.append("something else"))

    assert (asked.evaluators, done) == ({}, [])


def test_something_else_is_done_first() -> None:
    """And nothing more where the worker is ready by then."""
    asked, done = case(""), list[str]()
    ahead(asked, lambda: not done, first=lambda: done.append("something else"))

    assert (asked.evaluators, done) == ({}, ["something else"])


@pytest.mark.parametrize("targets", [{}, {"FCN8s": ""}])
def test_no_network_is_compared_with_where_none_was_handed_in(
    targets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a person who handed in part 4 alone would wait for in vain."""
    asked, made = case(""), list[Case]()
    asked = replace(asked, submission=replace(asked.submission, slice=Slice(targets=targets)))
    monkeypatch.setattr(under_test, "_trunk", made.append)
    ahead(asked, lambda: True)

    assert len(made) == len(targets)


def test_what_breaks_ahead_breaks_where_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """There somebody decides whose fault it is."""
    monkeypatch.setattr(under_test, "_trunk", lambda case: 1 / 0)
    ahead(case(""), lambda: True)
