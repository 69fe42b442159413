"""What is no layer in a sequence becomes one, by its name where that tells which."""

from __future__ import annotations

import pytest

from grader.mending.sequences import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

NO_LAYER = "torch.nn.functional.relu is not a Module subclass"


def of(code: str, message: str = NO_LAYER) -> list[str]:
    """What is read in the place of what, the likeliest first."""
    chunk = Chunk("cell 1", 1, code)
    trouble = Trouble("TypeError", message, Place("cell 1", 1))
    return [mend.words for mend in mends(trouble, Slice((Module("submission", (chunk,)),)), chunk)]


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("nn.Sequential(nn.Conv2d(3, 64, 3), F.relu)", "`F.relu` read as `nn.ReLU()`"),
        ("nn.ModuleList([nn.Conv2d(3, 64, 3), nn.ReLU])", "`nn.ReLU` read as `nn.ReLU()`"),
        ("nn.Sequential(nn.Conv2d(3, 64, 3), nn.Dropout2d)", "`nn.Dropout2d` read as `nn.Dropout2d()`"),
        ("nn.Sequential(64, nn.Conv2d(3, 64, 3))", "`64` read as `nn.Identity()`"),
    ],
)
def test_it_is_the_layer_that_its_name_tells(code: str, first: str) -> None:
    assert of(code)[0] == first


def test_layers_and_other_troubles_stay() -> None:
    assert of("nn.Sequential(nn.Conv2d(3, 64, 3), *more)") == []
    assert of("nn.Sequential(F.relu)", "no") == []
