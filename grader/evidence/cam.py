"""Evidence about part 4: the prediction, the map, and the last cell, which uses both."""

from __future__ import annotations

import numpy as np

from grader.assignment import MAP, PREDICT
from grader.evidence import otherwise
from grader.evidence.maps import MapEvidence
from grader.evidence.once import once
from grader.evidence.prediction import PredictionEvidence
from grader.profiles.profile import MAP as MAP_FORM
from grader.profiles.profile import MapForm
from grader.records.submission import Slice
from grader.wall.answers import Asks, Reply
from grader.wall.verbs import CamCell, Cell


class CamEvidence:
    """What was asked about part 4."""

    def __init__(
        self,
        student: Asks,
        seed: int,
        labels: tuple[str, ...],
        asked: MapForm = MAP_FORM,
        slice: Slice | None = None,
    ) -> None:
        self.prediction = PredictionEvidence(student, seed, labels, slice)
        self._maps = MapEvidence(self.prediction, asked)
        self.student, self.slice = student, self.prediction.slice

    @property
    def maps(self) -> MapEvidence:
        """What is known of the maps, without what cuts low levels off."""
        return self._maps.without_cut

    def need_functions(self) -> None:
        """Raise Blocked where either function can't be called."""
        self.maps.need()
        self.prediction.need()

    @once
    def cell(self) -> Reply[Cell]:
        """What the last cell made; raises StudentError."""
        return self.student.ask(CamCell(), seconds=60.0)

    @once
    def mended_cell(self) -> Reply[Cell]:
        """What the last cell made once the slip that stops it is mended; the same where it can't be."""
        return otherwise.mended_cell(self.student, self.slice, self.cell)

    @once
    def cell_with_weight(self) -> Reply[Cell] | None:
        """What the last cell made with the right weight; None where it did not run through with that."""
        return otherwise.cell_with_weight(self.student, self.slice)

    @once
    def cell_of_one(self) -> Reply[Cell]:
        """What the last cell makes of one index and one map, where the functions return something else."""
        first, kind, size = self.maps.first, self.maps.kind, self.maps.asked.size
        fits = first.shape == size and first.dtype == np.uint8 and kind == "ndarray"
        names = (*([PREDICT] if self.prediction.form is None else []), *([] if fits else [MAP]))
        return otherwise.cell_of_one(self.student, self.slice, names, self.cell) if names else self.cell
