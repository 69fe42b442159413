"""What is taken by number from beyond the end of a map stops a pass with values: a recording tells."""

from __future__ import annotations

from typing import cast

import pytest

from grader.mending.reaching import RAISED
from grader.mending.running import Mendable, Running
from grader.records.reason import Place
from grader.records.submission import Slice
from tests.grader.in_process import InProcess

CODE = """\
import numpy as np
import torch
from torch import nn


class FCN8s(nn.Module):
    def __init__(self, n_class=12):
        super().__init__()
        self.conv = nn.Conv2d(3, n_class, 3, padding=4)

    def forward(self, x):
        h, rows, columns = self.conv(x), x.size(2), x.size(3)
        return {returned}
"""


@pytest.mark.parametrize(
    ("returned", "beyond"),
    [
        ("h.index_select(2, torch.arange(6, 6 + rows))", False),
        ("h.index_select(2, torch.arange(7, 7 + rows))", True),
        ("h.index_select(-1, torch.arange(columns) + 6)", False),
        ("h.index_select(-1, torch.arange(columns) + 7)", True),
        ("h[:, :, torch.arange(rows)[:, None] + 6, torch.arange(columns)]", False),
        ("h[:, :, torch.arange(rows)[:, None], torch.arange(7, 7 + columns)]", True),
        ("h[:, :, torch.arange(7, 7 + rows) % 8]", False),
        ("h[:, :, [6 + n for n in range(rows)]]", False),
        ("h[:, :, [7 + n for n in range(rows)]]", True),
        ("h[:, :, np.arange(7, 7 + rows)]", True),
        ("h.gather(2, torch.arange(70, 70 + rows).view(1, 1, -1, 1))", True),
    ],
)
def test_numbers_beyond_the_end(returned: str, beyond: bool) -> None:
    """However they are made and taken: a pass with values tells."""
    found = Running(cast(Mendable, InProcess(CODE.format(returned=returned))), Slice()).trouble("FCN8s")

    assert (found is not None) is beyond
    if found:
        assert found.place == Place("cell 1", 13)
        assert any(words in found.message for words in RAISED)


@pytest.mark.parametrize(("rows", "passes"), [("6:6 + rows", 0), ("torch.arange(6, 6 + rows)", 1)])
def test_a_pass_with_values_is_asked_for_once(rows: str, passes: int) -> None:
    """And not for slices: it takes longer than all else that is tried."""
    student = InProcess(CODE.format(returned=f"h[:, :, {rows}]"))

    assert Running(cast(Mendable, student), Slice()).trouble("FCN8s") is None
    assert student.asked.count("run") == passes
