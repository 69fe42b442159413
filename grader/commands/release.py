"""`release`: what leaves the house, and first what stands in its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from grader import profiles
from grader.classroom import gradebook, roll
from grader.classroom.handed_in import Entry
from grader.classroom.statistics import Row
from grader.commands.codes import GRADED, LOOK
from grader.commands.screen import Screen
from grader.errors import CallError
from grader.marks import store
from grader.paths import refuse_other_things, shown
from grader.plurals import plural
from grader.release import gate, packages, replacing
from grader.release import present as canvas_now
from grader.release.gate import Leaving
from grader.release.imports import IMPORTS, told_apart
from grader.release.present import Present

STUDENTS, GRADEBOOK, CANVAS = "students", "gradebook.csv", "canvas.csv"
KINDS: dict[str, tuple[str, ...]] = {
    "canvas": (CANVAS, GRADEBOOK),
    "gradescope": ("gradescope.csv", GRADEBOOK),
    "moodle": ("moodle.csv", GRADEBOOK),
    "students": (STUDENTS,),
    "all": (*IMPORTS, GRADEBOOK, STUDENTS),
}


STILL = (
    "Lines of a training run need one (class --training), the others a person (review, marks); "
    "whose a submission is, the roster's column 'submission' says (class --roster). "
    "--partial releases all the same."
)
LEFT_OUT = "no table holds them, and their reports say so."


def release(
    screen: Screen,
    out: Path,
    to: Path,
    marks: Path | None,
    kind: str,
    partial: bool,
    title: str,
    present: Path | None = None,
) -> int:
    """Write what may leave to a folder; 1, and nothing written, where something is not complete.

    `present` is Canvas's own export: rows that would change nothing there are left out.
    """
    _room_for_it(to, out)
    if recovered := replacing.recover(to):
        screen.remark(recovered)
    there = canvas_now.read(present, title) if present else Present()
    one = roll.read(out)
    _same_class(to, one.entries)
    rows = roll.rows(one, out, store.read(store.named(marks, out)))
    for remark in (*one.remarks, *gate.remarks(rows)):
        screen.remark(remark)
    blocked = gate.blockers(rows)
    for why in blocked:
        screen.tell(why)
    if blocked and not partial:
        screen.tell(f"{plural(len(blocked), 'is', 'are')} not complete: nothing was released. {STILL}")
        return LOOK
    all_ = gate.leaving(rows)
    tables, said = _tables(all_, KINDS[kind], title, bool(blocked), there)
    kept = replacing.replace(to, lambda part: _write(rows, part, KINDS[kind], tables))
    for what in (*kept, *said, *_undeleted(to)):
        screen.tell(what)
    left = plural(len([one for one in all_ if one.grade]), "student's grade was", "students' grades were")
    screen.tell(f"{left} released to {shown(to)}.")
    if blocked:
        screen.tell(f"{plural(len(blocked), 'submission is', 'submissions are')} not complete: {LEFT_OUT}")
    return LOOK if kept or blocked else GRADED


def _tables(
    all_: Sequence[Leaving], files: Sequence[str], title: str, partial: bool, there: Present
) -> tuple[Mapping[str, str], Sequence[str]]:
    """The tables of these names, and whom they leave out."""
    tables, said = dict[str, str](), list[str]()
    for name in (name for name in files if name in IMPORTS):
        apart, left_out = told_apart(name, all_)
        if name == CANVAS:
            apart, same = canvas_now.changing(apart, there)
            left_out = (*left_out, *same)
        tables[name] = IMPORTS[name](apart, title, partial)
        said += left_out
    return tables, said


def _undeleted(to: Path) -> list[str]:
    """What is left of older releases, which whoever sends the folder on would send, too."""
    return [
        f"{shown(folder)} is of an older release and can't be deleted: send the folder on without it."
        for folder in replacing.left(to)
    ]


def _room_for_it(to: Path, out: Path) -> None:
    """Raise CallError where the folder holds anything but an older release: it would look released, too."""
    if to.resolve() == out.resolve() or to.resolve() in out.resolve().parents:
        raise CallError(f"{shown(to)} holds the reports themselves: release to another folder.")
    refuse_other_things(to, lambda path: _is_released(path, to), "release")


def _same_class(to: Path, entries: Sequence[Entry]) -> None:
    """Raise CallError where the folder holds the release of a class without any of these submissions."""
    before = gradebook.submissions(to / GRADEBOOK) | packages.names(to / STUDENTS)
    if before and not before & {entry.name for entry in entries if entry.path}:
        raise CallError(f"{shown(to)} holds the release of another class: release to another folder.")


def _is_released(path: Path, to: Path) -> bool:
    """Whether an older release wrote this; a folder of submissions may be called `students`, too."""
    folder, *inner = path.parts
    if replacing.is_ours(folder):
        return True
    if folder != STUDENTS:
        return not inner and folder in KINDS["all"]
    return packages.is_one(to / STUDENTS, inner)


def _write(rows: Sequence[Row], to: Path, files: Sequence[str], tables: Mapping[str, str]) -> tuple[str, ...]:
    """Write a release to an empty folder; what had to be kept back."""
    for name, text in tables.items():
        (to / name).write_text(text, encoding="utf-8", newline="")
    if GRADEBOOK in files:
        (to / GRADEBOOK).write_text(gradebook.gradebook(rows), encoding="utf-8", newline="")
    if STUDENTS not in files:
        return ()
    may = [row for row in rows if row.entry.students and row.grade]
    words = {row.grade.profile for row in may if row.grade}
    levels = {line.id: line.feedback for word in words for line in profiles.load(word).rubric.lines}
    (to / STUDENTS).mkdir()
    return packages.write(may, levels, to / STUDENTS)
