"""A helper that doesn't parse is found where a target needs it, and nowhere else."""

from __future__ import annotations

import pytest

from grader.intake.code.helpers import broken_helpers
from grader.intake.code.statements import Source

NET = "class FCN8s(nn.Module):\n    def forward(self, x):\n        return conv(x)\n"
CONV = "def conv(x):\n    return x\n"
BROKEN = "def conv(x)\n    return x\n"
CASES: dict[str, tuple[list[str], dict[int, str]]] = {
    "a function": ([BROKEN, NET], {0: "FCN8s"}),
    "below its use": ([NET, BROKEN], {1: "FCN8s"}),
    "an assignment": (["conv = Conv(3, 4\n", NET], {0: "FCN8s"}),
    "a helper's helper": ([BROKEN, "def up(x): return conv(x)\n", NET.replace("conv", "up")], {0: "FCN8s"}),
    "imported as": ([BROKEN, "from a import conv as c\n", NET.replace("conv", "c")], {0: "FCN8s"}),
    "of a module": ([BROKEN, "import a\n", NET.replace("conv", "a.conv")], {0: "FCN8s"}),
    "a method of its name": ([BROKEN, NET.replace("conv", "self.conv")], {}),
    "of both networks": ([BROKEN, NET, NET.replace("FCN8s", "FCN32s")], {0: "FCN32s"}),
    "another version parses": ([CONV, BROKEN, NET], {}),
    "nobody needs it": ([BROKEN.replace("conv", "plot"), CONV, NET], {}),
    "training alone needs it": ([BROKEN.replace("conv", "show"), CONV, NET, "show(FCN8s())\n"], {}),
    "a target": ([NET.replace("x):", "x)"), "def returnCAM(f, w, i): return FCN8s\n"], {}),
    "nothing is broken": ([CONV, NET], {}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_found(case: str) -> None:
    """With the first target that needs it."""
    texts, expected = CASES[case]
    assert broken_helpers([Source(f"cell {n}", text) for n, text in enumerate(texts)]) == expected
