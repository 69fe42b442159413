"""What hides a target from every later look is corrected, said, and the student's own text is kept."""

from __future__ import annotations

from grader.intake.code.corrections import corrected, targets
from grader.intake.code.statements import Source

GOOD = "class FCN8s(nn.Module):\n    def forward(self, x):\n        return x"
BROKEN = GOOD.replace("x):", "x)")


def test_a_broken_target_is_mended() -> None:
    """With the line and the words of Python; its own text is what is quoted."""
    [((source,), (slip,))] = corrected([(Source("cell 4", BROKEN),)])

    assert (source.text, source.written) == (GOOD, BROKEN)
    assert (slip.target, slip.cause, slip.place.label, slip.place.line) == (
        "FCN8s",
        "code.syntax",
        "cell 4",
        2,
    )
    assert "expected" in slip.told


def test_where_another_version_parses_the_broken_one_does_not_count() -> None:
    """As in the notebook itself."""
    sources = (Source("cell 1", GOOD), Source("cell 2", BROKEN))
    assert corrected([sources]) == [(sources, ())]


def test_a_broken_cell_without_a_target_is_left() -> None:
    """It costs only itself."""
    sources = (Source("cell 1", GOOD), Source("cell 2", "x = (1"))
    assert corrected([sources]) == [(sources, ())]


def test_a_broken_helper_is_mended_where_a_target_needs_it() -> None:
    """Once, for the first target, in whatever file, and with a helper that only it needs."""
    model = GOOD.replace("return x", "return up(x)")
    files = [
        (
            Source("blocks.py", "def up(x)\n    return conv(x)\n"),
            Source("more", "def conv(x:\n    return x\n"),
        ),
        (Source("cell 1", model.replace("FCN8s", "FCN32s")), Source("cell 2", model)),
    ]

    [(helpers, slips), (_, others)] = corrected(files)

    assert [source.parsed[1] for source in helpers] == [[], []]
    assert [(slip.target, slip.cause, slip.place.label) for slip in slips] == [
        ("FCN32s", "code.syntax", "blocks.py"),
        ("FCN32s", "code.syntax", "more"),
    ]
    assert not others


def test_a_target_under_another_name_is_renamed_everywhere() -> None:
    """In all files, but not inside other names."""
    model = GOOD.replace("FCN8s", "FCN8")
    files = [(Source("a.py", model),), (Source("cell 1", "from a import FCN8\nFCN8b = FCN8()"),)]

    [(_, (slip,)), ((other,), others)] = corrected(files)

    assert not others
    assert other.text == "from a import FCN8s\nFCN8b = FCN8s()"
    assert (slip.target, slip.cause, slip.words) == ("FCN8s", "code.name", "FCN8 read as FCN8s")


def test_a_target_in_a_function_is_had_at_the_top() -> None:
    """For nothing where it has its own name, else for that of its name."""
    inside = "def make():\n" + "\n".join(f"    {line}" for line in GOOD.split("\n")) + "\n    return FCN8s()"

    [((own,), none)] = corrected([(Source("cell 1", inside),)])
    [((other,), (slip,))] = corrected([(Source("cell 1", inside.replace("FCN8s", "FCN8")),)])

    assert targets(own) == targets(other) == {"FCN8s"}
    assert (none, slip.cause) == ((), "code.name")


def test_a_text_begins_a_target_even_where_it_does_not_parse() -> None:
    """Also where a letter of the keyword is wrong."""
    assert targets(Source("cell 1", BROKEN)) == {"FCN8s"}
    assert targets(Source("cell 1", GOOD.replace("class", "clas"))) == {"FCN8s"}


def test_an_assignment_written_as_an_annotation_is_one() -> None:
    """Where no type stands behind the colon: in the last definition of a target."""
    written = "class FCN8s(nn.Module):\n    def forward(self, x):\n        h: self.conv(x)\n        y: int\n"
    [((source,), (slip,))] = corrected([(Source("cell 4", written),)])

    assert source.text == written.replace("h: self", "h = self")
    assert (slip.target, slip.cause, slip.place.line) == ("FCN8s", "code.annotated", 3)
    assert slip.words == "read as `h = self.conv(x)`"


def test_what_is_annotated_with_a_type_stays() -> None:
    """A field of a data class, a class, a list of one, a layer that is made below."""
    fields = "class FCN8s(nn.Module):\n    width: field(default=3)\n    def __init__(self):\n"
    sources = (Source("cell 4", f"{fields}        self.a: nn.Module\n        y: list[self.Map]\n"),)
    assert corrected([sources]) == [(sources, ())]
