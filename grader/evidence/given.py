"""Why returnCAM was given other features than an image's: its preparation, the network, what came after."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from copy import deepcopy
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from grader.diagnosis.last_cell import are_features, what_features
from grader.diagnosis.pictures import prepared
from grader.evidence.hooked import hooked
from grader.evidence.last_cell import IMAGES, LastCell, opened, picture
from grader.wall.verbs import MAX_INPUTS
from reference.kit.CAM.resnet import resnet18

Array = NDArray[Any]
FEWEST, MOST = 32, 640  # pixels of a side: a submission must not set the price of judging it
TRAINED = "the network is in train mode: eval() is missing"


def other_input(cell: LastCell, position: int, number: int) -> str | None:
    """Return what is wrong with the features that a map is made of, "" if nothing is; None if not known."""
    features = cell.array(f"{number}.0")
    if features is None:
        return None
    true = cell.truth.features
    for name, each in zip(IMAGES, true, strict=True):
        if name != IMAGES[position] and are_features(features, each):
            return f"the image is {name}"
    names = sorted(IMAGES, key=lambda name: name != IMAGES[position])
    pictures = _pictures(cell, number)
    for given in pictures:
        if (after := _after(given.astype(np.float32), features)) is not None:
            preparation = _preparation(given, names)
            return None if preparation is None else "; ".join(filter(None, (preparation, after)))
    if layer := _layer(features, _distinct((*pictures, picture(IMAGES[position])))):
        return layer
    own = (_preparation(given, names[:1]) for given in pictures)  # what came of it is not known
    return what_features(features, true[position]) or next(filter(None, own), None)


def _pictures(cell: LastCell, number: int) -> list[Array]:
    """Return the pictures (1, 3, rows, columns) that a network was given last before a call."""
    batches = (given for given in cell.inputs_before(number) if given.ndim == 4)
    pictures = (one[None] for given in batches for one in given[:MAX_INPUTS])
    return _distinct(islice(filter(_is_picture, pictures), MAX_INPUTS))


def _distinct(pictures: Iterable[Array]) -> list[Array]:
    """Return pictures without those that equal one before but for rounding: each costs runs of a network."""
    found = list[Array]()
    for each in pictures:
        if not any(each.shape == one.shape and np.allclose(each, one, 1e-4, 1e-5) for one in found):
            found.append(each)
    return found


def _is_picture(given: Array) -> bool:
    """Return whether a network can be given something, and it is no larger than need be."""
    return given.shape[1] == 3 and all(FEWEST <= side <= MOST for side in given.shape[2:])


def _preparation(given: Array, names: Sequence[str]) -> str | None:
    """Return what is wrong with what a network was given for the first of some images; None if not known."""
    for name in names:
        with opened(name) as image:
            found = prepared(given, image.convert("RGB"))
        if found is not None:
            other = "" if name == names[0] else f"the image is {name}"
            return "; ".join(filter(None, (other, *found.faults)))
    return None


def _after(given: Array, features: Array) -> str | None:
    """Return what is wrong with features that were made of what a network was given; None if not known."""
    for words, made in _made(given):
        if (how := what_features(features, made)) is not None:
            return "; ".join(filter(None, (words, how)))
    return None


def _layer(features: Array, pictures: Sequence[Array]) -> str:
    """Return the other layer whose output the features are, in words; "" where they are of none."""
    network = deepcopy(_network()).eval()
    return next(filter(None, (hooked(network, given, features) for given in pictures)), "")


def _made(given: Array) -> Iterator[tuple[str, Array]]:
    """Yield the features that the kit's network makes, in either mode."""
    for words, train in (("", False), (TRAINED, True)):
        with torch.inference_mode():
            network = deepcopy(_network()).train(train)  # which changes what it keeps of what it sees
            yield words, network(torch.from_numpy(given))[1].numpy()


@lru_cache(maxsize=1)
def _network() -> Any:
    with redirect_stdout(io.StringIO()):  # it says which weights it took, to students
        return resnet18(pretrained=True)
