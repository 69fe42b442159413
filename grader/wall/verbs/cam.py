"""The functions of part 4, Grad-CAM, and the last cell."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from grader.records.submission import Chunk, Module
from grader.wall.values import Kind, Printed, Shape, Value, Word
from grader.wall.verbs.loading import Failures
from grader.wall.verbs.request import MiB, Request
from grader.wall.wire import WireLimits

MAX_CALLS = 200  # of the two functions in the last cell
MAX_INPUTS = 4  # that a network was given last there: each costs seconds to explain
Form = Literal["tensor", "tensor0", "array", "array0", "int"]
LogitGrad = Literal["usual", "needed", "off"]  # a constant's; that of what a network gave; turned off
FORMS: tuple[Form, ...] = ("tensor", "tensor0", "array0", "array", "int")  # likeliest first


class Returned(Value, frozen=True):
    """A value that a function was given or gave; its numbers, where it has any, are an array."""

    type: Kind
    shape: Shape = ()
    dtype: Word = ""
    text: Word = ""


class Prediction(Returned, frozen=True):
    """What get_cls_pred returned and printed; the array is called `value`."""

    printed: Printed = ""


class ClsPred(Request[Prediction], frozen=True):
    """Call get_cls_pred on the array `logit`, float32 (1, 1000), as a network gives it where `grad` says so.

    Statements of the submission may be read otherwise for this call.
    """

    instead: tuple[Module, ...] = ()
    grad: LogitGrad = "usual"

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=1, total=64 * MiB)


class Map(Returned, frozen=True):
    """What returnCAM returned, and whether its inputs are as they were; the array is called `value`."""

    kept: bool = False


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
