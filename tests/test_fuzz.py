from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.fuzzing import TARGETS, crashes

EXAMPLES = {"protocol": 300, "verbs": 300, "notebook": 40, "archive": 40, "script": 60}


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_any_bytes_are_read_or_refused(target: str) -> None:
    """No reader of a submission's bytes raises anything but what its callers expect."""

    @settings(
        max_examples=EXAMPLES[target],
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        TARGETS[target].check(data.draw(TARGETS[target].data))

    check()


@pytest.mark.parametrize(("target", "data"), [(name, data) for name in TARGETS for data in crashes(name)])
def test_what_once_broke_a_reader_does_not_again(target: str, data: bytes) -> None:
    """Every crash that fuzzing found stays a test."""
    TARGETS[target].check(data)
