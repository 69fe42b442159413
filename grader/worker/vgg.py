"""Let the student's code copy a VGG-16 whose every value is known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import nullcontext
from types import MappingProxyType

import torch
from torch import Tensor, nn

from grader.wall.draws import HUGE, draw_parameter, positions
from grader.wall.verbs import Begun, Copied, CopyVgg, Done, Kept, MakeVgg, Sample, Sampled
from grader.worker.challenge import kept, put, real_model
from grader.worker.copying import copied
from grader.worker.downloads import downloaded
from grader.worker.loader import World
from grader.worker.models import Answer, Arrays
from grader.worker.replays import as_the_notebook_begins
from grader.worker.state import Vgg16

Shapes = Mapping[str, tuple[int, ...]]
SEQUENCES = ("features", "classifier")  # of a VGG-16, whose modules have numbers


def filled_vgg16(
    world: World,
    shapes: Shapes,
    seed: int,
    fresh: bool,
    lacks: tuple[str, ...] = (),
    more: Shapes = MappingProxyType({}),
    numbered: bool = False,
) -> nn.Module:
    """Make a VGG-16 whose layers fit the student's, filled from the seed unless it still is."""
    made = world.state.vgg16
    wanted = shapes, lacks, more, numbered
    same = made is not None and (made.shapes, made.lacks, made.more, made.numbered) == wanted
    if made is not None and same and not fresh:
        return made.model
    if made is None or not same:
        model = _make_vgg16(shapes, lacks, more)
        names = _numbered(model) if numbered else {name: name for name, _ in model.named_parameters()}
        made = world.state.vgg16 = Vgg16(shapes, model, lacks, more, numbered, names)
    with torch.no_grad():
        for key, name in made.names.items():
            _fill(made.model.get_parameter(name), seed, f"vgg/{key}")
    return made.model


def _fill(parameter: Tensor, seed: int, key: str) -> None:
    """Fill a parameter, a huge one by other memory: less of it."""
    if parameter.numel() >= HUGE:
        parameter.data = torch.from_numpy(draw_parameter(seed, key, tuple(parameter.shape)))
    else:
        put(parameter, seed, key)


def _make_vgg16(shapes: Shapes, lacks: Collection[str], more: Shapes) -> nn.Module:
    from torchvision.models import VGG, vgg16  # a second's import, needed here only

    with torch.device("meta"):
        model: VGG = vgg16(weights=None)
        for key, (outputs, inputs, *kernel) in more.items():
            _add_behind(model, key, nn.Conv2d(inputs, outputs, (kernel[0], kernel[1])))
    for key, shape in shapes.items():
        owner = model.get_submodule(key.rpartition(".")[0])
        setattr(owner, key.rpartition(".")[2], nn.Parameter(torch.empty(shape, device="meta")))
    for key in lacks:
        owner, _, name = key.rpartition(".")
        model.get_submodule(owner)._modules.pop(name)
    empty: nn.Module = model.to_empty(device="cpu")
    return empty.eval()


def _add_behind(model: nn.Module, key: str, layer: nn.Module) -> None:
    """Put a layer and a ReLU behind a module; all keep their names."""
    owner, _, name = key.rpartition(".")
    modules = model.get_submodule(owner)._modules
    at = list(modules).index(name) + 1
    known = list(modules.items())
    new = [(f"{name}_more", layer), (f"{name}_more_relu", nn.ReLU())]
    modules.clear()
    modules.update([*known[:at], *new, *known[at:]])


def _numbered(model: nn.Module) -> dict[str, str]:
    """Number the modules of a VGG-16 without gaps; return the names of its parameters, by those before."""
    before = {id(parameter): name for name, parameter in model.named_parameters()}
    for sequence in (model.get_submodule(name) for name in SEQUENCES):
        known = list(sequence._modules.values())
        sequence._modules.clear()
        sequence._modules.update({str(at): module for at, module in enumerate(known)})
    return {before[id(parameter)]: name for name, parameter in model.named_parameters()}


def make_vgg(world: World, asked: MakeVgg, arrays: Arrays) -> Answer[Done]:
    """Make the VGG-16 that is copied from."""
    filled_vgg16(world, asked.shapes, asked.seed, asked.fresh, asked.lacks, asked.more, asked.numbered)
    return Done(), {}


def copy_vgg(world: World, asked: CopyVgg, arrays: Arrays) -> Answer[Copied]:
    """Let the submission copy the VGG-16 that was made, in whichever way it does."""
    assert world.state.vgg16 is not None, "it was made before"
    vgg16 = world.state.vgg16.model
    lent, stood = list[nn.Module](), list[tuple[nn.Module, str]]()

    def prepare(model: nn.Module) -> None:
        stood.extend((model, name) for name in _stand_in(model, vgg16, asked.stand_ins))
        lent.extend(_lend_biases(model, asked.biasless))

    try:
        return copied(world, asked, vgg16, prepare), {}
    finally:
        for layer in lent:
            layer.register_parameter("bias", None)
        for model, name in stood:  # an nn.Sequential would apply them
            model._modules.pop(name, None)


def begun(world: World, asked: Begun, arrays: Arrays) -> Answer[Kept]:
    """Return some parameters as the notebook's own statements leave a model, or the constructor."""
    known = world.state.vgg16
    world.state.real = None  # one that was looked at holds what was drawn for it
    with downloaded(known.model) if known else nullcontext():
        as_the_notebook_begins(world, asked)
    answer = kept(real_model(world, asked), asked)
    world.state.real = None  # what is asked next is asked of a new one
    return answer


def _lend_biases(model: nn.Module, names: Collection[str]) -> Iterator[nn.Module]:
    """Give layers the bias that they lack, as copying may ask for it; yield each."""
    for name, layer in model.named_modules():
        weight = getattr(layer, "weight", None)
        if name in names and isinstance(weight, nn.Parameter) and getattr(layer, "bias", weight) is None:
            layer.register_parameter("bias", nn.Parameter(weight.new_zeros(len(weight))))
            yield layer


def _stand_in(model: nn.Module, vgg16: nn.Module, names: Mapping[str, str]) -> Iterator[str]:
    """Give the model what copying may ask for by name though the student's forward pass has no such layer;
    yield each name."""
    for name, source in names.items():
        if hasattr(model, name):
            continue
        twin = vgg16.get_submodule(source) if source else nn.Identity()
        if isinstance(twin, nn.Conv2d):
            kernel = (twin.weight.shape[2], twin.weight.shape[3])
            twin = nn.Conv2d(twin.weight.shape[1], twin.weight.shape[0], kernel)
        setattr(model, name, twin)
        yield name


def sample(world: World, asked: Sample, arrays: Arrays) -> Answer[Sampled]:
    """Return shapes, and values at positions drawn from a seed, of what is asked for."""
    known = _tensors(world, asked)
    found = {}
    for name in asked.names:
        if name in known:
            flat = known[name].detach().reshape(-1)
            at = positions(asked.seed, name, flat.numel(), asked.count)
            found[name] = flat[torch.from_numpy(at)].float().cpu().numpy()
    return Sampled({name: tuple(known[name].shape) for name in found}), found


def _tensors(world: World, asked: Sample) -> Mapping[str, Tensor]:
    state = world.state
    if asked.of == "gradients":
        assert state.narrowed is not None, "a run was asked for before"
        model = state.narrowed.model
        learned = {id(parameter) for parameter in model.parameters()}  # what an optimizer is given
        pairs = ((name, own.grad) for name, own in model.named_parameters() if id(own) in learned)
        return {name: gradient for name, gradient in pairs if gradient is not None}
    if asked.of == "vgg16":
        assert state.vgg16 is not None, "copying was asked for before"
        known = dict(state.vgg16.model.named_parameters())
        return {own: known[name] for own, name in state.vgg16.names.items() if name in known}
    return dict(real_model(world, asked).named_parameters())
