"""Showing: where a unit stands, for people in its scope and in its groups."""

from collections.abc import Sequence
from datetime import date

from bot.domain.campaign import Campaign
from bot.domain.dayword import split
from bot.domain.tally import Refusal
from bot.domain.units import Unit, UnitId
from handlers import choosing, meaning, policy, reporting
from handlers.turn import Turn
from storage.people import Role
from storage.statuses import unit_status


def show(turn: Turn, text: str) -> None:
    """Answer `/status [campaign] [unit] [day]`."""
    campaign, words = campaign_named(turn, text)
    by = campaign or turn.world.setting.first
    name, day = split(words, turn.world.today(by, turn.incoming.at), by.starts)
    if isinstance(day, Refusal):
        turn.say("status.bad_day", reason=day.reason, text=day.text, facts=day.facts)
        return
    named = _named(turn, name, day, campaign) if name else None
    units = ((named,) if named else ()) if name else _own_units(turn)
    if units:
        _show_units(turn, units, day, campaign)
    elif not name:
        turn.say("status.which_unit")


def show_unit(turn: Turn, unit: int, day: str = "", campaign: str = "") -> None:
    """Answer for a unit that a button named, if it is still in scope."""
    if unit in turn.world.tree.units and policy.may_read(turn, UnitId(unit)):
        found = turn.world.setting.campaign(campaign)
        _show_units(turn, (turn.world.tree[UnitId(unit)],), date.fromisoformat(day) if day else None, found)
    else:
        turn.say("refusals.out_of_scope")


def _show_units(turn: Turn, units: Sequence[Unit], day: date | None, named: Campaign | None) -> None:
    shown = [
        unit_status(turn.tx, turn.world, campaign, unit, day or turn.world.today(campaign, turn.incoming.at))
        for unit in units
        for campaign in campaigns_for(turn, unit, named)
    ]
    today = [turn.world.today(each.campaign, turn.incoming.at) for each in shown]
    if shown:
        turn.say("status.status", statuses=list(zip(shown, today, strict=True)))
    else:
        turn.say("status.no_campaign", unit=units[0])


def campaign_named(turn: Turn, text: str) -> tuple[Campaign | None, str]:
    """Return the campaign whose code begins or ends the words, archived ones too, and the other words."""
    words = text.split()
    for at in (0, -1):
        found = turn.world.setting.campaign(words[at].casefold()) if words else None
        if found is not None:
            del words[at]
            return found, " ".join(words)
    return None, text


def campaigns_for(turn: Turn, unit: Unit, named: Campaign | None = None) -> tuple[Campaign, ...]:
    """Return the campaigns to speak of: the one that is named, else those under way, else the last one of the unit."""
    covering = turn.world.campaigns_of(unit.id)
    if named is not None:
        return tuple(each for each in (*covering, *turn.world.archived_of(unit.id)) if each == named)
    return reporting.under_way(turn, covering) or covering[-1:]


def own_unit(turn: Turn) -> Unit | None:
    """Return the unit that a question without a name is about: the group's, else the speaker's own."""
    if not turn.private:
        return turn.world.tree.units.get(UnitId(turn.chat.unit or 0))
    commanded = turn.units(Role.COMMANDER)
    if commanded:
        return turn.world.tree[commanded[0]]
    own = reporting.own_unit(turn)
    return turn.world.root(turn.world.setting.first) if own is None and turn.is_admin else own


def _own_units(turn: Turn) -> tuple[Unit, ...]:
    """Return the units to show where none is named: all that an officer reports for, until one is chosen."""
    units = reporting.own_units(turn)
    if turn.private and not turn.units(Role.COMMANDER) and meaning.chosen_unit(turn, units) is None and units:
        return units
    unit = own_unit(turn)
    return (unit,) if unit else ()


def _named(turn: Turn, name: str, day: date | None, campaign: Campaign | None) -> Unit | None:
    """Return the unit that a name means, or let the speaker choose."""
    shown = {"day": day.isoformat() if day else "", "campaign": campaign.code if campaign else ""}
    return choosing.unit_called(turn, name, lambda unit: policy.may_read(turn, unit), "show", **shown)
