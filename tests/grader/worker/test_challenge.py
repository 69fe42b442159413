from __future__ import annotations

import gc
import resource
import weakref

import numpy as np
import pytest
import torch

from grader.wall.draws import draw_alone, draw_parameter, positions
from grader.worker.loader import StudentCodeError
from tests.grader.slim import SOURCE, world_of
from tests.grader.worker.a_model import ask, real, tiny
from tests.grader.worker.test_untouched import resident
from tests.layers import conv

HOOK = (
    "    def forward",
    "    def keep(self, module, args, output):\n        self.kept = output\n\n    def forward",
)


def test_initial_values_are_those_of_the_constructor() -> None:
    """Named parameters and all small buffers are sent as they are."""
    world = tiny(("self.drop =", "nn.init.constant_(self.conv.bias, 7.0)\n        self.drop ="))
    kept, arrays = ask(world, "initial", names=["conv.bias", "nonsense"])

    assert list(kept["buffers"]) == ["bn.num_batches_tracked", "bn.running_mean", "bn.running_var"]
    assert arrays["conv.bias"].tolist() == [7.0] * 12
    assert set(arrays) == {"conv.bias", *kept["buffers"]}


def test_a_kept_model_that_lost_its_values_is_the_submission_s_fault() -> None:
    """Another model of its kind may share its parts."""
    world = tiny()
    ask(world, "initial", names=["conv.bias"])
    real(world).get_submodule("conv").to("meta")

    with pytest.raises(StudentCodeError) as raised:
        ask(world, "initial", names=["conv.bias"])
    assert "has no values" in str(raised.value.__cause__)


@pytest.mark.parametrize(
    "line",
    [
        "self.bn.bias = nn.Parameter(torch.ones(12, dtype=torch.complex64).conj().imag)",
        "self.bfloat16()",
    ],
)
def test_initial_values_are_sent_whatever_way_they_are_held(line: str) -> None:
    """As NumPy would not take them."""
    _, arrays = ask(tiny(("self.drop =", f"{line}\n        self.drop =")), "initial", names=["bn.bias"])

    assert arrays["bn.bias"].tolist() == [0.0] * 12


@pytest.mark.parametrize("looks", [False, True])
def test_constants_are_sent_in_the_order_of_the_recording(looks: bool) -> None:
    """Whether that was made on the meta device or with values."""
    h = "return self.drop(self.bn(self.conv(x)))"
    body = f"{h} * torch.tensor(3.) + torch.as_tensor([5.] * 12).view(12, 1, 1)"
    looking = "assert x.mean().item() == 0\n        " if looks else ""
    world = tiny((h, looking + body))
    recording, _ = ask(world, "trace", size=[1, 3, 6, 7], training=False)
    _, sent = ask(world, "constants", size=[1, 3, 6, 7])

    leaves = [leaf for leaf in recording["leaves"] if leaf[1] == "constant"]
    shapes = [sent[str(number)].shape for number in range(len(leaves))]
    assert [tuple(leaf[3]) for leaf in leaves] == shapes == [(), (12,)]
    assert (float(sent["0"]), float(sent["1"][0])) == (3.0, 5.0)


def test_a_model_takes_memory_only_for_what_is_written_to_it() -> None:
    """Copying puts others in the place of most of its weights, and filling writes to the rest."""
    world = tiny(("self.drop =", "self.large = nn.Linear(20_000, 5_000)\n        self.drop ="))
    before = resident()
    ask(world, "initial", names=[])

    assert (resident() - before) * resource.getpagesize() < 100 << 20, "a quarter of what its values take"
    assert real(world).get_parameter("large.weight").shape == (5_000, 20_000)
    assert not real(world).get_parameter("large.weight")[:2].any()


def test_parameters_are_filled_by_their_keys() -> None:
    """What is named is drawn from the seed; the rest stays as it is."""
    world = tiny()
    _, before = ask(world, "initial", names=["bn.bias"])
    ask(world, "fill", seed=5, keys={"conv.weight": "conv1_1.weight"})
    model = real(world)

    assert np.array_equal(
        conv(model, "conv").weight.detach(), draw_parameter(5, "conv1_1.weight", (12, 3, 3, 3))
    )
    assert np.array_equal(model.state_dict()["bn.bias"], before["bn.bias"])


def test_a_parameter_that_is_a_view_of_one_number_is_filled() -> None:
    """Its numbers are its own from then on."""
    line = "self.conv.bias = nn.Parameter(torch.zeros(1).expand(n_class))"
    world = tiny(("self.drop =", f"{line}\n        self.drop ="))
    ask(world, "fill", keys={"conv.bias": "b"}, seed=1)

    bias = dict(real(world).named_parameters())["conv.bias"].detach().numpy()
    assert np.array_equal(bias, draw_parameter(1, "b", (12,)))


def test_forward_is_the_model_on_the_drawn_input() -> None:
    """In eval mode, dropouts taken out, on the picture that the seed gives."""
    world = tiny(("self.drop(", "nn.functional.dropout(torch.rand(1) + "))
    ask(world, "fill", seed=5, keys={"conv.weight": "w", "conv.bias": "b"})
    described, arrays = ask(world, "forward", seed=5, size=[1, 3, 6, 7])
    model = real(world)
    with torch.no_grad():
        wanted = model.get_submodule("bn")(
            conv(model, "conv")(torch.from_numpy(draw_alone(5, "input", (1, 3, 6, 7))))
        )

    assert list(described["shape"]) == [1, 12, 6, 7]
    np.testing.assert_allclose(arrays["output"], wanted.numpy(), rtol=1e-5, atol=1e-6)


def test_an_output_that_is_no_tensor_is_described_only() -> None:
    """There are no numbers to send of it."""
    described, arrays = ask(
        tiny(("return self.drop(self.bn(self.conv(x)))", "return [1]")), "forward", seed=5, size=[1, 3, 6, 7]
    )

    assert (described["type"], arrays) == ("list", {})


def test_one_real_model_is_held_at_a_time() -> None:
    """Building the second network frees the first; releasing frees both."""
    world = world_of(SOURCE)
    ask(world, "initial", names=[])
    ask(world, "initial", names=[], model="FCN8s")
    assert world.state.real is not None
    assert world.state.real.key == ("FCN8s", 12)

    ask(world, "release")
    assert world.state.real is None


def test_a_model_that_its_own_hook_holds_is_freed() -> None:
    """Python would collect such a circle some time later, and half a gigabyte lies in it."""
    world = tiny(("self.drop =", "self.conv.register_forward_hook(self.keep)\n        self.drop ="), HOOK)
    ask(world, "initial", names=[])
    assert world.state.real is not None
    model = weakref.ref(world.state.real.model)
    gc.disable()
    try:
        ask(world, "release")
        assert model() is None
    finally:
        gc.enable()


def test_samples_are_at_drawn_positions() -> None:
    """Shapes are sent, and values of as many positions as were asked for, by parameter."""
    world = tiny()
    ask(world, "fill", seed=5, keys={"conv.weight": "w"})
    sampled, found = ask(world, "sample", of="model", names=["conv.weight", "nonsense"], seed=8, count=20)
    at = positions(8, "conv.weight", 12 * 27, 20)

    assert sampled["shapes"] == {"conv.weight": (12, 3, 3, 3)}
    assert set(found) == {"conv.weight"}
    assert np.array_equal(found["conv.weight"], draw_parameter(5, "w", (12, 3, 3, 3)).reshape(-1)[at])
