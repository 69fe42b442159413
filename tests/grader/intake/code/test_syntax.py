"""A slip of syntax is mended by the change that makes the text what it was meant to be."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake.code.syntax import LONGEST, mended
from tests.share import examples

MEANT = """\
class FCN8s(nn.Module):
    def __init__(self, n=12):
        super().__init__()
        self.fc6 = nn.Conv2d(512, 4096, kernel_size=7)
        self.fc7 = nn.Conv2d(4096, 4096, 1)
        self.kind = "fcn"
        self.all = [
            self.fc6,
            self.fc7,
        ]

    def forward(self, x):
        h = self.fc6(x)
        if self.training:
            h = self.drop(h)
        else:
            h = h[:, :, 1:9, 1:9]
        return self.fc7(h)

    def copy(self, net):
        '''Copy it.'''
        print("copy", net)
        for a, b in zip(net, self):
            a.weight = b.weight
"""
SLIPS = {
    "a colon": ("forward(self, x):", "forward(self, x)", "`:` added"),
    "a colon of a class": ("(nn.Module):", "(nn.Module)", "`:` added"),
    "a colon that is another sign": ("forward(self, x):", "forward(self, x);", "`;` read as `:`"),
    "a colon twice": ("forward(self, x):", "forward(self, x)::", "`:` left out"),
    "a bracket": ("kernel_size=7)", "kernel_size=7", "`)` added"),
    "a bracket before a colon": ("forward(self, x):", "forward(self, x:", "`)` added"),
    "a bracket of a slice": ("1:9, 1:9]", "1:9, 1:9", "`]` added"),
    "a bracket of several lines": ("self.fc7,\n        ]\n", "self.fc7,\n", "`]` added"),
    "a bracket too much": ("self.fc6(x)", "self.fc6(x))", "`)` left out"),
    "another bracket": ("self.fc6(x)", "self.fc6(x]", "`]` read as `)`"),
    "a comma": ("(512, 4096", "(512 4096", "`,` added"),
    "a comma at the end": ("self.fc6,", "self.fc6", "`,` added"),
    "a comma behind self": ("forward(self, x)", "forward(self x)", "`,` added"),
    "an equals sign": ("h = self.fc6(x)", "h self.fc6(x)", "`=` added"),
    "a quote": ('"fcn"', '"fcn', '`"` added'),
    "quotes of a docstring": ("'''Copy it.'''", "'''Copy it.", "`'''` added"),
    "brackets of print": ('print("copy", net)', 'print "copy", net', "`()` of print added"),
    "one space more": ("        h = self.fc6(x)", "         h = self.fc6(x)", "indented by 8"),
    "no indentation": ("        h = self.fc6(x)", "h = self.fc6(x)", "indented by 8"),
    "a tab": ("        h = self.fc6(x)", "\th = self.fc6(x)", "a tab read as 8 spaces"),
    "a method outside": ("    def forward", "def forward", "indented by 4"),
    "a return outside": ("        return self", "    return self", "indented by 8"),
    "a stray sign": ("self.fc6(x)", "self.fc6(x)`", "left out"),
    "a keyword": ("return self", "retrun self", "`retrun` read as `return`"),
    "another keyword": ("def forward", "dfe forward", "`dfe` read as `def`"),
    "a comma of another script": ("(512, 4096", "(512， 4096", "letters that only look like"),
    "quotes of a word processor": ('"fcn"', "“fcn”", "letters that only look like"),
}  # fmt: skip


def shifted(text: str, first: str, last: str, by: int) -> str:
    """A text whose lines from one to another are indented by more or fewer spaces."""
    lines = text.split("\n")
    start, end = (next(n for n, line in enumerate(lines) if each in line) for each in (first, last))
    moved = [" " * by + line if by > 0 else line.removeprefix(" " * -by) for line in lines[start : end + 1]]
    return "\n".join([*lines[:start], *moved, *lines[end + 1 :]])


BLOCKS = {
    "a method less": (MEANT, "def forward", "return self.fc7", -2, "indented by 4"),
    "a method more": (MEANT, "def forward", "return self.fc7", 1, "indented by 4"),
    "what a method does less": (MEANT, "h = self.fc6(x)", "return self.fc7", -4, "below it indented by 8"),
    "what a method does more": (MEANT, "if self.training", "h = h[", 2, "below it indented by 8"),
}


@pytest.mark.parametrize("slip", BLOCKS)
def test_a_block_that_stands_wrong_is_moved(slip: str) -> None:
    """All its lines at once, or the first alone where that is enough."""
    text, first, last, by, words = BLOCKS[slip]
    found = mended(shifted(text, first, last, by))

    assert found is not None
    assert ast.dump(ast.parse(found[0])) == ast.dump(ast.parse(text))
    assert [words in each.words for each in found[1]] == [True]


@pytest.mark.parametrize("size", [4, 8])
@pytest.mark.parametrize("where", ["def forward", "        h = self.fc6(x)", "for a, b", "            h = "])
def test_tabs_among_spaces_are_read_as_what_makes_sense(size: int, where: str) -> None:
    """From a line to the end of its method, as an editor writes them."""
    start = MEANT.index(where)
    start = MEANT.rindex("\n", 0, start) + 1 if MEANT[start] != " " else start
    end = MEANT.find("\n\n", start)
    part = "\n".join(
        "\t" * ((len(line) - len(line.lstrip())) // size)
        + " " * ((len(line) - len(line.lstrip())) % size)
        + line.lstrip()
        for line in MEANT[start:end].split("\n")
    )
    text = MEANT[:start] + part + MEANT[end:]
    if (found := mended(text)) is None:
        assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(MEANT))
    else:
        assert ast.dump(ast.parse(found[0])) == ast.dump(ast.parse(MEANT))
        assert ["a tab read as" in each.words for each in found[1]] == [True]


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_mended(slip: str) -> None:
    """And nothing else is."""
    old, new, words = SLIPS[slip]
    assert MEANT.count(old) == 1
    found = mended(MEANT.replace(old, new))

    assert found is not None
    assert ast.dump(ast.parse(found[0])) == ast.dump(ast.parse(MEANT))
    assert [words in each.words for each in found[1]] == [True]
    assert found[1][0].line <= MEANT.count("\n")


def test_two_slips_are_mended_one_after_the_other() -> None:
    """Each is said."""
    found = mended(MEANT.replace("kernel_size=7)", "kernel_size=7").replace("x):", "x)"))

    assert found is not None
    assert [each.line for each in found[1]] == [4, 12]


@pytest.mark.parametrize(
    "text", ["x = 1", "def f(:\n  ((((\n]]]]\n) = while\nclass class:", "x" * LONGEST + "("]
)
def test_what_needs_no_mending_or_is_beyond_it_is_left(text: str) -> None:
    """So is a text that is too long to be tried."""
    assert mended(text) is None


@given(st.text("def f(x):[]{}'\"\n \t,=#\\0;", max_size=80))
@settings(max_examples=examples(60), deadline=None)
def test_what_was_mended_parses(text: str) -> None:
    """Whatever it was; every line stays where it is."""
    if found := mended(text):
        ast.parse(found[0])
        assert found[0].count("\n") == text.count("\n")
        assert found[1]
