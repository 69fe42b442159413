# ruff: noqa: E501 (code that is tried stands in long lines)

from __future__ import annotations

import pytest

from grader.errors import StudentRaised, Unverified
from grader.evidence import confirmed
from grader.evidence.confirmed import Basis, Computed, Confirmed, Way, _computed
from grader.network import budget
from grader.network.learning import Learner
from grader.wall.verbs import Run
from tests.grader.diagnosis.way_up import JOIN4
from tests.grader.evidence.test_model import evidence
from tests.grader.slim import Edit
from tests.share import every

LINES = ("build", "shape", "forward", "determinism", "dropout", "gradients")
CROP = "return h[:, :, 31:31 + x.size(2), 31:31 + x.size(3)]"
FC6 = "h = self.drop6(F.relu(self.fc6(h)))"
STUCK = """class Stuck(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x.clone()
    @staticmethod
    def backward(ctx, gradient): return gradient * 0

class Trunk"""


def _real(what: str) -> Edit:
    """Give something else wherever values are: `y` is what it should be."""
    return CROP, f"y = {CROP.removeprefix('return ')}\n        return y if x.is_meta else {what}"


UNTRUE: dict[str, tuple[list[Edit], str]] = {
    "another batch": ([_real("y if len(x) == 1 else y[:1].expand_as(y)")], "build forward determinism gradients dropout"),
    "another size": ([_real("y if x.shape[2:] == (64, 76) else y[:, :, 1:]")], "build shape forward determinism gradients dropout"),
    "other classes": ([_real("y if y.shape[1] == 12 else y * 0")], "build forward determinism gradients dropout"),
    "more classes": ([_real("y if y.shape[1] <= 12 else y * 0")], "build forward determinism gradients dropout"),
    "fewer classes": ([_real("y if y.shape[1] >= 12 else y * 0")], "build forward determinism"),
    "more classes that raise": ([_real("y if y.shape[1] <= 12 else [][0]")], "build forward determinism"),
    "fewer classes that raise": ([_real("y if y.shape[1] >= 12 else [][0]")], "build forward determinism"),
    "more than two": ([_real("y if len(x) <= 2 else y[:2].repeat(2, 1, 1, 1)[:len(x)]")], "build forward determinism gradients dropout"),
    "another picture": ([_real("self.__dict__.setdefault('kept', {}).setdefault(x.shape, y)")], "build forward determinism"),
    "train mode": ([_real("y * 0 if self.training else y")], "gradients dropout"),
    "gradients wanted": ([_real("y * 2 if torch.is_grad_enabled() else y")], "build forward determinism gradients dropout"),
    "a cut at the end": ([_real("y.detach()")], "gradients"),
    "a cut on the way": ([(FC6, f"h = h if h.is_meta else h.detach(); {FC6}")], "gradients"),
    "gradients of nothing": ([("class Trunk", STUCK), (FC6, f"h = h if h.is_meta else Stuck.apply(h); {FC6}")], "gradients"),
    "no dropout": ([(FC6, f"{FC6} if h.is_meta else F.relu(self.fc6(h))")], "dropout gradients"),
    "dropout of another rate": ([(FC6, f"{FC6} if h.is_meta else F.dropout2d(F.relu(self.fc6(h)), 0.4, self.training)")], "dropout gradients"),
    "another call": ([_real("y + torch.rand_like(y)")], "build forward determinism gradients dropout"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", every(16, UNTRUE))
def test_what_real_runs_do_not_bear_out_is_not_believed(name: str) -> None:
    """A claim about a mode, a size, a class or a call earns nothing by the others, nor do they lose by it."""
    edits, lines = UNTRUE[name]
    found = evidence(*edits)

    assert {line for line in LINES if found.lacks(line)} == set(lines.split())
    assert found.findings == {} and not found.unkept


@pytest.mark.slow
def test_a_network_that_outgrows_its_memory_is_read_and_left_to_a_person() -> None:
    """The budget is the grader's own: what its recording shows wrong is told, nothing else is lost."""
    found = evidence(
        ("self.fc7 = nn.Conv2d(24, 24, 1)", "self.fc7 = nn.Conv2d(24, 24, 1, bias=False)"),
        _real("raising(MemoryError('not enough memory'))"),
        ("class Trunk", "def raising(error):\n    raise error\n\n\nclass Trunk"),
    )

    assert not found.is_reference and "fc7" in found.findings
    assert all("more memory than a network is given" in found.lacks(line) for line in ("conv1", "forward"))
    with pytest.raises(Unverified, match="more memory"):
        print(found.response)


@pytest.mark.slow
def test_a_network_that_would_take_too_long_is_read_and_left_to_a_person() -> None:
    """It is not run: what its recording shows wrong is told, and what copying left."""
    found = evidence(("padding=100", "padding=300_000"))

    assert "conv1" in found.findings and "copy" not in found.findings
    assert all("more arithmetic than a network is given" in found.lacks(line) for line in ("fc6", "forward"))
    with pytest.raises(Unverified, match="more arithmetic"):
        print(found.other_classes)
    assert not found.copied.raised


@pytest.mark.slow
def test_what_only_speaks_of_memory_is_no_want_of_it() -> None:
    """It raises as anything else does."""
    found = evidence(
        _real("raising(RuntimeError('unsupported memory format'))"),
        ("class Trunk", "def raising(error):\n    raise error\n\n\nclass Trunk"),
    )

    assert not found.outgrown
    with pytest.raises(StudentRaised, match="memory format"):
        print(found.response)


@pytest.mark.slow
def test_a_dropout_that_is_thrown_away_is_told_and_nothing_else_is_doubted() -> None:
    """Its coins are drawn all the same, which the dropout behind it shows."""
    found = evidence((FC6, "h = F.relu(self.fc6(h))\n        self.drop6(h)"))

    assert [reason.text for reason in found.unkept] == [
        "the dropout after fc6 does nothing: what it gives is not kept"
    ]
    assert not any(map(found.lacks, LINES)) and found.findings == {}


@pytest.mark.slow
def test_what_a_pass_should_give_is_computed_beside_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """With all channels, two take more than there is: of those before, one value each is left."""
    made: list[Learner] = []

    def computed(basis: Basis, run: Run, way: Way) -> Computed:
        assert not any(len(one._values) > 1 for one in made)
        found = _computed(basis, run, way)
        made.extend(learner for learner, _ in found)
        return found

    monkeypatch.setattr(confirmed, "_computed", computed)
    found = evidence((FC6, "h = F.relu(self.fc6(h))\n        self.drop6(h)"))

    assert found.confirmed.unkept and len(made) > 2


@pytest.mark.slow
def test_a_dropout_that_is_thrown_away_on_a_way_that_is_let_go_of_is_told() -> None:
    """The output shows none of them, but what led there gives itself away."""
    unkept = FC6, "h = F.relu(self.fc6(h))\n        self.drop6(h)"
    found = evidence(unkept, (JOIN4, "h = s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)]"))

    assert [reason.text for reason in found.unkept] == [
        "the dropout after fc6 does nothing: what it gives is not kept"
    ]
    assert not found.lacks("dropout")


@pytest.mark.slow
def test_an_output_that_changes_is_told_from_one_that_is_wrong() -> None:
    """That equal inputs give other outputs is a fault of its own."""
    changing = evidence(_real("y + torch.rand_like(y)"))
    wrong = evidence(_real("y * 2 if torch.is_grad_enabled() else y"))
    steady = evidence(_real("y if len(x) == 1 else y[:1].expand_as(y)"))

    assert not changing.confirmed.repeats
    assert not wrong.confirmed.repeats
    assert steady.confirmed.repeats


KERNEL = "layer.weight.data.copy_(bilinear(n_class, layer.kernel_size[0]))"
KERNELS = (
    f"self.upscore3):\n            {KERNEL}",
    "self.upscore3):\n            kernel = bilinear(n_class, layer.kernel_size[0]); del layer.weight; layer.register_buffer('weight', kernel)",
)
HONEST: dict[str, list[Edit]] = {
    "as it is": [],
    "counts": [(FC6, f"self.calls = getattr(self, 'calls', 0) + 1; {FC6}")],
    "functional dropout": [(FC6, "h = F.dropout2d(F.relu(self.fc6(h)), 0.5, self.training)")],
    "ReLU in place": [(FC6, "h = F.dropout2d(F.relu(self.fc6(h), inplace=True), 0.5, self.training)")],
    "noise": [(CROP, f"{CROP} + torch.rand(1)")],
    "dropout before ReLU": [(FC6, "h = F.relu(self.drop6(self.fc6(h)))")],
    "recomputed": [(FC6, "from torch.utils.checkpoint import checkpoint; h = checkpoint(lambda h: self.drop6(F.relu(self.fc6(h))), h, use_reentrant=False)")],
    "asserts": [(FC6, f"assert h.dim() == 4 and h.shape[1] == 16; {FC6}")],
    "looks at values": [(FC6, f"h = h if h.is_meta or h.isfinite().all() else h; {FC6}")],
    "a fault elsewhere": [("h = F.relu(self.conv2_1(h))", "h = self.conv2_1(h)")],
    "another dropout": [("self.drop7 = nn.Dropout2d(0.5)", "self.drop7 = nn.Dropout(0.3)")],
    "dropout for ever": [(FC6, "h = F.dropout2d(F.relu(self.fc6(h)), 0.5)")],
    "batch normalisation": [("self.fc7 = nn.Conv2d(24, 24, 1)", "self.fc7 = nn.Sequential(nn.BatchNorm2d(24), nn.Conv2d(24, 24, 1))")],
    "a fixed size": [(CROP, "return h[:, :, 31:95, 31:107]")],
    "one picture": [(CROP, f"{CROP}[:1]")],
    "lazy layers": [("self.fc6 = nn.Conv2d(16, 24, 7)", "self.fc6 = nn.LazyConv2d(24, 7)")],
    "kernels in buffers": [KERNELS],
    "kernels in buffers and a fault": [KERNELS, ("h = F.relu(self.conv2_1(h))", "h = self.conv2_1(h)")],
    "a constant": [(CROP, f"{CROP} + torch.tensor(2.)")],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", every(16, HONEST))
def test_what_is_claimed_honestly_is_borne_out(name: str) -> None:
    """Right networks in odd manners, and wrong ones: a fault takes no line that has nothing to do with it."""
    assert evidence(*HONEST[name]).confirmed == Confirmed()


@pytest.mark.slow
def test_a_run_that_is_too_large_to_be_computed_again_is_no_untrue_claim(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the grader has no room for is told as that."""
    monkeypatch.setattr(budget, "MAX_NARROW", 1000)
    monkeypatch.setattr(budget, "MAX_WIDE", 1000)
    found = evidence(("self.fc7 = nn.Conv2d(24, 24, 1)", "self.fc7 = nn.Conv2d(24, 24, 1, bias=False)"))

    for line in ("forward", "dropout"):
        assert "can't be computed again: the forward pass needs too much memory" in found.lacks(line)
