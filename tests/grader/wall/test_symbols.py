"""Torch's symbols are left out as long as all sizes are numbers, of which torch is answered alike."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
import torch
from torch.fx import experimental

from grader.wall.symbols import KNOWN, NAME, SYMBOLS, leave_out_symbols
from grader.wall.uncompiled import without_compiler

VALUES = True, False, 3, -1, (2, 3), [2, 3], [2, 4], torch.Size((2,)), (), 0.5, "text", None


@pytest.fixture
def real() -> Iterator[ModuleType]:
    """The module itself, which stands there again afterwards."""
    module = importlib.import_module(SYMBOLS)
    yield module
    sys.modules[SYMBOLS] = module
    setattr(experimental, NAME, module)


@pytest.fixture
def left_out(real: ModuleType) -> ModuleType:
    """What stands in its place."""
    del sys.modules[SYMBOLS]
    leave_out_symbols()
    return sys.modules[SYMBOLS]


def _told(function: Any, *values: Any) -> Any:
    try:
        return function(*values)
    except Exception as error:
        return type(error)


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("name", KNOWN)
def test_numbers_are_answered_as_by_torch(name: str, real: ModuleType, left_out: ModuleType) -> None:
    """Each value alone, and each pair, whether it is known or not."""
    for values in (*((a,) for a in VALUES), *((a, b) for a in VALUES for b in VALUES)):
        told, known = _told(getattr(left_out, name), *values), _told(getattr(real, name), *values)
        assert told == known and type(told) in (type(known), frozenset), values


def test_a_tensor_has_no_symbols(real: ModuleType, left_out: ModuleType) -> None:
    """Its own kind is known, another one is asked."""
    for tensor in (torch.empty(2, 3, device="meta"), torch.nn.Parameter(torch.zeros(2))):
        assert left_out.free_unbacked_symbols(tensor) == real.free_unbacked_symbols(tensor) == frozenset()
    assert sys.modules[SYMBOLS] is left_out
    assert not left_out.free_unbacked_symbols(torch.eye(2).to_sparse())
    assert sys.modules[SYMBOLS] is not left_out


def test_a_network_without_values_needs_no_symbols(left_out: ModuleType) -> None:
    """Neither its forward pass nor its gradients."""
    with torch.device("meta"), without_compiler():
        conv = torch.nn.Conv2d(3, 4, 3, padding=1)
        model = torch.nn.Sequential(conv, torch.nn.BatchNorm2d(4))
        made = torch.nn.functional.interpolate(model(torch.zeros(1, 3, 8, 8)), size=(16, 16), mode="bilinear")
        torch.cat([made, made + made.mean((2, 3), keepdim=True)], dim=1)[:, :, 1:9].sum().backward()
        conv.weight.data.copy_(torch.zeros(4, 3, 3, 3))

    assert sys.modules[SYMBOLS] is left_out


def test_more_is_wanted_of_them_than_of_numbers(real: ModuleType, left_out: ModuleType) -> None:
    """Then they are imported into their place; what only looks at all modules gets nothing of them."""
    assert not hasattr(left_out, "__file__") and sys.modules[SYMBOLS] is left_out
    assert left_out.ShapeEnv.__name__ == "ShapeEnv"
    assert sys.modules[SYMBOLS] is not left_out and getattr(experimental, NAME) is sys.modules[SYMBOLS]


def test_symbols_that_are_there_are_left_there(real: ModuleType) -> None:
    """Where something else has imported them."""
    leave_out_symbols()
    assert sys.modules[SYMBOLS] is real
