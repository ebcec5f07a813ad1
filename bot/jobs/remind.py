"""The reminder: only to officers who have not reported at that moment, one message for all campaigns."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from bot.domain import days
from bot.domain.messages import Button
from bot.domain.schedule import Rung
from bot.jobs.beat import Beat, Ladder, Push
from bot.jobs.duties import Duties, Duty
from storage import reminders
from storage.addressees import Addressee
from storage.reminders import Intensity

WINDOW = timedelta(hours=2)

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
    for officer, unit in duties.officers():
        wanted = WANTED[duties.intensity(officer)]
        ladders = [ladder for ladder in beat.together if _is_wanted(ladder, beat, wanted)]
        owed = duties.owed(officer, unit, ladders)
        if any(duty.slot == beat.slot for duty in owed):
            yield _push(beat, officer, owed)


def _is_wanted(ladder: Ladder, beat: Beat, wanted: frozenset[Rung]) -> bool:
    """Tell whether any rung that this one stands for is wanted: those missed today, in time, count too."""
    return any(slot.rung in wanted and beat.now - slot.at <= WINDOW for slot in ladder)


def _push(beat: Beat, officer: Addressee, owed: tuple[Duty, ...]) -> Push:
    language = beat.language(officer.chat, officer.language)
    return Push(
        officer.chat,
        "remind.remind",
        {"unit": owed[0].unit, "duties": [_facts(beat, duty) for duty in owed]},
        language=language,
        keyboard=tuple(_buttons(beat, language, owed)),
        account=officer.account,
        coalesce=reminders.WORD,
        also=tuple(duty.slot for duty in owed if duty.slot != beat.slot),
        expires=beat.slot.at + WINDOW,
    )


def _facts(beat: Beat, duty: Duty) -> dict[str, Any]:
    zone = beat.world.setting.zone
    cut_off = days.cut_off(duty.day, zone, duty.campaign)
    return {
        "campaign": duty.campaign,
        "cut_off": days.local(cut_off, zone).time(),
        "is_over": beat.now > cut_off,
        "days_left": days.days_left(duty.day, duty.campaign),
    }


def _buttons(beat: Beat, language: str, owed: tuple[Duty, ...]) -> Iterator[tuple[Button, ...]]:
    texts = beat.texts[language]
    for duty in owed:
        where = f" · {duty.campaign.code}" if len(owed) > 1 else ""
        args = {"campaign": duty.campaign.code, "day": duty.day.isoformat()}
        yield (
            Button(texts("labels.zero_day") + where, "zero_day", args),
            Button(texts("labels.report") + where, "guide", args),
        )
