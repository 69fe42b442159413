"""Part 4: the last cell, which binds weight_fc and makes two maps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import MAP, PREDICT, WEIGHT
from grader.checks import expect
from grader.diagnosis import cam as diagnosis
from grader.diagnosis.causes import because
from grader.diagnosis.last_cell import are_features, turned_how, what_weight
from grader.errors import Blocked, Fault
from grader.evidence.cam import CamEvidence
from grader.evidence.case import Case
from grader.evidence.given import other_input
from grader.evidence.last_cell import IMAGES, LastCell
from grader.evidence.maps import MapEvidence
from grader.evidence.shown import plain
from grader.records.reason import Reason

Array = NDArray[Any]
WEIGHT_SHAPE = (1000, 512)
RIGHT = diagnosis.Verdict("", "", "")


def check_weight_fc(case: Case) -> None:
    """weight_fc is the fc layer's weight as a numpy array (1000, 512)."""
    weight_is_right(LastCell(case.cam.cell), spoilt=case.cam.maps.spoils_inputs)


def check_maps(case: Case) -> None:
    """The maps that the last cell makes of both images are right."""
    cell = LastCell(case.cam.cell)
    wrong = _weight_is_wrong(cell, case.cam.maps)  # a cause weight_fc
    if wrong and (other := case.cam.cell_with_weight) is not None:
        cell = LastCell(other)
    elif cell.failure[0] and not _weight_of(cell)[1]:  # the cause weight_fc.raises
        cell = LastCell(case.cam.mended_cell)
    elif cell.failure[0] or not _gives_one_class(cell):  # the causes index.form, map.type
        case.cam.need_functions()
        cell = LastCell(case.cam.cell_of_one)
    case.pictures += cell.pictures()
    maps_are_right(case.cam, cell)


def _weight_is_wrong(cell: LastCell, maps: MapEvidence) -> bool:
    try:
        weight_is_right(cell, spoilt=maps.spoils_inputs)
    except Fault:
        return True
    return False


def _gives_one_class(cell: LastCell) -> bool:
    """Return whether every map is asked for with one index."""
    given = [cell.array(f"{number}.2") for number, _ in cell.calls(MAP)]
    return all(index is None or index.size == 1 for index in given)


# --- weight_fc ----------------------------------------------------------------------------------------


def weight_is_right(cell: LastCell, *, spoilt: bool = False) -> None:
    """What is bound, or given to returnCAM where nothing is, is an array of the right shape and values.

    So is what it was given first where it has `spoilt` that since, which costs another line.
    """
    weight, kind = _weight_of(cell, spoilt=spoilt)
    if not kind:
        expected = f"{WEIGHT} = the fc layer's weight as a numpy array"
        raised = cell.failure[0]
        expect.fail(
            _raised(cell, "weight_fc.raises", expected)
            if raised
            else because("weight_fc.missing", expected=expected, actual="nothing")
        )
    help, expected = "detach() it from the graph and call numpy().", "ndarray (1000, 512)"
    wrong = because("weight_fc.type", got=kind, help=help, expected=expected, actual=kind)
    expect.that(kind == "ndarray", wrong)
    shape = None if weight is None else weight.shape
    turned = "" if weight is None else turned_how(weight, cell.truth.weight)
    expect.that(shape == WEIGHT_SHAPE, _of_another_shape(shape, turned))
    assert weight is not None
    if not np.allclose(weight, cell.truth.weight, rtol=1e-3, atol=1e-6):  # as float16 holds it
        expect.fail(what_weight(weight, cell.truth.weight))


def _weight_of(cell: LastCell, *, spoilt: bool = False) -> tuple[Array | None, str]:
    given = cell.calls(MAP)
    if (spoilt or not cell.value.weight_fc.type) and given and len(given[0][1]) > 1:
        return cell.array(f"{given[0][0]}.1"), given[0][1][1].type
    return cell.array(WEIGHT), cell.value.weight_fc.type


def _of_another_shape(shape: tuple[int, ...] | None, turned: str) -> Reason:
    got, want = str(shape), str(WEIGHT_SHAPE)
    text = f"{WEIGHT} is {got}, it must be {want}{turned and f': {turned}'}"
    return because("weight_fc.shape", got=got, want=want, text=text, expected=want, actual=got)


def _raised(cell: LastCell, id: str, expected: str) -> Reason:
    raised, place = cell.failure
    kind, text = raised.partition(":")[0], f"the last cell raises {raised}"
    return because(id, kind=kind, text=text, expected=expected, actual=raised, place=place)


# --- maps ---------------------------------------------------------------------------------------------


def maps_are_right(cam: CamEvidence, cell: LastCell) -> None:
    """Both images' maps are what the student's own two functions give for them."""
    cam.need_functions()
    calls = cell.calls(MAP)
    if cell.failure[0] and len(calls) < len(IMAGES):
        for number, _ in calls[-1:]:
            _is_of_layer_4(cell, len(calls) - 1, number)
        expect.fail(_raised(cell, "maps.raises", "two maps"))
    expected, actual = f"{MAP} called once for each image", f"called {len(calls)} times"
    wrong = because("maps.count", got=len(calls), want=len(IMAGES), expected=expected, actual=actual)
    expect.that(len(calls) >= len(IMAGES), wrong)
    for position, number in enumerate(cell.of_images(MAP, cell.truth.features)):
        _map_is_right(cam, cell, position, number)


def _is_of_layer_4(cell: LastCell, position: int, number: int) -> None:
    """The features of a call that raises are not those of another layer, which would be why."""
    features, expected = cell.array(f"{number}.0"), f"features {cell.truth.features[position].shape}"
    if features is not None and features.shape != cell.truth.features[position].shape:
        name, got = IMAGES[position], other_input(cell, position, number)
        if got:
            expect.fail(because("maps.input", image=name, got=got, expected=expected))


def _map_is_right(cam: CamEvidence, cell: LastCell, position: int, number: int) -> None:
    name = IMAGES[position]
    features, weight, index = (cell.array(f"{number}.{argument}") for argument in range(3))
    wanted = cell.truth.features[position]
    expected, actual = f"features {wanted.shape}", "none" if features is None else str(features.shape)
    if features is None or not are_features(features, wanted):
        got = other_input(cell, position, number)
        wrong = because("maps.features", image=name, expected=expected, actual=actual)
        if got != "":
            expect.fail(because("maps.input", image=name, got=got, expected=expected) if got else wrong)
    _is_of_the_predicted_class(cell, position, index)
    bound = cell.array(WEIGHT)
    # else with another weight than it was bound to, or one that the function has changed since
    as_written = cell.reply is cam.cell and not cam.maps.spoils_inputs
    if as_written and bound is not None and weight is not None and bound.shape == weight.shape:
        same = bool(np.allclose(bound, weight, rtol=1e-4, atol=1e-6))
        expect.that(same, because("maps.weights", image=name, expected=WEIGHT, actual="another array"))
    maps = cam.maps
    verdict, answer = maps.verdict, cell.array(f"{number}.result")
    if verdict is None and maps.shows_nothing and not maps.is_spoilt:
        raise Blocked(f"{MAP} shows nothing of a picture, see cam.weighted_sum")
    right = verdict == RIGHT and not (maps.beside_enlarging or maps.explained.cause)
    if right and features is not None and answer is not None and weight is not None and index is not None:
        _is_what_the_function_gives(maps, name, features, weight, int(np.ravel(index)[0]), answer)


def _is_of_the_predicted_class(cell: LastCell, position: int, index: Array | None) -> None:
    name, numbers = IMAGES[position], cell.of_images(PREDICT, cell.truth.logits)
    own = cell.array(f"{numbers[position]}.result")
    if own is None or index is None or not own.size:
        return
    said, given = np.ravel(own), np.ravel(index)
    text = f"{name}: {MAP} is given class {given[:1]}, {PREDICT} said {said[:1]}"
    # Of several classes that were returned one may be passed on: another line judges what is returned.
    best = int(cell.truth.logits[position].argmax())
    one = given.size == 1 and given[0] in (said[0], best)
    expect.that(
        one or np.array_equal(said, given),
        because("maps.class", image=name, text=text, expected=str(said[:1]), actual=str(given[:1])),
    )


def _is_what_the_function_gives(
    maps: MapEvidence, name: str, features: Array, weight: Array, index: int, answer: Array
) -> None:
    if weight.ndim != 2 or weight.shape[1] != features.shape[1] or not 0 <= index < len(weight):
        return  # the cause weight_fc.shape
    found = plain(answer)
    same = found is not None and maps.accepts(
        diagnosis.Case(features[0].astype(np.float64), weight.astype(np.float64), index, found)
    )
    expect.that(same, because("maps.values", image=name, actual="another map"))
