"""Plans: how long to train, on what, from which weights. They stand in the profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from grader import profiles
from grader.errors import CallError
from grader.profiles import Profile
from grader.training import bands
from reference import download, edges
from reference.kit import weights

CERTIFY = "certify"
Data = Literal["mosaic", "synthetic", "real"]
Weights = Literal["matched", "seeded", "vgg16", "edges"]
NEEDED: dict[Weights, str] = {  # and where that is had
    "vgg16": 'VGG-16\'s weights: make data, and make data ARGS="--weights FILE"',
    "edges": "VGG-16's convolutions as tuned for edges: make data, and make data ARGS=--edges",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan.

    `size` is the longer side of drawn pictures in pixels, as they are trained on, or that of square crops
    of real ones, 0 for the whole pictures; `train` make an epoch.
    `otherwise` names the plan for machines without the real data or VGG-16's weights.
    `scratch_epochs` are run before, from zero, where the assignment asks for it: shown, worth nothing.
    """

    name: str
    data: Data
    weights: Weights
    train: int
    validation: int
    test: int
    epochs: int
    size: int = 0
    scratch_epochs: int = 0
    otherwise: str = ""

    @property
    def pictures(self) -> int:
        """How many pictures are trained on: a mosaic costs next to nothing, so every epoch has new ones."""
        return self.train * (self.epochs if self.data == "mosaic" else 1)

    @property
    def possible(self) -> bool:
        """Whether this machine has what the plan needs."""
        has_data = self.data != "real" or download.complete(download.cache())
        return has_data and _has(self.weights)


def _has(wanted: Weights) -> bool:
    if wanted == "edges":
        return edges.path().is_file()
    return wanted != "vgg16" or weights.cached(weights.VGG16) is not None


def load(profile: Profile | None = None) -> dict[str, Plan]:
    """Return every plan of a profile, or of the usual one."""
    tables = (profile or profiles.load()).plans
    return {name: Plan(name=name, **table) for name, table in tables.items()}


def proves(name: str) -> bool:
    """Whether a network is trained only where it isn't proved to learn as the reference does."""
    return name == CERTIFY


def resolve(name: str, device: str, plans: dict[str, Plan]) -> str:
    """What "auto" means on a device, and "certify" where it trains: short on a GPU, else smoke.

    Where `short` has no thresholds, a GPU takes smoke too.
    """
    if name not in ("auto", CERTIFY):
        return name
    return "short" if device != "cpu" and bands.load(_possible("short", plans).name) else "smoke"


def choose(name: str, plans: dict[str, Plan]) -> Plan | None:
    """The plan of a name, None for "none".

    Raises CallError where the machine lacks what the plan needs and there is nothing else to do.
    """
    if name == "none":
        return None
    plan = _possible(name, plans)
    if not plan.possible:
        raise CallError(f"the training plan {name} needs the CMP Facade DB and {NEEDED[plan.weights]}")
    return plan


def _possible(name: str, plans: dict[str, Plan]) -> Plan:
    """The plan of a name, or what stands in for it on this machine."""
    plan = plans[name]
    return _possible(plan.otherwise, plans) if plan.otherwise and not plan.possible else plan
