"""Convolutions against the table: every attribute of every layer."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from grader.diagnosis import thrown
from grader.diagnosis.causes import because
from grader.diagnosis.words import both, numeral, plain
from grader.network.graph import Expr, walk
from grader.network.path import LAYERS
from grader.network.reading import Reading
from grader.network.roles import Layer, read_layer
from grader.records.reason import UNAPPLIED, Place, Reason, applied
from reference.architecture import Conv

PADDINGS = ("replication_pad2d", "reflection_pad2d", "_pad_circular", "pad_circular")
NORMALISING = {"_weight_norm": "weight normalisation", "dot": "spectral normalisation"}  # by operation
KINDS = ("a convolution", "a transposed convolution")
APPLIED = ("stride", "padding", "dilation", "groups", "output_padding")  # given where a kernel is applied
Places = Mapping[str, Place]  # parameter name -> the line that made it
Shapes = Mapping[str, tuple[int, ...]]  # parameter name -> its shape


def spec(conv: Conv) -> str:
    """Write a layer of the assignment like a constructor."""
    name = "ConvTranspose2d" if conv.transposed else "Conv2d"
    bias = "" if conv.bias else ", bias=False"
    return (
        f"{conv.role} = {name}({conv.inputs}, {conv.outputs}, kernel_size={conv.kernel}, "
        f"stride={conv.stride}, padding={conv.padding}{bias})"
    )


def describe(layer: Layer, name: str) -> str:
    """Write a student's layer like a constructor."""
    kind = "ConvTranspose2d" if layer.transposed else "Conv2d"
    extras = "".join(
        f", {word}={value}"
        for word, value, usual in (
            ("dilation", both(layer.dilation), "1"),
            ("groups", str(layer.groups), "1"),
            ("output_padding", both(layer.output_padding), "0"),
            ("bias", str(bool(layer.bias)), "False" if layer.transposed else "True"),
        )
        if value != usual
    )
    return (
        f"{name} = {kind}({layer.inputs}, {layer.outputs}, kernel_size={both(layer.kernel)}, "
        f"stride={both(layer.stride)}, padding={both(layer.padding)}{extras}"
        + (", bias=False" if layer.transposed and not layer.bias else "")
        + ")"
    )


def attributes(layer: Layer, wanted: Conv) -> Iterator[tuple[str, str, str]]:
    """Yield the attributes that differ: (its cause, the student's, the assignment's).

    in_channels is not among them: in a network that runs it is what the layer before gives.
    """
    rows = (
        ("kind", KINDS[layer.transposed], KINDS[wanted.transposed]),
        ("out_channels", str(layer.outputs), str(wanted.outputs)),
        ("kernel", both(layer.kernel), str(wanted.kernel)),
        ("stride", both(layer.stride), str(wanted.stride)),
        ("padding", both(layer.padding), str(wanted.padding)),
        ("dilation", both(layer.dilation), str(wanted.dilation)),
        ("groups", str(layer.groups), str(wanted.groups)),
        ("output_padding", both(layer.output_padding), "0"),
        ("bias", str(bool(layer.bias)), str(wanted.bias)),
    )
    yield from (row for row in rows if row[1] != row[2])


def layer_findings(
    reading: Reading, places: Places, made: Shapes, computed: Collection[str] = ()
) -> Iterator[Reason]:
    """Compare every layer with the table; then the missing, the reused and those too many.

    `made` are the parameters that the constructor made, in order: a skip's own score layer that is not called
    costs no more than the skip. `computed` are the layers whose weight is no parameter as it is.
    """
    owner: dict[str, str] = {}
    skips = [skip.score for skip in reading.architecture.skips]
    for wanted in reading.architecture.convs():
        layer = reading.layers.get(wanted.role)
        shared = owner.get(layer.weight) if layer else None
        if wanted in skips and (layer is None or shared) and _idle(reading, made, _shape(wanted)):
            continue
        if layer is None:
            yield _missing(reading, made, wanted)
        elif shared:
            yield _reused(reading, made, shared, wanted.role)
        else:
            owner[layer.weight] = wanted.role
            place = places.get(layer.weight, layer.place)
            yield from _compared(reading, layer, wanted, place)
            if wanted.role in computed:
                yield _computed(layer, wanted, place)
    yield from _extra(reading, places)


def _compared(reading: Reading, layer: Layer, wanted: Conv, place: Place | None) -> Iterator[Reason]:
    expected, actual = spec(wanted), describe(layer, wanted.role)
    border = padded_by(reading, layer)
    if border is not None:
        yield because(
            "layer.border",
            layer=wanted.role,
            got=plain(border),
            want=wanted.padding,
            expected=expected,
            actual=actual,
            place=place,
        )
        return
    by_hand = layer.weight.rpartition(".")[2] != "weight"  # no layer was made that holds its sizes
    for name, got, want in attributes(layer, wanted):
        yield because(
            f"layer.{name}",
            layer=wanted.role,
            got=numeral(got),
            want=numeral(want),
            expected=expected,
            actual=actual,
            place=(layer.place or place) if by_hand and name in APPLIED else place,
        )


def _computed(layer: Layer, wanted: Conv, place: Place | None) -> Reason:
    """Name what the weight of a layer is computed from in each pass, and how where that is known.

    What a known way keeps in buffers goes without saying.
    """
    weight = layer.expr.inputs[1]
    how = next((said for op, said in NORMALISING.items() if any(op in node.op for node in walk(weight))), "")
    leaves = [node for node in walk(weight) if node.op == "leaf" and node["name"]]
    names = [str(node["name"]) for node in leaves if not how or node["kind"] == "parameter"]
    return because(
        "layer.weight",
        layer=wanted.role,
        got=(" and ".join(sorted(set(names))) or "no parameter") + (how and f" by {how}"),
        expected=spec(wanted),
        actual=describe(layer, wanted.role),
        place=place,
    )


def padded_by(reading: Reading, layer: Layer) -> Expr | None:
    """Return the operation that pads a layer's input with something else than zeros, if any."""
    position = reading.path.places.get(layer.expr.key, 0)
    before = reading.path.steps[position - 1] if position else layer.expr
    return before if plain(before) in PADDINGS else None


def _missing(reading: Reading, made: Shapes, wanted: Conv) -> Reason:
    resized = next((step for step in reading.path.steps if "upsample" in step.op), None)
    expected = spec(wanted)
    if wanted.transposed and resized is not None:
        return because(
            "layer.interpolated",
            layer=wanted.role,
            expected=expected,
            actual="interpolation",
            place=resized.place,
        )
    if (gone := thrown.layer(reading, wanted)) is not None:
        actual = "what it gives goes nowhere"
        return because("layer.unkept", layer=wanted.role, expected=expected, actual=actual, place=gone.place)
    actual, place = "no such layer in the forward pass", reading.beside(wanted.role)
    if _idle(reading, made, _shape(wanted)):
        actual, place = UNAPPLIED, applied(place)
    return because("layer.missing", layer=wanted.role, expected=expected, actual=actual, place=place)


def _shape(conv: Conv) -> tuple[int, ...]:
    return (conv.outputs, conv.inputs, conv.kernel, conv.kernel)


def _idle(reading: Reading, made: Shapes, shape: tuple[int, ...]) -> list[str]:
    """Return the weights of a shape that the constructor made and the forward pass never used."""
    used = {layer.weight for layer in reading.layers.values()} | reading.live
    return [name for name, found in made.items() if found == shape and name not in used]


def _reused(reading: Reading, made: Shapes, first: str, second: str) -> Reason:
    """Name the one of two roles whose own layer is not called: what was made before the shared one is the
    first's."""
    weight, order = reading.layers[second].weight, list(made)
    idle = _idle(reading, made, made.get(weight, ()))
    early = any(order.index(name) < order.index(weight) for name in idle)
    role, other = (first, second) if early else (second, first)
    return because(
        "layer.reused",
        layer=role,
        other=other,
        help="Every layer of the table is made and called once.",
        expected=spec(next(conv for conv in reading.architecture.convs() if conv.role == role)),
        actual=f"{other}'s layer a second time",
        place=reading.layers[role].place,
    )


def _extra(reading: Reading, places: Places) -> Iterator[Reason]:
    used = {layer.expr.key for layer in reading.layers.values()}
    side = [part for join in reading.path.joins.values() for part in join.side if part.op in LAYERS]
    for node in (*reading.extra, *side):
        if node.op in LAYERS and node.key not in used:
            yield _too_many(reading, node, places)


def _too_many(reading: Reading, node: Expr, places: Places) -> Reason:
    layer = read_layer(node)
    position = reading.path.places.get(node.key)
    after = reading.after(position) or "the input" if position is not None else "a skip"
    actual, kind = describe(layer, "extra"), "_upscore" if node.op == "deconv" else ""
    again = next((role for role, known in reading.layers.items() if known.weight == layer.weight), "")
    if again:
        return because(f"layer.again{kind}", layer=again, after=after, actual=actual, place=node.place)
    place = places.get(layer.weight, node.place)
    if kind:
        return because("layer.extra_upscore", after=after, actual=actual, place=place)
    return because("layer.extra", block=_block(after), after=after, actual=actual, place=place)


def _block(after: str) -> str:
    """Return the block that a layer after this one belongs to."""
    number = {"the input": 1, **{f"pool{n}": n + 1 for n in (1, 2, 3, 4)}}.get(after, 0)
    number = int(after[4]) if after.startswith("conv") else number
    return f"block {number}" if number else "the network"
