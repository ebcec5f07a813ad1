"""Mending: an entry is taken back, or asked for anew."""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.domain.campaign import Campaign
from bot.domain.days import Openness
from bot.domain.units import Unit
from handlers import guided, owning, recording, reporting
from handlers.answering import answer, example
from handlers.turn import Choice, Turn, named
from storage import entries, tallies
from storage.entries import Entry, Slot

DAYS_SHOWN = 7


def undo(turn: Turn, entry: int) -> None:
    """Take back an entry from its own button."""
    stored = entries.get(turn.tx, entry)
    campaign = owning.campaign_of(turn, stored)
    if campaign is None:
        return
    recorded = recording.undo(turn, campaign, stored)
    if recorded is None:
        turn.say("report.nothing_to_undo")
    else:
        answer(turn, campaign, recorded)


def undo_newest(turn: Turn) -> None:
    """Take back the speaker's newest entry that still stands: the typed form of the button."""
    own = [entry for entry in _standing(turn) if entry.author == turn.known.id]
    if own:
        undo(turn, max(own, key=lambda entry: entry.id).id)
    else:
        turn.say("report.nothing_to_undo" if reporting.own_unit(turn) else "refusals.not_officer")


def _standing(turn: Turn) -> Iterator[Entry]:
    """Yield what stands for the speaker's unit on each of the last days that take changes."""
    unit = reporting.own_unit(turn)
    for campaign in reporting.duties(turn, unit) if unit else ():
        for day in _open_days(turn, campaign):
            newest = unit and entries.newest(turn.tx, recording.slot_of(turn, campaign, unit.id, day))
            if newest and newest.amounts:
                yield newest


def fix(turn: Turn, text: str) -> None:
    """Offer the last days of the speaker's unit, or take the line that came with the command."""
    unit = reporting.own_unit(turn)
    campaigns = reporting.duties(turn, unit) if unit else ()
    if text or unit is None or not campaigns:
        reporting.report(turn, text)
        return
    rows = tuple((each,) for campaign in campaigns for each in _days(turn, campaign, unit, many=len(campaigns) > 1))
    if rows:
        turn.say("guided.which_day", rows, unit=unit, example=example(campaigns[0]))
    else:
        turn.say("guided.no_open_day", unit=unit)


def fix_entry(turn: Turn, entry: int) -> None:
    """Ask anew for the report that an entry belongs to: the receipt's button."""
    stored = entries.get(turn.tx, entry)
    if owning.campaign_of(turn, stored) is not None:
        guided.guide(turn, stored.slot.campaign, stored.slot.day.isoformat())


def _open_days(turn: Turn, campaign: Campaign) -> Iterator[date]:
    today = turn.world.today(campaign, turn.incoming.moment)
    for day in (today - timedelta(days=back) for back in range(DAYS_SHOWN)):
        if recording.openness(turn, campaign, day) is Openness.OPEN:
            yield day


def _days(turn: Turn, campaign: Campaign, unit: Unit, *, many: bool) -> Iterator[Choice]:
    """Offer the last days that take changes, each with what stands for it."""
    for day in _open_days(turn, campaign):
        values = _values(turn, campaign, recording.slot_of(turn, campaign, unit.id, day))
        label = turn.text("labels.day", day=day, values=values, campaign=campaign if many else None)
        yield named(label, "guide", campaign=campaign.code, day=day.isoformat())


def _values(turn: Turn, campaign: Campaign, slot: Slot) -> list[int] | None:
    """Return what stands for a slot in the order of a positional line; None where nothing is reported."""
    if tallies.report(turn.tx, slot) is None:
        return None
    found = [tallies.tally(turn.tx, slot, key) for key in campaign.keys]
    return [amount for amount in found if amount is not None]
