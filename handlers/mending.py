"""Mending: an entry is taken back, or asked for anew."""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.domain import unitword
from bot.domain.campaign import Campaign
from bot.domain.days import Openness
from bot.domain.units import Unit
from handlers import editing, guided, meaning, overriding, owning, recording, reporting
from handlers.answering import answer, example
from handlers.meaning import Front
from handlers.turn import Choice, Turn, named
from storage import entries, tallies
from storage.entries import Entry, Slot
from storage.nonces import MOST

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
        turn.say("report.nothing_to_undo" if reporting.own_units(turn) else "refusals.not_officer")


def _standing(turn: Turn) -> Iterator[Entry]:
    """Yield what stands for the speaker's units on each of the last days of which something may be said."""
    for unit in reporting.own_units(turn):
        for campaign in reporting.duties(turn, unit):
            for day in _open_days(turn, campaign, unit):
                newest = entries.newest(turn.tx, recording.slot_of(turn, campaign, unit.id, day))
                if newest and newest.amounts:
                    yield newest


def fix(turn: Turn, text: str) -> None:
    """Offer the last days of the speaker's unit, or take the line that came with the command.

    Commanders put right what stands for a unit below them; their own unit comes first.
    """
    if overriding.is_meant(turn, text):
        overriding.override(turn, text)
        return
    said = meaning.front(turn, text, meaning.here(turn))
    units = _units(turn, said)
    if said.rest or not units:
        reporting.report(turn, text)
        return
    rows = tuple((each,) for unit in units for each in _days(turn, unit, said.campaign, many=len(units) > 1))
    first = reporting.duties(turn, units[0])[0]
    if rows:
        turn.say("guided.which_day", rows[:MOST], unit=units[0] if len(units) == 1 else None, example=example(first))
    else:
        turn.say("guided.no_open_day", unit=units[0])


def _units(turn: Turn, said: Front) -> list[Unit]:
    """Return the units whose days are offered: the one that is meant, else all of the speaker's that report."""
    units = meaning.here(turn)
    meant = meaning.unit_meant(turn, said, units)
    return [unit for unit in ((meant,) if meant else said.named or units) if reporting.duties(turn, unit)]


def edited(turn: Turn, text: str) -> None:
    """Take the edit of a `/sua …`: a commander's is said anew."""
    if overriding.is_meant(turn, text):
        overriding.override(turn, text)
    else:
        editing.edited(turn, text)


def fix_entry(turn: Turn, entry: int) -> None:
    """Ask anew for the report that an entry belongs to: the receipt's button."""
    stored = entries.get(turn.tx, entry)
    if owning.campaign_of(turn, stored) is not None:
        guided.guide(turn, stored.slot.campaign, stored.slot.day.isoformat(), stored.slot.unit)


def _open_days(turn: Turn, campaign: Campaign, unit: Unit) -> Iterator[date]:
    """Yield the last days of which something may be said, newest first; a locked one becomes a request."""
    today = turn.world.today(campaign, turn.incoming.moment)
    for day in (today - timedelta(days=back) for back in range(DAYS_SHOWN)):
        if recording.openness(turn, campaign, day, unit.id) in recording.TAKEN:
            yield day


def _days(turn: Turn, unit: Unit, wanted: Campaign | None, *, many: bool) -> Iterator[Choice]:
    """Offer the last days of which something may be said, each with what stands for it."""
    campaigns = reporting.duties(turn, unit)
    for campaign in [each for each in campaigns if wanted in (None, each)]:
        for day in _open_days(turn, campaign, unit):
            label = turn.text(
                "labels.day",
                day=day,
                values=_values(turn, campaign, recording.slot_of(turn, campaign, unit.id, day)),
                campaign=campaign if len(campaigns) > 1 else None,
                locked=recording.openness(turn, campaign, day, unit.id) is Openness.LOCKED,
            )
            label = f"{unitword.short(unit)} · {label}" if many else label
            yield named(label, "guide", campaign=campaign.code, day=day.isoformat(), unit=unit.id)


def _values(turn: Turn, campaign: Campaign, slot: Slot) -> list[int] | None:
    """Return what stands for a slot in the order of a positional line; None where nothing is reported."""
    if tallies.report(turn.tx, slot) is None:
        return None
    found = [tallies.tally(turn.tx, slot, key) for key in campaign.keys]
    return [amount for amount in found if amount is not None]
