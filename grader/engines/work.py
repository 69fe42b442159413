"""What every engine offers and takes: tasks, how they are done, and what is heard of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from grader.records.progress import Listener, Progress

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """A task that ended with a `result` in words, or with a `problem`."""

    task: T
    problem: str
    seconds: float
    result: str = ""


@dataclass(frozen=True, slots=True)
class Said(Generic[T]):
    """A task that goes on, and says where it is."""

    task: T
    progress: Progress


@dataclass(frozen=True, slots=True)
class Share:
    """What one task takes of a machine."""

    cores: int = 1
    memory: int = 4 * 2**30  # a model in training takes 2.2 GB: 134 million floats, gradients, two moments
    gpus: float = 0.0
    gpu_needed: bool = False  # nothing goes without


@dataclass(frozen=True, slots=True)
class Work(Generic[T]):
    """How tasks of one kind are done: `do` needs a task and its folder, the rest carries both elsewhere.

    All are functions of modules, so that another machine finds them by their names in its own grader.
    """

    do: Callable[[T, Listener], str]
    log: Callable[[T], Path]  # where what a task prints goes
    ceiling: float  # seconds until a task is given up
    pack: Callable[[T], bytes]  # the task and the files that it needs
    unpack: Callable[[bytes, Path, bool], T]  # the task in a folder of another machine, with a GPU or without
    results: Callable[[T], bytes]  # the files that came out there
    keep: Callable[[T, bytes], None]  # puts them where they would lie had it been done here
    wanted: Callable[[T], Mapping[str, str]]  # what every machine must be, by name ...
    facts: Callable[[T], Mapping[str, str]]  # ... and what the one is that asks itself
    share: Share = Share()
    repeated: Callable[[T], Callable[[T, Listener], str]] | None = (
        None  # `do`, in a process of which many are asked
    )
    preload: tuple[str, ...] | None = None  # modules that each process starts with; None: those of a grading


class Engine(Protocol):
    """Where tasks are done."""

    def run(self, tasks: Sequence[T], work: Work[T]) -> Iterator[Said[T] | Done[T]]:
        """Do every task once; each ends with one Done. Closing the iterator ends what still runs."""
        ...
