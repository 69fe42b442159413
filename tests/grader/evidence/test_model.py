from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.diagnosis.payers import LineName
from grader.errors import Blocked
from grader.evidence.challenge import close
from grader.evidence.model import Evaluators, ModelEvidence
from grader.evidence.subject import Subject
from grader.network.evaluate import BILINEAR
from grader.records.reason import Cause, Place
from grader.wall.answers import Reply
from grader.wall.verbs import Forward, Request, verb
from reference.architecture import Architecture, Conv
from tests.grader.diagnosis.way_up import JOIN4
from tests.grader.in_process import InProcess
from tests.grader.slim import SLIM, SOURCE, Edit, edited, slim8, slim32
from tests.grader.styles import Style, styled_world, styles
from tests.share import every, rows

METHOD = SOURCE[SOURCE.index("    def copy_params_from_vgg16") : SOURCE.index("class FCN32s")]
V = TypeVar("V")
SEED = 7


def evidence(*edits: Edit, network: str = "FCN8s", source: str = SOURCE) -> ModelEvidence:
    """What there is to know about a network after these edits."""
    return ModelEvidence(Subject(InProcess(edited(*edits, source=source)), SLIM[network], SEED), {})


def verdict(found: ModelEvidence) -> tuple[dict[str, list[str]], str]:
    """What is wrong, by line, and what wasn't verified."""
    said: dict[str, list[str]] = {
        line: sorted(f.text for f in findings) for line, findings in found.findings.items()
    }
    return said, found.unverified


def styled(table: Callable[[int], Architecture], style: Style, name: str) -> ModelEvidence:
    """What there is to know about a table in a style, when the assignment is another table."""
    return ModelEvidence(Subject(InProcess("", styled_world(table, style)), SLIM[name], SEED), {})


def test_a_dropout_by_hand_goes_to_a_person() -> None:
    """It may be right: what it drops is not verified, and nobody loses the line for it."""
    mask = "h = h * (torch.rand(h.shape[0], h.shape[1], 1, 1) >= 0.5) / 0.5 if self.training else h"
    found = evidence(("h = self.drop7(F.relu(self.fc7(h)))", f"h = F.relu(self.fc7(h))\n        {mask}"))

    assert found.findings == {}
    assert "random numbers that it draws after fc7" in found.lacks("dropout")


# --- right networks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("network", every(3, SLIM))
def test_a_right_network_is_the_reference(network: str) -> None:
    """Its output under the challenge is the reference's, and nothing is found."""
    found = evidence(network=network)

    assert found.is_reference
    assert verdict(found) == ({}, "")
    assert close(found.response.output, found.response.reference)


@pytest.mark.slow
def test_every_question_is_asked_once() -> None:
    """Looking at the evidence again asks nothing again."""
    found = evidence()
    for _ in range(2):
        verdict(found), found.shapes, found.gradients, found.copied, found.confirmed
    student = found.subject.student
    assert isinstance(student, InProcess)

    assert sorted(set(student.asked)) == sorted(
        [
            "build",
            "trace",
            "narrow",
            "run",
            "initial",
            "sample",
            "make_vgg",
            "copy_vgg",
            "fill",
            "forward",
            "shapes",
            "gradients",
        ]
    )
    counts = {verb: student.asked.count(verb) for verb in student.asked}
    assert counts.pop("trace") == 2  # in eval and in train mode
    assert counts.pop("sample") == 4  # before and after copying, the VGG-16, and gradients
    assert counts.pop("run") == 6  # in both modes, and once at the size of a photograph
    assert counts.pop("build") == 3  # with the assignment's number of classes, fewer and more
    assert (counts.pop("shapes"), counts.pop("narrow")) == (2, 2)  # with two of them
    assert set(counts.values()) == {1}


@pytest.mark.slow
@settings(max_examples=12)
@given(st.data(), st.sampled_from(sorted(SLIM)))
def test_equal_models_get_equal_verdicts(data: st.DataObject, network: str) -> None:
    """However a right network is written, named and ordered, nothing is found and everything is verified."""
    style = data.draw(styles(SLIM[network](12)))
    found = styled(SLIM[network], style, network)

    assert found.is_reference
    assert verdict(found) == ({}, "")


def _change(role: str, **values: Any) -> Callable[[Architecture], Architecture]:
    def changed(conv: Any) -> Any:
        return replace(conv, **values) if isinstance(conv, Conv) and conv.role == role else conv

    return lambda table: replace(
        table,
        trunk=tuple(map(changed, table.trunk)),
        score=changed(table.score),
        upscores=tuple(map(changed, table.upscores)),
        skips=tuple(replace(skip, score=changed(skip.score)) for skip in table.skips),
    )


FAULTS: dict[str, Callable[[Architecture], Architecture]] = {
    "padding": _change("conv1_1", padding=150),
    "kernel": _change("conv4_2", kernel=5, padding=2),
    "dilation": _change("conv5_1", dilation=2, padding=2),
    "no ReLU": _change("conv2_1", relu=False),
    "no ReLU before a pool": _change("conv4_3", relu=False),
    "a ReLU after score": _change("score", relu=True),
    "no bias": _change("fc7", bias=False),
    "dropout": _change("fc6", dropout=0.2),
    "crop": lambda table: replace(table, crop=table.crop - 2),
    "skips' crops": lambda table: replace(
        table, skips=tuple(replace(skip, crop=skip.crop + 1) for skip in table.skips)
    ),
}


@pytest.mark.slow
@settings(max_examples=12)
@given(st.data(), st.sampled_from(sorted(SLIM)), st.sampled_from(sorted(FAULTS)))
def test_equally_wrong_models_get_equal_verdicts(data: st.DataObject, network: str, fault: str) -> None:
    """However a wrong network is written, the same is said of it as of the plainest way to write it."""
    base, wrong = SLIM[network], FAULTS[fault]
    style = data.draw(styles(base(12), ceil=True))
    found = verdict(styled(lambda n: wrong(base(n)), style, network))

    assert found == verdict(styled(lambda n: wrong(base(n)), Style(), network))
    assert found[1] == ""
    assert (found[0] == {}) == (fault == "skips' crops" and network == "FCN32s")


# --- wrong networks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "lines"),
    rows(
        5,
        [
            (("3, padding=100", "3, padding=150"), "conv1"),
            (("F.relu(self.conv2_1(h))", "self.conv2_1(h)"), "activations"),
            (("self.pool4 = nn.MaxPool2d(2, 2, ceil_mode=True)", "self.pool4 = nn.AvgPool2d(2, 2)"), "pools"),
            (("h = F.relu(self.conv5_2(h))", "pass"), "conv5"),
            (("h[:, :, 31:31 + x.size(2), 31:31 + x.size(3)]", "h[:, :, :x.size(2), :x.size(3)]"), "crop"),
            (("h = h + s[:, :, 9:9 + h.size(2), 9:9 + h.size(3)]", "pass"), "skips"),
            (
                ("s[:, :, 9:9 + h.size(2), 9:9 + h.size(3)]", "s[:, :, 4:4 + h.size(2), 4:4 + h.size(3)]"),
                "skip_crops",
            ),
            (
                (
                    "h[:, :, 31:31 + x.size(2), 31:31 + x.size(3)]",
                    "h[:, :, 31:31 + x.size(2), 31:31 + x.size(3)].softmax(1)",
                ),
                "logits",
            ),
            (("self.fc6(h)", "self.fc6(h * 0.5)"), "forward"),
            (
                (
                    "self.fc7 = nn.Conv2d(24, 24, 1)",
                    "self.fc7 = nn.Sequential(nn.BatchNorm2d(24), nn.Conv2d(24, 24, 1))",
                ),
                "forward",
            ),
        ],
    ),
)
def test_a_fault_costs_its_lines_and_is_verified(edit: Edit, lines: str) -> None:
    """A fault that the trace shows is confirmed by replaying the trace, so that every other line can pass."""
    found = evidence(edit)

    assert not found.is_reference
    assert sorted(found.findings) == lines.split()
    assert found.unverified == ""


def test_a_dropout_is_judged_even_in_the_right_network() -> None:
    """Dropouts change nothing of the output in eval mode, so they are looked at in any case."""
    found = evidence(("self.drop6 = nn.Dropout2d(0.5)", "self.drop6 = nn.Dropout2d(0.1)"))

    assert found.is_reference
    assert list(found.findings) == ["dropout"]


def test_a_forward_pass_that_fails_in_train_mode_is_the_dropouts_fault() -> None:
    """What only happens in train mode is told under the dropout line, with its place."""
    found = evidence(
        ("h = self.upscore(h)", "assert not self.training; h = self.upscore(h)"), network="FCN32s"
    )
    ((line, (finding,)),) = found.findings.items()

    assert line == "dropout"
    assert "fails in train mode: AssertionError" in finding.text
    assert finding.place is not None and finding.place.label == "cell 1"


def test_findings_point_at_the_line_that_made_the_layer() -> None:
    """The place of a wrong layer is its constructor's."""
    (finding,) = evidence(("3, padding=100", "3, padding=150")).findings["conv1"]
    line = next(n for n, text in enumerate(SOURCE.splitlines(), 1) if "padding=100" in text)

    assert finding.place == Place("cell 1", line)


# --- claims that are not verified -----------------------------------------------------------------------


class Lying(InProcess):
    """Answers some verbs as another submission would."""

    def __init__(self, source: str, shown: str, *verbs: str) -> None:
        super().__init__(source)
        self.other = InProcess(shown)
        self.verbs = verbs

    def ask(self, request: Request[V], *args: Any, **options: Any) -> Reply[V]:
        ask = self.other.ask if verb(type(request)) in self.verbs else super().ask
        return ask(request, *args, **options)


def lying(edit: Edit, *verbs: str) -> ModelEvidence:
    """A wrong network that shows the right one's answers."""
    return ModelEvidence(Subject(Lying(edited(edit), SOURCE, *verbs), slim8, SEED), {})


def test_a_trace_of_another_network_earns_nothing() -> None:
    """Where the right layers are claimed but the output isn't theirs, the claim is not verified."""
    found = lying(("F.relu(self.conv2_1(h))", "self.conv2_1(h)"), "trace")

    assert found.findings == {}
    assert found.unverified == "the output is not what the recorded layers compute"


def test_a_trace_that_cant_be_replayed_is_not_verified() -> None:
    """An operation that isn't computed on this side leaves its network unverified, by name."""
    found = evidence(("self.fc6(h)", "self.fc6(torch.lgamma(h))"))

    assert "aten.lgamma" in found.unverified


def test_views_changed_in_place_are_not_verified() -> None:
    """What was recorded of aliased memory can't be replayed."""
    found = evidence(("h = self.upscore3(h)", "h = self.upscore3(h); part = h[:, :, 1:]; part.mul_(2)"))

    assert "in place" in found.unverified


UP = "h = self.upscore3(h)"
FC7 = "self.fc7 = nn.Conv2d(24, 24, 1)"
NO_COPY = (METHOD, "")
INTERPOLATED = (f"        {UP}\n", "        h = F.interpolate(h, scale_factor=8)\n")


def _before_fc7(module: str) -> list[Edit]:
    return [(FC7, f"self.fc7 = nn.Sequential({module}, nn.Conv2d(24, 24, 1))")]


def _kept_as(made: str) -> list[Edit]:
    return [(FC7, f"{FC7}\n        {made}"), (UP, f"{UP} + self.m")]


SURROUNDED: dict[str, list[Edit]] = {
    "batch normalisation": _before_fc7("nn.BatchNorm2d(24)"),
    "instance normalisation": _before_fc7("nn.InstanceNorm2d(24, affine=True, track_running_stats=True)"),
    "group normalisation": _before_fc7("nn.GroupNorm(4, 24)"),
    "layer normalisation": [("self.fc6(h)", "self.fc6(F.layer_norm(h, h.shape[1:]))")],
    "a buffer": _kept_as("self.register_buffer('m', torch.arange(12.).view(1, 12, 1, 1))"),
    "a buffer of integers": _kept_as("self.register_buffer('m', torch.arange(12).view(1, 12, 1, 1))"),
    "a tensor that is no buffer": _kept_as("self.m = torch.arange(12.).view(1, 12, 1, 1)"),
    "a learned scale": [
        (FC7, f"{FC7}\n        self.m = nn.Parameter(torch.ones(1))"),
        (UP, f"{UP} * self.m"),
    ],
    "a constant": [(UP, f"{UP} * torch.tensor(2.)")],
    "a constant of numpy's": [(UP, f"{UP} + torch.from_numpy(np.arange(12.)).view(1, 12, 1, 1)")],
}


@pytest.mark.parametrize(
    "changed", every(2, ["{} * torch.tensor(2.7).long()", "torch.add(torch.tensor(2.0), {}, alpha=3)"])
)
def test_a_constant_that_is_changed_or_stands_before_a_multiple_is_replayed(changed: str) -> None:
    """Such a number is not the factor or the summand that it looks like."""
    found = evidence((UP, f"h = {changed.format(UP.removeprefix('h = '))}"))

    assert found.unverified == ""
    assert set(found.findings) == {"forward"}


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("name", every(10, SURROUNDED))
def test_a_network_is_replayed_whatever_surrounds_it(name: str, bare: bool) -> None:
    """Also where nothing copies and a transposed convolution is missing."""
    edits = SURROUNDED[name]
    interpolated = [] if UP in str(edits) else [INTERPOLATED]
    found = evidence(*edits, *([NO_COPY, *interpolated] if bare else []))

    assert found.unverified == ""
    assert "forward" in found.findings
    assert set(found.findings) <= {"forward", "upscores", "crop"}


@pytest.mark.parametrize(
    ("edit", "line", "words"),
    rows(
        2,
        [
            ((UP, f"{UP} * torch.tensor(2.)"), "forward", "is multiplied by 2,"),
            ((UP, "h = torch.tensor([2.]) * self.upscore3(h)"), "forward", "is multiplied by 2,"),
            (
                ("s[:, :, 9:9", "torch.tensor(0.01) * s[:, :, 9:9"),
                "skips",
                "the pool3 skip is scaled by 0.01",
            ),
        ],
    ),
)
def test_a_constant_is_named_as_the_number_that_it_is(edit: Edit, line: LineName, words: str) -> None:
    """Whether a factor is written as a number or as a tensor makes no difference."""
    ((found, (reason,)),) = evidence(edit).findings.items()

    assert found == line
    assert words in reason.text


@pytest.mark.slow
def test_buffers_of_one_name_are_told_apart_by_their_values() -> None:
    """Both networks share the arithmetic, not each other's buffers."""
    source = edited(*_before_fc7("nn.BatchNorm2d(24)"))
    source = source.replace("class FCN8s(Trunk):", "class FCN8s(Trunk):\n    mean = 0.5\n")
    source = source.replace(
        "        self.score = nn",
        "        self.fc7[0].running_mean.fill_(getattr(self, 'mean', 0))\n        self.score = nn",
    )
    student = InProcess(source)
    evaluators: Evaluators = {}
    both = [ModelEvidence(Subject(student, table, SEED), evaluators) for table in (slim32, slim8)]

    assert [found.unverified for found in both] == ["", ""]


def test_the_reference_s_output_is_proof_enough() -> None:
    """Whatever the trace holds, a network that gives the reference's numbers is right."""
    found = evidence(("self.fc6(h)", "self.fc6(torch.lgamma(h + 1) * 0 + h)"))

    assert found.is_reference
    assert verdict(found) == ({}, "")


INSTEAD = (JOIN4, "h = s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)]")


def test_layers_that_a_real_run_computed_need_no_person() -> None:
    """Though the skip was put in the place of what they gave, in either mode."""
    found = evidence(INSTEAD)

    assert [found.lacks(line) for line in ("fc6", "score", "upscores", "activations", "dropout")] == [""] * 5
    assert set(found.findings) == {"skips"}


def test_layers_that_no_real_run_computed_go_to_a_person() -> None:
    """Nor those that drop otherwise in a real run in train mode, for what they drop."""
    score, last = "pool4, self.score(h)", "h = self.drop7(F.relu(self.fc7(h)))"
    found = evidence(INSTEAD, (score, f"{score} if h.is_meta else h[:, :12] * 0"))
    rarely = "F.dropout2d(F.relu(self.fc7(h)), 0.1, self.training)"
    dropped = evidence(INSTEAD, (last, f"{last} if h.is_meta else {rarely}"))
    undropped = evidence(INSTEAD, (last, f"{last} if h.is_meta else F.relu(self.fc7(h))"))

    assert "not computed from score" in found.lacks("score")
    assert "not computed from fc6, fc7, score" in dropped.lacks("dropout")
    assert [reason.text for reason in undropped.unkept] == [
        "the dropout after fc7 does nothing: what it gives is not kept"
    ]


def test_another_output_than_a_tensor_blocks() -> None:
    """Without an array there is nothing to compare."""

    class Mute(InProcess):
        def ask(self, request: Request[V], *args: Any, **options: Any) -> Reply[V]:
            reply = super().ask(request, *args, **options)
            return Reply(reply.value) if isinstance(request, Forward) else reply

    found = ModelEvidence(Subject(Mute(SOURCE), slim8, SEED), {})

    with pytest.raises(Blocked, match=r"see fcn8s\.build"):
        found.response


@pytest.mark.slow
def test_both_networks_share_one_arithmetic() -> None:
    """The evaluator of a size is made once for both networks."""
    evaluators: dict[Any, Any] = {}
    student = InProcess(SOURCE)
    first = ModelEvidence(Subject(student, slim32, SEED), evaluators)
    second = ModelEvidence(Subject(student, slim8, SEED), evaluators)

    assert first.is_reference and second.is_reference
    assert first.evaluator is second.evaluator


@pytest.mark.slow
def test_networks_of_other_sizes_are_not_kept_together() -> None:
    """Both with all their weights would take more memory than a grading has."""
    evaluators: dict[Any, Any] = {}
    unpadded = "self.conv1_1.padding = 1, 1\n        self.upscore = "
    student = InProcess(edited(("self.upscore = ", unpadded)))
    first = ModelEvidence(Subject(student, slim32, SEED), evaluators)
    second = ModelEvidence(Subject(student, slim8, SEED), evaluators)

    assert not first.is_reference and second.is_reference
    assert first.evaluator is not second.evaluator
    assert first.evaluator._values == {}


def test_bilinear_weights_stay_in_place() -> None:
    """Transposed convolutions that start as bilinear interpolation are not drawn; others are."""
    right = evidence().challenged.contents
    random = evidence(
        ("layer.weight.data.copy_(bilinear(n_class, layer.kernel_size[0]))", "pass")
    ).challenged.contents

    assert right["upscore1.weight"] == BILINEAR
    assert random["upscore1.weight"] == "upscore1.weight"


def test_copied_weights_stay_in_place() -> None:
    """What was copied from VGG-16 is known by VGG-16's own keys, so that the output proves it."""
    contents = evidence().challenged.contents

    assert contents["conv1_1.weight"] == "vgg/features.0.weight"
    assert contents["fc6.bias"] == "vgg/classifier.0.bias"
    assert contents["score.weight"] == "score.weight"


def test_the_difference_is_named_by_the_numbers() -> None:
    """What the trace doesn't show, the search names."""
    crop = "h[:, :, 31:31 + x.size(2), 31:31 + x.size(3)]"
    hidden = "h[:, :, torch.arange(x.size(2)) + 33][..., torch.arange(x.size(3)) + 33]"

    found = evidence((crop, hidden)).difference

    assert found.cause == Cause("crop.offset", {"got": 33, "want": 31})


def test_equal_outputs_are_close() -> None:
    """Outputs are equal up to rounding, relative to their spread; NaN equals NaN; shapes must agree."""
    a = torch.linspace(0, 1, 50).reshape(1, 2, 5, 5)
    holed = a.clone()
    holed[0, 0, 0, 0] = float("nan")

    assert close(a, a + 1e-6) and close(a * 1e-6, a * 1e-6) and close(holed, holed)
    assert not close(a, a + 1e-2)
    assert not close(a * 1e-6, a * 1.01e-6)
    assert not close(a, holed)
    assert not close(a, a[:, :1])
