"""What intake makes of a submission, each value frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.records.reason import Place


@dataclass(frozen=True, slots=True)
class Chunk:
    """One top-level statement of the slice, to be compiled under its own label and first line."""

    label: str
    line: int
    source: str


@dataclass(frozen=True, slots=True)
class Module:
    """Statements that share one namespace: what is run (the notebook, as "submission") or an imported file.

    `package` is where the relative imports of a file that is run start from; others have it in their names.
    `file` is the path of a file, for what looks beside it.
    """

    name: str
    chunks: tuple[Chunk, ...]
    package: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A small file that the slice may read: its path from where it runs, and its bytes."""

    path: str
    content: bytes


TOO_DEEP, TOO_LONG, TOO_MUCH = "nested too deeply", "longer than", "below more code than is read"
NEWER = "written for Python 3.12 or newer, and the grader runs on an older one"
UNREAD = (TOO_DEEP, TOO_LONG, TOO_MUCH, NEWER)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A statement or a cell that the slice left out, and why ("not needed", "does not parse: ...")."""

    label: str
    line: int
    first_line: str
    reason: str

    @property
    def is_unread(self) -> bool:
        """Whether no fault of its own but a limit of the grader's kept it from being read."""
        return self.reason.startswith(UNREAD)


@dataclass(frozen=True, slots=True)
class Slip:
    """What is read otherwise than it was written so that a target can be judged; `cause` is a cause's id."""

    target: str
    cause: str
    place: Place
    told: str
    words: str


@dataclass(frozen=True, slots=True)
class Copying:
    """What a notebook does with a model that it builds, up to training: in `module`, by its `name` there.

    `awaits` are names that its statements read and others bind: a model that was trained, say. `late` is
    where weights are put into it once it was trained.
    """

    module: str
    name: str
    chunks: tuple[Chunk, ...]
    awaits: frozenset[str] = frozenset()
    late: Place | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """The statements that the targets need.

    `targets` maps FCN32s, FCN8s, get_cls_pred, returnCAM (and functions that may copy weights) to the
    name of the module that binds them; a target that is not there was not found.
    `cam_cell` is the slice of the last cell (what `weight_fc` needs and the statement that binds it),
    run in a copy of the namespace of `cam_module`; `weight_fc` is the innermost assignment alone, dedented.
    """

    modules: tuple[Module, ...] = ()
    targets: Mapping[str, str] = field(default_factory=dict)
    cam_cell: tuple[Chunk, ...] = ()
    weight_fc: tuple[Chunk, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    cam_module: str = "submission"
    copying: Mapping[str, tuple[Copying, ...]] = field(default_factory=dict)  # by model
    files: tuple[DataFile, ...] = ()


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
    model: str  # "fcn32s", "fcn8s", "other" for another one, or "" where it could not be told
    pretrained: bool
    epochs: tuple[Epoch, ...]
    test_accuracy: float | None = None
    test_mean_iou: float | None = None
    beside: str = ""  # what it is beside runs that were computed; no points hang on it


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
    """A written answer (part 3), as plain text, and as it was written."""

    question: int
    label: str
    text: str
    markdown: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure that a file claims, held against the notebook's logs and against recorded runs."""

    key: str  # what it stands behind in the file
    what: str  # "mean IoU of FCN-8s from pretrained VGG-16"
    claimed: float | None  # None where it can't be read, or is not there
    logged: float | None  # what a log says; None where there is none
    label: str  # the cell of that log
    holds: bool  # nothing to look at
    said: str  # what came of it, in words


@dataclass(frozen=True, slots=True)
class SavedEvidence:
    """What a submission says of itself: shown, cross-checked, never run."""

    has_outputs: bool = False
    runs: tuple[TrainingRun, ...] = ()
    figures: tuple[Figure, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    answers: tuple[Answer, ...] = ()
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class PageCell:
    """A cell as the notebook shows it: its `text` where it is no code, and what it printed, within bounds."""

    label: str
    kind: str  # "code", "markdown" or "raw"
    text: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The file that a source lies in, and the line of it that each line of the source stands on, if any."""

    file: str
    lines: tuple[int, ...] = ()


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
    papers: tuple[str, ...] = ()  # what a person can read where there is a problem
    broke: str = ""  # what the grader itself stumbled on when it read it, if so
    another: str = ""  # why it is another assignment than the profile's, if so
    page: tuple[PageCell, ...] = ()  # of the notebook, to be read beside the report
    files: Mapping[str, Whereabouts] = field(default_factory=dict)  # label -> where its source lies
    slips: tuple[Slip, ...] = ()
    typed: str = ""  # what to type to name it; "" where its name does
