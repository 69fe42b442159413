"""What tests of several rooms share."""

from __future__ import annotations

import pytest

from tests.grader.hostile import HOSTILE


@pytest.fixture
def hostile() -> str:
    """Words that try every sink at once."""
    return HOSTILE
