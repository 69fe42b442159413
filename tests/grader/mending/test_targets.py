"""A slip costs one line, and the mended code is what is judged."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixtures.corpus.inside import KIT, Inside
from fixtures.notebook import base, to_ipynb
from grader.assignment import MAP
from grader.errors import StudentRaised
from grader.intake import read
from grader.mending import classes
from grader.mending.edits import Mend
from grader.mending.outcome import Mended
from grader.mending.targets import mended
from grader.mending.trial import MOST_MENDS, Trials
from grader.mending.trouble import Trouble
from grader.records.grade import CheckResult, Outcome
from grader.records.reason import Place, Reason
from grader.records.submission import Slice
from tests.grader.in_process import Refusing
from tests.grader.mending.taking import Taking
from tests.share import every

Trial = Callable[[str, str], Mended]  # of a notebook with one text put in the place of another

NOTEBOOK = to_ipynb(base())
SLIPS: dict[str, tuple[tuple[str, str], dict[str, str]]] = {
    "nothing": (("x", "x"), {}),
    "a layer under another name in forward": (("self.fc6(h)", "self.fc_6(h)"), {"FCN32s": "fc_6 read as fc6", "FCN8s": "fc_6"}),
    "a layer under another name in the constructor": (("self.fc6 = ", "self.fc_6 = "), {"FCN32s": "fc_6 read as fc6", "FCN8s": "fc_6"}),
    "a layer's class": (("self.score = nn.Conv2d", "self.score = nn.Conv2D"), {"FCN32s": "Conv2D read as Conv2d", "FCN8s": "Conv2D"}),
    "an argument": (("padding=100", "pading=100"), {"FCN32s": "pading read as padding", "FCN8s": "pading"}),
    "a forgotten import": (("import torch.nn as nn", "pass"), {"FCN32s": "`import torch.nn as nn` is missing"}),
    "a module": (("import numpy as np", "import nmpy as np"), {"FCN32s": "nmpy read as numpy"}),
    "no call of the parent's constructor": (("super().__init__()", "pass"), {"FCN32s": "super().__init__()", "FCN8s": "super()"}),
    "self forgotten before a layer": (("self.fc6(h)", "fc6(h)"), {"FCN32s": "fc6 read as self.fc6", "FCN8s": "self.fc6"}),
    "self forgotten among arguments": (("def forward(self, x):", "def forward(x):"), {"FCN32s": "forward without self", "FCN8s": "forward()"}),
    "a name in a function": (("cam = cam - np.min(cam)", "cam = cam - np.min(camm)"), {"returnCAM": "camm read as cam"}),
    "a name that is as near to Python's own": (("cam = cam - np.min(cam)", "line = np.min(cam)\\n    cam = cam - lin"), {"returnCAM": "lin read as line"}),
    "nothing returned": (("        return h\\n", "        h\\n"), {"FCN32s": "`return h` is missing", "FCN8s": "`return h`"}),
    "widths that do not fit": (("nn.Conv2d(128, 256", "nn.Conv2d(64, 256"), {"FCN32s": "64", "FCN8s": "given 128"}),
    "a layer that can't be made": (("self.fc7 = nn.Conv2d(", "self.fc7 = make_layer("), {"FCN32s": "make_layer", "FCN8s": "LazyConv2d"}),
    "an operation that can't be": (("cam = cam - np.min(cam)", "cam = cam - np.minimum(cam)"), {"returnCAM": "read as `cam`"}),
    "another name returned": (("return output_cam", "return output"), {"returnCAM": "output read as output_cam"}),
    "a name that is taken": (("weights = weight_fc[idx]", "weights = fc_weights[idx]"), {"returnCAM": "fc_weights read as weight_fc"}),
    "a name that is taken away": (("\"class FCN8s(", "\"nn = 5\\n\", \"class FCN8s("), {"FCN32s": "`nn = 5`, which takes the name nn away"}),
    "what NumPy had": (("cam = cam - np.min(cam)", "cam = cam.astype(np.float) - np.min(cam)"), {"returnCAM": "numpy.float, gone since NumPy 1.24, read as float"}),
}  # fmt: skip


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trial]:
    """Mends a notebook with one thing changed, where the kit's files are, as a worker does."""
    monkeypatch.chdir(KIT)
    students: list[Inside] = []

    def made(old: str, new: str) -> Mended:
        path = tmp_path / "a.ipynb"
        assert old in NOTEBOOK
        path.write_text(NOTEBOOK.replace(old, new))
        submission = read(path)
        students.append(Inside(submission))
        return mended(submission.slice, students[0])

    yield made
    for student in students:
        student.take(Slice())


@pytest.mark.parametrize("slip", every(5, SLIPS))
def test_a_slip_is_mended_and_said(slip: str, trial: Trial) -> None:
    """Once, where it stopped something first."""
    (old, new), said = SLIPS[slip]

    found = trial(old, new)

    assert set(found.faults) == set(said)
    for target, words in said.items():
        assert words in found.faults[target].text
        assert found.faults[target].place is not None
    assert found.lacks == {}


def test_a_library_that_is_not_there_goes_to_a_person(trial: Trial) -> None:
    """It is named with the line that imports it."""
    found = trial("cam = cam - np.min(cam)", 'import rareplots\\n", "    cam = rareplots.f(cam)')

    assert found.faults == {}
    assert "rareplots is not installed" in found.lacks["returnCAM"].text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("cv2.resize(cam_img,", "cv2.resize(cam_image,", "cam.shape"),
        ("np.min(cam)", "np.min(camm)", "cam.normalise"),
        ("cv2.resize(cam_img, size_upsample)", "cv2.resize(cam_img)", "cam.shape"),
    ],
)
def test_a_slip_in_a_map_is_paid_for_by_its_step(old: str, new: str, line: str, trial: Trial) -> None:
    """What else is wrong there is told too, unless it is what was left out."""
    wrong = CheckResult(line, Outcome.FAILED, Reason("another fault"))
    found = trial(old, new)

    charged = found.charged(
        {"cam.weighted_sum": CheckResult("cam.weighted_sum", Outcome.PASSED), line: wrong}
    )

    assert charged["cam.weighted_sum"].outcome is Outcome.PASSED
    assert charged[line].outcome is Outcome.FAILED
    assert ("another fault" in charged[line].reason.text) is (not found.left)


@pytest.mark.slow
def test_a_model_that_can_not_be_run_is_judged_by_its_layers(trial: Trial) -> None:
    """Its forward pass is paid for by the lines that are about it."""
    step = "        h = self.score(h)\\n"
    found = trial(step, f'        h = h.view(-1, 4096)\\n", "{step}')

    assert "Its layers are judged as the constructor makes them" in found.faults["FCN8s"].text
    assert {"fcn8s.build", "fcn8s.skips", "fcn8s.crop"} <= set(found.paying["FCN8s"])
    assert "fcn8s.conv1" not in found.paying["FCN8s"]


def test_what_the_year_does_not_ask_for_is_not_tried() -> None:
    """A broken extra of a notebook costs neither time nor points."""
    student: Any = Refusing(StudentRaised("ValueError", "asked"))

    assert mended(Slice(targets={"gradCAM": "submission"}), student, asked=("FCN32s",)).faults == {}
    assert student.asked == []


def test_what_no_rule_foresaw_goes_to_a_person(monkeypatch: pytest.MonkeyPatch, trial: Trial) -> None:
    """A rule that stumbles costs the student nothing, and no other target its mend."""

    def stumble(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(classes, "mends", stumble)
    found = trial("weights = weight_fc[idx]", "weights = fc_weights[idx]")

    assert "returnCAM" in found.lacks
    assert "the grader broke" in found.lacks["returnCAM"].text
    assert not found.faults


@pytest.mark.slow
def test_a_header_that_ends_on_another_line_stops_no_rule(trial: Trial) -> None:
    """It has no parent, and no colon where one is looked for."""
    found = trial("class FCN32s(nn.Module):", "class FCN32s(\\n    ):")

    assert found.lacks == {}


def followed(monkeypatch: pytest.MonkeyPatch, mends: Sequence[Mend], message: str = "") -> Mended:
    """What is found of FCN8s where so many mends are needed, each on a line of its own."""
    slices = [Slice(cam_module=str(number), targets={"FCN8s": "a"}) for number in range(len(mends) + 1)]
    troubles = [Trouble("E", message, Place("cell 1", number)) for number in range(len(mends))]
    after = dict(zip([slice.cam_module for slice in slices], [*troubles, None], strict=True))
    made = [replace(mend, slice=slice) for mend, slice in zip(mends, slices[1:], strict=True)]
    monkeypatch.setattr(Trials, "trouble", lambda self, target: after[self.slice.cam_module])
    proposed = dict(zip(troubles, made, strict=True))
    monkeypatch.setattr("grader.mending.trial.mends", lambda trouble, *_: [proposed[trouble]])
    monkeypatch.setattr("grader.mending.trial.last_mends", lambda trouble, slice, target: [])
    monkeypatch.setattr("grader.mending.targets.unwritten", lambda slice, target: None)
    return mended(slices[0], Taking(), asked=("FCN8s",))


@pytest.mark.parametrize("stops", [True, False])
def test_an_empty_blank_is_told_where_nothing_runs(monkeypatch: pytest.MonkeyPatch, stops: bool) -> None:
    """What is written below the blank may be right."""
    trouble = Trouble("NameError", "name 'cam' is not defined", Place("cell 1", 2)) if stops else None
    monkeypatch.setattr(Trials, "trouble", lambda self, target: trouble)
    monkeypatch.setattr("grader.mending.targets.unwritten", lambda slice, target: Place("cell 1", 1))

    found = mended(Slice(targets={MAP: "a"}), Taking(), asked=(MAP,))

    assert [reason.cause and reason.cause.id for reason in found.faults.values()] == ["code.blank"] * stops


LAYER = Mend(Slice(), "layer", lines=("build", "fc6"))
CROP = Mend(Slice(), "crop", lines=("skip_crops",), made=Place("cell 1", 90))
SIDE = Mend(Slice(), "side", shown=("skip.source",))
SLIP = Mend(Slice(), "slip")


def test_what_pays_for_itself_is_mended_however_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers that are forgotten; of other mends a few are guesses enough."""
    layers = followed(monkeypatch, [LAYER] * (MOST_MENDS + 3))

    assert layers.faults["FCN8s"].text.count("layer") == MOST_MENDS + 3
    assert not followed(monkeypatch, [SLIP] * (MOST_MENDS + 1)).faults


@pytest.mark.parametrize(
    ("mends", "lines"),
    [
        ([SLIP], set()),
        ([CROP], {"skip_crops"}),
        ([SLIP, CROP], {"skip_crops", "build"}),
        ([CROP, SIDE], {"skip_crops"}),
        ([LAYER, SLIP], {"build", "fc6"}),
    ],
)
def test_a_slip_beside_what_names_its_line_is_paid_for(
    mends: list[Mend], lines: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the usual line, unless the mended code shows it."""
    assert set(followed(monkeypatch, mends).paying["FCN8s"]) == {f"fcn8s.{line}" for line in lines}


def test_a_mend_is_told_as_a_student_would_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """In whole sentences, without our own way to import."""
    told = replace(SLIP, words="`__import__('torch').nn.Conv2d(3)` left out")

    reason = followed(monkeypatch, [told], "too long.").faults["FCN8s"]

    assert reason.text == "an exception called E: too long. Judged as if mended: `nn.Conv2d(3)` left out"


def test_the_place_is_that_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands beside what was raised first."""
    assert followed(monkeypatch, [SLIP, CROP]).faults["FCN8s"].place == Place("cell 1", 0)
    assert followed(monkeypatch, [CROP, SLIP]).faults["FCN8s"].place == CROP.made
