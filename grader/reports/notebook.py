"""notebook.html: what was handed in, with each lost point beside its line, and each claim at its output."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from grader.assignment import NETWORKS
from grader.records.grade import Grade, Outcome
from grader.records.submission import Figure, PageCell, SavedEvidence
from grader.reports import anchors, rendering, words
from grader.reports.html import environment

SHOWN = (Outcome.FAILED, Outcome.BLOCKED, Outcome.ERROR)
CHARACTERS = 40  # of a line of a note, about
ROOM = 3  # lines that a note takes besides its text
LARGEST = 100_000  # characters of code that are shown of one cell
WHOLE, LINES = 600_000, 20_000  # characters and lines of code of a page: browsers choke on megabytes
MODELS = {part: network.title for part, network in NETWORKS.items()}


@dataclass(frozen=True, slots=True)
class Note:
    """A finding beside the line that it is about; `top` is where it begins, in lines of the cell."""

    finding: words.Finding
    line: int
    top: int


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell or file as it is shown."""

    label: str
    anchor: str
    kind: str
    text: Markup
    lines: tuple[Markup, ...]
    notes: tuple[Note, ...]
    output: str
    figures: tuple[Figure, ...]
    claims: tuple[str, ...]
    cut: int  # characters of its code that are not shown

    @property
    def height(self) -> int:
        """Lines that the notes need."""
        return max((note.top + _height(note.finding) for note in self.notes), default=0)

    @property
    def noted(self) -> frozenset[int]:
        """The lines that a note is about."""
        return frozenset(note.line for note in self.notes)


def render(grade: Grade) -> str:
    """The page; nothing in it is fetched or run, and every word of the student's is escaped or cleaned."""
    found = words.findings(words.of(grade.checks, *SHOWN))
    views = tuple(_views(grade, found))
    shown = {note.finding for view in views for note in view.notes}
    elsewhere = tuple(finding for finding in found if finding not in shown)
    page = environment().get_template("notebook.html.jinja")
    return page.render(grade=grade, views=views, elsewhere=elsewhere)


def _views(grade: Grade, found: Iterable[words.Finding]) -> Iterator[CellView]:
    submission = grade.submission
    placed = _by_label(found)
    claims, figures = _claims(submission.saved), defaultdict[str, list[Figure]](list)
    for figure in submission.saved.figures:
        figures[figure.label].append(figure)
    cells, page = tuple(_cells(grade)), rendering.Page()
    codes = _room({cell.label: submission.texts.get(cell.label, "") for cell in cells if cell.kind == "code"})
    for cell in cells:
        source = codes.get(cell.label, "")
        lines = page.code(source) if source else ()
        yield CellView(
            label=cell.label,
            anchor=anchors.of_label(cell.label),
            kind=cell.kind,
            text=page.text(cell.text) if cell.text else Markup(),
            lines=lines,
            notes=_notes(placed.get(cell.label, ()), len(lines)),
            output=cell.output,
            figures=tuple(figures[cell.label]),
            claims=tuple(claims[cell.label]),
            cut=len(submission.texts.get(cell.label, "")) - len(source) if cell.label in codes else 0,
        )


def _room(codes: Mapping[str, str]) -> Mapping[str, str]:
    """The start of each cell's code, as far as there is room on a page: for all of any but absurd ones."""
    shown, characters, lines = dict[str, str](), WHOLE, LINES
    for label, source in codes.items():
        start = source[: min(LARGEST, characters)].split("\n", lines)[:lines]
        shown[label] = "\n".join(start)
        characters, lines = characters - len(shown[label]), lines - len(start)
    return shown


def _cells(grade: Grade) -> Iterator[PageCell]:
    """The notebook's cells, then the files that it uses."""
    yield from grade.submission.page
    known = {cell.label for cell in grade.submission.page}
    yield from (PageCell(label, "code") for label in grade.submission.texts if label not in known)


def _by_label(found: Iterable[words.Finding]) -> Mapping[str, list[words.Finding]]:
    placed = defaultdict[str, list[words.Finding]](list)
    for finding in found:
        if place := finding.first.reason.place:
            placed[place.label].append(finding)
    return placed


def _notes(found: Iterable[words.Finding], count: int) -> tuple[Note, ...]:
    """Each beside its line, or below the note before it."""
    notes, free = list[Note](), 0
    for line, finding in sorted(((_line(one), one) for one in found), key=lambda pair: pair[0]):
        if 1 <= line <= count:
            notes.append(Note(finding, line, max(line - 1, free)))
            free = notes[-1].top + _height(finding)
    return tuple(notes)


def _line(finding: words.Finding) -> int:
    place = finding.first.reason.place
    return place.line if place else 0


def _height(finding: words.Finding) -> int:
    reason = finding.first.reason
    texts = (finding.first.title, reason.text, reason.expected, reason.help)
    return ROOM + sum(-(-len(text) // CHARACTERS) for text in texts)


def _claims(saved: SavedEvidence) -> Mapping[str, list[str]]:
    """Label -> what was read from the outputs there."""
    read = defaultdict[str, list[str]](list)
    for run in saved.runs:
        what = f"{MODELS.get(run.model, 'a model')}, {'pretrained' if run.pretrained else 'from scratch'}"
        read[run.label].append(f"{len(run.epochs)} epochs of {what}")
    for one in saved.predictions:
        read[one.label].append(f"the prediction {one.probability:.3f}, {one.name}")
    for answer in saved.answers:
        read[answer.label].append(f"the answer to question {answer.question}")
    return read
