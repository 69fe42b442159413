"""A module that is imported for what it enters elsewhere is run as far as that needs it."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

from pathlib import Path

import pytest

from tests.grader.intake.a_submission import of_cells, run

REGISTRY = "TABLE = {}\ndef register(name):\n    def wrap(cls):\n        TABLE[name] = cls\n        return cls\n    return wrap\n"
ZOO = "@register('fcn8s')\nclass FCN8s:\n    n = 7\nraise SystemExit('this must not run')"
FROM_TABLE = "FCN8s = TABLE['fcn8s']"

WAYS: dict[str, tuple[str, dict[str, str]]] = {
    "a module of a package": (
        f"import nets.zoo\nfrom nets.registry import TABLE\n{FROM_TABLE}",
        {"nets/registry.py": REGISTRY, "nets/zoo.py": f"from .registry import register\n{ZOO}"},
    ),
    "imported by the package itself": (
        f"from nets import TABLE\n{FROM_TABLE}",
        {
            "nets/__init__.py": "from .registry import TABLE\nfrom . import zoo",
            "nets/registry.py": REGISTRY,
            "nets/zoo.py": f"from . import registry\n{ZOO.replace('@', '@registry.')}",
        },
    ),
    "everything imported": (
        f"from zoo import *\nfrom registry import *\n{FROM_TABLE}",
        {"registry.py": REGISTRY, "zoo.py": f"from registry import *\n__all__ = []\n{ZOO}"},
    ),
    "entered without a function": (
        f"import zoo\nfrom registry import TABLE\n{FROM_TABLE}",
        {"registry.py": REGISTRY, "zoo.py": "from registry import TABLE\nclass FCN8s:\n    n = 7\nTABLE['fcn8s'] = FCN8s"},
    ),
    "by an object's method": (
        "import zoo\nfrom registry import NETS\nFCN8s = NETS.table['fcn8s']",
        {
            "registry.py": "class Registry:\n    def __init__(self): self.table = {}\n    def add(self, cls):\n        self.table[cls.__name__.lower()] = cls\n        return cls\nNETS = Registry()",
            "zoo.py": "from registry import NETS\n@NETS.add\nclass FCN8s:\n    n = 7",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_what_a_module_registers_is_there(way: str, tmp_path: Path) -> None:
    """The class is found in the table, and nothing else of the module is run."""
    cell, files = WAYS[way]
    submission = of_cells(tmp_path, cell, files=files)

    assert run(submission)["FCN8s"].n == 7


def test_a_module_may_call_what_is_graded(tmp_path: Path) -> None:
    """It changes nothing of what is graded by that, whatever module it finds it in."""
    files = {
        "maps.py": "def get_cls_pred(logit): return 5",
        "show.py": "from maps import get_cls_pred\nbest = get_cls_pred(1)",
    }
    submission = of_cells(tmp_path, "from show import *\nfrom maps import *", files=files)

    assert run(submission)["get_cls_pred"](1) == 5
