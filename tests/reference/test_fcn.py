from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models import VGG, vgg16

from reference.architecture import VGG_CONVS, Architecture, Conv, fcn8s, fcn32s
from reference.fcn import FCN, FCN8s, FCN32s, bilinear_kernel, bilinear_weight
from tests.layers import conv
from tests.share import examples

torch.set_num_threads(1)

CHANNELS = {64: 2, 128: 3, 256: 4, 512: 5, 4096: 6}
MAKERS = {"FCN32s": fcn32s, "FCN8s": fcn8s}


def narrow(table: Architecture) -> Architecture:
    """A table with a handful of channels."""

    def slim(row: Conv) -> Conv:
        inputs, outputs = (CHANNELS.get(n, n) for n in (row.inputs, row.outputs))
        return replace(row, inputs=inputs, outputs=outputs)

    return replace(
        table,
        trunk=tuple(slim(layer) if isinstance(layer, Conv) else layer for layer in table.trunk),
        score=slim(table.score),
        skips=tuple(replace(skip, score=slim(skip.score)) for skip in table.skips),
    )


def model(name: str, n_class: int = 4) -> FCN:
    """A narrow network with random weights, in eval mode."""
    torch.manual_seed(0)
    net = FCN(narrow(MAKERS[name](n_class))).eval()
    for parameter in net.parameters():
        nn.init.normal_(parameter, std=0.3)
    return net


# --- bilinear interpolation ---------------------------------------------------------------------------


@pytest.mark.parametrize("size", [2, 3, 4, 5, 16, 64])
def test_a_bilinear_kernel_is_a_tent(size: int) -> None:
    """Symmetric in both axes, positive, largest in the middle."""
    kernel = bilinear_kernel(size)

    assert (kernel.shape, kernel.dtype) == ((size, size), torch.float32)
    assert torch.equal(kernel, kernel.flip(0)) and torch.equal(kernel, kernel.T)
    assert (kernel > 0).all()
    assert kernel.max() == kernel[size // 2, size // 2]


def test_a_bilinear_kernel_s_values_are_known() -> None:
    """The kernel of size 4 is that of twofold enlarging."""
    ramp = torch.tensor([0.25, 0.75, 0.75, 0.25])

    torch.testing.assert_close(bilinear_kernel(4), torch.outer(ramp, ramp))


@pytest.mark.parametrize("stride", [2, 8, 32])
def test_a_transposed_convolution_with_it_interpolates(stride: int) -> None:
    """Away from the border, enlarging by a bilinear kernel is what bilinear interpolation gives."""
    x = torch.rand(1, 1, 6, 7)
    weight = bilinear_weight(1, 1, 2 * stride)
    enlarged = F.conv_transpose2d(x, weight, stride=stride, padding=stride // 2)
    wanted = F.interpolate(x, scale_factor=stride, mode="bilinear", align_corners=False)

    torch.testing.assert_close(
        enlarged[..., stride:-stride, stride:-stride], wanted[..., stride:-stride, stride:-stride]
    )


@given(st.integers(1, 5), st.integers(1, 5), st.integers(2, 6))
def test_channels_don_t_mix(inputs: int, outputs: int, size: int) -> None:
    """The kernel stands on the diagonal, zeros everywhere else."""
    weight = bilinear_weight(inputs, outputs, size)

    assert weight.shape == (inputs, outputs, size, size)
    for i in range(inputs):
        for j in range(outputs):
            assert torch.equal(weight[i, j], bilinear_kernel(size) if i == j else torch.zeros(size, size))


# --- networks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "table"), [(FCN32s, fcn32s(12)), (FCN8s, fcn8s(12))])
def test_layers_are_those_of_the_table(kind: type[FCN32s | FCN8s], table: Architecture) -> None:
    """Every row is one layer, with its channels, kernel, stride, padding and bias."""
    with torch.device("meta"):
        layers = kind().layers

    assert list(layers) == [row.role for row in table.convs()]
    for row in table.convs():
        layer = conv(layers, row.role)
        assert isinstance(layer, nn.ConvTranspose2d if row.transposed else nn.Conv2d)
        assert (layer.in_channels, layer.out_channels) == (row.inputs, row.outputs)
        assert (layer.kernel_size, layer.stride, layer.padding) == (
            (row.kernel,) * 2,
            (row.stride,) * 2,
            (row.padding,) * 2,
        )
        assert (layer.bias is not None) == row.bias


@pytest.mark.parametrize("name", MAKERS)
def test_a_network_starts_as_the_assignment_says(name: str) -> None:
    """Convolutions and biases at zero, transposed convolutions bilinear: so its first output is zero."""
    net = FCN(narrow(MAKERS[name](4))).eval()

    for role in net.layers:
        layer = conv(net.layers, role)
        if isinstance(layer, nn.ConvTranspose2d):
            assert torch.equal(layer.weight, bilinear_weight(4, 4, layer.kernel_size[0])), role
        else:
            assert layer.bias is not None and not layer.weight.any() and not layer.bias.any(), role
    assert not net(torch.rand(1, 3, 40, 50)).any()


@settings(max_examples=examples(15))
@given(st.sampled_from(sorted(MAKERS)), st.integers(1, 3), st.integers(1, 150), st.integers(1, 150))
def test_the_output_has_the_input_s_size(name: str, batch: int, rows: int, columns: int) -> None:
    """With ceil pooling any size fits, square or not, odd or even, whatever the batch."""
    net = model(name).to("meta")

    assert net(torch.zeros(batch, 3, rows, columns, device="meta")).shape == (batch, 4, rows, columns)


def by_hand(net: FCN, x: Tensor) -> Tensor:
    """The assignment's forward pass, spelled out."""
    layers = net.layers

    def run(role: str, h: Tensor) -> Tensor:
        applied: Tensor = conv(layers, role)(h)
        return applied

    def block(h: Tensor, *roles: str) -> Tensor:
        for role in roles:
            h = F.relu(run(role, h))
        return F.max_pool2d(h, 2, 2, ceil_mode=True)

    h = block(x, "conv1_1", "conv1_2")
    h = block(h, "conv2_1", "conv2_2")
    pool3 = block(h, "conv3_1", "conv3_2", "conv3_3")
    pool4 = block(pool3, "conv4_1", "conv4_2", "conv4_3")
    h = block(pool4, "conv5_1", "conv5_2", "conv5_3")
    h = run("score", F.relu(run("fc7", F.relu(run("fc6", h)))))
    rows, columns = x.shape[2:]
    if "upscore" in layers:
        h = run("upscore", h)
        return h[:, :, 19 : 19 + rows, 19 : 19 + columns]
    h = run("upscore1", h)
    h = h + run("score_pool_4", pool4)[:, :, 5 : 5 + h.shape[2], 5 : 5 + h.shape[3]]
    h = run("upscore2", h)
    h = h + run("score_pool_3", pool3)[:, :, 9 : 9 + h.shape[2], 9 : 9 + h.shape[3]]
    h = run("upscore3", h)
    return h[:, :, 31 : 31 + rows, 31 : 31 + columns]


@pytest.mark.parametrize("name", MAKERS)
def test_the_forward_pass_is_the_assignment_s(name: str) -> None:
    """The network built from the table computes what the text says."""
    net, x = model(name), torch.rand(2, 3, 45, 60)

    torch.testing.assert_close(net(x), by_hand(net, x))


@pytest.mark.parametrize("name", MAKERS)
def test_dropout_is_on_in_train_mode_only(name: str) -> None:
    """Whole channels are dropped after fc6 and fc7, and nothing in eval mode."""
    net, x = model(name), torch.rand(1, 3, 45, 60)

    assert torch.equal(net(x), net(x))
    net.train()
    assert not torch.equal(net(x), net(x))


@pytest.mark.parametrize("name", MAKERS)
def test_gradients_reach_every_parameter(name: str) -> None:
    """Away from its zero start, the whole network learns."""
    net = model(name)
    net(torch.rand(1, 3, 45, 60)).square().sum().backward()

    assert all(parameter.grad is not None for parameter in net.parameters())


@pytest.mark.parametrize("change", ["relu", "crop", "padding", "skip"])
def test_a_changed_table_is_another_network(change: str) -> None:
    """Whatever a row says is what the network does: this is how a student's fault is carried forward."""
    net, x = model("FCN8s"), torch.rand(1, 3, 45, 60)
    table = net.architecture
    trunk = {
        "relu": tuple(
            replace(layer, relu=False) if isinstance(layer, Conv) and layer.role == "conv3_1" else layer
            for layer in table.trunk
        ),
        "padding": tuple(
            replace(layer, padding=110) if layer.role == "conv1_1" else layer for layer in table.trunk
        ),
    }.get(change, table.trunk)
    changed = replace(
        table,
        trunk=trunk,
        crop=table.crop - (change == "crop"),
        skips=table.skips[:1] if change == "skip" else table.skips,
    )
    other = FCN(changed).eval()
    other.load_state_dict(net.state_dict(), strict=change != "skip")

    assert not torch.allclose(other(x), net(x))


def test_vgg16_is_copied() -> None:
    """Thirteen convolutions and two linear layers, weights and biases; VGG-16 stays as it was."""
    net = FCN(narrow(fcn32s(4)))
    source = _narrow_vgg16(net)
    before = {name: parameter.clone() for name, parameter in source.named_parameters()}
    net.copy_vgg16(source)
    convs = [layer for layer in source.features if isinstance(layer, nn.Conv2d)]

    for role, layer in [
        *zip(VGG_CONVS, convs, strict=True),
        ("fc6", source.classifier[0]),
        ("fc7", source.classifier[3]),
    ]:
        assert torch.equal(conv(net, f"layers.{role}").weight.flatten(), layer.weight.flatten()), role
        assert torch.equal(net.state_dict()[f"layers.{role}.bias"], layer.bias), role
    assert not conv(net, "layers.score").weight.any()
    assert all(torch.equal(before[name], parameter) for name, parameter in source.named_parameters())
    conv(net, "layers.conv1_1").weight.data.zero_()
    assert convs[0].weight.any()  # nothing is shared


def _narrow_vgg16(net: FCN) -> VGG:
    """A VGG-16 whose layers have the narrow network's shapes, with random weights."""
    with torch.device("meta"):
        source: VGG = vgg16(weights=None)
    convs = [layer for layer in source.features if isinstance(layer, nn.Conv2d)]
    for role, layer in zip(VGG_CONVS, convs, strict=True):
        layer.weight = nn.Parameter(torch.rand_like(conv(net, f"layers.{role}").weight))
        layer.bias = nn.Parameter(torch.rand(layer.weight.shape[0]))
    for role, index in (("fc6", 0), ("fc7", 3)):
        weight = conv(net, f"layers.{role}").weight
        source.classifier[index] = nn.Linear(weight[0].numel(), weight.shape[0])
    source.classifier[6] = nn.Linear(1, 1)
    return source
