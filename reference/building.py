"""What is on a synthetic facade: every class of the CMP Facade DB, where an architect would put it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reference.sketch import CLOTH, GLASS, GROUND, IRON, ROOF, SKY, STONE, WALLS, WOOD, Box, Colour, Sketch

LIGHT = np.array([255, 255, 255], np.float32)
DARK = np.array([20, 20, 26], np.float32)


@dataclass(frozen=True, slots=True)
class Style:
    """What all floors of a building have in common."""

    wall: Colour
    stone: Colour
    glass: Colour
    wood: Colour
    cloth: Colour
    iron: Colour
    window: tuple[float, float]  # share of its cell's width and height
    surround: float  # of a window, in window widths; 0 for none
    shutters: bool
    crown: str  # above a window: "gable", "arch", "plate" or "none"


def surroundings(sketch: Sketch) -> None:
    """Paint sky, neighbours and street: all of them background."""
    sky, frame = sketch.pick(SKY), sketch.frame
    sketch.fill(frame, sky, "background", relief=-0.1)
    for side in (frame.part(0, 0.1, 0.16, 1), frame.part(0.84, 0.1, 1, 1)):
        house = side.part(0, sketch.between(-0.05, 0.5), 1, 1)
        sketch.fill(house, sketch.pick(WALLS) * 0.9, "background")
        for row in range(5):
            sketch.tint(house.part(0.2, 0.08 + 0.18 * row, 0.55, 0.18 + 0.18 * row), sketch.pick(GLASS), 0.8)
    sketch.fill(frame.part(0, 0.92, 1, 1), sketch.pick(GROUND), "background", relief=0.1)


def building(sketch: Sketch) -> None:
    """Paint the facade, from the wall to what hangs before it."""
    style = _style(sketch)
    left, top, right, bottom = map(sketch.between, (0.01, 0.05, 0.92, 0.93), (0.08, 0.17, 0.99, 0.98))
    house = sketch.frame.part(left, top, right, bottom)
    _roof(sketch, house)
    _wall(sketch, house, style)
    bays = max(3, round(sketch.between(4.2, 6.2) * house.width / house.height))
    floors = int(sketch.rng.integers(2, 5))
    ground = house.part(0, 1 - sketch.between(0.2, 0.28), 1, 1)
    upper = Box(house.left, house.top + 0.06 * house.height, house.right, ground.top)
    _pillars(sketch, upper, bays, style)
    balconies = int(sketch.rng.integers(0, floors)) if sketch.chance(0.75) else -1
    for number in range(floors):
        floor = upper.part(0, number / floors, 1, (number + 1) / floors)
        _floor(sketch, floor, bays, style, balcony=number == balconies)
    _ground_floor(sketch, ground, bays, style)
    _cornices(sketch, house, ground, style)


def _style(sketch: Sketch) -> Style:
    return Style(
        wall=sketch.pick(WALLS),
        stone=sketch.pick(STONE),
        glass=sketch.pick(GLASS),
        wood=sketch.pick(WOOD),
        cloth=sketch.pick(CLOTH),
        iron=sketch.pick(IRON),
        window=(sketch.between(0.38, 0.52), sketch.between(0.48, 0.6)),
        surround=sketch.between(0.1, 0.22) if sketch.chance(0.8) else 0.0,
        shutters=sketch.chance(0.3),
        crown=str(sketch.rng.choice(["gable", "arch", "plate", "none"])),
    )


def _roof(sketch: Sketch, house: Box) -> None:
    roof = house.part(0, -sketch.between(0.03, 0.12), 1, 0)
    inset = sketch.between(0, 0.1) * house.width
    corners = [(roof.left + inset, roof.top), (roof.right - inset, roof.top)]
    sketch.polygon(
        [*corners, (roof.right, roof.bottom), (roof.left, roof.bottom)], sketch.pick(ROOF), "background"
    )


def _wall(sketch: Sketch, house: Box, style: Style) -> None:
    sketch.fill(house, style.wall, "facade")
    if sketch.chance(0.5):  # courses of brick or ashlar
        courses = int(sketch.rng.integers(24, 60))
        for course in range(courses):
            y = course / courses
            sketch.tint(house.part(0, y, 1, y), DARK, 0.14)
    for _ in range(12):  # stains
        x, y = sketch.rng.random(2)
        sketch.tint(house.part(x, y, min(1, x + 0.15), min(1, y + 0.1)), DARK, sketch.between(0, 0.06))


def _pillars(sketch: Sketch, upper: Box, bays: int, style: Style) -> None:
    if sketch.chance(0.35):
        return
    step, half = (1 if sketch.chance(0.4) else bays), sketch.between(0.06, 0.11) / bays
    for bay in range(0, bays + 1, step):
        x = min(max(bay / bays, half), 1 - half)
        sketch.fill(upper.part(x - half, 0, x + half, 1), style.stone, "pillar", round_=0.35)
        sketch.fill(upper.part(x - 1.3 * half, 0, x + 1.3 * half, 0.04), style.stone, "deco", relief=0.15)


def _floor(sketch: Sketch, floor: Box, bays: int, style: Style, balcony: bool) -> None:
    sketch.fill(floor.part(0, 0, 1, 0.05), style.stone, "molding", relief=0.14)
    crown = style.crown if sketch.chance(0.8) else "none"
    for cell in floor.columns(bays):
        width, height = style.window
        window = cell.part((1 - width) / 2, 0.9 - height, (1 + width) / 2, 0.9)
        _window(sketch, window, style, blind=sketch.chance(0.35))
        _crown(sketch, window, style, crown)
        sketch.fill(window.part(-0.2, 1, 1.2, 1.06), style.stone, "sill", relief=0.25)
        if balcony:
            _balcony(sketch, window.part(-0.35, 0.62, 1.35, 1.06), style)


def _crown(sketch: Sketch, window: Box, style: Style, kind: str) -> None:
    above = window.part(-0.25, -0.3, 1.25, -0.1)
    if kind == "gable":
        peak = ((above.left + above.right) / 2, above.top)
        sketch.polygon(
            [(above.left, above.bottom), peak, (above.right, above.bottom)], style.stone * 0.94, "deco"
        )
    elif kind == "arch":
        sketch.arch(above, style.stone * 0.94, "deco")
    elif kind == "plate":
        sketch.fill(above.part(0.1, 0.3, 0.9, 1), style.stone * 0.9, "deco", relief=0.2)


def _window(sketch: Sketch, window: Box, style: Style, blind: bool) -> None:
    if style.surround:
        sketch.fill(window.grow(style.surround * window.width), style.stone, "molding", relief=0.06)
    frame = style.wood if window.width > 5 else style.glass
    sketch.fill(window, frame, "window")
    panes = window.grow(-0.07 * window.width)
    sketch.fill(panes, style.glass * sketch.between(0.8, 1.3), "window", relief=sketch.between(-0.3, 0.3))
    sketch.tint(panes.part(0.46, 0, 0.54, 1), frame)
    sketch.tint(panes.part(0, 0.3, 1, 0.34), frame)
    if blind and style.shutters:
        for shutter in (window.part(-0.42, 0, -0.02, 1), window.part(1.02, 0, 1.42, 1)):
            _slats(sketch, shutter, style.cloth)
    elif blind:
        _slats(sketch, window.part(0, 0, 1, sketch.between(0.25, 0.85)), style.cloth)


def _slats(sketch: Sketch, box: Box, colour: Colour) -> None:
    sketch.fill(box, colour, "blind")
    for slat in range(1, 9):
        sketch.tint(box.part(0, slat / 9, 1, slat / 9 + 0.03), DARK, 0.3)


def _balcony(sketch: Sketch, box: Box, style: Style) -> None:
    sketch.fill(box, style.iron * 1.5, "balcony")
    for bar in range(1, 8):
        sketch.tint(box.part(bar / 8, 0.1, bar / 8 + 0.05, 0.85), LIGHT, 0.35)
    sketch.tint(box.part(0, 0, 1, 0.1), style.iron)
    sketch.tint(box.part(0, 0.85, 1, 1), style.stone)


def _ground_floor(sketch: Sketch, ground: Box, bays: int, style: Style) -> None:
    entrance = int(sketch.rng.integers(bays))
    shops = sketch.chance(0.6)
    for number, cell in enumerate(ground.columns(bays)):
        if number == entrance:
            _door(sketch, cell.part(0.24, 0.28, 0.76, 1), style)
        elif shops:
            _shop(sketch, cell.part(0.05, 0.16, 0.95, 0.93), style)
        else:
            _window(sketch, cell.part(0.28, 0.3, 0.72, 0.74), style, blind=sketch.chance(0.2))
            sketch.fill(cell.part(0.2, 0.74, 0.8, 0.79), style.stone, "sill", relief=0.25)
    for plinth in ground.columns(bays)[:entrance] + ground.columns(bays)[entrance + 1 :]:
        sketch.fill(plinth.part(0, 0.91, 1, 1), style.stone * 0.8, "molding", relief=0.1)


def _door(sketch: Sketch, door: Box, style: Style) -> None:
    sketch.fill(door.grow(0.14 * door.width).part(0, 0, 1, 0.93), style.stone, "molding", relief=0.08)
    sketch.fill(door, style.wood * 0.9, "door", relief=0.08)
    sketch.arch(door.part(0, -0.16, 1, 0.02), style.glass, "door")
    for panel in (door.part(0.1, 0.1, 0.45, 0.9), door.part(0.55, 0.1, 0.9, 0.9)):
        sketch.tint(panel, style.wood * 1.35, 0.8)


def _shop(sketch: Sketch, shop: Box, style: Style) -> None:
    sketch.fill(shop, style.cloth * 0.7, "shop")
    sketch.tint(shop.part(0.06, 0.26, 0.94, 0.92), style.glass * 1.3)
    sketch.tint(shop.part(0.1, 0.05, 0.9, 0.18), LIGHT, sketch.between(0.3, 0.8))
    for goods in range(5):
        colour, x = sketch.pick(CLOTH), 0.1 + 0.16 * goods
        sketch.tint(shop.part(x, sketch.between(0.5, 0.75), x + 0.1, 0.9), colour, 0.7)


def _cornices(sketch: Sketch, house: Box, ground: Box, style: Style) -> None:
    top = house.part(-0.015, -0.01, 1.015, sketch.between(0.03, 0.055))
    belt = Box(house.left, ground.top - 0.012 * house.height, house.right, ground.top + 0.012 * house.height)
    for cornice in (top, belt):
        sketch.fill(cornice, style.stone, "cornice", relief=0.22)
        sketch.tint(cornice.part(0, 0.88, 1, 1), DARK, 0.4)
    for tooth in range(48):
        sketch.tint(top.part(tooth / 48, 0.5, tooth / 48 + 0.008, 0.8), DARK, 0.3)
