"""Checks of what both networks' layers hold: initial values, gradients, what was copied from VGG-16."""

from __future__ import annotations

import torch

from grader import expect
from grader.checks.layers import believe
from grader.diagnosis.findings import merge
from grader.errors import Blocked, Fault
from grader.evidence.copying import CopyEvidence
from grader.evidence.model import ModelEvidence
from grader.records.reason import Reason
from reference.architecture import VGG_CONVS, VGG_LINEARS
from reference.fcn import bilinear_weight


def check_bilinear(network: ModelEvidence) -> None:
    """The transposed convolutions start as bilinear interpolation (Long et al. 2015, section 3.3)."""
    wanted = [conv for conv in network.reading.architecture.convs() if conv.transposed]
    layers = {
        conv.role: network.reading.layers[conv.role] for conv in wanted if conv.role in network.reading.layers
    }
    if not layers:
        raise Blocked("there is no transposed convolution to look at")
    lost = {role: layer for role, layer in layers.items() if layer.weight not in network.initial}
    expect.that(not lost, f"the weight of {_some(list(lost))} is not a parameter")
    wrong = {role: layer for role, layer in layers.items() if not network.starts_bilinear(layer)}
    for layer in list(wrong.values())[:1]:
        expect.fail(
            f"{_some(list(wrong))} {'do' if len(wrong) > 1 else 'does'} not start as bilinear interpolation",
            help="Each class interpolates itself: the bilinear kernel on the diagonal, zero elsewhere.",
            expected=_describe_weight(
                bilinear_weight(layer.inputs, layer.outputs // layer.groups, layer.kernel[0])
            ),
            actual=_describe_weight(network.initial[layer.weight]),
            where=network.places.get(layer.weight),
        )
    believe(network)


def _describe_weight(weight: object) -> str:
    values = torch.as_tensor(weight)
    if not values.any():
        return "all zeros"
    if bool((values == values.flatten()[0]).all()):
        return f"{float(values.flatten()[0]):.4g} everywhere"
    return (
        f"values from {float(values.min()):.4g} to {float(values.max()):.4g}, mean {float(values.mean()):.4g}"
    )


def check_gradients(network: ModelEvidence) -> None:
    """A gradient reaches every layer in train mode."""
    roles = {
        name: f"{role}.{kind}"
        for role, layer in network.reading.layers.items()
        for kind, name in (("bias", layer.bias), ("weight", layer.weight))
        if name in network.built.parameters
    }
    names = list(roles)
    frozen = [name for name in names if not network.built.parameters[name].trained]
    expect.that(
        not frozen, f"{_some(frozen)} can't learn: requires_grad is off", expected="every layer learns"
    )
    lost = network.cut
    expect.that(
        not lost,
        f"no gradient reaches {_range([roles[name] for name in lost])}",
        help="Something cuts the graph: detach(), .data, torch.no_grad() or numpy in the forward pass.",
        expected="a gradient at every weight and bias",
        actual=f"{len(lost)} of {len(names)} have none",
    )
    believe(network)


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
        raise Fault(Reason(because + fault.rationale, "", fault.expected, fault.actual, where))
    believe(copying.model)


def check_copy_source(copying: CopyEvidence) -> None:
    """Copying leaves VGG-16 itself as it was; sharing its storage is allowed."""
    changed = copying.vgg16_changed
    expect.that(
        not changed,
        f"copying changes VGG-16 itself: {_some(changed)}",
        expected="VGG-16 as it was",
        actual=f"{len(changed)} of its parameters hold other values",
    )


def _range(roles: list[str]) -> str:
    """Name parameters by their layers: all of a few, the first and the last of many."""
    layers = list(dict.fromkeys(role.partition(".")[0] for role in roles))
    return ", ".join(layers) if len(layers) <= 3 else f"{layers[0]} to {layers[-1]} ({len(layers)} layers)"


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
