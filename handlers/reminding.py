"""Reminders, as a person wants them: how many, and when none."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType

from bot.domain import aheadword
from bot.domain.absence import Leave
from bot.domain.text import fold
from handlers.turn import Turn
from storage import addressees, entries, outbox, reminders
from storage.reminders import Intensity, Wish

_DAY = timedelta(days=1)
_UNTIL = re.compile(r"(?:tat|off|im) (?:den het|den|until|till) (.+)")

SPOKEN: Mapping[str, Intensity] = MappingProxyType(
    {
        "nhe": Intensity.LIGHT,
        "light": Intensity.LIGHT,
        "vua": Intensity.NORMAL,
        "normal": Intensity.NORMAL,
        "bat": Intensity.NORMAL,
        "on": Intensity.NORMAL,
        "du": Intensity.FULL,
        "full": Intensity.FULL,
        "tat": Intensity.OFF,
        "off": Intensity.OFF,
    }
)
ON = frozenset({"bat", "on"})


def remind(turn: Turn, text: str) -> None:
    """Answer `/nhac`: take the intensity or the quiet that was named, and say what holds."""
    said, stands = fold(text), reminders.wish(turn.tx, turn.known.id)
    until = _UNTIL.fullmatch(said)
    if until:
        moment = _moment(turn, until[1])
        chosen = None if moment is None else Wish(stands.intensity, int(moment.timestamp()))
    elif said in ON and stands.intensity is not Intensity.OFF:
        chosen = Wish(stands.intensity)
    else:
        chosen = Wish(SPOKEN[said]) if said in SPOKEN else None
    if said and chosen is None:
        turn.say("remind.not_understood")
        return
    if chosen is not None:
        reminders.choose(turn.tx, turn.known.id, chosen)
        _take_back(turn)
    holds = chosen or stands
    quiet = holds.quiet_until if holds.quiet_until > turn.now and holds.intensity is not Intensity.OFF else 0
    turn.say("remind.wish", intensity=holds.intensity, quiet_until=quiet)


def quieten(turn: Turn, slot: entries.Slot) -> None:
    """Take back reminders that still wait for those whose report has just come in."""
    campaign = turn.world.setting.campaign(slot.campaign)
    if campaign is None or slot.day != turn.world.today(campaign, turn.incoming.moment):
        return
    if not outbox.coalescing(turn.tx, reminders.WORD):  # as most of the day
        return
    for person, chat in addressees.officers_of(turn.tx, turn.channel, slot.unit):
        if slot.person in (0, person):
            outbox.cancel(turn.tx, chat, reminders.WORD, turn.now)


def _take_back(turn: Turn) -> None:
    outbox.cancel(turn.tx, turn.chat.id, reminders.WORD, turn.now)


def _moment(turn: Turn, text: str) -> datetime | None:
    """Return the next such time of day, or the end of the day that is named."""
    zone = turn.world.setting.zone
    local = turn.incoming.at.astimezone(zone)
    at = aheadword.hour(text)
    if at is not None:
        today = datetime.combine(local.date(), at, zone)
        return (today if today > local else datetime.combine(local.date() + _DAY, at, zone)).astimezone(UTC)
    name, span = aheadword.split(f"den {text}", local.date())
    if name or not isinstance(span, Leave):
        return None
    return datetime.combine(span.last + _DAY, time.min, zone).astimezone(UTC)
