"""Marks go out to a file and come in again, all or none."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from grader.commands.marks import export_marks, import_marks
from grader.commands.screen import Screen
from grader.errors import CallError
from grader.marks import store
from grader.marks.entry import Mark
from grader.marks.store import Store
from grader.records import saved
from tests.grader.a_class import FAILED, graded, key

KEY = saved.Key("s", "g", "r", "o")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    for name in ("alice", "bob"):
        saved.write(tmp_path / "out" / name, saved.Saved(KEY, graded(name)))
    return tmp_path / "out"


@pytest.fixture
def screen() -> Screen:
    return Screen(Console(file=io.StringIO(), width=500), Console(file=io.StringIO()))


def told(screen: Screen) -> str:
    assert isinstance(screen.out.file, io.StringIO)
    return screen.out.file.getvalue()


@pytest.mark.parametrize("name", ["marks.csv", "marks.toml"])
def test_a_filled_in_table_counts(out: Path, screen: Screen, name: str) -> None:
    """Beside the reports, not in them; the same file again adds nothing."""
    export_marks(screen, out, out.parent / "table.csv", None)
    table = (out.parent / "table.csv").read_text(encoding="utf-8-sig")
    (out.parent / "table.csv").write_text(table.replace("question1,,10,", "question1,8,10,"))
    import_marks(screen, out, out.parent / "table.csv", None)
    export_marks(screen, out, out.parent / name, None)
    import_marks(screen, out, out.parent / name, None)

    assert "2 of 2 marks are new" in told(screen) and "0 of 2 marks are new" in told(screen)
    standing = store.read(out.with_name("out.marks.sqlite"))
    assert {who: list(marks) for who, marks in standing.marks.items()} == {
        "alice": ["questions.question1"],
        "bob": ["questions.question1"],
    }


def test_one_fault_takes_nothing_over(out: Path, screen: Screen, tmp_path: Path) -> None:
    """Half a table is worse than none."""
    (tmp_path / "m.csv").write_text("submission,line,points\nalice,questions.question1,8\nbob,cam.maps,99\n")
    with pytest.raises(CallError, match="line 3"):
        import_marks(screen, out, tmp_path / "m.csv", tmp_path / "marks.sqlite")

    assert not (tmp_path / "marks.sqlite").exists()


def test_marks_are_signed(out: Path, screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By whom the file names, else by who imports it; a machine may know no name for them."""
    (tmp_path / "m.csv").write_text(
        "submission,line,points,by\nalice,questions.question1,8,Tara\nbob,questions.question1,7,\n"
    )
    monkeypatch.delenv("GRADER_NAME", raising=False)
    monkeypatch.setattr("getpass.getuser", lambda: (_ for _ in ()).throw(KeyError("uid")))
    import_marks(screen, out, tmp_path / "m.csv", tmp_path / "marks.sqlite")

    with Store.open(tmp_path / "marks.sqlite") as kept:
        assert [entry.who.split()[0] for entry in kept.entries()] == ["Tara", "user"]


def test_another_kind_of_file_is_refused(out: Path, screen: Screen, tmp_path: Path) -> None:
    """Before anything is written."""
    with pytest.raises(CallError, match=r"\.toml or \.csv"):
        export_marks(screen, out, tmp_path / "m.xlsx", None)


def test_a_decision_tells_whom_it_moves(out: Path, screen: Screen, tmp_path: Path) -> None:
    """And is kept as one entry, not as a mark for each."""
    saved.write(out / "alice", saved.Saved(KEY, graded("alice", crop=FAILED, why="padding 150")))
    (tmp_path / "m.toml").write_text(f"[[decision]]\ncause = '{key('padding 150')}'\ncomment = 'Accepted.'\n")
    import_marks(screen, out, tmp_path / "m.toml", None)

    assert "1 submission, +2 each" in told(screen)
    assert len(store.read(out.with_name("out.marks.sqlite")).decisions) == 1


def test_a_cause_that_nobody_has_may_be_misspelt(out: Path, screen: Screen, tmp_path: Path) -> None:
    """It is kept, for it may come; what comes close to it is said."""
    saved.write(out / "alice", saved.Saved(KEY, graded("alice", crop=FAILED, why="padding 150")))
    (tmp_path / "m.toml").write_text("[[decision]]\ncause = 'made.up(padding)'\ncomment = 'Accepted.'\n")
    import_marks(screen, out, tmp_path / "m.toml", None)

    assert (
        f"nobody's points change. No submission was found to have this cause; one has {key('padding 150')}."
        in told(screen)
    )


def test_what_waits_for_a_mark_is_counted(out: Path, screen: Screen, tmp_path: Path) -> None:
    """A table without marks is not an empty one; one that is out of date waits, too."""
    export_marks(screen, out, tmp_path / "m.csv", None)
    assert "0 marks were written" in told(screen) and "; 2 lines wait for one" in told(screen)

    with Store.open(store.beside(out)) as kept:
        kept.append("ta", Mark("alice", "questions.question1", 8.0, "", "another answer"))
    export_marks(screen, out, tmp_path / "m.csv", None)
    assert "1 mark was written" in told(screen) and told(screen).count("; 2 lines wait for one") == 2
