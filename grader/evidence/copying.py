"""Evidence about copying VGG-16: what every layer holds after the student's function ran.

The VGG-16 is made for the purpose: its layers fit the student's own, wrong ones too, and every value of it is
known. Values are compared at positions that are drawn only now.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from grader.diagnosis.causes import because
from grader.errors import Blocked, StudentError, StudentRaised
from grader.evidence.once import once
from grader.network.roles import Layer
from grader.records.reason import Reason
from grader.wall.answers import Reply
from grader.wall.draws import draw_at, parameter_scale, positions
from grader.wall.values import place
from grader.wall.verbs import Copied, CopyVgg, Release, Sample, Sampled
from reference.architecture import VGG_CONVS, VGG_FEATURES, VGG_LINEARS

if TYPE_CHECKING:
    from grader.evidence.model import ModelEvidence

Array = np.ndarray[Any, Any]
COUNT = 8192
LAST = "classifier.6.weight"  # made small, since nobody copies it; still it must stay


SOURCES = {role: f"features.{index}" for index, role in VGG_FEATURES.items()} | {
    role: f"classifier.{index}" for index, role in VGG_LINEARS.items()
}


class CopyEvidence:
    """What copying did to one model."""

    def __init__(self, model: ModelEvidence, earlier: CopyEvidence | None) -> None:
        self.model = model
        self.earlier = earlier
        self.left_intact = False

    @once
    def method(self) -> str:
        """In which way the submission copies: a method, a function, the notebook's own cell; "" in none."""
        return self.copied.way

    @once
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The VGG-16's parameters where the student's layers have shapes of their own."""
        shapes: dict[str, tuple[int, ...]] = {}
        for role, source in SOURCES.items():
            layer = self.model.reading.layers.get(role)
            if layer is None:
                continue
            weight = (layer.outputs, layer.inputs // layer.groups, *layer.kernel)
            linear = source.startswith("classifier")
            shapes[f"{source}.weight"] = (weight[0], prod(weight[1:])) if linear else weight
            shapes[f"{source}.bias"] = (layer.outputs,)
        return shapes

    @once
    def stand_ins(self) -> dict[str, str]:
        """Names that copying may ask for though the forward pass lacks them, which has causes of its own.

        A layer's name maps to the VGG-16 layer that it would hold, a ReLU's or a pool's to "".
        """
        reading = self.model.reading
        layers = {role: source for role, source in SOURCES.items() if role not in reading.layers}
        pools = {pool.role: "" for pool in reading.architecture.trunk if pool.role not in reading.positions}
        bare = [role for role in VGG_CONVS if role in reading.positions and not reading.has_relu(role)]
        return {**pools, **{role.replace("conv", "relu"): "" for role in bare}, **layers}

    @once
    def raised(self) -> StudentError | None:
        """What the student's copying raised; None if it returned."""
        if not self.method:
            raise Blocked("there is no function that copies VGG-16, see copy_features")
        failed = self.copied.failed
        return StudentRaised(failed.kind, failed.message, place(failed.line)) if failed else None

    @once
    def copied(self) -> Copied:
        """Let the submission copy; Blocked where there is nothing to copy into."""
        self.before  # noqa: B018 - while the model is as it was made
        fresh = self.earlier is None or not self.earlier.left_alone
        asked = CopyVgg(
            self.model.name,
            shapes=self.shapes,
            seed=self.model.seed,
            fresh=fresh,
            stand_ins=self.stand_ins,
        )
        return self.model.student.ask(asked, seconds=90.0).value

    @property
    def left_alone(self) -> bool:
        """The VGG-16 is as it was, and nothing was written since into storage that a model shares with it."""
        if not self.left_intact:
            return False
        return {name for role in SOURCES for name in self._names(role)} <= set(self.contents)

    @once
    def before(self) -> dict[str, Array]:
        """The model's values before copying, by parameter."""
        self.model.initial  # noqa: B018 - builds the model for real
        return dict(self._sample("model", [name for role in SOURCES for name in self._names(role)]).arrays)

    @once
    def after(self) -> Reply[Sampled]:
        """The model's parameters afterwards: shapes, and values by name."""
        self.raised  # noqa: B018 - copy first
        return self._sample("model", list(self.before))

    @property
    def values(self) -> dict[str, Array]:
        """The model's values afterwards, by parameter."""
        return dict(self.after.arrays)

    @once
    def unusable(self) -> dict[str, str]:
        """Parameters that the model can't run with since copying, with their shapes; "" where one is gone."""
        shapes = self.after.value.shapes
        return {
            name: str(list(shapes[name])) if name in shapes else ""
            for name in self.before
            if name not in shapes or shapes[name] != self.model.shapes_of.get(name, ())
        }

    @once
    def vgg16_changed(self) -> list[str]:
        """The VGG-16's parameters that aren't what they were."""
        self.raised  # noqa: B018 - copy first
        shapes = self.shapes | {LAST: (1, 1)}
        found = self._sample("vgg16", list(shapes)).arrays
        changed = [
            name
            for name, shape in shapes.items()
            if not self._holds(found.get(name), f"vgg/{name}", name, shape)
        ]
        self.left_intact = not changed
        return changed

    @once
    def contents(self) -> dict[str, str]:
        """Parameters that hold values of the VGG-16, by the key that those were drawn by."""
        try:
            self.vgg16_changed  # noqa: B018 - before anything else is written, which may be into shared storage
            if self.unusable:
                self.model.student.ask(
                    Release(self.model.name)
                )  # a new model runs: the copying lines pay for this one
                return {}
            found = [
                (role, kind, self._source(role, kind)) for role in SOURCES for kind in ("weight", "bias")
            ]
        except (StudentError, Blocked):
            return {}  # the copying lines tell why
        layers = self.model.reading.layers
        return {getattr(layers[role], kind): f"vgg/{source}.{kind}" for role, kind, source in found if source}

    def _source(self, role: str, kind: str) -> str:
        """Return the VGG-16 layer whose values a role's parameter holds; "" where none."""
        layer = self.model.reading.layers.get(role)
        name = getattr(layer, kind) if layer else ""
        if not name:
            return ""
        shape = self.shapes[f"{SOURCES[role]}.{kind}"]
        alike = [source for source in SOURCES.values() if self.shapes.get(f"{source}.{kind}") == shape]
        own_first = sorted(alike, key=lambda source: source != SOURCES[role])
        held = (source for source in own_first if self._is(name, f"vgg/{source}.{kind}", f"{source}.{kind}"))
        return next(held, "")

    def _sample(self, of: Literal["model", "vgg16"], names: list[str]) -> Reply[Sampled]:
        asked = Sample(self.model.name, of=of, names=tuple(names), seed=self.model.seed, count=COUNT)
        return self.model.student.ask(asked)

    def _names(self, role: str) -> list[str]:
        layer = self.model.reading.layers.get(role)
        return [name for name in (layer.weight, layer.bias) if name] if layer else []

    def _holds(self, found: object, key: str, name: str, shape: tuple[int, ...]) -> bool:
        """Say whether sampled values are those drawn for a key."""
        if not isinstance(found, np.ndarray):
            return False
        at = positions(self.model.seed, name, prod(shape), COUNT)
        wanted = draw_at(self.model.seed, key, at, parameter_scale(shape))
        return found.shape == wanted.shape and bool(np.allclose(found, wanted, rtol=1e-5, atol=1e-7))

    def findings(self, roles: tuple[str, ...]) -> list[Reason]:
        """Name what each of these layers holds instead of its own VGG-16 values."""
        layers = [(role, layer) for role in roles if (layer := self._own_layer(role)) is not None]
        found = (self._fault(role, layer, kind) for role, layer in layers for kind in ("weight", "bias"))
        return [reason for reason in found if reason is not None]

    def _own_layer(self, role: str) -> Layer | None:
        """The role's layer; None where it is missing or another role's (`layer.missing`, `layer.reused`)."""
        layers = self.model.reading.layers
        layer = layers.get(role)
        first = next((name for name, other in layers.items() if layer and other.weight == layer.weight), role)
        return layer if first == role else None

    def _fault(self, role: str, layer: Layer, kind: str) -> Reason | None:
        fault, told = self._named(role, layer, kind)
        if not fault:
            return None
        return because(
            fault,
            parameter=f"{role}.{kind}",
            expected=f"vgg16.{SOURCES[role]}.{kind}",
            place=self.model.places.get(layer.weight),
            **told,
        )

    def _named(self, role: str, layer: Layer, kind: str) -> tuple[str, dict[str, str]]:
        """Return the cause of a wrong parameter and its other parameters; "" where it is right."""
        name = getattr(layer, kind)
        if not name:
            return ("" if kind == "bias" else "copy.parameter"), {}
        if name in self.unusable:
            shape = self.unusable[name]
            return ("copy.shape", {"got": shape}) if shape else ("copy.gone", {})
        source = self._source(role, kind)
        sharing = [other for other in SOURCES if self._holds_layer(other, layer)]  # the cause layer.reused
        if source in [SOURCES[other] for other in sharing]:
            return "", {}
        if source:
            return "copy.layer", {"got": next(other for other, held in SOURCES.items() if held == source)}
        before, after = self.before.get(name), self.values.get(name)
        unchanged = before is not None and after is not None and np.array_equal(before, after)
        return ("copy.missing" if unchanged else "copy.values"), {}

    def _holds_layer(self, role: str, layer: Layer) -> bool:
        other = self.model.reading.layers.get(role)
        return other is not None and other.weight == layer.weight

    def _is(self, name: str, key: str, vgg: str) -> bool:
        """Say whether a parameter holds a VGG-16 parameter's values, element by element in memory order."""
        return self._holds(self.values.get(name), key, name, self.shapes[vgg])
