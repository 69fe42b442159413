from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from reference.architecture import TRUNK, VGG_CONVS, VGG_LINEARS, Architecture, Conv, Pool, fcn8s, fcn32s

MAKERS = (fcn32s, fcn8s)
CONVS = [
    ("conv1_1", 3, 64),
    ("conv1_2", 64, 64),
    ("conv2_1", 64, 128),
    ("conv2_2", 128, 128),
    ("conv3_1", 128, 256),
    ("conv3_2", 256, 256),
    ("conv3_3", 256, 256),
    ("conv4_1", 256, 512),
    ("conv4_2", 512, 512),
    ("conv4_3", 512, 512),
    ("conv5_1", 512, 512),
    ("conv5_2", 512, 512),
    ("conv5_3", 512, 512),
]


def test_the_blocks_are_the_assignment_s() -> None:
    """Thirteen 3x3 convolutions with their channels; only conv1_1 is padded by 100."""
    convs = [layer for layer in TRUNK if isinstance(layer, Conv) and layer.role.startswith("conv")]

    assert [(conv.role, conv.inputs, conv.outputs) for conv in convs] == CONVS
    assert {(conv.kernel, conv.stride, conv.dilation, conv.groups, conv.bias) for conv in convs} == {
        (3, 1, 1, 1, True)
    }
    assert {conv.role: conv.padding for conv in convs if conv.padding != 1} == {"conv1_1": 100}
    assert all(conv.relu and not conv.dropout and not conv.transposed for conv in convs)


def test_a_pool_ends_every_block() -> None:
    """Five poolings, 2x2 with stride 2, each after its block's last convolution."""
    roles = [layer.role for layer in TRUNK]

    assert [layer for layer in TRUNK if isinstance(layer, Pool)] == [
        Pool(f"pool{n}", 2, 2, 0) for n in range(1, 6)
    ]
    for number, last in enumerate(("conv1_2", "conv2_2", "conv3_3", "conv4_3", "conv5_3"), start=1):
        assert roles[roles.index(last) + 1] == f"pool{number}"


def test_fc6_and_fc7_are_convolutions_with_dropout() -> None:
    """7x7 and 1x1, unpadded, each followed by ReLU and Dropout2d(0.5)."""
    fc6, fc7 = TRUNK[-2:]

    assert fc6 == Conv("fc6", 512, 4096, kernel=7, padding=0, relu=True, dropout=0.5)
    assert fc7 == Conv("fc7", 4096, 4096, kernel=1, padding=0, relu=True, dropout=0.5)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("n_class", [2, 12, 21])
def test_classes_appear_in_the_head_only(make: Callable[[int], Architecture], n_class: int) -> None:
    """The score layer leads to n_class channels, transposed convolutions keep them, bare of ReLU and bias."""
    table = make(n_class)

    assert table.n_class == n_class
    assert table.score == Conv("score", 4096, n_class, kernel=1, relu=False)
    for upscore in table.upscores:
        assert (upscore.inputs, upscore.outputs) == (n_class, n_class)
        assert upscore.transposed and not upscore.bias and not upscore.relu


def test_fcn32s_goes_up_at_once() -> None:
    """One transposed convolution, 64/32, cropped from 19, without skips."""
    (up,) = fcn32s().upscores

    assert (up.role, up.kernel, up.stride, fcn32s().crop, fcn32s().skips) == ("upscore", 64, 32, 19, ())


def test_fcn8s_goes_up_in_three_steps() -> None:
    """4/2, 4/2 and 16/8, pool4 after the first and pool3 after the second, cropped from 5, 9 and 31."""
    table = fcn8s()

    assert [(up.role, up.kernel, up.stride) for up in table.upscores] == [
        ("upscore1", 4, 2),
        ("upscore2", 4, 2),
        ("upscore3", 16, 8),
    ]
    assert [
        (skip.pool, skip.after, skip.crop, skip.score.role, skip.score.inputs) for skip in table.skips
    ] == [
        ("pool4", "upscore1", 5, "score_pool_4", 512),
        ("pool3", "upscore2", 9, "score_pool_3", 256),
    ]
    assert table.crop == 31


@pytest.mark.parametrize("make", MAKERS)
def test_convolutions_come_in_the_order_of_the_forward_pass(make: Callable[..., Architecture]) -> None:
    """Trunk, score, then each upscore followed by the skip that joins it; every role once."""
    roles = [conv.role for conv in make().convs()]
    tail = {
        "FCN32s": ["score", "upscore"],
        "FCN8s": ["score", "upscore1", "score_pool_4", "upscore2", "score_pool_3", "upscore3"],
    }[make().name]

    assert roles == [*(name for name, _, _ in CONVS), "fc6", "fc7", *tail]


@pytest.mark.parametrize("make", MAKERS)
def test_channels_follow_one_another(make: Callable[..., Architecture]) -> None:
    """Each layer of the main path takes what the one before gives."""
    table: Architecture = make(7)
    path = [layer for layer in (*table.trunk, table.score, *table.upscores) if isinstance(layer, Conv)]

    assert path[0].inputs == 3 and path[-1].outputs == 7
    assert all(after.inputs == before.outputs for before, after in pairwise(path))


def test_a_role_is_looked_up() -> None:
    """Layers of every kind are known by role; others are not."""
    assert fcn8s().conv("score_pool_3").inputs == 256
    with pytest.raises(KeyError):
        fcn32s().conv("score_pool_3")


@pytest.mark.parametrize("make", MAKERS)
def test_every_crop_fits(make: Callable[..., Architecture]) -> None:
    """With ceil pooling the map, and every skip, is large enough for its crop at any size."""
    table = make()
    for size in (64, 224, 500):
        rows, taps = size, {}
        for layer in table.trunk:
            if isinstance(layer, Pool):
                rows = -(-rows // 2)
                taps[layer.role] = rows
            else:
                rows += 2 * layer.padding - layer.kernel + 1
        for up in table.upscores:
            rows = (rows - 1) * up.stride + up.kernel
            for skip in table.skips:
                if skip.after == up.role:
                    assert taps[skip.pool] >= skip.crop + rows
        assert rows >= table.crop + size


def test_vgg16_s_layers_have_their_roles() -> None:
    """The thirteen convolutions, and the classifier's linear layers 0 and 3."""
    assert list(VGG_CONVS) == [name for name, _, _ in CONVS]
    assert VGG_LINEARS == {0: "fc6", 3: "fc7"}


@pytest.mark.parametrize(("padding", "crops"), [(81, (0, 12)), (100, (19, 31)), (150, (69, 81))])
def test_crops_follow_from_the_layers(padding: int, crops: tuple[int, int]) -> None:
    """Every pixel of padding is a pixel to crop; where the skips are cropped does not change."""
    networks = (fcn32s(2, padding), fcn8s(2, padding))

    assert tuple(network.crop for network in networks) == crops
    assert [skip.crop for skip in networks[1].skips] == [5, 9]
