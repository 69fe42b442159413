"""Evidence fixtures: what checks ask for, asked once a submission."""

from __future__ import annotations

from collections.abc import Container

import pytest

from grader.evidence.case import Case
from grader.evidence.maps import MapEvidence
from grader.evidence.model import ModelEvidence
from grader.evidence.prediction import PredictionEvidence
from grader.evidence.training import TrainingEvidence
from grader.records.submission import SavedEvidence
from grader.rubric import Rubric

CASE = pytest.StashKey[Case]()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let `check_line` judge every line of its part that has no function of its own."""
    if "line" in metafunc.fixturenames:
        part = metafunc.module.__name__.rpartition(".")[2]
        rubric = metafunc.config.stash[CASE].profile.rubric
        metafunc.parametrize("line", lines_without_function(rubric, part, vars(metafunc.module)))


def lines_without_function(rubric: Rubric, part: str, functions: Container[str]) -> list[str]:
    """Return the lines of a part of the rubric that no check is called after."""
    lines = [line.check for line in rubric.lines if line.part == part]
    return [line for line in lines if f"check_{line}" not in functions]


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Case:
    """The submission under judgement."""
    return request.config.stash[CASE]


@pytest.fixture
def network(request: pytest.FixtureRequest, case: Case) -> ModelEvidence:
    """The network that this file's checks are about."""
    return case.networks[request.module.__name__.rpartition(".")[2]]


@pytest.fixture
def training(request: pytest.FixtureRequest, case: Case) -> TrainingEvidence:
    """What this file's network learns."""
    return case.trainings[request.module.__name__.rpartition(".")[2]]


@pytest.fixture
def prediction(case: Case) -> PredictionEvidence:
    """The prediction of part 4."""
    return case.cam.prediction


@pytest.fixture
def maps(case: Case) -> MapEvidence:
    """The class activation map of part 4."""
    return case.cam.maps


@pytest.fixture
def saved(case: Case) -> SavedEvidence:
    """What the notebook's saved outputs say."""
    return case.submission.saved
