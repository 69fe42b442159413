"""The slice holds what the targets need, and runs."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake.code.cutting import modules
from grader.intake.code.library import MAIN, Library
from grader.intake.code.statements import Source
from grader.intake.code.targets import walk_targets
from tests.grader.intake.a_submission import of_cells, run
from tests.share import examples

TRAP = "raise SystemExit('this must not run')"

# What a notebook may hold, an expression on its namespace, and what this must be: all cells between traps.
NEEDED: dict[str, tuple[list[str], str, object]] = {
    "a constant": (["n = 21", "class FCN32s:\n    n = n"], "FCN32s.n", 21),
    "a constant read at call time, bound below": (
        ["def get_cls_pred(x):\n    return json.dumps(x)", "import json"], "get_cls_pred([1])", "[1]",
    ),
    "the last definition": (["class FCN32s: n = 1", "class FCN32s: n = 2"], "FCN32s.n", 2),
    "the constant as it was when the class was made": (
        ["n = 1", "class FCN32s:\n    def __init__(self, n=n): self.n = n", "n = 2"], "FCN32s().n", 1,
    ),
    "the constant as it is when a method is called": (
        ["n = 1", "class FCN32s:\n    def get(self): return n", "n = 2"], "FCN32s().get()", 2,
    ),
    "a class that extends its own earlier version": (
        ["class FCN8s: a = 1", "class FCN8s(FCN8s): b = 2"], "(FCN8s.a, FCN8s.b)", (1, 2),
    ),
    "a function that wraps its own earlier version": (
        ["def get_cls_pred(x): return x", "old = get_cls_pred", "def get_cls_pred(x): return old(x) + 1"],
        "get_cls_pred(1)", 2,
    ),
    "a decorated function": (
        ["def twice(f):\n    return lambda x: 2 * f(x)", "@twice\ndef get_cls_pred(x): return x"],
        "get_cls_pred(3)", 6,
    ),
    "a name bound through a wrapper": (
        ["from functools import partial", "def f(a, x): return a + x", "get_cls_pred = partial(f, 1)"],
        "get_cls_pred(2)", 3,
    ),
    "a method set afterwards": (
        ["class FCN32s: pass", "def forward(self, x): return scale * x", "FCN32s.forward = forward", "scale = 4"],
        "FCN32s().forward(2)", 8,
    ),
    "setattr": (["class FCN32s: pass", "setattr(FCN32s, 'n', 3)"], "FCN32s.n", 3),
    "setattr in a loop over names": (
        ["class FCN32s: pass", "for name in ('a', 'b'):\n    setattr(FCN32s, name, name * 2)"],
        "FCN32s.a + FCN32s.b", "aabb",
    ),
    "a class patched through another name": (
        ["class FCN32s: n = 1", "Model = FCN32s", "Model.n = 5"], "FCN32s.n", 5,
    ),
    "a class patched by a function": (
        ["class FCN32s: pass", "def patch(cls, n):\n    cls.n = n", "patch(FCN32s, n=9)"], "FCN32s.n", 9,
    ),
    "a dictionary that is filled": (
        ["CONFIG = {}", "CONFIG['a'] = 1", "CONFIG.update(b=2)", "class FCN32s:\n    def get(self): return CONFIG"],
        "FCN32s().get()", {"a": 1, "b": 2},
    ),
    "a list that a loop fills": (
        ["layers = []", "for i in range(3):\n    layers.append(i)", "class FCN32s:\n    layers = layers"],
        "FCN32s.layers", [0, 1, 2],
    ),
    "a list that grows with +=": (
        ["layers = [1]", "layers += [2]", "class FCN32s:\n    layers = list(layers)", "layers += [3]"],
        "FCN32s.layers", [1, 2],
    ),
    "a registry that decorators fill": (
        ["BLOCKS = {}", "def register(f):\n    BLOCKS[f.__name__] = f\n    return f", "@register\ndef conv(): return 7",
         "class FCN32s:\n    def get(self): return BLOCKS['conv']()"],
        "FCN32s().get()", 7,
    ),
    "a global set by a function": (
        ["def setup():\n    global n\n    n = 12", "setup()", "class FCN32s:\n    def get(self): return n"],
        "FCN32s().get()", 12,
    ),
    "an import that may fail": (
        ["try:\n    import no_such_module as m\nexcept ImportError:\n    import math as m", "def get_cls_pred(x): return m.floor(x)"],
        "get_cls_pred(2.5)", 2,
    ),
    "a conditional definition": (
        ["fast = False", "if fast:\n    def get_cls_pred(x): return 0\nelse:\n    def get_cls_pred(x): return 1"],
        "get_cls_pred(0)", 1,
    ),
    "a definition under __main__": (
        ["if __name__ == '__main__':\n    n = 3\n    class FCN32s:\n        '''a\n        b'''\n        n = n\n"],
        "(FCN32s.n, FCN32s.__doc__)", (3, "a\n        b"),
    ),
    "a constant from a with block": (
        ["import io", "with io.StringIO('5') as f:\n    n = int(f.read())", "class FCN32s:\n    def get(self): return n"],
        "FCN32s().get()", 5,
    ),
    "a helper of a helper": (
        ["def a(): return b()", "def b(): return c", "c = 4", "class FCN32s:\n    def get(self): return a()"],
        "FCN32s().get()", 4,
    ),
    "a helper that runs while the class is made": (
        ["k = 1", "def make(): return k", "class FCN32s:\n    n = make()", "k = 2"], "FCN32s.n", 1,
    ),
    "names of comprehensions, lambdas and nested functions": (
        ["a, b, c = 1, 2, 3", "def get_cls_pred(x):\n    def inner():\n        return [i * a for i in range(2)], (lambda b: b + c)(1)\n    return inner()"],
        "get_cls_pred(0)", ([0, 1], 4),
    ),
    "a base class in a cell below": (
        ["class FCN32s(Base): pass", "class Base: n = 6"], "FCN32s.n", 6,
    ),
    "future annotations": (
        ["from __future__ import annotations", "class FCN32s:\n    def forward(self, x): return x"], "FCN32s().forward(1)", 1,
    ),
    "a star import of a library": (["from math import *", "def get_cls_pred(x): return floor(x)"], "get_cls_pred(1.5)", 1),
    "submodules imported apart": (
        ["import xml", "import xml.dom.minidom", "def get_cls_pred(x): return xml.dom.minidom.__name__"],
        "get_cls_pred(0)", "xml.dom.minidom",
    ),
    "two statements on one line": (["n = 3; m = 4", "class FCN32s:\n    both = n, m"], "FCN32s.both", (3, 4)),
    "a tuple assignment": (["(a, *b), c = (1, 2, 3), 4", "class FCN32s:\n    n = a, b, c"], "FCN32s.n", (1, [2, 3], 4)),
    "a walrus and a match": (
        ["if (n := 10) > 5: pass", "match n:\n    case int(m): pass", "class FCN32s:\n    n = m"], "FCN32s.n", 10,
    ),
    "a setting that a heavy block makes besides": (
        ["try:\n    import google.colab\n    from google.colab import drive\n    drive.mount('/content')\n    ROOT = '/content/'\n"
         "except ImportError:\n    ROOT = './'", "def get_cls_pred(x): return ROOT"],
        "get_cls_pred(0)", "./",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NEEDED)
def test_the_slice_holds_what_a_target_needs_and_nothing_that_it_does_not(name: str, tmp_path: Path) -> None:
    """Between cells that would end the program, the slice runs and means what the notebook meant."""
    cells, expression, expected = NEEDED[name]

    between: list[str] = [TRAP]
    for source in cells:
        between += [source, TRAP]
    namespace = run(of_cells(tmp_path, *between))

    assert eval(expression, namespace) == expected


# --- the law: what the slice makes of a target is what the whole notebook makes of it -------------------

NAMES = st.sampled_from(["a", "b", "c"])
FORMS = [
    "{x} = [{n}]",
    "{x} = {y}",
    "{x} = {y} + {z}",
    "{x} += {y}",
    "{x}.append({n})",
    "{x}[:1] = [{n}]",
    "{x}, {y} = [{n}], {z} + [0]",
    "for i in list({y}):\n    {x}.append(i)",
    "for {x} in [{y} + [1], {z} + [2]]:\n    pass",
    "for each in ({x}, {y}):\n    each.append({n})",
    "if len({y}) % 2:\n    {x} = {z} + [{n}]",
    "if len({y}) % 2:\n    {x} = [1]\nelse:\n    {x} = [2]",
    "try:\n    {x} = [{y}[7]]\nexcept IndexError:\n    {x} = [{n}]",
    "with suppress(IndexError):\n    {x} = {y} + [{z}[5]]",
    "def f(k=len({z})):\n    return {x} + {y} + [k]",
    "{x} = f()",
    "def g(p):\n    global {x}\n    {x} = {y} + [len(p)]\n    p.append({n})",
    "g({z})",
    "h = lambda: {x} + f()",
    "{x} = h() + [{n}]",
    "{x} = [i for i in {y} if i not in {z}]",
    "class FCN32s(FCN32s):\n    v = FCN32s.v + {x}\n    def get(self):\n        return {y} + f()",
    "class FCN32s:\n    v = list({x})\n    def get(self):\n        return {y} + {z}",
    "FCN32s.v = list({x})",
    "FCN32s.get = lambda self: {x} + {y}",
    "def get_cls_pred(x):\n    return {x} + h() + FCN32s.v",
    "%matplotlib inline",
    "print 'python 2'",
    "print({x}, {y})",
]
START = (
    "from contextlib import suppress\na, b, c = [1], [2], [3]\ndef f(): return []\ndef h(): return []\n"
    "def g(p): pass\nclass FCN32s:\n    v = []\n    def get(self): return a\n"
    "def get_cls_pred(x): return []\n"
)
STATEMENTS = st.tuples(st.sampled_from(FORMS), NAMES, NAMES, NAMES, st.integers(0, 9)).map(
    lambda drawn: drawn[0].format(x=drawn[1], y=drawn[2], z=drawn[3], n=drawn[4])
)


def behaviour(namespace: dict[str, Any]) -> tuple[object, ...]:
    target = namespace["FCN32s"]
    return list(target.v), list(target().get()), list(namespace["get_cls_pred"](0))


def sliced(cells: list[str]) -> dict[str, Any]:
    """The namespace that the slice of these cells makes."""
    library = Library({})
    library.add(MAIN, [Source(f"cell {number}", text) for number, text in enumerate(cells, 1)])
    walk, _ = walk_targets(library)
    namespace: dict[str, Any] = {}
    for chunk in modules(walk, walk.kept)[0].chunks:
        exec(chunk.source, namespace)
    return namespace


@settings(max_examples=examples(300))
@given(st.lists(STATEMENTS, max_size=14))
def test_the_slice_means_what_the_notebook_means(cells: list[str]) -> None:
    """Whatever lines surround the targets, and however names are bound, shared, changed and bound anew."""
    whole: dict[str, Any] = {"print": lambda *_: None}
    for text in [START, *cells]:
        if not text.startswith(("%", "print '")):
            exec(text, whole)

    assert behaviour(sliced([START, *cells])) == behaviour(whole)
