"""Tracing: any figure opened down to the message that produced it, for those who command the unit."""

from collections.abc import Iterable
from datetime import date

from bot.domain.campaign import Campaign
from bot.domain.dayword import split
from bot.domain.tally import Refusal
from bot.domain.text import clean
from bot.domain.trace import Breakdown, DayTrace, UnitSums
from bot.domain.units import Unit, UnitId
from handlers import choosing, policy, showing
from handlers.turn import Choice, Choices, Turn, choice, named
from storage import trace, traced
from storage.trace import CHAT

LONGEST_REF = 12
DAYS_IN_A_ROW = 4


def show(turn: Turn, text: str) -> None:
    """Answer `/nhatky <unit> [day]`, or `/nhatky #REF` for one entry."""
    if text.strip().startswith("#"):
        _show_entry(turn, clean(text, LONGEST_REF).lstrip("#").upper())
        return
    first = turn.world.setting.first
    name, day = split(text, turn.world.today(first, turn.incoming.at), first.starts)
    if isinstance(day, Refusal):
        turn.say("trace.bad_day", reason=day.reason, text=day.text, facts=day.facts)
        return
    unit = showing.own_unit(turn) if not name else _named(turn, name, day)
    if unit is not None:
        _show_unit(turn, unit, day)
    elif not name:
        turn.say("trace.which_unit")


def open_unit(turn: Turn, unit: int, campaign: str = "", day: str = "", page: int = 0, units: int = 0) -> None:
    """Open what a button named, if the speaker still commands it. Pages of days or entries, and of units."""
    if unit not in turn.world.tree.units or not policy.commands(turn, UnitId(unit)):
        turn.say("refusals.out_of_scope")
        return
    found, chosen = turn.world.tree[UnitId(unit)], turn.world.setting.campaign(campaign)
    asked = date.fromisoformat(day) if day else None
    if chosen is None:
        _show_unit(turn, found, asked)
    else:
        _show(turn, chosen, found, asked, page, units)


def _named(turn: Turn, name: str, day: date | None) -> Unit | None:
    shown = day.isoformat() if day else ""
    return choosing.unit_called(turn, name, lambda unit: policy.commands(turn, unit), "trace", day=shown)


def _show_unit(turn: Turn, unit: Unit, day: date | None) -> None:
    campaigns = showing.campaigns_for(turn, unit)
    if not campaigns:
        turn.say("status.no_campaign", unit=unit)
    for campaign in campaigns:
        _show(turn, campaign, unit, day)


def _show(turn: Turn, campaign: Campaign, unit: Unit, day: date | None, page: int = 0, units: int = 0) -> None:
    today = turn.world.today(campaign, turn.incoming.at)
    if day is None:
        found = trace.breakdown(turn.tx, turn.world, campaign, unit, today, CHAT, days_page=page, units_page=units)
        turn.say("trace.breakdown", _to_open(found, page, units), found=found, several=_several(turn))
    else:
        opened = trace.day_trace(turn.tx, turn.world, campaign, unit, day, CHAT, entries_page=page, units_page=units)
        turn.say("trace.day", _to_turn(opened, page, units), found=opened, first=page * CHAT.entries)


def _show_entry(turn: Turn, ref: str) -> None:
    found = traced.of_ref(turn.tx, turn.world, ref, lambda unit: policy.commands(turn, unit))
    if found is None:
        turn.say("trace.no_such_entry", ref=ref)
    else:
        campaign, entry = found
        turn.say("trace.entry", campaign=campaign, entry=entry)


def _several(turn: Turn) -> bool:
    return len(turn.world.setting.campaigns) > 1


def _to_open(found: Breakdown, page: int, units: int) -> Choices:
    """Offer the days and the units that are shown, and what a page has left out."""
    campaign = found.status.campaign.code
    here = {"unit": found.status.unit.id, "campaign": campaign}
    days = [named(f"{each.day:%d-%m}", "trace", **here, day=each.day.isoformat()) for each in found.days.shown]
    left = found.days.rest.count - page * CHAT.days  # beyond those that were shown before
    if left > 0:
        days.append(choice("older_days", "trace", **here, page=page + 1, units=units))
    return (*_rows(days), *_unit_rows(found.units, campaign, "", {**here, "page": page}, units))


def _to_turn(found: DayTrace, page: int, units: int) -> Choices:
    """Offer the units below on that day, and the next page of entries."""
    day, campaign = found.status.day.isoformat(), found.status.campaign.code
    here = {"unit": found.status.unit.id, "campaign": campaign, "day": day}
    rows = _unit_rows(found.units, campaign, day, {**here, "page": page}, units)
    if (page + 1) * CHAT.entries < found.of:
        rows = (*rows, (choice("more_entries", "trace", **here, page=page + 1, units=units),))
    return rows


def _unit_rows(sums: UnitSums | None, campaign: str, day: str, here: dict[str, object], page: int) -> Choices:
    if sums is None:
        return ()
    rows = tuple(
        (named(each.unit.name, "trace", unit=each.unit.id, campaign=campaign, day=day),) for each in sums.shown
    )
    if sums.rest.count > page * CHAT.units:
        rows = (*rows, (choice("more_units", "trace", **here, units=page + 1),))
    return rows


def _rows(choices: Iterable[Choice]) -> Choices:
    listed = tuple(choices)
    return tuple(listed[at : at + DAYS_IN_A_ROW] for at in range(0, len(listed), DAYS_IN_A_ROW))
