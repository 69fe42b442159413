"""Pictures are decoded within limits and written anew."""

from __future__ import annotations

import base64
import io
import struct
import warnings
import zlib
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from grader.intake.claims.figures import figure, pictures
from grader.intake.files.notebook import Cell


def image(size: tuple[int, int], mode: str = "RGB", form: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, form, **options)
    return file.getvalue()


def cell(*data: dict[str, object]) -> Cell:
    return Cell("cell 1", "code", "", tuple({"output_type": "display_data", "data": each} for each in data))


def test_pictures_are_taken_from_outputs() -> None:
    """PNG and JPEG, as text or as lines of text; what is no base64 is passed over."""
    png = base64.b64encode(b"12345").decode()
    found = pictures(
        cell(
            {"image/png": png},
            {"image/jpeg": [png[:4], "\n", png[4:]]},
            {"image/png": "é"},
            {"image/svg+xml": "<svg>"},
        )
    )

    assert list(found) == [("PNG", b"12345"), ("JPEG", b"12345")]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_any_kind_of_picture_becomes_a_plain_png(mode: str) -> None:
    """As a notebook shows it."""
    made = figure("cell 1", "cam", "PNG", image((30, 20), mode))

    assert made is not None
    again = Image.open(io.BytesIO(made.png))
    assert (again.format, again.mode, again.size) == ("PNG", "RGB", (30, 20))
    assert (made.label, made.part, made.width, made.height) == ("cell 1", "cam", 30, 20)


def test_transparent_pixels_are_white() -> None:
    """Figures are drawn on nothing."""
    made = figure("cell 1", "", "PNG", image((1, 1), "RGBA"))

    assert made is not None
    assert Image.open(io.BytesIO(made.png)).getpixel((0, 0)) == (255, 255, 255)


def test_large_pictures_shrink() -> None:
    """To a width that a report can show."""
    made = figure("cell 1", "", "JPEG", image((3600, 1200), form="JPEG"))

    assert made is not None
    assert (made.width, made.height) == (900, 300)


def test_nothing_of_the_students_bytes_is_left() -> None:
    """Text chunks and trailing data can hide scripts."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "<script>alert(1)</script>")

    made = figure("cell 1", "", "PNG", image((9, 9), pnginfo=info) + b"<script>")

    assert made is not None
    assert b"script" not in made.png


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [
        bomb(60_000, 60_000),
        bomb(9000, 9000),
        bomb(100, 100),
        b"",
        b"GIF89a",
        image((9, 9))[:-30],
        image((9, 9), form="JPEG"),
    ],
)
def test_bombs_and_damaged_pictures_are_left_out(data: bytes) -> None:
    """Without an exception, and without decoding them."""
    assert figure("cell 1", "", "PNG", data) is None


def test_a_jpeg_of_many_scans_is_not_decoded() -> None:
    """Each scan is a pass over the whole picture; a progressive one as programs write it has about ten."""
    progressive = image((30, 20), form="JPEG", progressive=True)
    start = progressive.rindex(b"\xff\xda")
    scans = progressive[:start] + 70 * progressive[start:-2] + progressive[-2:]

    assert figure("cell 1", "", "JPEG", progressive) is not None
    assert figure("cell 1", "", "JPEG", scans) is None


def test_a_jpeg_of_very_many_scans_is_not_decoded() -> None:
    """Each costs a pass over all pixels: 20 000 of them took 40 seconds."""
    data = image((64, 64), form="JPEG", progressive=True)
    assert figure("cell 1", "", "JPEG", data) is not None
    at = data.rindex(b"\xff\xda")
    assert figure("cell 1", "", "JPEG", data[:at] + data[at:-2] * 200 + b"\xff\xd9") is None


def test_odd_tags_of_a_picture_print_nothing() -> None:
    """Its decoder warns of each, on the terminal of whoever grades."""
    tags = b"".join(struct.pack("<HHII", tag, 12, (1 << 30) - 1, 8) for tag in range(0x100, 0x110))
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 16) + tags + bytes(4)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        made = figure("cell 1", "cam", "JPEG", image((30, 20), form="JPEG", exif=exif))

    assert made is not None
    assert told == []
