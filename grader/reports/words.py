"""What the renderers say alike: points, places, commands, and which lines belong together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from grader.plurals import plural
from grader.profiles.profile import DEFAULT
from grader.records.grade import Grade, Outcome, PartScore, ScoredCheck
from grader.records.reason import Place, Reason
from grader.reports.escape import shell
from grader.scoring import total

LOST = (Outcome.FAILED, Outcome.BLOCKED)
NAMED = 3  # titles shown of lines that say the same
CONTEXT = 3  # lines of code shown around the one that is meant
WIDEST = 400  # characters of a quoted line


@dataclass(frozen=True, slots=True)
class Finding:
    """Lines of the rubric that say the same of the submission: one thing to read, one thing to mend."""

    checks: tuple[ScoredCheck, ...]

    @property
    def first(self) -> ScoredCheck:
        """The line whose words stand for all."""
        return self.checks[0]

    @property
    def titles(self) -> tuple[str, ...]:
        """The first few lines by name, and how many more there are."""
        more = len(self.checks) - NAMED
        named = tuple(f"{check.title} ({check.id})" for check in self.checks[:NAMED])
        return (*named, f"and {more} more") if more > 0 else named

    @property
    def points(self) -> float:
        """What all of them still hold."""
        return worth(self.checks)


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One quoted line of the submission."""

    number: int
    text: str
    marked: bool


def of(checks: Iterable[ScoredCheck], *outcomes: Outcome) -> tuple[ScoredCheck, ...]:
    """The checks with one of these outcomes, in order."""
    return tuple(check for check in checks if check.outcome in outcomes)


def worth(checks: Iterable[ScoredCheck]) -> float:
    """The points of these checks that are not earned; a person may have given some of a line."""
    return total(check.max_score - check.score for check in checks)


def stretches(grade: Grade, part: PartScore) -> dict[str, float]:
    """The points of a part by what became of them, in its bar's order; they add up to its `max_score`."""
    own = [check for check in grade.checks if check.part == part.id]
    error, lost = worth(of(own, Outcome.ERROR)), worth(of(own, *LOST))
    kept = total((part.max_score, -part.score, -lost, -error, -part.pending))  # by who marked it: 8 of 10
    return {"earned": part.score, "kept": kept, "lost": lost, "error": error, "pending": part.pending}


def findings(checks: Iterable[ScoredCheck]) -> tuple[Finding, ...]:
    """The checks, put together where they have the same part, outcome and explanation."""
    groups: dict[object, list[ScoredCheck]] = {}
    for check in checks:
        alone = check.id if not check.reason.text or check.mark else ""
        groups.setdefault((check.part, check.outcome, check.reason, alone), []).append(check)
    return tuple(Finding(tuple(group)) for group in groups.values())


def number(points: float) -> str:
    """Points without needless zeros: 1.25, 0.5, 20."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def counted(points: float) -> str:
    """Points with their word: "1 point", "0.5 points"."""
    return f"{number(points)} point{'' if points == 1 else 's'}"


def place(where: Place) -> str:
    """ "cell 9, line 42"."""
    return f"{where.label}, line {where.line}"


def earned(check: ScoredCheck) -> str:
    """ "0 of 1.25 points"."""
    return f"{number(check.score)} of {counted(check.max_score)}"


def labelled(reason: Reason) -> tuple[tuple[str, str], ...]:
    """What a reason tells beside its text, each with its label; what it lacks is left out."""
    told = (("Expected", reason.expected), ("Found", reason.actual), ("What to do", reason.help))
    return tuple((label, value) for label, value in told if value)


def details(check: ScoredCheck) -> str:
    """Everything a check says, a line each, for formats that know plain text only."""
    reason = check.reason
    said = [reason.text, *(f"{label}: {value}" for label, value in labelled(reason))]
    if reason.place:
        said.append(f"At {place(reason.place)}: {reason.place.code.strip()}".rstrip(": "))
    return "\n".join(filter(None, said))


def headline(grade: Grade) -> str:
    """The grade in one to three sentences."""
    faults, errors = findings(of(grade.checks, Outcome.FAILED)), of(grade.checks, Outcome.ERROR)
    said = []
    if grade.submission.problem:
        said.append("Nothing could be judged.")
    elif lost := worth(of(grade.checks, *LOST)):
        said.append(f"{plural(len(faults), 'fault costs', 'faults cost')} {counted(lost)}.")
    elif grade.score and not worth(of(grade.checks, Outcome.PASSED)):
        said.append("Every point that was judged is earned.")
    if taken := worth(of(grade.checks, Outcome.PASSED)):
        said.append(f"{counted(taken)} {'was' if taken == 1 else 'were'} taken off by hand.")
    if errors:
        said.append(f"{plural(len(errors), 'line needs', 'lines need')} a person ({counted(worth(errors))}).")
    if grade.pending:
        said.append(f"{counted(grade.pending)} {'is' if grade.pending == 1 else 'are'} not assessed yet.")
    return " ".join(said)


def command(grade: Grade) -> str:
    """What to type in the grader's folder to grade this again and get the same.

    A profile of one's own is told by the name of its file: where it lies is nobody's business.
    """
    name = grade.submission.typed or grade.student
    year = "" if grade.profile == DEFAULT else f"--profile {shell(PurePath(grade.profile).name)} "
    options = year + ("-- " if name.startswith("-") else "")
    training, seed = grade.provenance.training, grade.provenance.seed
    return f"bin/grader grade --training {training} --seed {seed} {options}{shell(name)}"


def quoted(grade: Grade, where: Place) -> tuple[CodeLine, ...]:
    """The student's own lines around a place; the line alone where its source is not at hand."""
    text = grade.submission.texts.get(where.label, "")
    source = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")  # as Python counts lines
    if not text or not 1 <= where.line <= len(source):
        return (CodeLine(where.line, where.code[:WIDEST], True),) if where.code else ()
    first, last = max(1, where.line - CONTEXT), min(len(source), where.line + CONTEXT)
    return tuple(CodeLine(n, source[n - 1][:WIDEST], n == where.line) for n in range(first, last + 1))
