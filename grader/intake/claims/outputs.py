"""The text that a cell printed, from its saved outputs, as a reader of the notebook saw it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import re2

from grader.intake.files.notebook import Cell, text_of

TAGS = re2.compile(r"</?[a-zA-Z][^<>\n]{0,500}>")
LONGEST = 1_000_000  # characters of one cell; of more, the beginning and the end are read
ESCAPES = re2.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]|[^\n]\x08")


def printed(cell: Cell) -> str:
    """Everything a cell printed: streams joined by name, as prints that were cut apart belong together."""
    return "\n".join(_clean(text) for text in _streams(cell))


def cut(cells: Iterable[Cell]) -> Iterator[str]:
    """Notes on cells that printed more than is read."""
    for cell in cells:
        for text in _streams(cell):
            if len(text) > 2 * LONGEST:
                millions = f"{len(text) / LONGEST:.1f} million characters"
                yield f"{cell.label} printed {millions}: of its logs the first and the last million were read"


def _streams(cell: Cell) -> list[str]:
    streams: dict[str, list[str]] = {"stdout": [], "stderr": []}
    for output in cell.outputs:
        if output.get("output_type") == "stream":
            streams["stderr" if output.get("name") == "stderr" else "stdout"].append(
                text_of(output.get("text"))
            )
        else:
            streams["stdout"] += [f"\n{text}\n" for text in _plain(output)]
    return ["".join(parts) for parts in streams.values() if parts]


def _plain(output: Mapping[str, object]) -> Iterator[str]:
    data = output.get("data")
    if not isinstance(data, dict):
        return
    text = text_of(data.get("text/plain"))
    if text.startswith("<IPython."):  # an object that has no text but what a page shows
        others = (text_of(data.get(f"text/{form}")) for form in ("markdown", "html", "latex"))
        text = str(TAGS.sub("", next(filter(None, others), text)))
    if text:
        yield text


def _clean(text: str) -> str:
    if len(text) > 2 * LONGEST:
        text = f"{text[:LONGEST]}\n{text[-LONGEST:]}"
    return str(ESCAPES.sub("", text)).replace("\r", "\n")
