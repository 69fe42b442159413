"""Give every layer of a student's network its role, by place and shape, never by name.

The layers of the main path are aligned with those of the assignment like two texts: at least total cost,
where a layer that differs costs a little for every attribute and one that is missing or too many costs more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from grader.network.graph import Expr, Pair, walk, weight_shape
from grader.records.reason import Place
from reference.architecture import VGG_FEATURES, Conv, Pool

POOLINGS = ("max_pool", "avg_pool", "adaptive")
NOT_ALIKE = 1e9  # above any sum of costs: such a pair is never matched
MISSING_CONV = 2.0  # a missing and an extra layer cost 4, a pair at most 3.5: a wrong layer keeps its role
OTHER_KIND = 2.5  # a transposed convolution is taken for a plain one where hardly anything else differs
AFTER_POOLS = "fc6"  # the first layer that no pool may stand behind
LATER = 0.02  # below a name's part in a cost, so that it decides only between equal layers without names
TORCHVISION = {role: f"features.{index}." for index, role in VGG_FEATURES.items()}
MISSING_POOL = 1.6  # less, so that a pool in a wrong place is a moved pool and not two moved layers


@dataclass(frozen=True, slots=True)
class Layer:
    """A convolution as the student made it."""

    expr: Expr
    weight: str
    bias: str
    inputs: int
    outputs: int
    kernel: Pair
    stride: Pair
    padding: Pair
    dilation: Pair
    groups: int
    transposed: bool
    output_padding: Pair

    @property
    def place(self) -> Place | None:
        return self.expr.place


def read_layer(node: Expr) -> Layer:
    """Read a convolution's attributes; one that is computed has the name of the parameter that holds it."""
    weight, bias = node.inputs[1], node.inputs[2] if len(node.inputs) > 2 else None
    shape = weight_shape(node)
    transposed, groups = node.op == "deconv", int(node["groups"])
    first, second, *kernel = shape if len(shape) == 4 else (0, 0, 0, 0)
    return Layer(
        expr=node,
        weight=_name(weight, prod(shape)),
        bias="" if bias is None else _name(bias, second * groups if transposed else first),
        inputs=first if transposed else second * groups,
        outputs=second * groups if transposed else first,
        kernel=(kernel[0], kernel[1]),
        stride=node["stride"],
        padding=node["padding"],
        dilation=node["dilation"],
        groups=groups,
        transposed=transposed,
        output_padding=node["output_padding"],
    )


def _name(node: Expr, elements: int) -> str:
    """The name of a parameter, of the one that what is computed has its elements from, or else of its own."""
    if node.op == "leaf":
        return str(node["name"])
    held = [leaf["name"] for leaf in parameters(node) if prod(leaf["shape"]) == elements]
    return str(held[0]) if len(held) == 1 else f"computed {node.key[:8]}"


def parameters(node: Expr) -> Iterator[Expr]:
    """Yield the parameters that a value is computed from."""
    return (each for each in walk(node) if each.op == "leaf" and each["kind"] == "parameter")


def is_pool(node: Expr) -> bool:
    """Whether an operation pools."""
    return any(name in node.op for name in POOLINGS)


def conv_cost(layer: Layer, wanted: Conv) -> float:
    """Return how unlike a layer is to one of the assignment."""
    if wanted.transposed and not layer.transposed:
        return NOT_ALIKE
    return (
        OTHER_KIND * (layer.transposed and not wanted.transposed)
        + 1.0 * (layer.outputs != wanted.outputs)
        + 0.6 * (layer.inputs != wanted.inputs)
        + 0.9 * (layer.kernel != (wanted.kernel,) * 2)
        + 0.4 * (layer.stride != (wanted.stride,) * 2)
        + 0.3 * (layer.padding != (wanted.padding,) * 2)
        + 0.3 * (layer.dilation != (wanted.dilation,) * 2)
        - 0.05 * _is_named(layer.weight, wanted.role)  # only breaks ties between equal layers
    )


def _is_named(parameter: str, role: str) -> bool:
    """Whether a parameter's name speaks of a role, or of the layer that has it in torchvision's VGG-16."""
    return role in parameter or TORCHVISION.get(role, role) in parameter


def _cost(node: Expr, wanted: Conv | Pool) -> float:
    if isinstance(wanted, Pool):
        return 0.5 * (node.op != "max_pool") if is_pool(node) else NOT_ALIKE
    return NOT_ALIKE if is_pool(node) else conv_cost(read_layer(node), wanted)


def align(nodes: Sequence[Expr], wanted: Sequence[Conv | Pool]) -> dict[str, Expr]:
    """Match layers and pools with roles at least total cost; what the answer lacks is missing or extra."""
    extra = _left_out([is_pool(node) for node in nodes])
    absent = _left_out([isinstance(role, Pool) for role in wanted])
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(nodes) + 1):
        for j in range(len(wanted) + 1):
            ways = []
            if i and j:
                ways.append((best[i - 1, j - 1][0] + _cost(nodes[i - 1], wanted[j - 1]), (1, 1)))
            if i:
                ways.append((best[i - 1, j][0] + extra[i - 1], (1, 0)))
            if j:
                ways.append((best[i, j - 1][0] + absent[j - 1], (0, 1)))
            if ways:
                best[i, j] = min(ways, key=lambda way: way[0])
    roles = _trace_back({cell: step for cell, (_, step) in best.items()}, nodes, wanted)
    return roles | _moved_pools(roles, nodes, wanted)


def _left_out(pools: Sequence[bool]) -> list[float]:
    """Return what leaving each out costs: least for the last of equal layers, as a short list leaves it."""
    count = len(pools)
    return [MISSING_POOL if pool else MISSING_CONV - LATER * at / count for at, pool in enumerate(pools)]


def _moved_pools(
    roles: Mapping[str, Expr], nodes: Sequence[Expr], wanted: Sequence[Conv | Pool]
) -> dict[str, Expr]:
    """Match a missing pool with one too many that lies between the pools before and after it."""
    at = {node.key: number for number, node in enumerate(nodes)}
    taken = {role: at[node.key] for role, node in roles.items()}
    order = [role.role for role in wanted if isinstance(role, Pool)]
    moved: dict[str, Expr] = {}
    for number, role in enumerate(order):
        if role in roles:
            continue
        first = max((taken[each] for each in order[:number] if each in taken), default=-1)
        last = min((taken[each] for each in (*order[number + 1 :], AFTER_POOLS) if each in taken), default=-1)
        between = (at for at in range(first + 1, last) if is_pool(nodes[at]))
        if (found := next(between, None)) is not None:
            moved[role], taken[role] = nodes[found], found
    return moved


def _trace_back(
    came: dict[tuple[int, int], tuple[int, int]], nodes: Sequence[Expr], wanted: Sequence[Conv | Pool]
) -> dict[str, Expr]:
    roles: dict[str, Expr] = {}
    i, j = len(nodes), len(wanted)
    while (i, j) != (0, 0):
        down, right = came[i, j]
        if (down, right) == (1, 1):
            roles[wanted[j - 1].role] = nodes[i - 1]
        i, j = i - down, j - right
    return dict(reversed(roles.items()))
