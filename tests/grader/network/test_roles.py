from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from grader.network.graph import INPUT, Expr, conv, leaf, max_pool
from grader.network.roles import align, is_pool, parameters, read_layer
from grader.records.reason import Place
from reference.architecture import Conv, Pool
from tests.grader.slim import SLIM, expr_of
from tests.grader.styles import Style, styled_reading, styles

FIRST = Conv("one", 3, 4, 3, padding=1)
TABLE: tuple[Conv | Pool, ...] = (FIRST, Pool("pool"), Conv("two", 4, 6, 3), Conv("three", 6, 6, 1))


def made(wanted: Conv | Pool, x: Expr = INPUT, name: str = "", **changes: Any) -> Expr:
    """A layer or a pool of the table as a student might have made it."""
    if isinstance(wanted, Pool):
        return max_pool(x)
    spec = replace(wanted, **changes)
    shape = (spec.outputs, spec.inputs, spec.kernel, spec.kernel)
    weight = leaf(f"{name or spec.role}.weight", shape)
    return conv(
        x,
        weight,
        leaf(f"{name or spec.role}.bias", shape[:1]),
        stride=(spec.stride,) * 2,
        padding=(spec.padding,) * 2,
    )


@pytest.mark.slow
@settings(max_examples=25)
@given(st.data(), st.sampled_from(sorted(SLIM)))
def test_roles_depend_on_neither_names_nor_order(data: st.DataObject, network: str) -> None:
    """Roles are right wherever layers are defined and whatever they are called, even by other roles."""
    table = SLIM[network](12)
    style = data.draw(styles(table))
    reading = styled_reading(table, style)

    assert {role: layer.weight for role, layer in reading.layers.items()} == {
        conv.role: f"{style.names[conv.role]}.weight" for conv in table.convs()
    }
    assert set(reading.pools) == {f"pool{n}" for n in range(1, 6)}
    assert reading.extra == ()


def test_equal_networks_are_aligned_one_to_one() -> None:
    """Layers that are those of the table get their roles in order."""
    nodes = [made(wanted) for wanted in TABLE]

    roles = align(nodes, TABLE)

    assert roles == {wanted.role: node for wanted, node in zip(TABLE, nodes, strict=True)}
    assert list(roles) == [wanted.role for wanted in TABLE]


@given(st.sampled_from([wanted.role for wanted in TABLE]))
def test_a_missing_layer_leaves_its_role_empty(missing: str) -> None:
    """Without one layer or pool, every other one keeps its role."""
    nodes = {wanted.role: made(wanted) for wanted in TABLE if wanted.role != missing}

    assert align(list(nodes.values()), TABLE) == nodes


@given(st.integers(0, len(TABLE)))
def test_a_layer_too_many_gets_no_role(position: int) -> None:
    """An unlike layer anywhere in between takes no one's role."""
    extra = made(Conv("extra", 50, 50, 7))
    nodes = [made(wanted) for wanted in TABLE]
    with_extra = [*nodes[:position], extra, *nodes[position:]]

    assert align(with_extra, TABLE) == {w.role: node for w, node in zip(TABLE, nodes, strict=True)}


@pytest.mark.parametrize(
    "changes",
    [
        {"padding": 7},
        {"kernel": 5, "padding": 2},
        {"stride": 2},
        {"outputs": 9},
        {"kernel": 1, "stride": 2, "padding": 0},
    ],
)
def test_a_wrong_layer_keeps_its_role(changes: dict[str, Any]) -> None:
    """A layer whose attributes differ is a wrong layer, not a missing one and one too many."""
    wrong = made(TABLE[0], **changes)
    nodes = [wrong, *(made(wanted) for wanted in TABLE[1:])]

    assert align(nodes, TABLE)["one"] == wrong
    assert len(align(nodes, TABLE)) == len(TABLE)


@pytest.mark.parametrize(
    "changes", [{"stride": 2}, {"outputs": 9}, {"inputs": 5}, {"padding": 4}, {"kernel": 5}]
)
def test_of_two_layers_the_one_more_alike_gets_the_role(changes: dict[str, Any]) -> None:
    """Every attribute counts: what differs in fewer of them is the layer, the other one is too many."""
    right, wrong = made(TABLE[0], name="right"), made(TABLE[0], name="wrong", **changes)

    assert align([wrong, right], TABLE[:1]) == align([right, wrong], TABLE[:1]) == {"one": right}


def test_a_pool_is_never_a_layer() -> None:
    """Convolutions and poolings don't take each other's roles, nor do transposed convolutions."""
    up = Conv("up", 4, 4, 4, stride=2, transposed=True)

    assert align([max_pool(INPUT)], [TABLE[0]]) == {}
    assert align([made(TABLE[0])], [Pool("pool")]) == {}
    assert align([made(TABLE[0])], [up]) == {}


def test_another_kind_of_pooling_has_the_pools_role() -> None:
    """An average pooling stands where the max pooling should."""
    average = expr_of(lambda x: F.avg_pool2d(x, 2))

    assert is_pool(average)
    assert align([average], [Pool("pool")]) == {"pool": average}


MOVED: tuple[Conv | Pool, ...] = (
    FIRST, Pool("pool1"), Conv("two", 4, 6, 3), Pool("pool2"), Conv("three", 6, 6, 1), Conv("fc6", 6, 8, 7),
)  # fmt: skip


def pooled(name: str) -> Expr:
    """A pool, told from others by what it pools."""
    return max_pool(leaf(name, (1,)))


def test_a_pool_in_another_place_keeps_its_role() -> None:
    """Where it lies between its neighbours; one before them, or behind the last layer, is another."""
    one, _, two, _, three, fc6 = (made(wanted) for wanted in MOVED)
    first, second = pooled("first"), pooled("second")

    late = align([one, two, first, second, three, fc6], MOVED)
    last = align([one, first, two, three, second, fc6], MOVED)
    before = align([second, one, first, two, three, fc6], MOVED)
    behind = align([one, first, two, three, fc6, second], MOVED)

    assert {late["pool1"], late["pool2"]} == {first, second}
    assert (last["pool1"], last["pool2"]) == (first, second)
    for each in (before, behind):
        assert each["pool1"] == first
        assert "pool2" not in each


def test_of_two_equal_layers_the_name_decides_which_is_missing() -> None:
    """Where numbers can't tell which of two equal layers is there, its name may."""
    twins = (Conv("conv5_1", 6, 6, 3), Conv("conv5_2", 6, 6, 3))

    assert set(align([made(twins[0])], twins)) == {"conv5_1"}
    assert set(align([made(twins[1])], twins)) == {"conv5_2"}


def test_of_two_equal_layers_their_place_in_vgg_decides_which_is_missing() -> None:
    """A trunk that is torchvision's has its numbers: features.24 is conv5_1."""
    twins = (Conv("conv5_1", 6, 6, 3), Conv("conv5_2", 6, 6, 3))

    assert set(align([made(twins[0], name="trunk.features.24")], twins)) == {"conv5_1"}
    assert set(align([made(twins[1], name="trunk.features.26")], twins)) == {"conv5_2"}


def test_of_equal_layers_without_names_the_last_is_missing() -> None:
    """A block that is one short has its first layers, as a list of widths that ends too early makes it."""
    block = tuple(Conv(role, 4, 4, 3) for role in ("one", "two", "three"))
    nodes = [made(block[0], name="0"), made(block[1], name="1")]

    assert align(nodes, block) == {"one": nodes[0], "two": nodes[1]}


def test_of_equal_layers_without_names_the_last_is_too_many() -> None:
    """A block that has one more than it should begins as it should."""
    block = tuple(Conv(role, 4, 4, 3) for role in ("one", "two"))
    nodes = [made(block[0], name=name) for name in "abc"]

    assert align(nodes, block) == {"one": nodes[0], "two": nodes[1]}


def test_a_layer_is_read_with_all_its_attributes() -> None:
    """Channels count groups; kernel, stride, padding and dilation are pairs; names are the parameters'."""
    one = nn.Conv2d(6, 4, (3, 5), stride=(1, 2), padding=(0, 3), dilation=2, groups=2)
    layer = read_layer(expr_of(lambda x, one: one(x), (1, 6, 20, 20), one=one))

    assert (layer.inputs, layer.outputs, layer.groups, layer.transposed) == (6, 4, 2, False)
    assert (layer.kernel, layer.stride, layer.padding, layer.dilation) == ((3, 5), (1, 2), (0, 3), (2, 2))
    assert (layer.weight, layer.bias) == ("layers.one.weight", "layers.one.bias")


def test_a_transposed_layer_has_its_channels_the_other_way() -> None:
    """A transposed convolution's weight begins with its inputs."""
    one = nn.ConvTranspose2d(6, 4, 4, stride=2, padding=1, output_padding=1, groups=2, bias=False)
    layer = read_layer(expr_of(lambda x, one: one(x), (1, 6, 5, 5), one=one))

    assert (layer.inputs, layer.outputs, layer.groups, layer.transposed) == (6, 4, 2, True)
    assert (layer.output_padding, layer.bias) == ((1, 1), "")


def test_a_computed_weight_is_named_after_what_holds_its_elements() -> None:
    """A computed weight has a shape, and the name of the one parameter of its size."""
    one = nn.Conv2d(3, 5, 2)
    layer = read_layer(expr_of(lambda x, one: F.conv2d(x, one.weight.abs()), one=one))
    twice = read_layer(
        expr_of(lambda x, one, two: F.conv2d(x, one.weight * two.weight), one=one, two=nn.Conv2d(3, 5, 2))
    )

    assert (layer.inputs, layer.outputs, layer.kernel) == (3, 5, (2, 2))
    assert layer.weight == "layers.one.weight"
    assert twice.weight.startswith("computed ")


def test_a_normalised_weight_has_the_shape_of_the_layer() -> None:
    """Weight normalisation computes the weight from a length and a direction; the direction holds it."""
    one = nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 5, 2))
    layer = read_layer(expr_of(lambda x, one: one(x), one=one))

    assert (layer.inputs, layer.outputs, layer.kernel) == (3, 5, (2, 2))
    assert layer.weight == "layers.one.parametrizations.weight.original1"
    assert {leaf["name"] for leaf in parameters(layer.expr.inputs[1])} == {
        "layers.one.parametrizations.weight.original0",
        layer.weight,
    }


def test_a_layer_knows_its_line() -> None:
    """The place of a layer is where the student called it."""
    assert read_layer(conv(INPUT, leaf("w", (1, 3, 1, 1)), None, place=Place("cell 2", 4))).place == Place(
        "cell 2", 4
    )


def test_the_plain_style_is_the_table() -> None:
    """The networks that these tests are about lie on a path with every layer and pool of the table."""
    for network in SLIM.values():
        table = network(12)
        ops = [step.op for step in styled_reading(table, Style()).path.steps]

        assert ops.count("conv") == 16 and ops.count("deconv") == len(table.upscores)
        assert ops.count("max_pool") == 5
