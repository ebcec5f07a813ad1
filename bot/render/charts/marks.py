"""Small marks drawn as shapes, because text fonts have neither medals nor emoji."""

from collections.abc import Callable
from typing import Final

from bot.domain.days import State
from bot.render.charts.sheet import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    MUTED,
    NORMAL,
    ORANGE,
    PAPER,
    PURPLE,
    RED,
    Point,
    Sheet,
)

CELL = 38
"""The side of a state's cell in pixels."""

_GOLD, _SILVER, _BRONZE = "#E8B923", "#B9C2CA", "#C98A4B"
_MEDALS = {1: _GOLD, 2: _SILVER, 3: _BRONZE}


def place(sheet: Sheet, middle: Point, number: int, *, earned: bool = True) -> None:
    """Write a place; the first three stand on a medal, where there is something `earned`."""
    x, y = middle
    medal = _MEDALS.get(number) if earned else None
    if medal:
        sheet.dot(middle, 20, medal)
    sheet.words((x, y + 10), str(number), NORMAL, bold=medal is not None, align="center")


def triangle(sheet: Sheet, middle: Point, *, up: bool, colour: str) -> None:
    """Draw ▲ or ▼."""
    x, y = middle
    tip = -9 if up else 9
    sheet.area(((x - 10, y - tip), (x + 10, y - tip), (x, y + tip)), colour, depth=4)


def movement(sheet: Sheet, middle: Point, places: int) -> None:
    """Draw by how many places a unit has risen or fallen; staying is a short dash."""
    x, y = middle
    if places == 0:
        sheet.line(((x - 7, y), (x + 7, y)), GREY, 4)
        return
    colour = BLUE if places > 0 else RED
    triangle(sheet, (x - 16, y), up=places > 0, colour=colour)
    sheet.words((x, y + 9), str(abs(places)), colour=colour, bold=True)


def state(sheet: Sheet, corner: Point, state: State | None) -> None:
    """Draw the cell of a state from its upper left corner; each one differs in shape, not only in colour."""
    if state is None:
        sheet.dot((corner[0] + CELL / 2, corner[1] + CELL / 2), 4, GREY)
    else:
        _CELLS[state](sheet, *corner)


def _reported(sheet: Sheet, x: float, y: float) -> None:
    sheet.box((x, y), (CELL, CELL), GREEN)
    sheet.line(((x + 10, y + 20), (x + 16, y + 26), (x + 28, y + 13)), PAPER, 4)


def _late(sheet: Sheet, x: float, y: float) -> None:
    sheet.box((x, y), (CELL, CELL), ORANGE)
    sheet.dot((x + 19, y + 19), 12, PAPER, INK, 3)
    sheet.line(((x + 19, y + 12), (x + 19, y + 19), (x + 24, y + 22)), INK, 3, depth=5)


def _zero(sheet: Sheet, x: float, y: float) -> None:
    sheet.box((x + 1, y + 1), (CELL - 2, CELL - 2), PAPER, GREEN)
    sheet.words((x + 19, y + 29), "0", colour=INK, bold=True, align="center")


def _missing(sheet: Sheet, x: float, y: float) -> None:
    sheet.box((x + 1, y + 1), (CELL - 2, CELL - 2), "#FBE9E0", RED)
    sheet.line(((x + 12, y + 12), (x + 26, y + 26)), RED, 4)
    sheet.line(((x + 26, y + 12), (x + 12, y + 26)), RED, 4)


def _on_leave(sheet: Sheet, x: float, y: float) -> None:
    sheet.box((x, y), (CELL, CELL), FAINT)
    sheet.line(((x + 11, y + 19), (x + 27, y + 19)), MUTED, 4)


def _locked(sheet: Sheet, x: float, y: float) -> None:
    sheet.box((x, y), (CELL, CELL), MUTED)
    sheet.dot((x + 19, y + 15), 6, "none", PAPER, 3)
    sheet.box((x + 9, y + 17), (20, 13), PAPER, corner=2, depth=5)


def _questioned(sheet: Sheet, x: float, y: float) -> None:
    sheet.box((x, y), (CELL, CELL), PURPLE)
    sheet.words((x + 19, y + 29), "?", colour=PAPER, bold=True, align="center")


_CELLS: Final[dict[State, Callable[[Sheet, float, float], None]]] = {
    State.REPORTED: _reported,
    State.LATE: _late,
    State.ZERO: _zero,
    State.MISSING: _missing,
    State.ON_LEAVE: _on_leave,
    State.LOCKED: _locked,
    State.QUESTIONED: _questioned,
}
