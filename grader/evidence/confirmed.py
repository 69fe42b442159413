"""Whether real runs bear out what a network claims: outputs and gradients beside the reference's.

A network that computes what the reference does is compared with that, another one with its own recorded
layers, replayed: its faults have lines of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import torch

from grader.errors import GraderError
from grader.evidence import tracing
from grader.evidence.challenge import Started, close
from grader.evidence.confirming import COUNT, Runs, counts_classes
from grader.evidence.once import Attempt
from grader.evidence.severed import severed
from grader.network import narrow
from grader.network.evaluate import BILINEAR
from grader.network.graph import Expr, replace_leaves, walk
from grader.network.learning import LET_GO, Learner, Numbers, with_dropouts, without
from grader.network.reference import reference_output
from grader.network.replaying import NotReplayableError
from grader.wall.answers import Reply
from grader.wall.draws import derived, positions
from grader.wall.values import Described, Shape
from grader.wall.verbs import Run

Values = np.ndarray[Any, Any]
Answer = Attempt[Reply[Described]]
TINY = 1e-30
SAME = 1e-2  # of a gradient's length: a ReLU or a maximum near a tie may fall to either side


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What was not borne out, in words; "" where it was.

    `repeats`: whether one input gave one output. `unkept`: the dropouts whose result nothing took, by their
    numbers among those that are on in train mode. `severed`: the layers through which no gradient goes back.
    """

    outputs: str = ""
    sizes: str = ""
    training: str = ""
    gradients: str = ""
    repeats: bool = True
    unkept: Numbers = ()
    severed: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing was not borne out."""
        explained = replace(self, gradients="") if self.severed else self
        return replace(explained, unkept=(), severed=()) == Confirmed()

    def lacks(self, line: str) -> str:
        """Return what keeps a line of the rubric from being believed."""
        by_line = {
            "build": self.outputs,
            "forward": self.outputs,
            "determinism": self.outputs,
            "shape": self.sizes,
            "dropout": self.training,
            "gradients": self.training or self.gradients,
        }
        return by_line.get(line, "")


Computed = list[tuple[Learner, Expr]]
Way = Callable[["Basis", Run, Learner], Expr | None]


@dataclass(frozen=True, eq=False)
class Basis:
    """What a network's runs are compared with."""

    runs: Runs
    started: Started
    is_reference: bool
    known: dict[tuple[object, ...], Computed] = field(default_factory=dict)  # what equal runs should give
    stuck: dict[tuple[object, ...], str] = field(default_factory=dict)  # ... or why that can't be computed

    def unlike(self, run: Run, computed: str) -> str:
        """Return that a run gave something else than was computed, or why nothing was."""
        if stuck := self.stuck.get(_like(run)):
            return f"{_at(run)} can't be computed again: {stuck}"
        return f"{_at(run)} gives something else than its {computed} compute"


def confirmed(basis: Basis) -> Confirmed:
    """Compare every run with what it should have given."""
    evaluation = [taken for taken in basis.runs.taken if not taken[0].training]
    learning = [taken for taken in basis.runs.taken if taken[0].training]
    learned = _learned(basis, *learning[0]) if learning else Confirmed()
    return replace(
        learned,
        outputs=_first(_output(basis, run, reply) for run, reply in evaluation),
        sizes=_first(_size(basis, run, reply) for run, reply in evaluation),
        repeats=_repeats(evaluation),
    )


def _first(found: Iterable[str]) -> str:
    return next(filter(None, found), "")


def _like(run: Run) -> tuple[object, ...]:
    """What equal runs have in common."""
    return run.size, run.seed, run.training


def _at(run: Run) -> str:
    return f"in {'train' if run.training else 'eval'} mode, for an input {run.size}, {run.model}"


def _output(basis: Basis, run: Run, reply: Answer) -> str:
    if isinstance(reply, GraderError):
        return f"{_at(run)} fails: {reply}"
    if run == basis.runs.schedule.other and not basis.is_reference and counts_classes(basis.runs.read):
        return ""  # of its buffers no more is known than as many classes as the assignment's have
    return "" if matching(basis, run, reply) else basis.unlike(run, "layers")


def _size(basis: Basis, run: Run, reply: Answer) -> str:
    """Return what is wrong with an output's size: it must be the input's, or what was traced at that size."""
    if isinstance(reply, GraderError):
        return ""
    shape = reply.arrays["output"].shape if "output" in reply.arrays else ()
    read = basis.runs.read
    wanted = [run.size] if run.size != (1, 3, *read.size) else [run.size, read.trace.shape]
    fits = any(shape[:1] == one[:1] and shape[-2:] == one[-2:] for one in wanted)
    return "" if fits else f"{_at(run)} gives an output {shape}"


def _learned(basis: Basis, run: Run, reply: Answer) -> Confirmed:
    """Return what was not borne out by a run in train mode: the output, the gradients; and which dropouts'
    results were let go of, through which layers no gradient goes back."""
    if isinstance(reply, GraderError):
        return Confirmed(training=f"{_at(run)} fails: {reply}")
    for unkept in ((), *LET_GO):
        if (match := matching(basis, run, reply, unkept)) is not None:
            gradients, cut = _other_gradients(basis, run, *match)
            match[0].keep_only(match[1])
            return Confirmed(gradients=gradients, unkept=unkept, severed=cut)
    return Confirmed(training=basis.unlike(run, "layers and dropouts"))


def _other_gradients(basis: Basis, run: Run, learner: Learner, root: Expr) -> tuple[str, tuple[str, ...]]:
    if run.grad != "backward":
        return "", ()
    if basis.runs.stuck is not None:
        return f"{_at(run)} can't be differentiated: {basis.runs.stuck}", ()
    other = partial(_others, basis.runs)
    if not (names := other(learner.gradients(root))):
        return "", ()
    few = ", ".join(names[:3]) + (" ..." if len(names) > 3 else "")
    if basis.runs.wide:  # each try is a pass through all channels
        cut: tuple[str, ...] = ()
    else:
        cut = severed(learner, root, lambda gradients: not other(gradients))
    return f"{_at(run)} has other gradients than its layers, at {few}", cut


def _others(runs: Runs, wanted: Mapping[str, torch.Tensor]) -> list[str]:
    """The parameters whose gradients are not the wanted ones."""
    return [name for name in runs.learned if not _same_gradient(runs, name, wanted)]


def _repeats(taken: Sequence[tuple[Run, Answer]]) -> bool:
    """Return whether equal inputs gave equal outputs."""
    seen: dict[tuple[object, ...], torch.Tensor] = {}
    for run, reply in taken:
        if not isinstance(reply, GraderError) and "output" in reply.arrays:
            output = torch.from_numpy(reply.arrays["output"])
            if not close(output, seen.setdefault((run.size, run.seed), output)):
                return False
    return True


def _same_gradient(runs: Runs, name: str, gradients: Mapping[str, torch.Tensor]) -> bool:
    found, wanted = runs.gradients.get(name), gradients.get(runs.keys[name])
    if found is None or wanted is None:
        return False
    flat = wanted.reshape(-1).numpy()
    flat = flat[positions(derived(runs.seed, "positions"), name, flat.size, COUNT)]
    finite = np.isfinite(flat)
    if found.shape != flat.shape or not np.array_equal(np.isfinite(found), finite):
        return False
    far, length = (float(np.linalg.norm(values[finite])) for values in (found - flat, flat))
    return far <= SAME * length + TINY


# --- what a run should give -------------------------------------------------------------------------


def matching(
    basis: Basis, run: Run, reply: Reply[Described], unkept: Numbers = ()
) -> tuple[Learner, Expr] | None:
    """Return what computes the same output as a run gave: the reference, or the recorded layers, without
    the dropouts whose results are `unkept`."""
    output = reply.arrays.get("output")
    if output is None:
        return None
    got = torch.from_numpy(output)
    for learner, root in _expected(basis, run, unkept):
        if close(learner(root).detach(), got):
            return learner, root
        learner.keep_only(root)  # with all channels, two take more than there is
    return None


def _expected(basis: Basis, run: Run, unkept: Numbers) -> Iterator[tuple[Learner, Expr]]:
    """Yield what may compute a run's output: a right network's recorded layers only where it may drop."""
    drops = run.training or any(drop.active for drop in basis.runs.read.trace.dropouts)
    ways: list[Way] = [_reference] if basis.is_reference and not unkept else []
    ways += [partial(_replay, unkept=unkept)] if drops or not basis.is_reference else []
    for number, way in enumerate(ways):
        key = (number, *_like(run), unkept)
        if key not in basis.known:
            basis.known[key] = _computed(basis, run, way)
        yield from basis.known[key]


def _computed(basis: Basis, run: Run, way: Way) -> Computed:
    chance, narrow_run = None if run.calm else run.chance, not basis.runs.wide
    learner = Learner(basis.runs.seed, run.size, run.seed, chance, narrow=narrow_run)
    try:
        root = way(basis, run, learner)
        if root is None or learner(root) is None:
            return []
        if not run.training:  # what led to it is of no use any more, and may be large
            learner.keep_only(root)
        return [(learner, root)]
    except (NotReplayableError, GraderError) as error:
        basis.stuck[_like(run)] = str(error)
        return []


def _reference(basis: Basis, run: Run, learner: Learner) -> Expr | None:
    wide = basis.runs.subject.assignment(basis.runs.schedule.had(run))
    table = wide if basis.runs.wide else narrow.architecture(wide, basis.runs.share)
    size = (run.size[2], run.size[3])
    root = reference_output(table, size, basis.runs.read.reading.ceilings, run.training)
    return replace_leaves(root, _fixed(basis))


def _fixed(basis: Basis) -> dict[str, str]:
    """Return what the bilinear kernels hold that are buffers: nothing is drawn for them."""
    layers, started = basis.runs.read.reading.layers.items(), basis.started
    kept = {role: layer for role, layer in layers if layer.weight in started.buffers}
    return {f"{role}.weight": BILINEAR for role, layer in kept.items() if started.is_bilinear(layer)}


def _replay(basis: Basis, run: Run, learner: Learner, unkept: Numbers = ()) -> Expr | None:
    runs = basis.runs
    known = list(runs.read.trace.constants.values())
    trace = tracing.record(runs.subject, run.size, training=run.training, n_class=run.n_class, known=known)
    if trace.output is None or not trace.readable:
        return None
    dropouts = without(trace.dropouts, unkept)
    if any(number >= len(dropouts) for number in unkept):
        return None
    root = with_dropouts(trace.output, dropouts)
    if not runs.wide:
        root = narrow.leaves(root, runs.share)
    return replace_leaves(root, {**_given(basis, root, learner, trace.constants), **runs.keys})


def _given(basis: Basis, root: Expr, learner: Learner, constants: Mapping[str, Values]) -> dict[str, str]:
    """Give the learner constants, and the beginnings of buffers."""
    known: dict[str, Values] = {**basis.started.buffers, **constants}
    leaves = [node for node in walk(root) if node.op == "leaf" and node["name"] in known]
    return {node["name"]: learner.give(_begin(known[node["name"]], node["shape"])) for node in leaves}


def _begin(values: Values, shape: Shape) -> Values:
    """Return the beginning of an array along every axis."""
    return np.asarray(values[tuple(map(slice, shape))]) if shape else values
