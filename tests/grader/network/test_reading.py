from __future__ import annotations

from dataclasses import replace

import pytest

from grader.network.graph import INPUT, Expr, crop, replace_leaves
from grader.network.path import main_path
from grader.network.reading import Reading, offset, read_network
from tests.grader.slim import SIZE, SOURCE, edited, reading_of, slim8, slim32


@pytest.fixture(scope="module")
def fcn8s() -> Reading:
    """The right FCN-8s."""
    return reading_of(SOURCE)


@pytest.fixture(scope="module")
def fcn32s() -> Reading:
    """The right FCN-32s."""
    return reading_of(SOURCE, "FCN32s")


def test_every_layer_of_the_assignment_is_found(fcn8s: Reading, fcn32s: Reading) -> None:
    """A right network has every layer and pool, each by its role, and none too many."""
    for reading, table in ((fcn8s, slim8()), (fcn32s, slim32())):
        assert set(reading.layers) == {conv.role for conv in table.convs()}
        assert all(reading.layers[conv.role].weight == f"{conv.role}.weight" for conv in table.convs())
        assert set(reading.pools) == {f"pool{n}" for n in range(1, 6)}
        assert reading.extra == ()
        assert reading.found == len(list(table.convs()))


@pytest.mark.parametrize(
    ("pads", "how", "up"),
    [
        ((0, 1, 0, 1), "value=0.0", True),
        ((0, 1, 0, 1), "value=-1e9", True),
        ((0, 1, 0, 1), "mode='replicate'", True),
        ((0, -1, 0, -1), "value=0.0", False),
    ],
)
def test_a_pool_of_a_padded_map_rounds_up(pads: tuple[int, ...], how: str, up: bool) -> None:
    """However it is padded; one whose map is cut rounds down."""
    pool = "self.pool2(F.relu(self.conv2_2(h)))"
    floor = SOURCE.replace(", ceil_mode=True", "")
    padded = f"self.pool2(F.pad(F.relu(self.conv2_2(h)), {pads}, {how}))"

    read = reading_of(edited((pool, padded), source=floor))

    assert read.ceilings["pool2"] is up


@pytest.mark.parametrize("padded", [(2,), (3,), (2, 4), (2, 3), (1, 2, 3, 4, 5)])
def test_each_pool_rounds_as_its_map_tells(padded: tuple[int, ...]) -> None:
    """One that is padded where its map is odd rounds up; one that leaves an odd row out rounds down."""
    source = SOURCE.replace(", ceil_mode=True", "")
    source += "\ndef even(h):\n    return F.pad(h, (0, h.size(3) % 2, 0, h.size(2) % 2))\n"
    for number in padded:
        pool, taken = f"self.pool{number}(", f"F.relu(self.conv{number}_{2 if number < 3 else 3}(h))"
        source = source.replace(pool + taken, f"{pool}even({taken})")
    read = replace(reading_of(source), size=SIZE)

    assert read.ceilings == {f"pool{number}": number in padded for number in range(1, 6)}


def test_roles_stand_on_the_path_in_order(fcn8s: Reading) -> None:
    """Everything but the skips' score layers lies on the main path, in the assignment's order."""
    table = slim8()
    order = [step.role for step in (*table.trunk, table.score, *table.upscores)]

    assert sorted(fcn8s.positions, key=lambda role: fcn8s.positions[role]) == order


def test_a_position_comes_after_the_last_role_before_it(fcn8s: Reading) -> None:
    """Any place on the path is told by the layer or pool that it follows."""
    pool2 = fcn8s.positions["pool2"]

    assert fcn8s.after(0) == ""
    assert fcn8s.after(pool2) == "pool2"
    assert fcn8s.after(pool2 - 1) == "conv2_2"
    assert fcn8s.after(len(fcn8s.path.steps) - 1) == "upscore3"


def test_the_way_up_begins_at_the_first_transposed_convolution(fcn8s: Reading, fcn32s: Reading) -> None:
    """The way up starts at upscore1 and ends with the last layer; crops follow that."""
    assert fcn8s.first_upscore == fcn8s.positions["upscore1"]
    assert fcn8s.last_layer == fcn8s.positions["upscore3"]
    assert fcn32s.first_upscore == fcn32s.last_layer == fcn32s.positions["upscore"]
    assert [step.op for step in fcn32s.path.steps[fcn32s.last_layer + 1 :]] == ["crop"]


def test_without_transposed_convolutions_the_way_up_begins_after_the_last_layer() -> None:
    """Interpolation instead of them leaves nothing but what follows the score layer."""
    resized = edited(("h = self.upscore(h)", "h = F.interpolate(h, scale_factor=40)"))
    reading = reading_of(resized, "FCN32s")

    assert reading.first_upscore == reading.positions["score"] + 1
    assert reading.last_layer == reading.positions["score"]


def test_a_network_without_layers_can_be_read() -> None:
    """Of nothing, nothing is found, without an error."""
    reading = read_network(INPUT, slim8())

    assert (reading.found, reading.last_layer, reading.first_upscore) == (0, -1, 0)
    assert (reading.after(0), reading.keys, reading.positions) == ("", {}, {})


def test_skips_are_found_where_they_join(fcn8s: Reading) -> None:
    """pool4 joins after upscore1 and pool3 after upscore2, by a sum that begins at the pool itself."""
    for skip in slim8().skips:
        found = fcn8s.join_of(skip)
        assert found is not None
        position, join = found
        assert fcn8s.after(position) == skip.after
        assert join.tap == fcn8s.pools[skip.pool]
        assert offset(join.side) == (skip.crop, skip.crop)


def test_a_missing_skip_joins_nowhere() -> None:
    """Without its sum a skip is not there, and the other one still is."""
    alone = edited(("h = h + s[:, :, 9:9 + h.size(2), 9:9 + h.size(3)]", "pass"))
    reading = reading_of(alone)
    pool4, pool3 = slim8().skips

    assert reading.join_of(pool3) is None
    assert reading.join_of(pool4) is not None


SMALL = "h = self.upscore2(h)\n        s = F.pad(self.score_pool_4(pool4), (20,) * 4)"
CROSSED = (
    ("s = self.score_pool_4(pool4)", "s = self.score_pool_3(pool3)"),
    ("h = self.upscore2(h)\n        s = self.score_pool_3(pool3)", SMALL),
)
CROPS = (
    ("s[:, :, 9:9 + h.size(2), 9:9 + h.size(3)]", "s[:, :, 25:25 + h.size(2), 25:25 + h.size(3)]"),
    ("s[:, :, 5:5 + h.size(2), 5:5 + h.size(3)]", "s[:, :, 9:9 + h.size(2), 9:9 + h.size(3)]"),
)


def test_skips_that_join_in_each_other_s_place_keep_their_score_layers() -> None:
    """Where the crops are exchanged too, whole skips are: each is told by its channels."""
    reading = reading_of(edited(*CROSSED, *CROPS))

    assert reading.layers["score_pool_3"].weight == "score_pool_3.weight"
    assert reading.layers["score_pool_4"].weight == "score_pool_4.weight"


def test_skips_that_come_from_each_other_s_pool_keep_their_places() -> None:
    """Where the crops stay, each skip is right but for what it is taken from."""
    reading = reading_of(edited(*CROSSED))

    assert reading.layers["score_pool_4"].weight == "score_pool_3.weight"
    assert reading.layers["score_pool_3"].weight == "score_pool_4.weight"


def test_skips_with_wrong_channels_get_their_roles_in_order() -> None:
    """Where channels say nothing, the first branch that joins is pool4's."""
    same = edited(
        ("self.score_pool_3 = nn.Conv2d(8, n_class, 1)", "self.score_pool_3 = nn.Conv2d(24, n_class, 1)"),
        ("self.score_pool_4 = nn.Conv2d(16, n_class, 1)", "self.score_pool_4 = nn.Conv2d(24, n_class, 1)"),
        ("self.score_pool_4(pool4)", "self.score_pool_4(torch.cat([pool4, pool4[:, :8]], 1))"),
        ("self.score_pool_3(pool3)", "self.score_pool_3(torch.cat([pool3, pool3, pool3], 1))"),
    )
    layers = reading_of(same).layers

    assert layers["score_pool_4"].weight == "score_pool_4.weight"
    assert layers["score_pool_3"].weight == "score_pool_3.weight"


def test_parameters_are_drawn_by_role(fcn8s: Reading) -> None:
    """Every parameter with a role has the role's key; a bias that isn't there has none."""
    keys = reading_of(edited(("self.conv1_2 = nn.Conv2d(2, 2, 3, padding=1)", RENAMED), CALLED)).keys

    assert keys["first.weight"] == "conv1_2.weight"
    assert keys["first.bias"] == "conv1_2.bias"
    assert "upscore1.bias" not in fcn8s.keys.values()


RENAMED = "self.first = nn.Conv2d(2, 2, 3, padding=1)"
CALLED = ("self.conv1_2(h)", "self.first(h)")


def test_a_layer_of_no_role_is_drawn_by_its_own_name() -> None:
    """What the assignment has no role for still has values that both sides know."""
    extra = edited(
        (
            "self.fc7 = nn.Conv2d(24, 24, 1)",
            "self.fc7 = nn.Sequential(nn.BatchNorm2d(24), nn.Conv2d(24, 24, 1))",
        ),
    )
    keys = reading_of(extra).keys

    assert keys["fc7.0.weight"] == "own/fc7.0.weight"
    assert keys["fc7.1.weight"] == "fc7.weight"
    assert "fc7.0.running_mean" not in keys  # a buffer's values are sent


def test_a_layer_of_no_role_in_what_was_let_go_of_is_drawn_as_well() -> None:
    """Else it keeps values of its own there, and nothing that is replayed is what it gave."""
    fc7 = "self.fc7 = nn.Conv2d(24, 24, 1)"
    returned = "h[:, :, 19:19 + x.size(2), 19:19 + x.size(3)]"
    two = fc7, "self.fc7 = nn.Sequential(nn.BatchNorm2d(24), nn.Conv2d(24, 24, 1))"

    keys = reading_of(edited(two, (returned, returned.replace("h", "x", 1))), "FCN32s").keys

    assert keys["fc7.0.weight"] == "own/fc7.0.weight"
    assert keys["fc7.1.weight"] == "fc7.weight"


def test_keys_make_names_no_matter(fcn8s: Reading) -> None:
    """Two networks that differ in names only are the same expression once their parameters are keyed."""
    renamed = reading_of(edited(("self.conv1_2 = nn.Conv2d(2, 2, 3, padding=1)", RENAMED), CALLED))

    assert renamed.output != fcn8s.output
    assert replace_leaves(renamed.output, renamed.keys) == replace_leaves(fcn8s.output, fcn8s.keys)


def test_a_layer_used_twice_is_drawn_once() -> None:
    """Shared weights have one key, that of the first role."""
    shared = edited(("h = F.relu(self.conv5_2(h))", "h = F.relu(self.conv5_1(h))"))
    keys = reading_of(shared).keys

    assert keys["conv5_1.weight"] == "conv5_1.weight"
    assert "conv5_2.weight" not in keys.values()


def test_an_offset_is_the_sum_of_a_chains_crops() -> None:
    """Crops after one another add up; without any there is no offset."""
    x = crop(INPUT, 1, 2, 5, 5)
    parts: tuple[Expr, ...] = (x, crop(x, 3, 4, 1, 1))

    assert offset(parts) == (4, 6)
    assert offset(()) is None
    assert offset(main_path(INPUT).steps) is None
