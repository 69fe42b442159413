"""The form that a course year wants of a map is judged by two lines, and nothing else depends on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.checks.cam import check_normalise, check_weighted_sum
from grader.checks.form import check_dtype, check_shape
from grader.errors import Fault
from grader.evidence.maps import MapEvidence
from grader.evidence.prediction import PredictionEvidence
from grader.profiles.profile import MapForm
from tests.grader.a_cam import LABELS, SEED, SOURCE
from tests.grader.in_process import InProcess

MAP = "cv2.resize(np.uint8(255 * cam / cam.max()), (256, 256))"


def maps(returned: str, asked: MapForm) -> MapEvidence:
    """What there is to know about a right returnCAM that returns its map in this way."""
    source = SOURCE.replace(f"return {MAP}", f"return {returned}")
    return MapEvidence(PredictionEvidence(InProcess(source), SEED, LABELS), asked)


def lost(check: Callable[[MapEvidence], None], found: MapEvidence) -> str:
    """The id of the cause that a line is lost for, "" where it is kept."""
    try:
        check(found)
    except Fault as fault:
        assert fault.reason.cause is not None
        return fault.reason.cause.id
    return ""


SMALL = MAP.replace("(256, 256)", "(224, 192)")  # cv2 wants columns first


@pytest.mark.parametrize(
    ("returned", "asked", "shape", "dtype"),
    [
        (MAP, MapForm(), "", ""),
        (f"[{MAP}]", MapForm(), "", "map.type"),
        (SMALL, MapForm(), "map.shape", ""),
        (SMALL, MapForm((192, 224)), "", ""),
        (MAP, MapForm((192, 224)), "map.shape", ""),
        (f"[{SMALL}]", MapForm((192, 224), "list"), "", ""),
        (SMALL, MapForm((192, 224), "list"), "", "map.listed"),
        (f"[{MAP}]", MapForm(returned="either"), "", ""),
        (MAP, MapForm(returned="either"), "", ""),
        (f"[{MAP}.astype(float)]", MapForm(returned="list"), "", "map.dtype"),
    ],
)
def test_the_form_is_what_the_year_asks_for(returned: str, asked: MapForm, shape: str, dtype: str) -> None:
    """One line for its size, one for its type; what is in the map is right whatever holds it."""
    found = maps(returned, asked)

    assert (lost(check_shape, found), lost(check_dtype, found)) == (shape, dtype)
    assert (lost(check_weighted_sum, found), lost(check_normalise, found)) == ("", "")


def test_a_list_of_floats_is_told_as_both() -> None:
    """One line pays for what holds the map and for the type of its levels."""
    with pytest.raises(Fault) as raised:
        check_dtype(maps(f"[{MAP}.astype(float)]", MapForm()))

    assert raised.value.reason.cause is not None
    assert [one.id for one in raised.value.reason.cause.each] == ["map.type", "map.dtype"]


@pytest.mark.slow
def test_each_wrong_step_of_a_sum_is_a_cause_of_its_own() -> None:
    """Whoever made the same one beside others has it in common."""
    source = SOURCE.replace("weight_fc[idx]", "np.abs(weight_fc[idx])").replace("* cam /", "* cam.T /")
    with pytest.raises(Fault) as raised:
        check_weighted_sum(MapEvidence(PredictionEvidence(InProcess(source), SEED, LABELS)))

    cause = raised.value.reason.cause
    assert cause is not None
    assert [one.parameters["got"] for one in cause.each] == [
        "the weights' absolute values are used",
        "rows and columns are swapped",
    ]
    assert raised.value.reason.text.count("weighted sum: ") == 1
