"""Boards: sibling units side by side, with places, movement and the own place among neighbours."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from bot.domain.campaign import BoardKind, Campaign, Metric
from bot.domain.days import Calendar
from bot.domain.figures import Share
from bot.domain.standings import Contender, Place, movement, places, rank
from bot.domain.units import Unit, UnitId
from bot.domain.world import World

Value = Share | Fraction | int | None

STREAK_DAYS = 60
"""How far back a streak is followed; a longer one is shown as this."""

_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
NEIGHBOURS = 1
"""How many are shown on either side of the own place."""


@dataclass(frozen=True, slots=True)
class Race:
    """Who is ranked together: children of `parent`. `own` is the unit that asks, None where the parent itself does."""

    parent: Unit
    units: tuple[UnitId, ...]
    own: UnitId | None = None


class Runner(NamedTuple):
    """What is known of one unit of a race; `week` and `week_before` are sums of seven days each.

    `share` is the total of the target (for a ratio: numerator of denominator). `reported` of `expected` reports
    have come for the day: a reporting unit owes one, or none on leave and on days off.
    """

    unit: UnitId
    name: str
    share: Share | None
    today: int
    reported: int
    expected: int
    week: int = 0
    week_before: int = 0
    streak: int = 0


class Row(NamedTuple):
    """One line of a board. `movement`: places risen since the last frozen board, None where that is not known."""

    place: int | None
    unit: UnitId
    name: str
    value: Value
    today: int
    reported: int
    expected: int
    movement: int | None


@dataclass(frozen=True)
class Board:
    """The ranking of a race at the end of `day`; `rows` hold everybody, best first, the unranked last.

    `asked` are reporting units, of the race or not, whose word for the day waits to be confirmed.
    """

    campaign: Campaign
    metric: Metric
    kind: BoardKind
    day: date
    race: Race
    rows: tuple[Row, ...]
    top: int
    show_bottom: bool
    asked: frozenset[UnitId] = frozenset()

    @cached_property
    def own(self) -> Row | None:
        """Return the row of the unit that asks."""
        return next((row for row in self.rows if row.unit == self.race.own), None)

    @cached_property
    def ranked(self) -> tuple[Row, ...]:
        """Return the rows that have a place."""
        return tuple(row for row in self.rows if row.place is not None)

    @cached_property
    def missing(self) -> tuple[Row, ...]:
        """Return the rows that owe reports, in the order of the board."""
        return tuple(row for row in self.rows if row.reported < row.expected)

    @property
    def reported(self) -> int:
        """Return how many of the reports that were expected have come."""
        return sum(min(row.reported, row.expected) for row in self.rows)

    @cached_property
    def expected(self) -> int:
        """Return how many reports are expected on the day."""
        return sum(row.expected for row in self.rows)

    @property
    def shown(self) -> tuple[tuple[Row, ...], ...]:
        """Return the rows to show, in runs without a gap: leaders, the own place with its neighbours, maybe the last.

        Whoever shares the last leader's place is shown too, so that no tie is cut apart, up to twice `top`.
        """
        ranked = self.ranked
        picked = sorted(set(self._picked(ranked)))
        runs: list[list[Row]] = []
        for before, number in pairwise([-2, *picked]):
            if number - before > 1:
                runs.append([])
            runs[-1].append(ranked[number])
        return tuple(tuple(run) for run in runs)

    def _picked(self, ranked: tuple[Row, ...]) -> Iterator[int]:
        last_place = ranked[self.top - 1].place if len(ranked) > self.top else None
        for number, row in enumerate(ranked):
            leads = number < self.top or (row.place == last_place and number < 2 * self.top)
            ends = self.show_bottom and number >= len(ranked) - self.top
            if leads or ends:
                yield number
            if row.unit == self.race.own:
                yield from range(max(0, number - NEIGHBOURS), min(len(ranked), number + NEIGHBOURS + 1))


def race(world: World, campaign: Campaign, unit: UnitId) -> Race | None:
    """Return who is ranked for a unit: those below it that take part, else its siblings; None where none compete."""
    below = _taking_part(world, campaign, world.tree.children[unit])
    if below:
        return Race(world.tree[unit], below) if len(below) > 1 else None
    parent, root = world.tree[unit].parent, world.root(campaign)
    if parent is None or root is None or not world.tree.covers(root.id, parent):
        return None
    siblings = _taking_part(world, campaign, world.tree.children[parent])
    return Race(world.tree[parent], siblings, unit) if len(siblings) > 1 and unit in siblings else None


def _taking_part(world: World, campaign: Campaign, units: Iterable[UnitId]) -> tuple[UnitId, ...]:
    """Return the units that report or have reporting units below them, on leave or not."""
    code, day = campaign.code, world.day
    return tuple(unit for unit in units if world.reporters_on(code, unit, day))


def _rise(runner: Runner) -> Value:
    """Return the growth of the week in points of the own target; who has not risen is not on such a board."""
    risen = runner.week - runner.week_before
    if risen <= 0 or runner.share is None or not runner.share.denominator:
        return None
    return Share(risen, runner.share.denominator)


def _today(runner: Runner) -> Value:
    """Return the day's value; a missing report is no zero, and is not ranked."""
    return runner.today if runner.reported else None


VALUES: Mapping[BoardKind, Callable[[Runner], Value]] = MappingProxyType(
    {
        BoardKind.SHARE: lambda runner: runner.share,
        BoardKind.TODAY: _today,
        BoardKind.RISE: _rise,
        BoardKind.STREAK: lambda runner: runner.streak or None,
    }
)


def board(
    campaign: Campaign,
    metric: Metric,
    kind: BoardKind,
    day: date,
    race: Race,
    runners: Iterable[Runner],
    before: Mapping[UnitId, int],
    *,
    top: int = 5,
    show_bottom: bool = False,
    asked: frozenset[UnitId] = frozenset(),
) -> Board:
    """Rank the runners; `before` are the places of the last frozen board of this kind."""
    known = {runner.unit: runner for runner in runners}
    value = VALUES[kind]
    standings = rank(Contender(runner.unit, runner.name, value(runner)) for runner in known.values())
    moved = movement(before, places(standings)) if before else {}
    rows = tuple(_row(place, known[place.unit], moved.get(place.unit)) for place in standings)
    return Board(campaign, metric, kind, day, race, rows, top, show_bottom, asked)


def _row(place: Place, runner: Runner, moved: int | None) -> Row:
    return Row(*place, runner.today, runner.reported, runner.expected, moved)


def can_rank(campaign: Campaign, metric: Metric, kind: BoardKind, day: date) -> bool:
    """Tell whether a board means something: a rise needs two whole weeks, and sums, which a ratio has not."""
    if kind is not BoardKind.RISE:
        return True
    return metric.kind == "count" and day - 2 * _WEEK + _DAY >= campaign.starts


def weeks(day: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """Return first and last day of the seven days that end with `day`, and of the seven before them."""
    return (day - _WEEK + _DAY, day), (day - 2 * _WEEK + _DAY, day - _WEEK)


def streak(on_time: Iterable[date], day: date, starts: date, calendar: Calendar, *, over: bool) -> int:
    """Return on how many working days in a row, up to `day`, everything came on time; at most STREAK_DAYS.

    Days off neither add nor break. `day` itself breaks the streak only once its cut-off is over.
    """
    kept = set(on_time)
    count, each = 0, day
    if day not in kept and not over:
        each -= _DAY
    while each >= starts and (day - each).days < STREAK_DAYS:
        if each in kept:
            count += calendar.works(each)
        elif calendar.works(each):
            break
        each -= _DAY
    return count
