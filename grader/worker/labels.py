"""The names of ImageNet's classes in the forms that people download them in, made from the kit's list."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

KIT = Path("files/imagenet-simple-labels.json")
NAME = re.compile(
    r"[\w-]{0,60}imagenet[\w-]{0,60}\.(?:json|txt)|\b(?:labels\.json|labels\.txt|synset_words\.txt)"
)
MOST = 20  # files of a submission


def put_labels(texts: Iterable[str]) -> None:
    """Write the lists that code names and that are not there into the current folder."""
    if not KIT.is_file():
        return
    names = {name for text in texts for name in NAME.findall(text)}
    known = json.loads(KIT.read_text(encoding="utf-8"))
    for name in sorted(names)[:MOST]:
        if not Path(name).exists():
            Path(name).write_text(form(PurePosixPath(name).name, known), encoding="utf-8")


def form(name: str, labels: list[str]) -> str:
    """The list as a file of a name holds it: as JSON, by index, with synsets, in lines, as a dictionary."""
    numbered = dict(enumerate(labels))
    if name.endswith("class_index.json"):
        return json.dumps({index: [_synset(index), label] for index, label in numbered.items()})
    if name == "labels.json":
        return json.dumps(numbered)
    if name.endswith(".json"):
        return json.dumps(labels)
    if "idx" in name:
        return "{" + ",\n ".join(f"{index}: {label!r}" for index, label in numbered.items()) + "}"
    if "synset" in name:
        return "\n".join(f"{_synset(index)} {label}" for index, label in numbered.items())
    return "\n".join(labels)


def _synset(index: int) -> str:
    return f"n{index:08d}"
