"""What the trusted side may ask of a submission: one frozen request for each verb, one frozen reply.

A request knows how much its answer may hold; the arrays that go with either have names of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args

from msgspec import Meta, field

from grader.records.submission import Chunk, Module, Slice
from grader.wall.recording import Recording
from grader.wall.sketch import LENGTH
from grader.wall.values import Described, Name, Printed, Shape, SourceLine, Text, Value, Word
from grader.wall.wire import WireLimits

V = TypeVar("V")
MiB = 1 << 20
MAX_PARAMETERS = 5_000
MAX_CONSTANTS = 256
MAX_CALLS = 200  # of the two functions in the last cell


class Request(Value, Generic[V], frozen=True):
    """Something to ask; V is what is answered."""

    @property
    def limits(self) -> WireLimits:
        """Return what the answer may hold: without arrays, unless a verb says more."""
        return WireLimits(header=MiB, arrays=0, total=0)


def verb(kind: type[Request[Any]]) -> str:
    """Return a request's name on the wire: `train_begin` for TrainBegin."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def reply(kind: type[Request[V]]) -> type[V]:
    """Return the type that a request is answered by."""
    return get_args(kind.__orig_bases__[0])[0]  # type: ignore[attr-defined,no-any-return]


class Done(Value, frozen=True):
    """It was done, and there is nothing to tell."""


# --- loading ----------------------------------------------------------------------------------------


class Failure(Value, frozen=True):
    """A statement of the submission that raised an exception."""

    at: SourceLine
    kind: Word
    message: Text
    line: SourceLine | None  # where it was raised


Failures = Annotated[tuple[Failure, ...], Meta(max_length=1_000)]


class Loaded(Value, frozen=True):
    """The targets that the slice bound, and the statements that failed on the way."""

    targets: Annotated[tuple[Name, ...], Meta(max_length=1_000)] = ()
    failures: Failures = ()


class Ping(Request[Done], frozen=True):
    """Whether anybody is there."""


class Load(Request[Loaded], frozen=True):
    """Run the slice, but for the statements in `skip`."""

    slice: Slice
    seed: int
    skip: tuple[SourceLine, ...] = ()


# --- building, tracing ------------------------------------------------------------------------------


class OfModel(Request[V], Generic[V], frozen=True):
    """Something to ask about one of the models."""

    model: str
    n_class: int = 12


class Parameter(Value, frozen=True):
    """A parameter as the constructor leaves it."""

    shape: Shape
    trained: bool
    line: SourceLine | None = None  # that made it


Parameters = Annotated[dict[Name, Parameter], Meta(max_length=MAX_PARAMETERS)]


Way = Literal["keyword", "position", "default"]


class Model(Value, frozen=True):
    """A model as its constructor made it."""

    way: Way
    meta: bool
    parameters: Parameters


class Build(OfModel[Model], frozen=True):
    """Build a model."""


class Trace(OfModel[Recording], frozen=True, kw_only=True):
    """Record a forward pass on an input of zeros."""

    size: tuple[int, ...]
    training: bool = False

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=4 * MiB, arrays=0, total=0)


class Constants(OfModel[Done], frozen=True, kw_only=True):
    """Run the model in eval mode; the arrays `0`, `1` ... are the small constants of its recording."""

    size: tuple[int, ...]

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=MAX_CONSTANTS, total=64 * MiB)


class Seen(Described, frozen=True):
    """What the model gives for one size: a description, or the exception's text."""

    error: Text = ""
    skipped: bool = False
    line: SourceLine | None = None  # that raised it


class Outputs(Value, frozen=True):
    """What the model gives for each size."""

    seen: Annotated[tuple[Seen, ...], Meta(max_length=100)]


class Shapes(OfModel[Outputs], frozen=True, kw_only=True):
    """Run the model on inputs of many sizes."""

    sizes: tuple[tuple[int, ...], ...]


class Reached(Value, frozen=True):
    """Which parameters a gradient reaches."""

    parameters: Annotated[dict[Name, bool], Meta(max_length=MAX_PARAMETERS)]


class Gradients(OfModel[Reached], frozen=True, kw_only=True):
    """Differentiate the output's sum in train mode."""

    size: tuple[int, ...]


# --- challenge and response -------------------------------------------------------------------------


class Kept(Value, frozen=True):
    """The names of the buffers among the arrays."""

    buffers: Annotated[tuple[Name, ...], Meta(max_length=MAX_PARAMETERS)]


class Initial(OfModel[Kept], frozen=True, kw_only=True):
    """Send the named parameters and all small buffers as the constructor leaves them."""

    names: tuple[str, ...]

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=1_024, total=1_024 * MiB)


class Fill(OfModel[Done], frozen=True, kw_only=True):
    """Fill the named parameters from the seed, each by its key."""

    keys: Mapping[str, str]
    seed: int


class Forward(OfModel[Described], frozen=True, kw_only=True):
    """Run the model on an input drawn from the seed; the array is called `output`."""

    size: tuple[int, ...]
    seed: int

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=1, total=512 * MiB, kinds="f")


class Release(OfModel[Done], frozen=True):
    """Free the memory that models take."""


class Narrow(OfModel[Done], frozen=True, kw_only=True):
    """Make a model of its own whose tensors have these shapes: fewer channels, the same forward pass.

    Parameters are filled from the seed, each by its key; of a buffer the beginning is kept.
    """

    shapes: Mapping[str, tuple[int, ...]]
    keys: Mapping[str, str]
    seed: int


Grad = Literal["inference", "none", "on", "backward"]


class Run(OfModel[Described], frozen=True, kw_only=True):
    """Run that model, with nothing around it, on an input drawn from the seed; the array is called `output`.

    Torch's generator is seeded by `chance`. With `grad="backward"`, the sum of the output, weighted by what
    is drawn from the seed, is differentiated. `calm` takes the chance out of random operations.
    Where it is `challenged`, the filled model of the challenge runs instead.
    """

    size: tuple[int, ...]
    seed: int
    chance: int
    training: bool
    grad: Grad
    calm: bool = False
    challenged: bool = False

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=1, total=64 * MiB, kinds="f")


class Copied(Value, frozen=True):
    """In which way the submission copied, "" where it has none, what it raised, where that way is defined,
    and which line wrote each parameter last."""

    way: Name
    failed: Failure | None = None
    home: SourceLine | None = None
    written: Annotated[dict[Name, SourceLine], Meta(max_length=MAX_PARAMETERS)] = field(default_factory=dict)


class MakeVgg(OfModel[Done], frozen=True, kw_only=True):
    """Make a VGG-16 for the model to copy: of these shapes, filled from the seed unless it still is."""

    shapes: Mapping[str, tuple[int, ...]]
    seed: int
    fresh: bool


class CopyVgg(OfModel[Copied], frozen=True, kw_only=True):
    """Let the submission copy the VGG-16 that was made; what copies is told no seed to draw it from.

    `stand_ins` are names that the model lacks, each with the VGG-16 layer that it would hold.
    """

    stand_ins: Mapping[str, str]


class Sampled(Value, frozen=True):
    """The shapes of what was sampled."""

    shapes: Annotated[dict[Name, Shape], Meta(max_length=MAX_PARAMETERS)]


class Sample(OfModel[Sampled], frozen=True, kw_only=True):
    """Send values at positions drawn from the seed: of parameters of the model or of the VGG-16, or of the
    gradients that the last run left."""

    of: Literal["model", "vgg16", "gradients"]
    names: tuple[str, ...]
    seed: int
    count: int

    @property
    def limits(self) -> WireLimits:
        total = 4 * self.count * len(self.names)
        return WireLimits(header=MiB, arrays=len(self.names), total=total, kinds="f", rank=1)


# --- training ---------------------------------------------------------------------------------------


class TrainBegin(OfModel[Done], frozen=True, kw_only=True):
    """Build a model, give its parameters their first values, make the optimiser.

    `bounds` draws the named parameters evenly from [-bound, bound], `carried` lets others pass on what
    they are told, arrays named `value/NAME` set others; the rest keep what the constructor gave them.
    Where `shapes` are given, tensors have those instead of their own: then nothing keeps what it was given.
    """

    seed: int
    device: str
    learning_rate: float
    weight_decay: float
    patience: int
    min_learning_rate: float
    bounds: Mapping[str, float]
    carried: Mapping[str, tuple[float, int, int, int]]
    shapes: Mapping[str, Shape] = {}


class TrainPictures(Request[Done], frozen=True):
    """Take pictures `image/0` ..., uint8 (H, W, 3), with their labels `label/0` ..., uint8 (H, W)."""


class TrainSteps(Request[Done], frozen=True):
    """Take a step on each of these pictures in turn; the array `losses` is float32 (steps,)."""

    order: tuple[int, ...]
    epoch_ends: bool

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=1, total=4 * len(self.order), kinds="f", rank=1)


class TrainGradients(Request[Done], frozen=True):
    """Differentiate the loss of one picture in train mode, dropout drawn from `seed`, without a step.

    `loss` is float64 (1,), `gradient/K` the sketch of that of the K-th of `names`, if it has one.
    """

    picture: int
    seed: int
    names: tuple[str, ...]

    @property
    def limits(self) -> WireLimits:
        count = len(self.names) + 1
        return WireLimits(header=MiB, arrays=count, total=8 * LENGTH * count, kinds="f", rank=1)


class TrainPredict(Request[Done], frozen=True):
    """Predict `image/0` ...: `class/K` is uint8 (H, W), `log/K` float32 (n_class, h, w), strided."""

    stride: int
    pixels: int  # of all pictures

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=128, total=64 * self.pixels + MiB, kinds="uf", rank=3)


class TrainBest(Request[Done], frozen=True):
    """Keep the model as it is now, or bring it back as it was kept."""

    keep: bool


class TrainEnd(Request[Done], frozen=True):
    """Free what training takes."""


# --- class activation maps --------------------------------------------------------------------------


class Returned(Value, frozen=True):
    """A value that a function was given or gave; its numbers, where it has any, are an array."""

    type: Name
    shape: Shape = ()
    dtype: Word = ""
    text: Word = ""


class Prediction(Returned, frozen=True):
    """What get_cls_pred returned and printed; the array is called `value`."""

    printed: Printed = ""


class ClsPred(Request[Prediction], frozen=True):
    """Call get_cls_pred on the array `logit`, float32 (1, 1000).

    Statements of the submission may be read otherwise for this call.
    """

    instead: tuple[Module, ...] = ()

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=1, total=64 * MiB)


class Map(Returned, frozen=True):
    """What returnCAM returned, and whether its inputs are as they were; the array is called `value`."""

    kept: bool = False


Form = Literal["tensor", "tensor0", "array", "array0", "int"]
FORMS: tuple[Form, ...] = ("tensor", "tensor0", "array0", "array", "int")  # likeliest first


class Cam(Request[Map], frozen=True):
    """Call returnCAM on the arrays `features` and `weight`, and an index of one of the accepted forms.

    Statements of the submission may be read otherwise for this call.
    """

    index: int
    form: Form
    instead: tuple[Module, ...] = ()

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=1, total=64 * MiB)


class GradCam(Request[Map], frozen=True):
    """Call gradCAM on the network and the picture that are drawn from the seed, and the index of a class."""

    index: int
    form: Form
    seed: int
    picture: int

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=1, total=64 * MiB)


Noted = Literal["get_cls_pred", "returnCAM"]


class NotedCall(Value, frozen=True):
    """A call of one of the two functions: what it was given, then what it gave.

    The numbers of argument K of call N are the array `N.K`, those of its result `N.result`.
    """

    name: Noted
    arguments: Annotated[tuple[Returned, ...], Meta(max_length=20)]


class Cell(Value, frozen=True):
    """What the last cell bound, called, and failed at."""

    weight_fc: Returned
    calls: Annotated[tuple[NotedCall, ...], Meta(max_length=MAX_CALLS)]
    failures: Failures


class CamCell(Request[Cell], frozen=True):
    """Run the last cell; some of its statements may be read otherwise."""

    instead: tuple[Chunk, ...] = ()

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=41, total=320 * MiB)
