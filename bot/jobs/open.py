"""The good morning: yesterday's place and today's need, to officers who are expected today."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from bot.domain.campaign import Campaign
from bot.domain.units import Unit, UnitId
from bot.jobs.beat import Beat, Push
from bot.jobs.duties import Duties, Duty, others, units_of
from storage import tallies
from storage.reminders import Intensity
from storage.statuses import unit_status

WINDOW = timedelta(hours=3)


def open_day(beat: Beat) -> Iterator[Push]:
    """Tell every officer what the day asks for; those who want few reminders are left alone."""
    duties, places = Duties(beat), _Places(beat)
    for officer, units in duties.officers():
        if duties.intensity(officer) is Intensity.LIGHT:
            continue
        owed = duties.owed(officer, units, beat.together)
        if any(duty.slot == beat.slot for duty in owed):
            yield Push(
                officer.chat,
                "open.open_day",
                {"units": units_of(owed), "day": owed[0].day, "duties": [_facts(beat, duty, places) for duty in owed]},
                language=beat.language(officer.chat, officer.language),
                coalesce="open",
                also=others(beat, owed),
                expires=beat.slot.at + WINDOW,
            )


def _facts(beat: Beat, duty: Duty, places: "_Places") -> dict[str, Any]:
    eve = duty.day - timedelta(days=1)
    status = unit_status(beat.tx, beat.world, duty.campaign, duty.unit, eve)
    left = (duty.campaign.deadline - duty.day).days
    return {"status": status, "days_left": left, "place": places.of(duty.campaign, duty.unit, eve)}


class _Places:
    """Yesterday's places by the main metric; siblings are read once."""

    def __init__(self, beat: Beat) -> None:
        self._beat = beat
        self._sums = cache(self._read)

    def of(self, campaign: Campaign, unit: Unit, eve: date) -> tuple[int, int] | None:
        """Return the unit's place among how many; None without a target, or without a rival."""
        if unit.parent is None or campaign.main.kind != "count":
            return None
        rivals = self._beat.world.rivals(campaign, unit.id, eve)
        if unit.id not in rivals.units or len(rivals.units) == 1:
            return None
        _, morning = rivals.places(unit.id, self._sums(campaign.code, unit.parent, campaign.main.code, eve))
        return morning, len(rivals.units)

    def _read(self, campaign: str, parent: UnitId, metric: str, eve: date) -> Mapping[UnitId, tuple[int, int]]:
        """Return the siblings' sums, and what of them has come since the eve."""
        return tallies.sums_beside(self._beat.tx, campaign, parent, metric, eve + timedelta(days=1))
