"""Choose how student code is held on this machine, by trying; never silently less than was asked for."""

from __future__ import annotations

from functools import cache

from grader.errors import CallError, IsolationError
from grader.sandbox.ladder import LADDER, RUNGS, Isolation
from grader.sandbox.probe import ProbeRow, probe

ADVICE = {
    "bwrap": (
        "install bubblewrap and libseccomp (Debian, Ubuntu: apt install bubblewrap libseccomp2) and let "
        "ordinary users make user namespaces (Ubuntu 24.04: load AppArmor's profile bwrap-userns-restrict; "
        "Docker: --security-opt seccomp=unconfined)"
    ),
    "landlock": "use Linux 6.7 or later with Landlock among its security modules, and install libseccomp",
}


@cache
def _probe(name: str) -> ProbeRow:
    return probe(RUNGS[name])


def choose(requested: str = "auto") -> Isolation:
    """The isolation that was asked for, or for "auto" the strongest that holds on this machine.

    Raises IsolationError, saying what to install, if it does not hold; CallError for an unknown name.
    """
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


def explain(row: ProbeRow) -> str:
    """One sentence on what a probe found, with advice where it did not hold."""
    if row.holds:
        return "works, and stopped everything that was tried"
    found = f"a program could {', '.join(row.possible)}" if row.works else f"does not work: {row.problem}"
    advice = ADVICE.get(row.isolation.name, "")
    return f"{found}; {advice}" if advice else found
