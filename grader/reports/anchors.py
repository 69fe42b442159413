"""Where in notebook.html a place of the submission is."""

from __future__ import annotations

import re
from hashlib import sha256

from grader.records.grade import Grade
from grader.records.reason import Place

PAGE = "notebook.html"
_CELL = re.compile(r"cell [0-9]{1,6}")


def labels(grade: Grade) -> frozenset[str]:
    """The cells and files that the page shows."""
    return frozenset({*grade.submission.texts, *(cell.label for cell in grade.submission.page)})


def of_label(label: str) -> str:
    """The anchor of a cell or a file: no word of the student's is in it."""
    if _CELL.fullmatch(label):
        return label.replace(" ", "-")
    return f"file-{sha256(label.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def of_place(place: Place) -> str:
    """The anchor of a line."""
    return f"{of_label(place.label)}-{place.line}"


def of_output(label: str) -> str:
    """The anchor of what a cell printed or drew."""
    return f"{of_label(label)}-output"
