"""What mending came to: the slice to judge, and which lines pay for what was mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from grader.assignment import NETWORKS, PART_OF
from grader.diagnosis.payers import STOPPED
from grader.mending import paying, read
from grader.mending.asking import LARGER, SIZE
from grader.records.grade import CheckResult, Outcome
from grader.records.reason import Reason
from grader.records.submission import Slice, Slip
from reference.architecture import FIRST_PADDING

SIZES = (*SIZE[2:], *LARGER[2:])  # rows and columns of the inputs that networks are tried with


@dataclass(frozen=True, slots=True)
class Mended:
    """The slice to judge; what lines pay for, and what lacks a library, by target."""

    slice: Slice
    faults: Mapping[str, Reason] = field(default_factory=dict)
    lacks: Mapping[str, Reason] = field(default_factory=dict)
    paying: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # lines, where not the usual one
    slips: tuple[Slip, ...] = ()  # that were mended as the submission was read
    left: frozenset[str] = frozenset()  # targets of which something was left out
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # causes of a target's own fault
    unseen: frozenset[str] = frozenset()  # lines that show nothing of what was left out

    def with_more(self, other: Mended, slice: Slice) -> Mended:
        """This and what was found of another target, with the slice that came of both."""
        return replace(
            self,
            slice=slice,
            faults={**self.faults, **other.faults},
            lacks={**self.lacks, **other.lacks},
            paying={**self.paying, **other.paying},
            left=self.left | other.left,
            shown={**self.shown, **other.shown},
            unseen=self.unseen | other.unseen,
        )

    def charged(
        self, results: Mapping[str, CheckResult], padding: int = FIRST_PADDING
    ) -> dict[str, CheckResult]:
        """The checks' results, with what was mended paid for by its line.

        `padding` is that of conv1_1 as the year wants it.
        """
        charged = paying.blocked(results, self.unseen)
        for target, reason in self.faults.items():
            causes = self.shown.get(target, ())
            told = paying.showing(target, causes, results, SIZES, padding)
            line = told or STOPPED[target]
            lines = {line} if told else set(self.paying.get(target, ())) & results.keys() or {line}
            for id, result in results.items():
                pays = id in lines and result.outcome != Outcome.PENDING
                waits = result.outcome == Outcome.BLOCKED and result.reason.text.endswith(f"see {line}")
                if (pays and result.outcome != Outcome.ERROR) or (waits and lines >= {line}):
                    charged[id] = self._failed(target, reason, result, shown=bool(told))
        return read.charged(charged, self.slips, self.slice)

    def _failed(self, target: str, reason: Reason, result: CheckResult, *, shown: bool) -> CheckResult:
        """A line that pays; what is wrong beside a slip is told too, unless something was left out.

        A network's line that shows the same fault tells it first.
        """
        whole = target not in self.left or (shown and PART_OF[target] in NETWORKS)
        if reason.cause and reason.cause.id == "code.slip" and whole:
            return read.failed(result, reason)
        return replace(result, outcome=Outcome.FAILED, reason=reason)
