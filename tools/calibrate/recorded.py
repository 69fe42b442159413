"""Thresholds of the course's own recipe, from recorded runs: nobody has to train for hours.

Few runs were recorded, so the deviation is pooled over both networks, as the spread of one recipe. Of four
runs a network the mean IoU of three is known, the lowest and the highest among them, and the accuracy of two.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from grader.training.bands import band
from grader.training.plans import Plan

PLAN = "full"
SOURCE = (
    "recorded runs of the course's recipe on the real data, mean IoU of three for each network and accuracy"
    " of two; deviation pooled"
)
BEST: dict[str, dict[str, tuple[float, ...]]] = {  # validation, best of 20 epochs from VGG-16
    "fcn32s": {"accuracy": (0.6787, 0.6747), "iou": (0.3808, 0.3697, 0.3989)},
    "fcn8s": {"accuracy": (0.7397, 0.7425), "iou": (0.4821, 0.4852, 0.4739)},
}


def summary(plan: Plan, model: str) -> dict[str, Any]:
    """Lay recorded results out as a calibration; the loss on validation pictures was not recorded."""
    pooled = {
        line: float(np.sqrt(np.mean([np.var(lines[line], ddof=1) for lines in BEST.values()])))
        for line in ("accuracy", "iou")
    }
    freedom = {line: sum(len(lines[line]) - 1 for lines in BEST.values()) for line in pooled}
    return {
        "plan": asdict(plan),
        "source": SOURCE,
        "model": model,
        "seeds": min(len(figures) for lines in BEST.values() for figures in lines.values()),
        "bands": {
            network: {
                line: asdict(band(figures, falls=False, deviation=pooled[line], freedom=freedom[line]))
                for line, figures in lines.items()
            }
            for network, lines in BEST.items()
        },
        "curves": {},
        "runs": [
            {"network": network, "kind": "right", "best": {n: f[run] for n, f in lines.items() if f[run:]}}
            for network, lines in BEST.items()
            for run in range(max(map(len, lines.values())))
        ],
    }
