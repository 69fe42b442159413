"""What takes channels together, read as a sum over them."""

from __future__ import annotations

import ast

import pytest

from grader.mending.reductions import UNSUMMED, Summed, summed
from grader.records.submission import Chunk, Module, Slice

HEAD = "def returnCAM(f, w, idx):\n    p = w * f\n    cam = {}\n    return cam"


def of(code: str, more: str = "", source: str = HEAD) -> list[Summed]:
    """The changes of a function whose second line makes the map."""
    chunks = (Chunk("cell 3", 1, source.format(code)), *([Chunk("cell 4", 1, more)] if more else []))
    return list(summed(Slice((Module("submission", chunks),)), "returnCAM"))


@pytest.mark.parametrize(
    ("code", "want", "how"),
    [
        ("p.sum(1)", "p.sum(0)", "the sum is taken over rows, not over channels"),
        ("p.sum(axis=-1)", "p.sum(0)", "the sum is taken over columns, not over channels"),
        ("p.sum((1, 2))", "p.sum(0)", "the sum is taken over rows and columns, not over channels"),
        ("np.sum(p, 0)", "p.sum((0, 1))", "the sum is taken over the batch, not over channels"),
        ("sum(p)", "p.sum((0, 1))", "the sum is taken over the batch, not over channels"),
        ("p.sum(1)", "p.sum((0, 1))", ""),
        ("p.sum()", "p.sum(0)", "taken over channels, rows and columns, not over channels alone"),
        ("p.mean(1)", "p.sum(0)", "the mean is taken over rows, not the sum over channels"),
        ("np.amax(p, axis=0)", "p.sum(0)", "the largest product is taken instead of the sum"),
        ("p.max(1)[0]", "p.sum(0)", "the largest product is taken over rows, not the sum over channels"),
        ("p.min(dim=1).values", "p.sum(1)", "the smallest product is taken instead of the sum"),
        ("np.linalg.norm(p, axis=0)", "p.sum(0)", "the norm is taken instead of the sum"),
        ("np.einsum('c,chw->ch', w, f)", "np.einsum('c,chw->hw', w, f)", "over columns, not over channels"),
        ("np.einsum('c,chw->chw', w, f)", "np.einsum('c,chw->hw', w, f)", "are not summed over channels"),
        ("w * f[0]", "(w * f[0]).sum(0)", "the products are not summed over channels"),
        ("np.multiply(w, f)", "np.multiply(w, f).sum(1)", "the products are not summed over channels"),
    ],
)
def test_it_is_told_what_is_taken_instead(code: str, want: str, how: str) -> None:
    """In the words of the step, with what is meant."""
    found = {each.want: each for each in of(code) if each.got == f"`{code}`" and how in each.how}

    assert found[f"`{want}`"].line == 3
    ast.parse(found[f"`{want}`"].source)


@pytest.mark.parametrize(
    "code", ["p / np.linalg.norm(p, axis=1)", "p - p.mean(1)", "p / (p.max(1, keepdims=True) + 1e-8)"]
)
def test_what_scales_values_is_no_map(code: str) -> None:
    """A norm that features are divided by is none in the sum's place."""
    assert {each.how for each in of(code)} <= {UNSUMMED}


@pytest.mark.parametrize("code", ["p.sum(0)", "p.mean(0)", "p.sum(axis)", "p.max(9)", "p.T"])
def test_a_sum_over_channels_of_three_axes_is_none_of_them(code: str) -> None:
    assert not [each for each in of(code) if each.got == f"`{code}`" and each.want == "`p.sum(0)`"]


@pytest.mark.parametrize(
    ("code", "taken"),
    [
        ("f.reshape(4, 2 * 2).min()", False),
        ("np.max(f)", False),
        ("(w * f).max()", True),
        ("np.sum(np.multiply(w, f).squeeze())", True),
    ],
)
def test_the_ends_of_a_map_are_no_sum(code: str, taken: bool) -> None:
    """What takes all together is meant for a sum where it takes products."""
    told = [each.how for each in of(code) if each.got == f"`{code}`" and each.how != UNSUMMED]

    assert bool(told) == taken


def test_what_is_long_is_told_by_its_last_call() -> None:
    """For the rest is the same."""
    products = "weights_of_the_class[:, None, None] * features_of_the_last_layer[0]"

    assert {each.got for each in of(f"({products}).sum(1)")} >= {"`(...).sum(1)`"}
    assert {each.got for each in of(f"np.sum({products}, 1)")} >= {"`np.sum(..., 1)`"}


def test_what_a_name_was_bound_to_is_bound_again() -> None:
    """A method that stands behind the name is another one by then."""
    method = "class Cam:\n    def run(self, f, w, idx):\n        return {}"
    found = of("(w * f).sum(1)", "returnCAM = Cam().run", method)[0]

    assert [each.source for each in found.modules[0].chunks][1:] == ["returnCAM = Cam().run"]
    assert found.modules[0].chunks[0].source.endswith("return ((w * f).sum(0))")
