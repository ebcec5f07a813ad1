"""The summary: how a day went, for commanders and groups, with what came in since the last one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from bot.domain import days
from bot.domain.campaign import Key
from bot.domain.figures import Share
from bot.domain.forecast import Forecast
from bot.domain.highlights import Highlight, headline, highlights
from bot.domain.recipes import Kind, Recipe
from bot.domain.status import Status
from bot.domain.units import Unit, UnitId
from bot.jobs import audience
from bot.jobs.beat import Beat, Push
from storage import highlights as seen
from storage import ledger, progress, silences, tallies
from storage.additions import Additions, additions
from storage.chats import Chat
from storage.forecasts import unit_forecast
from storage.ledger import Told
from storage.progress import Question
from storage.statuses import unit_status

MOST_HIGHLIGHTS, GROUPS_HIGHLIGHTS = 5, 3
MOST_MERGED = 7  # days that one summary speaks for besides its own

_NOON = time(12)
_DAY = timedelta(days=1)

Counts = tuple[tuple[str, int], ...]
"""Names of metrics with a number each, in the campaign's order."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A day whose own summary was never sent."""

    day: date
    counts: Counts
    reported: int
    expected: int


@dataclass(frozen=True, slots=True)
class Addition:
    """What came in for a day after its summary was sent."""

    day: date
    counts: Counts
    is_yesterday: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """A unit's day. `as_of` is a local time where the cut-off is still to come, `missing` the names of silent units."""

    status: Status
    as_of: datetime | None
    forecast: Forecast | None
    highlights: tuple[Highlight, ...]
    missing: tuple[str, ...]
    questions: tuple[tuple[Question, str], ...]
    merged: tuple[Merged, ...]
    addition: Addition | None

    @property
    def headline(self) -> str:
        """Return the name of the metric that forecast and highlights speak of."""
        return headline(self.status.campaign).name

    @property
    def turnout(self) -> Share:
        """Return how many of the units that owe a report have reported."""
        return Share(self.status.reported, self.status.expected)

    @property
    def punctuality(self) -> Share:
        """Return how many of them have reported on time."""
        return Share(self.status.on_time, self.status.expected)


def summary(beat: Beat) -> Iterator[Push]:
    """Tell commanders and groups how the day went; groups get less of it."""
    day = day_of(beat, beat.slot.day, beat.slot.time)
    if day < beat.campaign.starts:
        return
    review = Review(beat, day)
    for chat, unit in audience.commanders(beat):
        yield review.push(chat, "summary.commander", review.of(unit, MOST_HIGHLIGHTS))
    for chat, unit in audience.groups(beat):
        yield review.push(chat, "summary.group", review.of(unit, GROUPS_HIGHLIGHTS))


def day_of(beat: Beat, day: date, at: time) -> date:
    """Return the day that a summary speaks of: before noon the last day of work, later its own."""
    if at >= _NOON:
        return day
    day -= _DAY
    while day >= beat.campaign.starts and not beat.world.setting.calendar.works(day):
        day -= _DAY
    return day


class Review:
    """What is known of one day for every unit; what all of them share is read once."""

    def __init__(self, beat: Beat, day: date) -> None:
        self._beat = beat
        self._day = day
        self._told: Told | None = ledger.last_told(beat.tx, beat.campaign.code, beat.slot.job, beat.slot.day)
        self._over = beat.now >= days.cut_off(day, beat.world.setting.zone, beat.campaign)

    def push(self, chat: Chat, message: str, found: Summary) -> Push:
        """Return the summary with its chart."""
        beat = self._beat
        language = beat.texts[beat.language(chat)].language
        recipe = Recipe(Kind.LINE, beat.campaign.code, found.status.unit.id, self._day, language, self._over)
        return Push(chat, message, {"s": found}, picture=recipe.dump())

    def of(self, unit: Unit, most: int) -> Summary:
        """Sum the day up for a unit, with at most so many highlights."""
        beat = self._beat
        where = beat.tx, beat.world, beat.campaign, unit, self._day
        facts = seen.facts(*where, over=self._over)
        names = [beat.world.tree[each].name for each in self._missing(unit)]
        status = unit_status(*where)
        metric = status.metric(headline(beat.campaign).code)
        return Summary(
            status=status,
            as_of=None if self._over else beat.now.astimezone(beat.world.setting.zone),
            forecast=unit_forecast(beat.tx, beat.campaign, unit.id, metric, closed=self._over),
            highlights=highlights(facts, most),
            missing=tuple(names),
            questions=tuple(self._asked(unit)),
            merged=tuple(self._merged(unit)),
            addition=self._addition(unit),
        )

    def _missing(self, unit: Unit) -> Iterator[UnitId]:
        if self._beat.world.setting.calendar.works(self._day):
            yield from silences.missing(self._beat.tx, self._beat.world, self._beat.campaign, unit.id, self._day)

    @cached_property
    def _questions(self) -> list[Question]:
        return progress.questions(self._beat.tx, self._beat.campaign.code)

    def _asked(self, unit: Unit) -> Iterator[tuple[Question, str]]:
        tree = self._beat.world.tree
        for question in self._questions:
            if question.unit in tree.units and tree.covers(unit.id, question.unit):
                yield question, tree[question.unit].name

    @cached_property
    def _skipped(self) -> tuple[date, ...]:
        """Return the days between the last summary and this one, oldest first."""
        beat, told = self._beat, self._told
        first = told.day + _DAY if told else min(beat.missed, default=beat.slot.day)
        slots = [first + n * _DAY for n in range((beat.slot.day - first).days)]
        worked = [each for each in slots if beat.world.setting.calendar.works(each)]
        spoken_of = {day_of(beat, told.day, told.time)} if told else set()
        found = {day_of(beat, each, beat.slot.time) for each in worked} - spoken_of - {self._day}
        return tuple(sorted(day for day in found if day >= beat.campaign.starts))[-MOST_MERGED:]

    def _merged(self, unit: Unit) -> Iterator[Merged]:
        beat = self._beat
        for day in self._skipped:
            sums = tallies.day_sums(beat.tx, beat.campaign.code, unit.id, day)
            turnout = tallies.turnout(beat.tx, beat.campaign.code, unit.id, day)
            counts = tuple((metric.name, sums.get(Key(metric.code), 0)) for metric in beat.campaign.counted)
            yield Merged(day, counts, turnout.reported, beat.world.expected_on(beat.campaign.code, unit.id, day))

    @cached_property
    def _additions(self) -> tuple[date, Additions] | None:
        if self._told is None:
            return None
        day = day_of(self._beat, self._told.day, self._told.time)
        return day, additions(self._beat.tx, self._beat.world, self._beat.campaign, day, self._told.at)

    def _addition(self, unit: Unit) -> Addition | None:
        if self._additions is None or self._additions[0] == self._day:
            return None
        day, changes = self._additions
        found = ((metric.name, changes.get((unit.id, metric.code), 0)) for metric in self._beat.campaign.counted)
        counts = tuple((name, change) for name, change in found if change)
        return Addition(day, counts, day == self._day - _DAY) if counts else None
