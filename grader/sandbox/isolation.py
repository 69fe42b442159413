"""Choose how student code is held on this machine, by trying; never silently less than was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import cache

from grader.errors import CallError, IsolationError
from grader.sandbox.ladder import LADDER, RUNGS, Isolation
from grader.sandbox.launch import parent
from grader.sandbox.limits import Limits
from grader.sandbox.parent import Parent
from grader.sandbox.probe import ProbeRow, probe
from grader.sandbox.staging import Program

ADVICE = {
    "bwrap": (
        "install bubblewrap and libseccomp (Debian, Ubuntu: apt install bubblewrap libseccomp2) and let "
        "ordinary users make user namespaces (Ubuntu 24.04: load AppArmor's profile bwrap-userns-restrict; "
        "Docker: --security-opt seccomp=unconfined)"
    ),
    "landlock": "use Linux 6.7 or later with Landlock among its security modules, and install libseccomp",
}
ANEW = "so the workers of a class are each started anew, which takes seconds more"


@cache
def _probe(name: str) -> ProbeRow:
    return probe(RUNGS[name])


@cache
def _probe_forked(name: str) -> ProbeRow:
    return probe(RUNGS[name], forked=True)


@contextmanager
def warm(rung: Isolation, device: str, program: Program | None = None) -> Iterator[Parent | None]:
    """A parent that forks all workers under a rung, where they were proved to be held as well; else None.

    It saves each of many gradings the seconds that a worker imports for.
    """
    with ExitStack() as stack:
        found = None
        if rung.nest is not None and device == "cpu" and _probe_forked(rung.name).holds:
            with suppress(OSError):
                found = stack.enter_context(parent(rung, Limits(), program or Program()))
        yield found


def choose(requested: str = "auto", parent: Parent | None = None) -> Isolation:
    """The isolation that was asked for, or for "auto" the strongest that holds on this machine.

    With a parent the rung that this was proved for. Raises IsolationError, saying what to install, if none
    holds; CallError for an unknown name.
    """
    if parent is not None:
        return replace(RUNGS[parent.rung], parent=parent)
    if requested == "none":
        return RUNGS["none"]
    if requested != "auto" and requested not in RUNGS:
        raise CallError(f"no isolation is called {requested!r}; there are auto, {', '.join(RUNGS)}")
    wanted = [rung for rung in LADDER if requested in ("auto", rung.name)]
    for rung in wanted:
        if _probe(rung.name).holds:
            return rung
    raise IsolationError(
        "student code can't be held on this machine:\n"
        + "\n".join(f"  {rung.name}: {explain(_probe(rung.name))}" for rung in wanted)
        + '\nTo grade without isolation, at your own risk, say "--isolation none".'
    )


def survey() -> list[ProbeRow]:
    """Try every rung, for `python -m grader doctor`."""
    return [_probe(name) for name in RUNGS]


def survey_forked() -> list[ProbeRow]:
    """Try every rung whose workers may be forked, as those of a class are."""
    return [_probe_forked(name) for name, rung in RUNGS.items() if rung.nest is not None]


def survey_all() -> list[ProbeRow]:
    """Both, those of one rung beside each other."""
    order = list(RUNGS)
    return sorted([*survey(), *survey_forked()], key=lambda row: order.index(row.isolation.name))


def explain(row: ProbeRow) -> str:
    """One sentence on what a probe found, with advice where it did not hold."""
    if row.holds:
        return "works, and stopped everything that was tried"
    found = f"a program could {', '.join(row.possible)}" if row.works else f"does not work: {row.problem}"
    advice = ANEW if row.forked else ADVICE.get(row.isolation.name, "")
    return f"{found}; {advice}" if advice else found
