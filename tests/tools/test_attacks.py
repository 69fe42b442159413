from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.attacks import ATTACKS, GROUPS, NEXT
from fixtures.attacks.results import Key, Result, load, note
from fixtures.attacks.trying import Task, result_of
from grader.engines.work import Done
from tools import attacks
from tools.attacks import END, ONCE, START, chosen, figures, plan, table, usual, write

NAMES = list(ATTACKS)[:3]
RUNGS = ("bwrap", "bwrap, forked", "landlock")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Key]:
    """What was tried, by a machine on which all holds but the first attack on the last rung."""
    asked = list[Key]()

    def tried(wanted: list[Key], jobs: int) -> list[Result]:
        asked.extend(wanted)
        bad = ("a secret is in the report",)
        return [Result(*key, faults=bad if key == ("read files", "landlock") else ()) for key in wanted]

    (tmp_path / "page.md").write_text(f"before\n{START}\nold\n{END}\nafter\n")
    monkeypatch.setattr(attacks, "trials", tried)
    monkeypatch.setattr(attacks, "_rungs", lambda: RUNGS)
    monkeypatch.setattr(attacks, "RESULTS", tmp_path / "attacks.jsonl")
    monkeypatch.setattr(attacks, "PAGE", tmp_path / "page.md")
    return asked


@pytest.mark.slow
def test_a_whole_run_is_shown_and_goes_on_with_what_did_not_hold(made: list[Key], tmp_path: Path) -> None:
    """The page tells what did not hold; the exit code tells too; `--again` tries that alone."""
    assert attacks.main(["--all"]) == 1
    assert sorted(made) == sorted(plan(RUNGS))
    assert "**a secret is in the report**" in (tmp_path / "page.md").read_text()

    made.clear()
    assert attacks.main(["--all", "--again"]) == 1
    assert made == [("read files", "landlock")]


def test_the_judging_is_tried_once_and_the_sandbox_on_every_rung() -> None:
    """On the rung of a class; after all else comes the submission that nothing must have spoiled."""
    planned = plan(RUNGS)

    assert {rung for name, rung in planned if name in ONCE} == {"bwrap, forked"}
    assert {name for name, _ in planned} == set(ATTACKS)
    assert all((name, rung) in planned for name in set(ATTACKS) - ONCE for rung in RUNGS)
    assert [key for key in planned if key[1] == "landlock"][-1] == (NEXT.name, "landlock")
    assert {rung for _, rung in plan(["landlock"])} == {"landlock"}


def test_half_of_the_judging_s_attacks_are_tried_unless_all_are_asked_for() -> None:
    """Of each kind; the sandbox's are all tried, and what comes afterwards."""
    tried = {name for name, _ in usual(plan(RUNGS))}

    assert set(ATTACKS) - ONCE <= tried
    for group in GROUPS:
        kept = sum(attack.name in tried for attack in group.attacks)
        assert kept == ((len(group.attacks) + 1) // 2 if group.once else len(group.attacks))


@pytest.mark.slow
def test_half_a_run_leaves_the_page_as_it_is(made: list[Key], tmp_path: Path) -> None:
    """It tells of a whole run."""
    attacks.main([])

    assert made == usual(plan(RUNGS))
    assert "\nold\n" in (tmp_path / "page.md").read_text()


def test_some_attacks_can_be_chosen() -> None:
    """By their rung, on which all are tried then, and by words."""
    assert len(chosen(plan(RUNGS), ["landlock"], "")) == len(ATTACKS)
    assert chosen(plan(RUNGS), None, "read files") == [("read files", rung) for rung in RUNGS]


def test_a_crash_is_a_fault_of_the_attack_that_ran() -> None:
    """Whatever its process wanted to say."""
    task = Task(NAMES[0], "bwrap", Path("x"))
    found = result_of(Done(task, "its process ended with code -11", 2.04))

    assert found == Result(
        NAMES[0], "bwrap", ("the grader crashed or hung: its process ended with code -11",), seconds=2.0
    )


def test_the_table_shows_every_attack_and_what_did_not_hold(tmp_path: Path) -> None:
    """It replaces the old one, and nothing else of the page."""
    results = [Result(name, rung) for name in ATTACKS for rung in ("bwrap", "landlock")]
    results[1] = Result(NAMES[0], "landlock", ("a secret is in the report",), peak=3 << 29, computed=7.2)
    text = table(results)
    page = tmp_path / "page.md"
    page.write_text(f"before\n{START}\nold\n{END}\nafter\n")
    write(page, text)

    assert text.count("| held | held |") == len(ATTACKS) - 1
    assert "| held | **a secret is in the report** |" in text
    assert f"landlock: {len(ATTACKS)} tried, {len(ATTACKS) - 1} held" in text
    assert f"took at most 1.5 GiB ({NAMES[0]}) and 7 s" in text
    assert page.read_text() == f"before\n{START}\n{text}\n{END}\nafter\n"


def test_names_that_are_markup_break_no_table() -> None:
    """Some attacks are named by what they try."""
    rows = [line for line in table([]).splitlines() if line.startswith("| ")]

    assert all(line.isascii() and "<" not in line.replace("\\<", "") for line in rows)
    assert figures([]) == "Nothing was tried."


def test_results_are_kept_until_tried_again(tmp_path: Path) -> None:
    """The last word on an attack counts."""
    path = tmp_path / "build" / "attacks.jsonl"
    bad = Result(NAMES[0], "bwrap", ("a secret is in the report",), 1.5, 2.0, 3, 4.0)
    note(path, [bad, Result(NAMES[1], "bwrap")])
    assert load(path) == {(NAMES[0], "bwrap"): bad, (NAMES[1], "bwrap"): Result(NAMES[1], "bwrap")}

    note(path, [Result(NAMES[0], "bwrap")])
    assert load(path)[NAMES[0], "bwrap"].faults == ()
