"""What a worker gets of an NVIDIA card."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.sandbox import bubblewrap, gpu
from grader.sandbox.ladder import LANDLOCK
from grader.sandbox.limits import Limits
from grader.sandbox.staging import Program, stage


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two cards, the nodes they share, and a driver in a folder of its own."""
    (tmp_path / "dev").mkdir()
    for name in ("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "null"):
        (tmp_path / "dev" / name).touch()
    (tmp_path / "driver" / "lib64").mkdir(parents=True)
    (tmp_path / "driver" / "lib64" / gpu.LIBRARY).touch()
    monkeypatch.setattr(gpu, "DEVICES", tmp_path / "dev")
    monkeypatch.setattr(gpu, "DRIVERS", (tmp_path / "driver", tmp_path / "absent"))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    return tmp_path


def names(device: str = "cuda") -> list[str]:
    """The nodes by name."""
    return [Path(node).name for node in gpu.nodes(device)]


def test_a_worker_gets_one_card(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first, or the one that CUDA_VISIBLE_DEVICES names, with the nodes that all cards share."""
    assert names() == ["nvidia-uvm", "nvidia0", "nvidiactl"]

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1,0")

    assert names() == ["nvidia-uvm", "nvidia1", "nvidiactl"]
    assert gpu.environment("cuda")["CUDA_VISIBLE_DEVICES"] == "0"


@pytest.mark.parametrize(("named", "cards"), [("", 2), ("MIG-1234", 2)])
def test_a_card_without_a_number_is_left_to_the_driver(
    machine: Path, monkeypatch: pytest.MonkeyPatch, named: str, cards: int
) -> None:
    """Its nodes can't be told apart by name: what is seen is what the variable says."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)

    assert len([name for name in names() if name in ("nvidia0", "nvidia1")]) == cards
    assert gpu.environment("cuda")["CUDA_VISIBLE_DEVICES"] == named


def test_the_driver_is_found_where_the_image_has_it(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the usual folders, and in those of LD_LIBRARY_PATH that hold it; no other folder is passed on."""
    (machine / "more").mkdir()
    (machine / "more" / gpu.LIBRARY).touch()
    monkeypatch.setenv("LD_LIBRARY_PATH", f"{machine / 'more'}:{machine}::relative")

    assert gpu.libraries("cuda") == [str(machine / "driver"), str(machine / "more")]
    wanted = f"{machine / 'driver' / 'lib64'}:{machine / 'more'}"
    assert gpu.environment("cuda")["LD_LIBRARY_PATH"] == wanted


def test_a_worker_on_the_cpu_gets_nothing_of_it(machine: Path) -> None:
    """Neither nodes nor folders nor variables."""
    assert (gpu.nodes("cpu"), gpu.libraries("cpu"), gpu.environment("cpu")) == ([], [], {})


def test_every_rung_hands_the_card_over(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both commands name the chosen card and the driver's folder, and not the other card."""
    monkeypatch.setattr(bubblewrap, "version", lambda: (0, 11))
    made = stage(Program())
    commands = [wrap(made, Limits(), "cuda", [9]) for wrap in (bubblewrap.command, LANDLOCK.wrap)]
    made.remove()

    for command in map(" ".join, commands):
        assert f"{machine}/dev/nvidia0" in command
        assert f"{machine}/driver" in command
        assert "nvidia1" not in command
