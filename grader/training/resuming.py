"""Take a run's state out of the worker after each epoch, and give it to another that goes on from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
import torch

from grader.training.kept import Array, Piece, State, Store
from grader.training.results import Judged, Standing
from grader.wall.answers import Asks
from grader.wall.verbs import TrainResume, TrainState
from grader.wall.verbs.training import Kind

PATIENCE = 300.0  # seconds for a piece, of which the largest has 411 MB
CUDA_RANDOM = 16  # bytes of a GPU's generator
MOMENTS: tuple[Kind, ...] = ("value", "first", "second")
NEEDED = ("value", "best", "clock", "random")  # a parameter that no gradient reached has no moments
BEST: Kind = "best"


class UnkeptError(ValueError):
    """The worker has no state of the kind that was asked for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A piece of a state, and what it must be."""

    kind: Kind
    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return prod(self.shape) * np.dtype(self.dtype).itemsize

    def fits(self, array: Array) -> bool:
        """Whether an array can be this piece."""
        return (array.dtype.name, array.shape) == (self.dtype, self.shape)


@dataclass(frozen=True, eq=False)
class Keeping:
    """Where a run is kept, the shapes of its model's parameters, and the device it is trained on."""

    store: Store
    shapes: Mapping[str, tuple[int, ...]]
    device: str

    def keep(self, student: Asks, standing: Standing) -> None:
        """Keep the run as it stands after an epoch; raises StudentError.

        Where that can't be done it is told, and training goes on.
        """
        try:
            self.store.write(standing, self._asked(student, best=standing.best.epoch > 0))
        except (OSError, UnkeptError) as error:
            self.store.tell(f"the run can't be kept to go on with: {error}")

    def finish(self, standing: Standing, test: Judged, broke: str) -> None:
        """Keep what the run came to, until the whole grading has come to its end."""
        try:
            self.store.write(standing, (), test, broke)
        except OSError as error:
            self.store.tell(f"what the run came to can't be kept: {error}")

    def resume(self, student: Asks, state: State) -> None:
        """Bring a begun run to where a kept one was; raises StudentError."""
        kinds: dict[str, Kind] = {piece.kind: piece.kind for piece in self._pieces(best=True)}
        for (kind, name), array in state.of(*kinds):
            student.ask(TrainResume(kinds[kind], name), {"state": array}, seconds=PATIENCE)
        self.store.tell(f"training goes on after epoch {state.standing.points[-1].epoch}")

    def _asked(self, student: Asks, best: bool) -> Iterator[Piece]:
        for piece in self._pieces(best):
            asked = TrainState(piece.kind, piece.name, piece.size)
            array = student.ask(asked, seconds=PATIENCE).arrays.get("state")
            if array is None and piece.kind not in NEEDED:
                continue
            if array is None or not piece.fits(array):
                raise UnkeptError("the model has more to it than the parameters it was built with")
            yield (piece.kind, piece.name), array

    def _pieces(self, best: bool) -> Iterator[Wanted]:
        """Everything that a state consists of, perhaps with the values of the best one."""
        kinds = (*MOMENTS, BEST) if best else MOMENTS
        for name, shape in self.shapes.items():
            yield from (Wanted(kind, name, "float32", tuple(shape)) for kind in kinds)
            yield Wanted("step", name, "float32", ())
        yield Wanted("clock", "", "float64", (5,))
        yield Wanted("random", "cpu", "uint8", (torch.get_rng_state().numel(),))
        if self.device != "cpu":
            yield Wanted("random", self.device, "uint8", (CUDA_RANDOM,))
