"""A call asks for VGG-16's weights, or says that it does not."""

from __future__ import annotations

import pytest

from grader.intake.claims.pretraining import asks
from grader.intake.code.program import program
from grader.intake.code.statements import Source

FLAG = "def get(name, n=12, pretrained=False):\n    return load(name, pretrained)\n"
ALWAYS = "def get(name):\n    return start(name, torchvision.models.vgg16(pretrained=True))\n"
NEVER = "def get(name):\n    return torchvision.models.vgg16(weights=None)\n"
CAN = "def get(name):\n    class A:\n        def copy_vgg(self): pass\n    return A()\n"
ONLY = "def get(name, *, backbone=None):\n    return start(name, backbone)\n"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (FLAG + "m = get('a')", False),
        (FLAG + "m = get('a', 12, True)", True),
        (FLAG + "m = get('a', pretrained=flag)", True),
        (FLAG + "m = get('a', 12, False)", False),
        (ALWAYS + "m = get('a')", True),
        (NEVER + "m = get('a')", False),
        (ONLY + "m = get('a')", False),
        (ONLY + "m = get('a', backbone=net)", True),
        (
            "def get(name):\n    class A:\n        def copy_vgg(self): pass\n    return A()\nm = get('a')",
            False,
        ),
        ("m = get('a')", False),
    ],
)
def test_what_a_call_asks_for(text: str, asked: bool) -> None:
    """By its arguments and their defaults; where none is about it, by the function's text."""
    found = program("submission", [Source("cell 1", text)], lambda _: False)
    assert asks(found, len(found.statements) - 1) is asked
