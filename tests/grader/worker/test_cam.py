from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from grader.records.submission import Chunk, Slice
from grader.wall.answers import fit
from grader.wall.verbs import MAX_CALLS, Cam, CamCell, ClsPred, Request
from grader.worker.cam import INDICES
from grader.worker.loader import StudentCodeError, World
from grader.worker.noting import MAX_ARRAYS
from grader.worker.operations import OPERATIONS
from tests.grader.slim import world_of

LOGIT = np.linspace(-1, 1, 1000, dtype=np.float32)[None]
FEATURES = np.ones((1, 4, 2, 2), np.float32)
WEIGHT = np.arange(12, dtype=np.float32).reshape(3, 4)


def answered(
    world: World, request: Request[Any], **arrays: np.ndarray
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What an operation answers, as plain values."""
    value, found = OPERATIONS[type(request)](world, request, arrays)
    return fit(value, found, request), found


def predicted(body: str) -> dict[str, Any]:
    """What is said of a get_cls_pred."""
    world = world_of(f"import numpy as np\nimport torch\ndef get_cls_pred(logit):\n    {body}\n")
    return answered(world, ClsPred(), logit=LOGIT)[0]


def mapped(body: str, form: str = "tensor") -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What a returnCAM gives."""
    world = world_of(f"import numpy as np\ndef returnCAM(feature_conv, weight_fc, idx):\n    {body}\n")
    asked = msgspec.convert({"index": 2, "form": form}, Cam)
    return answered(world, asked, features=FEATURES, weight=WEIGHT)


# --- get_cls_pred -------------------------------------------------------------------------------------


def test_a_prediction_is_told_with_what_was_printed() -> None:
    """The returned value and the printed line both count."""
    said = predicted("print('top1 prediction: 0.100 -> cat'); return logit.argmax(1)")

    assert (said["type"], said["shape"], said["printed"]) == (
        "Tensor",
        (1,),
        "top1 prediction: 0.100 -> cat\n",
    )


def test_the_logits_are_a_copy() -> None:
    """A student who changes them changes nothing of the grader's."""
    before = LOGIT.copy()
    predicted("logit.zero_(); return logit")

    assert np.array_equal(LOGIT, before)


def test_what_is_printed_is_bounded() -> None:
    """Megabytes of text are cut."""
    assert len(predicted("print('x' * 100_000); return 0")["printed"]) <= 70_000


@pytest.mark.parametrize(("request_", "name"), [(ClsPred(), "get_cls_pred"), (Cam(0, "int"), "returnCAM")])
def test_a_missing_function_is_named(request_: Request[Any], name: str) -> None:
    """That there is no such function is the submission's fault."""
    arrays = {"logit": LOGIT, "features": FEATURES, "weight": WEIGHT}
    with pytest.raises(StudentCodeError) as caught:
        OPERATIONS[type(request_)](world_of(""), request_, arrays)

    assert name in str(caught.value.__cause__)


def test_an_exception_is_the_student_s() -> None:
    """What the function raises is kept as the cause."""
    with pytest.raises(StudentCodeError) as caught:
        predicted("raise KeyError('cat')")

    assert isinstance(caught.value.__cause__, KeyError)


# --- returnCAM ----------------------------------------------------------------------------------------


def test_a_map_is_computed_from_what_was_sent() -> None:
    """Features, weights and index reach the function as numpy and in the form that was asked for."""
    written, arrays = mapped("return (weight_fc[int(idx)][:, None, None] * feature_conv[0]).sum(0)")

    assert arrays["value"].tolist() == [[38.0, 38.0], [38.0, 38.0]]
    assert written["kept"]


@pytest.mark.parametrize(
    ("form", "kind", "shape"),
    [
        ("tensor", "Tensor", (1,)),
        ("tensor0", "Tensor", ()),
        ("array", "ndarray", (1,)),
        ("array0", "int64", ()),
        ("int", "int", ()),
    ],
)
def test_an_index_comes_in_every_accepted_form(form: str, kind: str, shape: tuple[int, ...]) -> None:
    """The five forms differ in type and shape and hold the same number."""
    index = INDICES[form](7)

    assert (type(index).__name__, np.shape(index), np.ravel(index)[0]) == (kind, shape, 7)
    assert mapped("return type(idx).__name__", form)[0]["text"] == repr(kind)


@pytest.mark.parametrize(
    ("body", "kept"),
    [("feature_conv *= 0", False), ("weight_fc[0, 0] = 9", False), ("feature_conv = 0", True)],
)
def test_changed_inputs_are_noticed(body: str, kept: bool) -> None:
    """Whether features or weights were modified is told, and the grader's own stay as they were."""
    assert mapped(f"{body}; return 0")[0]["kept"] is kept


def test_inputs_are_compared_by_nothing_that_student_code_replaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A comparison of numpy's that always says yes changes nothing."""
    monkeypatch.setattr(np, "array_equal", lambda *_: True)

    assert mapped("feature_conv *= 0; return 0")[0]["kept"] is False
    assert FEATURES.all() and WEIGHT[0, 0] == 0


# --- the last cell ------------------------------------------------------------------------------------

FUNCTIONS = "def get_cls_pred(logit):\n    return 3\ndef returnCAM(f, w, idx):\n    return [[idx]]\n"


def run(
    cell: str, weight: str = "", functions: str = FUNCTIONS
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What the last cell made."""
    world = world_of(f"import numpy as np\nimport torch\n{functions}")
    lines = (Chunk("cell 9", 3, weight),) if weight else ()
    world.slice = Slice(cam_cell=(Chunk("cell 9", 1, cell),), weight_fc=lines)
    before = dict(world.namespaces["submission"])
    answer = answered(world, CamCell())
    assert world.namespaces["submission"] == before
    return answer


def test_the_cell_s_calls_are_noted() -> None:
    """Each call of the two functions is told with arguments and result, in order."""
    value, arrays = run("weight_fc = np.eye(2)\nreturnCAM(np.ones(3), weight_fc, get_cls_pred(None))")

    assert [call["name"] for call in value["calls"]] == ["get_cls_pred", "returnCAM"]
    assert arrays["0.result"] == 3
    assert arrays["1.0"].tolist() == [1, 1, 1]
    assert arrays["1.result"].tolist() == [[3]]
    assert arrays["weight_fc"].tolist() == [[1, 0], [0, 1]]
    assert not value["failures"]


def test_arguments_by_keyword_are_noted_in_order() -> None:
    """How the functions are called makes no difference."""
    value, arrays = run("returnCAM(f=1, w=2, idx=3)")

    assert [len(call["arguments"]) for call in value["calls"]] == [4]
    assert [arrays[f"0.{number}"] for number in range(3)] == [1, 2, 3]


def test_a_failure_of_the_cell_is_told() -> None:
    """The cell's exception has its place; what it made before is kept."""
    value, arrays = run("weight_fc = np.ones(2)\nget_cls_pred(None)\nraise ValueError('no cat')")

    (failure,) = value["failures"]
    assert (failure["kind"], failure["message"]) == ("ValueError", "no cat")
    assert (failure["at"][:2], failure["line"][:2]) == (["cell 9", 1], ["cell 9", 3])
    assert len(value["calls"]) == 1
    assert arrays["weight_fc"].tolist() == [1, 1]


def test_the_weight_s_own_line_is_run_where_the_cell_fails_before_it() -> None:
    """A download that fails doesn't cost weight_fc."""
    value, arrays = run("import no_such_module\nweight_fc = np.ones(2)", weight="weight_fc = np.zeros(2)")

    assert arrays["weight_fc"].tolist() == [0, 0]
    assert len(value["failures"]) == 1


def test_the_weight_s_own_line_is_not_run_after_a_cell_that_ran_through() -> None:
    """A cell that simply binds no weight_fc has none."""
    assert run("x = 1", weight="weight_fc = np.zeros(2)")[0]["weight_fc"]["type"] == ""


def test_a_function_that_raises_is_noted_without_a_result() -> None:
    """The call is there, what it was given too."""
    value, arrays = run("get_cls_pred(5)", functions=FUNCTIONS.replace("return 3", "raise OSError"))

    assert len(value["calls"][0]["arguments"]) == 1
    assert "0.result" not in arrays
    assert value["failures"][0]["kind"] == "OSError"


def test_many_calls_send_a_bounded_number_of_arrays() -> None:
    """Of a loop over a thousand images the first calls are described, and the first few sent."""
    value, arrays = run("for _ in range(1000):\n    returnCAM(1, 2, 3)")

    assert len(value["calls"]) == MAX_CALLS
    assert len(arrays) == MAX_ARRAYS
