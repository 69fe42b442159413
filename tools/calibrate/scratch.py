"""What a run of FCN-32s from scratch comes to, on the real data: `make calibrate ARGS="--scratch [FOLDER]"`.

Every run is computed from the few values that can learn (`reference.scratch`), and kept as it ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from reference import facades
from reference.facades import Bytes, Split
from reference.scratch import Counts, TooShortError, Variant, run

EPOCHS = 10
VARIANTS = tuple(Variant(padding, ceil) for padding in (100, 150) for ceil in (True, False))
TITLE = "# FCN-32s from scratch"

Row = dict[str, Any]
Figures = list[list[float]]  # by epoch, 0 first: loss, accuracy, mean IoU


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of the pictures that are trained on, and of those that every epoch is judged by."""

    train: tuple[Bytes, ...]
    validation: tuple[Bytes, ...]


def read(root: Path) -> Labels:
    """Read the real data's labels; the pictures themselves change nothing."""
    split: Split = facades.split(facades.pictures(root))
    return Labels(
        *(tuple(facades.labels(Path(path)) for path in part) for part in (split.train, split.validation))
    )


def measure(labels: Labels, seeds: Sequence[int], log: Path) -> list[Row]:
    """Make every run that is not kept yet; return all of them."""
    torch.set_num_threads(1)  # more have nothing to do
    rows = _kept(log)
    for variant in VARIANTS:
        left = [seed for seed in seeds if not any(_is(row, variant, seed) for row in rows)]
        counted = _counts(variant, labels) if left else None
        if left and counted is None:
            left = []  # its output is too small for some picture: no such run comes to its end
        for seed in left:
            assert counted is not None
            rows.append(_run(variant, seed, *counted))
            _keep(log, rows[-1])
    return rows


def _is(row: Row, variant: Variant, seed: int) -> bool:
    return bool(row["variant"] == asdict(variant) and row["seed"] == seed)


def _run(variant: Variant, seed: int, train: Sequence[Counts], validation: Sequence[Counts]) -> Row:
    epochs = run(train, validation, EPOCHS, seed)
    figures = [[one.loss, one.validation.accuracy, one.validation.mean_iou] for one in epochs[1:]]
    return {"variant": asdict(variant), "seed": seed, "figures": figures}


def _counts(variant: Variant, labels: Labels) -> tuple[list[Counts], list[Counts]] | None:
    try:
        train, validation = (
            [variant.counts(label) for label in part] for part in (labels.train, labels.validation)
        )
    except TooShortError:
        return None
    return train, validation


def _kept(log: Path) -> list[Row]:
    lines = log.read_text(encoding="utf-8").split("\n")[:-1] if log.exists() else []
    return [json.loads(line) for line in lines]


def _keep(log: Path, row: Row) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def table(rows: Sequence[Row], labels: Labels, source: str) -> dict[str, Any]:
    """Lay all runs out: of every variant the figures' mean and range by epoch."""
    return {"source": source, "epochs": EPOCHS, "variants": list(_variants(rows, labels))}


def _variants(rows: Sequence[Row], labels: Labels) -> Iterator[Mapping[str, Any]]:
    every = (*labels.train, *labels.validation)
    for variant in VARIANTS:
        runs = np.array([row["figures"] for row in rows if row["variant"] == asdict(variant)])
        yield {
            **asdict(variant),
            "too_large": sum(not _fits(variant, label) for label in every),
            "runs": len(runs),
            "mean": _rounded(runs.mean(axis=0)) if len(runs) else [],
            "low": _rounded(runs.min(axis=0)) if len(runs) else [],
            "high": _rounded(runs.max(axis=0)) if len(runs) else [],
        }


def _rounded(figures: np.ndarray) -> Figures:
    return [[round(float(value), 6) for value in row] for row in figures]


def _fits(variant: Variant, label: Bytes) -> bool:
    try:
        for side in label.shape:
            variant.places(side)
    except TooShortError:
        return False
    return True


def markdown(made: Mapping[str, Any]) -> str:
    """The table as people read it."""
    lines = [TITLE, "", f"{made['source']}.", ""]
    for one in made["variants"]:
        lines += [f"## Padding {one['padding']}, pools round {'up' if one['ceil'] else 'down'}", ""]
        if not one["runs"]:
            lines += [
                f"No such run comes to its end: {one['too_large']} pictures are larger than the output.",
                "",
            ]
            continue
        lines += [
            f"{one['runs']} orders of the pictures.",
            "",
            "| epoch | loss | accuracy | mean IoU |",
            "|--:|--:|--:|--:|",
        ]
        for epoch, rows in enumerate(zip(one["mean"], one["low"], one["high"], strict=True), start=1):
            cells = (_cell(*row) for row in zip(*rows, (4, 4, 5), strict=True))
            lines.append(f"| {epoch} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def _cell(mean: float, low: float, high: float, digits: int) -> str:
    return f"{mean:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"
