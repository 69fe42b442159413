"""Settings of libraries that one question can change for all that follow: put back after each."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

TORCH = {  # how each is read, and how it is set
    "get_default_dtype": "set_default_dtype",
    "is_grad_enabled": "set_grad_enabled",
    "is_anomaly_enabled": "set_anomaly_enabled",
    "are_deterministic_algorithms_enabled": "use_deterministic_algorithms",
    "get_num_threads": "set_num_threads",
}


@contextmanager
def kept() -> Iterator[None]:
    """Let no setting that one question changes hold for the next: a notebook runs things in another order."""
    known = [(read, write, read()) for read, write in _settings()]
    try:
        with warnings.catch_warnings():
            yield
    finally:
        for read, write, value in known:
            if read() != value:  # to set what is set already may import torch's compiler, a second's work
                write(value)


def _settings() -> Iterator[tuple[Callable[[], Any], Callable[[Any], object]]]:
    """How each setting of the libraries that are there is read, and how it is set."""
    if (torch := sys.modules.get("torch")) is not None:
        yield from ((getattr(torch, read), getattr(torch, write)) for read, write in TORCH.items())
    if (numpy := sys.modules.get("numpy")) is not None:
        yield numpy.geterr, lambda value: numpy.seterr(**value)
