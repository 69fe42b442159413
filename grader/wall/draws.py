"""Seeded arrays by key, the same on both sides of the wall.

A challenge needs half a gigabyte of weights; instead of sending them, the trusted side and the worker draw
them from one seed. Every array is cut from one block of normal numbers, repeated: filling memory is then as
fast as copying it, and because the block's length is prime, no two rows of a layer are alike.

What is huge, as fc6's weight is, would still cost the kernel half a second for its pages: it repeats a first
part of itself, of whole pages, so that one part can stand in memory for all.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from math import prod, sqrt

import numpy as np
from numpy.typing import NDArray

from grader.wall.repeating import repeated

Array = NDArray[np.float32]

BLOCK = 1_000_003  # a prime
HUGE = 50_000_000  # elements
PERIOD = 2053 * 1024  # of what is huge: pages, a prime number of them, so that no two rows of fc6 are alike


@lru_cache(maxsize=16)  # the seeds of a grading without training; 4 MB each
def _block(seed: int) -> Array:
    return np.random.Generator(np.random.PCG64(seed)).standard_normal(BLOCK, dtype=np.float32)


def derived(secret: int, purpose: str) -> int:
    """Derive the seed for one purpose from a grading's secret one; it tells neither that one nor another.

    A worker is told derived seeds only, each when it is needed: what it draws its own randomness from says
    nothing of the values that its copying is verified by, and those nothing of the pictures' labels.
    """
    digest = hashlib.sha256(f"{secret}/{purpose}".encode()).digest()
    return int.from_bytes(digest[:7], "big")


def _number(seed: int, key: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{seed}/{key}".encode(), digest_size=8).digest(), "big")


def draw(seed: int, key: str, shape: tuple[int, ...], scale: float = 1.0) -> Array:
    """Draw a float32 array of `shape` with standard deviation `scale`; equal arguments give equal values."""
    count = prod(shape)
    out = np.empty(PERIOD if count >= HUGE else count, dtype=np.float32)
    draw_into(out, seed, key, scale)
    return (repeated(out, count) if count >= HUGE else out).reshape(shape)


def draw_alone(seed: int, key: str, shape: tuple[int, ...]) -> Array:
    """Draw a float32 array for which no block is made: little else is drawn from its seed."""
    chance = np.random.Generator(np.random.PCG64(_number(seed, key)))
    return chance.standard_normal(shape, dtype=np.float32)


def draw_into(out: Array, seed: int, key: str, scale: float = 1.0) -> None:
    """Put into a flat array what `draw` draws: memory for half a gigabyte is not taken twice."""
    block, start, done = _block(seed), _number(seed, key) % BLOCK, 0
    length = PERIOD if len(out) >= HUGE else len(out)
    while done < length:
        some = min(BLOCK - start, length - done)
        np.multiply(block[start : start + some], np.float32(scale), out=out[done : done + some])
        start, done = 0, done + some
    for begin in range(length, len(out), PERIOD):
        out[begin : begin + PERIOD] = out[: min(PERIOD, len(out) - begin)]


def draw_at(seed: int, key: str, indices: NDArray[np.int64], size: int, scale: float = 1.0) -> Array:
    """Return what `draw` puts at flat `indices` of an array of `size`, without drawing the rest."""
    indices = indices % PERIOD if size >= HUGE else indices
    return _block(seed)[(indices + _number(seed, key) % BLOCK) % BLOCK] * np.float32(scale)


def parameter_scale(shape: tuple[int, ...]) -> float:
    """Return the standard deviation that keeps activations near 1 (He et al. 2015); vectors are small."""
    return 0.1 if len(shape) < 2 else sqrt(2.0 / max(1, prod(shape[1:])))


def draw_parameter(seed: int, key: str, shape: tuple[int, ...]) -> Array:
    """Draw a layer's weight or bias."""
    return draw(seed, key, shape, parameter_scale(shape))


def positions(seed: int, key: str, size: int, count: int) -> NDArray[np.int64]:
    """Draw `count` indices below `size` (all of them where there are no more than `count`)."""
    if size <= count:
        return np.arange(size, dtype=np.int64)
    return np.random.Generator(np.random.PCG64(_number(seed, f"positions/{key}"))).integers(0, size, count)
