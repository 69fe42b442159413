from __future__ import annotations

import pytest
import torch
from torch import nn

from grader.records.submission import Chunk, Module, Slice
from grader.worker.downloads import downloaded
from grader.worker.fetched import fetched_again
from tests.grader.slim import world_of


@pytest.mark.parametrize(
    ("statement", "given"),
    [
        ("net = torchvision.models.vgg16(pretrained=True)", True),
        ("net = torchvision.models.get_model('vgg16', weights='DEFAULT')", True),
        ("net = copy_vgg16(net)", False),
        ("net == torchvision.models.vgg16(True)", False),
    ],
)
def test_a_name_for_a_downloaded_vgg16_is_bound_to_the_one_given(statement: str, given: bool) -> None:
    """While it lasts; then it is what it was."""
    import torchvision

    world = world_of("import torchvision\nnet = 3")
    world.slice = Slice((Module("submission", (Chunk("cell 1", 1, statement),)),))
    known = world.namespaces["submission"]
    with torch.device("meta"):
        vgg16: nn.Module = torchvision.models.vgg16(weights=None)

    with downloaded(vgg16), fetched_again(world):
        found = known["net"]

    assert known["net"] == 3
    assert (getattr(found, "features", None) is not None) == given
    if given:
        assert next(found.parameters()) is next(vgg16.parameters())
