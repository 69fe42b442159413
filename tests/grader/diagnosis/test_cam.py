from __future__ import annotations

from collections.abc import Callable
from itertools import product

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from grader.diagnosis import enlarging
from grader.diagnosis.bending import bend, extremes
from grader.diagnosis.cam import Case, Verdict, follows, is_mostly_right, linear_ends, right_maps, search
from grader.diagnosis.finishing import finishes, is_right_map, matches, rights, stretched_late
from grader.diagnosis.stretches import Stretch, stretches
from grader.diagnosis.ways import CLASSES, SUMS, Sum, Way, compositions
from grader.wall.draws import draw
from reference.cam import class_activation_map
from tests.share import every, examples

Array = np.ndarray
CHANNELS, ROWS = 16, 20
QUESTIONS = ((0, 3, 0.0), (1, 11, 0.3), (2, 17, -0.3), (3, 7, 0.0))  # number, class, shift of the weights


def question(number: int, index: int, shift: float) -> tuple[Array, Array, int]:
    """Features (16, 7, 7), weights (20, 16) and a class, in float64."""
    features = draw(number, "features", (CHANNELS, 7, 7)).astype(np.float64)
    if shift:
        features = np.abs(features)
    return features, draw(number, "weights", (ROWS, CHANNELS), 0.3).astype(np.float64) + shift, index


def cases(returns: Callable[[Array, Array, int], Array]) -> list[Case]:
    """What a returnCAM gives for the panel of questions."""
    asked = (question(*numbers) for numbers in QUESTIONS)
    return [Case(f, w, i, returns(f.copy(), w.copy(), i)) for f, w, i in asked]


def to_bytes(levels: Array) -> Array:
    """Cut off after the point, as uint8."""
    return levels.astype(np.uint8)


def enlarged(levels: Array) -> Array:
    """A small map at (256, 256)."""
    return np.asarray(cv2.resize(levels, (256, 256)))


RIGHT_SUM, *WRONG_SUMS = (Sum(*steps) for steps in compositions(SUMS, 1))
LONE = "only the last channel is used"  # then weights are one number, and a product is the map
TWICE_WRONG = [
    sums
    for steps in compositions(SUMS, 2)
    if len((sums := Sum(*steps)).faults) == 2
    and not (LONE in sums.faults and (sums.weights.fault or sums.join.fault))
]


def made(classes: Way = CLASSES[0], sums: Sum = RIGHT_SUM, stretch: int = 0) -> Callable[..., Array]:
    """A returnCAM that does each step in one of the known ways; a stretch is meant by its number."""

    def returns(features: Array, weight: Array, index: int) -> Array:
        raw = sums.do(features, classes.do(features, weight, index))
        ends = extremes(sums.do(features, weight))
        (levels,) = bend(raw, ends).levels(np.array([stretch]))
        return enlarged(np.nan_to_num(levels + 1e-9).astype(np.int64).astype(np.uint8))

    return returns


def straight(features: Array, weight: Array, index: int) -> Array:
    """As the course does it."""
    cam = (weight[index] @ features.reshape(CHANNELS, -1)).reshape(7, 7)
    cam = cam - cam.min()
    return enlarged(to_bytes(255 * cam / cam.max()))


RIGHT = {
    "straight": straight,
    "reference": lambda f, w, i: class_activation_map(f, w, i),
    "einsum": lambda f, w, i: enlarged(
        to_bytes(
            np.clip(
                np.rint(np.interp((r := np.einsum("c,chw->hw", w[i], f)), (r.min(), r.max()), (0, 255))),
                0,
                255,
            )
        )
    ),
    "opencv": lambda f, w, i: enlarged(
        cv2.normalize(np.tensordot(w[i], f, 1), None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)
    ),
    "float32": lambda f, w, i: straight(f.astype(np.float32), w.astype(np.float32), i),
    "enlarged first": lambda f, w, i: _late(np.tensordot(w[i], f, 1)),
    "enlarged as floats": lambda f, w, i: np.clip(enlarged(_levels(np.tensordot(w[i], f, 1))), 0, 255).astype(
        np.uint8
    ),
    "enlarged by cubic curves first": lambda f, w, i: _late(np.tensordot(w[i], f, 1), cv2.INTER_CUBIC),
    "cubic": lambda f, w, i: np.clip(
        cv2.resize(_levels(np.tensordot(w[i], f, 1)), (256, 256), interpolation=cv2.INTER_CUBIC), 0, 255
    ).astype(np.uint8),
    "nearest": lambda f, w, i: cv2.resize(
        to_bytes(_levels(np.tensordot(w[i], f, 1))), (256, 256), interpolation=cv2.INTER_NEAREST
    ),
    "left as floats": lambda f, w, i: enlarged(_levels(np.tensordot(w[i], f, 1))),
    "cubic, by Pillow": lambda f, w, i: _by_pillow(f, w, i, Image.Resampling.BICUBIC),
    "nearest, by Pillow": lambda f, w, i: _by_pillow(f, w, i, Image.Resampling.NEAREST),
}


def _by_pillow(features: Array, weight: Array, index: int, resampling: Image.Resampling) -> Array:
    levels = to_bytes(_levels(np.tensordot(weight[index], features, 1)))
    return np.asarray(Image.fromarray(levels).resize((256, 256), resampling))


def _levels(raw: Array) -> Array:
    levels: Array = (raw - raw.min()) / (raw.max() - raw.min()) * 255
    return levels


def _late(raw: Array, method: int = cv2.INTER_LINEAR) -> Array:
    big = cv2.resize(raw, (256, 256), interpolation=method)
    return to_bytes((big - big.min()) / (big.max() - big.min()) * 255)


@pytest.mark.parametrize("name", RIGHT)
def test_right_maps_have_no_fault(name: str) -> None:
    """However the weighted sum is stretched to [0, 255] and enlarged, a right map is right."""
    assert search(cases(RIGHT[name])) == Verdict("", "", "")


@pytest.mark.parametrize("how", ["enlarged twice", "smoothed"])
def test_a_map_that_is_nearly_right_never_wraps_around(how: str) -> None:
    """Most of its pixels are a right map's."""

    def made(features: Array, weight: Array, index: int) -> Array:
        if how == "smoothed":
            return np.asarray(cv2.GaussianBlur(straight(features, weight, index), (5, 5), 0))
        levels = to_bytes(_levels(np.tensordot(weight[index], features, 1)))
        return np.asarray(cv2.resize(cv2.resize(levels, (224, 224)), (256, 256)))

    assert all(map(is_mostly_right, cases(made)))
    assert search(cases(made)) in (None, Verdict("", "", ""))


@pytest.mark.parametrize("method", every(6, enlarging.METHODS))
def test_every_librarys_enlarging_is_right(method: str) -> None:
    """Before the sum is stretched or after."""

    def late(features: Array, weight: Array, index: int) -> Array:
        big = enlarging.enlarged(np.tensordot(weight[index], features, 1), (256, 256), method)
        return to_bytes(_levels(big))

    def early(features: Array, weight: Array, index: int) -> Array:
        levels = _levels(np.tensordot(weight[index], features, 1))
        return to_bytes(np.clip(enlarging.enlarged(levels, (256, 256), method), 0, 255))

    assert search(cases(late)) == search(cases(early)) == Verdict("", "", "")


@pytest.mark.parametrize("method", ["torch, corners aligned", "scikit-image"])
def test_faults_are_seen_behind_another_librarys_enlarging(method: str) -> None:
    """What was enlarged is told from the map."""

    def clipped(features: Array, weight: Array, index: int) -> Array:
        raw = np.maximum(np.tensordot(weight[index], features, 1), 0)
        return to_bytes(enlarging.enlarged(255 * raw / (raw.max() or 1), (256, 256), method))

    found = search(cases(clipped))

    assert found is not None
    assert "cut to 0" in found.stretch


@pytest.mark.parametrize("bent", ["negative values are cut to 0", "absolute values are taken"])
def test_a_curve_before_enlarging_is_one_fault(bent: str) -> None:
    """As Grad-CAM's code has it: cut, enlarged, then brought to the range."""
    curve = np.abs if "absolute" in bent else lambda raw: np.maximum(raw, 0)

    def returns(features: Array, weight: Array, index: int) -> Array:
        whole = enlarged(curve(np.tensordot(weight[index], features, 1)))
        whole = whole - whole.min()
        return to_bytes(255 * whole / (whole.max() or 1))

    assert search(cases(returns)) == Verdict("", "", f"{bent} before the map is stretched")


# Faults that give the same numbers as another one, which is named instead.
ALIKE = {
    "the weights are summed over all classes": "the weights are the mean, or the sum, over all classes",
    "weights and features are added instead of multiplied": "the features are averaged without their weights",
    "a softmax of the weights is used": "the weights' exponentials, or a softmax of them, are used",
    "the sum starts at 1 instead of 0": "",  # stretching takes it off again
    "one channel is used only, without its weight": "one channel is used only",  # above 0
}


def ways(steps: tuple[Way, ...]) -> list[Way]:
    """The wrong ways of a step."""
    return [way for way in steps if way.fault]


@pytest.mark.parametrize("way", every(3, ways(CLASSES), (way.fault for way in ways(CLASSES))))
def test_wrong_classes_are_named(way: Way) -> None:
    """Each known way to take another class's weights is found by its numbers."""
    assert search(cases(made(classes=way))) == Verdict(ALIKE.get(way.fault, way.fault), "", "")


@pytest.mark.parametrize("way", every(9, WRONG_SUMS, (way.fault for way in WRONG_SUMS)))
def test_wrong_sums_are_named(way: Sum) -> None:
    """Each known way to sum wrongly is found by its numbers."""
    assert search(cases(made(sums=way))) == Verdict("", ALIKE.get(way.fault, way.fault), "")


# Of one channel, what is done to its features is done to the map as well; the mean of signs may point
# the other way than the weights' mean; of one channel less another one is left, which is not named yet.
TOLD_OTHERWISE = {
    "the features are squared; one channel is used only",
    "the features are squared; one channel is used only, without its weight",
    "only the sign of the weights is used; the weights' mean is used for every channel",
    "the first channel is left out; one channel is used only",
}


def _is_told_otherwise(way: Sum) -> bool:
    """Also where one channel alone is left of those that have each other's weights."""
    return way.fault in TOLD_OTHERWISE or bool(way.channels.fault and "one channel" in way.join.fault)


@pytest.mark.slow
@settings(max_examples=examples(12), derandomize=True)  # not all of hundreds were tried
@given(st.sampled_from([way for way in TWICE_WRONG if not _is_told_otherwise(way)]))
def test_wrong_steps_of_a_sum_compose(way: Sum) -> None:
    """Two are told by their numbers, in no more faults than were made: one may be told as the stretch's."""
    verdict = search(cases(made(sums=way)))

    assert verdict is not None and not verdict.classes
    told = [
        (sums, number)
        for sums, (number, one) in product(map(_sum, compositions(SUMS, 2)), enumerate(stretches()))
        if (sums.fault, one.fault) == (verdict.sums, verdict.stretch)
        and len(sums.faults) + len(one.faults) <= 2
    ]
    answers = [_answer(case) for case in cases(made(sums=way))]
    assert any(  # of several in the same words, as a ReLU of the features is right too
        all(map(_near_in_bytes, map(_answer, cases(made(sums=sums, stretch=number))), answers))
        for sums, number in told
    )


def _sum(steps: tuple[Way, ...]) -> Sum:
    return Sum(*steps)


def _answer(case: Case) -> Array:
    return case.answer


@pytest.mark.slow
def test_a_curve_that_bends_nothing_is_no_step() -> None:
    """Products that were cut to 0 sum to what a ReLU leaves alone."""
    way = next(way for way in WRONG_SUMS if "products are cut" in way.fault)
    undone = number_of("", "none", "new_maximum", "", "")

    verdict = search(cases(made(sums=way, stretch=undone)))

    assert verdict == Verdict("", way.fault, stretches()[undone].fault)


@pytest.mark.slow
def test_a_map_may_be_turned_before_or_after_it_is_enlarged() -> None:
    """Where few levels are left, enlarging rounds rows and columns otherwise."""
    way = next(way for way in WRONG_SUMS if way.turn.fault.startswith("rows and columns"))
    by_sum = number_of("", "none", "sum", "", "")

    def returns(features: Array, weight: Array, index: int) -> Array:
        return np.asarray(made(stretch=by_sum)(features, weight, index).T)

    assert search(cases(returns)) == Verdict("", way.fault, stretches()[by_sum].fault)


ONE_FAULT = [number for number, one in enumerate(stretches()) if len(one.faults) == 1]
WRAPS = {"256", "512"}  # whose ends are told by the last digit of a float
FEWEST_LEVELS = 13  # of a map of 49 values: 12 were too few for one stretch of 210 that were drawn
FEW = [n for n, one in enumerate(stretches()) if 2 <= len(one.faults) <= 3 and one.top.id not in WRAPS]


@pytest.mark.parametrize("number", every(24, ONE_FAULT, (stretches()[number].fault for number in ONE_FAULT)))
def test_a_wrong_stretch_is_named(number: int) -> None:
    """Each normalisation with one fault is told by its numbers, as itself or as one that gives the same."""
    assert told_alike(search(cases(made(stretch=number))), number)


@pytest.mark.slow
@settings(max_examples=examples(12), derandomize=True)  # not all of thousands were tried
@given(st.sampled_from(FEW))
def test_wrong_steps_compose(number: int) -> None:
    """Two or three wrong steps are told by their numbers, in no more faults than were made."""
    assume(tells_enough(number))
    assert told_alike(search(cases(made(stretch=number))), number)


@pytest.mark.slow
@settings(max_examples=examples(6), derandomize=True)  # one in a hundred of these can't be told
@given(st.sampled_from(FEW))
def test_wrong_steps_of_few_levels_compose(number: int) -> None:
    """Bytes that were cut off early leave a handful of levels: most are told all the same."""
    assume(not tells_enough(number))
    assert told_alike(search(cases(made(stretch=number))), number)


def tells_enough(number: int) -> bool:
    """Say whether the maps of a stretch have levels enough to tell it from all others."""
    for features, weight, index in (question(*numbers) for numbers in QUESTIONS):
        raw = RIGHT_SUM.do(features, weight[index])
        (levels,) = bend(raw, extremes(RIGHT_SUM.do(features, weight))).levels(np.array([number]))
        if len(np.unique(np.nan_to_num(levels).astype(np.int64))) < FEWEST_LEVELS:
            return False
    return True


def told_alike(verdict: Verdict | None, number: int) -> bool:
    """Say whether a verdict gives the numbers of a stretch, in as few faults; a flat map tells nothing."""
    asked = cases(made(stretch=number))
    if any(case.answer.min() == case.answer.max() for case in asked):
        return True
    if verdict is None or verdict.classes or verdict.sums:
        return False
    wanted = stretches()[number]
    alike = [n for n, one in enumerate(stretches()) if one.fault == verdict.stretch]
    fewer = len(stretches()[alike[0]].faults) <= len(wanted.faults)
    return fewer and any(
        all(_near_in_bytes(a.answer, b.answer) for a, b in zip(asked, cases(made(stretch=n)), strict=True))
        for n in alike
    )


def _near_in_bytes(one: Array, other: Array) -> bool:
    distance = np.abs(one.astype(int) - other.astype(int))
    return bool((np.minimum(distance, 256 - distance) <= 3).mean() > 0.97)


def named(*ids: str) -> Stretch:
    """The stretch of these steps."""
    return next(one for one in stretches() if one.ids == ids)


def number_of(*ids: str) -> int:
    return stretches().index(named(*ids))


OLD_MAXIMUM = number_of("", "", "old_maximum", "", "")


def test_bytes_that_are_cut_instead_of_wrapped_are_named_alike() -> None:
    """A map divided by its old maximum is that, whether what is too large wraps around or is cut."""

    def cut(features: Array, weight: Array, index: int) -> Array:
        raw = RIGHT_SUM.do(features, weight[index])
        return enlarged(np.clip((raw - raw.min()) / raw.max() * 255, 0, 255).astype(np.uint8))

    assert search(cases(cut)) == Verdict("", "", stretches()[OLD_MAXIMUM].fault)


@pytest.mark.slow
def test_a_map_enlarged_before_a_wrong_stretch_is_named_alike() -> None:
    """A ReLU in the stretch is that, whether the map was small or large when it was stretched."""

    def late(features: Array, weight: Array, index: int) -> Array:
        big = np.maximum(cv2.resize(np.tensordot(weight[index], features, 1), (256, 256)), 0)
        return to_bytes(255 * big / (big.max() or 1))

    assert search(cases(late)) == Verdict("", "", named("relu", "", "", "", "").fault)


def test_a_range_of_all_classes_is_named() -> None:
    """It is a straight line too, so that only the other classes' maps show what is wrong."""

    def returns(features: Array, weight: Array, index: int) -> Array:
        every = np.tensordot(weight, features, axes=1)
        return enlarged(to_bytes((every[index] - every.min()) / (every.max() - every.min()) * 255))

    verdict = search(cases(returns))

    assert verdict == Verdict("", "", "the range is that of all classes' maps, not of this one's")


@pytest.mark.slow
def test_class_0_is_seen_through_a_map_of_zeros_and_ones() -> None:
    """A map cut to 0 and 1 shows little, but which class it is of."""

    def returns(features: Array, weight: Array, index: int) -> Array:
        raw = np.tensordot(weight[0], features, axes=1)
        return enlarged(to_bytes((raw - raw.min()) / (raw - raw.min()).max()))

    verdict = search(cases(returns))

    assert verdict == Verdict(CLASSES[1].fault, "", "normalised to [0, 1], not to [0, 255]")


def test_linear_ends_are_those_of_a_straight_line() -> None:
    """A stretch to [40, 200] is told by its ends; a bent map has none."""
    features, weight, index = question(*QUESTIONS[0])
    raw = np.tensordot(weight[index], features, axes=1)
    share = (raw - raw.min()) / (raw.max() - raw.min())
    straight_line, bent = (enlarged(to_bytes(levels)) for levels in (40 + 160 * share, 255 * share**3))

    ends = linear_ends(Case(features, weight, index, straight_line), straight_line)

    assert ends is not None and np.allclose(ends, (40, 200), atol=3)
    assert linear_ends(Case(features, weight, index, bent), bent) is None


@pytest.mark.slow
def test_two_faults_are_both_named() -> None:
    """Faults of different steps are told apart."""
    way = made(classes=CLASSES[1], stretch=OLD_MAXIMUM)

    assert search(cases(way)) == Verdict(CLASSES[1].fault, "", stretches()[OLD_MAXIMUM].fault)


@pytest.mark.slow
def test_what_no_way_gives_has_no_verdict() -> None:
    """A map of another origin is not explained."""
    assert search(cases(lambda f, w, i: np.full((256, 256), 128, np.uint8))) is None
    assert search(cases(lambda f, w, i: enlarged(to_bytes(_levels(f[2] * f[3]))))) is None


@settings(max_examples=examples(20))
@given(st.floats(1e-3, 1e3))
def test_scaling_the_weights_changes_no_map(factor: float) -> None:
    """A map is invariant to positive scaling of the weights, so its verdict is too."""
    features, weight, index = question(*QUESTIONS[0])
    answer = straight(features, weight * factor, index)

    assert any(matches(answer, right) for right in right_maps(Case(features, weight, index, answer)))


def test_a_flat_map_follows_nothing() -> None:
    """It falls nowhere; a bright pixel between the centres of cells makes it no better."""
    features, weight, index = question(*QUESTIONS[0])
    flat = np.zeros((256, 256), np.uint8)
    flat[0, 0] = 255

    assert not follows(Case(features, weight, index, flat), flat)
    right = straight(features, weight, index)
    assert follows(Case(features, weight, index, right), right)


@pytest.mark.parametrize("off", [5, 10, 100])
def test_rounding_is_forgiven_and_nothing_more(off: int) -> None:
    """A level of 255 more or less is rounding; five at one place are not."""
    features, weight, index = question(*QUESTIONS[0])
    answer = straight(features, weight, index).astype(np.int64)
    near, far = answer.copy(), answer.copy()
    near[100, 100] += 1 if near[100, 100] < 128 else -1
    far[100, 100] += off if far[100, 100] < 128 else -off
    maps = list(right_maps(Case(features, weight, index, answer)))

    assert any(matches(near.astype(np.uint8), right) for right in maps)
    assert not any(matches(far.astype(np.uint8), right) for right in maps)


@pytest.mark.parametrize("size", [(256, 256), (7, 7), (40, 600)])
def test_a_right_map_is_one_whatever_was_asked_before(size: tuple[int, int]) -> None:
    """Of what was made once a few pixels are compared first: the answer stays the same."""
    raw = draw(5, "features", (7, 7)).astype(np.float64)
    right = list(rights(raw, size))
    wrong = right[0][::-1], np.full(size, np.nan), np.where(right[0] > 128, np.inf, 0)
    answers = [*right[::29], right[-1], *wrong]

    with np.errstate(all="ignore"):
        wanted = [any(matches(answer, each) for each in right) for answer in answers]
        assert [is_right_map(answer, raw) for answer in answers] == wanted
        assert [is_right_map(answer, raw) for answer in answers] == wanted
    assert True in wanted and False in wanted


def test_what_is_computed_of_a_question_is_there_for_its_other_answers() -> None:
    """It is kept by what was asked, not by what came of it."""
    one, another = (question(*numbers) for numbers in QUESTIONS[:2])
    first, second = (Case(*one, np.full((7, 7), level)) for level in (0, 1))

    assert first.ends(RIGHT_SUM) is second.ends(RIGHT_SUM)
    assert Case(*another, first.answer).ends(RIGHT_SUM) != first.ends(RIGHT_SUM)


def test_maps_of_other_shapes_dont_match() -> None:
    """A map is compared with one of its own size only."""
    assert not matches(np.zeros((7, 7), np.uint8), np.zeros((256, 256)))
    assert matches(np.zeros((7, 7), np.uint8), np.zeros((7, 7)))


def test_every_finish_is_a_whole_map() -> None:
    """Enlarging gives (256, 256) levels, whichever way is taken."""
    raw = np.tensordot(question(*QUESTIONS[0])[1][3], question(*QUESTIONS[0])[0], 1)

    for finished in (*finishes(_levels(raw)), *stretched_late(raw)):
        assert finished.shape == (256, 256)
        assert finished.dtype == np.float64


@pytest.mark.parametrize("pixel", [(0, 0), (7, 9), (32, 48), (99, 99)])
def test_one_pixel_that_is_elsewhere_is_seen(pixel: tuple[int, int]) -> None:
    """Whether it is one of those that are compared first or not; most of the map is still the same."""
    map = np.linspace(0, 255, 10_000).reshape(100, 100)
    moved = map.copy()
    moved[pixel] += 3

    assert matches(map + 1, map) and not matches(moved, map)
    assert matches(moved, map, share=0.9)
