"""The values that flow through the grader, each frozen: submission in, grade out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What a check found: only `passed` earns points, only `failed` is the submission's fault."""

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"  # a check that it needs did not pass
    PENDING = "pending"  # not assessed in this run, or for a person to grade
    ERROR = "error"  # the grader's own fault, or a claim it could not verify: a person looks


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a submission: `label` is "cell 9" or a file's name, `line` counts from 1 within it."""

    label: str
    line: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check says of one submission."""

    id: str
    outcome: Outcome
    rationale: str = ""
    help: str = ""
    expected: str = ""
    actual: str = ""
    where: Place | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of the work, for people who wait: `done` of `total` within `stage` (`total` 0: unknown)."""

    stage: str
    detail: str = ""
    done: int = 0
    total: int = 0


# --- what intake makes of a submission ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chunk:
    """One top-level statement of the slice, to be compiled under its own label and first line."""

    label: str
    line: int
    source: str


@dataclass(frozen=True, slots=True)
class Module:
    """Statements that share one namespace: the notebook (`name` "submission") or an imported file."""

    name: str
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A statement or a cell that the slice left out, and why ("not needed", "does not parse: ...")."""

    label: str
    line: int
    first_line: str
    reason: str


@dataclass(frozen=True, slots=True)
class Slice:
    """The statements that the targets need.

    `targets` maps FCN32s, FCN8s, get_cls_pred, returnCAM (and functions whose name holds "vgg") to the
    name of the module that binds them; a target that is not there was not found.
    `cam_cell` is the slice of the last cell (what `weight_fc` needs and the statement that binds it),
    run in a copy of the notebook's namespace; `weight_fc` is the innermost assignment alone, dedented.
    """

    modules: tuple[Module, ...] = ()
    targets: Mapping[str, str] = field(default_factory=dict)
    cam_cell: tuple[Chunk, ...] = ()
    weight_fc: tuple[Chunk, ...] = ()
    dropped: tuple[Dropped, ...] = ()


@dataclass(frozen=True, slots=True)
class Epoch:
    """One line of a training log; accuracy and IoU in [0, 1]."""

    loss: float
    accuracy: float
    mean_iou: float


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """A training log found in a cell's saved output."""

    label: str  # "cell 12"
    model: str  # "fcn32s", "fcn8s" or "" where it could not be told
    pretrained: bool
    epochs: tuple[Epoch, ...]
    test_accuracy: float | None = None
    test_mean_iou: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture found in a cell's saved output, re-encoded by us as PNG."""

    label: str
    part: str  # "fcn32s", "fcn8s", "cam" or ""
    png: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Prediction:
    """A line `top1 prediction: 0.444 -> mountain bike` in a saved output."""

    label: str
    probability: float
    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A written answer (part 3), as plain text."""

    question: int
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class SavedEvidence:
    """What a submission says of itself: shown, cross-checked, never run."""

    has_outputs: bool = False
    runs: tuple[TrainingRun, ...] = ()
    figures: tuple[Figure, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission as intake read it; `problem` says why nothing could be read, if so."""

    name: str
    sha256: str
    source: str = ""  # the file that was taken, relative to the submission
    slice: Slice = field(default_factory=Slice)
    saved: SavedEvidence = field(default_factory=SavedEvidence)
    texts: Mapping[str, str] = field(default_factory=dict)  # label -> its whole source, to quote lines
    notes: tuple[str, ...] = ()
    problem: str = ""
    typed: str = ""  # what to type to name it; "" where its name does


# --- what comes out -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ScoredCheck:
    """A check's result with its line of the rubric."""

    id: str
    part: str
    title: str
    outcome: Outcome
    score: float
    max_score: float
    rationale: str = ""
    help: str = ""
    expected: str = ""
    actual: str = ""
    where: Place | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class PartScore:
    """The sum of a part's checks; `pending` are the points not assessed."""

    id: str
    title: str
    score: float
    max_score: float
    pending: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture for the report, made by the grader: PNG bytes with a caption and the part it belongs to.

    `reference` pictures show the right answer: a report for the student leaves them out.
    """

    part: str
    caption: str
    png: bytes
    reference: bool = False


@dataclass(frozen=True, slots=True)
class Provenance:
    """Enough to repeat the grading and get the same report."""

    submission_sha256: str
    grader: str
    rubric_sha256: str
    seed: int
    torch: str
    device: str
    isolation: str
    seconds: float
    timings: Mapping[str, float] = field(default_factory=dict)
    training: str = "none"  # the plan that was run


@dataclass(frozen=True, slots=True)
class Grade:
    """The whole verdict on one submission."""

    student: str
    score: float
    max_score: float
    pending: float
    parts: tuple[PartScore, ...]
    checks: tuple[ScoredCheck, ...]
    notes: tuple[str, ...]
    submission: Submission
    pictures: tuple[Picture, ...]
    provenance: Provenance
