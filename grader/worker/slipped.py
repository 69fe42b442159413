"""What stops a notebook's own copying where it is called, though what it calls copies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from grader.records.submission import Copying
from grader.wall.verbs import Failure
from grader.worker.afterwards import weightless
from grader.worker.downloads import downloaded
from grader.worker.initialisers import without_slow_initialisers
from grader.worker.loader import run_chunks


def slip_of(copying: Copying, model: str, known: Mapping[str, Any], vgg16: nn.Module) -> Failure | None:
    """Return the statement that reads a name which nothing binds, or calls a method that a model lacks."""
    with torch.device("meta"), downloaded(weightless(vgg16)), without_slow_initialisers():
        failed = run_chunks(copying.chunks, dict(known))
    return next((one for one in failed if _is_slip(one, model, copying.awaits)), None)


def _is_slip(failed: Failure, model: str, awaited: frozenset[str]) -> bool:
    here = failed.line and (failed.line.label, failed.line.line) == (failed.at.label, failed.at.line)
    unbound = failed.kind == "NameError" and failed.message.partition("'")[2].partition("'")[0] not in awaited
    lacking = failed.message.startswith(f"'{model}' object has no attribute")
    return bool(here) and (unbound or (failed.kind == "AttributeError" and lacking))
