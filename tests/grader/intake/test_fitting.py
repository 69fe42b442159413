"""Another assignment is told apart from a wrong one, and the course year that fits is named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.years import submission
from grader import intake, profiles
from grader.profiles import load

GAN = "import torch\nclass Generator(torch.nn.Module): pass\nclass Critic: pass\ndef train_gan(): pass\n"
ONLY_MAPS = 'inherits = "ece285"\npart = [{ id = "fcn32s", on = false }, { id = "fcn8s", on = false }]\n'


def notebook(folder: Path, *sources: str) -> Path:
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        for source in sources
    ]
    path = folder / "hw.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    return path


def test_another_assignment_is_said_to_be_one(tmp_path: Path) -> None:
    """With what it defines instead."""
    read = intake.read(notebook(tmp_path, GAN))

    assert "nothing of ece285 is in this submission" in read.another
    assert "Generator, Critic, train_gan" in read.another
    assert "No profile of the grader fits it." in read.another


def test_the_profile_that_fits_is_named(tmp_path: Path) -> None:
    """Where nothing belongs to this one."""
    (tmp_path / "maps.toml").write_text(ONLY_MAPS)
    path = submission(load("ece176-2024"), tmp_path)
    read = intake.read(path, load(str(tmp_path / "maps.toml")))

    assert "It fits ece176-2024 or ece176-2026: --profile ece176-2024." in read.another


@pytest.mark.parametrize(
    "source", ["class FCN32s: pass", "class FCN32s(:", "class Fcn32: pass", "x = 1", "", "# just a comment"]
)
def test_what_is_wrong_or_empty_is_no_other_assignment(tmp_path: Path, source: str) -> None:
    """A broken class, a name nearly right, and nothing at all are judged as what they are."""
    assert intake.read(notebook(tmp_path, source)).another == ""


@pytest.mark.parametrize("name", profiles.names())
def test_a_right_submission_fits_its_own_year(tmp_path: Path, name: str) -> None:
    """And nothing is said of others."""
    read = intake.read(submission(load(name), tmp_path), load(name))

    assert read.another == "" and read.notes == ()


def test_a_part_that_is_missing_wholly_may_never_have_been_asked(tmp_path: Path) -> None:
    """The years that ask for all the rest are named; that with a file of claims where it is there."""
    read = {name: submission(load(name), tmp_path) for name in ("ece176-2024", "ece176-2026")}
    notes = {name: " ".join(intake.read(path).notes) for name, path in read.items()}

    assert (
        "lacks get_cls_pred, returnCAM, and is all that ece176-2024 or ece176-2026 asks"
        in notes["ece176-2024"]
    )
    assert "is all that ece176-2026 asks for; graded as ece285" in notes["ece176-2026"]


def test_what_a_year_does_not_ask_for_is_noted(tmp_path: Path) -> None:
    """Maps in a year without."""
    read = intake.read(submission(load("ece285"), tmp_path), load("ece176-2024"))

    assert any("also defines get_cls_pred, returnCAM" in note for note in read.notes)


def test_what_the_year_wants_to_be_handed_in_is_missed(tmp_path: Path) -> None:
    """By name or by ending, in whatever case; what is there is not spoken of."""
    year = replace(load(), handed_in=("*.ipynb", "Report.PDF", "*.txt"))
    notebook(tmp_path, "class FCN32s: pass")
    (tmp_path / "report.pdf").touch()
    read = intake.read(tmp_path, year)

    assert [note for note in read.notes if "handed in" in note] == [
        "*.txt, which this course year asks for, was not handed in"
    ]
