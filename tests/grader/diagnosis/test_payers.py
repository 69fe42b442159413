from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from grader import profiles
from grader.assignment import GRADED
from grader.diagnosis import payers
from grader.diagnosis.causes import because
from grader.diagnosis.payers import EXTRA, LAYERS, PAYERS, STOPPED, LineName, Payer, excuses, line_of
from grader.diagnosis.sentences import SENTENCES
from grader.records.reason import Cause
from reference.architecture import Architecture, fcn8s, fcn32s

ASKER = ("submission", "code", "training", "reported")  # these cost the line that asked
NAMES = {line.check for line in profiles.everything().lines.values()}
BY_PARAMETER = ("layer", "copy")
EVERY = [*PAYERS.values(), *LAYERS.values(), *EXTRA.values()]


def test_lines_are_those_of_the_rubric() -> None:
    """A line that is renamed in one place only fails here."""
    assert set(get_args(LineName)) == NAMES


@pytest.mark.parametrize("network", [fcn32s, fcn8s])
def test_every_layer_has_a_line(network: Callable[[], Architecture]) -> None:
    """Whatever is wrong with a layer costs a line that its part has."""
    part = network().name.lower()
    lines = {line.check for line in profiles.everything().lines.values() if line.part == part}

    for conv in network().convs():
        found = line_of(Cause("layer.missing", {"layer": conv.role}), skips=bool(network().skips))
        assert found in lines


@pytest.mark.parametrize("id", SENTENCES)
def test_every_cause_has_a_payer(id: str) -> None:
    """By its id, its subject or a parameter; but for those that cost the line that asked."""
    subject = id.partition(".")[0]

    assert id in PAYERS or subject in PAYERS or subject in (*ASKER, *BY_PARAMETER)


@pytest.mark.parametrize("id", PAYERS)
def test_every_row_is_about_a_cause(id: str) -> None:
    """No row outlives its cause."""
    assert any(cause == id or cause.startswith(f"{id}.") for cause in SENTENCES)


@pytest.mark.parametrize("payer", EVERY, ids=str)
def test_who_pays_is_not_excused(payer: Payer) -> None:
    """A line either pays or does not."""
    assert payer.line not in payer.excused


@pytest.mark.parametrize(
    ("cause", "line"),
    [
        (because("crop.offset", got=18, want=19).cause, "crop"),
        (Cause("layer.padding", {"layer": "conv1_1", "got": 150, "want": 100}), "conv1"),
        (Cause("layer.extra", {"block": "block 2", "after": "pool1"}), "conv2"),
        (Cause("layer.extra", {"block": "the network", "after": "pool5"}), "fc6"),
        (Cause("copy.missing", {"parameter": "fc6.bias"}), "copy_classifier"),
        (Cause("copy.missing", {"parameter": "conv5_3.bias"}), "copy_features"),
        (Cause("code.raises", {"kind": "ValueError"}), None),
    ],
)
def test_the_price_of_a_cause(cause: Cause, line: str | None) -> None:
    """The whole id is looked up first, then the subject, then what the parameters say."""
    assert line_of(cause) == line


def test_a_network_without_skips_pays_elsewhere() -> None:
    """FCN-32s has no line for skips and one transposed convolution."""
    cropped = Cause("skip_crop.other", {"after": "score", "got": "cropped"})
    extra = Cause("layer.extra_upscore", {"after": "score"})

    assert (line_of(cropped), line_of(cropped, skips=False)) == ("skip_crops", "forward")
    assert (line_of(extra), line_of(extra, skips=False)) == ("upscores", "upscore")


def test_a_lost_batch_is_held_against_one_line() -> None:
    """The size of the output shows it, its channels and its values do as well."""
    lost = Cause("shape.batch")

    assert line_of(lost) == "shape"
    assert excuses(lost, "build") and excuses(lost, "forward") and not excuses(lost, "crop")


def test_what_stops_a_target_costs_a_line() -> None:
    """Each graded name has one, and the rubric has it."""
    assert set(STOPPED) == set(GRADED)
    assert set(STOPPED.values()) <= set(profiles.everything().lines)


def test_nowhere_else_is_said_who_pays() -> None:
    """The table is the one place; code refers to causes by their ids."""
    grader = Path(payers.__file__).parents[1]
    remarks = {
        str(path.relative_to(grader))
        for path in grader.rglob("*.py")
        if re.search(r"line pays|pays for", path.read_text(encoding="utf-8"))
    }

    assert remarks <= {
        "diagnosis/payers.py",
        "diagnosis/__init__.py",
        "checks/expect.py",
        "evidence/model.py",
    }
