"""A target under another name: a network by its number, a function by what it takes and how it is used."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Sequence
from typing import TypeGuard

import re2

from grader.assignment import CAM, FCN8S, FCN32S, GRADCAM, GRADIENTS, MAP, NETWORKS, PREDICT
from grader.intake.code.effects import path
from grader.intake.code.lifting import gives
from grader.intake.code.names import walk

NUMBERS = {network.name: network.number for network in NETWORKS.values()}
WEIGHTS = re2.compile(r"(?i)weight|fc|^w")  # the argument that holds the last layer's weights
PREDICTS = re2.compile(r"(?i)pred|cls|class|top1|top_1")
CHOOSES = {"softmax", "topk", "argmax", "max", "sort"}
WIDTH = 4096  # of fc6 and fc7
ENLARGES = {"ConvTranspose2d", "conv_transpose2d", "interpolate", "Upsample", "UpsamplingBilinear2d"}
ENLARGED = {FCN32S.name: range(1, 2), FCN8S.name: range(1, 9)}  # how often each may, in as many words
Definition = ast.ClassDef | ast.FunctionDef


def other_names(nodes: Sequence[ast.stmt], missing: Iterable[str]) -> dict[str, Definition]:
    """For each missing target the definition that seems to be it."""
    found, made = dict[str, Definition](), list[Definition]()
    for target in sorted(missing, key=lambda name: name != MAP):  # its calls tell where the class comes from
        if target in NUMBERS:
            made = _whole([node for node in nodes if _is_network(node, target)])
            made = made or _left(nodes, target, [*found.values()])
        elif target == MAP:
            made = [node for node in nodes if _is_map(node)]
        elif target == GRADIENTS:
            made = [node for node in nodes if _is_grad_cam(node)]
        elif target == PREDICT:
            made = [*_predicting(nodes, found[MAP].name if MAP in found else MAP)]
        if made:
            found[target] = made[-1]
    return found


def hints(name: str, target: str) -> bool:
    """Whether a name may stand for a target."""
    if target in NUMBERS:
        return f"fcn{NUMBERS[target]}" in _bare(name)
    if target in (MAP, GRADIENTS):
        return (CAM if target == MAP else GRADCAM) in _bare(name)
    return bool(PREDICTS.search(name))


def _bare(name: str) -> str:
    return name.replace("_", "").lower()


def _is_network(node: ast.stmt, target: str) -> TypeGuard[Definition]:
    """Whether it is a class named for the network, or a function named so that gives one of its own."""
    if not isinstance(node, Definition) or not hints(node.name, target):
        return False
    if isinstance(node, ast.ClassDef):
        return runs(node)
    inside = (each for each in node.body if isinstance(each, ast.ClassDef))
    return any(runs(each) and gives(node, each.name) for each in inside)


def _left(nodes: Sequence[ast.stmt], target: str, taken: Container[ast.stmt]) -> list[Definition]:
    """The one class that is such a network by its layers and no other target; none where several are.

    Of the two that every year asks for the first enlarges once.
    """
    others = [name for name in NUMBERS if name != target]
    classes = [node for node in nodes if isinstance(node, ast.ClassDef) and node not in taken]
    free = [each for each in classes if not any(hints(each.name, name) for name in others) and runs(each)]
    fit = [each for each in free if _enlarges(each) in ENLARGED.get(target, ())]
    return [*fit] if len(fit) == 1 else []


def _enlarges(node: ast.ClassDef) -> int:
    """How often a network on VGG-16 says that it enlarges; any other network never."""
    parts = list(walk(node))
    calls = (path(part.func).rpartition(".")[2] for part in parts if isinstance(part, ast.Call))
    is_vgg = any(isinstance(part, ast.Constant) and part.value == WIDTH for part in parts)
    is_vgg |= not NUMBERS.keys().isdisjoint(map(path, node.bases))
    return sum(name in ENLARGES for name in calls) if is_vgg else 0


def runs(node: ast.ClassDef) -> bool:
    """Whether a class has a forward pass of one picture: a loss takes two."""
    methods = [each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "forward"]
    return any(len(_parameters(each)) - len(each.args.defaults) <= 2 for each in methods)


def _whole(networks: Sequence[Definition]) -> list[Definition]:
    """The networks that no other one is made of."""
    parts = {
        part.id
        for each in networks
        for part in walk(each)
        if isinstance(part, ast.Name) and part.id != each.name
    }
    return [each for each in networks if each.name not in parts]


def _parameters(node: ast.FunctionDef) -> list[str]:
    return [each.arg for each in (*node.args.posonlyargs, *node.args.args)]


def _is_map(node: ast.stmt) -> TypeGuard[ast.FunctionDef]:
    """Whether it is a function that makes a class activation map of features, weights and a class."""
    if not isinstance(node, ast.FunctionDef) or not hints(node.name, MAP):
        return False
    parameters = _parameters(node)
    return len(parameters) >= 3 and bool(WEIGHTS.search(parameters[1]))


def _is_grad_cam(node: ast.stmt) -> TypeGuard[ast.FunctionDef]:
    """Whether it is a function of three that is named so."""
    return isinstance(node, ast.FunctionDef) and hints(node.name, GRADIENTS) and len(_parameters(node)) >= 3


def _predicting(nodes: Sequence[ast.stmt], maps: str) -> list[ast.FunctionDef]:
    """The function that gives the map's function its class; else one that is named so and chooses a class."""
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name != maps]
    used = _given_to(nodes, maps)
    by_use = [node for node in functions if node.name in used]
    return by_use or [node for node in functions if PREDICTS.search(node.name) and _chooses(node)]


def _given_to(nodes: Sequence[ast.stmt], maps: str) -> set[str]:
    """The functions whose results are given to the map's function as the class."""
    made: dict[str, str] = {}
    given = set[str]()
    for part in (part for node in nodes for part in walk(node)):
        match part:
            case ast.Assign(targets=[ast.Name(name)], value=ast.Call(func=function)):
                made[name] = path(function)
            case ast.Call(func=function, args=[_, _, ast.Name(name), *_]) if path(function) == maps:
                given.add(name)
    return {made[name] for name in given if name in made}


def _chooses(node: ast.FunctionDef) -> bool:
    called = {part.attr for part in walk(node) if isinstance(part, ast.Attribute)}
    return len(_parameters(node)) == 1 and not called.isdisjoint(CHOOSES)
