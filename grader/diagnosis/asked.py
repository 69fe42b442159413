"""What is told of a map by: the question to returnCAM, and its answer."""

from __future__ import annotations

from typing import Protocol

from grader.diagnosis.finishing import Maps
from grader.diagnosis.ways import Floats


class Asked(Protocol):
    """A question to returnCAM and its answer."""

    @property
    def features(self) -> Floats: ...
    @property
    def weight(self) -> Floats: ...
    @property
    def index(self) -> int: ...
    @property
    def answer(self) -> Maps: ...


class Enlarged(Asked, Protocol):
    """The same, where the levels at the middles of some cells can be looked at."""

    def middles(self, cells: tuple[int, ...]) -> Floats: ...
