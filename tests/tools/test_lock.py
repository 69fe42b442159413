"""The lock pins all that pyproject.toml asks for, by hash, and says nothing of where it lies."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement

from tools.lock import CLUSTERS, FILES, LOCK, ROOT, name_of, requirements, split

ONLY_CLUSTERS = tuple(f"{extra}.txt" for extra in CLUSTERS)
NAMES = (*FILES, "opencv-headless.txt", *ONLY_CLUSTERS)


def pinned() -> dict[str, str]:
    """Name -> version of all that is installed, and of what clusters need."""
    text = "".join((LOCK / name).read_text() for name in (*FILES, *ONLY_CLUSTERS))
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ \n]+)", text, re.MULTILINE))


def wanted() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(word) for words in (project["dependencies"], *extras) for word in words]


@pytest.mark.parametrize("requirement", wanted(), ids=lambda requirement: requirement.name)
def test_what_the_project_asks_for_is_locked(requirement: Requirement) -> None:
    """In the range that it names; `make lock` after a change of pyproject.toml."""
    version = pinned().get(requirement.name.lower())

    assert version is not None, f"run make lock: {requirement.name} is not in lock/"
    assert requirement.specifier.contains(version), f"run make lock: {requirement.name} is {version}"


@pytest.mark.parametrize("name", NAMES)
def test_every_package_has_hashes_and_no_address(name: str) -> None:
    """So that a mirror or a disk serves as well, and nobody's index is told."""
    text = (LOCK / name).read_text()

    assert "://" not in text and "index" not in text
    for requirement in requirements(text):
        assert re.match(r"[a-z0-9.-]+==\S+", requirement)
        assert "--hash=sha256:" in requirement


@pytest.mark.parametrize("name", ONLY_CLUSTERS)
def test_what_a_cluster_needs_is_beside_what_all_need(name: str) -> None:
    """Nothing twice, in one version here and in another there."""
    everybody = {name_of(one) for file in FILES for one in requirements((LOCK / file).read_text())}

    assert not {name_of(one) for one in requirements((LOCK / name).read_text())} & everybody


def test_both_builds_of_opencv_are_the_same_version() -> None:
    """One takes the place of the other."""
    headless = (LOCK / "opencv-headless.txt").read_text()

    assert f"opencv-python-headless=={pinned()['opencv-python']} " in headless


def test_nothing_is_lost_in_the_split() -> None:
    """Each requirement goes into one file, with its hashes."""
    text = "".join(
        f"{name}==1.0 \\\n    --hash=sha256:{name}a \\\n    --hash=sha256:{name}b\n"
        for name in ("numpy", "nvidia-cublas", "opencv-python", "torch", "torchvision", "triton", "typer")
    )
    files = split(text)

    assert sorted("".join(files.values()).splitlines()) == sorted(text.splitlines())
    assert re.findall(r"^(\S+)==", files["packages.txt"], re.MULTILINE) == ["numpy", "typer"]
    assert re.findall(r"^(\S+)==", files["opencv.txt"], re.MULTILINE) == ["opencv-python"]


def test_the_review_page_takes_five_packages_more() -> None:
    """Those that it names and what these bring, which nothing else needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {Requirement(word).name for word in project["optional-dependencies"]["review"]}

    assert named | {"anyio", "h11"} == {"starlette", "uvicorn", "krippendorff", "anyio", "h11"}
    assert {*named, "anyio", "h11", "click", "idna"} <= set(pinned())
