"""Dossiers: everything that the files of a unit show, as plain values read at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from bot.domain.campaign import Key
from bot.domain.days import State
from bot.domain.figures import Share
from bot.domain.forecast import Forecast
from bot.domain.goals import Mismatch
from bot.domain.highlights import Highlight, headline
from bot.domain.standings import Contender, rank
from bot.domain.status import MetricStatus, RatioStatus, Status
from bot.domain.trace import Fate
from bot.domain.units import Unit, UnitId

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attendance:
    """Reports owed, come and on time: of one day, or over the working days whose cut-off has passed."""

    owed: int
    reported: int
    on_time: int

    @property
    def turnout(self) -> Share:
        """Return the reports that came of those that were owed."""
        return Share(self.reported, self.owed)

    @property
    def punctuality(self) -> Share:
        """Return the reports that came on time of those that were owed."""
        return Share(self.on_time, self.owed)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit below: where it stands. `place` among its siblings by the main metric, None where it is not ranked.

    `state` is that of the day of the dossier, None where nothing is due from the unit itself.
    """

    status: Status
    parent: str
    depth: int
    place: int | None
    attendance: Attendance
    state: State | None = None

    @property
    def unit(self) -> Unit:
        """Return the unit."""
        return self.status.unit


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the unit, with all below it. `amounts` lacks what nobody has reported: it is missing, not 0.

    `totals` and `planned` are those of counted metrics at the day's end; without a target there is no plan.
    `state` is None for a unit that does not report itself, and for a day on which nothing is due (yet).
    """

    day: date
    works: bool
    expected: int
    reported: int
    on_time: int
    amounts: Mapping[Key, int]
    totals: Mapping[str, int]
    planned: Mapping[str, int]
    state: State | None = None

    @property
    def turnout(self) -> Share:
        """Return the units that have reported of those that owe a report."""
        return Share(self.reported, self.expected)

    def ahead(self, metric: str) -> int | None:
        """Return how far a metric's total is ahead of the planned line, None without a target."""
        planned = self.planned.get(metric)
        return None if planned is None else self.totals[metric] - planned


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One entry. `said` and `recorded` are wall times of the campaign's zone, `kind` is as stored."""

    ref: str
    said: datetime
    recorded: datetime
    unit: UnitId
    day: date
    who: str
    kind: str
    fate: Fate
    on_time: bool
    amounts: Mapping[Key, int]
    note: str


@dataclass(frozen=True, slots=True)
class Excerpt(Generic[T]):
    """The first rows of a list that may be long, and how many there are in all."""

    rows: tuple[T, ...] = ()
    whole: int = 0

    @property
    def left_out(self) -> int:
        """Return how many rows are not shown."""
        return self.whole - len(self.rows)


@dataclass(frozen=True, slots=True)
class Revision:
    """A target or a baseline of the roster that was given anew. `phase` is 0 for the campaign's end and baselines.

    Figures are amounts, or percentages of the population as written (`80%`); None: taken back, or not known before.
    """

    unit: UnitId
    is_target: bool
    key: Key
    phase: int
    before: int | str | None
    after: int | str | None
    since: date


@dataclass(frozen=True)
class Dossier:
    """A unit in a campaign at the end of a day. `as_of` is the local moment of reading, `over` whether the day is.

    `units` are all units below in the order of the tree; for a unit without any below, the unit itself.
    """

    status: Status
    as_of: datetime
    over: bool
    names: Mapping[UnitId, Unit]
    place: int | None
    siblings: int
    attendance: Attendance
    forecast: Forecast | None
    highlights: tuple[Highlight, ...]
    units: tuple[UnitRow, ...]
    days: tuple[DayRow, ...]
    missing: Excerpt[str]
    revisions: Excerpt[Revision] = field(default_factory=Excerpt)
    mismatches: Excerpt[Mismatch] = field(default_factory=Excerpt)
    journal: Excerpt[JournalRow] = field(default_factory=Excerpt)

    @property
    def headline(self) -> MetricStatus:
        """Return the counted metric that sentences and charts speak of."""
        return self.status.metric(headline(self.status.campaign).code)

    @property
    def turnout(self) -> Attendance:
        """Return the reports of the day itself."""
        return Attendance(self.status.expected, self.status.reported, self.status.on_time)

    @cached_property
    def children(self) -> tuple[UnitRow, ...]:
        """Return the units right below that are ranked together, best first; those without a place come last."""
        right_below = {row.unit.id: row for row in self.units if row.depth == 1}
        return tuple(right_below[place.unit] for place in rank(contender(row.status) for row in right_below.values()))


def contender(status: Status) -> Contender:
    """Return a unit as it is ranked: by its total of its own target, for a ratio by numerator of denominator."""
    return Contender(status.unit.id, status.unit.name, main_share(status))


def main_share(status: Status) -> Share | None:
    """Return a unit's share in the main metric, None without a target."""
    metrics: tuple[MetricStatus | RatioStatus, ...] = (*status.metrics, *status.ratios)
    return next(metric for metric in metrics if metric.main).share


class DayFacts(NamedTuple):
    """What decides the state of a reporting unit on a day."""

    reported: bool
    on_time: bool
    zero: bool
    questioned: bool
    works: bool
    expected: bool
    awaited: bool  # its cut-off is still to come
    locked: bool


def state_of(facts: DayFacts) -> State | None:
    """Return what is known of a reporting unit on a day; None where nothing is due (yet)."""
    if facts.reported and not facts.on_time:
        return State.LATE
    if facts.reported:
        return State.ZERO if facts.zero else State.REPORTED
    return State.QUESTIONED if facts.questioned else _silence(facts)


def _silence(facts: DayFacts) -> State | None:
    """Return what it means that nothing has come."""
    if not facts.works:
        return None
    if not facts.expected:
        return State.ON_LEAVE
    if facts.awaited:
        return None
    return State.LOCKED if facts.locked else State.MISSING


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of the plain table: a reporting unit's day in one key; None where none was given."""

    unit: Unit
    parent: Unit | None
    day: date
    key: Key
    value: int | None
    state: State | None
