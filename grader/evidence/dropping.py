"""The challenged model in train mode, with all of its channels: what its dropouts let through.

It is shown the picture of the challenge again: what stands before the first dropout is known already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

import torch

from grader.evidence.challenge import close, reference
from grader.evidence.subject import Subject
from grader.evidence.tracing import Read
from grader.network.evaluate import Evaluator
from grader.network.graph import replace_leaves
from grader.network.learning import Dropping, with_dropouts
from grader.network.replaying import NotReplayableError
from grader.network.trace import Trace
from grader.wall.draws import derived
from grader.wall.verbs import Run


def differs(
    subject: Subject, read: Read, trained: Trace, contents: Mapping[str, str], evaluator: Evaluator
) -> str:
    """Return how it gives something else than the reference, or than its own layers, "" if it doesn't.

    `trained` is the forward pass in train mode, `contents` what the challenge put into every value. Raises
    StudentError, ProtocolError.
    """
    shape, chance = (1, 3, *read.size), derived(subject.seed, f"dropouts of {subject.name}")
    seed = derived(subject.seed, "input")
    asked = Run(
        subject.name, size=shape, seed=seed, chance=chance, training=True, grad="none", challenged=True
    )
    output = subject.student.ask(asked, seconds=120.0).arrays.get("output")
    expected = _expected(read, trained, contents, lambda: Dropping(evaluator, chance))
    if output is not None and any(close(torch.from_numpy(output), wanted) for wanted in expected):
        return ""
    given = f"in train mode, for an input {shape}, {subject.name} gives"
    return f"{given} something else than its layers and dropouts compute"


def _expected(
    read: Read, trained: Trace, contents: Mapping[str, str], dropping: Callable[[], Evaluator]
) -> Iterator[torch.Tensor]:
    """Yield what the reference gives, then what the recorded layers and dropouts do, which may be others."""
    yield reference(read.reading, read.size, contents, dropping(), training=True)
    if trained.output is not None and trained.readable:
        root = with_dropouts(trained.output, trained.dropouts)
        with suppress(NotReplayableError):
            yield dropping()(replace_leaves(root, contents))
