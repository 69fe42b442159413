"""Compute an expression with weights drawn from the seed; what two networks share is computed once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import prod
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grader.network import budget, kept
from grader.network.budget import Value
from grader.network.computing import COMPUTED
from grader.network.graph import Expr, walk
from grader.network.replaying import NotReplayableError, replay
from grader.wall.draws import derived, draw_alone, draw_parameter
from grader.wall.uncompiled import without_compiler
from reference.fcn import bilinear_weight

BILINEAR = "bilinear"  # the name of a leaf that holds bilinear interpolation


class Evaluator:
    """Computes expressions for one seed and one input; leaves are drawn by name and shape.

    Where values are `lasting`, gradients go back through all of them.
    """

    lasting = False

    def __init__(self, seed: int, shape: tuple[int, ...]) -> None:
        self.seed = seed
        self.of: tuple[object, ...] = (seed, shape)  # what tells its values from those of another one
        self.input = torch.from_numpy(draw_alone(derived(seed, "input"), "input", shape))
        self._values: dict[str, Value] = {}
        self._drawn: set[str] = set()  # weights among them
        self._taken: set[str] = set()  # those of them that another grading computed
        self._given: dict[str, Tensor] = {}
        self.spent = 0.0  # operations
        self._ahead: dict[str, float] = {}  # values that nobody asked for yet, and their operations

    def give(self, array: np.ndarray[Any, Any]) -> str:
        """Take a value that the other side sent; return the name of the leaves that hold it."""
        digest = hashlib.blake2b(array.tobytes(), digest_size=16).hexdigest()
        name = f"given/{array.dtype}{array.shape}/{digest}"
        self._given.setdefault(name, torch.from_numpy(array.copy()))
        return name

    @torch.inference_mode()
    def __call__(self, root: Expr) -> Tensor:
        """Return the value of an expression; raises NotReplayableError."""
        return self._known(root)

    def ahead(self, root: Expr) -> Iterator[None]:
        """Compute what may be asked for, a step at a time: what the first value needs of it has its price."""
        for node in walk(root):
            if node.key not in self._values:
                before = self.spent
                with torch.inference_mode():
                    self.value(node)
                self._ahead[node.key], self.spent = self.spent - before, before
                yield

    def settle(self, root: Expr | None = None) -> None:
        """Drop what was computed ahead, but what a value needs, as if it were computed for that."""
        needed = {node.key for node in walk(root)} if root and self._ahead else set()
        for key, price in self._ahead.items():
            if key in needed:
                self.spent += price
            else:
                del self._values[key]
        self._ahead.clear()

    def _known(self, root: Expr) -> Tensor:
        """Return a value that another grading of the class computed, else compute it and leave it there."""
        self.settle(root)
        if root.key not in self._values and (found := kept.known(*self.of, root.key)):
            self._values[root.key] = torch.from_numpy(found["value"])
            self._taken.add(root.key)
            self.spent += float(found["spent"])
        if root.key in self._values:
            return self.value(root)
        before = self.spent
        value = self.value(root)
        if value.dtype == torch.float32:
            spent = np.array(self.spent - before)
            kept.keep({"value": value.detach().numpy(), "spent": spent}, *self.of, root.key)
        return value

    def value(self, root: Expr) -> Tensor:
        """Return it in whatever mode torch is."""
        if root.key not in self._values:
            self._add(list({node.key: node for node in walk(root, self._values)}.values()))
        value = self._values[root.key]
        if not isinstance(value, Tensor):
            raise NotReplayableError(f"{root.op} gives several values")
        return value

    def _add(self, nodes: Sequence[Expr]) -> None:
        """Compute and keep values; of an expression that takes too much memory none is kept."""
        added, passing = list[str](), self._passing(nodes)
        total = sum(map(budget.elements, self._values.values()))
        try:
            for at, node in enumerate(nodes):
                price, size = self._price(node)
                if size > self._most() - total:
                    total -= self._make_room(nodes[at:])
                if size > self._most() - total:
                    raise NotReplayableError("the forward pass needs too much memory")
                self.spent += price
                if self.spent > budget.MAX_OPERATIONS:
                    raise NotReplayableError("the forward pass needs too much arithmetic")
                value = self._values[node.key] = self._compute(node)
                added.append(node.key)
                total += budget.elements(value)
                total -= sum(budget.elements(self._values.pop(key)) for key in passing.get(node.key, ()))
        except NotReplayableError:
            for key in added:
                self._values.pop(key, None)
            raise

    def _passing(self, nodes: Sequence[Expr]) -> dict[str, list[str]]:
        """What weights are computed from, by the last value that takes it: nothing else needs it then.

        A normalised weight would take the room of three.
        """
        fixed, taken, last = set[str](), set[str](), dict[str, str]()
        if self.lasting:
            return {}
        for node in nodes:
            sources = [source.key for source in node.inputs]
            if node.op == "leaf" or (node.op not in OWN and sources and fixed.issuperset(sources)):
                fixed.add(node.key)
            else:
                taken.update(sources)
            last |= dict.fromkeys(sources, node.key)
        passing: dict[str, list[str]] = {}
        for key in fixed - taken:
            if key in last:
                passing.setdefault(last[key], []).append(key)
        return passing

    def _make_room(self, coming: Sequence[Expr]) -> int:
        """Drop drawn weights that what comes next doesn't take, and can draw again; return their size."""
        needed = {source.key for node in coming for source in node.inputs}
        gone = self._drawn - needed if not self.lasting else set()
        self._drawn -= gone
        return sum(budget.elements(self._values.pop(key)) for key in gone if key in self._values)

    def _most(self) -> int:
        """How many elements its values may have together."""
        return budget.MAX_TOTAL

    @torch.no_grad()
    @without_compiler()  # of which torch asks for operations on the meta device
    def _price(self, node: Expr) -> tuple[float, int]:
        """Return the operations and the elements that a value takes, tried on the meta device.

        Raises NotReplayableError.
        """
        with _refused(node):
            if node.op in ("leaf", "random", "input"):
                shape = dict(node.attrs).get("shape", ())
                return budget.leaf(shape), prod(shape)
            inputs = [budget.on_meta(self._values[source.key]) for source in node.inputs]
            made = self._made(node, inputs, "meta")
            return budget.operations(node, inputs, made), budget.elements(made)

    def leave(self, room: int) -> None:
        """Drop computed values where less than so many elements are left for others."""
        if sum(map(budget.elements, self._values.values())) > budget.MAX_TOTAL - room:
            self.forget(given=False)

    def forget(self, *, given: bool = True) -> None:
        """Drop computed values and drawn weights, and what was given."""
        self._values.clear()
        self._ahead.clear()
        if given:
            self._given.clear()

    def _compute(self, node: Expr) -> Value:
        with _refused(node):
            return self._made(node, [self._values[source.key] for source in node.inputs], "cpu")

    def _made(self, node: Expr, inputs: list[Any], device: str) -> Value:
        if node.op not in OWN and node.op not in COMPUTED:
            return replay(node, inputs, device)
        if device == "meta":
            return budget.shaped(node, inputs)
        return OWN[node.op](self, node, inputs) if node.op in OWN else COMPUTED[node.op](node, inputs)

    def _leaf(self, node: Expr) -> Tensor:
        name, shape, kind = node["name"], node["shape"], node["kind"]
        if name == BILINEAR:
            return bilinear_weight(shape[0], shape[1], shape[2])
        if kind == "parameter":
            self._drawn.add(node.key)
            purpose = "vgg16" if name.startswith("vgg/") else "fill"
            return torch.from_numpy(draw_parameter(derived(self.seed, purpose), name, shape))
        if name in self._given:
            return self._given[name]
        raise NotReplayableError(f"a {kind} of unknown value")

    def dropped(self, x: Tensor, node: Expr) -> Tensor:
        """Return a value after a dropout, which drops nothing where nothing learns."""
        return x


@contextmanager
def _refused(node: Expr) -> Iterator[None]:
    """Tell what torch can't compute, or there is no budget for, as what can't be replayed."""
    try:
        yield
    except (RuntimeError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise NotReplayableError(f"{node.op}: {str(error)[:200]}") from error


# What an expression takes from whoever computes it: the input, weights, what a dropout drops.
OWN: dict[str, Callable[[Evaluator, Expr, list[Any]], Tensor]] = {
    "input": lambda own, node, inputs: own.input,
    "leaf": lambda own, node, inputs: own._leaf(node),
    "dropout": lambda own, node, inputs: own.dropped(inputs[0], node),
    "tossed": lambda own, node, inputs: own.dropped(inputs[0], node),
}
