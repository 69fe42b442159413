"""What a calibration comes to: thresholds, right models' curves, and a table that people read."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.training import bands
from grader.training.plans import Plan
from tools.calibrate.models import NETWORKS, RIGHT

Row = dict[str, Any]  # network, kind of model, seed, figures [[loss, accuracy, iou], ...] by epoch, 0 first


def summary(plan: Plan, rows: list[Row], where: str) -> dict[str, Any]:
    """Set the thresholds from right models' rows, and lay the weak ones beside them."""
    right = {
        network: [row for row in rows if (row["network"], row["kind"]) == (network, RIGHT)]
        for network in NETWORKS
    }
    return {
        "plan": {name: getattr(plan, name) for name in Plan.__dataclass_fields__},
        "source": where,
        "model": bands.MODEL,
        "seeds": min(len(found) for found in right.values()),
        "bands": {network: _bands(found) for network, found in right.items()},
        "curves": {network: _curve(found) for network, found in right.items()},
        "runs": rows,
    }


def _bands(rows: list[Row]) -> dict[str, dict[str, float]]:
    best = np.array([row["best"] for row in rows])
    found = (bands.band(best[:, n].tolist(), falls=line == "loss") for n, line in enumerate(bands.LINES))
    return {
        line: {"mean": band.mean, "deviation": band.deviation, "threshold": band.threshold}
        for line, band in zip(bands.LINES, found, strict=True)
    }


def _curve(rows: list[Row]) -> dict[str, list[list[float]]]:
    figures = np.array([row["figures"] for row in rows])  # (seeds, epochs, lines)
    return {"mean": figures.mean(0).tolist(), "deviation": figures.std(0, ddof=1).tolist()}


def markdown(table: dict[str, Any]) -> str:
    """Write the table that people read."""
    lines = [
        f"# Calibration of the plan {table['plan']['name']}",
        "",
        f"{table['source']}. {table['model']}",
        "",
        "| network | model | runs | loss | accuracy | mean IoU | passes |",
        "|---|---|---|---|---|---|---|",
    ]
    for network, limits in table["bands"].items():
        found = [row for row in table["runs"] if row["network"] == network]
        lines.append(
            _line(
                network, "**threshold**", "", [f"{limits[line]['threshold']:.3f}" for line in bands.LINES], ""
            )
        )
        for kind in dict.fromkeys(row["kind"] for row in found):
            lines.append(_kind(network, kind, [row["best"] for row in found if row["kind"] == kind], limits))
        right = [row["figures"] for row in found if row["kind"] == RIGHT]
        halfway = table["plan"]["epochs"] // 2
        lines.append(
            _kind(
                network,
                f"right, {halfway} of {table['plan']['epochs']} epochs",
                [f[halfway] for f in right],
                limits,
            )
        )
        lines.append(_kind(network, "untrained", [figures[0] for figures in right], limits))
    return "\n".join(lines) + "\n"


def _kind(network: str, kind: str, figures: list[list[float]], limits: dict[str, Any]) -> str:
    columns = list(zip(*figures, strict=True))
    cells = [f"{np.mean(column):.3f} ± {np.std(column, ddof=len(column) > 1):.3f}" for column in columns]
    reached = [
        sum(bands.Band(**limits[line]).reached(figure) for figure in column)
        for line, column in zip(bands.LINES, columns, strict=True)
    ]
    return _line(network, kind, str(len(figures)), cells, " ".join(f"{n}/{len(figures)}" for n in reached))


def _line(network: str, kind: str, count: str, cells: list[str], passes: str) -> str:
    return "| " + " | ".join([network, kind, count, *cells, passes]) + " |"
