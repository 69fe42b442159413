"""A text or a chain of names tells which of the two models code leads to."""

from __future__ import annotations

import pytest

from grader.intake.code.program import Program, program
from grader.intake.code.reaching import by_key, reached
from grader.intake.code.statements import Source

CLASSES = "class FCN32s: pass\nclass FCN8s: pass\n"
TABLE = "NETS = {'coarse': FCN32s, 'fine': FCN8s}\ndef build(name): return NETS[name]()\n"
BRANCHES = (
    "def build(stride):\n    if stride == 32:\n        return FCN32s()\n"
    "    elif stride == 8:\n        return FCN8s()\n"
)
SUBSCRIPT = "NETS = {}\nNETS['a'] = FCN32s\nNETS['b'] = FCN8s\n"
DECORATED = "@register('a')\nclass FCN32s: pass\n@register('b')\nclass FCN8s: pass\n"
MATCH = "def build(a):\n    match a:\n        case 'x': return FCN8s()\n        case _: return FCN32s()\n"


def made(text: str) -> tuple[Program, int]:
    """A program and the position of its last statement."""
    found = program("submission", [Source("cell 1", text)], lambda _: False)
    return found, len(found.statements) - 1


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (TABLE + "m = build('fine')", "fcn8s"),
        (BRANCHES + "m = build(32)", "fcn32s"),
        (SUBSCRIPT + "m = NETS['b']()", "fcn8s"),
        (DECORATED + "m = REGISTRY['a']()", "fcn32s"),
        (MATCH + "m = build('x')", "fcn8s"),
        ("NETS = dict(one=FCN8s)\nm = NETS['one']()", "fcn8s"),
        ("m = create('fcn_8s')", "fcn8s"),
        ("m = torch.load('best-FCN32s.pth')", "fcn32s"),
        ("m = create('32s')", "fcn32s"),
        ("m = create('resnet32', 32)", ""),
        ("m = [create(name) for name in ('fcn8s', 'fcn32s')]", ""),
    ],
)
def test_a_text_names_a_model(text: str, part: str) -> None:
    """By itself, or as a key of a table, a decorator or a condition."""
    assert by_key(*made(CLASSES + text)) == part


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        (TABLE + "m = build('x')", {"FCN32s", "FCN8s"}),
        ("class Mine(FCN8s): pass\nmake = lambda: Mine()\nm = make()", {"FCN8s"}),
        ("x = 3\nm = x + 1", set()),
    ],
)
def test_names_lead_to_models(text: str, classes: set[str]) -> None:
    """Through tables, functions and bases."""
    assert reached(*made(CLASSES + text)) == classes
