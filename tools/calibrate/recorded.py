"""Thresholds of the course's own recipe, from recorded runs: nobody has to train for hours.

Two runs a network are few, so the deviation is pooled over both networks, as the spread of one recipe.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from grader.training.bands import band
from grader.training.plans import Plan

PLAN = "full"
SOURCE = "two recorded runs of the course's recipe for each network, on the real data; deviation pooled"
BEST: dict[str, dict[str, tuple[float, float]]] = {  # validation, best of 20 epochs from VGG-16
    "fcn32s": {"accuracy": (0.6787, 0.6747), "iou": (0.3808, 0.3697)},
    "fcn8s": {"accuracy": (0.7397, 0.7425), "iou": (0.4821, 0.4852)},
}


def summary(plan: Plan, model: str) -> dict[str, Any]:
    """Lay recorded results out as a calibration; the loss on validation pictures was not recorded."""
    pooled = {
        line: float(np.sqrt(np.mean([np.var(lines[line], ddof=1) for lines in BEST.values()])))
        for line in ("accuracy", "iou")
    }
    return {
        "plan": asdict(plan),
        "source": SOURCE,
        "model": model,
        "seeds": 2,
        "bands": {
            network: {
                line: asdict(band(figures, falls=False, deviation=pooled[line], freedom=len(BEST)))
                for line, figures in lines.items()
            }
            for network, lines in BEST.items()
        },
        "curves": {},
        "runs": [
            {"network": network, "kind": "right", "best": {line: f[run] for line, f in lines.items()}}
            for network, lines in BEST.items()
            for run in (0, 1)
        ],
    }
