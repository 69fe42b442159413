"""What returnCAM's maps show is told by the steps that give them."""

from __future__ import annotations

import numpy as np
import pytest

from grader.diagnosis.cam import Verdict
from grader.errors import Blocked, StudentRaised
from grader.evidence.questions import LEVELS, PANEL, Levels, Maps
from grader.wall.verbs import FORMS
from tests.grader.a_cam import SEED, cam, read
from tests.grader.in_process import InProcess
from tests.grader.slim import Edit
from tests.share import rows


def test_a_right_map_has_no_fault() -> None:
    """The course's own solution is explained without a fault, and right for any question."""
    found = cam().maps

    assert found.verdict == Verdict("", "", "")
    assert found.is_right(Maps(33, 444, "negative", 0.1))
    assert found.follows_sum
    assert found.extremes[0] < 5 and found.extremes[1] > 250


def test_questions_are_asked_once() -> None:
    """An answer is kept by its question."""
    found = cam().maps
    for _ in range(2):
        found.panel, found.verdict, found.is_right(PANEL[0]), found.follows_sum

    assert isinstance(found.student, InProcess)
    assert found.student.asked.count("cam") == len(PANEL)


@pytest.mark.parametrize(
    ("edit", "verdict"),
    rows(
        2,
        [
            (("weight_fc[idx]", "weight_fc[0]"), "the weights are those of class 0, whatever was predicted"),
            (("weight_fc[idx].", "np.abs(weight_fc[idx])."), "the weights' absolute values are used"),
            (("cam.reshape(h, w) - cam.min()", "cam.reshape(h, w)"), "the minimum is not taken off"),
            (("    return cv2", "    cam = 255 - cam\n    return cv2"), ""),
            (("255 * cam / cam.max()", "255 * np.round(cam / cam.max())"), "are rounded to 0 or 1"),
        ],
    ),
)
def test_a_wrong_map_is_explained(edit: Edit, verdict: str) -> None:
    """The step that gives the student's numbers is named; what no step gives has no verdict."""
    found = cam(edit).maps.verdict

    if not verdict:
        assert found is None
    else:
        assert found is not None
        assert verdict in f"{found.classes}{found.sums}{found.stretch}"


@pytest.mark.slow
@pytest.mark.parametrize(("sign", "told"), [("**", "`cam / cam.max() * 255`"), ("", "")])
def test_levels_up_to_1_may_have_lost_their_factor(sign: str, told: str) -> None:
    """Where the code has a 255 that does something else, that is the fault; else it was forgotten."""
    found = read(("255 * cam / cam.max()", f"(cam / cam.max()) {sign} {'255' * bool(sign)}")).maps.explained

    assert found.verdict
    assert told in found.operation if told else found.verdict.stretch.startswith("normalised to [0, 1]")


def test_a_map_that_never_changes_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """No step of it can be told, which a search of many seconds would find out."""
    monkeypatch.setattr("grader.diagnosis.cam.search", pytest.fail)
    found = cam(("return cv2.resize(", "return np.eye(256, dtype=np.uint8)\n    return cv2.resize(")).maps

    assert found.is_constant
    assert not found.is_flat
    assert found.verdict is None
    assert not found.follows_sum


def test_a_map_in_blocks_is_right_for_every_question() -> None:
    """What is accepted of the panel is accepted of other questions."""
    small = "np.uint8(255 * cam / cam.max())"
    blocks = f"{small}.repeat(37, 0).repeat(37, 1)[:256, :256]"
    found = cam((f"cv2.resize({small}, (256, 256))", blocks)).maps

    assert found.verdict == Verdict("", "", "")
    assert not found.is_exact
    assert all(found.is_right(question) for question in PANEL)


def test_a_flat_map_explains_nothing() -> None:
    """A map of one value could come from anything, so no way of making it is claimed."""
    found = cam(("np.uint8(255 * cam / cam.max())", "np.full((h, w), 7, np.uint8)")).maps

    assert found.verdict is None
    assert found.is_flat
    assert not found.is_right(PANEL[0])


SCALED = "np.uint8(255 * cam / cam.max())"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("np.uint8(cam / cam.sum())", "divided by its sum"),
        ("np.uint8(0 * cam)", "an operation leaves nothing of the sum"),
        ("np.uint8(cv2.normalize(cam, None, 0, 255, cv2.NORM_L2))", "an operation leaves nothing"),
    ],
)
def test_a_flat_map_is_tried_in_floats(new: str, said: str) -> None:
    """Then without each of its operations: the sum and its weights are seen to be right."""
    found = read((SCALED, new)).maps.verdict

    assert found is not None and (found.classes, found.sums) == ("", "")
    assert said in found.stretch


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("weight_fc[idx]", "weight_fc[idx - 1]"), "class before the predicted"),
        (("255 * cam / cam.max()", "255 * (cam / cam.max()) ** 2"), "squared"),
    ],
)
def test_a_known_step_beside_another_type_is_told_as_it_is(edit: Edit, said: str) -> None:
    """Not as an operation without which the map is right, which costs another line."""
    found = read(edit, ("np.uint8(", "np.float32(")).maps.explained

    assert found.operation == "" and found.verdict is not None
    assert said in f"{found.verdict.classes} {found.verdict.stretch}"


@pytest.mark.slow
def test_nothing_computed_stays_unexplained_however_it_is_read() -> None:
    """A function that gives zeros without a sum earns nothing by it."""
    assert read((SCALED, "np.zeros((h, w), np.uint8)")).maps.verdict is None


@pytest.mark.slow
def test_a_class_out_of_range_leaves_the_others() -> None:
    """What the other classes show is told."""
    found = read(("weight_fc[idx]", "weight_fc[idx + 2]")).maps

    assert found.verdict is not None and "class 2 after the predicted" in found.verdict.classes
    assert found.refused is not None and found.refused.kind == "IndexError"


def test_what_is_no_map_is_not_right() -> None:
    """A row of numbers is not compared with a map."""
    found = cam(
        ("    return cv2.resize(np.uint8(255 * cam / cam.max()), (256, 256))", "    return cam.ravel()[:40]")
    ).maps

    assert found.verdict is None
    assert not found.is_right(PANEL[0])


def test_a_map_of_another_size_is_judged_all_the_same() -> None:
    """The shape line pays for the size; the rest is seen in the map, brought to size."""
    found = cam(("(256, 256))", "(224, 224))")).maps

    assert found.panel[0].answer.shape == (224, 224)
    assert found.follows_sum


def test_a_list_of_one_map_has_the_shape_of_the_map() -> None:
    """That it is in a list is another line's affair."""
    found = cam(
        (
            "    return cv2.resize(np.uint8(255 * cam / cam.max()), (256, 256))",
            "    return [cv2.resize(np.uint8(255 * cam / cam.max()), (224, 224))]",
        )
    ).maps

    assert (
        (found.kind, found.first.shape) == ("list", (1, 224, 224))
        and found.is_right(PANEL[0])
        and found.verdict == Verdict("", "", "")
    )


@pytest.mark.parametrize(
    ("guard", "form"),
    [
        ("assert isinstance(idx, int)", "int"),
        ("idx = idx.item()", "tensor"),
        ("assert not isinstance(idx, torch.Tensor)", "array0"),
        ("idx = int(idx)", "tensor"),
    ],
)
def test_a_map_is_asked_with_a_form_that_it_takes(guard: str, form: str) -> None:
    """The student's own form comes first, then whatever returnCAM doesn't refuse."""
    assert cam(("    _, c, h, w =", f"    {guard}\n    _, c, h, w =")).maps.working_form == form


def test_a_form_of_the_student_s_own_comes_first() -> None:
    """A get_cls_pred that returns a number has its returnCAM asked with a number."""
    assert cam(("return index", "return index.item()")).maps.working_form == "int"


def test_a_map_that_refuses_every_form_raises_what_it_raised_first() -> None:
    """All forms are tried before the student's exception is told."""
    found = cam(("    _, c, h, w =", "    raise ValueError(type(idx).__name__)\n    _, c, h, w =")).maps

    with pytest.raises(StudentRaised, match="ValueError: Tensor"):
        found.working_form
    assert isinstance(found.student, InProcess)
    assert found.student.asked.count("cam") == len(FORMS)
    with pytest.raises(Blocked, match=r"see cam\.weighted_sum"):
        found.panel


def test_a_map_that_is_none_blocks() -> None:
    """A returnCAM without an array has nothing to look at."""
    with pytest.raises(Blocked, match="returnCAM returns a NoneType"):
        cam(("    return cv2.resize", "    cv2.resize")).maps.panel


@pytest.mark.parametrize("question", LEVELS)
def test_sums_of_two_values(question: Levels) -> None:
    """A question's sums are low or high, both in every row and column, and only for its own class."""
    features, weight = question.arrays(SEED)
    sums = np.tensordot(weight[question.index], features[0], axes=1)
    high = question.is_high(SEED)

    assert np.allclose(sums, np.where(high, question.high, question.low), atol=1e-4)
    assert (high.any(axis=0) & high.any(axis=1) & ~high.all(axis=0) & ~high.all(axis=1)).all()
    assert not (high == high.T).all()
    assert len(np.unique(np.tensordot(weight[0], features[0], axes=1).round(3))) > 40


@pytest.mark.parametrize(
    "stretch",
    [
        "255 * cam * cam.max()",
        "255 * cam / cam.max(axis=0)",
        "3 * cam ** 2",
        "255 - 2 * cam",
        "1000 * cam",
        "np.float32(cam)",
    ],
)
def test_any_stretching_leaves_the_sum_to_be_seen(stretch: str) -> None:
    """Bytes may wrap around and order be lost: the sum is right all the same, only the stretching isn't."""
    found = cam(("255 * cam / cam.max()", stretch)).maps

    assert found.follows_sum


@pytest.mark.parametrize(
    "edit",
    [
        ("weight_fc[idx].", "np.abs(weight_fc[idx])."),
        ("weight_fc[idx]", "weight_fc[0]"),
        ("feature_conv.reshape(c, h * w)", "feature_conv[:, ::-1].reshape(c, h * w)"),
        ("feature_conv.reshape(c, h * w)", "np.maximum(feature_conv, 0).reshape(c, h * w)"),
        ("cam.reshape(h, w)", "cam.reshape(h, w).T"),
        ("255 * cam / cam.max()", "0 * cam"),
    ],
)
def test_a_wrong_sum_is_not_followed(edit: Edit) -> None:
    """Other weights, features or places give other values than two, or in other places, or none."""
    assert not cam(edit).maps.follows_sum


def test_a_map_is_spoilt_where_code_takes_the_weights() -> None:
    """A function of which nothing was written spoils none."""
    spoilt, stub = "    cam = np.zeros((7, 7))\n    return cv2", "np.zeros(49)"

    assert read(("    return cv2", spoilt)).maps.is_spoilt
    assert not read(("weight_fc[idx].reshape(-1) @ feature_conv.reshape(c, h * w)", stub)).maps.is_spoilt
    assert not read().maps.is_spoilt
