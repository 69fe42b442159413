"""The bulk exports of course systems: one module each.

Each has `is_one(folder)`, `said(folder)` and `read(folder, staging)`.
"""

from __future__ import annotations

from types import ModuleType

from grader.classroom.exports import canvas, gradescope, moodle

EXPORTS: dict[str, ModuleType] = {"Gradescope": gradescope, "Canvas": canvas, "Moodle": moodle}
