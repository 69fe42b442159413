"""Where numbers that rows and columns are taken by start, and along which axis they are counted."""

from __future__ import annotations

import pytest

from tests.grader.slim import edited, reading_of

CROP = "h[:, :, 19:19 + x.size(2), 19:19 + x.size(3)]"
ROWS, COLUMNS = "torch.arange(18, 18 + x.size(2))", "(torch.arange(x.size(3)) + 20 - 2)"
SIZES = "1, 12, x.size(2), {}"
TALL, WIDE = (SIZES.format(size) for size in ("h.size(3)", "x.size(3)"))
ACROSS = f".gather(3, {COLUMNS}.expand({WIDE}))"


@pytest.mark.parametrize(
    "taken",
    [
        f"h.gather(2, {ROWS}.view(1, 1, -1, 1).expand({TALL})){ACROSS}",
        f"h.gather(2, {ROWS}.reshape(-1, 1).expand({TALL})){ACROSS}",
        f"h.gather(2, {ROWS}[None, :, None].repeat(1, 12, 1, h.size(3))){ACROSS}",
        f"h[..., 18:].gather(2, {ROWS}.unsqueeze(-1).unsqueeze(0).expand({WIDE}))",  # and columns from 0
        f"h.take_along_dim({ROWS}.view(1, 1, -1, 1), -2).take_along_dim({COLUMNS}[None, None, None], 3)",
        f"h[(..., *torch.meshgrid({ROWS}, {COLUMNS}, indexing='ij'))]",
    ],
)
def test_what_is_gathered_by_counted_numbers_is_a_crop(taken: str) -> None:
    """However they are spread over the map."""
    *_, step = reading_of(edited((CROP, taken)), "FCN32s").path.steps

    assert (step.op, step["top"], step["left"]) == ("crop", 18, 18)


@pytest.mark.parametrize(
    "taken",
    [
        f"h.gather(3, {ROWS}.view(-1, 1).expand({TALL}))",  # along the other axis
        f"h.gather(2, {ROWS}.flip(0).view(-1, 1).expand({TALL}))",
        f"h.gather(2, {ROWS}.expand(2, -1).reshape(-1, 1).expand(1, 12, -1, 70))",  # twice over
        f"h.gather(2, (2 * {ROWS}).clamp(max=60).view(-1, 1).expand({TALL}))",
        f"h.gather(2, {ROWS}.repeat(2)[:x.size(2)].view(-1, 1).expand({TALL}))",
        f"h.gather(2, {ROWS}.view(-1, 1).expand(1, 6, x.size(2), h.size(3)))",  # half of the channels
        f"h.gather(2, torch.arange(x.size(2)).add(9, alpha=2).view(-1, 1).expand({TALL}))",
        "h.gather(2, torch.arange(0, x.size(2), 2).view(-1, 1).expand(1, 12, (x.size(2) + 1) // 2, 70))",
    ],
)
def test_other_numbers_are_no_crop(taken: str) -> None:
    """Those in another order or of another axis, and those of some of the channels."""
    *_, step = reading_of(edited((CROP, taken)), "FCN32s").path.steps

    assert step.op == "aten.gather.default"


def test_a_window_that_is_laid_over_the_numbers_of_a_map_is_a_crop() -> None:
    """Where its rows lie one behind the other; none that begins in another channel."""
    taken = "h.as_strided((*h.shape[:2], *x.shape[2:]), {}, {})"
    laid, other, far = (
        reading_of(edited((CROP, taken.format(*strides))), "FCN32s").path.steps[-1]
        for strides in (
            ("h.stride()", "18 * h.stride(2) + 20"),
            ("[0, *h.stride()[2:], 1]", "18"),
            ("h.stride()", "h.stride(1) + 18"),
        )
    )

    assert (laid.op, laid["top"], laid["left"]) == ("crop", 18, 20)
    assert {other.op, far.op} == {"aten.as_strided.default"}
