"""Evidence of a network whose training runs come out as a test says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.evidence import trainer
from grader.evidence.trainer import Trainer
from grader.evidence.training import TrainingEvidence
from grader.network.graph import INPUT
from grader.records.submission import Chunk, Module, Slice
from grader.training import bands, certify, values
from grader.training.bands import Band, Calibration
from grader.training.plans import Plan
from grader.training.results import Judged, Point, Run, Shown
from reference.architecture import fcn8s
from reference.metrics import Scores

PLAN = Plan("tiny", "mosaic", "matched", 4, 2, 2, 3, size=32)
BAND = Band(mean=0.8, deviation=0.05, threshold=0.6)
BANDS = {"fcn8s": {"accuracy": BAND, "loss": Band(mean=0.7, deviation=0.1, threshold=1.2)}}
KNOWN = Calibration(asdict(PLAN), "here", 12, BANDS, {})
PICTURE = np.zeros((4, 4, 3), np.uint8)

COUNTING = Slice((Module("submission", (Chunk("cell 1", 1, "def f():\n    global n\n"),)),))


def ran(accuracy: float, loss: float = 0.5, broke: str = "", classes: Sequence[int] = (0, 1)) -> Run:
    """A run that ended with these figures and says these classes."""
    points = tuple(
        Point(epoch, 1.0, Judged(loss + start, Scores(accuracy - start / 10, 0.5, ())))
        for epoch, start in ((0, 2.0), (1, 0.0))
    )
    said = np.array([classes], np.uint8)
    shown = Shown(PICTURE, said, said)
    return Run(points, points[-1], points[-1].validation, (shown,), "cpu", 0.1, broke)


def evidence(
    monkeypatch: pytest.MonkeyPatch, *runs: Run, right: bool = False, **how: Any
) -> TrainingEvidence:
    """Evidence of a network whose runs come out so."""
    monkeypatch.setattr(bands, "load", lambda name: how.get("known", KNOWN))
    network = SimpleNamespace(
        name="FCN8s",
        part="fcn8s",
        is_reference=right,
        findings=how.get("findings", {}),
        gradients={"a": True},
        cut=how.get("cut", []),
        learns_otherwise=how.get("wide", ""),
        reading=SimpleNamespace(output=INPUT),
        train_trace=SimpleNamespace(output=INPUT),
        read=SimpleNamespace(shapes={}),
        evaluator=SimpleNamespace(forget=lambda: None),
        subject=SimpleNamespace(student=None, assignment=fcn8s, seed=3),
    )
    trained = Trainer(
        network,  # type: ignore[arg-type]  # in a network's place
        how.get("device", "cpu"),
        lambda progress: None,
    )
    monkeypatch.setattr(certify, "steps", lambda *_: how.get("odd", ""))
    left = list(runs)
    monkeypatch.setattr(values, "start", lambda *_: values.Values({}, {}))
    monkeypatch.setattr(Trainer, "floor", lambda self, plan: 1.0)
    monkeypatch.setattr(trainer, "pictures", lambda plan, seed: None)
    monkeypatch.setattr(trainer, "train", how.get("train", lambda *_: left.pop(0)))
    return TrainingEvidence(trained, how.get("plan", PLAN), how.get("proving"))
