"""Checks that both networks share; `network` is the one that the calling file is about."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from grader import expect
from grader.diagnosis.findings import merge
from grader.errors import Blocked, Fault, Unverified
from grader.evidence.copying import CopyEvidence
from grader.evidence.model import N_CLASS, ModelEvidence
from grader.network.reading import offset
from grader.network.sizes import mapped
from reference.architecture import VGG_CONVS, VGG_LINEARS
from reference.fcn import bilinear_weight


def judge(network: ModelEvidence, line: str) -> None:
    """Say what was found under a line; what wasn't verified goes to a person."""
    found = network.findings.get(line)
    if found:
        fault = merge(found)
        raise Fault(
            fault.rationale, help=fault.help, expected=fault.expected, actual=fault.actual, where=fault.where
        )
    if network.unverified:
        raise Unverified(f"claimed, not verified: {network.unverified}")


def check_build(network: ModelEvidence) -> None:
    """The model can be built with any number of classes and run; its output has one channel a class."""
    built = network.built
    size, trace = network.first_trace
    expect.that(
        trace.output is not None and trace.type == "Tensor",
        f"the forward pass returns a {trace.type}, it must return a tensor of logits",
    )
    if built.way == "default":
        expect.fail(f"{network.name} takes no number of classes", expected=f"{network.name}(n_class=12)")
    for n_class in (N_CLASS, 21, 5):
        network.build(n_class)
        shape = network.traced(size, n_class=n_class).shape
        if len(shape) == 3 and shape[0] == n_class:
            continue  # the shape line pays for a lost batch
        channels = shape[1] if len(shape) > 1 else 0
        if channels != n_class and "logits" in network.findings:
            return  # what comes out has no channels a class: the logits line pays for that
        expect.that(
            channels == n_class,
            f"n_class is ignored: with n_class={n_class} the output has {channels} channels",
            expected=f"(N, {n_class}, H, W)",
            actual=str(shape),
        )


def check_conv1(network: ModelEvidence) -> None:
    """Block 1 is that of the table."""
    judge(network, "conv1")


def check_conv2(network: ModelEvidence) -> None:
    """Block 2 is that of the table."""
    judge(network, "conv2")


def check_conv3(network: ModelEvidence) -> None:
    """Block 3 is that of the table."""
    judge(network, "conv3")


def check_conv4(network: ModelEvidence) -> None:
    """Block 4 is that of the table."""
    judge(network, "conv4")


def check_conv5(network: ModelEvidence) -> None:
    """Block 5 is that of the table."""
    judge(network, "conv5")


def check_activations(network: ModelEvidence) -> None:
    """A ReLU follows every convolution of the trunk, and stands nowhere else."""
    judge(network, "activations")


def check_pools(network: ModelEvidence) -> None:
    """Five max pools, 2x2 with stride 2; either rounding is right."""
    judge(network, "pools")


def check_fc6(network: ModelEvidence) -> None:
    """fc6 is that of the table."""
    judge(network, "fc6")


def check_fc7(network: ModelEvidence) -> None:
    """fc7 is that of the table."""
    judge(network, "fc7")


def check_dropout(network: ModelEvidence) -> None:
    """Dropout2d(0.5) follows fc6 and fc7, before or after their ReLU, in train mode only."""
    judge(network, "dropout")


def check_score(network: ModelEvidence) -> None:
    """The score layer is that of the table."""
    judge(network, "score")


def check_bilinear(network: ModelEvidence) -> None:
    """The transposed convolutions start as bilinear interpolation (Long et al. 2015, section 3.3)."""
    wanted = [conv for conv in network.reading.architecture.convs() if conv.transposed]
    layers = {
        conv.role: network.reading.layers[conv.role] for conv in wanted if conv.role in network.reading.layers
    }
    if not layers:
        raise Blocked("there is no transposed convolution to look at")
    for role, layer in layers.items():
        weight = network.initial.get(layer.weight)
        expected = bilinear_weight(layer.inputs, layer.outputs // layer.groups, layer.kernel[0]).numpy()
        expect.that(weight is not None, f"{role}'s weight is not a parameter")
        assert weight is not None
        expect.that(
            network.starts_bilinear(layer),
            f"{role} does not start as bilinear interpolation",
            help="Each class interpolates itself: the bilinear kernel on the diagonal, zero elsewhere.",
            expected=f"bilinear kernel, {expected[0, 0].max():.4g} at its peak, on the diagonal",
            actual=_describe_weight(weight),
            where=network.built.places.get(layer.weight),
        )


def _describe_weight(weight: object) -> str:
    values = torch.as_tensor(weight)
    if not values.any():
        return "all zeros"
    if bool((values == values.flatten()[0]).all()):
        return f"{float(values.flatten()[0]):.4g} everywhere"
    return (
        f"values from {float(values.min()):.4g} to {float(values.max()):.4g}, mean {float(values.mean()):.4g}"
    )


def check_crop(network: ModelEvidence) -> None:
    """The output is cut from the row and column that the assignment says."""
    if "crop" not in network.findings and not network.is_reference:
        hint = network.difference
        if hint.startswith("the crop"):
            expect.fail(hint, expected=f"from row and column {network.reading.architecture.crop}")
    judge(network, "crop")


def check_shape(network: ModelEvidence) -> None:
    """The output has the size of the input, as far as the network's own layers allow it."""
    network.reading  # noqa: B018 - nothing to say of a network that isn't there
    wrong = [(size, shape) for size, shape in _outputs(network) if not _fitting(network, size, shape)]
    if wrong:
        size, shape = wrong[-1]  # the largest: where a fixed size shows
        expect.fail(
            f"an input {size} gives an output {shape}" + _why(size, shape),
            expected=_wanted(size),
            actual="\n".join(f"{size} -> {shape}" for size, shape in wrong),
        )


def _outputs(network: ModelEvidence) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Yield input sizes with the output's shape; a size that raises though it fits ends it."""
    for size, answer in network.shapes:
        if answer.get("skipped"):
            continue
        if not answer.get("error"):
            yield size, _as_map(network, tuple(answer.get("shape", ())))
        elif _fits(network, size):
            expect.fail(
                f"an input {size} raises {answer['error']}", expected=_wanted(size), actual="an exception"
            )


def _fitting(network: ModelEvidence, size: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Say whether an output has the batch and the size that it must have."""
    sized = len(shape) == 4 and shape[0] == size[0]
    return sized and all(_right_size(network, size, shape, axis) for axis in (0, 1))


def _as_map(network: ModelEvidence, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Give an argmax its class axis back: the logits line pays for it."""
    return (shape[0], 1, *shape[1:]) if len(shape) == 3 and "logits" in network.findings else shape


def _wanted(size: tuple[int, ...]) -> str:
    return f"({size[0]}, n_class, {size[2]}, {size[3]})"


def _why(size: tuple[int, ...], shape: tuple[int, ...]) -> str:
    if len(shape) == 4 and shape[2:] == (size[3], size[2]) and size[2] != size[3]:
        return ": height and width are swapped"
    if len(shape) != 4 or shape[0] != size[0]:
        return ": the batch is lost"
    wrong = [name for name, axis in (("height", 2), ("width", 3)) if shape[axis] != size[axis]]
    return f": its {' and '.join(wrong)} is not the input's"


def _right_size(network: ModelEvidence, size: tuple[int, ...], shape: tuple[int, ...], axis: int) -> bool:
    """Equal to the input's, or to what the network's own layers and crop leave: those were judged before."""
    got, wanted = shape[2 + axis], size[2 + axis]
    return got == wanted or got == _left(network, wanted, axis)


def _left(network: ModelEvidence, wanted: int, axis: int) -> int | None:
    reading = network.reading
    uncropped = mapped(wanted, reading.path.steps[1 : reading.last_layer + 1], axis)
    if uncropped is None:
        return None
    start = offset(reading.path.steps[reading.last_layer + 1 :])
    return uncropped if start is None else max(0, min(start[axis] + wanted, uncropped) - max(start[axis], 0))


def _fits(network: ModelEvidence, size: tuple[int, ...]) -> bool:
    """Say whether the network's own layers leave enough for the crop at this size."""
    return all(_left(network, size[2 + axis], axis) in (None, size[2 + axis]) for axis in (0, 1))


def check_forward(network: ModelEvidence) -> None:
    """The output is what the network's layers compute, joined in the assignment's order."""
    if not torch.isfinite(network.response).all():
        bad = int((~torch.isfinite(network.response)).sum())
        expect.fail(f"the output holds {bad:,} values that are NaN or infinite", expected="finite numbers")
    judge(network, "forward")
    structural = set(network.findings) - {"dropout"}
    if not structural and not network.is_reference:
        same = network.response.shape == network.reference.shape
        worst = float((network.response - network.reference).abs().max()) if same else float("nan")
        expect.fail(
            "the output is not what these layers compute: " + network.difference,
            expected=f"shape {tuple(network.reference.shape)}",
            actual=f"shape {tuple(network.response.shape)}, up to {worst:.3g} away",
        )


def check_logits(network: ModelEvidence) -> None:
    """The output comes straight from the last layer: no softmax, no argmax."""
    judge(network, "logits")


def check_determinism(network: ModelEvidence) -> None:
    """In eval mode the same input gives the same output; a dropout left on was paid for under dropout."""
    network.reading  # noqa: B018 - nothing to say of a network that isn't there
    random = network.trace.random
    expect.that(
        not random,
        "the forward pass draws random numbers in eval mode: the same input gives another output each time",
        expected="the same output every time",
        where=random[0] if random else None,
    )
    judge(network, "determinism")


def check_gradients(network: ModelEvidence) -> None:
    """A gradient reaches every layer in train mode."""
    roles = {
        name: f"{role}.{kind}"
        for role, layer in network.reading.layers.items()
        for kind, name in (("bias", layer.bias), ("weight", layer.weight))
        if name in network.built.parameters
    }
    names = list(roles)
    frozen = [name for name in names if name in network.built.frozen]
    expect.that(
        not frozen, f"{_some(frozen)} can't learn: requires_grad is off", expected="every layer learns"
    )
    reached = network.gradients
    lost = [name for name in names if not reached.get(name, False)]
    expect.that(
        not lost,
        f"no gradient reaches {_range([roles[name] for name in lost])}",
        help="Something cuts the graph: detach(), .data, torch.no_grad() or numpy in the forward pass.",
        expected="a gradient at every weight and bias",
        actual=f"{len(lost)} of {len(names)} have none",
    )


def _range(roles: list[str]) -> str:
    """Name parameters by their layers: all of a few, the first and the last of many."""
    layers = list(dict.fromkeys(role.partition(".")[0] for role in roles))
    return ", ".join(layers) if len(layers) <= 3 else f"{layers[0]} to {layers[-1]} ({len(layers)} layers)"


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def check_copy_features(network: ModelEvidence, copying: CopyEvidence) -> None:
    """VGG-16's 13 convolutions are copied, weights and biases, each into its own layer."""
    expect.that(
        bool(copying.method),
        f"{network.name} has no function that copies VGG-16",
        help="What is looked for is a method or function whose name holds `vgg`, "
        "such as copy_params_from_vgg16(vgg16).",
    )
    _copied(copying, VGG_CONVS, "copy_features")


def check_copy_classifier(copying: CopyEvidence) -> None:
    """VGG-16's first two linear layers are copied into fc6 and fc7."""
    if not copying.method:
        raise Blocked("there is no function that copies VGG-16, see copy_features")
    _copied(copying, tuple(VGG_LINEARS.values()), "copy_classifier")


def _copied(copying: CopyEvidence, roles: tuple[str, ...], line: str) -> None:
    raised = copying.raised
    found = copying.findings(roles, line)
    if found:
        fault = merge(found)
        because = f"{copying.method} raises {raised}: " if raised else ""
        where = raised.place if raised and raised.place else fault.where
        raise Fault(because + fault.rationale, expected=fault.expected, actual=fault.actual, where=where)


def check_copy_source(copying: CopyEvidence) -> None:
    """Copying leaves VGG-16 itself as it was; sharing its storage is allowed."""
    changed = copying.vgg16_changed
    expect.that(
        not changed,
        f"copying changes VGG-16 itself: {_some(changed)}",
        expected="VGG-16 as it was",
        actual=f"{len(changed)} of its parameters hold other values",
    )
