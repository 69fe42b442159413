"""The CMP Facade data set, read as the course reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from PIL import Image

from reference import facades


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data set of three pictures of 9 x 6 pixels, whose colour and class tell where a pixel was."""
    for folder, name in (("base", "cmp_b0002"), ("base", "cmp_b0001"), ("extended", "cmp_x0001")):
        (tmp_path / folder).mkdir(exist_ok=True)
        rows, columns = np.mgrid[:6, :9]
        Image.fromarray(np.dstack([rows * 20, columns * 20, rows * 0 + 128]).astype(np.uint8)).save(
            tmp_path / folder / f"{name}.jpg", quality=100, subsampling=0
        )
        label = Image.fromarray((1 + (rows + columns) % 12).astype(np.uint8)).convert("P")
        label.putpalette(facades.PALETTE.tobytes())
        label.save(tmp_path / folder / f"{name}.png")
    return tmp_path


def test_pictures_are_listed_base_first_each_by_name(root: Path) -> None:
    """The course's order, whatever the file system's."""
    names = [path.rsplit("/", 1)[-1] for path in facades.pictures(root)]

    assert names == ["cmp_b0001.jpg", "cmp_b0002.jpg", "cmp_x0001.jpg"]


def test_the_splits_of_the_real_data_set() -> None:
    """606 pictures are 500 to train, 30 to validate and 76 to test, in order and without overlap."""
    paths = [str(number) for number in range(606)]

    parts = facades.split(paths)

    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [500, 30, 76]
    assert [*parts.train, *parts.validation, *parts.test] == paths


def test_an_item_is_a_normalised_picture_and_its_classes_at_half_size(root: Path) -> None:
    """Both sides are halved; classes count from 0."""
    image, label = facades.Facades(facades.pictures(root))[1]

    assert (image.shape, image.dtype) == ((3, 3, 4), torch.float32)
    assert (label.shape, label.dtype) == ((3, 4), torch.int64)
    assert set(label.unique().tolist()) <= set(range(12))


@pytest.mark.parametrize(("width", "height", "columns", "rows"), [(7, 5, 4, 2), (8, 6, 4, 3), (9, 3, 4, 2)])
def test_pictures_are_halved_as_opencv_halves_them(
    tmp_path: Path, width: int, height: int, columns: int, rows: int
) -> None:
    """Every other pixel from the first on; half a pixel rounds to the even number, so some sizes round up."""
    numbers = np.arange(width * height, dtype=np.uint8).reshape(height, width)
    Image.fromarray(np.dstack([numbers] * 3)).save(tmp_path / "odd.jpg", format="PNG")
    Image.fromarray(numbers % 12 + 1).convert("P").save(tmp_path / "odd.png")

    rgb, classes = facades.read(tmp_path / "odd.jpg")

    kept = numbers[::2, ::2][:rows, :columns]
    np.testing.assert_array_equal(rgb, np.dstack([kept] * 3))
    np.testing.assert_array_equal(classes, kept % 12)


def test_an_item_can_be_given_back(root: Path) -> None:
    """As in the course's kit: the picture in [0, 1], and the colours 1 to 12 of the label picture."""
    data = facades.Facades(facades.pictures(root))

    rgb, colours = data.revert_input(*data[0])

    whole, classes = facades.read(root / "base" / "cmp_b0001.jpg")
    np.testing.assert_allclose(rgb, whole / 255, atol=1e-6)
    np.testing.assert_array_equal(colours, classes + 1)


def test_picture_and_label_are_taken_at_the_same_pixels(root: Path) -> None:
    """Nearest neighbour, so that a pixel's colour and class still say the same place."""
    image, label = facades.Facades(facades.pictures(root))[0]

    rows, columns = (facades.revert(image)[..., channel] / 20 for channel in (0, 1))
    np.testing.assert_array_equal((rows.round() + columns.round()) % 12, label.numpy())


def test_a_label_without_palette_is_refused(root: Path) -> None:
    """A label picture of colours instead of indices is named, not misread."""
    Image.new("RGB", (9, 6)).save(root / "base" / "cmp_b0001.png")

    with pytest.raises(ValueError, match=r"cmp_b0001\.png is a picture of mode RGB"):
        facades.Facades(facades.pictures(root))[0]


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2).map(lambda shape: (*shape, 3))))
def test_reverting_undoes_normalising(rgb: NDArray[np.uint8]) -> None:
    """A picture comes back exactly."""
    np.testing.assert_array_equal(facades.revert(facades.normalise(rgb)), rgb)


def test_normalised_colours_are_those_of_imagenet() -> None:
    """ImageNet's mean colour becomes 0; one deviation more becomes 1."""
    rgb = np.array([[[0.485, 0.456, 0.406], [0.485 + 0.229, 0.456 + 0.224, 0.406 + 0.225]]]) * 255

    values = facades.normalise(rgb.round().astype(np.uint8))

    torch.testing.assert_close(values[:, 0], torch.tensor([[0.0, 1.0]] * 3), atol=0.01, rtol=0)
