"""What Canvas holds at present, by its own export: a row that would change nothing stays at home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader import tables
from grader.classroom.people import Person
from grader.classroom.rosters import people_of
from grader.errors import CallError
from grader.paths import shown
from grader.release.gate import Leaving

IDS = ("canvas_id", "sis_id", "login")  # as Canvas looks for a student
EXCUSED = "ex"
ALMOST = 0.005  # a score has two digits


@dataclass(frozen=True, slots=True)
class Present:
    """The cell of each student under the assignment's title, by every id that Canvas knows them by."""

    cells: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def same(self, one: Leaving) -> bool:
        """Whether Canvas has this score already."""
        try:
            present = float(self._cell(one.person).replace(",", "."))
        except ValueError:
            return False  # no score yet
        return one.grade is not None and abs(present - one.grade.score) < ALMOST

    def excused(self, one: Leaving) -> bool:
        """Whether Canvas excuses them: a score would take that back."""
        return self._cell(one.person).casefold() == EXCUSED

    def misses(self, one: Leaving) -> bool:
        """Whether Canvas has nobody of their ids: by the name it might take somebody else for them."""
        return bool(self.cells) and not any(id in self.cells for id in _ids(one.person))

    def _cell(self, person: Person) -> str:
        return next((self.cells[id] for id in _ids(person) if id in self.cells), "")


def read(path: Path, title: str) -> Present:
    """Canvas's gradebook as it exports it; raises CallError where it has no column of this title."""
    header, *rows = tables.read(path) or [tables.Line(1, ())]
    titles = [cell.strip() for cell in header.cells]
    if title not in titles:
        others = "; ".join(cell for cell in titles if cell.endswith(")")) or "none that Canvas numbers"
        raise CallError(f"{shown(path)} has no column {title!r}; --assignment may be any of: {others}.")
    place = titles.index(title)
    cells = dict[tuple[str, str], str]()
    for person, row in people_of(path, header, *rows):
        cell = row.cells[place].strip() if place < len(row.cells) else ""
        cells |= dict.fromkeys(_ids(person), cell)
    return Present(cells)


def changing(all_: Iterable[Leaving], present: Present) -> tuple[tuple[Leaving, ...], tuple[str, ...]]:
    """Those whose row would change something, and what to say of the others."""
    every = [one for one in all_ if one.grade]
    same = [one for one in every if present.same(one)]
    excused = [one for one in every if present.excused(one)]
    missing = [one for one in every if present.misses(one)]
    said = list[str]()
    if same:
        said.append(f"{len(same)} have their score in Canvas already: canvas.csv leaves them out.")
    if excused:
        said.append(f"Excused in Canvas, and left out of canvas.csv: {_names(excused)}.")
    if missing:
        said.append(f"Not in Canvas's gradebook, and left out of canvas.csv: {_names(missing)}.")
    stay = (*same, *excused, *missing)
    return tuple(one for one in every if one not in stay), tuple(said)


def _names(all_: Iterable[Leaving]) -> str:
    return ", ".join(one.person.called for one in all_)


def _ids(person: Person) -> Sequence[tuple[str, str]]:
    return [(kind, person.id(kind)) for kind in IDS if person.id(kind)]
