"""What would train, wait or leave is never run, nor what can't run without it."""

from __future__ import annotations

import pytest

from grader.intake.code.program import Program, program
from grader.intake.code.statements import Source
from grader.intake.code.weight import barred, is_heavy, lightened


def of(*cells: str) -> Program:
    return program("submission", [Source(f"cell {n}", text) for n, text in enumerate(cells)], lambda _: False)


HEAVY = [
    "from FCN.trainer import Trainer\nbest = Trainer(model)",
    "import FCN.trainer as t\nbest = t.Trainer(model)",
    "from FCN.dataset import CMP_Facade_DB as DB\ndata = DB([])",
    "n = int(input('classes? '))",
    "from google.colab import drive\ndrive.mount('/content/drive')",
    "import sys\nsys.exit()",
    "import os\nos.system('ls')",
    "for x in range(3):\n    loss.backward()",
    "def train(m):\n    step(m)\ndef step(m):\n    m.loss.backward()\nbest = train(model)",
    "x = [exit() for _ in range(3)]",
]
LIGHT = [
    "from FCN.trainer import Trainer",
    "def train(m):\n    m.loss.backward()",
    "def input(x): return x\nn = input(3)",
    "import torch\nd = torch.device('cpu')",
    "exit = 3",
    "def f(): f()\nx = f()",
    "import os\np = os.path.join('a', 'b')",
]


@pytest.mark.parametrize("source", HEAVY)
def test_heavy_statements_are_barred(source: str) -> None:
    """Told by what they call, also through functions of the notebook."""
    made = of(source)

    assert barred(made) == {len(made.statements) - 1}


@pytest.mark.parametrize("source", LIGHT)
def test_light_statements_are_not(source: str) -> None:
    """To define or import what is heavy costs nothing."""
    assert barred(of(source)) == set()


def test_what_needs_a_barred_statement_is_barred_too() -> None:
    """But a `try` may cope, and another source of the same name may serve."""
    made = of(
        "n = input()", "m = n + 1", "k = m", "try:\n    j = n\nexcept NameError:\n    j = 0", "n = 3", "i = n"
    )

    assert barred(made) == {0, 1, 2}


def test_blocks_are_freed_of_heavy_calls() -> None:
    """What else they bind can then be kept, on the same lines."""
    made = lightened(
        of("from google.colab import drive\nif COLAB:\n    drive.mount(\n        'x')\n    root = 'y'\n")
    )

    assert made.statements[1].chunk().source == "if COLAB:\n    pass\n\n    root = 'y'"
    assert barred(made) == set()


def test_a_circle_of_functions_ends() -> None:
    """Each is looked at once."""
    assert not is_heavy(of("def f(): g()\ndef g(): f()"), "f")
