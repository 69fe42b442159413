"""Evidence about copying VGG-16: what every layer holds after the student's function ran.

The VGG-16 is made for the purpose: its layers fit the student's own (a wrong kernel was paid for already),
and every value of it is known. Values are compared at positions that are drawn only now.
"""

from __future__ import annotations

from math import prod

import numpy as np

from grader.diagnosis.findings import Finding
from grader.draws import draw_at, parameter_scale, positions
from grader.errors import Blocked, StudentError, StudentRaised
from grader.evidence.model import ModelEvidence
from grader.evidence.once import once
from grader.network.roles import Layer
from reference.architecture import VGG_CONVS, VGG_LINEARS

COUNT = 8192
FEATURES = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
SOURCES = {role: f"features.{index}" for role, index in zip(VGG_CONVS, FEATURES, strict=True)} | {
    role: f"classifier.{index}" for index, role in VGG_LINEARS.items()
}


class CopyEvidence:
    """What copying did to one model."""

    def __init__(self, model: ModelEvidence) -> None:
        self.model = model

    @once
    def method(self) -> str:
        """The name of what copies; "" where nothing does."""
        return next(iter(self.model.built.methods), "")

    @once
    def shapes(self) -> dict[str, list[int]]:
        """The VGG-16's parameters where the student's layers have shapes of their own."""
        shapes: dict[str, list[int]] = {}
        for role, source in SOURCES.items():
            layer = self.model.reading.layers.get(role)
            if layer is None:
                continue
            weight = [layer.outputs, layer.inputs // layer.groups, *layer.kernel]
            linear = source.startswith("classifier")
            shapes[f"{source}.weight"] = [weight[0], prod(weight[1:])] if linear else weight
            shapes[f"{source}.bias"] = [layer.outputs]
        return shapes

    @once
    def stand_ins(self) -> dict[str, str]:
        """Names that copying may ask for though the forward pass lacks them, which was paid for already.

        A layer's name maps to the VGG-16 layer that it would hold, a ReLU's or a pool's to "".
        """
        reading = self.model.reading
        layers = {role: source for role, source in SOURCES.items() if role not in reading.layers}
        pools = {pool.role: "" for pool in reading.architecture.trunk if pool.role not in reading.positions}
        bare = [role for role in VGG_CONVS if role in reading.positions and not reading.has_relu(role)]
        return {**pools, **{role.replace("conv", "relu"): "" for role in bare}, **layers}

    @once
    def raised(self) -> StudentError | None:
        """What the student's function raised; None if it returned."""
        if not self.method:
            raise Blocked("there is no function that copies VGG-16, see copy_features")
        self.model.response  # noqa: B018 - the challenge fills the model first
        try:
            stand_ins = self.stand_ins
            self.model.ask(
                "copy_vgg", method=self.method, shapes=self.shapes, seed=self.model.seed, stand_ins=stand_ins
            )
        except StudentRaised as error:
            return error
        return None

    @once
    def values(self) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
        """The model's values afterwards, by parameter."""
        names = [name for role in SOURCES for name in self._names(role)]
        self.raised  # noqa: B018 - copy first
        return dict(
            self.model.ask("sample", of="model", names=names, seed=self.model.seed, count=COUNT).arrays
        )

    @once
    def vgg16_changed(self) -> list[str]:
        """The VGG-16's parameters that aren't what they were."""
        self.raised  # noqa: B018 - copy first
        names = list(self.shapes)
        found = self.model.ask("sample", of="vgg16", names=names, seed=self.model.seed, count=COUNT).arrays
        return [
            name for name in names if not self._holds(found.get(name), f"vgg/{name}", name, self.shapes[name])
        ]

    def _names(self, role: str) -> list[str]:
        layer = self.model.reading.layers.get(role)
        return [name for name in (layer.weight, layer.bias) if name] if layer else []

    def _holds(self, found: object, key: str, name: str, shape: list[int]) -> bool:
        """Say whether sampled values are those drawn for a key."""
        if not isinstance(found, np.ndarray):
            return False
        at = positions(self.model.seed, name, prod(shape), COUNT)
        wanted = draw_at(self.model.seed, key, at, parameter_scale(tuple(shape)))
        return found.shape == wanted.shape and bool(np.allclose(found, wanted, rtol=1e-5, atol=1e-7))

    def findings(self, roles: tuple[str, ...], line: str) -> list[Finding]:
        """Name what each of these layers holds instead of its own VGG-16 values."""
        found = []
        for role in roles:
            layer = self._own_layer(role)
            for kind in ("weight", "bias"):
                words = self._fault(role, layer, kind) if layer else ""
                if words:
                    where = self.model.built.places.get(layer.weight) if layer else None
                    expected = f"vgg16.{SOURCES[role]}.{kind}"
                    found.append(Finding(line, f"{role}.{kind} {words}", "", expected, words, where))
        return found

    def _own_layer(self, role: str) -> Layer | None:
        """The role's layer; None where it is missing or another role's, which was paid for."""
        layers = self.model.reading.layers
        layer = layers.get(role)
        first = next((name for name, other in layers.items() if layer and other.weight == layer.weight), role)
        return layer if first == role else None

    def _fault(self, role: str, layer: Layer, kind: str) -> str:
        name = getattr(layer, kind)
        if not name:
            return "" if kind == "bias" else "is not a parameter"
        key = f"{SOURCES[role]}.{kind}"
        shape = list(self.shapes[key])
        if self._is(name, f"vgg/{key}", key):
            return ""
        if self._holds(self.values.get(name), f"{role}.{kind}", name, self._own_shape(layer, kind)):
            return "was not copied"
        for other, source in SOURCES.items():
            key = f"{source}.{kind}"
            if other != role and self.shapes.get(key) == shape and self._is(name, f"vgg/{key}", key):
                return f"holds {other}'s values"
        return "holds other values than VGG-16's"

    def _is(self, name: str, key: str, vgg: str) -> bool:
        """Say whether a parameter holds a VGG-16 parameter's values, element by element in memory order."""
        return self._holds(self.values.get(name), key, name, self.shapes[vgg])

    @staticmethod
    def _own_shape(layer: Layer, kind: str) -> list[int]:
        if kind == "bias":
            return [layer.outputs]
        return [layer.outputs, layer.inputs // layer.groups, *layer.kernel]
