"""The marks of a class in one SQLite file: entries are added, never changed and never deleted.

What `append` returned is on the disk: a process killed at any moment loses nothing of it. Several processes
may write at once; one that did not see the last word on a line is refused, so nobody overwrites unseen.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from grader.errors import CallError, MarkConflict
from grader.marks import rows
from grader.marks.entry import KINDS, Entry, Undo, What
from grader.marks.standing import Standing, standing

FORMAT = 2  # 1 knew marks, decisions and undos only
PATIENCE_SECONDS = 30.0  # for another writer to end
TABLE = """
CREATE TABLE IF NOT EXISTS entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, who TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_target ON entries (target);
CREATE TRIGGER IF NOT EXISTS never_changed BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER IF NOT EXISTS never_deleted BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
"""
INSERT = "INSERT INTO entries (at, who, kind, target, body) VALUES (?, ?, ?, ?, ?)"
NAMES = {kind: name for name, kind in KINDS.items()}


def beside(out: Path) -> Path:
    """Where the marks of the reports in `out` are kept: next to that folder, not in it."""
    whole = out.expanduser().resolve()
    return whole.with_name(f"{whole.name or 'reports'}.marks.sqlite")


def named(path: Path | None, out: Path) -> Path:
    """The file of marks that a call names, or the one beside `out`; raises CallError where it isn't there."""
    if path is not None and not path.exists():
        raise CallError(f"There is no file of marks {path}.")
    return path or beside(out)


def read(path: Path) -> Standing:
    """What stands in a file of marks; nothing where there is no file, and none is made."""
    if not path.exists():
        return Standing()
    with Store.open(path) as store:
        return store.current()


class Store:
    """An open file of marks; one may be shared by threads."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self.path = path

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open or make a file of marks; raises CallError for a file that is none."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                path, timeout=PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
            )
            _prepare(connection, path)
        except (sqlite3.Error, OSError) as error:
            raise CallError(f"{path} can't be used as a file of marks: {error}.") from None
        return cls(connection, path)

    def append(self, who: str, what: What, seen: int | None = None) -> Entry:
        """Add one entry; raises MarkConflict where its target has an entry later than number `seen`.

        `seen` None asks for no such check.
        """
        return self.append_all(who, (what,), None if seen is None else (seen,))[0]

    def append_all(
        self, who: str, whats: Sequence[What], seen: Sequence[int] | None = None
    ) -> tuple[Entry, ...]:
        """Add all of these entries or, where one is refused, none."""
        at = datetime.now(UTC)
        with self._writing() as connection:
            for what, number in zip(whats, seen or (), strict=seen is not None):
                _check(connection, what, number)
            return tuple(_insert(connection, at, who, what) for what in whats)

    def undo(self, who: str, number: int, seen: int | None = None) -> Entry:
        """Take one entry back; raises CallError where there is none of this number."""
        found = next((entry for entry in self.entries(number - 1) if entry.number == number), None)
        if found is None:
            raise CallError(f"There is no entry number {number}.")
        return self.append(who, Undo(number, found.what.target), seen)

    def entries(self, since: int = 0) -> tuple[Entry, ...]:
        """Everything that was ever said, in order; `since` leaves out the entries up to that number."""
        query = "SELECT number, at, who, kind, body FROM entries WHERE number > ? ORDER BY number"
        try:
            with self._lock:
                found = self._connection.execute(query, [since]).fetchall()
        except sqlite3.Error as error:
            raise CallError(f"{self.path} can't be read as a file of marks: {error}.") from None
        return tuple(rows.entry(row, self.path) for row in found)

    def current(self) -> Standing:
        """The marks and decisions that stand."""
        return standing(self.entries())

    def version(self, target: str = "") -> int:
        """The number of the last entry, of all or of those about one target; 0 before the first."""
        with self._lock:
            return _number(self._connection, target)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that no other process writes beside; what raises inside leaves nothing."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > FORMAT:
        raise CallError(f"{path} was written by a newer grader (format {version}, this one reads {FORMAT}).")
    _log_ahead(connection)
    connection.execute("PRAGMA synchronous = FULL")
    if version < FORMAT:
        connection.executescript(f"BEGIN IMMEDIATE; {TABLE} PRAGMA user_version = {FORMAT}; COMMIT;")


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Readers never wait for a writer; two processes that make the file at once take turns."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _check(connection: sqlite3.Connection, what: What, seen: int) -> None:
    number = _number(connection, what.target)
    if number > seen:
        with closing(connection.execute("SELECT who FROM entries WHERE number = ?", [number])) as found:
            (who,) = found.fetchone()
        raise MarkConflict(f"{who} has written about this since (entry {number}).", number)


def _number(connection: sqlite3.Connection, target: str) -> int:
    query, values = "SELECT MAX(number) FROM entries", list[str]()
    if target:
        query, values = f"{query} WHERE target = ?", [_key(target)]
    (number,) = connection.execute(query, values).fetchone()
    return number or 0


def _key(target: str) -> str:
    """The target as the file holds it: a name may have bytes in it that are no text."""
    return json.dumps(target)


def _insert(connection: sqlite3.Connection, at: datetime, who: str, what: What) -> Entry:
    values = [at.isoformat(), who, NAMES[type(what)], _key(what.target), rows.body(what)]
    done = connection.execute(INSERT, values)
    assert done.lastrowid
    return Entry(done.lastrowid, at, who, what)
