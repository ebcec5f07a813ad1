"""The escalation: tells commanders which of their units are silent several working days in a row."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain import days
from bot.domain.units import Unit
from bot.jobs.beat import Beat, Push
from storage import addressees, leaves, silences
from storage.people import Role

SILENT_DAYS = 2
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Silence:
    """A unit that owes reports for `days` working days in a row; `last` is the day of its last one."""

    unit: Unit
    days: int
    last: date | None


def escalate(beat: Beat) -> Iterator[Push]:
    """Tell every commander who is silent below, the longest silence first; nothing where nobody is."""
    day = _closed_day(beat)
    silent = _silences(beat, day)
    away = leaves.people_away(beat.tx, beat.slot.day)
    for commander in addressees.holding(beat.tx, beat.channel, Role.COMMANDER):
        own = [each for each in silent if any(unit in commander.units for unit in beat.world.tree.path(each.unit.id))]
        if own and commander.person not in away:
            facts = {
                "campaign": beat.campaign,
                "several": len(beat.world.setting.active) > 1,
                "day": day,
                "silences": own[:SHOWN],
                "count": len(own),
            }
            language = beat.language(commander.chat, commander.language)
            yield Push(commander.chat, "remind.escalate", facts, language, coalesce=f"escalate:{beat.campaign.code}")


def _closed_day(beat: Beat) -> date:
    """Return the newest day whose cut-off has passed: a day that may still be reported on time is no silence."""
    day = beat.world.today(beat.campaign, beat.slot.at)
    passed = days.cut_off(day, beat.world.setting.zone, beat.campaign) <= beat.slot.at
    return day if passed else day - timedelta(days=1)


def _silences(beat: Beat, day: date) -> list[Silence]:
    found = []
    for unit in silences.missing(beat.tx, beat.world, beat.campaign, beat.root.id, day):
        count, last = silences.silent_days(beat.tx, beat.world, beat.campaign, unit, day)
        if count >= SILENT_DAYS:
            found.append(Silence(beat.world.tree[unit], count, last))
    return sorted(found, key=lambda silence: -silence.days)
