"""What a forward pass lets go of, asked for in real runs of the challenged model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from grader.evidence.subject import Subject
from grader.evidence.tracing import Read
from grader.network.graph import Expr
from grader.network.trace import Trace
from grader.wall.draws import derived
from grader.wall.verbs import MAX_ENDS, Ends

Given = tuple[tuple[Expr, torch.Tensor], ...]


@dataclass(frozen=True, eq=False)
class LetGo:
    """Values that the output may not be computed from, each with what a real run gave for it.

    `chance` seeds what dropped in train mode.
    """

    evaluating: Given = ()
    training: Given = ()
    chance: int = 0


def let_go(subject: Subject, read: Read, trained: Callable[[], Trace]) -> LetGo:
    """Ask for what leads to layers that the output isn't computed from; raises StudentError.

    `trained` gives the forward pass in train mode.
    """
    if all(layer.weight in read.reading.live for layer in read.reading.layers.values()):
        return LetGo()
    chance = derived(subject.seed, f"ends of {subject.name}")
    evaluating = _given(subject, read, read.trace, False, chance)
    return LetGo(evaluating, _given(subject, read, trained(), True, chance), chance)


def _given(subject: Subject, read: Read, trace: Trace, training: bool, chance: int) -> Given:
    ends = trace.abandoned[:MAX_ENDS]
    asked = Ends(
        subject.name,
        size=(1, 3, *read.size),
        seed=derived(subject.seed, "input"),
        operations=tuple(end.operation for end in ends),
        training=training,
        chance=chance,
    )
    arrays = subject.student.ask(asked, seconds=120.0).arrays
    found = ((end.value, arrays.get(str(at))) for at, end in enumerate(ends))
    return tuple((value, torch.from_numpy(array)) for value, array in found if array is not None)
