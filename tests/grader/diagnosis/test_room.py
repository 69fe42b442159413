"""Whether a skip's crop fits is told from the faults of the layers."""

from __future__ import annotations

import pytest

from grader.diagnosis.room import crowding
from grader.records.reason import Cause
from reference.architecture import fcn8s, fcn32s

SIZE = (64, 76, 224)
STEEP = Cause("layer.stride", {"layer": "upscore1", "got": 4, "want": 2})
CROWDED = {
    "fc6 padded": Cause("layer.padding", {"layer": "fc6", "got": 3, "want": 0}),
    "a large stride": STEEP,
    "a pool with a stride of 1": Cause("pool.stride", {"pool": "pool5", "got": 1, "want": 2}),
    "conv1_1 padded by 1": Cause("layer.padding", {"layer": "conv1_1", "got": 1, "want": 100}),
    "an upscore left out": Cause("layer.missing", {"layer": "upscore1"}),
    "rows and columns added": Cause("layer.output_padding", {"layer": "upscore1", "got": 40, "want": 0}),
    "an upscore that interpolates": Cause("layer.interpolated", {"layer": "upscore1"}),
    "a pool left out": Cause("pool.missing", {"pool": "pool5", "block": 5}),
}
ROOMY = {
    "nothing": None,
    "a fault without a size": Cause("layer.bias", {"layer": "upscore1", "got": "True"}),
    "another fault": Cause("crop.offset", {"got": 3, "want": 31}),
    "a smaller kernel": Cause("layer.kernel", {"layer": "upscore1", "got": 2, "want": 4}),
    "a kernel that no map fits": Cause("layer.kernel", {"layer": "fc6", "got": 99, "want": 7}),
    "no stride": Cause("layer.stride", {"layer": "fc6", "got": 0, "want": 1}),
    "a skip's pool left out": Cause("pool.missing", {"pool": "pool3", "block": 3}),
    "sides that differ": Cause("layer.stride", {"layer": "upscore1", "got": "(4, 2)", "want": 2}),
}


@pytest.mark.parametrize("case", CROWDED)
def test_a_layer_may_leave_no_room(case: str) -> None:
    """What is cropped is smaller than what it joins, and where the crop starts."""
    assert crowding(fcn8s(), [CROWDED[case]], SIZE) == CROWDED[case]


@pytest.mark.parametrize("case", ROOMY)
def test_other_faults_leave_room(case: str) -> None:
    """The crop fits, or there is none."""
    cause = ROOMY[case]

    assert crowding(fcn8s(), [cause] if cause else [], SIZE) is None


def test_the_crop_of_the_output_needs_room() -> None:
    """Where the network has no skips, too; a rounding of the pools that is right crowds nothing."""
    padded = Cause("layer.padding", {"layer": "conv1_1", "got": 1, "want": 100})

    assert crowding(fcn32s(), [padded], SIZE) == padded
    assert crowding(fcn32s(), [], range(32, 96)) is None


def test_the_fault_that_crowds_is_told() -> None:
    """Not one beside it."""
    small = Cause("layer.kernel", {"layer": "upscore2", "got": 2, "want": 4})

    assert crowding(fcn8s(), [small, STEEP], SIZE) == STEEP
