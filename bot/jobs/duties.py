"""Duties: what an officer still owes, in which campaigns, at the moment of a beat."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from bot.domain.campaign import Campaign, Policy
from bot.domain.schedule import Slot
from bot.domain.units import Unit, UnitId
from bot.jobs.beat import Beat, Ladder
from storage import addressees, entries, leaves, ledger, reminders, tallies
from storage.addressees import Addressee
from storage.people import Role
from storage.reminders import Intensity, Wish


@dataclass(frozen=True, slots=True)
class Duty:
    """A report that an officer owes; `slot` is the push that speaks of it."""

    campaign: Campaign
    unit: Unit
    day: date
    slot: Slot


def units_of(owed: Iterable[Duty]) -> tuple[Unit, ...]:
    """Return the units that owe anything, each once."""
    return tuple({duty.unit.id: duty.unit for duty in owed}.values())


def others(beat: Beat, owed: Iterable[Duty]) -> tuple[Slot, ...]:
    """Return the other slots that one message about all of it speaks for, each once."""
    return tuple(dict.fromkeys(duty.slot for duty in owed if duty.slot != beat.slot))


@dataclass(frozen=True)
class Duties:
    """Finds duties for one beat; what is the same for all officers is read once."""

    beat: Beat

    @cached_property
    def _wishes(self) -> dict[int, Wish]:
        return reminders.wishes(self.beat.tx)

    @cached_property
    def _away(self) -> frozenset[int]:
        return leaves.people_away(self.beat.tx, self.beat.slot.day)

    def officers(self) -> Iterator[tuple[Addressee, tuple[Unit, ...]]]:
        """Yield the officers who may be spoken to now and were not yet, each with the units that they report for."""
        beat = self.beat
        for officer in addressees.holding(beat.tx, beat.channel, Role.OFFICER):
            # Asked before anything else: a second page must not work out the first one again.
            if ledger.has(beat.tx, beat.slot, officer.chat.id):
                continue
            units = tuple(beat.world.tree[each] for each in officer.units if each in beat.world.tree.units)
            if units and officer.person not in self._away and not self._wants_quiet(officer.person):
                yield officer, units

    def intensity(self, officer: Addressee) -> Intensity:
        """Return how much an officer wants to be reminded."""
        return self._wishes.get(officer.person, Wish()).intensity

    def owed(self, officer: Addressee, units: Iterable[Unit], ladders: Sequence[Ladder]) -> tuple[Duty, ...]:
        """Return what the officer has not reported yet, unit by unit, in the campaigns whose ladders are seen to."""
        found = (self._duty(unit, ladder[-1]) for unit in units for ladder in ladders)
        return tuple(duty for duty in found if duty and not self._has_reported(officer, duty))

    def _wants_quiet(self, person: int) -> bool:
        wish = self._wishes.get(person, Wish())
        return wish.intensity is Intensity.OFF or self.beat.now.timestamp() < wish.quiet_until

    def _duty(self, unit: Unit, slot: Slot) -> Duty | None:
        world = self.beat.world
        campaign = world.setting.campaign(slot.campaign)
        if campaign is None:
            return None
        day = world.today(campaign, slot.at)
        owes = world.setting.calendar.works(day) and world.owes(campaign.code, unit.id, day)
        return Duty(campaign, unit, day, slot) if owes else None

    def _has_reported(self, officer: Addressee, duty: Duty) -> bool:
        """Tell whether the unit has reported; where officers' reports add up, whether this officer has."""
        person = officer.person if duty.campaign.policy is Policy.SUM_OF_OFFICERS else 0
        slot = entries.Slot(duty.campaign.code, UnitId(duty.unit.id), duty.day, person)
        return tallies.report(self.beat.tx, slot) is not None
