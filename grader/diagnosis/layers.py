"""Convolutions against the table: every attribute of every layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grader.diagnosis.findings import Finding, both
from grader.diagnosis.words import plain
from grader.network.graph import Expr
from grader.network.path import LAYERS
from grader.network.reading import Reading
from grader.network.roles import Layer, read_layer
from grader.records.reason import Place
from reference.architecture import Architecture, Conv

PADDINGS = ("replication_pad2d", "reflection_pad2d", "_pad_circular", "pad_circular")
Places = Mapping[str, Place]  # parameter name -> the line that made it


def line_of(role: str, architecture: Architecture) -> str:
    """Return the rubric line that pays for a layer."""
    if role.startswith("conv"):
        return role.split("_")[0]
    if role.startswith("score_pool"):
        return "score_pools"
    if role.startswith("upscore"):
        return "upscores" if architecture.skips else "upscore"
    return role


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
    """Yield the attributes that differ: (name, the student's, the assignment's).

    in_channels is not among them: in a network that runs it is what the layer before gives.
    """
    rows = (
        ("out_channels", str(layer.outputs), str(wanted.outputs)),
        ("kernel size", both(layer.kernel), str(wanted.kernel)),
        ("stride", both(layer.stride), str(wanted.stride)),
        ("padding", both(layer.padding), str(wanted.padding)),
        ("dilation", both(layer.dilation), str(wanted.dilation)),
        ("groups", str(layer.groups), str(wanted.groups)),
        ("output_padding", both(layer.output_padding), "0"),
        ("bias", str(bool(layer.bias)), str(wanted.bias)),
    )
    yield from (row for row in rows if row[1] != row[2])


def layer_findings(reading: Reading, places: Places) -> Iterator[Finding]:
    """Compare every layer with the table; then the missing, the reused and those too many."""
    owner: dict[str, str] = {}
    for wanted in reading.architecture.convs():
        line = line_of(wanted.role, reading.architecture)
        layer = reading.layers.get(wanted.role)
        if layer is None:
            yield _missing(reading, wanted, line)
            continue
        where = places.get(layer.weight, layer.place)
        if layer.weight in owner:
            yield _reused(wanted, line, owner[layer.weight], layer)
            continue
        owner[layer.weight] = wanted.role
        differing = list(attributes(layer, wanted))
        border = padded_by(reading, layer)
        if border is not None:
            words = (
                f"{wanted.role}: padded by {plain(border)}, the assignment pads with {wanted.padding} zeros"
            )
            yield Finding(line, words, "", spec(wanted), describe(layer, wanted.role), where)
        elif differing:
            words = ", ".join(
                f"{name} {mine}, the assignment says {theirs}" for name, mine, theirs in differing
            )
            yield Finding(
                line, f"{wanted.role}: {words}", "", spec(wanted), describe(layer, wanted.role), where
            )
    yield from _extra(reading, places)


def padded_by(reading: Reading, layer: Layer) -> Expr | None:
    """Return the operation that pads a layer's input with something else than zeros, if any."""
    position = reading.path.places.get(layer.expr.key, 0)
    before = reading.path.steps[position - 1] if position else layer.expr
    return before if plain(before) in PADDINGS else None


def _missing(reading: Reading, wanted: Conv, line: str) -> Finding:
    resized = next((step for step in reading.path.steps if "upsample" in step.op), None)
    if wanted.transposed and resized is not None:
        words = (
            f"{wanted.role} is missing: "
            "the map is resized by interpolation where a transposed convolution belongs"
        )
        return Finding(line, words, "", spec(wanted), "interpolation", resized.place)
    return Finding(line, f"{wanted.role} is missing", "", spec(wanted), "no such layer in the forward pass")


def _reused(wanted: Conv, line: str, other: str, layer: Layer) -> Finding:
    words = f"{wanted.role} has no layer of its own: {other}'s is used a second time"
    return Finding(
        line, words, "Every layer of the table is made and called once.", spec(wanted), "", layer.place
    )


def _extra(reading: Reading, places: Places) -> Iterator[Finding]:
    used = {layer.expr.key for layer in reading.layers.values()}
    side = [part for join in reading.path.joins.values() for part in join.side if part.op in LAYERS]
    for node in (*reading.extra, *side):
        if node.op not in LAYERS or node.key in used:
            continue
        layer = read_layer(node)
        position = reading.path.places.get(node.key)
        after = reading.after(position) if position is not None else "a skip"
        line = _extra_line(after, node.op, reading)
        again = next((role for role, known in reading.layers.items() if known.weight == layer.weight), "")
        block = f"block {line[4:]} has" if line.startswith("conv") else "there is"
        words = f"{again} is applied once more" if again else f"{block} a convolution too many"
        where = node.place if again else places.get(layer.weight, node.place)
        yield Finding(line, f"{words}, after {after or 'the input'}", "", "", describe(layer, "extra"), where)


def _extra_line(after: str, op: str, reading: Reading) -> str:
    if op == "deconv":
        return line_of("upscore", reading.architecture)
    if after.startswith("pool"):
        return f"conv{min(5, int(after[4:]) + 1)}" if after != "pool5" else "fc6"
    if after == "a skip":
        return "score_pools" if reading.architecture.skips else "forward"
    return line_of(after, reading.architecture) if after else "conv1"
