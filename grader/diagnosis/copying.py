"""What copying VGG-16 did, layer by layer: parameters that do not hold their own source's values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from torch import nn

from grader.diagnosis.causes import because
from grader.diagnosis.layers import attributes
from grader.errors import StudentError
from grader.network.reading import Reading
from grader.network.roles import Layer
from grader.records.reason import Place, Reason
from reference.architecture import VGG_FEATURES, VGG_LINEARS

SOURCES = {role: f"features.{index}" for index, role in VGG_FEATURES.items()} | {
    role: f"classifier.{index}" for index, role in VGG_LINEARS.items()
}
KINDS = ("weight", "bias")
CONVS = tuple(VGG_FEATURES.values())
RATE, KIND = "p", "type"  # settings of layers without weights
TYPES = frozenset(nn.modules.__all__)
Setting = tuple[str, str]  # a layer's name, an attribute of it


@dataclass(frozen=True, eq=False)
class AfterCopying:
    """What is known after the submission's own copying ran on a VGG-16 whose every value is known."""

    way: str  # a method, a function, the notebook's own cell, the constructor; "" where nothing copies
    raised: StudentError | None = None  # None if it returned
    own: bool = False  # whether that can't be by what it was given
    passed: bool = False  # whether it went on after the statement that raised
    slip: StudentError | None = None  # what stops the notebook's own call of it, if anything does
    undone: Place | None = None  # where the notebook takes all of it back before it trains
    lost: Mapping[str, Place] = field(default_factory=dict)  # where it takes back what a parameter held
    held: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (role, kind) -> VGG-16's layer
    unchanged: frozenset[str] = frozenset()  # parameters that hold what they held before
    unusable: Mapping[str, str] = field(default_factory=dict)  # that no longer fit; their shapes, "" for gone
    otherwise: Mapping[tuple[str, str], str] = field(default_factory=dict)  # how they hold their own source
    vgg16_changed: tuple[str, ...] = ()  # parameters of the VGG-16 that aren't what they were
    home: Place | None = None  # where what copies is defined
    written: Mapping[str, Place] = field(default_factory=dict)  # the line that wrote a parameter last
    changed: Mapping[Setting, tuple[str, str]] = field(default_factory=dict)  # what it was, what it is
    changed_at: Mapping[Setting, Place | None] = field(default_factory=dict)  # the notebook's line, if known

    @property
    def remade(self) -> bool:
        """Whether the model is no longer the one that was recorded."""
        return bool(self.unusable or self.changed)


HOLDS = {
    "copy.missing": "what it held before",
    "copy.undone": "what it held before",
    "copy.values": "other values",
    "copy.lost": "other values",
    "copy.gone": "nothing",
    "copy.parameter": "no parameter",
}


def copy_findings(
    copied: AfterCopying, reading: Reading, roles: tuple[str, ...], computed: Collection[str] = ()
) -> list[Reason]:
    """Name what each of these layers holds instead of its own VGG-16 values.

    What is `computed` in each pass holds nothing for long: the layer's line tells of it.
    """
    layers = [(role, layer) for role in roles if (layer := _own_layer(reading, role)) is not None]
    found = (
        _fault(copied, reading, role, layer, kind)
        for role, layer in layers
        for kind in KINDS
        if role not in computed or kind != "weight"
    )
    reset = (reason for role, layer in layers for reason in _reset(copied, reading, role, layer))
    beside = _reset_beside(copied, reading) if CONVS[0] in roles else ()
    return [*(reason for reason in found if reason is not None), *reset, *beside]


def _reset_beside(copied: AfterCopying, reading: Reading) -> Iterator[Reason]:
    """Name a layer without weights that copying made one of another kind, or a dropout of another rate."""
    own = {layer.weight.removesuffix(".weight") for layer in reading.layers.values()}
    for (name, setting), (made, since) in copied.changed.items():
        if name and name not in own and (setting == RATE or (setting == KIND and {made, since} <= TYPES)):
            place = copied.changed_at.get((name, setting)) or copied.home
            yield _set(f"{name}.{setting}", made, since, place)


def _reset(copied: AfterCopying, reading: Reading, role: str, layer: Layer) -> Iterator[Reason]:
    """Name what a layer is set to since, where it was made right and is not what the table asks for."""
    wanted = next(conv for conv in reading.architecture.convs() if conv.role == role)
    wrong = {name for name, _, _ in attributes(layer, wanted)}
    asked = {"stride": wanted.stride, "padding": wanted.padding, "dilation": 1, "groups": 1}
    for setting, want in asked.items():
        key = layer.weight.removesuffix(".weight"), setting
        made, since = copied.changed.get(key, ("", ""))
        if made != since and since != str(want) and setting not in wrong:
            place = copied.changed_at.get(key) or copied.written.get(layer.weight) or copied.home
            yield _set(f"{role}.{setting}", made, since, place)


def _set(setting: str, made: str, since: str, place: Place | None) -> Reason:
    """Say what a layer's setting became."""
    return because(
        "copy.setting",
        help="A layer that is put in the place of another brings its own settings with it.",
        parameter=setting,
        made=made,
        got=since,
        expected=made,
        actual=since,
        place=place,
    )


def _own_layer(reading: Reading, role: str) -> Layer | None:
    """Return the role's layer; None where it is missing or another role's, which has a cause of its own."""
    layer = reading.layers.get(role)
    first = next((n for n, other in reading.layers.items() if layer and other.weight == layer.weight), role)
    return layer if first == role else None


def _fault(copied: AfterCopying, reading: Reading, role: str, layer: Layer, kind: str) -> Reason | None:
    fault, told = _named(copied, reading, role, layer, kind)
    if not fault:
        return None
    parameter, expected = f"{role}.{kind}", f"vgg16.{SOURCES[role]}.{kind}"
    actual, place = told.get("got") or HOLDS.get(fault, ""), _place(copied, reading, layer, kind, fault)
    return because(fault, parameter=parameter, expected=expected, actual=actual, place=place, **told)


def _named(
    copied: AfterCopying, reading: Reading, role: str, layer: Layer, kind: str
) -> tuple[str, dict[str, str]]:
    """Return the cause of a wrong parameter and its other parameters; "" where it is right."""
    name = getattr(layer, kind)
    if not name:
        return ("" if kind == "bias" else "copy.parameter"), {}
    if name in copied.unusable:
        shape = copied.unusable[name]
        return ("copy.shape", {"got": shape}) if shape else ("copy.gone", {})
    source = copied.held.get((role, kind), "")
    if source in [SOURCES[other] for other in SOURCES if _is_of(reading, other, layer)]:  # or layer.reused
        return ("copy.lost" if name in copied.lost else ""), {}
    if source and _closes_ranks(copied, reading, role, kind):
        return "", {}
    if source:
        return "copy.layer", {"got": next(other for other, held in SOURCES.items() if held == source)}
    if name in copied.unchanged:
        return ("copy.undone" if name in copied.written else "copy.missing"), {}
    how = copied.otherwise.get((role, kind), "")
    return ("copy.otherwise", {"got": how}) if how else ("copy.values", {})


def _closes_ranks(copied: AfterCopying, reading: Reading, role: str, kind: str) -> bool:
    """Whether a block is short of a convolution, which costs its own line, and those left hold VGG-16's
    in their order: which of them is the one that is missing, the trace can't tell of equal ones."""
    block = [each for each in CONVS if each.rpartition("_")[0] == role.rpartition("_")[0]]
    left, sources = [each for each in block if each in reading.layers], [SOURCES[each] for each in block]
    held = [copied.held.get((each, kind), "") for each in left]
    in_order = [source for source in sources if source in held] == held
    return role in block and len(left) < len(block) and in_order


def _place(copied: AfterCopying, reading: Reading, layer: Layer, kind: str, fault: str) -> Place | None:
    """Return the line that wrote a parameter; of one that none wrote, the line that wrote what is nearest.

    What copies VGG-16's convolutions stands elsewhere than what copies its linear layers.
    """
    written = copied.written.get(getattr(layer, kind))
    if fault == "copy.lost":
        return copied.lost[getattr(layer, kind)]
    if written and fault == "copy.undone":
        return written.callers[-1] if written.callers else written
    if written:
        return written
    order = list(SOURCES)
    roles = [role for role in order if role in reading.layers]
    at = next((order.index(role) for role in roles if reading.layers[role] == layer), 0)
    akin = [role for role in roles if (role in CONVS) == (order[at] in CONVS)]
    for role in sorted(akin, key=lambda role: abs(order.index(role) - at)):
        near = reading.layers[role]
        if found := copied.written.get(near.weight) or copied.written.get(near.bias):
            return found
    return copied.home


def _is_of(reading: Reading, role: str, layer: Layer) -> bool:
    other = reading.layers.get(role)
    return other is not None and other.weight == layer.weight
