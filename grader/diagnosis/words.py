"""Names of operations and pairs of numbers, as a person writes them."""

from __future__ import annotations

import math
import re

from grader.network.graph import Expr, walk
from grader.network.reading import strides

NEAR = 1e-6  # of a factor that float32 holds
TINY = 1e-9  # a factor below which nobody writes a whole number to divide by

SAID = {
    "avg_pool2d": "average pooling (avg_pool2d)",
    "adaptive_avg_pool2d": "adaptive average pooling",
    "adaptive_max_pool2d": "adaptive max pooling",
    "prelu_kernel": "prelu",
}

DEEDS = {
    "mul": "is multiplied by {}",
    "div": "is divided by {}",
    "add": "has {} added",
    "sub": "is combined with {} by a minus",
    "pow": "is raised to the power of {}",
}


def plain(step: Expr) -> str:
    """Return an operation's name without its spelling in the library."""
    name = step.op.removeprefix("aten.").split(".")[0].strip("_")
    if name == "elu" and step["args"][2:3] not in ((), (1,)):
        return "selu"  # PyTorch computes it as an ELU of another scale
    return SAID.get(name, name)


def both(pair: tuple[int, int]) -> str:
    """Return a pair of numbers as text: one number if they are equal."""
    return str(pair[0]) if pair[0] == pair[1] else f"({pair[0]}, {pair[1]})"


def corner(start: tuple[int, int]) -> int | str:
    """Return where a crop starts: one number where rows and columns are alike."""
    return start[0] if start[0] == start[1] else f"row {start[0]} and column {start[1]}"


def numeral(text: str) -> int | str:
    """Return a whole number that stands alone in a text as a number, anything else as it is."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,12}", text) else text


def deed(step: Expr) -> str:
    """Return what a step does to a value, as in "which is multiplied by 2"."""
    if step.op == "scale":
        return _scaled(float(step["factor"]))
    if step.op == "crop":
        if dict(step.attrs).get("even"):
            return f"is padded by {both((-int(step['top']), -int(step['left'])))}"
        if dict(step.attrs).get("padded"):
            return "is padded below or at the right"
        return f"is cropped from {both((step['top'], step['left']))}"
    if strides(step):
        return f"keeps one of {strides(step)} {'rows' if step['args'][1] % 4 == 2 else 'columns'}"
    if plain(step) in ("add", "sub") and len(step.inputs) == 1 and isinstance(step["args"][1], int | float):
        return f"has {step['args'][1]:.4g} {'added' if plain(step) == 'add' else 'taken off'}"
    if (done := DEEDS.get(plain(step))) and (kind := held(step)):
        return done.format(kind)
    if "norm" in step.op:
        return "goes through a normalisation layer"
    return f"goes through {plain(step)}"


def _scaled(factor: float) -> str:
    """Say a factor as a person wrote it: 1 / 255 is no 0.003922."""
    short, whole = f"{factor:.4g}", round(1 / factor) if abs(factor) > TINY else 0
    is_short = math.isclose(float(short), factor, rel_tol=NEAR)
    divides = not is_short and whole and math.isclose(factor * whole, 1, rel_tol=NEAR)
    return f"is divided by {whole}" if divides else f"is multiplied by {short}"


def held(step: Expr) -> str:
    """Return what of the model's own a value is combined with, to which no picture leads; "" if nothing."""
    sides = [list(walk(source)) for source in step.inputs]
    own = [node for side in sides if all(node.op != "input" for node in side) for node in side]
    kinds = {node["kind"] for node in own if node.op == "leaf"}
    if "parameter" in kinds:
        return "a learnt parameter"
    return "a buffer" if "buffer" in kinds else ""
