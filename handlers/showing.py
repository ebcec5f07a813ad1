"""Showing: where a unit stands, for people in its scope and in its groups."""

from datetime import date

from bot.domain import status
from bot.domain.campaign import Campaign
from bot.domain.dayword import split
from bot.domain.status import Status, Sums
from bot.domain.tally import Refusal
from bot.domain.text import clean
from bot.domain.units import Unit, UnitId
from bot.domain.world import World
from handlers import finding, policy, reporting
from handlers.turn import Turn, named
from storage import tallies
from storage.people import Role
from storage.sqlite import Tx

LONGEST_NAME = 60


def show(turn: Turn, text: str) -> None:
    """Answer `/status [unit] [day]`."""
    first = turn.world.setting.campaigns[0]
    name, day = split(text, turn.world.today(first, turn.incoming.at), first.starts)
    if isinstance(day, Refusal):
        turn.say("status.bad_day", reason=day.reason, text=day.text, facts=day.facts)
        return
    unit = _own(turn) if not name else _named(turn, name, day)
    if unit is not None:
        _show_unit(turn, unit, day)
    elif not name:
        turn.say("status.which_unit")


def show_unit(turn: Turn, unit: int, day: str = "") -> None:
    """Answer for a unit that a button named, if it is still in scope."""
    if unit in turn.world.tree.units and policy.may_read(turn, UnitId(unit)):
        _show_unit(turn, turn.world.tree[UnitId(unit)], date.fromisoformat(day) if day else None)
    else:
        turn.say("refusals.out_of_scope")


def _show_unit(turn: Turn, unit: Unit, day: date | None) -> None:
    shown = [
        unit_status(turn.tx, turn.world, campaign, unit, day or turn.world.today(campaign, turn.incoming.at))
        for campaign in _campaigns(turn, unit)
    ]
    today = [turn.world.today(each.campaign, turn.incoming.at) for each in shown]
    if shown:
        turn.say("status.status", statuses=list(zip(shown, today, strict=True)))
    else:
        turn.say("status.no_campaign", unit=unit)


def _campaigns(turn: Turn, unit: Unit) -> tuple[Campaign, ...]:
    """Return the campaigns to speak of: those under way, or else the last one that covered the unit."""
    covering = turn.world.campaigns_of(unit.id)
    return reporting.under_way(turn, covering) or covering[-1:]


def _own(turn: Turn) -> Unit | None:
    """Return the unit that a question without a name is about: the group's, else the speaker's own."""
    if not turn.private:
        return turn.world.tree.units.get(UnitId(turn.chat.unit or 0))
    units = (*turn.units(Role.COMMANDER), *turn.units(Role.OFFICER))
    if units:
        return turn.world.tree[units[0]]
    return turn.world.root(turn.world.setting.campaigns[0]) if turn.is_admin else None


def _named(turn: Turn, name: str, day: date | None) -> Unit | None:
    """Return the unit that a name means; otherwise answer with the choice, or that there is none in scope."""
    found = finding.find(turn.world, name, lambda unit: policy.may_read(turn, unit))
    if found.exact and len(found.units) == 1:
        return turn.world.tree[found.units[0]]
    name = clean(name, LONGEST_NAME)
    units = [turn.world.tree[unit] for unit in found.units]
    if not units:
        turn.say("status.no_such_unit", name=name)
        return None
    shown = day.isoformat() if day else ""
    rows = tuple((named(_full_name(turn, unit), "show", unit=unit.id, day=shown),) for unit in units)
    turn.say("status.did_you_mean", rows, name=name, units=units, exact=found.exact)
    return None


def _full_name(turn: Turn, unit: Unit) -> str:
    parent = turn.world.tree[unit.parent].name if unit.parent is not None else ""
    return f"{unit.name} ({parent})" if parent else unit.name


def unit_status(tx: Tx, world: World, campaign: Campaign, unit: Unit, day: date) -> Status:
    """Read where a unit stands at the end of a day."""
    turnout = tallies.turnout(tx, campaign.code, unit.id, day)
    sums = Sums(
        tallies.sums_until(tx, campaign.code, unit.id, day),
        tallies.day_sums(tx, campaign.code, unit.id, day),
        turnout.reported,
        turnout.on_time,
    )
    return status.status(world, campaign, unit, day, sums)
