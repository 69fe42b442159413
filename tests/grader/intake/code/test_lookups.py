"""What code looks up by its text belongs to the slice."""

from __future__ import annotations

import pytest

from grader.intake.code.lookups import looked_up
from grader.intake.code.program import program
from grader.intake.code.statements import Source

BESIDE = "class Block: pass\ndef helper(): pass\nfrom torchvision import models\n"


def found(text: str) -> set[str]:
    """What the last statement of a program looks up."""
    made = program("main", [Source("cell 1", BESIDE + text)], lambda _: False)
    return looked_up(made, len(made.statements) - 1)


@pytest.mark.parametrize(
    "text",
    [
        "exec('self.load(models.%s())' % kind)",
        "def make(kind):\n    return eval(f'models.{kind}()')",
        "net = globals()['models']",
        "net = getattr(sys.modules[__name__], 'models')",
    ],
)
def test_names_in_texts_that_are_looked_up_are_found(text: str) -> None:
    """However they are looked up, in a function or not; definitions may be meant by a name put together."""
    assert {"models", "Block", "helper"} <= found(text)


@pytest.mark.parametrize(
    "text", ["print('models')", "if __name__ == '__main__':\n    print('models')", "net = vars(x)"]
)
def test_other_texts_name_nothing(text: str) -> None:
    """A text that is printed is no code."""
    assert not found(text)


def test_parts_of_a_dotted_path_are_no_names() -> None:
    """`self.conv` looks up `self` alone."""
    assert found("eval('nn.helper_of_mine')") == {"Block", "helper", "nn"}
