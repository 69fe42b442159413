"""Checks of both networks against the layer table; `network` is the one that the calling file is about."""

from __future__ import annotations

from grader import expect
from grader.diagnosis.findings import merge
from grader.errors import Fault, Unverified
from grader.evidence.model import ModelEvidence
from grader.evidence.tracing import N_CLASS
from grader.records.reason import Reason


def judge(network: ModelEvidence, line: str) -> None:
    """Say what was found under a line; what wasn't verified goes to a person."""
    found = network.findings.get(line)
    if found:
        fault = merge(found)
        raise Fault(Reason(fault.rationale, fault.help, fault.expected, fault.actual, fault.where))
    believe(network)


def believe(network: ModelEvidence) -> None:
    """Let a person look at what the network's output does not prove."""
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
        if len(shape) == 4 and shape[3] == n_class:
            continue  # the shape line pays for classes in the last place
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
