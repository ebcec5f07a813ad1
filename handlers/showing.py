"""Showing: where a unit stands, for people in its scope and in its groups."""

from datetime import date

from bot.domain.campaign import Campaign
from bot.domain.dayword import split
from bot.domain.tally import Refusal
from bot.domain.units import Unit, UnitId
from handlers import choosing, policy, reporting
from handlers.turn import Turn
from storage.people import Role
from storage.statuses import unit_status


def show(turn: Turn, text: str) -> None:
    """Answer `/status [unit] [day]`."""
    first = turn.world.setting.campaigns[0]
    name, day = split(text, turn.world.today(first, turn.incoming.at), first.starts)
    if isinstance(day, Refusal):
        turn.say("status.bad_day", reason=day.reason, text=day.text, facts=day.facts)
        return
    unit = own_unit(turn) if not name else _named(turn, name, day)
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
        for campaign in campaigns_for(turn, unit)
    ]
    today = [turn.world.today(each.campaign, turn.incoming.at) for each in shown]
    if shown:
        turn.say("status.status", statuses=list(zip(shown, today, strict=True)))
    else:
        turn.say("status.no_campaign", unit=unit)


def campaigns_for(turn: Turn, unit: Unit) -> tuple[Campaign, ...]:
    """Return the campaigns to speak of: those under way, or else the last one that covered the unit."""
    covering = turn.world.campaigns_of(unit.id)
    return reporting.under_way(turn, covering) or covering[-1:]


def own_unit(turn: Turn) -> Unit | None:
    """Return the unit that a question without a name is about: the group's, else the speaker's own."""
    if not turn.private:
        return turn.world.tree.units.get(UnitId(turn.chat.unit or 0))
    units = (*turn.units(Role.COMMANDER), *turn.units(Role.OFFICER))
    if units:
        return turn.world.tree[units[0]]
    return turn.world.root(turn.world.setting.campaigns[0]) if turn.is_admin else None


def _named(turn: Turn, name: str, day: date | None) -> Unit | None:
    """Return the unit that a name means, or let the speaker choose."""
    shown = day.isoformat() if day else ""
    return choosing.unit_called(turn, name, lambda unit: policy.may_read(turn, unit), "show", day=shown)
