"""Synthetic facades: as mixed as real ones, in the same files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reference import facades, synthetic

N = 12
SIZE = (160, 128)  # width, height


@pytest.fixture(scope="module")
def street() -> list[synthetic.Picture]:
    """Forty facades."""
    return [synthetic.facade(3, index, SIZE) for index in range(40)]


def test_a_seed_and_a_number_are_a_facade() -> None:
    """The same two give the same picture; another of either gives another one."""
    first, again = (synthetic.facade(1, 2, SIZE) for _ in range(2))
    others = [synthetic.facade(1, 3, SIZE), synthetic.facade(2, 2, SIZE)]

    np.testing.assert_array_equal(first.rgb, again.rgb)
    np.testing.assert_array_equal(first.classes, again.classes)
    assert all((first.rgb != other.rgb).mean() > 0.5 for other in others)


def test_every_class_occurs_about_as_often_as_in_the_real_data(street: list[synthetic.Picture]) -> None:
    """Background 23 %, facade 34 %, and nothing is missing or rules."""
    counts = np.bincount(np.concatenate([picture.classes.ravel() for picture in street]), minlength=N)
    shares = dict(zip(facades.CLASSES, counts / counts.sum(), strict=True))

    assert shares["background"] == pytest.approx(0.23, abs=0.05)
    assert shares["facade"] == pytest.approx(0.34, abs=0.06)
    assert shares["window"] == pytest.approx(0.11, abs=0.04)
    assert all(0.005 < shares[name] < 0.13 for name in facades.CLASSES[2:])


def test_classes_can_not_be_told_by_colour_alone(street: list[synthetic.Picture]) -> None:
    """The best guess from a coarse colour alone is wrong for more than a third of the pixels."""
    colours = np.concatenate([(picture.rgb // 32 @ [64, 8, 1]).ravel() for picture in street])
    classes = np.concatenate([picture.classes.ravel() for picture in street])
    table = np.bincount(colours * N + classes, minlength=512 * N).reshape(512, N)

    assert table.max(axis=1).sum() / table.sum() < 0.65


def test_sizes_are_mixed_and_one_side_is_the_long_one() -> None:
    """Upright and wide pictures, no larger than asked."""
    sizes = synthetic.sizes(0, 100, long_side=200)

    assert {max(size) for size in sizes} == {200}
    assert 20 < sum(width > height for width, height in sizes) < 80
    assert len(set(sizes)) > 50


def test_the_same_loader_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written files are those of the CMP Facade DB: a picture and palette indices, base and extended."""
    monkeypatch.setattr(synthetic, "BASE", 2)
    synthetic.write(tmp_path, seed=5, count=3, long_side=96)

    paths = facades.pictures(tmp_path)
    assert [path.rsplit("/", 2)[1:] for path in paths] == [
        ["base", "cmp_b0001.jpg"],
        ["base", "cmp_b0002.jpg"],
        ["extended", "cmp_x0001.jpg"],
    ]
    read = facades.Facades(paths)
    for index in range(len(read)):
        image, label = read[index]
        width, height = synthetic.sizes(5, 3, long_side=96)[index]
        drawn = synthetic.facade(5, index, (width, height))
        assert label.shape == (round(height / 2), round(width / 2))
        assert set(label.unique().tolist()) <= set(np.unique(drawn.classes))
        assert (
            np.bincount(label.numpy().ravel(), minlength=N).argmax()
            == np.bincount(drawn.classes.ravel()).argmax()
        )
        assert np.abs(facades.revert(image).mean() - facades.halve(drawn.rgb).mean()) < 3
