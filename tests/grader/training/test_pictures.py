"""The pictures of a training run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.training.pictures import Labelled, pictures
from grader.training.plans import Plan
from reference import download, facades, synthetic

PLAN = Plan("p", "synthetic", "seeded", train=3, validation=2, test=1, epochs=1, size=32)


def check(labelled: Labelled, count: int) -> None:
    """As many pictures as asked, each with its classes."""
    assert len(labelled.images) == len(labelled.labels) == count
    for image, label in zip(labelled.images, labelled.labels, strict=True):
        assert image.shape == (*label.shape, 3)
        assert image.dtype == label.dtype == np.uint8
        assert label.max() < 12


@pytest.mark.slow
def test_mosaics_of_a_seed() -> None:
    """Counts and size of the plan, new ones for every epoch; no part shows another's facades."""
    found = pictures(replace(PLAN, data="mosaic", size=64, epochs=2), 1)

    for part, count in ((found.train, 6), (found.validation, 2), (found.test, 1)):
        check(part, count)
        assert part.images[0].shape == (64, 64, 3)
    assert not np.array_equal(found.train.images[0], found.test.images[0])


def test_synthetic_pictures_of_a_seed() -> None:
    """Counts and sizes of the plan; the same for the same seed, others for another, none twice."""
    first, other = pictures(PLAN, 1), pictures(PLAN, 2)

    check(first.train, 3)
    check(first.validation, 2)
    check(first.test, 1)
    assert {max(image.shape) for image in first.train.images} == {32}
    assert not np.array_equal(first.train.images[0], other.train.images[0])
    assert not np.array_equal(first.train.images[0], first.validation.images[0])
    assert pictures(PLAN, 1) is first


def test_real_pictures_are_split_as_the_course_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first pictures train, then come validation and test, in that order; fewer can be taken of each."""
    synthetic.write(tmp_path, seed=1, count=8, long_side=48)
    monkeypatch.setenv(download.FOLDER, str(tmp_path))
    monkeypatch.setattr(facades.split, "__defaults__", (4, 2))
    plan = Plan("p", "real", "vgg16", train=3, validation=2, test=1, epochs=1)

    found = pictures(plan, 0)

    check(found.train, 3)
    check(found.validation, 2)
    check(found.test, 1)
    paths = facades.pictures(tmp_path)
    for number, labelled in ((0, found.train), (4, found.validation), (6, found.test)):
        np.testing.assert_array_equal(labelled.labels[0], facades.read(Path(paths[number]))[1])


def test_crops_of_real_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Squares of the plan's size, at other places for another seed; smaller sides stay as they are."""
    synthetic.write(tmp_path, seed=1, count=4, long_side=96)
    monkeypatch.setenv(download.FOLDER, str(tmp_path))
    monkeypatch.setattr(facades.split, "__defaults__", (2, 1))
    plan = Plan("p", "real", "edges", train=2, validation=1, test=1, epochs=1, size=20)

    first, other = pictures(plan, 0), pictures(plan, 1)

    check(first.train, 2)
    assert {image.shape for image in first.train.images} == {(20, 20, 3)}
    assert not np.array_equal(first.train.images[0], other.train.images[0])
    whole = pictures(replace(plan, size=90), 0).train.images[0]
    assert max(whole.shape) < 90
