"""Code that stops in a debugger goes on, whichever one it is and however it was imported."""

from __future__ import annotations

import pdb
import sys
from collections.abc import Iterator

import pytest

from grader.worker.debuggers import OTHERS, pass_by

WAYS = [
    "breakpoint()",
    "import pdb; pdb.set_trace()",
    "from pdb import set_trace as stop; stop()",
    "import ipdb; ipdb.set_trace(context=5)",
    "from pudb import set_trace; set_trace()",
    "from IPython.core.debugger import set_trace; set_trace()",
    "import IPython; IPython.embed()",
]


@pytest.fixture(autouse=True)
def python(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Python as it was, afterwards."""
    monkeypatch.setattr(sys, "breakpointhook", sys.__breakpointhook__)
    monkeypatch.setattr(pdb, "set_trace", pdb.set_trace)
    yield
    for name in (*OTHERS, *[name for name in sys.modules if name.partition(".")[0] == "IPython"]):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("code", WAYS)
def test_code_that_stops_goes_on(code: str) -> None:
    """Twice, as where one slice is loaded after another."""
    for _ in range(2):
        pass_by([code])
        found: dict[str, object] = {}
        exec(f"def forward(x):\n    {code}\n    return x + 1\n\n\ny = forward(1)", found)
        assert found["y"] == 2
