"""A forward pass that stands in for one that can't be run, so that what the constructor built is judged.

It joins the layers in the order in which they were made and crops nothing as the assignment asks: it knows
no answer. What the forward pass itself is worth is paid for by its lines. What the code's text makes and the
network has none of stays away: code that never runs may make it.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from grader.mending.trouble import bound, tree
from grader.records.submission import Chunk, Slice

PAYS = (
    "build", "skips", "skip_crops", "crop", "shape", "forward",
    "training_loss", "training_accuracy", "training_iou",
)  # fmt: skip
LAYERS = {  # what makes them, by line
    "activations": {"ReLU", "vgg16", "make_layers"},  # of torchvision's network, too
    "pools": {"MaxPool2d", "vgg16", "make_layers"},
    "dropout": {"Dropout", "Dropout2d"},
}

STAND_IN = """\
def _standing_in(self, x):
    import torch
    from torch import nn
    kinds = lambda *classes: [layer for layer in self.modules() if isinstance(layer, classes)]
    convs, ups = kinds(nn.Conv2d), sorted(kinds(nn.ConvTranspose2d), key=lambda up: up.kernel_size[0])
    heads = [conv for conv in convs if conv.kernel_size == (1, 1) and conv.out_channels < 1000]
    trunk = [conv for conv in convs if conv not in heads]
    score = next(head for head in heads if head.in_channels > 1000)
    skips = [next((head for head in heads if head.in_channels == size), None) for size in (512, 256)]
    relus, pools, drops = kinds(nn.ReLU), kinds(nn.MaxPool2d), kinds(nn.Dropout2d, nn.Dropout)
    said = {said}
    one = lambda own, line, right, other: right if own or line not in said else other
    relu = one(relus, "activations", torch.relu, nn.Identity())
    pool = one(pools, "pools", nn.MaxPool2d, nn.AvgPool2d)(2, 2, ceil_mode=True)
    drop = one(drops, "dropout", nn.Dropout2d(0.5), nn.Identity())
    relu = iter(relus if len(relus) >= len(trunk) else [relu] * len(trunk))
    pool = iter(pools if len(pools) == 5 else [pool] * 5)
    drop = iter(drops if len(drops) == 2 else [drop] * 2)
    fed = lambda layer, h: layer(h.repeat(1, layer.in_channels, 1, 1)[:, : layer.in_channels]
                                 if h.shape[1] != layer.in_channels else h)
    h, taps, layers = x, [], iter(trunk)
    for count in (2, 2, 3, 3, 3):
        for _ in range(count):
            h = next(relu)(fed(next(layers), h))
        h = next(pool)(h)
        taps.append(h)
    for layer in layers:
        h = next(relu)(fed(layer, h))
        h = next(drop).train(self.training)(h)
    h = fed(score, h)
    for number, up in enumerate(ups):
        h = fed(up, h)
        if number < 2 and len(ups) > 1 and skips[number] is not None:
            tap = skips[number](taps[3 - number])
            rows, columns = min(h.shape[2], tap.shape[2]), min(h.shape[3], tap.shape[3])
            h = h[:, :, :rows, :columns] + tap[:, :, :rows, :columns]
    return h[:, :, : x.shape[2], : x.shape[3]]


{name}.forward = _standing_in"""


def standing(slice: Slice, model: str) -> Slice | None:
    """The slice with the stand-in as a model's forward pass; None where its class is not there."""
    for module in slice.modules:
        for at, chunk in enumerate(module.chunks):
            if model in bound(chunk):
                text = STAND_IN.format(name=model, said=sorted(_made(slice)))
                more = Chunk(f"{chunk.label} (stand-in)", 1, text)
                chunks = (*module.chunks[: at + 1], more, *module.chunks[at + 1 :])
                changed = replace(module, chunks=chunks)
                modules = tuple(changed if each is module else each for each in slice.modules)
                return replace(slice, modules=modules)
    return None


def is_whole(slice: Slice, model: str) -> bool:
    """Whether the stand-in is there as it was put."""
    kept = STAND_IN.partition("{said}")[2].format(name=model)
    return any(chunk.source.endswith(kept) for module in slice.modules for chunk in module.chunks)


def lines(slice: Slice, model: str) -> tuple[str, ...]:
    """The lines that pay for a forward pass which can't be run; layers it has none of, it makes itself."""
    own = LAYERS.keys() - _made(slice)
    return tuple(f"{model.lower()}.{line}" for line in (*PAYS, *(line for line in LAYERS if line in own)))


def _made(slice: Slice) -> set[str]:
    """The lines whose layers the code makes, as its text has it, outside of forward passes."""
    chunks = (chunk for module in slice.modules for chunk in module.chunks)
    nodes = [node for chunk in chunks if "class " in chunk.source for node in ast.walk(tree(chunk))]
    passes = (node for node in nodes if isinstance(node, ast.FunctionDef) and node.name == "forward")
    within = {id(part) for each in passes for part in ast.walk(each)}
    calls = [node.func for node in nodes if isinstance(node, ast.Call) and id(node) not in within]
    made = {getattr(called, "attr", getattr(called, "id", "")) for called in calls}
    return {line for line, layers in LAYERS.items() if not made.isdisjoint(layers)}
