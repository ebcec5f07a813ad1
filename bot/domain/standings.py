"""Standings: who stands where, with shared places, and how the places moved."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from bot.domain.figures import Share
from bot.domain.text import fold
from bot.domain.units import UnitId

_DIGITS = re.compile(r"([0-9]+)")
_UNRANKED = math.inf


class Contender(NamedTuple):
    """A unit with what it is ranked by: a share, or a number; higher is better, None is not ranked."""

    unit: UnitId
    name: str
    value: Share | Fraction | int | None


class Place(NamedTuple):
    """Where a contender stands; `place` is None where there is nothing to rank it by."""

    place: int | None
    unit: UnitId
    name: str
    value: Share | Fraction | int | None


def rank(contenders: Iterable[Contender]) -> tuple[Place, ...]:
    """Return all contenders, best first; equal values share the place and the next ones skip (1-2-2-4).

    Shares are compared exactly, not as rounded for the eye. Within a place the order is by name, numbers
    in names by their size; those without a value (a share without a target) come last.
    """
    contenders = tuple(contenders)
    # Two fractions whose denominators are at most d differ by 1/d² or not at all: this often, whole numbers tell.
    scale = max((each.value.denominator for each in contenders if each.value is not None), default=1) ** 2
    ordered = sorted((_depth(each.value, scale), _named(each.name), each) for each in contenders)
    places: list[Place] = []
    place, before = 0, None
    for position, (depth, _, contender) in enumerate(ordered, 1):
        place, before = place if depth == before else position, depth
        places.append(Place(None if depth is _UNRANKED else place, *contender))
    return tuple(places)


def place_of(standings: Sequence[Place], unit: UnitId) -> Place | None:
    """Return where the unit stands; None where it did not take part."""
    return next((place for place in standings if place.unit == unit), None)


def places(standings: Iterable[Place]) -> dict[UnitId, int]:
    """Return the place of every ranked unit, the form in which a board is frozen."""
    return {place.unit: place.place for place in standings if place.place is not None}


def movement(before: Mapping[UnitId, int], after: Mapping[UnitId, int]) -> dict[UnitId, int]:
    """Return old place minus new place (positive: risen) of every unit that is ranked in both."""
    return {unit: before[unit] - place for unit, place in after.items() if unit in before}


def _depth(value: Share | Fraction | int | None, scale: int) -> float:
    """Return the value in whole parts of `scale` rounded down, less for the better; where none divides, the most."""
    if value is None or not value.denominator:
        return _UNRANKED
    return -(value.numerator * scale // value.denominator)


@lru_cache(maxsize=2_048)
def _named(name: str) -> tuple[tuple[str | int, ...], str]:
    # Split at digits, text and numbers alternate, so that they are only compared with their like.
    return tuple(int(word) if n % 2 else word for n, word in enumerate(_DIGITS.split(fold(name)))), name
