"""Code of networks that could be another network later is told from code that can't be."""

from __future__ import annotations

import pytest

from grader.records.submission import Chunk, Module, Slice
from grader.training.purity import doubt
from tests.grader.slim import SOURCE, Edit, edited

FORWARD = "        _, _, h = self.trunk(x)\n"  # of FCN-32s
MADE = "        self.drop6 = nn.Dropout2d(0.5)\n"
TOP = "import numpy as np\n"


def slice_of(source: str, *more: str) -> Slice:
    """A notebook of these cells."""
    cells = enumerate((source, *more), start=1)
    return Slice((Module("submission", tuple(Chunk(f"cell {n}", 1, text) for n, text in cells)),))


def doubted(*edits: Edit) -> str:
    """What is doubted of a submission that was edited."""
    return str(doubt(slice_of(edited(*edits))) or "")


def before(anchor: str, line: str) -> Edit:
    """Put a statement in front of another."""
    indent = anchor[: len(anchor) - len(anchor.lstrip())]
    return anchor, f"{indent}{line}\n{anchor}"


def test_plain_networks_are_not_doubted() -> None:
    """Layers, a helper for kernels, a base class, a function that copies."""
    assert doubt(slice_of(SOURCE)) is None


@pytest.mark.parametrize(
    "line",
    [
        "pass",
        "x = x.contiguous()",
        "x = x if self.training else x.clone()",
        "rows, columns = x.size(2), x.shape[3]",
        "rows, columns = x.shape[-2:]; top = int((rows - max(columns, 3)) / 2); x = x[:, :, int(top) :]",
    ],
)
def test_what_a_forward_pass_does_for_itself_is_harmless(line: str) -> None:
    """Shapes, copies, and train mode, which is tried."""
    assert doubted(before(FORWARD, line)) == ""


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("self.calls = getattr(self, 'calls', 0) + 1", "something kept by the forward pass"),
        ("self.seen[0] += 1", "`augassign` in the forward pass"),
        ("CALLS.append(1)", "`.append` in the forward pass"),
        ("x = x * (x.mean() > 0.3)", "`compare` in the forward pass"),
        ("x = x if len(CALLS) < 9 else x * 0", "a condition in the forward pass"),
        ("with torch.no_grad(): self.fc6.weight.mul_(0.9)", "`with` in the forward pass"),
        ("self.fc6.weight.data.zero_()", "`.zero_` in the forward pass"),
        ("x = torch.where(x > 3, x, 0 * x)", "`torch.where` in the forward pass"),
        ("x = x + next(TURNS)", "`next`"),
        ("getattr(x, 'zero_')()", "`getattr` in the forward pass"),
        ("x = F.relu_(x)", "`torch.nn.functional.relu_` in the forward pass"),
        ("global N", "`global` in the forward pass"),
        ("x = [x, x * 0][len(str(x)) % 2]", "`str` in the forward pass"),
        ("x = sorted([x * 0, x])[0]", "`sorted` in the forward pass"),
        ("x = [x, x * 0][all(x)]", "`all` in the forward pass"),
        ("x = [x, x * 0][min(1, int(max(x.view(-1))))]", "`min` of more than sizes in the forward pass"),
        ("n = 1; n = x.view(-1); x = x[:, :, : int(n)]", "`int` of more than sizes in the forward pass"),
        ("t = int; x = x[:, :, t(x.view(-1)[0]) :]", "`int` for something else in the forward pass"),
        ("x = x[x.view(int)]", "`int` for something else in the forward pass"),
        ("len = self.fc6; x = x[:, :, int(len(x)) :]", "`len` for something else in the forward pass"),
        ("x = [h for h in (x,)][0]", "`listcomp` in the forward pass"),
    ],
)
def test_a_forward_pass_that_may_change_is_doubted(line: str, what: str) -> None:
    """It counts, keeps, compares, or writes into parameters."""
    assert doubted(before(FORWARD, line)).startswith(what)


@pytest.mark.parametrize(
    ("line", "made", "what"),
    [
        ("x = x[:, :, int(self.size(x)) :]", "    def size(self, x):\n", "`int` of more than sizes"),
        ("x = x[:, :, int(len(x)) :]", "    @staticmethod\n    def len(x):\n", "`len` for something else"),
    ],
)
def test_a_size_of_its_own_is_none(line: str, made: str, what: str) -> None:
    """What a submission calls so may be made of values."""
    method = "    def trunk(self, x):\n"
    edits = (before(FORWARD, line), before(method, f"{made.strip(' ')}        return x.view(-1)[0]\n"))

    assert doubted(*edits).startswith(what)


def test_a_size_that_is_kept_costs_no_proof_of_what_makes_no_number() -> None:
    kept = before(MADE, "self.size = n_class")

    assert doubted(before(FORWARD, "rows, columns = x.size(2), x.shape[3]"), kept) == ""


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("self.late = lambda x: x", "`lambda`"),
        ("self.fc6.register_forward_hook(hook)", "`.register_forward_hook`"),
        ("self.count = torch.zeros(1)", "a tensor kept beside the parameters"),
        ("self.w = nn.Parameter(torch.zeros(1))", "`torch.nn.Parameter`"),
        ("self.note = self.seen.append", "`.append` that is called elsewhere"),
        ("self.seen = [self.seen, self.seen.pop]", "`.pop` that is called elsewhere"),
        ("self.note = list.append", "`.append` that is called elsewhere"),
        ("self.note = getattr(self.seen, 'append')", "`getattr` by a name"),
        ("self.shrink = self.fc6.weight.mul_", "`.mul_` that is called elsewhere"),
        ("self.add = super().add_module", "`.add_module` that is called elsewhere"),
        ("print(1, file=self)", "`print` to something"),
        ("self.box = type('Box', (object,), {'__len__': count})()", "`type` that makes a class"),
        ("self.turns = iter(range(9))", "`iter`"),
        ("self.turns = zip(range(9), range(9))", "`zip` whose items are taken elsewhere"),
        ("self.turns = (n for n in range(9))", "`generatorexp`"),
        ("self.layers = self.children()", "`children` whose items are taken elsewhere"),
        ("self.forward = self.other", "`.forward` set from outside"),
        ("nn.Conv2d.forward = other", "`.forward` set from outside"),
        ("setattr(nn.Conv2d, 'forward', other)", "`setattr`"),
        ("nn.Conv2d.__dict__", "`.__dict__`"),
        ("f = nn.Conv2d.forward.__globals__", "`.__globals__`"),
        ("exec('pass')", "`exec`"),
        ("t = torch", "`torch`"),
        ("f = nn.functional", "`torch.nn.functional`"),
        ("getattr(self, '_' + 'modules')", "`getattr` by a name that is computed"),
        ("torch.utils.data", "`torch.utils.data`"),
        ("torch.load('x')", "`torch.load`"),
    ],
)
def test_a_constructor_that_prepares_a_change_is_doubted(line: str, what: str) -> None:
    """Hooks, values beside the parameters, what is used up, patched libraries."""
    assert doubted(before(MADE, line)).startswith(what)


@pytest.mark.parametrize(
    ("made", "what"),
    [
        ("zip([1, 1, 0])", "`zip` whose items"),
        ("map(int, '110')", "`map` whose items"),
        ("open('labels.json')", "`open`"),
    ],
)
def test_what_is_made_outside_and_changes_when_it_is_read_is_doubted(made: str, what: str) -> None:
    """Whether the forward pass reads it, or the network kept it."""
    top, line = (TOP, f"TURNS = {made}\n{TOP}"), "for _, turn in zip([0], {}): x = x * turn"
    elsewhere = doubted(top, before(FORWARD, line.format("TURNS")))
    kept = doubted(top, before(MADE, "self.turns = TURNS"), before(FORWARD, line.format("self.turns")))

    assert elsewhere.startswith("`TURNS`, made elsewhere, in the forward pass")
    assert kept.startswith(what)


@pytest.mark.parametrize("made", ["K = 19", "K = (19, -2 * 8)", "K = [19, 64, 'M']", "K = {0: 19}"])
def test_constants_of_a_notebook_are_harmless(made: str) -> None:
    """Numbers, texts, lists and tables of them; a name that is bound in a function is another."""
    line = "x = x * 1 if self.training else x + K[0]"
    assert doubted((TOP, f"{made}\n{TOP}"), before(FORWARD, line)) == ""
    assert doubted((TOP, f"x = iter([1])\n{TOP}")) == ""


@pytest.mark.parametrize(
    "method",
    [
        "def __len__(self):\n        self.n = self.n + 1\n        return self.n",
        "def extra_repr(self):\n        self.n = self.n + 1\n        return ''",
    ],
)
def test_what_python_calls_without_its_name_is_a_part_of_the_forward_pass(method: str) -> None:
    """By len() and by str(), where nothing says so."""
    box = f"class Box(nn.Module):\n    n = 0\n    {method}\n"
    found = doubted((TOP, f"{TOP}{box}"), before(MADE, "self.box = Box()"), before(FORWARD, "str(self.box)"))
    assert found.startswith("something kept by the forward pass")


COUNTS = "        self.n = self.n + 1\n        return x\n\n"
CROPPED = "        return h[:, :, 19:19 + x.size(2), 19:19 + x.size(3)]"  # of FCN-32s
METHOD = "    def trunk(self, x):"


def with_method(text: str) -> Edit:
    """Put more methods in a class."""
    return METHOD, f"{text}{METHOD}"


@pytest.mark.parametrize("made", ["    def append(self, n): pass\n\n", "    append = nn.ReLU()\n\n"])
def test_an_own_name_lets_no_method_of_lists_in(made: str) -> None:
    """Whatever a submission calls `append` itself, a list's may be meant."""
    kept = before(MADE, "self.append = self.seen = [0]")
    assert doubted(with_method(made), kept, before(CROPPED, "self.seen.append(0)")) != ""


@pytest.mark.parametrize(
    ("bound", "what"),
    [
        ("train = count", "`train` bound anew in a class"),
        ("forward = count", "`forward` bound anew in a class"),
        ("__call__ = count", "`__call__` bound anew in a class"),
        ("class train: pass", "`train` bound anew in a class"),
        ("import math as train", "`import` in a class"),
    ],
)
def test_a_method_is_defined_by_its_name(bound: str, what: str) -> None:
    """What gives a class a method otherwise is not judged as one."""
    assert doubted(with_method(f"    def count(self, x):\n{COUNTS}    {bound}\n\n")).startswith(what)


def test_constants_of_a_class_are_harmless() -> None:
    assert doubted(with_method("    sizes = [64, 'M']\n    reach: int = 19\n\n")) == ""


@pytest.mark.parametrize("kept", ["self.count", "[self.count]", "getattr(self, 'count')"])
def test_a_method_that_is_kept_is_a_part_of_the_forward_pass(kept: str) -> None:
    """Whoever keeps a function may call it by another name."""
    made = with_method(f"    def count(self, x):\n{COUNTS}")
    assert doubted(made, before(MADE, f"self.tail = {kept}")).startswith("something kept")


def test_what_is_applied_to_a_module_is_called_there_and_then() -> None:
    """As those who start weights do it, by a function that may change them."""
    made = with_method("    def start(self, layer):\n        layer.weight.data.zero_()\n\n")
    assert doubted(made, before(MADE, "self.apply(self.start)")) == ""


def test_a_forward_pass_writes_into_nothing_else() -> None:
    assert doubted(before(CROPPED, "torch.add(h, h, out=h)")) == "`out` in the forward pass (cell 1, line 76)"


def test_a_layer_may_be_called_as_a_method_is() -> None:
    """What a network set on itself, and functions of torch, are no methods that are held."""
    assert (
        doubted(before(MADE, "self.relu = nn.ReLU()"), before(MADE, "self.both = nn.Sequential(self.relu)"))
        == ""
    )
    assert doubted(before(MADE, "self.act = F.relu")) == ""


def test_the_clock_is_not_for_networks() -> None:
    """Neither in a forward pass nor in what it calls."""
    assert "`time.time`" in doubted((TOP, f"import time\n{TOP}"), before(FORWARD, "x = x * time.time()"))
    helper = "def late(x):\n    return x * time.time()\n"
    assert "`time.time`" in doubted((TOP, f"import time\n{helper}{TOP}"), before(FORWARD, "x = late(x)"))


def test_a_hook_on_another_network_is_harmless() -> None:
    """Class activation maps are often made with one."""
    cam = "def look(net):\n    net._modules.get('layer4').register_forward_hook(print)\n"
    assert doubt(slice_of(SOURCE, cam)) is None


def test_a_doubt_has_a_place() -> None:
    """The cell, and the line in it."""
    found = doubt(slice_of(SOURCE, "x = 1\nexec('x')\n"))
    assert str(found) == "`exec` (cell 2, line 2)"
