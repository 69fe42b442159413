"""Whether a submission is of this assignment at all, and which course year it fits."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable

from grader import profiles
from grader.intake.choosing import Choice
from grader.intake.files.basket import shown
from grader.intake.remarks import alike
from grader.profiles import Profile

NAMED = 4  # of its own classes and functions


def defined(choice: Choice, found: Iterable[str]) -> frozenset[str]:
    """The graded names, of any course year, that a submission defines or tries to."""
    return frozenset(found).union(*(each.defines for _, each in choice.graded))


def another(profile: Profile, choice: Choice, found: Collection[str]) -> str:
    """Why a submission is another assignment, "" where anything in it belongs to the profile.

    One without classes and functions of its own, such as an empty notebook, is none: it lacks what is asked.
    """
    own = _own(choice)
    if not profile.graded or not own or set(found) & set(profile.graded):
        return ""
    if any(alike(name, own) for name in profile.graded):
        return ""
    more = f" and {len(own) - NAMED} more" if len(own) > NAMED else ""
    return (
        f"nothing of {profile.name} is in this submission: of {', '.join(profile.graded)} it defines none,"
        f" but {', '.join(map(shown, own[:NAMED]))}{more}. It looks like another assignment. "
        + _said(fitting(found, ()), "No profile of the grader fits it.")
    )


def better(profile: Profile, found: Collection[str], others: Iterable[str]) -> list[str]:
    """A note where a part is missing, or too many, and another course year asks for just what is there."""
    missing, more = set(profile.graded) - set(found), set(found) - set(profile.graded)
    fits = fitting(found, others)
    if profile.name in fits or not fits or not (missing or more) or not set(found) & set(profile.graded):
        return []
    if missing and not _whole_parts(profile, missing):
        return []
    what = f"lacks {', '.join(sorted(missing))}" if missing else f"also defines {', '.join(sorted(more))}"
    return [f"this submission {what}, and is all that {' or '.join(fits)} asks for; graded as {profile.name}"]


def fitting(found: Collection[str], others: Iterable[str]) -> tuple[str, ...]:
    """The course years that ask for just these names; those whose file of claims is there before others."""
    known = [profiles.load(name) for name in profiles.names()]
    asked = set(found).intersection(*[{name for one in known for name in one.graded}])
    fits = [one for one in known if found and set(one.graded) == asked]
    names = {name.rpartition("/")[2].lower() for name in others}
    claimed = [one for one in fits if one.claims and one.claims.file.lower() in names]
    return tuple(one.name for one in claimed or fits)


def _whole_parts(profile: Profile, missing: Collection[str]) -> bool:
    """Whether everything of a part is missing, wherever something is."""
    return all(
        not set(names) - set(missing) or not set(names) & set(missing) for names in profile.graded_by_part
    )


def _said(fits: tuple[str, ...], otherwise: str) -> str:
    return f"It fits {' or '.join(fits)}: --profile {fits[0]}." if fits else otherwise


def _own(choice: Choice) -> list[str]:
    """The classes and functions that the graded files define at their top."""
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    nodes = (each.node for _, one in choice.graded for source in one.sources for each in source.parsed[0])
    return list(dict.fromkeys(node.name for node in nodes if isinstance(node, kinds)))
