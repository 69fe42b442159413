"""Makes explanations out of causes: an id and its parameters give the sentence."""

from __future__ import annotations

from collections.abc import Sequence
from string import Formatter
from typing import Any

from grader.diagnosis.sentences import SENTENCES, WORDS
from grader.errors import StudentError, StudentRaised
from grader.plurals import article
from grader.records.reason import Cause, Parameter, Place, Reason

LONGEST = 120  # characters of a parameter: a student may have chosen it, the name of a type for example
FOUND = ("got", "type", "kind", "words")  # parameters that hold what was found
TOLD = 6  # faults of one line that are told; what is in the seventh is mended with the first six


class Saying(Formatter):
    """Fills in a sentence; what stands there as `{type:a}` gets its article."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return article(str(value)) if format_spec == "a" else str(super().format_field(value, format_spec))


SAYING = Saying()


def because(
    id: str,
    /,
    *,
    text: str = "",
    help: str = "",
    expected: str = "",
    actual: str = "",
    place: Place | None = None,
    **parameters: Parameter,
) -> Reason:
    """Return the explanation of a cause; `text` replaces its sentence where this run has more to tell.

    What was found is `actual`, else the parameter that holds it.
    """
    made = cause(id, **parameters)
    found = actual or next((str(parameters[name]) for name in FOUND if parameters.get(name)), "")
    return Reason(text or sentence(made), help, expected, found, place, made)


def cause(id: str, /, **parameters: Parameter) -> Cause:
    """Return a cause that has a sentence, with exactly the parameters that stand in it."""
    assert id in SENTENCES, f"no sentence says what {id} is"
    wanted = {name for _, name, _, _ in Formatter().parse(SENTENCES[id]) if name and name not in WORDS}
    assert wanted == set(parameters), f"{id} has the parameters {sorted(wanted)}"
    return Cause(id, {name: _bounded(value) for name, value in parameters.items()})


def sentence(cause: Cause) -> str:
    """Return what a cause says; its id with its parameters where another version of the grader named it."""
    try:
        return SAYING.vformat(SENTENCES[cause.id], (), {**cause.parameters, **WORDS})
    except KeyError:
        return str(cause)


def merge(reasons: Sequence[Reason]) -> Reason:
    """Tell several faults of one line as one; the first that has a place gives it."""
    first, told = reasons[0], _told(reasons)
    if len(reasons) == 1:
        return first
    more = f"; and {len(reasons) - TOLD} more" if len(reasons) > TOLD else ""
    causes = list(dict.fromkeys(reason.cause for reason in told if reason.cause))
    return Reason(
        text="; ".join(dict.fromkeys(reason.text for reason in told)) + more,
        help=first.help,
        expected="\n".join(dict.fromkeys(reason.expected for reason in reasons if reason.expected)),
        actual="\n".join(dict.fromkeys(reason.actual for reason in reasons if reason.actual)),
        place=next((reason.place for reason in reasons if reason.place), None),
        cause=Cause(causes[0].id, causes[0].parameters, tuple(causes[1:])) if causes else None,
    )


def _told(reasons: Sequence[Reason]) -> list[Reason]:
    """Return the faults that are told of many, in order, each kind at least once: none hides another."""
    kinds = [reason.cause.id if reason.cause else "" for reason in reasons]
    later = sorted(range(len(reasons)), key=lambda at: kinds.index(kinds[at]) != at)
    return [reasons[at] for at in sorted(later[:TOLD])]


def kind_of(error: StudentError) -> str:
    """Return an exception's class name, or in which other way the code failed."""
    return error.kind if isinstance(error, StudentRaised) else type(error).__name__.removeprefix("Student")


def _bounded(value: Parameter) -> Parameter:
    return value[:LONGEST] if isinstance(value, str) else value
