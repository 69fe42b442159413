from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from importlib.util import source_from_cache
from pathlib import Path

import pytest

from grader.errors import CallError, IsolationError
from grader.sandbox import isolation
from grader.sandbox.isolation import choose, explain, survey
from grader.sandbox.ladder import LADDER, RUNGS, Isolation
from grader.sandbox.probe import OUTLIVE, ProbeRow, probe
from grader.sandbox.staging import ROOT, Program, stage
from tests.grader.sandbox.conftest import HELD, Start
from tests.grader.sandbox.toy_operations import Call


def test_this_machine_has_a_rung() -> None:
    """Else the tests of the sandbox would test nothing."""
    assert HELD


def test_auto_takes_the_strongest_that_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ladder is tried from its top."""
    fails: set[str] = set()
    monkeypatch.setattr(isolation, "_probe", lambda name: row(name, works=name not in fails))
    for rung in LADDER:
        assert choose() is rung
        fails.add(rung.name)


def row(name: str, *, works: bool = True, possible: tuple[str, ...] = ()) -> ProbeRow:
    return ProbeRow(RUNGS[name], works, "" if works else "bwrap is not installed", possible)


@pytest.mark.parametrize("requested", ["auto", "bwrap", "landlock"])
def test_without_a_rung_grading_refuses_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, requested: str
) -> None:
    """It never takes less in silence, and names the one way to insist."""
    monkeypatch.setattr(isolation, "_probe", lambda name: row(name, works=False))
    with pytest.raises(IsolationError, match=r"libseccomp[\s\S]*--isolation none"):
        choose(requested)


def test_a_rung_that_leaks_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """To run is not to hold."""
    monkeypatch.setattr(isolation, "_probe", lambda name: row(name, possible=("read a file of this user",)))
    with pytest.raises(IsolationError, match="read a file of this user"):
        choose()


@pytest.mark.slow
def test_none_must_be_asked_for() -> None:
    """And is never tried before it is believed: it holds nothing."""
    assert choose("none").name == "none"
    assert not probe(RUNGS["none"]).holds
    assert OUTLIVE in probe(RUNGS["none"]).possible


def test_an_unknown_name_is_the_callers_mistake() -> None:
    """The message lists what there is."""
    with pytest.raises(CallError, match="bwrap, landlock, none"):
        choose("docker")


def test_the_survey_has_a_row_for_every_rung() -> None:
    """For the doctor's table."""
    rows = survey()

    assert [r.isolation.name for r in rows] == ["bwrap", "landlock", "none"]
    assert all(explain(r) for r in rows)
    assert all(r.isolation.covers and r.isolation.does_not_cover for r in rows)


def test_a_missing_program_is_a_finding_not_a_crash() -> None:
    """bubblewrap or libseccomp may be absent."""
    absent = Isolation("bwrap", (), (), lambda *_: ["/no/such/bwrap"])
    assert "no/such" in probe(absent).problem

    def missing(device: str) -> bytes:
        raise OSError("libseccomp is not here")

    assert "libseccomp" in probe(replace(RUNGS["landlock"], filters=(missing,))).problem


def test_the_stage_is_a_closed_list() -> None:
    """Neither the solutions nor what judges is copied, nor what was compiled of them."""
    made = stage(Program())
    try:
        names = {str(path.relative_to(made.folder)) for path in made.folder.rglob("*") if path.is_file()}
        compiled = {name for name in names if name.endswith(".pyc")}
        names -= compiled
        assert {source_from_cache(name) for name in compiled} <= names
        assert (made.files / "imagenet-simple-labels.json").is_file()
    finally:
        made.remove()

    assert not [n for n in names if n.endswith(("architecture.py", "reference/fcn.py", "reference/cam.py"))]
    assert {n.split("/")[1] for n in names if n.startswith("code/")} == {"grader"}
    ours = {n.removeprefix("code/grader/") for n in names if n.startswith("code/grader/")}
    assert {n for n in ours if not n.startswith("worker/")} == {
        *("__init__.py", "errors.py"),
        *("records/__init__.py", "records/reason.py", "records/submission.py"),
        *("wall/__init__.py", "wall/wire.py", "wall/draws.py", "wall/answers.py"),
        *("wall/recording.py", "wall/sketch.py", "wall/symbols.py", "wall/uncompiled.py", "wall/uneven.py"),
        *("wall/collecting.py", "wall/convolving.py", "wall/pooling.py", "wall/repeating.py"),
        *("wall/settling.py", "wall/marked.py", "wall/values.py"),
        *("wall/verbs/__init__.py", "wall/verbs/request.py", "wall/verbs/loading.py", "wall/verbs/models.py"),
        *("wall/verbs/challenge.py", "wall/verbs/confirming.py", "wall/verbs/copying.py"),
        *("wall/verbs/training.py", "wall/verbs/cam.py"),
    }
    assert "kit/FCN/trainer.py" in names


def test_the_kits_files_are_a_workers_own() -> None:
    """What is written into them without a wall reaches neither the checkout nor the next worker."""
    made, kit = stage(Program()), Path(__file__).parents[3] / "reference" / "kit" / "files"
    try:
        assert not made.files.resolve().is_relative_to(kit)
        assert [path for path in made.kit.rglob("*") if path.is_symlink()] == []
    finally:
        made.remove()


def test_the_worker_sees_no_more_than_it_needs(start: Start, rung: str) -> None:
    """Nothing of the project but installed packages, no home, no list of users."""
    source = """
import os
def f(paths):
    found = []
    for path in paths:
        try:
            with open(path) as file: file.read()
            found.append(path)
        except OSError: pass
    return found
"""
    secret = [str(path) for path in ROOT.rglob("*.py") if ".venv" not in path.parts]
    others = ["/etc/passwd", "/etc/shadow", "/etc/hostname", "/var/log/dpkg.log"]

    assert len(secret) > 50
    assert start(source, rung=rung).ask(Call("f", (secret + others,))).value.value == []


BLOCKED = """
import pyseccomp as s, errno, os, sys
filter = s.SyscallFilter(s.ALLOW)
for name in ("unshare", "mount", "clone3"):
    filter.add_rule(s.ERRNO(errno.EPERM if name != "clone3" else errno.ENOSYS), name)
filter.add_rule(s.ERRNO(errno.EPERM), "clone", s.Arg(0, s.MASKED_EQ, 0x10000000, 0x10000000))
filter.load()
from grader.sandbox.isolation import choose
print(choose().name)
"""


@pytest.mark.skipif("landlock" not in HELD, reason="this machine has no Landlock")
def test_where_namespaces_are_forbidden_landlock_is_taken() -> None:
    """As in a Docker container with its usual filter, which lets nobody make a namespace."""
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.stdout == "landlock\n", done.stderr
