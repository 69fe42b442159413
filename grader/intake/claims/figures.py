"""Pictures in saved outputs, decoded within limits and written anew: no byte of the student's is shown."""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from collections.abc import Iterator

from PIL import Image

from grader.intake.files.notebook import Cell, text_of
from grader.records.submission import Figure

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG"}
MOST_BYTES = 16 << 20
MOST_PIXELS = 16_000_000
MOST_SCANS = 64  # of a JPEG, each of which is a pass over all of it; cameras and browsers make about ten
START_OF_SCAN = b"\xff\xda"  # within a scan no FF is followed by DA
MOST = 24  # figures of a submission
WIDTH, HEIGHT = 900, 2000


def pictures(cell: Cell) -> Iterator[tuple[str, bytes]]:
    """The formats and bytes of a cell's pictures, not yet decoded."""
    for output in cell.outputs:
        data = output.get("data")
        for kind, form in FORMATS.items() if isinstance(data, dict) else ():
            text = text_of(data.get(kind)) if isinstance(data, dict) else ""
            if 0 < len(text) < MOST_BYTES:
                try:
                    yield form, base64.b64decode(text)
                except (binascii.Error, ValueError):
                    continue


def figure(label: str, part: str, form: str, data: bytes) -> Figure | None:
    """A picture as PNG, at most 900 pixels wide; None where it is none, damaged or too large."""
    if form == "JPEG" and data.count(START_OF_SCAN) > MOST_SCANS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one for each odd tag: nobody asked for them
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=[form])
            if image.width * image.height > MOST_PIXELS:
                return None
            image.draft("RGB", (WIDTH, HEIGHT))
            picture = _on_white(image)
    except Exception:  # a decoder raises whatever hostile bytes make it stumble on
        return None
    picture.thumbnail((WIDTH, HEIGHT))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return Figure(label, part, file.getvalue(), picture.width, picture.height)


def _on_white(image: Image.Image) -> Image.Image:
    """Without transparency, as notebooks show it."""
    if image.mode not in ("RGBA", "LA", "P"):
        return image.convert("RGB")
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
