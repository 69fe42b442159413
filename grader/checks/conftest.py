"""Evidence fixtures: what checks ask for, asked once a submission."""

from __future__ import annotations

import pytest

from grader.evidence.cam import CamEvidence
from grader.evidence.case import Case
from grader.evidence.model import ModelEvidence
from grader.evidence.training import TrainingEvidence
from grader.records.submission import SavedEvidence

CASE = pytest.StashKey[Case]()


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
def maps(case: Case) -> CamEvidence:
    """The two functions of part 4, and the last cell."""
    return case.cam


@pytest.fixture
def saved(case: Case) -> SavedEvidence:
    """What the notebook's saved outputs say."""
    return case.submission.saved
