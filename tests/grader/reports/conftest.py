"""A made-up grade with every outcome and hostile words wherever a student can write."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

import pytest

from grader.records.grade import Grade, Outcome, PartScore, Picture, Provenance, ScoredCheck
from grader.records.reason import Cause, Place, Reason
from grader.records.submission import (
    Answer,
    Dropped,
    Epoch,
    Figure,
    Prediction,
    SavedEvidence,
    Slice,
    Submission,
    TrainingRun,
    Whereabouts,
)
from tests.grader.hostile import HOSTILE

SOURCE = (
    "class FCN32s(nn.Module):\n    def forward(self, x):\n        h = x  # <b>&amp;\n"
    "        return h[:, :, 18:18 + x.size(2)]"
)

TITLES = {
    "fcn32s": "Part 1: FCN-32s",
    "fcn8s": "Part 2: FCN-8s",
    "questions": "Part 3: Questions",
    "cam": "Part 4: CAM",
}


def dot(shade: int) -> bytes:
    """A PNG of one grey pixel, the same bytes everywhere."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    stored = b"\x78\x01\x01\x02\x00\xfd\xff\x00" + bytes([shade])  # deflate without compression
    stored += struct.pack(">I", zlib.adler32(b"\x00" + bytes([shade])))
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", stored) + chunk(b"IEND", b"")


def check(id: str, outcome: Outcome, points: float, title: str, **said: object) -> ScoredCheck:
    score, reason = points if outcome is Outcome.PASSED else 0.0, Reason(**said)  # type: ignore[arg-type]
    return ScoredCheck(id, id.split(".")[0], title, outcome, score, points, reason, seconds=0.125)


CHECKS = (
    check("fcn32s.build", Outcome.PASSED, 1, "The model can be built"),
    check(
        "fcn32s.crop",
        Outcome.FAILED,
        1.25,
        "The output is cropped from row and column 19",
        text="The crop starts at 18, it must start at 19",
        help="Crop [19 : 19 + size] in both axes.",
        expected="rows and columns from 19",
        actual="rows and columns from 18",
        place=Place("cell 9", 4, "return h[:, :, 18:18 + x.size(2)]"),
        cause=Cause("crop.offset", {"got": 18, "want": 19}),
    ),
    check(
        "fcn32s.forward",
        Outcome.FAILED,
        1,
        "The output is what these layers compute",
        text=f"raised ValueError: {HOSTILE}",
        help=HOSTILE,
        actual=HOSTILE,
        place=Place("net<i>.py", 3, HOSTILE),
    ),
    check("fcn32s.training_loss", Outcome.PENDING, 0.5, "The loss falls", text="no training run"),
    check("fcn8s.build", Outcome.FAILED, 1, "The model can be built", text="FCN8s was not found"),
    check("fcn8s.conv1", Outcome.BLOCKED, 1, "Block 1", text="FCN8s can't be built"),
    check("fcn8s.conv2", Outcome.BLOCKED, 0.75, "Block 2", text="FCN8s can't be built"),
    check("questions.question1", Outcome.PENDING, 10, "Scratch", text="a person grades this"),
    check("cam.shape", Outcome.PASSED, 1.5, "The map is (256, 256)"),
    check("cam.maps", Outcome.ERROR, 2, "The maps are right", text="claimed, not verified"),
)  # fmt: skip


def of(checks: tuple[ScoredCheck, ...], part: str) -> PartScore:
    own = [check for check in checks if check.part == part]
    pending = sum(check.max_score for check in own if check.outcome is Outcome.PENDING)
    return PartScore(
        part, TITLES[part], sum(check.score for check in own), sum(check.max_score for check in own), pending
    )


def graded(checks: tuple[ScoredCheck, ...], submission: Submission, **other: object) -> Grade:
    """A grade of these checks that adds up."""
    parts = tuple(of(checks, part) for part in TITLES if any(check.part == part for check in checks))
    provenance = Provenance(
        "ab" * 32,
        "0.1.0 (d6c216b)",
        "cd" * 32,
        1234,
        "2.14.1",
        "cpu",
        "bwrap",
        8.4375,
        {"intake": 0.25},
        "smoke",
    )
    grade = Grade(
        student=submission.name,
        score=sum(part.score for part in parts),
        max_score=sum(part.max_score for part in parts),
        pending=sum(part.pending for part in parts),
        parts=parts,
        checks=checks,
        notes=("The notebook was taken, a kit copy was ignored.", HOSTILE),
        submission=submission,
        pictures=(
            Picture("cam", f"bike.jpg: {HOSTILE}", dot(90)),
            Picture("cam", "bike.jpg, right", dot(200), True),
        ),
        provenance=provenance,
    )
    return replace(grade, **other)  # type: ignore[arg-type]


@pytest.fixture
def grade() -> Grade:
    """Every outcome, every kind of evidence."""
    nan = float("nan")
    saved = SavedEvidence(
        has_outputs=True,
        runs=(
            TrainingRun(
                "cell 12", "fcn32s", False, (Epoch(2.1, 0.3431, 0.02859), Epoch(nan, 0.3475, 0.03035))
            ),
            TrainingRun(HOSTILE, "", True, (Epoch(1.5, 0.5, 0.25),), 0.66, 0.37),
        ),
        figures=(Figure("cell 15", "fcn32s", dot(40), 1, 1),),
        predictions=(Prediction("cell 26", 0.444, HOSTILE),),
        answers=(Answer(1, "cell 22", f"Features that see edges.\n\n{HOSTILE}"),),
    )
    dropped = (Dropped("cell 2", 1, HOSTILE, "a shell command"),)
    texts = {"cell 9": SOURCE, "net<i>.py": f"a = 1\nb = 2\n{HOSTILE}"}
    submission = Submission(
        f"eve {HOSTILE}",
        "ab" * 32,
        "assignment3.ipynb",
        Slice(dropped=dropped),
        saved,
        texts,
        ("kit ignored",),
        files={
            "cell 9": Whereabouts("hw3/assignment3.ipynb", (80, 81, 82, 83, 84)),
            "net<i>.py": Whereabouts("hw3/net<i>.py", (1, 2, 3)),
        },
    )
    return graded(CHECKS, submission)


@pytest.fixture
def unreadable() -> Grade:
    """A submission that could not be read: every line lost for one reason."""
    reason = f"The zip file is damaged: {HOSTILE}"
    lost = tuple(
        replace(
            one,
            outcome=Outcome.FAILED,
            score=0.0,
            reason=Reason(reason),
        )
        for one in CHECKS
    )
    return graded(lost, Submission("dan", "", problem=reason), pictures=(), notes=())


@pytest.fixture
def perfect() -> Grade:
    """Full marks, nothing left to say."""
    checks = tuple(
        replace(one, outcome=Outcome.PASSED, score=one.max_score, reason=Reason()) for one in CHECKS
    )
    return graded(checks, Submission("alice", "ab" * 32, "assignment3.ipynb"), pictures=(), notes=())
