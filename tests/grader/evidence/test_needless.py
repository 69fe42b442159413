from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from grader.diagnosis.cam import Case, made_by, search
from grader.diagnosis.normalising import ROUNDED
from grader.diagnosis.ways import weighted
from grader.evidence.needless import FORM, STRETCH, SUM, beside_sum, needless
from grader.evidence.needless import RIGHT as NO_FAULT
from grader.evidence.otherwise import Explained
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice
from reference.cam import min_max
from tests.grader.diagnosis.test_cam import cases, enlarged

SOURCE = """\
def returnCAM(feature_conv, weight_fc, idx):
    row = weight_fc[idx]
    features = feature_conv[0]
    cam = row @ features
    cam = cam - cam.min()
    cam = cam / cam.max()
    large = cv2.resize(cam, (256, 256))
    return large
"""
pytestmark = pytest.mark.slow  # a map is held against each right way to enlarge it
RIGHT = cases(lambda f, w, i: enlarged(min_max(weighted(f, w[i]))))[:3]
WRONG = [replace(case, answer=case.answer[::-1] // 2) for case in RIGHT]


def found(
    old: str,
    new: str,
    bare: str,
    follows_sum: bool = False,
    floats: bool = False,
    answers: Sequence[Case] = RIGHT,
) -> Explained | None:
    """What must not be there, where the maps are `answers` once a function holds `bare` and `new` no more."""
    source = SOURCE.replace(old, new)

    def ask(instead: tuple[Module, ...], questions: Sequence[object]) -> list[Case]:
        text = instead[-1].chunks[-1].source if instead else source
        right = (bare in text and new not in text) or (floats and bool(instead))
        return list(answers if right else WRONG)[: len(questions)]

    return needless(ask, Slice((Module("submission", (Chunk("cell 3", 1, source),)),)), follows_sum)


@pytest.mark.parametrize(
    ("old", "new", "bare", "cause", "line"),
    [
        ("= feature_conv[0]", "= feature_conv[0] * 3", "= (feature_conv[0])", SUM, 3),
        ("row @ features", "(row + 1) @ features", "(row) @ features", SUM, 4),
        ("    row =", "    idx = 3\n    row =", "    pass\n    row =", SUM, 2),
        ("cam - cam.min()", "np.log1p(cam - cam.min())", "(cam - cam.min())", STRETCH, 5),
        ("cam / cam.max()", "cam / cam.max() > 0.5", "(cam / cam.max())", STRETCH, 6),
        ("return large", "return cv2.blur(large, (9, 9))", "return large", FORM, 8),
        ("    return", "    large[large < 9] = 0\n    return", "    pass\n    return", FORM, 8),
    ],
)
def test_one_operation_too_many_is_told(old: str, new: str, bare: str, cause: str, line: int) -> None:
    """By which step it belongs to, and where it is."""
    told = found(old, new, bare)

    assert told is not None and (told.cause, told.place) == (f"{cause}.operation", Place("cell 3", line))
    assert told.operation and told.operation in new


def test_an_operation_of_several_values_is_told_alone() -> None:
    """Another one in its place gives a mask: what would be wrong with that is no fault."""
    where = "np.where(cam > cam.mean(), cam, 0)"
    told = found("cam = cam / cam.max()", f"cam = {where}", "cam = cam\n", follows_sum=True)

    assert told == Explained(NO_FAULT, where, Place("cell 3", 6), f"{STRETCH}.operation")


def test_what_bends_levels_is_part_of_the_stretch() -> None:
    """Also once the map is enlarged."""
    told = found("return large", "return cv2.equalizeHist(large)", "return large", follows_sum=True)

    assert told == Explained(NO_FAULT, "cv2.equalizeHist(large)", Place("cell 3", 8), f"{STRETCH}.operation")


def test_bytes_that_are_too_early_are_no_operation_too_many() -> None:
    """The maps are right in floats already."""
    assert found("cam / cam.max()", "np.uint8(cam / cam.max())", "nowhere", floats=True) is None


@pytest.mark.parametrize(
    ("old", "new", "instead", "cause", "line"),
    [
        ("row @ features", "(row * features).sum(axis=2)", "(row * features).sum(axis=0)", SUM, 4),
        ("cam / cam.max()", "cam * cam.max()", "cam / cam.max()", STRETCH, 6),
    ],
)
def test_another_operation_than_there_must_be_is_told(
    old: str, new: str, instead: str, cause: str, line: int
) -> None:
    """With what makes the map right in its place."""
    told = found(old, new, f"({instead})")

    assert told is not None and (told.cause, told.place) == (f"{cause}.otherwise", Place("cell 3", line))
    assert told.operation == f"`{new}` read as `{instead}`"


def test_what_no_single_operation_explains_is_not_told() -> None:
    assert found("cam - cam.min()", "np.sin(cam)", "nowhere") is None


def test_what_is_right_for_one_question_alone_is_not_told() -> None:
    """The others are asked too."""
    scaled = "= feature_conv[0]", "= feature_conv[0] * 3", "= (feature_conv[0])"

    assert found(*scaled, answers=RIGHT) is not None
    assert found(*scaled, answers=[RIGHT[0], *WRONG[1:]]) is None


def test_what_shows_in_bytes_alone_is_told_beside_an_operation() -> None:
    """A range to 256 is right in floats, and wraps around in bytes."""
    source = SOURCE.replace("cam - cam.min()", "np.log1p(cam - cam.min())")
    source = source.replace("cam, (256", "np.uint8(256 * cam), (256")
    bytes = cases(
        lambda f, w, i: enlarged((min_max(weighted(f, w[i])) * 256 / 255).astype(np.int64).astype(np.uint8))
    )[:3]

    def ask(instead: tuple[Module, ...], questions: Sequence[object]) -> list[Case]:
        text = instead[-1].chunks[-1].source if instead else source
        answers = WRONG if "log1p" in text else bytes if "uint8" in text else RIGHT
        return list(answers)[: len(questions)]

    told = needless(ask, Slice((Module("submission", (Chunk("cell 3", 1, source),)),)), follows_sum=True)

    assert told is not None and told.operation == "np.log1p(cam - cam.min())"
    assert told.verdict is not None and "256" in told.verdict.stretch


HALF = cases(lambda f, w, i: enlarged(min_max(weighted(f[:8], w[i][:8]))))[:3]


def masked(maps: Sequence[Case]) -> list[Case]:
    """Maps that are compared with a half before they are enlarged."""
    return [replace(case, answer=enlarged(255.0 * (case.middles((7, 7)) > 127))) for case in maps]


@pytest.mark.parametrize(("answers", "told"), [(HALF, "cam / cam.max() > 0.5"), (RIGHT, None), (WRONG, None)])
def test_a_mask_is_told_beside_the_sum_of_some_channels(answers: Sequence[Case], told: str | None) -> None:
    """Where the maps are wrong by that alone without it; right ones need no such search."""
    source = SOURCE.replace("cam / cam.max()", "cam / cam.max() > 0.5")
    half = search(HALF)
    assert half is not None and "half of the channels" in half.sums and not half.stretch

    def ask(instead: tuple[Module, ...], questions: Sequence[object]) -> list[Case]:
        text = instead[-1].chunks[-1].source if instead else source
        return list(masked(HALF) if "> 0.5" in text else answers)[: len(questions)]

    slice = Slice((Module("submission", (Chunk("cell 3", 1, source),)),))
    found = beside_sum(ask, slice, masked(HALF), replace(half, stretch=ROUNDED))

    assert (found.operation if found else None) == told
    assert found is None or (found.verdict, found.cause) == (half, f"{STRETCH}.operation")


def test_what_is_made_by_no_known_fault_is_not_looked_for() -> None:
    assert made_by(RIGHT, NO_FAULT) is None
    assert made_by(RIGHT, replace(NO_FAULT, sums="nothing like that")) is None


GUESSES = "    cam = z * (row @ features) + z * features.sum(0) + z * (features @ row){more}\n"
FLAT = [replace(case, answer=case.answer * 0) for case in RIGHT]
LEVELS = [(case, np.asarray(case.answer, np.float64)) for case in RIGHT]
IN_PART = [replace(case, answer=np.where(each > 0, 9.5 * each[::-1], np.nan)) for case, each in LEVELS]
MANY = " + z * idx + z * row"


@pytest.mark.parametrize(
    ("more", "shown", "cause"),
    [("", FLAT, f"{SUM}.operation"), (MANY, FLAT, None), (MANY, IN_PART, f"{SUM}.operation")],
)
def test_of_maps_that_show_nothing_no_guess_is_taken(
    more: str, shown: Sequence[Case], cause: str | None
) -> None:
    """Where many operations may be left out so that a map is seen, the right one is one guess of many."""
    source = SOURCE.replace("    cam = row @ features\n", GUESSES.format(more=more))

    def ask(instead: tuple[Module, ...], questions: Sequence[object]) -> list[Case]:
        text = instead[-1].chunks[-1].source if instead else source
        guess = next((n for n, word in enumerate(text.split(" + ")) if word.count("z *") == 0), None)
        answers = {None: shown, 0: RIGHT}.get(
            guess, [replace(case, answer=np.roll(case.answer, 64 + (guess or 0), 1)) for case in RIGHT]
        )
        return list(answers)[: len(questions)]

    told = needless(ask, Slice((Module("submission", (Chunk("cell 3", 1, source),)),)), follows_sum=False)

    assert (told.cause if told else None) == cause


def test_of_changes_that_show_the_sum_the_last_is_taken() -> None:
    """Maps of the right sum in another stretch are no guesses, however many."""
    old, new = "cam / cam.max()", "cam / cam.min()"
    source = SOURCE.replace(old, new)

    def ask(instead: tuple[Module, ...], questions: Sequence[object]) -> list[Case]:
        text = instead[-1].chunks[-1].source if instead else source
        scale = 1.0 if "cam.max" in text or "cam.min() - cam" in text else 0.2 + 0.001 * len(text)
        found = (
            FLAT
            if text == source
            else [replace(case, answer=case.answer.astype(float) * scale) for case in RIGHT]
        )
        return list(found)[: len(questions)]

    told = needless(ask, Slice((Module("submission", (Chunk("cell 3", 1, source),)),)), follows_sum=False)

    assert told is not None and told.operation == "`cam.min` read as `cam.max`"
