"""Convolutions that need not be computed again: both networks begin alike, on equal numbers.

A result is given again only where input, weight, bias and settings are equal, so whoever gets it gets what it
would have computed.
"""

from __future__ import annotations

from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from grader.wall.convolving import LARGE

WORTH = 256  # operations of each number: fewer take no longer than to remember it
MOST = 1 << 28  # bytes: what the first network convolves takes 180 MB


class Convolved:
    """Results of convolutions with copies of what they were computed from, so many bytes at most."""

    def __init__(self, most: int = MOST) -> None:
        self._left = most
        self.known: dict[Any, list[tuple[list[Tensor], Tensor]]] = {}

    def __call__(self, func: Any, args: tuple[Any, ...]) -> Tensor:
        """Return what a convolution gives."""
        given = [value for value in args[:3] if value is not None]
        alike = self.known.setdefault(_key(func, given, args[3:]), [])
        for seen, result in alike:
            if all(map(torch.equal, seen, given)):
                return result.clone()  # whoever gets it may change it in place
        made: Tensor = func(*args)
        size = sum(value.nbytes for value in (*given, made))
        if size <= self._left:
            self._left -= size
            alike.append(([value.clone() for value in given], made.clone()))
        return made


def _key(func: Any, given: list[Tensor], settings: tuple[Any, ...]) -> tuple[Any, ...]:
    """Tell apart what can't be equal; strides too, for they settle in which order numbers are added."""
    kinds = ((value.shape, value.stride(), value.dtype, value.is_inference()) for value in given)
    return func, *kinds, str(settings)


def is_worth_it(args: tuple[Any, ...]) -> bool:
    """Whether a convolution of plain tensors takes longer than to remember it, its weight included."""
    weight: Tensor = args[1]
    plain = all(value is None or _is_plain(value) for value in args[:3])
    return plain and weight.numel() < LARGE and prod(weight.shape[1:]) >= WORTH


def _is_plain(value: Any) -> bool:
    usual = type(value) in (Tensor, nn.Parameter)  # another kind could run code that came with it
    return usual and value.device.type == "cpu" and value.layout == torch.strided
