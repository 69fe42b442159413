"""On what terms a submission is graded: what was asked for, what its class has in common, what follows."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from grader import ceiling, profiles
from grader.profiles import Profile
from grader.records.submission import Submission
from grader.sandbox.ladder import Isolation
from grader.sandbox.limits import USUAL, Limits
from grader.sandbox.parent import Parent
from grader.wall.collecting import importing

SEEDS = 2**53  # too many to try all of them; JSON's numbers hold no more


@dataclass(frozen=True, slots=True)
class Options:
    """How to grade; `seed` None draws one, which the report tells."""

    training: str = "auto"
    seed: int | None = None
    device: str = "auto"
    isolation: str = "auto"
    profile: str = profiles.DEFAULT


DEFAULTS = Options()


@dataclass(frozen=True, slots=True)
class Together:
    """What the gradings of one class have in common: who forks their workers, what is drawn from, budgets."""

    parent: Parent | None = None
    seed: int | None = None
    limits: Limits = USUAL


ALONE = Together()


@dataclass(frozen=True, slots=True)
class Terms:
    """What one submission is graded by, settled before its first file is read."""

    profile: Profile
    training: str  # as it was asked for: which plan that is follows from the profile and the device
    device: str
    isolation: Isolation
    seed: int
    threads: int
    limits: Limits = USUAL


def settled(options: Options, together: Together, profile: Profile, isolation: Isolation) -> Terms:
    """The terms that follow; a seed is drawn where none is given."""
    seed = next((seed for seed in (options.seed, together.seed) if seed is not None), None)
    drawn = secrets.randbelow(SEEDS) if seed is None else seed
    limits = lasting(together.limits, options.training)
    return Terms(profile, options.training, device_of(options.device), isolation, drawn, threads(), limits)


def going_on(terms: Terms, options: Options, submission: Submission) -> Terms:
    """The same terms, but for a long training run that was cut off: it goes on by its own seed.

    Nobody knows that seed where none was given, for no report tells it.
    """
    if options.seed is not None or options.training not in ceiling.LONG:
        return terms
    with importing():
        from grader.training import kept

    seed = kept.begun(submission.sha256)
    return terms if seed is None else replace(terms, seed=seed)


def lasting(limits: Limits, training: str) -> Limits:
    """Let a worker be trained for as long as judging by this plan may take."""
    return replace(limits, wall_seconds=max(limits.wall_seconds, ceiling.LONG.get(training, 0.0)))


def device_of(wanted: str) -> str:
    """The device that is meant: with "auto" the best that there is."""
    if wanted != "auto":
        return wanted
    return "cuda" if Path("/dev/nvidiactl").exists() else "cpu"


def threads() -> int:
    """As many as this process may use cores: in a class each submission has its own."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
