from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from grader.network.graph import INPUT, Expr, add, conv, crop, expr, leaf, max_pool, relu
from grader.network.normal import pair
from tests.grader.slim import expr_of
from tests.grader.styles import CROPS, RELUS

Function = Callable[..., Tensor]


@pytest.mark.parametrize("spelling", RELUS)
def test_every_relu_is_one_relu(spelling: str) -> None:
    """All operations that cut at zero are the same expression."""
    assert expr_of(lambda x: RELUS[spelling](x.clone())) == relu(INPUT)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.clamp(min=0.1),
        lambda x: x.clamp(0, 6),
        lambda x: x.clamp(max=0),
        lambda x: F.threshold(x, 0.5, 0.0),
        lambda x: F.threshold(x, 0.0, -1.0),
        lambda x: F.leaky_relu(x, 0.01),
        lambda x: F.hardtanh(x, 0.0, 6.0),
        F.gelu,
        F.elu,
        torch.abs,
    ],
)
def test_what_is_nearly_a_relu_is_none(function: Function) -> None:
    """Other activations and other bounds keep their own names."""
    made = expr_of(function)

    assert made.op.startswith("aten.")
    assert made.inputs == (INPUT,)


@pytest.mark.parametrize("idiom", CROPS)
def test_every_crop_is_one_crop(idiom: str) -> None:
    """Slices, narrow, negative padding and selections by a range are the same window."""
    assert expr_of(lambda x: CROPS[idiom](x, 2, 5, 4)) == crop(INPUT, 2, 2, 5, 4)


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        (lambda x: x[:, :, 1:7, 2:9], crop(INPUT, 1, 2, 6, 7)),
        (lambda x: x[:, :, 1:][:, :, :, 2:], crop(INPUT, 1, 2, 7, 7)),
        (lambda x: x[:, :, 3:100], crop(INPUT, 3, 0, 5, 9)),
        (lambda x: x.split([2, 5, 1], 2)[1].split([3, 4, 2], -1)[1], crop(INPUT, 2, 3, 5, 4)),
        (lambda x: x.split(3, 2)[1], crop(INPUT, 3, 0, 3, 9)),
        (lambda x: x[:, :, -3:], crop(INPUT, 5, 0, 3, 9)),
        (lambda x: F.pad(x, (-1, -2)), crop(INPUT, 0, 1, 8, 6)),
        (lambda x: F.pad(x, (-1, 0, -2, 0)), crop(INPUT, 2, 1, 6, 8)),
        (lambda x: F.pad(x, (3, 2, 4, 4)), crop(INPUT, -4, -3, 16, 14)),
        (lambda x: F.pad(x, (-1, -1, -1, -1), value=7.0), crop(INPUT, 1, 1, 6, 7)),
        (lambda x: x[:, :, 1:7, 1:8][:, :, 2:5, 3:4], crop(INPUT, 3, 4, 3, 1)),
        (lambda x: x[:, :, :, :], INPUT),
        (lambda x: x[:, :3, 0:8], INPUT),
        (lambda x: x[:1].narrow(2, 0, 8), INPUT),
    ],
)
def test_a_crop_is_where_it_starts_and_how_large_it_is(function: Function, wanted: Expr) -> None:
    """Chained crops merge, one that keeps everything vanishes, zero padding is a crop from before 0."""
    assert expr_of(function) == wanted


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x[:, :, ::2],
        lambda x: x[:, 1:],
        lambda x: x[:, :2],
        lambda x: F.pad(x, (1, 1), value=1.0),
        lambda x: F.pad(x, (1, 1, 1, 1), mode="reflect"),
        lambda x: x.index_select(2, torch.arange(0, 8, 2, device=x.device)),
        lambda x: x.transpose(2, 3),
    ],
)
def test_what_is_no_window_stays_as_it_was_called(function: Function) -> None:
    """Steps, channel slices and padding with other values than zero are not crops."""
    assert expr_of(function).op.startswith("aten.")


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        (lambda x: x + x.relu(), add(INPUT, relu(INPUT))),
        (lambda x: x.clone().add_(x.relu()), add(INPUT, relu(INPUT))),
        (lambda x: torch.add(x, x.relu(), alpha=3), add(INPUT, relu(INPUT), 3.0)),
        (lambda x: x - x.relu(), add(INPUT, relu(INPUT), -1.0)),
        (lambda x: torch.sub(x, x.relu(), alpha=2), add(INPUT, relu(INPUT), -2.0)),
        (lambda x: torch.stack([x, x.relu()]).sum(0), add(INPUT, relu(INPUT))),
        (lambda x: torch.stack([x, x.relu()], 1).permute(0, 2, 3, 4, 1).sum(-1), add(INPUT, relu(INPUT))),
        (lambda x: x * 0.5, expr("scale", INPUT, factor=0.5)),
        (lambda x: 2 * x, expr("scale", INPUT, factor=2.0)),
        (lambda x: x / 4, expr("scale", INPUT, factor=0.25)),
        (lambda x: -x, expr("scale", INPUT, factor=-1.0)),
    ],
)
def test_sums_and_scalings_have_one_spelling(function: Function, wanted: Expr) -> None:
    """Sums carry the factor of their second input; a product with a number is a scaling."""
    assert expr_of(function) == wanted


@pytest.mark.parametrize(
    "function",
    [
        torch.clone,
        Tensor.detach,
        Tensor.contiguous,
        Tensor.float,
        lambda x: x.data,
        lambda x: x.view(x.shape),
        lambda x: x.reshape(1, 3, 8, 9),
        lambda x: x.view_as(x),
        lambda x: x.to(torch.float32),
        lambda x: F.dropout2d(x, 0.5, training=False),
        lambda x: nn.Dropout(0.3)(x),
        nn.Identity(),
    ],
)
def test_what_keeps_every_value_is_no_step(function: Function) -> None:
    """Copies, casts to the same type, views of the same shape and dropouts leave the value itself."""
    assert expr_of(function) == INPUT


@pytest.mark.parametrize("function", [Tensor.half, Tensor.int, lambda x: x.view(1, 3, 72)])
def test_what_changes_type_or_shape_is_a_step(function: Function) -> None:
    """A cast to another type or a view of another shape is not looked over."""
    assert expr_of(function) != INPUT


POOLED = max_pool(INPUT, ceil=True)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: F.max_pool2d(x, 2, ceil_mode=True),
        lambda x: F.max_pool2d(x, (2, 2), (2, 2), 0, 1, ceil_mode=True),
        nn.MaxPool2d(2, 2, ceil_mode=True),
        lambda x: nn.MaxPool2d(2, ceil_mode=True, return_indices=True)(x)[0],
        lambda x: torch.max_pool2d(x, 2, 2, ceil_mode=True),
    ],
)
def test_a_max_pool_is_its_numbers(function: Function) -> None:
    """Modules and functions, with and without indices, strides given or not, are the same pooling."""
    assert expr_of(function) == POOLED


def test_a_max_pools_indices_are_another_value() -> None:
    """The second result of a pooling is not the pooled map."""
    assert expr_of(lambda x: F.max_pool2d(x, 2, return_indices=True)[1]) == expr(
        "item", max_pool(INPUT), index=1
    )


def test_a_convolution_is_its_numbers() -> None:
    """Every attribute of a convolution is a pair, whatever it was given as."""
    layer = nn.Conv2d(3, 6, (3, 5), stride=(1, 2), padding=(2, 4), dilation=2, groups=3, bias=False)
    wanted = conv(
        INPUT,
        leaf("layers.one.weight", (6, 1, 3, 5)),
        None,
        stride=(1, 2),
        padding=(2, 4),
        dilation=(2, 2),
        groups=3,
    )

    assert expr_of(lambda x, one: one(x), one=layer) == wanted
    assert (
        expr_of(
            lambda x, one: F.conv2d(x, one.weight, stride=(1, 2), padding=(2, 4), dilation=(2, 2), groups=3),
            one=layer,
        )
        == wanted
    )


def test_a_transposed_convolution_is_its_numbers() -> None:
    """Transposed convolutions keep their output padding; plain ones have none."""
    layer = nn.ConvTranspose2d(3, 5, 4, stride=2, padding=1, output_padding=1)
    weight, bias = leaf("layers.one.weight", (3, 5, 4, 4)), leaf("layers.one.bias", (5,))
    wanted = conv(
        INPUT,
        weight,
        bias,
        stride=(2, 2),
        padding=(1, 1),
        transposed=True,
        output_padding=(1, 1),
    )

    assert expr_of(lambda x, one: one(x), one=layer) == wanted


@pytest.mark.parametrize(
    "function",
    [
        lambda x, one: one(F.pad(x, (5, 5, 4, 4))),
        lambda x, one: one(nn.ZeroPad2d((5, 5, 4, 4))(x)),
        lambda x, one: F.conv2d(F.pad(x, (2, 2, 4, 4)), one.weight, one.bias, padding=(0, 3)),
        lambda x, one: one(F.pad(F.pad(x, (5, 5)), (0, 0, 4, 4))),
    ],
)
def test_zero_padding_before_a_convolution_is_its_padding(function: Function) -> None:
    """Padding by F.pad or nn.ZeroPad2d and convolving without is the same convolution."""
    layer = nn.Conv2d(3, 6, 3)
    wanted = expr_of(lambda x, one: F.conv2d(x, one.weight, one.bias, padding=(4, 5)), one=layer)

    assert expr_of(function, one=layer) == wanted


def test_zero_padding_of_a_relu_before_a_pool_is_the_pool_s() -> None:
    """Zeros are the least that there is; nothing is padded by more than half of a window."""
    padded = expr_of(lambda x: F.max_pool2d(F.pad(F.relu(x), (1, 1, 1, 1)), 2))

    assert padded == expr_of(lambda x: F.max_pool2d(F.relu(x), 2, padding=1))
    for other in (
        lambda x: F.max_pool2d(F.pad(x, (1, 1, 1, 1)), 2),
        lambda x: F.max_pool2d(F.pad(F.relu(x), (2, 2, 2, 2)), 2),
        lambda x: F.max_pool2d(F.pad(F.relu(x), (1, 1, 1, 1)), 2, ceil_mode=True),
    ):
        assert expr_of(other)["padding"] == (0, 0)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, one: one(F.pad(x, (5, 4, 4, 4))),
        lambda x, one: one(F.pad(x, (1, 1, 1, 1), value=1.0)),
        lambda x, one: one(F.pad(x, (1, 1, 1, 1), mode="reflect")),
        lambda x, one: one(x[:, :, 1:-1, 1:-1]),
        lambda x, one: one(F.pad(x[:, :, 1:-1, 1:-1], (-1, -1, -1, -1))),
    ],
)
def test_other_padding_is_no_convolution_s(function: Function) -> None:
    """Uneven zeros, other values and crops before a convolution are steps of their own."""
    made = expr_of(function, one=nn.Conv2d(3, 6, 3))

    assert made["padding"] == (0, 0)
    assert made.inputs[0] != INPUT


def test_random_numbers_are_a_kind_of_their_own() -> None:
    """What draws numbers is known by its name and shape alone."""
    found = expr_of(lambda x: x + torch.rand_like(x)).inputs[1]

    assert (found.op, found["shape"]) == ("random", (1, 3, 8, 9))
    assert "rand_like" in found["name"]


def test_unknown_operations_keep_their_arguments() -> None:
    """What has no spelling of its own differs where its arguments do."""
    assert expr_of(lambda x: x.flip(2)) != expr_of(lambda x: x.flip(3))
    assert expr_of(lambda x: x.sum(1, keepdim=True)) != expr_of(lambda x: x.sum(1))
    assert expr_of(lambda x: torch.cat([x, x.relu()], 1)).inputs == (INPUT, relu(INPUT))


def test_several_results_are_told_apart() -> None:
    """Each part of a split is an item of it."""
    first, second = (expr_of(lambda x, n=n: x.split([1, 2], 1)[n]) for n in (0, 1))

    assert first != second
    assert second.inputs == first.inputs or second.inputs == (first,)


@pytest.mark.parametrize(
    ("value", "wanted"), [(2, (2, 2)), ([3], (3, 3)), ([1, 2], (1, 2)), ((4, 5), (4, 5))]
)
def test_pairs_are_read_from_numbers_and_lists(value: object, wanted: tuple[int, int]) -> None:
    """One number or a list of one counts for both axes."""
    assert pair(value) == wanted


@pytest.mark.parametrize(
    ("function", "factor"),
    [
        (lambda x: x + x, 2.0),
        (lambda x: torch.add(x, x, alpha=3), 4.0),
        (lambda x: torch.sub(x, x, alpha=3), -2.0),
    ],
)
def test_a_value_added_to_itself_is_multiplied(function: Function, factor: float) -> None:
    """It is no sum of two branches."""
    assert expr_of(function) == expr("scale", INPUT, factor=factor)


def test_the_largest_of_unfolded_windows_is_a_max_pool() -> None:
    """Whichever axis is unfolded first, and whatever the sizes."""
    assert expr_of(lambda x: x.unfold(2, 2, 2).unfold(3, 2, 2).amax((-1, -2))) == max_pool(INPUT)
    assert expr_of(lambda x: x.unfold(3, 3, 2).unfold(2, 2, 1).amax(dim=(4, 5))) == max_pool(
        INPUT, (2, 3), (1, 2)
    )


@pytest.mark.parametrize("axes", [(2, 3), (-1,), (-1, -3)])
def test_the_largest_of_other_axes_is_no_max_pool(axes: tuple[int, ...]) -> None:
    """Only that over the windows is."""
    assert expr_of(lambda x: x.unfold(2, 2, 2).unfold(3, 2, 2).amax(axes)).op == "aten.amax.default"
