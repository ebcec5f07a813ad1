"""Choosing: the unit that a name means, or the answer that lets the speaker choose it by a button."""

from collections.abc import Callable

from bot.domain.text import clean
from bot.domain.units import Unit, UnitId
from handlers import finding
from handlers.turn import Turn, named

LONGEST_NAME = 60


def unit_called(turn: Turn, name: str, allowed: Callable[[UnitId], bool], action: str, **args: str) -> Unit | None:
    """Return the unit that a name means; otherwise answer with the choice, or that there is none in scope.

    A button of the choice does `action` with `unit` and `args`.
    """
    found = finding.find(turn.world, name, allowed)
    if found.exact and len(found.units) == 1:
        return turn.world.tree[found.units[0]]
    name = clean(name, LONGEST_NAME)
    units = [turn.world.tree[unit] for unit in found.units]
    if not units:
        turn.say("status.no_such_unit", name=name)
        return None
    rows = tuple((named(full_name(turn, unit), action, unit=unit.id, **args),) for unit in units)
    turn.say("status.did_you_mean", rows, name=name, units=units, exact=found.exact)
    return None


def full_name(turn: Turn, unit: Unit) -> str:
    """Return a unit's name with that of the unit above, which tells namesakes apart."""
    parent = turn.world.tree[unit.parent].name if unit.parent is not None else ""
    return f"{unit.name} ({parent})" if parent else unit.name
