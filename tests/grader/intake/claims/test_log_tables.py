"""A training log that was printed as a table reads as if each row named its numbers."""

from __future__ import annotations

import pytest

from grader.intake.claims.log_tables import named
from grader.intake.claims.logs import logs
from grader.records.submission import Epoch

ROWS = ((2.431, 0.3431, 0.02859), (2.204, 0.345, 0.0286))
TABLES = {
    "by pandas": (
        "   epoch   loss  val_acc  val_miou",
        "{n}      {n}  {0}   {1}   {2}",
        "test acc {1} test miou {2}",
    ),
    "by pipes": (
        "| epoch | loss | acc | mIoU |\n|---|---|---|---|",
        "| {n} | {0} | {1} | {2} |",
        "Test acc: {1}, mIoU: {2}",
    ),
    "as csv": ("epoch,loss,acc,miou", "{n},{0},{1},{2}", "test,,{1},{2}"),
    "by tabs": ("loss\tacc\tmiou", "{0}\t{1}\t{2}", "test acc {1} test miou {2}"),
}


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_epochs(table: str) -> None:
    """And what is called a test is the test."""
    head, row, test = TABLES[table]
    rows = "\n".join(row.format(*figures, n=n) for n, figures in enumerate(ROWS))
    (log,) = logs(f"{head}\n{rows}\n{test.format(*ROWS[-1])}\n")

    assert log.epochs == tuple(Epoch(*figures) for figures in ROWS)
    assert (log.test_accuracy, log.test_mean_iou) == ROWS[-1][1:]


@pytest.mark.parametrize(
    "text",
    ["loss: 2, acc: 1\n1, 2", "loss, acc\nnothing", "epoch, time\n1, 2", "loss, acc, iou\n1, 2, 3, 4, 5"],
)
def test_other_lines_stay_as_they_are(text: str) -> None:
    """Lines that name their numbers, and rows that fit no head."""
    assert named(text) == text
