"""Files come out of a parcel as they went in, and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.engines.parcel import FILE, LINK, Item, item, items, lay, pack, unpack

NAMES = st.binary(min_size=1, max_size=12).filter(lambda name: not set(name) & set(b"/\0"))


def test_files_and_links_come_out_as_they_went_in(tmp_path: Path) -> None:
    """Odd names too; a link leads where it led, and is not followed."""
    home, there = tmp_path / "a", tmp_path / "b"
    odd = os.fsdecode(b"b/\xff.py")
    (home / "b").mkdir(parents=True)
    (home / odd).write_bytes(b"\0x")
    (home / "link").symlink_to("/etc/passwd")
    found = tuple(items(home, sorted(home.rglob("*")), lambda path: None))
    lay(unpack(pack(found)), there)

    assert (there / odd).read_bytes() == b"\0x"
    assert (there / "link").readlink() == Path("/etc/passwd")


def test_no_more_than_asked_for_is_packed(tmp_path: Path) -> None:
    """Of what nobody reads the name is enough."""
    (tmp_path / "a").write_bytes(b"12345")

    assert item(tmp_path / "a", tmp_path, 2) == Item(b"a", FILE, b"12")
    assert item(tmp_path, tmp_path) is None


@pytest.mark.parametrize("name", [b"../x", b"/x", b"a/../../x", b""])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: bytes) -> None:
    """Whoever made it."""
    with pytest.raises(ValueError, match="leaves its folder"):
        lay([Item(name, FILE, b"")], tmp_path / "there")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("second", [FILE, LINK])
def test_nothing_is_written_to_where_a_link_of_the_same_name_leads(tmp_path: Path, second: str) -> None:
    """A parcel that was made by hand may hold a name twice, a link and a file."""
    (tmp_path / "precious").write_text("kept")
    target = os.fsencode(tmp_path / "precious")
    with pytest.raises(ValueError, match="comes twice"):
        lay([Item(b"a", LINK, target), Item(b"a", second, b"gone")], tmp_path / "there")
    assert (tmp_path / "precious").read_text() == "kept"


@given(st.lists(st.builds(Item, NAMES, st.sampled_from([FILE, LINK]), st.binary(max_size=20))))
def test_packing_loses_nothing(found: list[Item]) -> None:
    """Any names, any bytes."""
    assert unpack(pack(found)) == tuple(found)
