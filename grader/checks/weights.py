"""Checks of what both networks' layers hold: initial values, gradients, what was copied from VGG-16."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import torch

from grader.checks import expect
from grader.checks.fcn import believe
from grader.diagnosis.bilinear import what_kernel
from grader.diagnosis.causes import because, merge
from grader.diagnosis.copying import AfterCopying, copy_findings
from grader.diagnosis.payers import LineName, excuses
from grader.errors import Blocked
from grader.evidence.case import Case
from grader.evidence.model import ModelEvidence
from grader.network.roles import Layer
from grader.records.reason import Reason
from reference.architecture import VGG_CONVS, VGG_LINEARS
from reference.fcn import bilinear_weight

LOST, TAKEN_BACK = "copy.lost", "what was copied is taken back, see copy_features"
LABELS = ("argmax", "max", "topk", "one_hot")  # what makes labels of logits


def check_bilinear(network: ModelEvidence) -> None:
    """The transposed convolutions start as bilinear interpolation (Long et al. 2015, section 3.3).

    Whether their constructor fills them or a statement of the notebook, before they are trained.
    """
    wanted = [conv for conv in network.reading.architecture.convs() if conv.transposed]
    layers = {
        conv.role: network.reading.layers[conv.role] for conv in wanted if conv.role in network.reading.layers
    }
    if not layers:
        raise Blocked("there is no transposed convolution to look at")
    started = network.challenged.started
    lost = {role: layer for role, layer in layers.items() if layer.weight not in started.weights}
    expect.that(not lost, because("bilinear.parameter", layers=_some(list(lost)), actual="no parameter"))
    whole = {role: layer for role, layer in layers.items() if layer.groups == 1}  # others have no such kernel
    wrong = {role: layer for role, layer in whole.items() if not started.is_bilinear(layer)}
    wrong = {role: layer for role, layer in wrong.items() if not network.begun.is_bilinear(layer)}
    if wrong:
        expect.fail(_not_bilinear(network, wrong))
    believe(network, "bilinear")


def _not_bilinear(network: ModelEvidence, wrong: Mapping[str, Layer]) -> Reason:
    layer, names = next(iter(wrong.values())), _some(list(wrong))
    weights = {**network.challenged.started.weights, **network.begun.weights}
    ways = {role: what_kernel(weights[one.weight], min(one.kernel)) for role, one in wrong.items()}
    kernel = bilinear_weight(layer.inputs, layer.outputs // layer.groups, min(layer.kernel))
    got = _told(ways)
    text = f"{names} {'do' if len(wrong) > 1 else 'does'} not start as bilinear interpolation"
    return because(
        "bilinear.way" if got else "bilinear.start",
        **({"got": got} if got else {}),
        layers=names,
        text=f"{text}: {got}" if got else text,
        help="Each class interpolates itself: the bilinear kernel on the diagonal, zero elsewhere.",
        expected=_describe_weight(kernel),
        actual=_describe_weight(weights[layer.weight]),
        place=network.read.places.get(layer.weight),
    )


def _told(ways: Mapping[str, str]) -> str:
    """Return how kernels were made, each way with its layers; of the first alone where one is unknown."""
    if len(set(ways.values())) == 1 or not all(ways.values()):
        return next(iter(ways.values()))
    alike = {way: [role for role in ways if ways[role] == way] for way in ways.values()}
    return "; ".join(f"{way} ({_some(roles)})" for way, roles in alike.items())


def _describe_weight(weight: object) -> str:
    values = torch.as_tensor(weight)
    if not values.any():
        return "all zeros"
    if bool((values == values.flatten()[0]).all()):
        return f"{float(values.flatten()[0]):.4g} everywhere"
    return (
        f"values from {float(values.min()):.4g} to {float(values.max()):.4g}, mean {float(values.mean()):.4g}"
    )


def _free(network: ModelEvidence) -> list[str]:
    """Return the transposed convolutions that learn."""
    learns = {name for name, parameter in network.built.parameters.items() if parameter.trained}
    layers = network.reading.layers.items()
    return [role for role, layer in layers if layer.transposed and layer.weight in learns]


def check_gradients(network: ModelEvidence, case: Case) -> None:
    """A gradient reaches every layer in train mode, but for an upsampling that may or must be frozen."""
    upsampling = case.profile.upsampling
    roles = {
        name: f"{role}.{kind}"
        for role, layer in network.reading.layers.items()
        for kind, name in (("bias", layer.bias), ("weight", layer.weight))
        if name in network.built.parameters and not (upsampling != "learned" and layer.transposed)
    }
    if upsampling == "fixed" and (free := _free(network)):
        expect.fail(
            because("gradients.free", layers=_some(free), expected="requires_grad is off", actual="it is on")
        )
    frozen = {name: role for name, role in roles.items() if not network.built.parameters[name].trained}
    if frozen:
        layers, made = _range([*frozen.values()]), network.read.places.get(next(iter(frozen)))
        expect.fail(
            because(
                "gradients.frozen", layers=layers, expected="every layer learns", actual="off", place=made
            )
        )
    if _are_labels(network):
        return
    if cut := [roles[name] for name in network.cut if name in roles]:
        expect.fail(
            because(
                "gradients.cut",
                layers=_range(cut),
                help="Something cuts the graph: detach(), .data, no_grad() or numpy in the forward pass.",
                expected="a gradient at every weight and bias",
                actual=f"{len(cut)} of {len(roles)} have none",
            )
        )
    if told := ", ".join(_severed(network)):
        help = "The layers before it learn only from what comes to them on another way."
        wanted, got = "a gradient through every layer to those before it", f"none through {told}"
        expect.fail(because("gradients.severed", layers=told, help=help, expected=wanted, actual=got))
    believe(network, "gradients")


def _severed(network: ModelEvidence) -> tuple[str, ...]:
    """The layers through which no gradient goes back, where real runs show it."""
    return () if network.unverified else network.confirmed.severed


def _are_labels(network: ModelEvidence) -> bool:
    """Return whether labels are returned, through which no gradient goes: the cause `logits.changed`."""
    found = [reason.cause for reason in network.findings.get("logits", []) if reason.cause]
    return any(excuses(cause, "gradients") and cause.parameters["got"] in LABELS for cause in found)


def check_copy_features(network: ModelEvidence) -> None:
    """VGG-16's 13 convolutions are copied, weights and biases, each into its own layer."""
    if not network.copied.way:
        help = "Methods and functions that are given a VGG-16 or load one, the notebook's own statements and "
        help += "the constructor were tried: none of them puts VGG-16's weights into the model."
        expect.fail(because("copy.function", network=network.name, help=help, actual="none"))
    if network.copied.undone:
        help = "A model that is built or begun anew after copying, or trained before it, starts from random "
        help += "numbers, or from zero."
        place = network.copied.undone
        expect.fail(because("copy.taken_back", network=network.name, help=help, actual="none", place=place))
    _copied(network, "copy_features", VGG_CONVS)
    if network.copied.slip:
        raise network.copied.slip
    linears = tuple(VGG_LINEARS.values())
    raised = network.copied.raised if network.copied.passed or network.copied.own else None
    if raised and not copy_findings(network.copied, network.reading, linears, network.computed):
        raise raised  # all that it does besides is right


def check_copy_classifier(network: ModelEvidence) -> None:
    """VGG-16's first two linear layers are copied into fc6 and fc7."""
    _copied(network, "copy_classifier", tuple(VGG_LINEARS.values()))


def _copied(network: ModelEvidence, line: LineName, roles: tuple[str, ...]) -> None:
    copied = _tried(network)
    if copied.undone:
        raise Blocked(TAKEN_BACK)
    raised, found = copied.raised, copy_findings(copied, network.reading, roles, network.computed)
    if line == "copy_classifier" and found and not (found := _own(found, network)):
        raise Blocked(TAKEN_BACK)
    if found:
        fault = merge(found)
        beside = ". Judged as if it went on after that" if copied.passed else ""
        prefix = f"{copied.way} raises {raised}{beside}: " if raised else ""
        place = raised.place if raised and raised.place else fault.place
        expect.fail(replace(fault, text=prefix + fault.text, place=place))
    believe(network, line)


def _own(found: Iterable[Reason], network: ModelEvidence) -> list[Reason]:
    """Return what the classifier has for itself: a statement that refills both is paid for once."""
    features = copy_findings(network.copied, network.reading, VGG_CONVS, network.computed)
    paid = {(reason.cause.id, reason.place) for reason in features if reason.cause}
    return [one for one in found if one.cause and (one.cause.id != LOST or (LOST, one.place) not in paid)]


def _tried(network: ModelEvidence) -> AfterCopying:
    """Return what copying did; Blocked where nothing copies."""
    if not network.copied.way:
        raise Blocked("there is no function that copies VGG-16, see copy_features")
    return network.copied


def check_copy_source(network: ModelEvidence) -> None:
    """Copying leaves VGG-16 itself as it was; sharing its storage is allowed."""
    changed = list(_tried(network).vgg16_changed)
    if changed:
        actual = f"{len(changed)} of its parameters hold other values"
        names = _some(changed)
        expect.fail(because("copy.source", parameters=names, expected="VGG-16 as it was", actual=actual))


def _range(roles: list[str]) -> str:
    """Name parameters by their layers: all of a few, the first and the last of many."""
    layers = list(dict.fromkeys(role.partition(".")[0] for role in roles))
    return ", ".join(layers) if len(layers) <= 3 else f"{layers[0]} to {layers[-1]} ({len(layers)} layers)"


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
