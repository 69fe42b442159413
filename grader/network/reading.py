"""A network as the student built it, read into the assignment's terms."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import permutations

from grader.network.abandoned import Abandoned, last_end, revived
from grader.network.graph import Expr, Pair, walk
from grader.network.path import LAYERS, Join, Path, main_path
from grader.network.roles import Layer, align, is_pool, read_layer
from grader.network.sizes import mapped
from grader.records.reason import Place
from reference.architecture import Architecture, Skip

ABSENT = 4.0  # more than all that can be wrong with a skip
BEHIND = ("aten.constant_pad_nd.default", "aten.replication_pad2d.default")
MOST_SIDES = 5  # convolutions on joining branches that may be a skip's score layer


@dataclass(frozen=True)
class Reading:
    """Layers and pools by role, those without a role, and the main path that they lie on."""

    architecture: Architecture
    output: Expr
    path: Path
    layers: dict[str, Layer]
    pools: dict[str, Expr]
    extra: tuple[Expr, ...]
    sides: Mapping[str, int]  # by role: where the branches of the skips' score layers join
    returned: Expr | None = None  # the output, where that is not what the path ends in
    supposed: bool = False  # to be the assignment's, since not all of it can be read
    size: Pair | None = None  # of the picture that was taken; None where that isn't known
    unused: tuple[Expr, ...] = ()  # values that the forward pass computed and nothing took

    @cached_property
    def positions(self) -> dict[str, int]:
        """Return the position in the path of every role on it."""
        nodes = {role: layer.expr for role, layer in self.layers.items()} | self.pools
        return {
            role: self.path.places[node.key] for role, node in nodes.items() if node.key in self.path.places
        }

    def beside(self, role: str) -> Place | None:
        """Return the line where a role that is missing should be: that of the one before it, or after it."""
        wanted = self.architecture
        order = [each.role for each in (*wanted.trunk, wanted.score, *wanted.upscores)]
        at = order.index(role) if role in order else len(order)
        for near in (*reversed(order[:at]), *order[at:]):
            node = self.pools.get(near) or (self.layers[near].expr if near in self.layers else None)
            if node is not None and node.place:
                return node.place
        return None

    @cached_property
    def beside_path(self) -> tuple[Expr, ...]:
        """Return the steps from the path to what was returned instead; none where that lies on it."""
        steps, node = [], self.returned
        while node is not None and node.key not in self.path.places:
            steps.append(node)
            node = node.inputs[0] if node.inputs else None
        return tuple(reversed(steps))

    def after(self, position: int) -> str:
        """Return the role of the last layer or pool at or before a position; "" before the first."""
        behind = [(place, role) for role, place in self.positions.items() if place <= position]
        return max(behind)[1] if behind else ""

    @cached_property
    def upscores(self) -> dict[str, Layer]:
        """Return the layers by which maps are enlarged, by role."""
        wanted = (upscore.role for upscore in self.architecture.upscores)
        return {role: self.layers[role] for role in wanted if role in self.layers}

    @cached_property
    def first_upscore(self) -> int:
        """Return where the way up begins: at the first transposed convolution, or after the last layer."""
        known = {layer.expr.key for role, layer in self.layers.items() if role not in self.upscores}
        steps = enumerate(self.path.steps)
        deconvs = [i for i, step in steps if step.op == "deconv" and step.key not in known]
        layers = [i for i, step in enumerate(self.path.steps) if step.op in LAYERS]
        return deconvs[0] if deconvs else (layers[-1] + 1 if layers else 0)

    @cached_property
    def last_layer(self) -> int:
        """Return the position of the path's last layer; -1 if it has none."""
        return max((i for i, step in enumerate(self.path.steps) if step.op in LAYERS), default=-1)

    def join_of(self, skip: Skip) -> tuple[int, Join] | None:
        """Return where the branch that holds a skip's score layer joins, or None."""
        position = self.sides.get(skip.score.role)
        return None if position is None else (position, self.path.joins[position])

    @cached_property
    def keys(self) -> dict[str, str]:
        """Return for every parameter the key its values are drawn by: its role's, or its own."""
        names: dict[str, str] = {}
        for role, layer in self.layers.items():
            names.setdefault(layer.weight, f"{role}.weight")
            if layer.bias:
                names.setdefault(layer.bias, f"{role}.bias")
        roots = self.output, *self.path.steps[-1:]  # the path goes on in what was let go of
        leaves = (node for root in roots for node in walk(root) if node.op == "leaf")
        parameters = [node["name"] for node in leaves if node["kind"] == "parameter"]
        return {name: f"own/{name}" for name in parameters} | names

    @cached_property
    def live(self) -> frozenset[str]:
        """Return the names of what the output is computed from; what was let go of is not among them."""
        return frozenset(node["name"] for node in walk(self.output) if node.op == "leaf")

    @cached_property
    def ceilings(self) -> dict[str, bool]:
        """Return which max pools round up.

        One that took an even map rounds as the others: up where one of them is padded and none rounds down.
        """
        pools = {role: node for role, node in self.pools.items() if node.op == "max_pool"}
        told = {role: self._rounds_up(node) for role, node in pools.items()}
        others = any(map(_is_padded, pools.values())) and False not in told.values()
        return {role: others if up is None else up for role, up in told.items()}

    def _rounds_up(self, pool: Expr) -> bool | None:
        """Return whether a pool rounds up; None where its map is even, or of unknown size."""
        if pool["ceil"] or _is_padded(pool):
            return True
        return False if any(side is not None and side % 2 for side in self._taken(pool)) else None

    def _taken(self, pool: Expr) -> tuple[int | None, int | None]:
        """Return the height and width of the map that a pool took, as far as they are known."""
        steps = self.path.steps[1 : self.path.places.get(pool.key, 0)]
        *_, begun = (-1, *(at for at, step in enumerate(steps) if dict(step.attrs).get("padded")))
        size = self.size if begun < 0 else (steps[begun]["height"], steps[begun]["width"])
        steps = steps[begun + 1 :]
        return (mapped(size[0], steps, 0), mapped(size[1], steps, 1)) if size else (None, None)

    @cached_property
    def found(self) -> int:
        """Return how many of the assignment's convolutions the network has."""
        return len(self.layers)


def read_network(output: Expr, architecture: Architecture) -> Reading:
    """Read a network: find the main path, give roles to what lies on it and on the branches that join it."""
    path = main_path(output)
    nodes = [step for step in path.steps if step.op in LAYERS or is_pool(step)]
    wanted = [*architecture.trunk, architecture.score, *architecture.upscores]
    roles = align(nodes, wanted)
    taken = {node.key for node in roles.values()}
    plain = {node.key for role, node in roles.items() if not _is_upscore(architecture, role)}
    side = _side_roles(path, architecture, plain)
    scores = {role: node for role, (_, node) in side.items()}
    layers = {role: read_layer(node) for role, node in (roles | scores).items() if node.op in LAYERS}
    return Reading(
        architecture=architecture,
        output=output,
        path=path,
        layers=layers,
        pools={role: node for role, node in roles.items() if node.op not in LAYERS},
        extra=tuple(node for node in nodes if node.key not in taken),
        sides={role: position for role, (position, _) in side.items()},
    )


def read_whole(output: Expr, ends: Sequence[Abandoned], architecture: Architecture) -> Reading:
    """Read a network; what it let go of is put back where more layers are found then."""
    reading = read_network(output, architecture)
    if not ends or reading.found == len(list(architecture.convs())):
        return reading
    last = last_end(output, ends)
    whole = read_network(last or revived(output, ends), architecture)
    whole = replace(whole, output=output, returned=output if last else None)
    return whole if whole.found > reading.found else reading


def _is_upscore(architecture: Architecture, role: str) -> bool:
    return any(upscore.role == role for upscore in architecture.upscores)


def _side_roles(
    path: Path, architecture: Architecture, plain: Collection[str]
) -> dict[str, tuple[int, Expr]]:
    """Match the convolutions of joining branches with the skips' score layers, so that least is wrong.

    `plain` are the steps of the path that are none of the upscores. Of several ways that are as good, one
    goes by channels, then by order.
    """
    found = [
        (position, join, part)
        for position, join in sorted(path.joins.items())
        for part in join.side
        if part.op in LAYERS
    ]
    skips = architecture.skips
    ways = permutations([*found[:MOST_SIDES], *[None] * len(skips)], len(skips))
    unlike = partial(_unlike, path, architecture, plain)
    best = min(ways, key=lambda way: sum(map(unlike, skips, way)))
    return {skip.score.role: (one[0], one[2]) for skip, one in zip(skips, best, strict=True) if one}


def _unlike(
    path: Path,
    architecture: Architecture,
    plain: Collection[str],
    skip: Skip,
    one: tuple[int, Join, Expr] | None,
) -> float:
    """How much is wrong with a skip if this convolution is its score layer."""
    if one is None:
        return ABSENT
    position, join, node = one
    upscores = [each.role for each in architecture.upscores]
    before = sum(step.op == "deconv" and step.key not in plain for step in path.steps[: position + 1])
    tap = path.steps[: path.places[join.tap.key] + 1] if join.tap else ()
    pools = sum(map(is_pool, tap))
    wrong = (
        before != upscores.index(skip.after) + 1,
        not tap or tap[-1].op != "max_pool" or pools != int(skip.pool.removeprefix("pool")),
        offset(join.side) not in (None, (skip.crop, skip.crop)),
    )
    return sum(wrong) + 0.1 * (read_layer(node).inputs != skip.score.inputs)


def _is_padded(pool: Expr) -> bool:
    """Whether a row or column of zeros, of less or of the last was put behind what a pool takes: it rounds up
    so."""
    source = pool.inputs[0]
    return source.op in BEHIND or dict(source.attrs).get("padded", False)


def offset(parts: tuple[Expr, ...]) -> Pair | None:
    """Return the row and column where a chain of crops starts; None where nothing is cropped."""
    corners = [found for part in parts if (found := _corner(part))]
    return (sum(c[0] for c in corners), sum(c[1] for c in corners)) if corners else None


def _corner(part: Expr) -> Pair | None:
    if part.op == "crop":
        return part["top"], part["left"]
    if not strides(part):
        return None
    _, dim, start = part["args"][:3]
    return (start, 0) if dim % 4 == 2 else (0, start)


def strides(part: Expr) -> int:
    """Return which one of so many rows or columns a step keeps; 0 if it is no such step."""
    if part.op != "aten.slice.Tensor" or len(part["args"]) < 5:
        return 0
    _, dim, start, _, step = part["args"]
    known = all(isinstance(each, int) for each in (dim, start, step))
    return int(step) if known and start >= 0 and dim % 4 > 1 else 0
