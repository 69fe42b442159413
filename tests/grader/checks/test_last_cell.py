from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.checks.last_cell import maps_are_right, weight_is_right
from grader.errors import Blocked, Fault
from grader.records.reason import Place
from tests.grader.a_cam import SOURCE
from tests.grader.a_cell import TRUTH, Ran, cell, known  # noqa: F401 - a fixture
from tests.grader.slim import Edit, edited
from tests.share import every


def check_weight(found: Ran) -> None:
    weight_is_right(found)


def check_maps(found: Ran) -> None:
    maps_are_right(found.cam, found)


def fault(check: Callable[[Ran], None], found: Ran) -> Fault:
    """The fault that a check finds."""
    with pytest.raises(Fault) as caught:
        check(found)
    return caught.value


def test_a_right_cell_has_no_fault() -> None:
    """weight_fc is the fc weight, and both maps are right."""
    found = cell()

    check_weight(found)
    check_maps(found)
    assert found.failure == ("", None)


@pytest.mark.parametrize("names", ['("cat.jpg", "bike.jpg")', '("bike.jpg", "bike.jpg", "cat.jpg")'])
def test_images_are_shown_in_any_order(names: str) -> None:
    """And others too: each map is held against its own image."""
    check_maps(cell(('("bike.jpg", "cat.jpg")', names)))


WEIGHT_LINE = "weight_fc = WEIGHT.detach().numpy()"


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("weight_fc = WEIGHT.detach()", "weight_fc is a Tensor, it must be a numpy array"),
        (
            "weight_fc = WEIGHT.detach().numpy().T",
            "weight_fc is (512, 1000), it must be (1000, 512): transposed",
        ),
        (
            "weight_fc = WEIGHT.detach().numpy().reshape(512, 1000)",
            "weight_fc is (512, 1000), it must be (1000, 512): reshaped, which mixes",
        ),
        ("weight_fc = WEIGHT.detach().numpy()[:10]", "weight_fc is (10, 512), it must be (1000, 512)"),
        ("weight_fc = WEIGHT.detach().numpy() * 2", "the fc layer's weight: it is 2 times that"),
        ("weight_fc = -WEIGHT.detach().numpy()", "the fc layer's weight: it is -1 times that"),
        ("weight_fc = WEIGHT.detach().abs().numpy()", "the fc layer's weight: it holds absolute values"),
        ("weight_fc = WEIGHT.detach().numpy()[::-1].copy()", "as it is: its classes are in reverse order"),
        (
            "weight_fc = WEIGHT.detach().numpy()[:, ::-1].copy()",
            "as it is: its channels are in reverse order",
        ),
        ("weight_fc = WEIGHT.detach().numpy().reshape(512, 1000).T", "as it is: it is reshaped where"),
        ("weight_fc = WEIGHT.detach().softmax(0).numpy()", "as it is: a softmax over the classes is taken"),
        ("weight_fc = np.random.rand(1000, 512)", "it has nothing to do with it"),
        ("weight_fc = np.array([str(n) for n in range(3)])", "weight_fc is None, it must be (1000, 512)"),
        ("weight_fc = WEIGHT.numpy()", "the last cell raises RuntimeError: Can't call numpy() on Tensor"),
        ("w = WEIGHT.detach()", "the last cell raises NameError: name 'weight_fc' is not defined"),
    ],
)
def test_a_wrong_weight_is_named(new: str, words: str) -> None:
    """Kind, shape, orientation, scale and sign of weight_fc are told apart."""
    found = fault(check_weight, cell((WEIGHT_LINE, new)))

    assert words in found.reason.text


def test_what_the_cell_raises_is_told_with_its_line() -> None:
    """The place of an exception is the student's line."""
    found = cell((WEIGHT_LINE, "weight_fc = WEIGHT.numpy()"))

    assert found.failure[0].startswith("RuntimeError: Can't call numpy()")
    assert found.failure[1] == Place("cell 9", 1)
    assert fault(check_weight, found).reason.place == Place("cell 9", 1)


def test_a_weight_under_another_name_is_what_returncam_is_given() -> None:
    """Where no weight_fc is bound, the second argument of returnCAM counts."""
    check_weight(cell((WEIGHT_LINE, "weights = WEIGHT.detach().numpy()"), ("weight_fc, idx", "weights, idx")))


def test_a_weight_that_a_broken_cell_still_binds_counts() -> None:
    """The line that binds weight_fc is run alone where the cell before it fails."""
    found = cell((WEIGHT_LINE, "import nonsense_that_is_not_there"), weight_line=WEIGHT_LINE)

    check_weight(found)
    assert found.failure[0].startswith("ModuleNotFoundError")


def test_a_cell_that_fails_makes_no_maps() -> None:
    """What the cell raised before its second map is why there is none."""
    found = fault(check_maps, cell(("    heat =", "    assert name != 'cat.jpg', 'no cats'\n    heat =")))

    assert found.reason.text == "the last cell raises AssertionError: no cats"
    assert found.reason.place == Place("cell 9", 5)


def test_one_map_is_too_few() -> None:
    """Both images have a map."""
    found = fault(check_maps, cell(('("bike.jpg", "cat.jpg")', '("bike.jpg",)')))

    assert found.reason.text == "the last cell makes 1 maps, there are 2 images"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (
            ("features.numpy()", "features.numpy() * 2"),
            "bike.jpg: returnCAM is not given the layer-4 features of the image: they are multiplied by 2",
        ),
        (
            ("features.numpy()", "features[:, :, :5].numpy()"),
            "returnCAM is not given the image's layer-4 features",
        ),
        (
            ('("bike.jpg", "cat.jpg")', '("cat.jpg", "cat.jpg")'),
            "bike.jpg: returnCAM is not given the layer-4 features of the image: the image is cat.jpg",
        ),
        (("weight_fc, idx", "weight_fc, 3"), "bike.jpg: returnCAM is given class [3], get_cls_pred said ["),
    ],
)
def test_wrong_arguments_are_named(edit: Edit, words: str) -> None:
    """Features of another layer or image, and another class than predicted, are told by image."""
    assert words in fault(check_maps, cell(edit)).reason.text


@pytest.mark.parametrize("passed", ["idx[0]", "idx[:1]", "idx"])
def test_the_best_of_several_classes_may_be_passed_on(passed: str) -> None:
    """All classes are returned, the right one is passed: what is returned is another line's affair."""
    functions = edited(
        ("    return index\n", "    return logit.argsort(1, descending=True)[0]\n"),
        ("weight_fc[idx]", "weight_fc[int(idx.reshape(-1)[0])]"),
        source=SOURCE,
    )

    check_maps(cell(("weight_fc, idx", f"weight_fc, {passed}"), functions=functions))


def test_another_resize_gives_nearly_the_same_features() -> None:
    """Features within a percent are the image's own: libraries resize differently."""
    check_maps(cell(("features.numpy()", "features.numpy() * 1.005")))


def test_a_map_that_is_changed_afterwards_is_wrong() -> None:
    """The function may be right and still not be what makes the map."""
    functions = edited(
        (
            "(256, 256))",
            "(256, 256)) if feature_conv[0, 0, 0, 0] not in MARKS else np.zeros((256, 256), np.uint8)",
        ),
        source=SOURCE,
    )
    marks = f"MARKS = {[float(features[0, 0, 0, 0]) for features in TRUTH.features]}\n"
    found = fault(check_maps, cell(functions=marks + functions))

    assert found.reason.text == "bike.jpg: the map is not what returnCAM gives for it"


@pytest.mark.parametrize(
    "stub", every(2, ["np.zeros((256, 256), np.uint8)", "np.tile(np.arange(256, dtype=np.uint8), (256, 1))"])
)
def test_a_function_that_shows_nothing_excuses_no_cell(stub: str) -> None:
    """Flat maps, and maps that are the same for every picture, are no maps of the images."""
    functions = SOURCE + f"\ndef returnCAM(feature_conv, weight_fc, idx): return {stub}\n"

    with pytest.raises(Blocked, match="shows nothing"):
        check_maps(cell(functions=functions))


def test_a_wrong_function_is_paid_elsewhere() -> None:
    """Where returnCAM itself is wrong, the cell that calls it rightly is right."""
    check_maps(cell(functions=edited(("weight_fc[idx]", "weight_fc[0]"), source=SOURCE)))


def test_a_wrong_weight_is_paid_once() -> None:
    """Maps made from a wrong weight_fc are judged by that weight."""
    check_maps(cell((WEIGHT_LINE, "weight_fc = WEIGHT.detach().numpy() * -1")))
    check_maps(cell((WEIGHT_LINE, "weight_fc = WEIGHT.detach().numpy()[:, ::-1].copy()")))


@pytest.mark.parametrize(
    "edit",
    [("return index", "raise ValueError"), ("    _, c, h, w =", "    raise ValueError\n    _, c, h, w =")],
)
def test_a_function_that_raises_blocks_the_maps(edit: Edit) -> None:
    """Where one of the two functions can't be called, the maps are not assessed."""
    with pytest.raises(Blocked):
        check_maps(cell(functions=edited(edit, source=SOURCE)))
