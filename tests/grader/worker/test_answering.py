"""What a student's model answers about itself is its own: it is blamed where it is no answer."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from grader.worker.answering import blaming, examine, examine_closely, in_mode
from grader.worker.loader import StudentCodeError
from tests.grader.slim import Edit
from tests.grader.worker.a_model import ask, cause, tiny

MADE = "        self.drop = nn.Dropout2d(0.5)\n"
HEAD = "class FCN32s(nn.Module):\n"
FORWARD = "    def forward(self, x):\n"
GIVEN = "        return self.drop(self.bn(self.conv(x)))"
SIZE = [1, 3, 5, 5]
OWN = "        self.conv.weight = Own(self.conv.weight.data)\n"


def with_(text: str) -> Edit:
    """A line more in the constructor."""
    return MADE, f"{MADE}        {text}\n"


def own(text: str) -> tuple[Edit, Edit]:
    """A weight of a class of its own, which holds this line."""
    return (HEAD, f"class Own(nn.Parameter):\n    {text}\n\n{HEAD}"), (MADE, MADE + OWN)


@pytest.mark.parametrize(
    "edits",
    [
        own("shape = 5"),
        own("numel = 5"),
        own("shape = property(lambda self: (2.5,) * 64)"),
        (with_("self.parameters = 5"),),
        (with_("self.named_parameters = lambda *a, **k: None"),),
        (with_("self.named_parameters = lambda *a, **k: [(5, self.conv.weight)]"),),
        (with_("self.named_parameters = lambda *a, **k: iter(lambda: ('a', self.bn.bias), 0)"),),
        (with_("self.__dict__['_modules'] = {'a': 5}"),),
        (with_("self.conv._parameters['other'] = 5"),),
        (("super().__init__()", "pass"),),
        ((HEAD, f"{HEAD}    __hash__ = None\n\n"),),
    ],
)  # fmt: skip
def test_a_model_that_answers_nothing_is_blamed(edits: tuple[Edit, ...]) -> None:
    """What it raises when it is built, or what says that it is no answer."""
    assert isinstance(cause(tiny(*edits), "build"), Exception)


@pytest.mark.parametrize(
    "edit",
    [
        with_("self.train = 5"),
        with_("self.me = self"),
        (GIVEN, "        self.__dict__['_parameters'] = 5\n        return self.conv(x)"),
        (GIVEN, f"        self.conv.weight = nn.parameter.UninitializedParameter()\n{GIVEN}"),
    ],
)
def test_a_model_that_stops_to_answer_is_blamed(edit: Edit) -> None:
    """After a while, or in one mode."""
    world = tiny(edit)
    with pytest.raises(StudentCodeError):
        for _ in range(2):
            ask(world, "build")
            ask(world, "gradients", size=SIZE)


@pytest.mark.parametrize("lines", ["shape = requires_grad = 5", "float = sum = detach = 5"])
def test_an_output_that_answers_nothing_is_blamed(lines: str) -> None:
    """A tensor of a class of its own."""
    kind = "class Own(torch.Tensor):\n    __torch_function__ = torch._C._disabled_torch_function_impl\n"
    world = tiny(
        (HEAD, f"{kind}    {lines}\n\n{HEAD}"), (GIVEN, "        return self.conv(x).as_subclass(Own)")
    )

    assert isinstance(cause(world, "forward", size=SIZE, seed=3), Exception)


def test_what_says_to_be_a_tensor_is_none() -> None:
    lying = f"class Own:\n    __class__ = property(lambda self: torch.Tensor)\n\n{HEAD}"
    value, arrays = ask(tiny((HEAD, lying), (GIVEN, "        return Own()")), "forward", size=SIZE, seed=3)

    assert (value["type"], arrays) == ("Own", {})


def test_lazy_layers_that_no_pass_runs_are_left_out() -> None:
    """A right network may keep one."""
    lines = "self.a, self.b = nn.LazyLinear(10), nn.LazyBatchNorm2d()"
    value, _ = ask(tiny(with_(lines)), "build")

    assert sorted(value["parameters"]) == ["bn.bias", "bn.weight", "conv.bias", "conv.weight"]


def test_a_mode_may_be_set_by_what_returns_nothing() -> None:
    """Who overrides `train` forgets to return the model, and it works all the same."""
    silent = f"    def train(self, mode=True):\n        super().train(mode)\n\n{FORWARD}"
    world = tiny((FORWARD, silent))
    value, _ = ask(world, "trace", size=SIZE, training=True)

    assert value["training"]
    assert ask(world, "shapes", sizes=[SIZE])[0]["seen"][0]["shape"] == [1, 12, 5, 5]


def test_a_mode_may_be_a_number() -> None:
    """A constructor may set it so, and it works all the same."""
    assert ask(tiny(with_("self.training = 1")), "build")[0]["meta"]


@pytest.mark.parametrize("training", [True, False])
def test_a_mode_may_be_set_to_a_number(training: bool) -> None:
    numbered = f"    def train(self, mode=True):\n        self.training = int(mode)\n\n{FORWARD}"

    assert ask(tiny((FORWARD, numbered)), "trace", size=SIZE, training=training)[0]["training"] is training


@pytest.mark.parametrize("training", [True, False])
def test_a_mode_is_set_as_a_notebook_sets_it(training: bool) -> None:
    """Who overrides both methods need not take the argument of `train`, which no notebook gives."""
    both = "    def train(self):\n        super().train()\n\n"
    both += "    def eval(self):\n        super().train(False)\n\n"
    world = tiny((FORWARD, both + FORWARD))

    assert ask(world, "trace", size=SIZE, training=training)[0]["training"] is training


def test_nobody_is_blamed_where_memory_ran_out() -> None:
    """However odd the student's tensors are."""
    world = tiny(*own("odd = True"))
    ask(world, "build")

    @blaming
    def broken(*_: object) -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        broken(world, None, None)


def test_what_the_library_makes_is_fine() -> None:
    model = nn.Sequential(nn.Conv2d(3, 2, 1), nn.BatchNorm2d(2), nn.ParameterList([torch.zeros(2)]))
    examine(model)
    examine_closely(in_mode(model, training=True))

    assert not model.training


@pytest.mark.parametrize(
    "line",
    [
        "self.q = nn.Parameter(torch.zeros(3, dtype=torch.complex64).conj())",
        "self.q = nn.Parameter(torch.zeros(1).expand(3))",
        "self.q = nn.Parameter(torch.zeros(3, device='cpu').to_mkldnn())",
        "torch.vmap(lambda t: setattr(self, 'q', nn.Parameter(t)) or t)(torch.zeros(2, 3))",
    ],
)
def test_a_tensor_that_nobody_can_write_to_is_told_where_something_breaks(line: str) -> None:
    """What holds no plain numbers, or fewer than it says."""
    world = tiny(with_(line))
    broken = blaming(lambda *_: [][0])
    with pytest.raises(StudentCodeError):
        ask(world, "build")
        broken(world, None, None)


def test_a_real_model_without_values_is_blamed() -> None:
    """It holds what another one was made of."""
    line = "self.conv = nn.Conv2d(3, n_class, 3, padding=1, device='meta')"

    assert "no values" in str(cause(tiny(with_(line)), "initial", names=[]))
