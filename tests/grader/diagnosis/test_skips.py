"""Skips are named by where they come from, what they go through, and how they join."""

from __future__ import annotations

import pytest

from grader.diagnosis.skips import skip_findings
from tests.grader.diagnosis.way_up import (
    CROP8,
    CROP32,
    FINDERS,
    JOIN3,
    JOIN4,
    POOL3,
    POOL4,
    said,
)
from tests.grader.slim import Edit, edited, reading_of

UPSCORE1 = "self.upscore1 = nn.Conv"
LEARNT = (UPSCORE1, f"self.alpha = nn.Parameter(torch.ones(1)); {UPSCORE1}")
KEPT = (UPSCORE1, f"self.register_buffer('alpha', torch.ones(1)); {UPSCORE1}")


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        (
            [LEARNT, (POOL4, "s = self.alpha * self.score_pool_4(pool4)")],
            "is multiplied by a learnt parameter",
        ),
        ([LEARNT, (POOL3, POOL3 + " * self.alpha.sigmoid()")], "is multiplied by a learnt parameter"),
        (
            [LEARNT, (POOL4, "s = self.score_pool_4(self.alpha * pool4)")],
            "is multiplied by a learnt parameter",
        ),
        ([LEARNT, (POOL4, "s = self.alpha + self.score_pool_4(pool4)")], "has a learnt parameter added"),
        ([KEPT, (POOL3, POOL3 + " / self.alpha")], "is divided by a buffer"),
        ([(JOIN3, "pass")], "the pool3 skip is missing"),
        ([(JOIN4, JOIN4.replace("h + s", "h - s"))], "the pool4 skip is subtracted, it must be added"),
        ([(JOIN4, JOIN4.replace("h + s", "h + 0.5 * s"))], "the pool4 skip is scaled by 0.5"),
        ([(POOL3, POOL3 + " * 1e-4")], "the pool3 skip is scaled by 0.0001"),
        ([(POOL4, "s = self.score_pool_4(pool4 * 0.01)")], "the pool4 skip is scaled by 0.01"),
        ([(JOIN4, JOIN4.replace("h + s", "h * s"))], "the pool4 skip is multiplied, it must be added"),
        ([(JOIN4, JOIN4.replace("h + s", "h / s"))], "the pool4 skip is divided, it must be added"),
        ([(POOL4, POOL4 + ".flip(3)")], "the pool4 skip goes through flip, which the assignment does not do"),
        ([(POOL4, POOL4 + " + 1")], "the pool4 skip has 1 added, which the assignment does not do"),
        (
            [(JOIN3, JOIN3 + "; h = h / 2")],
            "the sum with the pool3 skip is multiplied by 0.5, it must be a plain sum",
        ),
        (
            [(JOIN3, "h = 2 * h; " + JOIN3)],
            "upscore2's output is multiplied by 2 before the skip joins",
        ),
        (
            [(JOIN4, "h = torch.stack((h, s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)])).mean(0)")],
            "the pool4 skip is averaged with what it joins, it must be added",
        ),
        (
            [(JOIN4, "h = torch.maximum(h, s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)])")],
            "the pool4 skip is joined by a maximum, it must be added",
        ),
        (
            [
                (JOIN4, "h = torch.cat([h, s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)]], 1)"),
                (
                    "self.upscore2 = nn.ConvTranspose2d(n_class,",
                    "self.upscore2 = nn.ConvTranspose2d(2 * n_class,",
                ),
                ("layer.weight.data.copy_(bilinear(n_class, layer.kernel_size[0]))", "pass"),
            ],
            "the pool4 skip is concatenated, it must be added",
        ),
        (
            [
                (
                    "pool4 = h = self.pool4(F.relu(self.conv4_3(h)))",
                    "pool4 = F.relu(self.conv4_3(h)); h = self.pool4(pool4)",
                )
            ],
            "the pool4 skip is taken from conv4_3 (before the pooling), it must be taken from pool4",
        ),
        (
            [
                (
                    "pool4 = h = self.pool4(F.relu(self.conv4_3(h)))",
                    "pool4 = self.conv4_3(h); h = self.pool4(F.relu(pool4))",
                )
            ],
            "the pool4 skip is taken from conv4_3 before its ReLU, it must be taken from pool4",
        ),
    ],
)
def test_a_skip_is_named_by_how_it_joins(edits: list[Edit], words: str) -> None:
    """Missing, scaled, subtracted, otherwise joined or taken elsewhere: one finding under the skips."""
    found = said(*edits)

    assert words in "; ".join(found["skips"])
    assert len(found["skips"]) == 1


def test_a_skip_of_a_missing_pool_is_taken_from_where_that_would_be() -> None:
    """The pool is paid for, and the skip is no second fault."""
    found = said(("self.pool3(F.relu(self.conv3_3(h)))", "F.relu(self.conv3_3(h))"))
    assert "skips" not in found


@pytest.mark.parametrize(
    ("join", "words"),
    [
        ("h - 0.5 * s", ("subtracted", "scaled by 0.5")),
        ("torch.maximum(h, 0.5 * s)", ("joined by a maximum", "scaled by 0.5")),
        ("0.5 * h + 0.25 * s", ("scaled by 0.25", "upscore1's output is multiplied by 0.5")),
    ],
)
def test_two_faults_of_a_join_are_both_named(join: str, words: tuple[str, ...]) -> None:
    """How it joins, its sign and its factor."""
    crop = "s = s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)]"

    found = said((JOIN4, f"{crop}; h = {join}"))

    assert list(found) == ["skips"]
    assert len(found["skips"]) == len(words)
    assert all(word in "; ".join(found["skips"]) for word in words)


def test_rows_that_are_left_out_are_no_other_start() -> None:
    """A stride in the crop is told as what it is."""
    found = said((CROP32, "h[:, :, 19:19 + 2 * x.size(2):2, 19:19 + x.size(3)]"), network="FCN32s")

    assert found == {
        "forward": ["the output of upscore keeps one of 2 rows, which the assignment does not do"]
    }


@pytest.mark.parametrize(
    ("edits", "network"),
    [
        (((CROP32, "h"),), "FCN32s"),
        (((JOIN3, "pass"),), "FCN8s"),
        (((CROP8, "h.flip(2)"),), "FCN8s"),
        (((JOIN4, JOIN4 + "; h = h + s.mean()"),), "FCN8s"),
    ],
)
def test_each_finding_has_a_place_and_a_found_value(edits: tuple[Edit, ...], network: str) -> None:
    """What is missing points to the line behind which it should stand."""
    reading = reading_of(edited(*edits), network)
    found = [finding for finder in FINDERS for finding in finder(reading)]

    assert found
    assert all(finding.place and finding.actual for finding in found)


def test_the_place_of_a_scaled_skip_is_the_line_of_the_factor() -> None:
    """Where it was made wrong, not where the sum uses it."""
    reading = reading_of(edited((POOL3, "third = pool3 * 0.01\n        s = self.score_pool_3(third)")))

    (found,) = skip_findings(reading)

    source = edited((POOL3, "third = pool3 * 0.01\n        s = self.score_pool_3(third)")).split("\n")
    assert found.place is not None
    assert "third = pool3 * 0.01" in source[found.place.line - 1]


def test_skips_that_join_after_each_others_upscores_are_named() -> None:
    """Where the two skips are swapped, both are told."""
    found = said(
        (POOL4, "s = F.pad(self.score_pool_3(pool3), (20,) * 4)"),
        (POOL3, "s = F.pad(self.score_pool_4(pool4), (30,) * 4)"),
    )

    assert "the pool4 skip joins after upscore2, it must join after upscore1" in found["skips"]
    assert "the pool3 skip joins after upscore1, it must join after upscore2" in found["skips"]


def test_a_skip_that_is_added_after_the_last_upscore_is_named() -> None:
    """A skip may join too late."""
    found = said(
        (JOIN3, "late = s"),
        (
            "h = self.upscore3(h)",
            "h = self.upscore3(h); h = h + F.pad(late, (90,) * 4)[:, :, :h.size(2), :h.size(3)]",
        ),
    )

    assert any("the pool3 skip joins after upscore3" in words for words in found["skips"])


def test_a_skip_from_another_pool_is_named() -> None:
    """A skip that begins at the wrong pool says at which."""
    found = said(
        (POOL4, "s = self.score_pool_4(F.interpolate(pool3, scale_factor=1).repeat(1, 2, 1, 1))"),
    )

    assert any("the pool4 skip is taken from pool3" in words for words in found["skips"])


def test_a_join_of_no_skip_is_named() -> None:
    """What joins on the way up and is no skip of the assignment is told."""
    found = said(("h = self.upscore2(h)", "h = self.upscore2(h); h = h + h.mean()"))

    assert any("which the assignment does not do" in words for words in found.get("skips", []))


def test_a_skip_before_the_pooling_is_the_pooled_value_in_another_order() -> None:
    """Pooling before the ReLU gives the same skip."""
    late = (
        "pool4 = h = self.pool4(F.relu(self.conv4_3(h)))",
        "pool4 = h = F.relu(self.pool4(self.conv4_3(h)))",
    )

    assert said(late) == {}


def test_a_skip_taken_before_a_late_relu_is_named() -> None:
    """Where the ReLU follows the pooling, a skip taken in between lacks it."""
    found = said(
        (
            "pool4 = h = self.pool4(F.relu(self.conv4_3(h)))",
            "pool4 = self.pool4(self.conv4_3(h)); h = F.relu(pool4)",
        )
    )

    assert found == {
        "skips": ["the pool4 skip is taken from pool4 before its ReLU, it must be taken from pool4"]
    }


def test_a_skip_that_is_another_ones_is_that_fault_alone() -> None:
    """Its crop is the other's as well."""
    found = said(
        (POOL3, "pass"),
        (JOIN3, "h = h + F.pad(t, (0, 12, 0, 12))[:, :, :h.size(2), :h.size(3)]"),
        (JOIN4, "t = s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)]; h = h + t"),
    )

    assert found == {"skips": ["the pool3 skip is taken from pool4, it must be taken from pool3"]}


def test_a_skip_that_is_never_computed_is_placed_at_the_next_layer() -> None:
    """Which takes what lacks it."""
    source = edited((POOL3, "pass"), (JOIN3, "pass"))
    (found,) = skip_findings(reading_of(source))

    assert found.place is not None
    assert source.split("\n")[found.place.line - 1].strip() == "h = self.upscore3(h)"
