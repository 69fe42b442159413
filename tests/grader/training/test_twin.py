"""The reference in a network's place."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from torch.optim import Adam

from grader.training.twin import Drop, Twin, names
from grader.wall.sketch import sketch
from reference import trainer
from tests.grader.slim import SOURCE, reading_of, slim8

PICTURE = np.random.default_rng(3).integers(0, 256, (24, 20, 3), dtype=np.uint8)
LABEL = np.random.default_rng(4).integers(0, 12, (24, 20), dtype=np.uint8)


def twin() -> Twin:
    """A slim FCN-8s, filled."""
    made = Twin(slim8(), names(reading_of(SOURCE)), {})
    made.fill(dict.fromkeys(made.names, 0.2), seed=5)
    return made


def test_names_map_every_parameter_to_the_references() -> None:
    """One for one."""
    made = twin()
    assert sorted(made.names.values()) == sorted(dict(made.named_parameters()))
    assert made.names["fc6.weight"] == "layers.fc6.weight"


@pytest.mark.slow
def test_a_step_is_adams_first() -> None:
    """With the gradients' sketches; moving each at once changes nothing."""
    ours, theirs = twin(), twin()
    optimizer, _ = trainer.recipe(theirs)
    assert isinstance(optimizer, Adam)
    theirs.loss(PICTURE, LABEL, F.dropout2d, 7).backward()
    gradients = {name: value.grad for name, value in theirs.named_parameters()}

    sketches = ours.step(ours.loss(PICTURE, LABEL, F.dropout2d, 7))
    optimizer.step()

    for name, value in theirs.named_parameters():
        gradient = gradients[name]
        assert gradient is not None
        np.testing.assert_allclose(sketches[name], sketch(gradient.numpy()), rtol=1e-5, atol=1e-7)
        assert torch.allclose(ours.get_parameter(name), value, atol=1e-6), name


@pytest.mark.parametrize("drop", [F.dropout, F.dropout2d])
def test_a_loss_is_drawn_from_its_seed(drop: Drop) -> None:
    """The same seed drops the same, and leaves torch's own generator as it was."""
    made, before = twin(), torch.get_rng_state()

    first, again, other = (float(made.loss(PICTURE, LABEL, drop, seed).detach()) for seed in (1, 1, 2))

    assert first == again != other
    assert torch.equal(before, torch.get_rng_state())
