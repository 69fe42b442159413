"""Call the student's `gradCAM` on a network that both sides make from a seed."""

from __future__ import annotations

from importlib import import_module

from grader.wall.uneven import network, picture
from grader.wall.verbs import GradCam, Map
from grader.worker.cam import INDICES, named, target
from grader.worker.loader import World, call
from grader.worker.models import Answer, Arrays
from grader.worker.noting import returned


def grad_cam(world: World, asked: GradCam, arrays: Arrays) -> Answer[Map]:
    """Call gradCAM on the kit's network, a picture and a class."""
    function = target(world, "gradCAM")
    net = network(import_module("CAM.resnet").ResNet18, asked.seed)
    value = call(function, net, picture(asked.seed, asked.picture), INDICES[asked.form](asked.index))
    seen, array = returned(value)
    return Map(seen.type, seen.shape, seen.dtype, seen.text, kept=True), named("value", array)
