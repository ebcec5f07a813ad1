"""The model: what a plain dictionary of reports says after everything that was said and decided."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple

from tests.acceptance.province import LOCKS_AFTER, MOST, ZONE, Province, reporting_day

Amounts = Mapping[str, int]


class Slot(NamedTuple):
    """Whose report of which day; `person` is 0 unless officers' reports add up."""

    unit: str
    day: date
    person: int = 0


class Voice(NamedTuple):
    """Who says something, and when."""

    person: int
    moment: datetime

    def is_on_time(self, day: date) -> bool:
        """Tell whether it is said before the day's cut-off."""
        return self.moment <= datetime.combine(day, time(17), ZONE)


@dataclass(eq=False)
class Version:
    """A report as it stands after one word on it."""

    number: int
    amounts: Amounts
    person: int
    on_time: bool


@dataclass(eq=False)
class Asked:
    """What waits: a value that is asked about, or a change of a locked day; without `given` one that takes back."""

    slot: Slot
    given: Amounts
    by: Voice
    takes_back: Version | None = None
    ref: str = ""


class Outcome(StrEnum):
    """What becomes of a word; the value is how the bot's answer begins."""

    COUNTED = "✅"
    TAKEN_BACK = "↩️"
    UNCHANGED = "👌"
    QUESTIONED = "❓"
    ASKED = "🔒"
    IDLE = "Ngày"


@dataclass
class Model:
    """All that was said: every version of every report, and what waits."""

    province: Province
    versions: defaultdict[Slot, list[Version]] = field(default_factory=lambda: defaultdict(list))
    questions: list[Asked] = field(default_factory=list)
    requests: dict[Slot, Asked] = field(default_factory=dict)
    unlocked: dict[tuple[str, date], datetime] = field(default_factory=dict)
    leave: defaultdict[str, set[date]] = field(default_factory=lambda: defaultdict(set))
    entries: int = 0

    def standing(self, slot: Slot) -> Amounts:
        """Return the report that counts; empty where there is none."""
        return self.versions[slot][-1].amounts if self.versions[slot] else {}

    def is_old(self, day: date, moment: datetime) -> bool:
        """Tell whether a day is so old that it is locked unless somebody has unlocked it."""
        return (reporting_day(moment) - day).days > LOCKS_AFTER

    def is_locked(self, slot: Slot, moment: datetime) -> bool:
        """Tell whether only a commander changes a report."""
        opened = any(
            slot.day == day and moment < until and slot.unit in self.province.units[unit]
            for (unit, day), until in self.unlocked.items()
        )
        return self.is_old(slot.day, moment) and not opened

    def say(self, slot: Slot, given: Amounts, by: Voice, base: Amounts | None = None) -> Outcome:
        """Take an officer's word; `base` is what stands without the message that is edited."""
        if self.is_locked(slot, by.moment):
            return self._ask(Asked(slot, given, by))
        after = {**(self.standing(slot) if base is None else base), **given}
        if self.versions[slot] and after == self.standing(slot) and not self._touched(slot, given):
            return Outcome.UNCHANGED
        spoken_of = {key.partition(".")[0] for key in given}
        if any(_metric(after, metric) > MOST for metric in spoken_of):
            self._answer(slot, given)
            self.questions.append(Asked(slot, given, by))
            return Outcome.QUESTIONED
        self.put(slot, given, after, by)
        self._overtake(slot, by)
        return Outcome.COUNTED

    def undo(self, slot: Slot, by: Voice) -> Outcome:
        """Take back the newest version."""
        if self.is_locked(slot, by.moment):
            return self._ask(Asked(slot, {}, by, self.versions[slot][-1]))
        self.put(slot, {}, self._before(slot), by)
        self._overtake(slot, by)
        return Outcome.TAKEN_BACK

    def confirm(self, question: Asked, by: Voice, *, decides: bool) -> None:
        """Count what was asked about: said by its author, or decided by a commander."""
        after = {**self.standing(question.slot), **question.given}
        self.put(question.slot, question.given, after, by, question.by if decides else by)
        if not decides:
            self._overtake(question.slot, by)

    def drop(self, question: Asked) -> None:
        """Never count what was asked about."""
        self.entries += 1
        self.questions.remove(question)

    def override(self, slot: Slot, given: Amounts, by: Voice) -> bool:
        """Let a commander's word stand, and tell whether that changes anything."""
        after = {**self.standing(slot), **given}
        if after == self.standing(slot) and not self._touched(slot, given):
            return False
        self.put(slot, given, after, by)
        self.requests.pop(slot, None)
        return True

    def decide(self, request: Asked, *, yes: bool) -> bool:
        """Decide a request, and tell whether that changes anything."""
        del self.requests[request.slot]
        after = self._outcome(request)
        if yes and after is not None:
            self.put(request.slot, request.given, after, request.by)
        return yes and after is not None

    def put(self, slot: Slot, given: Amounts, after: Amounts, by: Voice, said: Voice | None = None) -> None:
        """Add a version; it answers what was asked about the same keys."""
        self._answer(slot, given)
        on_time = (said or by).is_on_time(slot.day)
        self.versions[slot].append(Version(self.entries, after, by.person, on_time))

    def _answer(self, slot: Slot, given: Amounts) -> None:
        touched = self._touched(slot, given)
        self.questions = [each for each in self.questions if each not in touched]
        self.entries += 1

    def _touched(self, slot: Slot, given: Amounts) -> list[Asked]:
        return [each for each in self.questions if each.slot == slot and set(each.given) & set(given)]

    def _before(self, slot: Slot) -> Amounts:
        return self.versions[slot][-2].amounts if len(self.versions[slot]) > 1 else {}

    def _overtake(self, slot: Slot, by: Voice) -> None:
        if self.is_old(slot.day, by.moment):
            self.requests.pop(slot, None)

    def _ask(self, request: Asked) -> Outcome:
        self.requests.pop(request.slot, None)
        if self._outcome(request) == self.standing(request.slot):
            return Outcome.IDLE
        self.requests[request.slot] = request
        return Outcome.ASKED

    def _outcome(self, request: Asked) -> Amounts | None:
        if request.takes_back is None:
            return {**self.standing(request.slot), **request.given}
        return self._before(request.slot) if request.takes_back is self.versions[request.slot][-1] else None

    def reports(self) -> Iterator[tuple[Slot, Amounts, bool]]:
        """Yield every report that stands, and whether it first came on time."""
        for slot, versions in self.versions.items():
            if self.standing(slot):
                empty = [number for number, each in enumerate(versions) if not each.amounts]
                yield slot, versions[-1].amounts, versions[empty[-1] + 1 if empty else 0].on_time


def _metric(amounts: Amounts, metric: str) -> int:
    return sum(amount for key, amount in amounts.items() if key.partition(".")[0] == metric)
