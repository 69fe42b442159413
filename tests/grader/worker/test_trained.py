"""A trained network stands for the file that it was saved in."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from grader.worker.trained import read_from_files


def test_a_file_that_is_nowhere_holds_the_networks_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is there holds what it holds, and afterwards the other is missed again."""
    monkeypatch.chdir(tmp_path)
    torch.save({"mine": torch.ones(1)}, "mine.pth")
    layer = nn.Linear(2, 1)
    with read_from_files(layer):
        assert torch.equal(torch.load("stage1.pth", map_location="cpu")["weight"], layer.weight)
        assert set(torch.load(Path("mine.pth"))) == {"mine"}

    with pytest.raises(FileNotFoundError):
        torch.load("stage1.pth")
