from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from fixtures.attacks import ATTACKS, NEXT
from tools import attacks
from tools.attacks import END, START, Result, table, trials, write

NAMES = list(ATTACKS)[:3]


def fake(crash_at: str = "") -> object:
    """A stand-in for the process that grades: tells a result for each name, and may crash on one."""

    def started(rung: str, names: Sequence[str]) -> subprocess.Popen[str]:
        lines = []
        for name in names:
            if name == crash_at:
                break
            lines.append(json.dumps(asdict(Result(name, rung))))
        told = "".join(f"{line}\n" for line in lines)
        code = f"import sys; sys.stdout.write({told!r}); sys.exit({3 if crash_at else 0})"
        return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)

    return started


def test_every_attack_is_tried_and_each_process_then_grades_the_next_submission(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many processes there are."""
    monkeypatch.setattr(attacks, "_started", fake())
    results = list(trials("bwrap", NAMES, jobs=2))

    assert sorted(r.name for r in results) == sorted([*NAMES, NEXT.name, NEXT.name])
    assert not any(r.faults for r in results)


def test_a_crash_is_a_fault_of_the_attack_that_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the others are tried all the same."""
    monkeypatch.setattr(attacks, "_started", fake(crash_at=NAMES[1]))
    results = {r.name: r.faults for r in trials("bwrap", NAMES, jobs=1)}

    assert set(results) == {*NAMES, NEXT.name}
    assert [name for name, faults in results.items() if faults] == [NAMES[1]]
    assert results[NAMES[1]][0].startswith("the grader crashed or hung (exit code")


def test_the_table_shows_every_attack_and_what_did_not_hold(tmp_path: Path) -> None:
    """It replaces the old one, and nothing else of the page."""
    results = [Result(name, rung) for name in ATTACKS for rung in ("bwrap", "landlock")]
    results.append(Result(NAMES[0], "landlock", ("a secret is in the report",)))
    text = table(results)
    page = tmp_path / "page.md"
    page.write_text(f"before\n{START}\nold\n{END}\nafter\n")
    write(page, text)

    assert text.count("| held | held |") == len(ATTACKS) - 1
    assert "| held | **a secret is in the report** |" in text
    assert page.read_text() == f"before\n{START}\n{text}\n{END}\nafter\n"


def test_names_that_are_markup_break_no_table() -> None:
    """Some attacks are named by what they try."""
    rows = [line for line in table([]).splitlines() if line.startswith("| ")]

    assert all(line.isascii() and "<" not in line.replace("\\<", "") for line in rows)


def test_results_are_kept_until_tried_again(tmp_path: Path) -> None:
    """The last word on an attack counts, and of several tries at once the worst."""
    path = tmp_path / "build" / "attacks.jsonl"
    bad = Result(NAMES[0], "bwrap", ("a secret is in the report",))
    attacks.keep(path, [bad, Result(NAMES[1], "bwrap")])
    known = attacks.keep(path, [Result(NAMES[2], "bwrap", ("x",)), Result(NAMES[2], "bwrap")])
    assert [known[name, "bwrap"].faults for name in NAMES] == [bad.faults, (), ("x",)]

    assert attacks.keep(path, [Result(NAMES[0], "bwrap")])[NAMES[0], "bwrap"].faults == ()
