"""Train a student's model as the trusted side asks, a few steps at a time.

What comes in: pictures, labels to learn from, the recipe, first values of the parameters. What goes out:
losses, which are shown and prove nothing, and predictions for pictures whose labels never come here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Adam
from torch.optim.lr_scheduler import ReduceLROnPlateau

from grader.wall.sketch import sketch
from grader.wall.uncompiled import without_compiler
from grader.wall.values import kind_of
from grader.wall.verbs import (
    Done,
    TrainBegin,
    TrainBest,
    TrainEnd,
    TrainGradients,
    TrainPictures,
    TrainPredict,
    TrainSteps,
)
from grader.worker import stepping
from grader.worker.answering import in_mode
from grader.worker.building import construct
from grader.worker.confirming import small
from grader.worker.loader import World, call
from grader.worker.memory import keep_memory, reclaim
from grader.worker.models import Answer, Arrays
from grader.worker.trace import is_tensor

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)  # of ImageNet
STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


class WrongOutputError(ValueError):
    """The model's output can't be compared with labels."""


@dataclass
class Session:
    """A training run under way."""

    model: nn.Module
    optimizer: Adam
    schedule: ReduceLROnPlateau
    device: torch.device
    seed: int
    format: torch.memory_format = torch.contiguous_format
    images: list[Tensor] = field(default_factory=list)  # uint8 (H, W, 3)
    labels: list[Tensor] = field(default_factory=list)  # uint8 (H, W)
    losses: list[Tensor] = field(default_factory=list)  # of the epoch under way
    best: dict[str, Tensor] = field(default_factory=dict)
    take: stepping.Step = field(init=False)

    def __post_init__(self) -> None:
        recorded = stepping.WAYS.recorded and self.device.type == "cuda"
        self.take = stepping.Recorder(self.step, self.optimizer) if recorded else self.step

    def step(self, image: Tensor, label: Tensor) -> Tensor:
        """Take a step on a picture; return its loss."""
        self.optimizer.zero_grad()
        loss = self.loss(image, label)
        if (
            loss.requires_grad
        ):  # else the student's forward pass cuts the graph: it will show that it learns nothing
            call(loss.backward)
            with without_compiler():  # whose graphs a step would break
                self.optimizer.step()
        return loss.detach()

    def loss(self, image: Tensor, label: Tensor) -> Tensor:
        """Return the mean cross entropy of a picture's pixels, in nats."""
        logits: Tensor = self.run(self.normalised(image))
        return call(F.cross_entropy, logits, label[None].long())  # type: ignore[no-any-return]  # a tensor

    def normalised(self, image: Tensor) -> Tensor:
        """Return a picture, uint8 (H, W, 3), as a batch of one: float32 (1, 3, H, W)."""
        return normalise(image)[None].contiguous(memory_format=self.format)

    def run(self, images: Tensor) -> Tensor:
        """Return the model's logits, float32 (N, n_class, H, W), for normalised images."""
        output = call(self.model, images)
        return call(_logits, output, images)  # type: ignore[no-any-return]  # as `_logits` says


def begin(world: World, asked: TrainBegin, arrays: Arrays) -> Answer[Done]:
    """Build a model, give its parameters their first values, make the optimiser."""
    keep_memory()
    if world.state.real or world.state.training:  # gigabytes that another question has left
        world.state.real = world.state.training = None
        reclaim()
    torch.manual_seed(asked.seed)
    model = (
        small(world, asked, asked.shapes) if asked.shapes else construct(world, asked.model, asked.n_class)[0]
    )
    _set(model, asked, arrays, torch.Generator().manual_seed(asked.seed))
    device = torch.device(asked.device)
    stepping.prepare(device)
    torch.empty(1, device=device)  # a card that does not start is not the student's
    call(model.to, device)
    parameters = list(model.parameters())
    optimizer = call(stepping.adam, parameters, asked.learning_rate, asked.weight_decay, device)
    schedule = ReduceLROnPlateau(optimizer, "min", patience=asked.patience, min_lr=asked.min_learning_rate)
    torch.manual_seed(asked.seed)  # dropout is the same however the constructor drew
    world.state.training = Session(model, optimizer, schedule, device, asked.seed)
    return Done(), {}


def _logits(output: Any, images: Tensor) -> Tensor:
    if not is_tensor(output) or output.ndim != 4 or output.shape[2:] != images.shape[2:]:
        shape = tuple(output.shape) if is_tensor(output) else kind_of(output)
        raise WrongOutputError(f"{tuple(images.shape)} in, {shape} out")
    logits: Tensor = output.float()
    return logits


def current(world: World) -> Session:
    """Return the run under way."""
    session = world.state.training
    assert isinstance(session, Session), "training was begun before"
    return session


def learn_from(world: World, asked: TrainPictures, arrays: Arrays) -> Answer[Done]:
    """Take pictures with their labels."""
    session = current(world)
    first = not session.images
    for images, name in ((session.images, "image"), (session.labels, "label")):
        images += [torch.from_numpy(array.copy()).to(session.device) for array in numbered(arrays, name)]
    if first and session.images:
        session.format = stepping.layout(session.model, session.run, session.normalised(session.images[0]))
        torch.manual_seed(session.seed)  # dropout is the same however that went
    return Done(), {}


def steps(world: World, asked: TrainSteps, arrays: Arrays) -> Answer[Done]:
    """Take a step on each of the named pictures in turn; return their losses."""
    session = current(world)
    in_mode(session.model, training=True)
    losses = [session.take(session.images[index], session.labels[index]) for index in asked.order]
    session.losses += losses
    if asked.epoch_ends:
        session.schedule.step(float(torch.stack(session.losses).mean()))
        session.losses.clear()
    return Done(), {"losses": torch.stack(losses).cpu().numpy()}


def gradients(world: World, asked: TrainGradients, arrays: Arrays) -> Answer[Done]:
    """Return what the loss of a picture is, and how it changes with each of the named parameters."""
    session = current(world)
    in_mode(session.model, training=True)
    session.optimizer.zero_grad()
    torch.manual_seed(asked.seed)
    loss = session.loss(session.images[asked.picture], session.labels[asked.picture])
    call(loss.backward)
    torch.manual_seed(asked.seed)  # a step that follows drops the same
    found = {"loss": np.array([float(loss.detach())])}
    parameters = dict(session.model.named_parameters())
    for number, name in enumerate(asked.names):
        if name in parameters and (gradient := parameters[name].grad) is not None:
            found[f"gradient/{number}"] = sketch(gradient.cpu().numpy())
    return Done(), found


@torch.no_grad()
def predict(world: World, asked: TrainPredict, arrays: Arrays) -> Answer[Done]:
    """Return for each `image/K` the class of every pixel and the log-probabilities of some."""
    session = current(world)
    in_mode(session.model, training=False)
    stride, found = asked.stride, {}
    for number, array in enumerate(numbered(arrays, "image")):
        logits = session.run(session.normalised(torch.from_numpy(array.copy()).to(session.device)))[0]
        found[f"class/{number}"], found[f"log/{number}"] = call(_predicted, logits, stride)
    return Done(), {name: value.cpu().numpy() for name, value in found.items()}  # waits for a GPU once


def _predicted(logits: Tensor, stride: int) -> tuple[Tensor, Tensor]:
    return logits.argmax(0).to(torch.uint8), logits[:, ::stride, ::stride].log_softmax(0)


def best(world: World, asked: TrainBest, arrays: Arrays) -> Answer[Done]:
    """Keep the model as it is now, or bring it back as it was kept."""
    session = current(world)
    if asked.keep:
        session.best = {name: value.clone() for name, value in session.model.state_dict().items()}
    else:
        session.model.load_state_dict(session.best)
    return Done(), {}


def end(world: World, asked: TrainEnd, arrays: Arrays) -> Answer[Done]:
    """Free what training takes."""
    world.state.training = None
    reclaim()  # its step is a method of its own
    return Done(), {}


def numbered(arrays: Arrays, name: str) -> Iterator[np.ndarray[Any, Any]]:
    """Yield `name/0`, `name/1` ... as far as they go."""
    number = 0
    while (array := arrays.get(f"{name}/{number}")) is not None:
        yield array
        number += 1


def normalise(image: Tensor) -> Tensor:
    """Turn a picture, uint8 (H, W, 3), into float32 (3, H, W) about ImageNet's mean and deviation."""
    mean, deviation = _colours(image.device)
    return (image.permute(2, 0, 1).float() / 255 - mean) / deviation


@cache  # copied to a GPU once: a copy waits for it
def _colours(device: torch.device) -> tuple[Tensor, Tensor]:
    return MEAN.to(device), STD.to(device)


@torch.no_grad()
def _set(model: nn.Module, asked: TrainBegin, arrays: Arrays, generator: torch.Generator) -> None:
    for name, parameter in sorted(model.named_parameters()):
        given = arrays.get(f"value/{name}")
        if given is not None:
            parameter.copy_(torch.from_numpy(given.copy()))
        elif name in asked.carried:
            _carry(parameter, *asked.carried[name])
        elif name in asked.bounds:
            parameter.uniform_(-asked.bounds[name], asked.bounds[name], generator=generator)


def _carry(weight: Tensor, gain: float, inputs: int, outputs: int, kinds: int) -> None:
    """Let the first `outputs` channels pass on the mean of the first `inputs` of their kind, times `gain`."""
    into, of = torch.arange(outputs)[:, None] % kinds, torch.arange(min(inputs, weight.shape[1])) % kinds
    same = (into == of).float()  # (outputs, inputs)
    _, _, height, width = weight.shape
    weight.zero_()
    weight[:outputs, : len(of), height // 2, width // 2] = (
        gain * same / same.sum(1, keepdim=True).clamp(min=1)
    )
