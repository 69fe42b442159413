"""The pictures of the data set at half size, as the kit reads them, packed small.

They are packed as WebP, which loses a little (two to three of 255 levels a pixel): without loss they would
take 140 MB. Labels are exact.
"""

from __future__ import annotations

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from reference import facades

QUALITY = 80  # of WebP: all of them in about 16 MB


def pictures(path: Path, data: Path) -> None:
    """Pack every pair of the data set, halved as the kit halves it."""
    with zipfile.ZipFile(path, "w") as target, ThreadPoolExecutor(2) as pool:
        for files in pool.map(_pair, map(Path, facades.pictures(data))):
            for name, content in files.items():
                target.writestr(name, content)


def _pair(picture: Path) -> dict[str, bytes]:
    rgb, classes = facades.read(picture)
    image, label = io.BytesIO(), io.BytesIO()
    Image.fromarray(rgb).save(image, "WEBP", quality=QUALITY, method=6)
    Image.fromarray(classes).save(label, "PNG", optimize=True)
    stem = f"{picture.parent.name}/{picture.stem}"
    return {f"{stem}.webp": image.getvalue(), f"{stem}.png": label.getvalue()}


def unpack(path: Path, data: Path) -> None:
    """Write the data set back, twice as large: halved again, it is what was packed."""
    with zipfile.ZipFile(path) as source:
        names = [Path(name) for name in source.namelist() if name.endswith(".webp")]
        packed = [
            (name, source.read(str(name)), source.read(str(name.with_suffix(".png")))) for name in names
        ]
    for folder in facades.FOLDERS:
        (data / folder).mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda three: _write(data, *three), packed))


def _write(data: Path, name: Path, image: bytes, label: bytes) -> None:
    with Image.open(io.BytesIO(image)) as picture:
        _double(picture.convert("RGB")).save((data / name).with_suffix(".jpg"), "BMP")  # told by its bytes
    with Image.open(io.BytesIO(label)) as classes:
        colours = _double(classes).point(lambda value: value + 1).convert("P")
    colours.putpalette([0, 0, 0, *facades.PALETTE.ravel().tolist()])
    colours.save((data / name).with_suffix(".png"), compress_level=1)


def _double(image: Image.Image) -> Image.Image:
    return image.resize((2 * image.width, 2 * image.height), Image.Resampling.NEAREST)
