"""Which check asks first changes nothing."""

from __future__ import annotations

import inspect
import random
import re
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any, get_args

import pytest

from grader import judging, profiles
from grader.checks import cam, fcn, fcn8s, fcn32s
from grader.checks.conftest import lines_without_function
from grader.diagnosis.payers import LineName
from grader.evidence.model import Evaluators, ModelEvidence
from grader.evidence.subject import Subject
from grader.records.grade import CheckResult
from tests.grader import a_cam
from tests.grader.in_process import InProcess
from tests.grader.slim import SLIM, Edit, edited

SEED = 11
CASE = SimpleNamespace(profile=profiles.load())  # all that a check of a network wants of its case
NAMES: tuple[LineName, ...] = get_args(LineName)
Check = tuple[str, Callable[..., None]]

H = "h = self.upscore3(h)"
BIAS = "layer.bias.data = source.bias.data"
COUNTS = f"self.n = getattr(self, 'n', 0) + 1\n        {H} * self.n"
LOOKS = f"{H} * (1 + (h.mean().item() * 0 if self.training else 0))"
CASES: dict[str, list[Edit]] = {
    "right": [],
    "a state between calls": [(H, COUNTS)],
    "looks at values in train mode": [(H, LOOKS)],
    "fails in train mode": [(H, f"assert not self.training\n        {H}")],
    "copying spoils": [(BIAS, "del layer.bias")],
    "copying raises": [("for layer, source in zip(own, convs):", "for layer, source in [0]:")],
}


def checks() -> list[Check]:
    """The checks of both networks that need no more than the network itself, by id."""
    found: list[Check] = []
    rubric = profiles.load().rubric
    for module in (fcn32s, fcn8s):
        part = module.__name__.rpartition(".")[2]
        names = [name for name in sorted(vars(module)) if name.startswith("check_")]
        found += [
            (f"{part}.{name.removeprefix('check_')}", getattr(module, name))
            for name in names
            if not any(word in name for word in ("reported", "training", "line"))
        ]
        found += [
            (f"{part}.{line}", partial(fcn.check_line, line=line))
            for line in NAMES
            if line in lines_without_function(rubric, part, names)
        ]
    return found


def results(edits: list[Edit], ordered: list[Check]) -> dict[str, CheckResult]:
    """What the checks say of a submission when they are run in this order."""
    student = InProcess(edited(*edits))
    evaluators: Evaluators = {}
    networks = {name.lower(): ModelEvidence(Subject(student, SLIM[name], SEED), evaluators) for name in SLIM}
    return {
        id: outcome(id, partial(check, *wanted(check, networks[id.partition(".")[0]])))
        for id, check in ordered
    }


def wanted(check: Callable[..., None], network: ModelEvidence) -> tuple[Any, ...]:
    """What a check of a network asks for."""
    return (network, CASE)[: len(inspect.signature(check).parameters)]


def outcome(id: str, check: Callable[[], None]) -> CheckResult:
    """The result of one check."""
    try:
        check()
    except Exception as error:
        return judging.judge(id, error, 0.0)
    return judging.judge(id, None, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(CASES))
def test_checks_say_the_same_in_any_order(name: str) -> None:
    """Outcomes, sentences, places and causes are those of the rubric's own order."""
    in_order = results(CASES[name], checks())
    for seed in range(2):
        shuffled = checks()
        random.Random(f"{name} {seed}").shuffle(shuffled)

        assert results(CASES[name], shuffled) == in_order


MAPS: dict[str, list[Edit]] = {
    "right": [],
    "no class after the last": [("weight_fc[idx]", "weight_fc[idx + 2]")],
    "levels cut off": [("np.uint8(255 * cam / cam.max())", "np.uint8(cam / cam.sum())")],
    "changes its inputs": [("    _, c, h, w =", "    feature_conv *= 2\n    _, c, h, w =")],
    "raises": [("    _, c, h, w =", "    raise ValueError\n    _, c, h, w =")],
    "nothing is printed": [("    print(", "    str(")],
}


def of_maps(edits: list[Edit], ordered: list[str]) -> dict[str, CheckResult]:
    """What the checks of both functions say of a submission when they are run in this order."""
    found = a_cam.read(*edits)
    given = {"maps": found.maps, "prediction": found.prediction}
    checks = {name: getattr(cam, name) for name in ordered}
    wanted = {name: given[next(iter(inspect.signature(check).parameters))] for name, check in checks.items()}
    return {name: outcome(f"cam.{name}", partial(check, wanted[name])) for name, check in checks.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(MAPS))
def test_checks_of_maps_say_the_same_in_any_order(name: str) -> None:
    """Those of the two functions: the last cell has evidence of its own."""
    names = sorted(each for each in vars(cam) if re.match("check_(?!maps|weight_fc|reported)", each))
    in_order = of_maps(MAPS[name], names)
    for seed in range(3):
        random.Random(f"{name} {seed}").shuffle(names)

        assert of_maps(MAPS[name], names) == in_order
