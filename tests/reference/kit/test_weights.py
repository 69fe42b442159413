"""Weights for the kit's networks: cached, fetched or seeded."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from reference.kit import weights
from reference.kit.weights import POLICY

SHAPES = {
    "conv.weight": torch.Size((8, 4, 3, 3)),
    "bn.running_var": torch.Size((8,)),
    "bn.num_batches_tracked": torch.Size(()),
    "fc.bias": torch.Size((5,)),
}
DIGEST = """
import hashlib, sys, torch
from reference.kit import weights
torch.manual_seed(int(sys.argv[1]))
state = weights.seeded(eval(sys.argv[2]))
print(hashlib.sha256(b"".join(value.numpy().tobytes() for value in state.values())).hexdigest())
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of checkpoints, and a download site that is a folder."""
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path / "hub"))
    monkeypatch.setattr(weights, "SITE", (tmp_path / "site").as_uri() + "/")
    monkeypatch.delenv(POLICY, raising=False)
    (tmp_path / "site").mkdir()
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    return tmp_path


def checkpoint(folder: Path, right: bool = True) -> str:
    """Write a checkpoint under a name that ends in its hash, as torchvision's do."""
    content = io.BytesIO()
    torch.save({"fc.bias": torch.arange(5.0)}, content)
    digest = hashlib.sha256(content.getvalue()).hexdigest() if right else "0" * 64
    file = f"net-{digest[:8]}.pth"
    (folder / file).write_bytes(content.getvalue())
    return file


@pytest.mark.slow
def test_seeded_weights_are_the_same_in_every_process() -> None:
    """Neither torch's seed nor the process matters."""
    plain = {name: tuple(shape) for name, shape in SHAPES.items()}
    digests = {
        subprocess.run(
            [
                sys.executable,
                "-c",
                DIGEST,
                seed,
                repr(plain),
            ],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(digests) == 1


def test_seeded_weights_differ_from_layer_to_layer() -> None:
    """A name is a seed."""
    state = weights.seeded(dict.fromkeys(("a.weight", "b.weight"), torch.Size((4, 4))))

    assert not torch.equal(state["a.weight"], state["b.weight"])


def test_seeded_filters_see_differences_only() -> None:
    """Every filter adds up to 0, and has both signs."""
    filters = weights.seeded(SHAPES)["conv.weight"].flatten(1)

    assert filters.sum(1).abs().max() < 1e-5
    assert (filters.min(1).values < 0).all()


def test_without_a_checkpoint_weights_are_seeded(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing cached and nothing to be had: seeded weights, and it is said."""
    state = weights.pretrained("net-00000000.pth", SHAPES)

    assert torch.equal(state["fc.bias"], weights.seeded(SHAPES)["fc.bias"])
    assert capsys.readouterr().out == "no pretrained weights here: seeded weights instead\n"


def test_a_cached_checkpoint_is_loaded(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A checkpoint in torch's own cache wins, and it is said."""
    file = checkpoint(cache / "hub" / "checkpoints")

    assert torch.equal(weights.pretrained(file, SHAPES)["fc.bias"], torch.arange(5.0))
    assert capsys.readouterr().out == "load pretrained weights\n"


def test_a_missing_checkpoint_is_fetched_into_the_cache(cache: Path) -> None:
    """What the site has is downloaded once and kept."""
    file = checkpoint(cache / "site")

    state = weights.pretrained(file, SHAPES)

    assert torch.equal(state["fc.bias"], torch.arange(5.0))
    assert [path.name for path in (cache / "hub" / "checkpoints").iterdir()] == [file]


def test_a_download_of_another_content_is_thrown_away(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file whose hash is not the one in its name is not kept and not loaded."""
    file = checkpoint(cache / "site", right=False)

    weights.pretrained(file, SHAPES)

    assert "seeded" in capsys.readouterr().out
    assert not any((cache / "hub" / "checkpoints").iterdir())


@pytest.mark.parametrize(("policy", "place"), [("cached", "site"), ("seeded", "hub/checkpoints")])
def test_the_policy_limits_what_is_tried(
    cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, policy: str, place: str
) -> None:
    """With the cache alone nothing is fetched; with seeds alone not even the cache is read."""
    monkeypatch.setenv(POLICY, policy)

    weights.pretrained(checkpoint(cache / place), SHAPES)

    assert "seeded" in capsys.readouterr().out


def test_torchvision_gets_its_weights_here(
    cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once patched, torchvision neither downloads nor fails: its ResNet-18 has the kit's seeded weights."""
    import torchvision

    from reference.kit.CAM.resnet import resnet18

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", None)
    monkeypatch.setattr(torchvision.models._api, "load_state_dict_from_url", None)
    weights.patch_torchvision()

    theirs = torchvision.models.resnet18(weights="DEFAULT").state_dict()

    ours = resnet18(pretrained=True).state_dict()
    assert list(theirs) == list(ours)
    assert all(torch.equal(theirs[name], ours[name]) for name in ours)
    assert capsys.readouterr().out.count("seeded weights instead") == 2


def test_a_cached_file_of_another_content_is_left_aside(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half a download, or somebody's own weights under torchvision's name."""
    file = checkpoint(cache / "hub" / "checkpoints", right=False)

    weights.pretrained(file, SHAPES)

    told = capsys.readouterr()
    assert "seeded weights instead" in told.out and "is not the file of that name" in told.err


def test_a_file_is_brought_into_the_cache(cache: Path) -> None:
    """For a machine without a network; another content under its name is refused."""
    file = checkpoint(cache / "site")

    assert weights.bring(cache / "site" / file) == weights.cached(file)
    with pytest.raises(ValueError, match="is not the file of that name"):
        weights.bring(cache / "site" / checkpoint(cache / "site", right=False))
