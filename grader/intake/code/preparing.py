"""The line of the last cell that shows what is wrong with its maps, by how such a step is written."""

from __future__ import annotations

from collections.abc import Iterator

import re2

from grader.assignment import GRADED, MAP
from grader.intake.code.showing import body_rows, called
from grader.intake.code.weights import worked_out
from grader.records.reason import Cause, Place
from grader.records.submission import Chunk, Slice

WRITTEN = tuple(  # what a step is called, and how it may be written
    (re2.compile(said), re2.compile(code))
    for said, code in (
        (r"output of", r"register_forward|create_feature_extractor|Extractor\("),
        (r"train mode", r"\.train\("),
        (r"train mode|nothing to do", r"resnet\w*\("),
        (r"^the image is \w+\.", r"\.jpe?g"),
        (r"the middle is cut", r"(?i)crop"),
        (r"the image is \(", r"(?i)resize|crop"),
        (r"blue, green", r"(?i)imread|bgr|\.flip\(|::-1"),
        (r"grey", r"(?i)gr[ae]y|\.convert\("),
        (r"mirrored|upside", r"(?i)flip|::-1|rotat"),
        (r"normalised|deviation|the mean", r"(?i)normali[sz]e|mean|std"),
        (r"255", r"255|ToTensor|PILToTensor|as_tensor|from_numpy"),
        (r"normalised", r"Compose"),
        (r"multiplied|swapped|squared", r"(?i)feat[^,]*=[^=].*(?:[*/]|\.T\b|transpose|permute|swap)"),
    )
)
NUMBERS = re2.compile(  # a weight that is none of the network's
    r"resnet\w*\(|\brand|Linear\(|\b(?:normal|uniform|ones|zeros|full|empty)\w*\("
)
CALLED = re2.compile(rf"\b{MAP}\(")
SUBJECTS = ("maps.input", "maps.class", "maps.weights", "maps.values", "maps.features", "maps.count")


def in_the_cell(slice: Slice, cause: Cause | None) -> Place | None:
    """Return the first line of the last cell that shows a fault of its maps, else that which asks for one."""
    if cause is not None and (weight := _of_weight(slice, cause)):
        return Place(weight.label, weight.line)
    if cause is None or not (cause.id in SUBJECTS or cause.id == "weight_fc.unrelated"):
        return None
    got = str(cause.parameters.get("got", "nothing to do" if cause.id == "weight_fc.unrelated" else ""))
    lines = list(_lines(slice))
    for code in (*(code for said, code in WRITTEN if said.search(got)), CALLED):
        if found := next((place for place, line in lines if code.search(line)), None):
            return found
    return None


def _of_weight(slice: Slice, cause: Cause) -> Chunk | None:
    """Return what binds the weight where that is no array, or makes it where it is none of the network's."""
    if cause.id == "weight_fc.type":
        return next(iter(slice.weight_fc[-1:]), None)
    made = worked_out(slice.weight_fc) if cause.id == "weight_fc.unrelated" else None
    return made if made and NUMBERS.search(made.source) else None


def _lines(slice: Slice) -> Iterator[tuple[Place, str]]:
    """Yield the lines of the last cell and of what it needs, but for its imports and what is graded."""
    for chunk in slice.cam_cell:
        for number, row in enumerate(chunk.source.split("\n")):
            if not row.startswith(("import ", "from ")):
                yield Place(chunk.label, chunk.line + number), row.partition("#")[0]
    for part in called(slice, slice.cam_cell):
        if part.function.name not in GRADED:
            yield from body_rows(part)
