"""What was accepted is never lost, never changed, and never written over unseen."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from grader.errors import CallError, MarkConflict
from grader.marks import store as stores
from grader.marks.entry import Decision, Mark, Undo
from grader.marks.store import Store

ROOT = Path(__file__).parents[3]
MARK = Mark("alice", "questions.question1", 8.0, "Good.", "ab")


def writing(path: Path, code: str) -> subprocess.Popen[str]:
    """A process of its own with an open `store`."""
    start = f"""
        from pathlib import Path
        from grader.errors import MarkConflict
        from grader.marks.entry import Mark
        from grader.marks.store import Store
        store = Store.open(Path({str(path)!r}))
    """
    program = textwrap.dedent(start) + textwrap.dedent(code)
    return subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_entries_come_back_as_they_were_said(tmp_path: Path) -> None:
    """In order, numbered from 1, with who and when; a name may hold bytes that are no text."""
    odd = Mark("caf\udce9", "cam.maps", None, "x\u2028")
    with Store.open(tmp_path / "marks.sqlite") as store:
        said = [store.append("ta", MARK), store.append("tb", Decision("crop"))]
        said += [store.append("tb", odd), store.undo("ta", 1)]

    with Store.open(tmp_path / "marks.sqlite") as again:
        assert again.entries() == tuple(said)
        assert again.entries(since=3) == (said[3],)
    assert [entry.number for entry in said] == [1, 2, 3, 4]
    assert [entry.what for entry in said] == [MARK, Decision("crop"), odd, Undo(1, MARK.target)]


def test_nothing_is_changed_or_deleted(tmp_path: Path) -> None:
    """Not even by somebody with another program."""
    path = tmp_path / "marks.sqlite"
    with Store.open(path) as store:
        store.append("ta", MARK)
    other = sqlite3.connect(path)
    for statement in ("UPDATE entries SET who = 'x'", "DELETE FROM entries"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            other.execute(statement)


def test_who_did_not_see_the_last_word_is_refused(tmp_path: Path) -> None:
    """And told whose it is; another line is another matter."""
    with Store.open(tmp_path / "a") as one, Store.open(tmp_path / "a") as two:
        seen = one.version(MARK.target)
        two.append("tb", MARK, two.version(MARK.target))
        with pytest.raises(MarkConflict, match="tb has written") as refused:
            one.append("ta", MARK, seen)
        one.append("ta", Mark("bob", "cam.maps", 1.0), 0)

        assert refused.value.number == 1
        assert one.append("ta", MARK, one.version(MARK.target)).number == 3


def test_an_undo_is_a_word_on_the_same_line(tmp_path: Path) -> None:
    """Who did not see it is refused too; what is not there can't be taken back."""
    with Store.open(tmp_path / "a") as store:
        store.append("ta", MARK)
        store.undo("tb", 1)
        with pytest.raises(MarkConflict):
            store.append("ta", MARK, 1)
        with pytest.raises(CallError, match="no entry number 9"):
            store.undo("ta", 9)


def test_all_of_several_or_none(tmp_path: Path) -> None:
    """One that is refused takes the others with it."""
    other = Mark("bob", "cam.maps", 1.0)
    with Store.open(tmp_path / "a") as store:
        store.append("ta", MARK)
        with pytest.raises(MarkConflict):
            store.append_all("ta", [other, MARK], [0, 0])

        assert len(store.entries()) == 1
        assert len(store.append_all("ta", [other, MARK], [0, 1])) == 2


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    """As is one that a newer grader wrote."""
    (tmp_path / "a").write_text("no database " * 100)
    with pytest.raises(CallError, match="can't be used as a file of marks"):
        Store.open(tmp_path / "a")
    newer = sqlite3.connect(tmp_path / "b")
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(CallError, match="newer grader"):
        Store.open(tmp_path / "b")


def test_no_file_is_no_marks_and_none_is_made(tmp_path: Path) -> None:
    """Reading leaves no trace."""
    assert stores.read(tmp_path / "a").marks == {}
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("out", "path"),
    [("graded", "graded.marks.sqlite"), ("a/b", "a/b.marks.sqlite"), ("x/..", ".marks.sqlite")],
)
def test_marks_live_outside_of_the_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, path: str
) -> None:
    """Beside the folder, so that deleting reports deletes no mark."""
    monkeypatch.chdir(tmp_path)
    expected = tmp_path / path if out != "x/.." else tmp_path.with_name(f"{tmp_path.name}.marks.sqlite")

    assert stores.beside(Path(out)) == expected


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    """A slip of the pen would be a class without marks."""
    with pytest.raises(CallError, match="no file of marks"):
        stores.named(tmp_path / "typo.sqlite", tmp_path)

    assert stores.named(None, tmp_path / "out") == tmp_path / "out.marks.sqlite"


def test_threads_share_a_store(tmp_path: Path) -> None:
    """A web application answers several at once."""
    with Store.open(tmp_path / "a") as store:
        work = [
            threading.Thread(
                target=lambda n=n: [store.append("ta", Mark(f"{n}", f"{i}", 1.0)) for i in range(20)]
            )
            for n in range(5)
        ]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()

        assert [entry.number for entry in store.entries()] == list(range(1, 101))


def test_processes_that_start_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each makes the file if it is first; where they meet on a line one is refused and looks again."""
    code = """
        done = 0
        while done < 15:
            seen = store.version(Mark("a", "b", 1.0).target)
            try:
                store.append("ta", Mark("a", "b", 1.0), seen)
                done += 1
            except MarkConflict:
                pass
    """
    children = [writing(tmp_path / "a", code) for _ in range(4)]

    assert [child.wait(120) for child in children] == [0] * 4
    with Store.open(tmp_path / "a") as store:
        assert len(store.entries()) == 60


@pytest.mark.parametrize("after", [0, 1, 2, 5, 17, 40])
def test_killed_at_a_write_nothing_that_was_accepted_is_lost(tmp_path: Path, after: int) -> None:
    """A writer says each number once it is accepted, and is killed in the middle of the next."""
    child = writing(
        tmp_path / "a",
        """
        for n in range(100_000):
            print(store.append("ta", Mark("alice", f"line{n}", 1.0, "x" * 5000)).number, flush=True)
        """,
    )
    assert child.stdout is not None
    accepted = [int(child.stdout.readline()) for _ in range(after + 1)]
    time.sleep(after * 0.0007)
    os.kill(child.pid, signal.SIGKILL)
    accepted += [int(line) for line in child.stdout.read().split("\n") if line]
    child.wait()

    with Store.open(tmp_path / "a") as store:
        kept = [entry.number for entry in store.entries()]
        assert kept[: len(accepted)] == accepted
        assert len(kept) - len(accepted) <= 1  # written, and killed before it could say so
        store.append("tb", MARK)
    (sound,) = sqlite3.connect(tmp_path / "a").execute("PRAGMA integrity_check").fetchone()
    assert sound == "ok"


def test_killed_in_an_import_all_of_it_is_there_or_nothing(tmp_path: Path) -> None:
    """A table of 800 marks is one write."""
    child = writing(
        tmp_path / "a",
        """
        print("ready", flush=True)
        for n in range(1000):
            store.append_all("ta", [Mark(f"s{i}", f"line{n}", 1.0, "x" * 500) for i in range(800)])
        """,
    )
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(0.5)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()

    with Store.open(tmp_path / "a") as store:
        assert len(store.entries()) % 800 == 0


def test_what_a_newer_grader_said_is_not_guessed_at(tmp_path: Path) -> None:
    """An unknown kind of entry is told, with its number."""
    with Store.open(tmp_path / "a"):
        pass
    other = sqlite3.connect(tmp_path / "a")
    values = ["2026-01-01T00:00:00+00:00", "ta", "spell", json.dumps("x"), "{}"]
    other.execute("INSERT INTO entries (at, who, kind, target, body) VALUES (?, ?, ?, ?, ?)", values)
    other.commit()

    with Store.open(tmp_path / "a") as store, pytest.raises(CallError, match=r"entry 1: .*'spell'"):
        store.entries()


def test_a_file_without_its_entries_is_refused(tmp_path: Path) -> None:
    """Somebody took them out by hand."""
    with Store.open(tmp_path / "a") as store:
        other = sqlite3.connect(tmp_path / "a")
        other.execute("DROP TABLE entries")
        with pytest.raises(CallError, match="can't be read as a file of marks"):
            store.entries()
