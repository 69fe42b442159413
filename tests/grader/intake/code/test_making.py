from __future__ import annotations

import pytest

from grader.intake.code.making import made_wrong
from grader.records.reason import UNAPPLIED, Cause, Place, Reason

HELPER = "def cut(large, start):\n    return large[start:]\n"
CALL = "def forward(x):\n    return cut(x, 32)\n"


def where(text: str, line: int, got: object, *callers: int, want: int = 31) -> int:
    """The line that a fault is found at, which was seen at a line with these above it."""
    place = Place("cell 1", line, callers=tuple(Place("cell 1", caller) for caller in callers))
    cause = Cause("crop.offset", {"got": got, "want": want})  # type: ignore[dict-item]
    found = made_wrong(Reason(place=place, cause=cause), {"cell 1": text})
    assert found is not None
    return found.line


def test_the_line_that_holds_the_number_is_the_place() -> None:
    """Not the helper that is given it, nor what calls the caller."""
    assert where(HELPER + CALL, 2, 32, 4, 1) == 4
    assert where(HELPER + CALL, 2, "row 32 and column 31", 4) == 4


def test_a_line_that_computes_is_the_place_where_no_caller_holds_the_number() -> None:
    """As it was seen."""
    assert where(HELPER + CALL, 2, 30, 4) == 2
    assert where(HELPER + CALL, 2, "the middle", 4) == 2


@pytest.mark.parametrize("table", ["SIZES = [64, 192, 256]", "WIDTHS = {'a': 192}", "width = 192"])
def test_a_table_is_the_place_of_its_number(table: str) -> None:
    """Where it stands once, in a list or under a name."""
    assert where(f"{table}\nfor size in SIZES:\n    layer(size)", 3, 192, want=256) == 1


def test_a_table_beside_a_caller_is_the_place_of_its_number() -> None:
    """Though the helper that is given the number stands in another cell."""
    texts = {"cell 1": HELPER, "cell 2": "for start in (32, 9):\n    x = cut(x, start)\n"}
    place = Place("cell 1", 2, callers=(Place("cell 2", 2),))
    cause = Cause("crop.offset", {"got": 32, "want": 31})

    assert made_wrong(Reason(place=place, cause=cause), texts) == Place("cell 2", 1)


def test_the_table_that_holds_all_wrong_numbers_of_a_layer_is_their_place() -> None:
    """Not one beside the helper that holds but one of them; for one number, no other cell is looked at."""
    kernel, stride = (
        Cause(f"layer.{name}", {"layer": "upscore3", "got": got, "want": want})
        for name, got, want in (("kernel", 32, 16), ("stride", 16, 8))
    )
    texts = {"cell 1": "ups = {'up': (64, 32)}\nmake(k, s)\n", "cell 2": "ups = {'up8': (32, 16)}\n"}
    both = Reason(place=Place("cell 1", 2), cause=Cause(kernel.id, kernel.parameters, (stride,)))

    assert made_wrong(both, texts) == Place("cell 2", 1)
    assert made_wrong(Reason(place=Place("cell 1", 2), cause=stride), texts) == Place("cell 1", 2)


@pytest.mark.parametrize("other", ["layer(192, 5)", "SIZES = [1]\nx = 192\ny = [192]", "x = 190 + 192"])
def test_a_number_in_another_call_is_no_place(other: str) -> None:
    """Nor one that stands in several lines, nor part of a sum."""
    text = f"for size in SIZES:\n    layer(size)\n{other}"

    assert where(text, 2, 192, want=256) == 2


def test_a_layer_that_is_left_out_is_placed_at_the_loop() -> None:
    """Not at the line that copies the others; where its bias alone is left out, at that line."""
    text = "for a in b:\n    for c in d:\n        x = a\n        y = c"
    weight, bias = (Cause("copy.missing", {"parameter": f"conv1_1.{kind}"}) for kind in ("weight", "bias"))
    both = Cause(weight.id, weight.parameters, (bias,))
    lines = [
        made_wrong(Reason(place=Place("cell 1", 3), cause=cause), {"cell 1": text}) for cause in (both, bias)
    ]

    assert lines == [Place("cell 1", 2), Place("cell 1", 3)]


@pytest.mark.parametrize(
    ("row", "line"),
    [("p.requires_grad = False", 4), ("p.requires_grad_(False)", 4), ("pass  # requires_grad = 0", 2)],
)
def test_a_frozen_layer_is_placed_where_gradients_are_turned_off(row: str, line: int) -> None:
    """Below the line that makes it, which is the place where none is seen."""
    text = f"q.requires_grad = True\nself.up = up()\nfor p in self.parameters():\n    {row}"
    cause = Cause("gradients.frozen", {"layers": "upscore"})

    assert made_wrong(Reason(place=Place("cell 1", 2), cause=cause), {"cell 1": text}) == Place(
        "cell 1", line
    )


@pytest.mark.parametrize("text", ["", "x = (", "\x00", "(" * 3000])
def test_any_text_has_places(text: str) -> None:
    """Also one that does not parse, and a line that is not there."""
    assert where(text, 7, 192) == 7


def test_nothing_without_a_place_has_one() -> None:
    """A fault that no line was seen for is placed by its subject."""
    assert made_wrong(Reason("x"), {}) is None


TABLE = "SIZES = [64, 64, 128]\nfor size in SIZES:\n    for twice in range(2):\n        layer(size)"


@pytest.mark.parametrize(
    "text, line, found",
    [
        (TABLE, 4, 1),
        (TABLE.replace("SIZES = [64, 64, 128]", "SIZES = 'M 64 M'"), 4, 1),
        (TABLE.replace("SIZES = [64, 64, 128]", "SIZES = sizes()"), 4, 3),
        (f"{TABLE}\nlayer(1)", 5, 5),
        (
            "SIZES = [1, 2, 3]\ndef make(sizes):\n    for size in sizes:\n        layer(size)\nmake(SIZES)",
            4,
            1,
        ),
    ],
)
def test_a_layer_that_is_missing_is_placed_where_what_makes_them_is_listed(
    text: str, line: int, found: int
) -> None:
    """Else at the loop; what stands in none has its own line."""
    place = Place("cell 1", line, callers=(Place("cell 1", 5),))
    reason = Reason(place=place, cause=Cause("layer.missing", {"layer": "conv1_2"}))

    assert made_wrong(reason, {"cell 1": text}) == Place("cell 1", found)


def test_a_layer_that_is_made_and_not_applied_is_placed_at_the_loop() -> None:
    """What it was made from is right."""
    reason = Reason(
        actual=UNAPPLIED, place=Place("cell 1", 4), cause=Cause("layer.missing", {"layer": "fc7"})
    )

    assert made_wrong(reason, {"cell 1": TABLE}) == Place("cell 1", 3)
