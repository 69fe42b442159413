"""A model is made in whichever way its constructor takes a number of classes, and with what else it needs."""

from __future__ import annotations

import pytest
import torch

from grader.records.submission import Chunk, Copying, Slice
from grader.worker.building import construct
from grader.worker.loader import World
from tests.grader.slim import world_of
from tests.grader.worker.a_model import ask, cause, tiny
from tests.layers import conv

NEEDY = (
    ("self, n_class=12", "self, backbone, classes"),
    ("super().__init__()", "super().__init__()\n        self.backbone, n_class = backbone, classes"),
)

SMALL = [1, 3, 5, 5]


@pytest.mark.parametrize(
    ("signature", "way"),
    [
        ("self, n_class=12", "keyword"),
        ("self, n_class", "keyword"),
        ("self, *, n_class", "keyword"),
        ("self, **options", "keyword"),
        ("self, classes", "keyword"),
        ("self, num_classes=12, other=3", "keyword"),
        ("self, num_classes=12, **options", "keyword"),
        ("self, classes=None, **options", "position"),
        ("self, options=None, **others", "keyword"),
        ("self, *, nb_classes=12", "keyword"),
        ("self, bands=3, num_classes=12", "keyword"),
        ("self, class_names=None, num_classes=12", "keyword"),
        ("self", "default"),
    ],
)
def test_a_model_is_built_as_students_do(signature: str, way: str) -> None:
    """By keyword, else by position, else with defaults."""
    body = "n_class = locals().get('n_class', 12)\n        super().__init__()"
    value, _ = ask(tiny(("self, n_class=12", signature), ("super().__init__()", body)), "build")

    assert value["way"] == way


@pytest.mark.parametrize(
    "signature",
    [
        "bands=3, num_classes=12",
        "class_names=None, num_classes=12",
        "in_channels=3, out_channels=12",
        "channels=3, n_classes=None",
        "out_dim=3, n_classes=12",
        "ignored_class=3, num_classes=12",
    ],
)
def test_the_number_of_classes_stands_anywhere(signature: str) -> None:
    """And is known by its name, not taken for what stands first."""
    own = signature.split(", ")[1].split("=")[0]
    body = f"n_class = {own}\n        super().__init__()"
    world = tiny(("self, n_class=12", f"self, {signature}"), ("super().__init__()", body))

    model, way = construct(world, "FCN32s", 5)

    assert (way, conv(model, "conv").weight.shape[0]) == ("keyword", 5)


def test_options_that_are_passed_on_and_refused_are_not_the_models_fault() -> None:
    """`**options` that go to a parent which calls its number of classes otherwise."""
    world = tiny(
        ("self, n_class=12", "self, n_labels=12"),
        ("super().__init__()", "super().__init__()\n        n_class = n_labels"),
    )
    child = Chunk("cell 2", 1, CHILD)
    exec(child.source, world.namespaces["submission"])
    world.targets["FCN32s"] = world.namespaces["submission"]["FCN32s"]

    model, way = construct(world, "FCN32s", 5)

    assert (way, conv(model, "conv").weight.shape[0]) == ("position", 5)


CHILD = """\
class FCN32s(FCN32s):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
"""


CONFIG = (
    ("class FCN32s", "from types import SimpleNamespace\n\n\nclass FCN32s"),
    ("self, n_class=12", "self, cfg{}"),
    ("super().__init__()", "super().__init__()\n        n_class = cfg.n_class"),
)


@pytest.mark.parametrize("default", ["", "=SimpleNamespace(n_class=12)"])
def test_a_configuration_takes_the_place_of_a_number(default: str) -> None:
    """The notebook's, or the default, with the classes that are asked for."""
    world = tiny(*((old, new.format(default)) for old, new in CONFIG))
    chunks = (Chunk("cell 2", 1, "net = FCN32s(SimpleNamespace(n_class=12))"),)
    if not default:
        world.slice = Slice(copying={"FCN32s": (Copying("submission", "net", chunks),)})

    model, way = construct(world, "FCN32s", 5)

    assert (way, conv(model, "conv").weight.shape[0]) == ("keyword", 5)


def test_what_a_constructor_raises_is_told_where_no_configuration_helps() -> None:
    """And not what was tried then."""
    world = tiny(("self, n_class=12", "self, width"), ("super().__init__()", "raise KeyError(width)"))

    assert str(cause(world, "build", n_class=7)) == "7"


def test_what_a_constructor_needs_besides_is_what_the_notebook_gives_it() -> None:
    """A VGG-16, say: with the number of classes that is asked for, and before anything is copied."""
    world = tiny(*NEEDY)
    chunks = (
        Chunk("cell 2", 1, "backbone = nn.Identity()"),
        Chunk("cell 2", 2, "net = FCN32s(backbone, classes=12)"),
        Chunk("cell 2", 3, "net.conv.weight.data.fill_(7)"),
    )
    world.slice = Slice(copying={"FCN32s": (Copying("submission", "net", chunks),)})

    model, way = construct(world, "FCN32s", 5)

    assert (way, conv(model, "conv").weight.shape[0]) == ("keyword", 5)
    assert not torch.equal(conv(model, "conv").weight, torch.full((5, 3, 3, 3), 7.0))
    again, _ = construct(world, "FCN32s", 3)
    assert conv(again, "conv").weight.shape[0] == 3
    assert world.targets["FCN32s"](torch.nn.Identity(), 4).conv.out_channels == 4


def test_a_function_that_gives_a_class_is_called_twice() -> None:
    """Once for the class, once for the model; also where the notebook gives it more."""
    world = tiny()
    made = world.targets["FCN32s"]
    world.targets["FCN32s"] = lambda n_class: type("Net", (made,), {"number": n_class})
    assert construct(world, "FCN32s", 5)[0].number == 5

    def make(config: str, n_class: int) -> object:
        return made(n_class) if config == "wide" else None

    world.targets["FCN32s"] = world.namespaces["submission"]["make"] = make
    chunks = (Chunk("cell 2", 1, "net = make('wide', 12)"),)
    world.slice = Slice(copying={"FCN32s": (Copying("submission", "net", chunks),)})
    assert conv(construct(world, "FCN32s", 5)[0], "conv").weight.shape[0] == 5


def test_what_nobody_gives_is_missed() -> None:
    """Where the notebook builds no such model, the constructor says what it lacks."""
    assert "'backbone'" in str(cause(tiny(*NEEDY), "build"))


def test_real_models_of_another_name_are_let_go() -> None:
    """Each takes half a gigabyte: what is left of one network must not keep the other from being made."""
    world = tiny(("return self.drop", "assert x.mean().item() == 0\n        return self.drop"))
    world.targets["FCN8s"] = world.targets["FCN32s"]
    for n_class in (12, 5, 7):
        ask(world, "trace", size=SMALL, training=False, n_class=n_class)
    assert set(world.state.solid) == {("FCN32s", 12, False), ("FCN32s", 7, False)}

    ask(world, "trace", size=SMALL, training=False, model="FCN8s")

    assert {name for name, *_ in world.state.solid} == {"FCN8s"}


def test_light_models_of_another_name_are_kept() -> None:
    """On the meta device they weigh nothing."""
    world: World = tiny()
    world.targets["FCN8s"] = world.targets["FCN32s"]
    ask(world, "build")
    ask(world, "build", model="FCN8s")

    assert len(world.state.light) == 2


def test_lazy_layers_take_their_shapes_from_a_picture() -> None:
    """As the first pass of a notebook gives them: the model itself stays in the mode that it was made in."""
    lazy = tiny(("nn.Conv2d(3, ", "nn.LazyConv2d("), ("nn.BatchNorm2d(n_class)", "nn.LazyBatchNorm2d()"))
    value, _ = ask(lazy, "build")

    assert value["meta"]
    assert value["parameters"]["conv.weight"]["shape"] == (12, 3, 3, 3)
    assert value["parameters"]["conv.weight"]["line"][:2] == ["cell 1", 7]
    model, _ = construct(lazy, "FCN32s", 12)
    assert tuple(conv(model, "conv").weight.shape) == (12, 3, 3, 3)
    assert model.training and conv(model, "conv").training


def test_a_model_of_lazy_layers_that_cannot_be_run_is_blamed() -> None:
    """What its first pass raises is the student's."""
    broken = tiny(("nn.Conv2d(3, ", "nn.LazyConv2d("), ("return ", "assert x.dim() == 5; return "))

    assert type(cause(broken, "build")) is AssertionError


def test_what_is_no_class_is_named() -> None:
    """Missing, of another kind, or a class of something else."""
    assert str(cause(world_of(""), "build")) == "FCN32s is not defined"
    assert "is of type int, not a class" in str(cause(world_of("FCN32s = 3"), "build"))
    assert "is of type dict, not an nn.Module" in str(cause(world_of("FCN32s = dict"), "build"))
    raising = cause(tiny(("super().__init__()", "raise OSError('disk')")), "build")
    assert (type(raising), str(raising)) == (OSError, "disk")
