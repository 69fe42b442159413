"""What is made once and kept is made again where the first model was made on the meta device."""

from __future__ import annotations

import pytest
import torch

from grader.worker.leftovers import forget, names
from grader.worker.loader import StudentCodeError
from tests.grader.slim import world_of
from tests.grader.worker.a_model import TINY, ask, real, tiny

MADE = "        self.drop = nn.Dropout2d(0.5)\n"
FORWARD = "        return self.drop(self.bn(self.conv(x)))"
IMPORTS = "from torch import nn\n"
MAKE = "def make(n):\n    return torch.ones(n)\n"
BIAS = f"{MADE}        self.conv.bias.data.copy_(once(n_class))\n"
SIZE = [1, 3, 5, 5]


@pytest.mark.parametrize(
    "once",
    [
        "import functools\n@functools.cache\ndef once(n): return make(n)",
        "import functools\n@functools.lru_cache(maxsize=4)\ndef once(n): return make(n)",
        "KEPT = None\ndef once(n):\n    global KEPT\n    if KEPT is None: KEPT = make(n)\n    return KEPT",
        "def once(n):\n    if 'KEPT' not in globals(): globals()['KEPT'] = make(n)\n    return KEPT",
        "KEPT = {}\ndef once(n):\n    if n not in KEPT: KEPT[n] = (make(n), n)\n    return KEPT[n][0]",
        "def once(n, kept={}):\n    if n not in kept: kept[n] = make(n)\n    return kept[n]",
        "def memo(f):\n    kept = {}\n    def get(n):\n        if n not in kept: kept[n] = f(n)\n"
        "        return kept[n]\n    return get\nonce = memo(make)",
        "class Kept:\n    made = None\n    @classmethod\n    def get(cls, n):\n"
        "        if cls.made is None: cls.made = make(n)\n        return cls.made\nonce = Kept.get",
        "class Kept:\n    @staticmethod\n    def get(n):\n"
        "        if not hasattr(Kept, 'made'): Kept.made = make(n)\n"
        "        return Kept.made\nonce = Kept.get",
    ],
)
def test_what_was_made_once_is_made_again(once: str) -> None:
    """In a table, a global, a class or a cache; for the meta device first, and then for real."""
    world = tiny((IMPORTS, f"{IMPORTS}\n{MAKE}\n{once}\n"), (MADE, BIAS))
    ask(world, "build")
    ask(world, "trace", size=SIZE)
    _, arrays = ask(world, "initial", names=["conv.bias"])

    assert arrays["conv.bias"].tolist() == [1.0] * 12


def test_what_a_forward_pass_keeps_is_made_again_without_another_model() -> None:
    """The one that was filled runs."""
    once = f"import functools\n\n{MAKE}\nonce = functools.cache(make)\n"
    world = tiny((IMPORTS, f"{IMPORTS}{once}"), (FORWARD, f"{FORWARD} * once(5)"))
    ask(world, "build")
    ask(world, "trace", size=SIZE)
    ask(world, "fill", keys={"conv.bias": "b"}, seed=1)
    filled = real(world)
    ask(world, "forward", size=SIZE, seed=1)

    assert real(world) is filled


def test_a_layer_that_was_made_once_is_made_again() -> None:
    """It is the model's own, and one that raises where it is looked at is left alone."""
    once = "import functools\n\n@functools.cache\ndef once(n): return nn.Conv2d(3, n, 3, padding=1)\n"
    odd = "class Odd(nn.Module):\n    def parameters(self): raise OSError\nODD = Odd()\n"
    made = f"{MADE}        self.conv = once(n_class)\n"
    world = tiny((IMPORTS, f"{IMPORTS}{once}{odd}"), (MADE, made))
    ask(world, "build")
    _, arrays = ask(world, "initial", names=["conv.bias"])

    assert arrays["conv.bias"].shape == (12,)


def test_what_has_no_values_for_good_is_the_students() -> None:
    """It was so before any model was made."""
    kept = f"{IMPORTS}KEPT = torch.ones(12, device='meta')\n"
    world = tiny((IMPORTS, kept), (MADE, BIAS.replace("once(n_class)", "KEPT")))
    ask(world, "build")
    with pytest.raises(StudentCodeError):
        ask(world, "initial", names=["conv.bias"])


def test_nothing_else_is_forgotten() -> None:
    """Tensors with values, other objects, and what an odd class says of itself."""
    odd = "class Kind(type):\n    __dict__ = __module__ = 5\nclass Odd(metaclass=Kind): pass\nKEPT = {}\n"
    world = world_of(f"{TINY}\n{odd}")
    before, space = names(world), world.namespaces["submission"]
    space["KEPT"].update({"real": torch.ones(2), "none": torch.ones(2, device="meta")})

    assert forget(world, before)
    assert [*space["KEPT"]] == ["real"]
    assert not forget(world, before)
