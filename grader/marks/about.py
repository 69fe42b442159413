"""What a mark is about, as a fingerprint: where it changes, a person is asked again."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata

from grader.marks.entry import Mark
from grader.records.grade import Grade, Outcome, ScoredCheck
from grader.records.submission import Answer
from grader.scoring import by_a_person

OF = "/"
ASKED = re.compile(r"\.question([1-9]\d?)$")  # in a line's id: ours, never a student's


def about(grade: Grade, check: ScoredCheck) -> str:
    """Fingerprint of what a person looks at: the written answer or, elsewhere, the verdict on these files.

    Behind it stands what the line is worth: points are points of that many.
    """
    if question(check):
        seen = _sha("answer", *(_plain(answer.text) for answer in answers(grade, check)))
    else:
        seen = _sha("verdict", grade.provenance.submission_sha256, _own_outcome(check), *causes_of(check))
    return f"{seen}{OF}{check.max_score:g}"


def fits(mark: Mark, grade: Grade, check: ScoredCheck) -> bool:
    """Whether a mark is about what its line says now; one that is bound to nothing may still be out of range.

    Words without points fit whatever the line is worth; older marks do not tell what it was worth.
    """
    if mark.points is not None and not 0 <= mark.points <= check.max_score:
        return False
    (then, _, of), (now, _, worth) = mark.about.partition(OF), about(grade, check).partition(OF)
    return then in ("", now) and (mark.points is None or of in ("", worth))


def question(check: ScoredCheck) -> int:
    """The number of the question that a line is about, 0 where no answer is read for it."""
    found = ASKED.search(check.id) if by_a_person(check.part) else None
    return int(found[1]) if found else 0


def answers(grade: Grade, check: ScoredCheck) -> tuple[Answer, ...]:
    """What was written for a line that is about a question."""
    asked = question(check)
    return tuple(answer for answer in grade.submission.saved.answers if asked and answer.question == asked)


def causes_of(check: ScoredCheck) -> tuple[str, ...]:
    """What a line was lost for, as keys that are the same for all who have it; none where none is known."""
    return tuple(str(one) for one in check.reason.cause.each) if check.reason.cause else ()


def _own_outcome(check: ScoredCheck) -> Outcome:
    return check.mark.outcome if check.mark else check.outcome


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _sha(*words: str) -> str:
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()
