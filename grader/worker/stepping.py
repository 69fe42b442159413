"""How training steps are made fast: memory laid out for the convolutions, and steps recorded for a GPU.

The figures stay the same within rounding. A model that can't be run so is run plainly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

Step = Callable[[Tensor, Tensor], Tensor]  # image uint8 (H, W, 3), label uint8 (H, W) -> loss
Size = tuple[int, ...]
CORNER = 32  # pixels of a picture that a layout is tried on
SEEN = 2  # steps of a size that are taken plainly before one is recorded


@dataclass(frozen=True, slots=True)
class Ways:
    """How steps are taken on a GPU."""

    channels_last: bool = True
    recorded: bool = False  # as CUDA graphs
    deterministic: bool = True  # the same figures every time
    tf32: bool = True  # as the course's own machines compute
    benchmark: bool = False  # try cuDNN's kernels for every size, which takes a second of each


WAYS = Ways()


def prepare(device: torch.device) -> None:
    """Choose how a GPU computes."""
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high" if WAYS.tf32 else "highest")
        torch.backends.cudnn.allow_tf32 = WAYS.tf32
        torch.backends.cudnn.deterministic = WAYS.deterministic
        torch.backends.cudnn.benchmark = WAYS.benchmark


def layout(model: nn.Module, forward: Callable[[Tensor], object], images: Tensor) -> torch.memory_format:
    """Lay memory out for a GPU's convolutions, channels last, where the model runs so; else plainly."""
    wanted = WAYS.channels_last and images.device.type != "cpu"
    return torch.channels_last if wanted and takes(model, forward, images) else torch.contiguous_format


def takes(model: nn.Module, forward: Callable[[Tensor], object], images: Tensor) -> bool:
    """Lay a model's memory out channels last, and tell whether it runs so; if not, lay it out as before.

    A model that calls `view` on what a convolution gave may be right, and does not.
    """
    model.to(memory_format=torch.channels_last)
    corner = images[..., :CORNER, :CORNER]
    try:
        with torch.no_grad():
            model.eval()
            forward(torch.empty_like(corner, memory_format=torch.channels_last).copy_(corner))
    except Exception:  # whatever it is, the step itself will say so if it is the student's
        model.to(memory_format=torch.contiguous_format)
        return False
    return True


def adam(parameters: list[nn.Parameter], rate: float, decay: float, device: torch.device) -> Adam:
    """Make the course's optimiser, in one pass over memory instead of twenty where it can be."""
    recorded = WAYS.recorded and device.type == "cuda"
    lr = torch.tensor(rate, device=device) if recorded else rate
    try:
        return Adam(parameters, lr, weight_decay=decay, fused=True, capturable=recorded)
    except RuntimeError:  # some parameter is of a kind that it can't
        return Adam(parameters, rate, weight_decay=decay)


@dataclass(eq=False)
class _Tape:
    """A recorded step: what it reads, what it gives."""

    graph: torch.cuda.CUDAGraph
    image: Tensor
    label: Tensor
    loss: Tensor


@dataclass(eq=False)
class Recorder:
    """Takes steps, and records one for every size of picture that comes back often enough."""

    step: Step
    optimizer: Optimizer
    seen: Counter[Size] = field(default_factory=Counter)
    tapes: dict[Size, _Tape] = field(default_factory=dict)
    possible: bool = True

    def __post_init__(self) -> None:
        self.pool = torch.cuda.graph_pool_handle()

    def __call__(self, image: Tensor, label: Tensor) -> Tensor:
        size = tuple(label.shape)
        if size not in self.tapes and self.possible and self.seen[size] >= SEEN:
            self.record(size, image, label)
        if size not in self.tapes:
            self.seen[size] += 1
            return self.step(image, label)
        tape = self.tapes[size]
        tape.image.copy_(image)
        tape.label.copy_(label)
        tape.graph.replay()
        return tape.loss.clone()

    def record(self, size: Size, image: Tensor, label: Tensor) -> None:
        """Record a step of this size, or none any more where the model can't be recorded."""
        tape = _Tape(torch.cuda.CUDAGraph(), image.clone(), label.clone(), torch.empty(()))
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        try:
            with torch.cuda.stream(stream):
                tape.graph.capture_begin(pool=self.pool)
                try:
                    tape.loss = self.step(tape.image, tape.label)
                finally:
                    tape.graph.capture_end()
            self.tapes[size] = tape
        except Exception:  # a value looked at on the way, a copy from the CPU: the plain step can
            self.possible = False
        torch.cuda.current_stream().wait_stream(stream)
        self.optimizer.zero_grad()  # gradients of the recording live in its memory
