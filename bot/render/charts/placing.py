"""Placing: where beside a point a label covers the least of what is drawn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.render.charts.sheet import Point

_GAPS = (22, 70, 120, 180)  # pixels between the point and its label, nearest first
_CLEAR = 8
_STRIDE = 6
_OUTSIDE = 10_000


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in pixels; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: "Area") -> bool:
        """Tell whether another rectangle lies wholly inside."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom


def beside(point: Point, size: Point, lines: Sequence[Sequence[Point]], free: Area) -> Point:
    """Return the upper left corner of a label of `size` near the point, inside `free` and off the lines."""
    (x, y), (width, height) = point, size
    corners = [
        (left, top)
        for gap in _GAPS
        for left in (x + gap, x - gap - width, x - width / 2)
        for top in (y + gap, y - gap - height, y - height / 2)
    ]
    return clearest(corners, size, lines, free)


def clearest(corners: Sequence[Point], size: Point, lines: Sequence[Sequence[Point]], free: Area) -> Point:
    """Return the first of the upper left corners at which a label of `size` covers the least of the lines."""
    drawn = [each for line in lines for each in _along(line)]

    def cost(corner: Point) -> int:
        label = Area(corner[0], corner[1], corner[0] + size[0], corner[1] + size[1])
        return sum(_near(label, each) for each in drawn) + _OUTSIDE * (not free.holds(label))

    return min(corners, key=cost)


def _near(label: Area, point: Point) -> bool:
    x, y = point
    across = label.left - _CLEAR < x < label.right + _CLEAR
    return across and label.top - _CLEAR < y < label.bottom + _CLEAR


def _along(line: Sequence[Point]) -> Iterator[Point]:
    """Yield points so close together that no label slips between them."""
    for (x, y), (to_x, to_y) in pairwise(line):
        steps = max(1, int(max(abs(to_x - x), abs(to_y - y)) // _STRIDE))
        for n in range(steps + 1):
            yield x + (to_x - x) * n / steps, y + (to_y - y) * n / steps
