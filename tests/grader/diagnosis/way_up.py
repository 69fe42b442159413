"""What is said of the way up of a network, by line, and the code that the edits change."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from grader.diagnosis.crops import crop_findings, skip_crop_findings
from grader.diagnosis.head import logit_findings, other_findings
from grader.diagnosis.skips import skip_findings
from grader.network.reading import Reading
from grader.records.reason import Reason
from tests.grader.diagnosis.paying import payer_of
from tests.grader.slim import Edit, edited, reading_of

Finder = Callable[[Reading], Iterator[Reason]]
FINDERS: tuple[Finder, ...] = (
    crop_findings,
    skip_findings,
    skip_crop_findings,
    logit_findings,
    other_findings,
)
CROP32 = "h[:, :, 19:19 + x.size(2), 19:19 + x.size(3)]"
CROP8 = "h[:, :, 31:31 + x.size(2), 31:31 + x.size(3)]"
MIDDLE = "h[:, :, (h.size(2) - x.size(2)) // 2:, (h.size(3) - x.size(3)) // 2:][:, :, :x.size(2), :x.size(3)]"
POOL4 = "s = self.score_pool_4(pool4)"
POOL3 = "s = self.score_pool_3(pool3)"
JOIN4 = "h = h + s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)]"
JOIN3 = "h = h + s[:, :, 9:9 + h.size(2), 9:9 + h.size(3)]"
PLACE3 = "s[:, :, 9:9 + h.size(2), 9:9 + h.size(3)]"


def said(*edits: Edit, network: str = "FCN8s") -> dict[str, list[str]]:
    """What is said of the way up after these edits, by line."""
    reading = reading_of(edited(*edits), network)
    by_line: dict[str, list[str]] = {}
    for finder in FINDERS:
        for finding in finder(reading):
            line = payer_of(finding, skips=bool(reading.architecture.skips))
            assert line is not None
            by_line.setdefault(line, []).append(finding.text)
    return by_line
