from __future__ import annotations

import mmap
from collections.abc import Callable
from math import prod, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.wall import draws
from grader.wall.draws import (
    BLOCK,
    Array,
    _block,
    derived,
    draw,
    draw_alone,
    draw_at,
    draw_into,
    draw_parameter,
    parameter_scale,
    positions,
)
from tests.share import examples

PAGE = mmap.PAGESIZE // 4  # elements
SEEDS = st.integers(0, 3)
KEYS = st.text(max_size=8)
SHAPES = st.lists(st.integers(1, 6), max_size=4).map(tuple)


WAYS = (draw, draw_alone)


@settings(max_examples=examples(20))
@given(SEEDS, KEYS, SHAPES, st.sampled_from(WAYS))
def test_equal_arguments_give_equal_values(
    seed: int, key: str, shape: tuple[int, ...], way: Callable[..., Array]
) -> None:
    """Both sides of the wall draw the same float32 array from seed, key and shape."""
    array = way(seed, key, shape)

    assert array.shape == shape
    assert array.dtype == np.float32
    assert np.array_equal(array, way(seed, key, shape))


@pytest.mark.parametrize("way", WAYS)
def test_seed_and_key_change_the_values(way: Callable[..., Array]) -> None:
    """Neither another seed nor another key gives the same numbers."""
    base = way(1, "conv1_1.weight", (50,))

    assert not np.array_equal(base, way(2, "conv1_1.weight", (50,)))
    assert not np.array_equal(base, way(1, "conv1_2.weight", (50,)))


def test_what_is_drawn_alone_makes_no_block() -> None:
    """A picture of a run costs what its own numbers do, and is as the others: centred, of deviation 1."""
    made = _block.cache_info().misses
    values = draw_alone(987, "input", (3, 100, 100))

    assert _block.cache_info().misses == made
    assert values.mean() == pytest.approx(0.0, abs=0.05)
    assert values.std() == pytest.approx(1.0, rel=0.02)


def test_values_have_the_deviation_that_was_asked_for() -> None:
    """Values are centred on zero, with the standard deviation `scale`."""
    values = draw(0, "x", (100_000,), 3.0)

    assert values.mean() == pytest.approx(0.0, abs=0.05)
    assert values.std() == pytest.approx(3.0, rel=0.02)


def test_no_two_rows_of_a_large_layer_are_alike() -> None:
    """A layer larger than the block that it is cut from repeats no row, though its rows divide a million."""
    rows = draw(0, "fc7.weight", (2_000, 1_000))

    assert rows.size > BLOCK
    assert len(np.unique(rows[:, :4], axis=0)) == len(rows)


def test_no_two_rows_of_the_hugest_layer_are_alike() -> None:
    """fc6 of a VGG-16 repeats a part of itself, in which no row begins twice."""
    rows = draw(0, "vgg/classifier.0.weight", (4096, 25088))

    assert rows.size >= draws.HUGE
    assert len(np.unique(rows[:, :4], axis=0)) == len(rows)


@pytest.mark.parametrize("period", [PAGE, PAGE + 1])  # what can be mapped, and what can't
@pytest.mark.parametrize("count", [3 * PAGE, 7 * PAGE + 5])
def test_what_is_huge_is_drawn_alike_in_every_way(
    monkeypatch: pytest.MonkeyPatch, period: int, count: int
) -> None:
    """As an array, into one, or at single places: a part of it, again and again."""
    monkeypatch.setattr(draws, "HUGE", 2 * PAGE)
    monkeypatch.setattr(draws, "PERIOD", period)
    array, into, at = draw(4, "w", (count,), 0.5), np.empty(count, np.float32), np.arange(count)
    draw_into(into, 4, "w", 0.5)

    assert np.array_equal(array[:period], draw(4, "w", (period,), 0.5))
    assert np.array_equal(array, np.resize(array[:period], count))
    assert np.array_equal(array, into)
    assert np.array_equal(array, draw_at(4, "w", at, count, 0.5))


INDICES = st.lists(st.integers(0, 3 * BLOCK), min_size=1, max_size=20)


@settings(max_examples=examples(30))
@given(SEEDS, KEYS, INDICES, st.sampled_from([1.0, 0.05]))
def test_draw_at_is_what_draw_puts_there(seed: int, key: str, indices: list[int], scale: float) -> None:
    """Single values are known without drawing the rest, also beyond the block."""
    at = np.array(indices, dtype=np.int64)
    small, size = at[at < 5_000], 4 * BLOCK

    assert np.array_equal(draw_at(seed, key, small, 5_000, scale), draw(seed, key, (5_000,), scale)[small])
    assert np.array_equal(draw_at(seed, key, at, size, scale), draw_at(seed, key, at % BLOCK, size, scale))


def test_draw_at_agrees_with_draw_beyond_the_block() -> None:
    """The repeated part of a large array is known at single positions too."""
    at = np.array([0, BLOCK - 1, BLOCK, BLOCK + 7, 2 * BLOCK + 123])

    assert np.array_equal(draw_at(5, "w", at, 2 * BLOCK + 200), draw(5, "w", (2 * BLOCK + 200,))[at])


@pytest.mark.parametrize(
    ("shape", "scale"),
    [((64, 3, 3, 3), sqrt(2 / 27)), ((4096, 512), sqrt(2 / 512)), ((64,), 0.1), ((), 0.1)],
)
def test_parameters_keep_activations_near_one(shape: tuple[int, ...], scale: float) -> None:
    """Weights are scaled by their fan-in as He et al. do, vectors by 0.1."""
    assert parameter_scale(shape) == pytest.approx(scale)
    assert np.array_equal(draw_parameter(1, "k", shape), draw(1, "k", shape, scale))


@given(SEEDS, KEYS, st.integers(0, 10_000), st.integers(1, 200))
def test_positions_lie_within(seed: int, key: str, size: int, count: int) -> None:
    """Positions index an array of that size: all of them if they are few, else as many as were asked for."""
    found = positions(seed, key, size, count)

    assert len(found) == min(size, count)
    assert all((found >= 0) & (found < size))
    assert np.array_equal(found, positions(seed, key, size, count))
    if size <= count:
        assert np.array_equal(found, np.arange(size))


def test_positions_are_not_known_before_the_seed() -> None:
    """Another seed or key samples elsewhere."""
    base = positions(1, "fc6.weight", prod((4096, 512)), 50)

    assert not np.array_equal(base, positions(2, "fc6.weight", prod((4096, 512)), 50))
    assert not np.array_equal(base, positions(1, "fc7.weight", prod((4096, 512)), 50))


def test_a_derived_seed_is_for_one_purpose() -> None:
    """The same for the same purpose; another secret or purpose gives another, which fits a generator."""
    seeds = [derived(7, "fill"), derived(7, "input"), derived(8, "fill"), derived(7, "vgg16")]

    assert derived(7, "fill") == seeds[0]
    assert len({7, 8, *seeds}) == 6
    assert all(0 <= seed < 2**63 for seed in seeds)
