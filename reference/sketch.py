"""A picture being painted, colour and class at once: the brush of the synthetic facades."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from reference.facades import CLASSES

Colour = NDArray[np.float32]  # red, green, blue, 0 to 255
Colours = Sequence[tuple[int, int, int]]

SKY: Colours = [(196, 216, 236), (150, 184, 224), (214, 214, 216), (120, 160, 210)]
GROUND: Colours = [(120, 118, 116), (142, 136, 128), (98, 100, 104)]
ROOF: Colours = [(110, 66, 54), (84, 84, 90), (134, 84, 60)]
WALLS: Colours = [
    (214, 196, 160), (188, 120, 92), (226, 216, 200), (172, 172, 168), (206, 168, 120),
    (196, 204, 190), (150, 88, 70), (230, 206, 150), (164, 150, 140), (222, 182, 170),
]  # fmt: skip
STONE: Colours = [(236, 228, 212), (206, 198, 184), (244, 240, 232), (176, 160, 140), (190, 184, 180)]
GLASS: Colours = [(54, 64, 80), (74, 90, 108), (38, 42, 48), (96, 112, 126)]
WOOD: Colours = [(94, 58, 34), (60, 70, 52), (120, 84, 52), (52, 44, 42), (70, 78, 96)]
CLOTH: Colours = [(180, 60, 50), (216, 206, 186), (70, 110, 84), (232, 226, 214), (58, 84, 122)]
IRON: Colours = [(40, 42, 44), (70, 66, 60), (28, 40, 36)]


class Box(NamedTuple):
    """A rectangle, in pixels from the picture's upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Its width."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Its height."""
        return self.bottom - self.top

    def part(self, left: float, top: float, right: float, bottom: float) -> Box:
        """Return the rectangle at these fractions of this one; fractions outside of [0, 1] lie outside."""
        return Box(
            self.left + left * self.width,
            self.top + top * self.height,
            self.left + right * self.width,
            self.top + bottom * self.height,
        )

    def grow(self, margin: float) -> Box:
        """Return the rectangle larger by `margin` pixels on every side."""
        return Box(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    def columns(self, count: int) -> list[Box]:
        """Cut it into `count` equal columns."""
        return [self.part(i / count, 0, (i + 1) / count, 1) for i in range(count)]


class Sketch:
    """Colours float32 (H, W, 3) and classes uint8 (H, W); later paint lies over earlier."""

    def __init__(self, rng: np.random.Generator, width: int, height: int) -> None:
        self.rng = rng
        self.frame = Box(0, 0, width, height)
        self.rgb = np.zeros((height, width, 3), np.float32)
        self.classes = np.zeros((height, width), np.uint8)

    def pick(self, colours: Colours) -> Colour:
        """Choose a colour, and vary it a little."""
        return np.asarray(self.rng.choice(colours) + self.rng.normal(0, 5, 3), dtype=np.float32)

    def chance(self, probability: float) -> bool:
        """Toss a coin."""
        return bool(self.rng.random() < probability)

    def between(self, low: float, high: float) -> float:
        """Draw a number."""
        return float(self.rng.uniform(low, high))

    def fill(self, box: Box, colour: Colour, name: str, relief: float = 0, round_: float = 0) -> None:
        """Fill a rectangle, at least a pixel wide; light falls on it from above, `relief` strong.

        `round_` shades it from left to right, as a column is.
        """
        left, top, right, bottom = (max(0, round(value)) for value in box)
        area = np.s_[top : max(bottom, top + 1), left : max(right, left + 1)]
        rows, columns = self.classes[area].shape
        down = 1 + relief * np.linspace(1, -1, rows, dtype=np.float32)
        across = 1 - round_ * np.linspace(-1, 1, columns, dtype=np.float32) ** 2
        self.rgb[area] = colour * (down[:, None] * across)[..., None]
        self.classes[area] = CLASSES.index(name)

    def tint(self, box: Box, colour: Colour, strength: float = 1.0) -> None:
        """Colour a rectangle, at least a pixel wide, and leave its class."""
        left, top, right, bottom = (max(0, round(value)) for value in box)
        area = np.s_[top : max(bottom, top + 1), left : max(right, left + 1)]
        self.rgb[area] += strength * (colour - self.rgb[area])

    def polygon(self, points: Sequence[tuple[float, float]], colour: Colour, name: str) -> None:
        """Fill a polygon."""
        corners = [np.round(points).astype(np.int32)]
        cv2.fillPoly(self.rgb, corners, colour.tolist())
        cv2.fillPoly(self.classes, corners, [CLASSES.index(name)])

    def arch(self, box: Box, colour: Colour, name: str) -> None:
        """Fill the upper half of the ellipse whose upper half fits the rectangle."""
        angles = np.linspace(np.pi, 2 * np.pi, 24)
        x, half = (box.left + box.right) / 2, box.width / 2
        self.polygon(
            [(x + half * np.cos(a), box.bottom + box.height * np.sin(a)) for a in angles], colour, name
        )
