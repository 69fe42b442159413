"""What is on a page can be read, in the light and in the dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.review import looks

STATIC = Path(looks.__file__).with_name("static")
TEMPLATES = Path(looks.__file__).with_name("templates")
TEXTS = (
    *((ink, ground) for ink in ("ink", "quiet", "link") for ground in ("paper", "sheet", "wash")),
    *(("on-main", "main"), ("on-tag", "tag"), ("held", "sheet"), ("near", "near-wash"), ("near", "paper")),
)
EDGES = (("field", "sheet"), ("field", "paper"), ("focus", "paper"), ("focus", "sheet"), ("main", "sheet"))


def palettes() -> list[dict[str, str]]:
    """The light colours, and the dark ones over them."""
    found = re.findall(r":root \{(.*?)\}", (STATIC / "review.css").read_text(), re.DOTALL)
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", text)) for text in found)
    return [light, {**light, **dark}]


def contrast(one: str, other: str) -> float:
    """As WCAG 2 computes it."""
    lights = sorted(map(_luminance, (one, other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


@pytest.mark.parametrize("palette", palettes(), ids=["light", "dark"])
def test_colours_are_far_enough_apart(palette: dict[str, str]) -> None:
    """WCAG AA: 4.5 for text, 3 for the edges of fields and for the focus."""
    for ink, ground in TEXTS:
        assert contrast(palette[ink], palette[ground]) >= 4.5, (ink, ground)
    for edge, ground in EDGES:
        assert contrast(palette[edge], palette[ground]) >= 3, (edge, ground)


def test_no_page_has_a_script_or_a_style_of_its_own() -> None:
    """The policy would refuse it, and it would show that something is pasted into code."""
    for path in TEMPLATES.iterdir():
        text = path.read_text()

        assert not re.search(
            r"<style|\sstyle=|<script(?! src=)|\son[a-z]+=|hx-on|javascript:|\|\s*safe", text
        ), path
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text), path


def test_every_field_has_a_label() -> None:
    """For whoever does not see the page."""
    for path in TEMPLATES.iterdir():
        text = path.read_text()
        for tag in re.findall(r"<(?:input|textarea|select)[^>]*>", text):
            if 'type="hidden"' in tag or 'type="checkbox"' in tag or 'type="radio"' in tag:
                continue
            own = re.search(r'\bid="([^"]+)"', tag)

            assert "aria-label" in tag or (own and f'for="{own[1]}"' in text), (path.name, tag)


def test_points_have_their_sign() -> None:
    """A real minus; nothing is no plus."""
    assert [looks.signed(points) for points in (4.0, -1.5, 0.0, -0.0)] == ["+4", "−1.5", "0", "0"]


def test_what_is_vendored_has_its_licence() -> None:
    """Beside it."""
    assert "Permission to use" in (STATIC / "htmx.LICENSE").read_text()
    assert "unsafe-eval" not in (STATIC / "review.js").read_text()
