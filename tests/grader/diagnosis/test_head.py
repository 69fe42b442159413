from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from grader.diagnosis.head import (
    crop_findings,
    logit_findings,
    other_findings,
    skip_crop_findings,
    skip_findings,
)
from grader.network.reading import Reading
from grader.records.reason import Reason
from tests.grader.diagnosis.paying import payer_of
from tests.grader.slim import SOURCE, Edit, edited, reading_of

Finder = Callable[[Reading], Iterator[Reason]]
FINDERS: tuple[Finder, ...] = (
    crop_findings,
    skip_findings,
    skip_crop_findings,
    logit_findings,
    other_findings,
)
CROP32 = "h[:, :, 19:19 + x.size(2), 19:19 + x.size(3)]"
CROP8 = "h[:, :, 31:31 + x.size(2), 31:31 + x.size(3)]"
MIDDLE = "h[:, :, (h.size(2) - x.size(2)) // 2:, (h.size(3) - x.size(3)) // 2:][:, :, :x.size(2), :x.size(3)]"
POOL4 = "s = self.score_pool_4(pool4)"
POOL3 = "s = self.score_pool_3(pool3)"
JOIN4 = "h = h + s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)]"
JOIN3 = "h = h + s[:, :, 9:9 + h.size(2), 9:9 + h.size(3)]"
PLACE3 = "s[:, :, 9:9 + h.size(2), 9:9 + h.size(3)]"


def said(*edits: Edit, network: str = "FCN8s") -> dict[str, list[str]]:
    """What is said of the way up after these edits, by line."""
    reading = reading_of(edited(*edits), network)
    by_line: dict[str, list[str]] = {}
    for finder in FINDERS:
        for finding in finder(reading):
            line = payer_of(finding, skips=bool(reading.architecture.skips))
            assert line is not None
            by_line.setdefault(line, []).append(finding.text)
    return by_line


@pytest.mark.parametrize("network", ["FCN32s", "FCN8s"])
def test_nothing_is_said_of_the_right_way_up(network: str) -> None:
    """A right network has no findings after its score layer."""
    assert said(network=network) == {}


# --- the output's crop --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("h[:, :, 18:18 + x.size(2), 18:18 + x.size(3)]", "the crop starts at 18, it must start at 19"),
        (
            "h[:, :, 19:19 + x.size(2), 20:20 + x.size(3)]",
            "the crop starts at row 19 and column 20, it must start at 19",
        ),
        ("h[:, :, :x.size(2), :x.size(3)]", "the crop starts at 0, it must start at 19"),
        ("h[:, :, 10:, 10:][:, :, 8:8 + x.size(2), 8:8 + x.size(3)]", "the crop starts at 18"),
        ("h[:, :, -x.size(2):, -x.size(3):]", "the crop is taken from the end, it must start at 19"),
        (
            MIDDLE,
            "the crop is taken from the middle, it must start at 19",
        ),
        ("F.interpolate(h, x.shape[2:])", "the output is resized by interpolation, it must be cropped"),
        ("h", "the output is not cropped, it must be cut from row and column 19"),
        ("F.adaptive_avg_pool2d(h, x.shape[2:])", "the output is resized"),
        ("h[:, :, -x.size(2) - 1:-1, -x.size(3) - 1:-1]", "the crop starts at 1 before the end"),
    ],
)
def test_the_crop_is_named_by_where_it_starts(new: str, words: str) -> None:
    """Offsets, interpolation and no crop at all are the crop line's faults, and nobody else's."""
    found = said((CROP32, new), network="FCN32s")

    assert list(found) == ["crop"]
    assert words in found["crop"][0]


def test_fcn8s_is_cropped_from_31() -> None:
    """Each network has its own offset."""
    assert said((CROP8, "h[:, :, 19:19 + x.size(2), 19:19 + x.size(3)]")) == {
        "crop": ["the crop starts at 19, it must start at 31"]
    }


def test_a_crop_by_index_is_left_to_the_numbers() -> None:
    """A selection that can't be read as a window isn't called a missing crop."""
    found = said((CROP32, "h[:, :, torch.arange(x.size(2)) + 19][..., 19:19 + x.size(3)]"), network="FCN32s")

    assert "not cropped" not in str(found)


def test_the_crop_points_at_its_line() -> None:
    """A wrong crop is found at the line that crops."""
    (found,) = crop_findings(reading_of(edited((CROP32, CROP32.replace("19", "18"))), "FCN32s"))

    assert found.place is not None
    assert CROP32 in SOURCE.splitlines()[found.place.line - 1]


# --- skips --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edits", "words"),
    [
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


# --- the skips' crops ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (
            "s[:, :, 8:8 + h.size(2), 8:8 + h.size(3)]",
            "the pool3 skip's crop starts at 8, it must start at 9",
        ),
        (
            "s[:, :, 9:9 + h.size(2), 4:4 + h.size(3)]",
            "the pool3 skip's crop starts at row 9 and column 4, it must start at 9",
        ),
        (
            "s[:, :, -h.size(2):, -h.size(3):]",
            "the pool3 skip's crop is taken from the end, not from 9 for every size",
        ),
        ("F.interpolate(s, h.shape[2:])", "the pool3 skip is resized, it must be cropped from 9"),
        ("s.mean((2, 3), keepdim=True)", "the pool3 skip is not cropped"),
    ],
)
def test_a_skips_crop_is_named_by_where_it_starts(new: str, words: str) -> None:
    """Each skip has its own offset; interpolation is no crop."""
    found = said((JOIN3, f"h = h + {new}"))

    assert found["skip_crops"] == [words]


def test_cropping_the_other_side_is_named() -> None:
    """Where the upscored map is cropped before it meets the skip, that is told too."""
    found = said((JOIN3, "h = h[:, :, 1:-1, 1:-1]; h = h + " + PLACE3))

    assert found["skip_crops"] == [
        "upscore2's output is cropped before the skip joins; the skip is what must be cropped"
    ]


# --- what comes out -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "name"),
    [
        (f"{CROP8}.softmax(1)", "softmax"),
        (f"F.log_softmax({CROP8}, 1)", "log_softmax"),
        (f"torch.sigmoid({CROP8})", "sigmoid"),
        (f"{CROP8}.argmax(1)", "argmax"),
        (f"{CROP8}.max(1)[0]", "max"),
        (f"{CROP8}.max(1)[1]", "max"),
        (f"{CROP8}.topk(1, 1)[0]", "topk"),
        (f"F.softmax(h, 1){CROP8[1:]}", "softmax"),
    ],
)
def test_an_output_that_is_no_logits_is_named(new: str, name: str) -> None:
    """Softmax, sigmoid, argmax and their like after the last layer are the logits line's fault alone."""
    found = said((CROP8, new))

    assert list(found) == ["logits"]
    assert f"the output went through {name}: logits are expected" in found["logits"][0]


# --- anything else ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (
            ("self.fc6(h)", "self.fc6(h * 2)"),
            "the output of pool5 is multiplied by 2, which the assignment does not do",
        ),
        (("self.conv1_1(x)", "self.conv1_1(x / 255)"), "the input is multiplied by 0.003922, which"),
        (("self.fc6(h)", "self.fc6(F.instance_norm(h))"), "goes through a normalisation layer"),
        (("self.conv3_1(h)", "self.conv3_1(h.flip(3))"), "the output of pool2 goes through flip, which"),
        (
            ("self.conv4_2(h)", "self.conv4_2(h) + h"),
            "the output of conv4_2 is joined by a second branch, which",
        ),
        (
            ("self.conv5_1(h)", "self.conv5_1(h[:, :, 1:])"),
            "the output of pool4 is cropped from (1, 0), which",
        ),
        (("self.score(h)\n", "self.score(h) * 3\n"), "the output of score is multiplied by 3, which"),
        (
            ("self.upscore3(h)\n", "self.upscore3(h) / 2\n"),
            "the output of upscore3 is multiplied by 0.5, which",
        ),
    ],
)
def test_a_step_that_no_line_has_is_the_forward_lines(edit: Edit, words: str) -> None:
    """Scaling, normalising, flipping, residual links and crops on the way down are told by their place."""
    found = said(edit)

    assert any(words in rationale for rationale in found["forward"]), found
    assert set(found) == {"forward"}
