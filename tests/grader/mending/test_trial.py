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
from grader.assignment import MAP, MODELS, PREDICT
from grader.errors import StudentRaised
from grader.intake import read
from grader.mending import classes
from grader.mending.edits import Mend
from grader.mending.outcome import Mended
from grader.mending.trial import MOST_MENDS, MOST_TRIALS, Trials, mended
from grader.mending.trouble import Trouble
from grader.records.grade import CheckResult, Outcome
from grader.records.reason import Place, Reason
from grader.records.submission import Chunk, Module, Slice
from grader.sandbox.allowance import purpose_of
from grader.sandbox.ladder import NONE
from grader.sandbox.limits import USUAL
from grader.sandbox.student import Student
from grader.wall.verbs import ClsPred, Loaded
from tests.grader.in_process import Refusing
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


def test_a_mend_that_leads_back_is_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """To what stopped the code before, as where the change before it is undone."""
    one, two = (Trouble("RuntimeError", words, Place("cell 1", line)) for words, line in (("a", 3), ("b", 9)))
    start, further, back, done = (Slice(cam_module=name) for name in "abcd")
    found = {"a": one, "b": two, "c": one, "d": None}
    changes = {one: [Mend(further, "on")], two: [Mend(back, "back"), Mend(done, "done")]}
    monkeypatch.setattr(Trials, "trouble", lambda self, target: found[self.slice.cam_module])
    monkeypatch.setattr("grader.mending.trial.mends", lambda trouble, *_: changes[trouble])

    mended = Trials(Taking(), start).mend("FCN8s")

    assert mended is not None
    assert (mended[0], [mend.words for mend in mended[1]]) == (one, ["on", "done"])


def test_a_mend_that_stops_the_other_network_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both share a trunk: what one needs read otherwise may be what the other one needs as it is."""
    one, start = (
        Trouble("RuntimeError", "a", Place("cell 1", 3)),
        Slice(cam_module="a", targets=dict.fromkeys(MODELS, "")),
    )
    harmful, harmless = (replace(start, cam_module=name) for name in "bc")
    found = {"FCN8s": {"a": one}, "FCN32s": {"b": one}}
    monkeypatch.setattr(
        Trials, "trouble", lambda self, target: found.get(target, {}).get(self.slice.cam_module)
    )
    monkeypatch.setattr("grader.mending.trial.mends", lambda *_: [Mend(harmful, "no"), Mend(harmless, "yes")])

    mended = Trials(Taking(), start).mend("FCN8s")

    assert mended is not None
    assert [mend.words for mend in mended[1]] == ["yes"]


def test_no_more_is_proposed_than_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A submission must not set how long it takes to think of changes."""
    one, start = Trouble("RuntimeError", "a", Place("cell 1", 3)), Slice(cam_module="a")
    made: list[int] = []

    def endless(*_: object) -> Iterator[Mend]:
        for number in range(10 * MOST_TRIALS):
            made.append(number)
            yield Mend(start, "no")

    monkeypatch.setattr(Trials, "trouble", lambda self, target: one)
    monkeypatch.setattr("grader.mending.trial.mends", endless)
    monkeypatch.setattr("grader.mending.trial.last_mends", endless)

    assert Trials(Taking(), start).mend("FCN8s") == (one, [])
    assert len(made) == MOST_TRIALS


def test_a_line_that_is_too_deep_to_be_written_again_stops_no_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that can't be mended is judged as it is."""
    code = f"class FCN8s(nn.Module):\n    def forward(self, x):\n        return {' + '.join(['x'] * 400)}\n"
    one = Trouble("RuntimeError", "a", Place("cell 1", 3))
    start = Slice((Module("submission", (Chunk("cell 1", 1, code),)),))
    monkeypatch.setattr(Trials, "trouble", lambda self, target: one)

    assert Trials(Taking(), start).mend("FCN8s") == (one, [])


@pytest.mark.parametrize("guess", [True, False])
def test_time_is_left_to_judge(guess: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is loaded to be tried must not cost the parts that are right."""
    one, start = Trouble("RuntimeError", "a", Place("cell 1", 3)), Slice(cam_module="a")
    endless = (Mend(Slice(cam_module=str(number)), "no") for number in range(10 * MOST_TRIALS))
    nothing, all = (lambda *_: iter(())), (lambda *_: endless)
    monkeypatch.setattr(Trials, "trouble", lambda self, target: one)
    monkeypatch.setattr("grader.mending.trial.mends", nothing if guess else all)
    monkeypatch.setattr("grader.mending.nearby.mends", all if guess else nothing)
    monkeypatch.setattr("grader.mending.trial.last_mends", nothing)
    student = Taking(tries=5)

    assert Trials(student, start).mend("FCN8s") == (one, [])
    assert student.tries == -1  # it goes back to the slice that it began with


@pytest.mark.parametrize("helps", [True, False])
def test_where_steps_come_to_nothing_one_thing_is_left_out(
    helps: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what stopped it first, if all runs then, however much was tried before; else all is as it was."""
    one, two, three = (Trouble("RuntimeError", words, Place("cell 1", 3)) for words in ("a", "b", "c"))
    two = replace(two, place=Place("cell 1", 9))
    start, further, other, done = (Slice(cam_module=name) for name in "abcd")
    found = {"a": one, "b": two, "c": three, "d": None if helps else three}
    changes = {one: [Mend(further, "on")], two: [Mend(start, "back")] * MOST_TRIALS}
    less = {one: [Mend(other, "other"), Mend(done, "out", leaves=True)], two: []}
    monkeypatch.setattr(Trials, "trouble", lambda self, target: found[self.slice.cam_module])
    monkeypatch.setattr("grader.mending.trial.mends", lambda trouble, *_: changes[trouble])
    monkeypatch.setattr("grader.mending.trial.last_mends", lambda trouble, slice, target: less[trouble])

    trials = Trials(Taking(), start)
    mended = trials.mend("FCN8s")

    assert mended is not None
    assert [mend.words for mend in mended[1]] == (["out"] if helps else [])
    assert trials.slice is (done if helps else start)


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
    monkeypatch.setattr("grader.mending.trial.unwritten", lambda slice, target: None)
    return mended(slices[0], Taking(), asked=("FCN8s",))


@pytest.mark.parametrize("stops", [True, False])
def test_an_empty_blank_is_told_where_nothing_runs(monkeypatch: pytest.MonkeyPatch, stops: bool) -> None:
    """What is written below the blank may be right."""
    trouble = Trouble("NameError", "name 'cam' is not defined", Place("cell 1", 2)) if stops else None
    monkeypatch.setattr(Trials, "trouble", lambda self, target: trouble)
    monkeypatch.setattr("grader.mending.trial.unwritten", lambda slice, target: Place("cell 1", 1))

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


class Taking:
    """A student that goes on with any slice."""

    loaded = Loaded((), ())

    def __init__(self, tries: int = 1000) -> None:
        self.tries = tries

    def has_time(self, model: str) -> bool:
        """For so many tries."""
        return self.tries > 0

    def ask(self, *_: object, **__: object) -> Any:
        """Not asked."""
        raise NotImplementedError

    def take(self, slice: Slice) -> None:
        """Go on."""
        self.tries -= 1


def test_functions_have_time_of_their_own() -> None:
    """Together: what one of them took is gone for the other too."""
    student = Student(Slice(()), isolation=NONE)
    student._allowance.charge(purpose_of(ClsPred()), USUAL.part_seconds, 0.0)

    trials = Trials(student, Slice(()))

    assert [trials._has_time(name) for name in (PREDICT, MAP, "FCN8s")] == [False, False, True]


def test_of_lists_that_may_hold_layers_a_few_are_tried() -> None:
    """A network may keep thousands, and each is a run of the submission."""
    lists = "".join(f"        self.list{n} = [Other()]\n" for n in range(3 * MOST_TRIALS))
    source = f"class FCN32s(nn.Module):\n    def __init__(self):\n{lists}"
    taken: list[Slice] = []

    class Still(Trials):
        def take(self, slice: Slice) -> None:
            taken.append(slice)

        def parameters(self, target: str) -> int:
            return 1

    slice = Slice((Module("submission", (Chunk("cell 3", 1, source),)),))
    student: Any = Refusing(StudentRaised("ValueError", "no"))
    assert Still(student, slice).register("FCN32s") == []
    assert len(taken) == 2 * MOST_TRIALS  # and back again
