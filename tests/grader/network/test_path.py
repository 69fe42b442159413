from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from grader.network import path
from grader.network.graph import INPUT, Expr, add, conv, crop, expr, leaf, relu
from grader.network.path import depths, main_path, touches_input
from tests.grader.slim import expr_of

WEIGHT = leaf("w", (3, 3, 3, 3))


def layer(x: Expr, name: str = "w") -> Expr:
    """A convolution with parameters of its own."""
    return conv(x, leaf(name, (3, 3, 3, 3)), None, padding=(1, 1))


def test_the_path_leads_from_input_to_output() -> None:
    """A chain is its own main path; weights are no part of it."""
    root = relu(layer(INPUT))
    path = main_path(root)

    assert path.steps == (INPUT, layer(INPUT), root)
    assert path.joins == {}
    assert path.places == {step.key: n for n, step in enumerate(path.steps)}


@pytest.mark.parametrize("swapped", [False, True])
def test_the_path_follows_the_deeper_side_of_a_join(swapped: bool) -> None:
    """Where two branches join, the one with more layers is the main path, whichever is written first."""
    stem = layer(INPUT, "stem")
    deep, short = layer(layer(stem, "a"), "b"), layer(stem, "skip")
    root = add(short, deep) if swapped else add(deep, short)
    path = main_path(root)

    assert path.steps == (INPUT, stem, layer(stem, "a"), deep, root)
    assert path.joins[4].expr == root
    assert path.joins[4].side == (short,)
    assert path.joins[4].tap == stem


def test_a_side_branch_is_told_from_its_tap_to_the_join() -> None:
    """The steps of a side branch stand in the order of computing, without the value it was taken from."""
    stem = layer(INPUT, "stem")
    side = crop(relu(layer(stem, "skip")), 5, 5, 2, 2)
    join = main_path(add(layer(layer(stem, "a"), "b"), side)).joins[4]

    assert [part.op for part in join.side] == ["conv", "relu", "crop"]
    assert join.tap == stem


def test_the_coefficient_gathers_every_factor_of_a_side() -> None:
    """Scaling the branch, subtracting it, or adding it with alpha is one number."""
    stem = layer(INPUT, "stem")
    deep = layer(layer(stem, "a"), "b")
    halved = expr("scale", layer(stem, "skip"), factor=0.5)

    assert main_path(add(deep, layer(stem, "skip"))).joins[4].coefficient == 1.0
    assert main_path(add(deep, layer(stem, "skip"), -1.0)).joins[4].coefficient == -1.0
    assert main_path(add(deep, halved, 3.0)).joins[4].coefficient == 1.5
    assert main_path(add(halved, deep)).joins[4].coefficient == 0.5


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (lambda a, b: a + b, "add"),
        (lambda a, b: a - b, "add"),
        (lambda a, b: torch.cat([a, b], 1), "cat"),
        (lambda a, b: a * b, "mul"),
        (torch.maximum, "maximum"),
    ],
)
def test_a_join_has_a_kind(function: Callable[..., Any], kind: str) -> None:
    """Sums, concatenations, products and maxima of two branches are told apart."""
    root = expr_of(
        lambda x, one, two: function(two(one(x)), x), one=nn.Conv2d(3, 3, 1), two=nn.Conv2d(3, 3, 1)
    )
    (join,) = main_path(root).joins.values()

    assert join.kind == kind
    assert join.tap == INPUT


def test_a_branch_that_is_weighed_is_taken_from_what_is_weighed() -> None:
    """A parameter in front of a product is where no branch begins; a constant is no branch."""
    other = expr("aten.mul.Tensor", leaf("scale", (3, 1, 1)), INPUT)

    assert main_path(add(layer(layer(INPUT, "a"), "b"), other)).joins[3].tap == INPUT
    assert main_path(add(layer(INPUT), leaf("bias", (1,)))).joins == {}


def test_weights_that_are_computed_are_no_branch() -> None:
    """What feeds a convolution's weight does not join the path, even if it depends on the input."""
    computed = expr("aten.mean.dim", INPUT)
    root = conv(layer(INPUT), computed, None)

    assert main_path(root).joins == {}


def test_depth_counts_layers_on_the_deepest_way() -> None:
    """A value is as deep as the most layers below it; other steps don't count."""
    deep = layer(relu(layer(INPUT, "a")), "b")
    root = add(INPUT, deep)
    depth = depths(root)

    assert (depth[INPUT.key], depth[deep.key], depth[root.key]) == (0, 2, 2)


def test_what_depends_on_the_input_is_known() -> None:
    """Weights and constants don't touch the input, what is computed from it does."""
    root = layer(INPUT)
    alive = touches_input(root)

    assert alive[root.key] and alive[INPUT.key]
    assert not alive[WEIGHT.key]


def test_an_output_that_ignores_the_input_is_a_path_of_one() -> None:
    """A constant output has no way back to the input."""
    root = relu(WEIGHT)

    assert main_path(root).steps == (root,)


def test_long_sides_that_join_often_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of so many in all are kept, those of the first ones whole."""
    monkeypatch.setattr(path, "MOST_STEPS", 250)
    side = root = layer(INPUT, "stem")
    for n in range(100):
        side = expr("aten.mul", side, factor=n)
    for _ in range(10):
        root = add(layer(root), side)

    lengths = [len(join.side) for join in main_path(root).joins.values()]

    assert lengths == [100, 100, 50, *[0] * 7]
