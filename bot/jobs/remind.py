"""The reminder: only to officers who have not reported at that moment, one message for all campaigns."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from bot.domain import days, unitword
from bot.domain.messages import Button
from bot.domain.schedule import Rung
from bot.jobs.beat import Beat, Ladder, Push
from bot.jobs.duties import Duties, Duty, others, units_of
from storage import reminders
from storage.addressees import Addressee
from storage.reminders import Intensity

WINDOW = timedelta(hours=2)

OFFERED = 12
"""Reports that get buttons; all are named, and every one can be typed."""

WANTED: Mapping[Intensity, frozenset[Rung]] = MappingProxyType(
    {
        Intensity.LIGHT: frozenset({Rung.LAST}),
        Intensity.NORMAL: frozenset({Rung.ANY, Rung.LAST}),
        Intensity.FULL: frozenset(Rung),
        Intensity.OFF: frozenset(),
    }
)
"""Which rungs of the day's ladder each intensity takes."""


def remind(beat: Beat) -> Iterator[Push]:
    """Remind every officer who still owes a report and wants to be told at this rung."""
    duties = Duties(beat)
    for officer, units in duties.officers():
        wanted = WANTED[duties.intensity(officer)]
        ladders = [ladder for ladder in beat.together if _is_wanted(ladder, beat, wanted)]
        owed = duties.owed(officer, units, ladders)
        if any(duty.slot == beat.slot for duty in owed):
            yield _push(beat, officer, owed)


def _is_wanted(ladder: Ladder, beat: Beat, wanted: frozenset[Rung]) -> bool:
    """Tell whether any rung that this one stands for is wanted: those missed today, in time, count too."""
    return any(slot.rung in wanted and beat.now - slot.at <= WINDOW for slot in ladder)


def _push(beat: Beat, officer: Addressee, owed: tuple[Duty, ...]) -> Push:
    units = units_of(owed)
    language = beat.language(officer.chat, officer.language)
    return Push(
        officer.chat,
        "remind.remind",
        {"units": units, "duties": [_facts(beat, duty) for duty in owed]},
        language=language,
        keyboard=tuple(_buttons(beat, language, owed)),
        account=officer.account,
        subject=f"unit:{units[0].id}" if len(officer.units) > len(units) == 1 else "",  # so that a reply means it
        coalesce=reminders.WORD,
        also=others(beat, owed),
        expires=beat.slot.at + WINDOW,
    )


def _facts(beat: Beat, duty: Duty) -> dict[str, Any]:
    zone = beat.world.setting.zone
    cut_off = days.cut_off(duty.day, zone, duty.campaign)
    return {
        "unit": duty.unit,
        "campaign": duty.campaign,
        "cut_off": days.local(cut_off, zone).time(),
        "is_over": beat.now > cut_off,
        "days_left": days.days_left(duty.day, duty.campaign),
    }


def _buttons(beat: Beat, language: str, owed: tuple[Duty, ...]) -> Iterator[tuple[Button, ...]]:
    texts = beat.texts[language]
    several = len(units_of(owed)) > 1, len({duty.campaign.code for duty in owed}) > 1
    for duty in owed[:OFFERED]:
        names = (unitword.short(duty.unit), duty.campaign.code)
        where = "".join(f" · {name}" for name, needed in zip(names, several, strict=True) if needed)
        args = {"campaign": duty.campaign.code, "day": duty.day.isoformat(), "unit": duty.unit.id}
        yield (
            Button(texts("labels.zero_day") + where, "zero_day", args),
            Button(texts("labels.report") + where, "guide", args),
        )
