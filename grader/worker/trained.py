"""A network that was trained, in the place of the file that a notebook saved it in, which is not here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from grader.worker.initialisers import exchanged


@contextmanager
def read_from_files(model: nn.Module) -> Iterator[None]:
    """While this lasts, a file that is nowhere holds a network's state."""
    load = torch.load

    def loaded(f: Any, *rest: Any, **options: Any) -> Any:
        missing = isinstance(f, str | Path) and not Path(f).is_file()
        return dict(model.state_dict()) if missing else load(f, *rest, **options)

    with exchanged(torch, "load", loaded):
        yield
