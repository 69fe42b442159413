"""What a network learned, drawn over what its notebook says that it learned."""

from __future__ import annotations

from collections.abc import Sequence

from grader.errors import GraderError
from grader.evidence.once import attempt
from grader.evidence.training import TrainingEvidence
from grader.records.grade import Picture
from grader.records.submission import Epoch, SavedEvidence


def drawn(training: TrainingEvidence, saved: SavedEvidence) -> list[Picture]:
    """Draw the run, and the one from scratch, over the notebook's own logs of this network."""
    run = training.first if training.unproved else None  # raises Pending before matplotlib is imported
    from grader.training import drawing

    name, part = training.network.name, training.network.part
    claimed, known = _claimed(saved, part, True), attempt(lambda: training.calibration)
    right = None if isinstance(known, GraderError) else known
    if run is None:
        return [] if right is None else [drawing.proved(part, name, right, claimed)]
    made = drawing.draw(run, part, name, right, claimed)
    if training.scratch is not None:
        logs = _claimed(saved, part, False)
        made.append(drawing.learning(training.scratch, part, f"{name} from scratch", None, logs))
    return made


def _claimed(saved: SavedEvidence, part: str, pretrained: bool) -> Sequence[Epoch]:
    logs = [log.epochs for log in saved.runs if log.model in (part, "") and log.pretrained == pretrained]
    return max(logs, key=len, default=())
