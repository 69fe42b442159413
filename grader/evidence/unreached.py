"""Lines about layers that the output isn't computed from: a recording tells of them, and no run does."""

from __future__ import annotations

from grader.diagnosis.payers import LAYERS
from grader.evidence.tracing import ENOUGH_LAYERS
from grader.network.reading import Reading

OF_WEIGHTS = ("bilinear", "copy_features", "copy_classifier", "copy_source")  # each seen by its values


def unreached(reading: Reading, line: str) -> list[str]:
    """Return the layers that a line is about and that nothing leads from to the output.

    A skip's score layer that joins nothing is none of them: that costs the skip, and its layer is there.
    Where hardly any layer is left, every line but those of weights is about all: zeros have a shape, and are
    the same each time.
    """
    known = reading.layers
    idle = {role for role, layer in known.items() if layer.weight not in reading.live}
    if idle <= {skip.score.role for skip in reading.architecture.skips}:
        return []
    enough = len(known) - len(idle) >= ENOUGH_LAYERS or line in OF_WEIGHTS
    about = _roles(reading, line) if enough else known
    return [role for role in about if role in idle]


def _roles(reading: Reading, line: str) -> list[str]:
    architecture = reading.architecture
    ups = [up.role for up in architecture.upscores]
    trunk = [step.role for step in architecture.trunk]
    general = {
        "activations": trunk,
        "pools": trunk,
        "dropout": ["fc6", "fc7", architecture.score.role],
        "skips": ups,
        "skip_crops": ups[-1:],
        "crop": ups[-1:],
    }
    return general.get(line, [role for role, payer in LAYERS.items() if payer.line == line])
