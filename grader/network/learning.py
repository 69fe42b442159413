"""Compute an expression in train mode: dropouts drop as torch draws them, and it can be differentiated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import torch
from torch import Tensor

from grader.network import budget, kept
from grader.network.evaluate import Evaluator
from grader.network.graph import Expr, expr, walk
from grader.network.replaying import NotReplayableError
from grader.network.trace import Dropout
from grader.wall.draws import draw_alone

Numbers = tuple[int, ...]
LARGE = 3_000_000  # elements of a parameter whose gradient is not computed
TOSSED = "tossed"  # a dropout that drew its coins, and nobody kept what it gave
LET_GO: tuple[Numbers, ...] = ((0,), (1,), (0, 1))  # which of both dropouts may do nothing
BY_CHANNEL = ("dropout1d", "dropout2d", "dropout3d")


class Learner(Evaluator):
    """Computes expressions for one input, keeping what gradients need.

    `chance` seeds the generator that torch's own dropout draws from, in the order of the forward pass;
    without it every coin is one, as in a calm run. One of a `narrow` network takes less memory.
    """

    lasting = True

    def __init__(
        self, seed: int, shape: tuple[int, ...], run: int, chance: int | None = None, *, narrow: bool = False
    ) -> None:
        super().__init__(seed, shape)
        self._narrow = narrow
        self.input = torch.from_numpy(draw_alone(run, "input", shape))
        self._run = run
        self.of = (*self.of, run, chance)
        self._seed = chance
        self._chance = None if chance is None else torch.Generator().manual_seed(chance)
        self._parameters: dict[str, Tensor] = {}

    def anew(self) -> Learner:
        """Return one that computed nothing yet: its dropouts draw the same again."""
        size = tuple(self.input.shape)
        made = Learner(self.seed, size, self._run, self._seed, narrow=self._narrow)
        made._given = self._given
        return made

    @torch.enable_grad()
    def __call__(self, root: Expr) -> Tensor:
        """Return the value of an expression; raises NotReplayableError."""
        return self._known(root)

    def keep_only(self, root: Expr) -> None:
        """Drop all values but one, of which no gradient is asked for."""
        self._values = {root.key: self.value(root).detach()}
        self._parameters.clear()

    def gradients(self, root: Expr) -> Mapping[str, Tensor]:
        """Differentiate the sum of a value, weighted by what is drawn for the run; by the leaf's name."""
        if (found := kept.known(*self.of, root.key, "gradients")) is not None:
            return {name: torch.from_numpy(value) for name, value in found.items()}
        gradients = self._gradients(root)
        kept.keep({name: value.numpy() for name, value in gradients.items()}, *self.of, root.key, "gradients")
        return gradients

    @torch.enable_grad()
    def _gradients(self, root: Expr) -> dict[str, Tensor]:
        if root.key in self._taken:  # nothing led to it here that could be differentiated
            del self._values[root.key]
        output = self.value(root)
        if not output.requires_grad:
            return {}
        weights = torch.from_numpy(draw_alone(self._run, "weights", tuple(output.shape)))
        leaves = list(self._parameters.values())
        found = torch.autograd.grad((output * weights).sum(), leaves, allow_unused=True)
        pairs = zip(self._parameters, found, strict=True)
        return {name: gradient for name, gradient in pairs if gradient is not None}

    def _most(self) -> int:
        return budget.MAX_NARROW if self._narrow else budget.MAX_WIDE

    def _leaf(self, node: Expr) -> Tensor:
        made = super()._leaf(node)
        if node["kind"] == "parameter" and made.numel() <= LARGE:
            self._parameters[node["name"]] = made.requires_grad_()
        return made

    def dropped(self, x: Tensor, node: Expr) -> Tensor:
        """Drop what torch's own dropout drops."""
        return _dropped(x, node, self._chance)


class Dropping(Evaluator):
    """Computes one expression where dropouts drop, beginning with what another evaluator knows of it.

    `chance` seeds the generator that torch's own dropout draws from, in the order of the forward pass.
    """

    def __init__(self, known: Evaluator, chance: int) -> None:
        super().__init__(known.seed, tuple(known.input.shape))
        self.of = (*known.of, "dropping", chance)
        self._values, self._given = dict(known._values), known._given
        self._chance = torch.Generator().manual_seed(chance)

    def dropped(self, x: Tensor, node: Expr) -> Tensor:
        """Drop what torch's own dropout drops."""
        return _dropped(x, node, self._chance)


def _dropped(x: Tensor, node: Expr, chance: torch.Generator | None) -> Tensor:
    kind, rate = str(node["kind"]), float(node["rate"])
    if kind not in (*BY_CHANNEL, "dropout"):
        raise NotReplayableError(f"{kind} is not replayed")
    if not 0 < rate < 1:
        return x if node.op == TOSSED else x * (rate <= 0)
    kept = torch.ones(x.shape[:2] + (1,) * (x.ndim - 2) if kind in BY_CHANNEL else x.shape)
    if chance is not None:
        kept.bernoulli_(1 - rate, generator=chance)
    return x if node.op == TOSSED else x * (kept / (1 - rate))


def with_dropouts(root: Expr, dropouts: tuple[Dropout, ...]) -> Expr:
    """Put recorded dropouts, which were taken out of a pass, where they were called."""
    active = [drop for drop in dropouts if drop.active]
    by_value = {key: tuple(found) for key, found in groupby(sorted(active, key=_key), key=_key)}
    new: dict[int, Expr] = {}
    for node in walk(root):
        made = Expr(node.op, tuple(new[id(source)] for source in node.inputs), node.attrs, node.place)
        for drop in by_value.get(node.key, ()):
            made = expr("dropout" if drop.kept else TOSSED, made, kind=drop.kind, rate=drop.rate)
        new[id(node)] = made
    return new[id(root)]


def let_go(dropouts: Sequence[Dropout]) -> Iterator[Numbers]:
    """Yield which of the dropouts that are on may have a result that nothing took: one, or both."""
    on = sum(drop.active for drop in dropouts)
    return (numbers for numbers in LET_GO if all(number < on for number in numbers))


def without(dropouts: Sequence[Dropout], unkept: Numbers) -> tuple[Dropout, ...]:
    """Return the dropouts that are on, as they are where nothing took the results of some."""
    on = (drop for drop in dropouts if drop.active)
    return tuple(replace(drop, kept=number not in unkept) for number, drop in enumerate(on))


def _key(drop: Dropout) -> str:
    return drop.on.key
