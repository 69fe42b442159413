"""What is looked up and was never entered is read as the assignment's."""

from __future__ import annotations

from grader.mending.edits import Mend
from grader.mending.entries import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

CODE = """\
class FCN8s(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.convs = [nn.Conv2d(*each, 3) for each in self.SHAPES]
        self.ups = nn.ModuleDict({"2": nn.ConvTranspose2d(classes, classes, 4, 2)})
        self.heads = nn.ModuleDict({})
        for width in TABLE:
            pass

    def forward(self, x):
        return self.ups["3"](self.heads["score"](x))
"""


def of(kind: str, message: str, line: int, code: str = CODE) -> list[Mend]:
    slice = Slice((Module("submission", (Chunk("cell 1", 1, code),)),))
    return list(mends(Trouble(kind, message, Place("cell 1", line)), slice, "FCN8s"))


def test_a_layer_is_entered_behind_its_dictionary() -> None:
    """By its key, or as the others of the dictionary are."""
    found = of("KeyError", "'score'", 11)

    assert all(mend.whole and mend.lines[0] == "build" for mend in found)
    assert {mend.words.partition("[")[0] for mend in found} == {"self.ups", "self.heads"}
    (first, *_) = (mend for mend in found if "self.heads" in mend.words)
    assert "; self.heads['score'] = " in first.slice.modules[0].chunks[0].source.split("\n")[5]
    assert "ConvTranspose2d" in of("KeyError", "'3'", 11)[0].slice.modules[0].chunks[0].source.split("\n")[4]


def test_a_table_is_bound_before_it_is_needed() -> None:
    """Where a loop of the constructor goes through it; it costs the lines of all that it makes."""
    first = of("AttributeError", "'FCN8s' object has no attribute 'SHAPES'", 4)[0]
    assert first.lines == ("build", "conv1", "conv2", "conv3", "conv4", "conv5")
    assert (
        first.slice.modules[0]
        .chunks[0]
        .source.split("\n")[2]
        .lstrip()
        .startswith("self.SHAPES = [64, 64, 'M'")
    )

    other = of("NameError", "name 'TABLE' is not defined", 7)[0]
    assert other.slice.modules[0].chunks[0].source.startswith("TABLE = [64, 64, 'M'")


def test_a_table_that_is_there_under_another_name_is_not_made_again() -> None:
    assert of("NameError", "name 'TABLE' is not defined", 8, f"TABLES = 3\n{CODE}") == []


def test_what_no_loop_goes_through_is_no_table() -> None:
    assert of("NameError", "name 'classes' is not defined", 5) == []


def test_a_table_may_be_of_names_with_both_widths() -> None:
    """Also where something else counts in the class."""
    code = CODE.replace("            pass", "            [0 for _ in range(3)]")
    tables = [
        mend.slice.modules[0].chunks[0].source.split("\n")[0]
        for mend in of("NameError", "name 'TABLE' is not defined", 7, code)
    ]

    assert any(table.startswith("TABLE = {'conv1_1': (3, 64), 'conv1_2': (64, 64)") for table in tables)


def test_the_class_that_looks_up_comes_first() -> None:
    """Another one's dictionary may have the same name: what is tried has an end."""
    other = CODE.replace("FCN8s", "FCN32s")
    found = of("KeyError", "'score'", 23, f"{other}\n{CODE}")

    mend = next(mend for mend in found if "self.heads" in mend.words)
    assert mend.made and mend.made.line == 18
    assert sum("self.heads" in mend.words for mend in found) % 2 == 0, "then the other's"
