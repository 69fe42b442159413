"""What both networks share; `network` is the one that the calling file is about.

A line of the rubric without a function of its own means that nothing was found under it (conftest.py).
"""

from __future__ import annotations

from grader.checks import expect
from grader.diagnosis.causes import because, merge
from grader.diagnosis.payers import LineName
from grader.errors import Blocked, ProtocolError, StudentError, Unverified
from grader.evidence.case import Case
from grader.evidence.model import ModelEvidence
from grader.evidence.subject import N_CLASS
from grader.records.reason import Reason

ASTRAY = ("crop.axes", "forward.returned", "forward.unkept")


def judge(network: ModelEvidence, line: LineName) -> None:
    """Raise what was found under a line; what wasn't verified goes to a person."""
    found = network.findings.get(line)
    if found:
        expect.fail(merge([*found, *_unkept_beside(network, line)]))
    if line == "dropout" and network.unkept:
        expect.fail(merge(network.unkept))
    believe(network, line)


def _unkept_beside(network: ModelEvidence, line: LineName) -> list[Reason]:
    """Return the dropouts that are let go of beside what was found; none where no real run can tell."""
    try:
        return network.unkept if line == "dropout" else []
    except (StudentError, ProtocolError, Blocked):
        return []


def believe(network: ModelEvidence, line: LineName) -> None:
    """Let a person look at what the network's outputs do not prove."""
    if why := network.lacks(line):
        raise Unverified(why)


def check_line(network: ModelEvidence, line: LineName) -> None:
    """Nothing was found under a line of the rubric that has no function of its own."""
    judge(network, line)


def check_build(network: ModelEvidence, case: Case) -> None:
    """The model can be built with any number of classes and run; its output has one channel a class."""
    first, wanted = network.first_trace, case.profile.n_class
    trace = first.trace
    alone = "Return the cropped scores alone, as a tensor (N, n_class, H, W)."
    got = because("build.output", type=trace.type, help=alone)
    expect.that(trace.output is not None and trace.type == "Tensor", got)
    if first.built.way == "default":
        expected, actual = f"{network.name}(n_class={wanted})", f"{network.name}()"
        expect.fail(because("build.no_classes", network=network.name, expected=expected, actual=actual))
    for n_class in dict.fromkeys((wanted, N_CLASS, 21, 5)):
        _charge(network, n_class, network.output_shape(n_class))
    if network.is_replayed:
        believe(network, "build")
    elif network.is_replayed is None:  # of its output nothing but the shape can be told
        _charge(network, *network.other_classes)


def _charge(network: ModelEvidence, n_class: int, shape: tuple[int, ...]) -> None:
    wrong = _channels(network, n_class, shape)
    if wrong is not None:
        expect.charge("build", wrong)


def astray(network: ModelEvidence) -> Reason | None:
    """Return why an output has neither its channels nor its size: a crop along the wrong axes, or another
    value than the last one."""
    found = (*network.findings.get("crop", []), *network.findings.get("forward", []))
    return next((one for one in found if one.cause and one.cause.id in ASTRAY), None)


def _channels(network: ModelEvidence, n_class: int, shape: tuple[int, ...]) -> Reason | None:
    """Return what is wrong with an output's shape, if it has not a channel for each class."""
    channels = shape[1] if len(shape) > 1 else 0
    if channels == n_class:
        return None
    if len(shape) == 3 and shape[0] == n_class:
        return because("shape.batch", expected=f"(N, {n_class}, H, W)", actual=str(shape))
    if len(shape) == 4 and shape[3] == n_class:
        return because("shape.classes_last", expected=f"(N, {n_class}, H, W)", actual=str(shape))
    if "logits" in network.findings:
        return network.findings["logits"][0]
    if (wrong := astray(network)) is not None:
        return wrong
    expected, actual = f"(N, {n_class}, H, W)", str(shape)
    return because("build.classes", n_class=n_class, channels=channels, expected=expected, actual=actual)
