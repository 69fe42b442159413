# ruff: noqa: E501 (code that is tried stands in long lines)

from __future__ import annotations

import pytest

from grader.evidence.confirming import Runs
from grader.wall.answers import Reply
from grader.wall.values import Described, Shape
from grader.wall.verbs import Run
from tests.grader.evidence.test_model import evidence, verdict
from tests.grader.slim import SOURCE, Edit
from tests.share import every

SCORE = "self.score(h)\n"
CROP = "return h[:, :, 31:31 + x.size(2), 31:31 + x.size(3)]"
LINES = (
    "build",
    "shape",
    "forward",
    "determinism",
    "dropout",
    "gradients",
    "copy_features",
    "score",
    "pools",
)
PRODUCTS = "torch.stack([(h * w).sum(1) + b for w, b in zip(self.score.weight, self.score.bias)], 1)\n"
FILLED = """torch.stack([self.filled(each) for each in h])

    def filled(self, h):
        out = torch.zeros(len(self.score.bias), *h.shape[1:], device=h.device)
        for k, (w, b) in enumerate(zip(self.score.weight, self.score.bias)):
            out[k] = (h * w).sum(0) + b
        return out
"""
FOLDED = """
def up(layer, h):
    step, (side, _) = layer.stride[0], layer.kernel_size
    columns = layer.weight.flatten(1).t() @ h.flatten(2)
    return F.fold(columns, [(n - 1) * step + side for n in h.shape[2:]], side, stride=step)

class Trunk"""
LARGEST = """
def pooled(h):
    h = h[..., :h.size(2) // 2 * 2, :h.size(3) // 2 * 2]
    rows = torch.maximum(h[..., ::2, :], h[..., 1::2, :])
    return torch.maximum(rows[..., ::2], rows[..., 1::2])

class Trunk"""
MATRICES = "e = lambda n, m: torch.eye(n, device=x.device)[31:31 + m]; return e(h.size(2), x.size(2)) @ h @ e(h.size(3), x.size(3)).t()"

BY_HAND: dict[str, list[Edit]] = {
    "products in a loop": [(SCORE, PRODUCTS)],
    "a map that is filled": [(SCORE, FILLED)],
    "a convolution for each class": [(SCORE, "torch.cat([F.conv2d(h, self.score.weight[k:k + 1], self.score.bias[k:k + 1]) for k in range(len(self.score.bias))], 1)\n")],
    "windows added up": [("\nclass Trunk", FOLDED), ("self.upscore1(h)", "up(self.upscore1, h)")],
    "maxima of slices": [("\nclass Trunk", LARGEST), *((f"self.pool{n}(F", "pooled(F") for n in range(1, 6))],
    "matrices that select": [(CROP, MATRICES)],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", every(3, BY_HAND))
def test_a_right_network_whose_layers_are_computed_by_hand_is_the_reference(name: str) -> None:
    """What can't be read is supposed to be what the assignment asks for, and keeps every line if it is."""
    found = evidence(*BY_HAND[name])

    assert found.is_reference
    assert verdict(found) == ({}, "")
    assert [line for line in LINES if found.lacks(line)] == []


WRONG = {
    "without its bias": PRODUCTS.replace(" + b ", " "),
    "in another order": PRODUCTS.replace("self.score.weight,", "self.score.weight.flip(0),"),
    "filled without its bias": FILLED.replace(" + b", ""),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", every(3, WRONG))
def test_a_wrong_network_by_hand_is_not_supposed_to_be_right(name: str) -> None:
    """It is read as far as it can be, as if nothing were supposed."""
    found = evidence((SCORE, WRONG[name]))

    assert not found.is_reference
    assert not found.reading.supposed
    assert found.findings


@pytest.mark.slow
def test_what_is_right_where_it_is_supposed_and_nowhere_else_earns_nothing() -> None:
    """The run that lets a network be supposed right proves nothing: the challenge does, and later runs."""
    once = "Trunk.calls = getattr(Trunk, 'calls', 0) + (not x.is_meta); y = "
    source = SOURCE.replace(SCORE, PRODUCTS)
    found = evidence(
        (CROP, f"{once}{CROP.removeprefix('return ')}; return y if Trunk.calls == 1 else y * 2"),
        source=source,
    )

    assert not found.is_reference
    assert found.lacks("score")
    assert found.lacks("forward")


UNRUN = (SCORE, "self.score(h if x.is_meta else h + h.item())\n")
POOLED: list[Edit] = [("\nclass Trunk", LARGEST), *((f"self.pool{n}(F", "pooled(F") for n in range(1, 6))]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each run that was taken to know what a network is was one of all channels."""
    taken, alone = list[bool](), Runs.alone

    def counted(runs: Runs, run: Run) -> Reply[Described]:
        taken.append(runs.wide)
        return alone(runs, run)

    monkeypatch.setattr(Runs, "alone", counted)
    return taken


@pytest.mark.slow
def test_what_can_not_be_run_is_tried_once_in_each_width(asked: list[bool]) -> None:
    """Each try takes time of the questions about it, and there are several ways to take its layers."""
    assert not evidence(UNRUN, *POOLED).reading.supposed
    assert asked == [False, True]


@pytest.mark.slow
def test_a_network_whose_code_counts_channels_is_run_with_all_of_them(
    asked: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By `w.view(1, 4096, 1, 1)`, say, which few of them don't fit."""
    shapes = Runs.shapes

    def fewer(runs: Runs, n_class: int) -> dict[str, Shape]:
        """Give fewer channels to one layer than its code counts, as all layers have fewer."""
        made = dict(shapes(runs, n_class))
        return made if runs.wide else made | {"score.weight": (n_class, 12, 1, 1)}

    monkeypatch.setattr(Runs, "shapes", fewer)
    found = evidence((SCORE, PRODUCTS))

    assert found.is_reference
    assert found.reading.supposed
    assert asked == [False, True]


@pytest.mark.slow
def test_a_network_that_is_read_is_run_no_more_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one that can't be read, and that has the assignment's parameters, is tried."""
    monkeypatch.setattr(Runs, "alone", None)

    narrow = [
        ("self.fc7 = nn.Conv2d(24, 24, 1)", "self.fc7 = nn.Conv2d(24, 20, 1)"),
        ("self.score = nn.Conv2d(24, ", "self.score = nn.Conv2d(20, "),
    ]

    assert evidence().is_reference
    assert not evidence(*narrow).is_reference
    assert not evidence(("self.pool5(F", "(F"), network="FCN32s").is_reference
