"""A training run in pieces is one run, and two runs are two."""

from __future__ import annotations

import pytest

from grader.checks.reported import lengths
from grader.records.submission import Epoch, SavedEvidence, TrainingRun

SCRATCH = (2.431, 2.204, 2.01, 1.946, 1.933)
ON = (1.928, 1.925, 1.922, 1.92, 1.918)
VGG16 = (1.64, 1.36, 1.1, 1.02, 0.9)


def run(losses: tuple[float, ...], pretrained: bool = False, model: str = "fcn32s") -> TrainingRun:
    return TrainingRun("cell 1", model, pretrained, tuple(Epoch(loss, 0.3, 0.03) for loss in losses))


@pytest.mark.parametrize(
    ("runs", "scratch", "pretrained"),
    [
        ([run(SCRATCH), run(ON)], [10], []),
        ([run(SCRATCH), run(SCRATCH)], [5, 5], []),
        ([run(SCRATCH + ON), run(VGG16, True)], [10], [5]),
        ([run(VGG16, True), run((0.93, 0.8, 0.7), True), run((0.72, 0.6), True)], [], [10]),
        ([run(VGG16, True), run((0.93, 0.8, 0.7))], [], [8]),
        ([run(VGG16, True), run(VGG16, True)], [], [5, 5]),
        ([run(VGG16, True), run((0.9, 0.8), True, "fcn8s")], [], [5]),
        ([run((2.4,)), run((2.2,))], [1, 1], []),
        ([], [], []),
    ],
)
def test_pieces_are_told_by_their_losses(
    runs: list[TrainingRun], scratch: list[int], pretrained: list[int]
) -> None:
    """A run that begins anew begins with a higher loss than the last one ended with."""
    saved = SavedEvidence(has_outputs=True, runs=tuple(runs))
    assert lengths(saved, "fcn32s", False) == scratch
    assert lengths(saved, "fcn32s", True) == pretrained
