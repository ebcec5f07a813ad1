"""Standings: who stands where, with shared places, and how the places moved."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.domain.figures import Share
from bot.domain.text import fold
from bot.domain.units import UnitId

_DIGITS = re.compile(r"([0-9]+)")


@dataclass(frozen=True, slots=True)
class Contender:
    """A unit with what it is ranked by: a share, or a number; higher is better, None is not ranked."""

    unit: UnitId
    name: str
    value: Share | Fraction | int | None


@dataclass(frozen=True, slots=True)
class Place:
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
    ordered = sorted(contenders, key=_order)
    places: list[Place] = []
    for position, contender in enumerate(ordered, 1):
        exact = _exact(contender)
        place = None if exact is None else position
        if exact is not None and position > 1 and exact == _exact(ordered[position - 2]):
            place = places[-1].place
        places.append(Place(place, contender.unit, contender.name, contender.value))
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


def _exact(contender: Contender) -> Fraction | int | None:
    return contender.value.exact if isinstance(contender.value, Share) else contender.value


def _order(contender: Contender) -> tuple[bool, Fraction | int, list[str | int], str, UnitId]:
    exact = _exact(contender)
    # Split at digits, text and numbers alternate, so that they are only compared with their like.
    words = [int(word) if n % 2 else word for n, word in enumerate(_DIGITS.split(fold(contender.name)))]
    return exact is None, -(exact or 0), words, contender.name, contender.unit
