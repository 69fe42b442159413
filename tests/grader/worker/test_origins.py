from __future__ import annotations

from typing import Any

import torch
from torch import nn

from grader.records.submission import Chunk
from grader.wall.values import SourceLine
from grader.worker.loader import run_chunks
from grader.worker.origins import Origins, noting_makers
from grader.worker.trace import record

SOURCE = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.ReLU()
        self.many = nn.ModuleList([
            nn.Tanh(),
            nn.Sigmoid(),
        ])
        self.row = nn.Sequential(
            nn.Softplus(),
            nn.ELU(),
        )

    def helped(self, x):
        return self.one(x)

    def forward(self, x):
        x = self.helped(x)
        for each in self.many:
            x = each(x)
        x = self.row(x)
        return torch.exp(x)
"""


def lines() -> dict[str, SourceLine]:
    """Where each operation of the network comes from."""
    namespace: dict[str, Any] = {"nn": nn, "torch": torch}
    with noting_makers() as makers:
        assert run_chunks([Chunk("cell 4", 1, SOURCE + "net = Net()")], namespace) == []
    origins = Origins({id(module): makers[id(module)] for module in namespace["net"].modules()})
    written, _ = record(namespace["net"], torch.zeros(2), origins.mark, origins.line)
    return {row[0].split(".")[1]: row[-1] for row in written["calls"]}


def test_what_is_called_by_name_comes_from_the_forward_pass() -> None:
    """With the line that called the helper, and the line that made the layer."""
    found = lines()["relu"]

    assert (found.label, found.line) == ("cell 4", 15)
    assert [caller.line for caller in found.callers][:1] == [18]
    assert found.maker is not None and found.maker.line == 4


def test_what_runs_in_a_loop_or_a_sequence_comes_from_where_it_was_made() -> None:
    """Each has the same line in the forward pass."""
    found = lines()

    assert [found[name].line for name in ("tanh", "sigmoid", "softplus", "elu")] == [6, 7, 10, 11]
    assert [found[name].callers[-1].line for name in ("tanh", "elu")] == [20, 21]


def test_a_function_has_its_own_line() -> None:
    """No module of the library computes it."""
    assert (lines()["exp"].line, lines()["exp"].maker) == (22, None)


def test_modules_are_as_they_were_afterwards() -> None:
    """What makes them is put back."""
    before = nn.Module.__init__
    lines()

    assert nn.Module.__init__ is before
