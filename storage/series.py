"""Series read from the sums that are kept: what the charts show."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate
from types import MappingProxyType

from bot.domain import days
from bot.domain.campaign import Campaign, Metric
from bot.domain.days import State
from bot.domain.figures import Share, as_written
from bot.domain.highlights import headline
from bot.domain.pace import planned
from bot.domain.recipes import Kind, Recipe
from bot.domain.series import MOST_ROWS, Band, Bar, Bars, Chart, Grid, Line, PhaseEnd, Points, Row, Title
from bot.domain.standings import Contender, Place, rank
from bot.domain.status import MetricStatus
from bot.domain.units import Unit, UnitId
from bot.domain.world import World
from storage import progress, statuses, tallies
from storage.forecasts import unit_forecast
from storage.sqlite import Tx
from storage.tallies import Turnout

GRID_DAYS = 14

_DAY = timedelta(days=1)
_NOBODY = Turnout(0, 0)


@dataclass(frozen=True, slots=True)
class _Sight:
    """What a chart is read from: a recipe with all that it names."""

    tx: Tx
    world: World
    campaign: Campaign
    unit: Unit
    recipe: Recipe

    @property
    def last(self) -> date:
        """Return the newest day that counts."""
        return min(self.recipe.day, self.campaign.deadline)

    def title(self, metric: Metric) -> Title:
        return Title(self.unit.name, metric.name, self.campaign.name)


def chart(tx: Tx, world: World, recipe: Recipe) -> Chart:
    """Read what a recipe asks for. LookupError where its campaign or unit is no more."""
    campaign = world.setting.campaign(recipe.campaign)
    if campaign is None:
        raise LookupError(recipe.campaign)
    return _CHARTS[recipe.kind](_Sight(tx, world, campaign, world.tree[recipe.unit], recipe))


def _line(sight: _Sight) -> Line:
    campaign, unit, world = sight.campaign, sight.unit, sight.world
    code = headline(campaign).code
    metric = statuses.unit_status(sight.tx, world, campaign, unit, sight.last).metric(code)
    amounts = progress.by_day(sight.tx, campaign.code, unit.id, code, sight.last)
    expected = unit_forecast(sight.tx, campaign, unit.id, metric, closed=sight.recipe.over)
    ends = dict(metric.plan.milestones)
    return Line(
        title=sight.title(headline(campaign)),
        language=sight.recipe.language,
        today=sight.recipe.day,
        deadline=campaign.deadline,
        totals=_totals(campaign.starts, sight.last, metric.baseline, amounts),
        plan=_planned_line(campaign, metric),
        target=world.goals[campaign.code].deadline_target(unit.id, code, sight.last),
        phases=tuple(PhaseEnd(each.name, each.ends, ends[each.ends]) for each in campaign.phases if each.ends in ends),
        forecast=Band(expected.low, expected.high) if expected else None,
        decimals=campaign.percent_decimals,
    )


def _planned_line(campaign: Campaign, metric: MetricStatus) -> Points:
    shown = _days(campaign.starts - _DAY, campaign.deadline) if metric.plan.milestones else ()
    return tuple((day, planned(metric.plan, day, metric.calendar)) for day in shown)


def _totals(starts: date, last: date, baseline: int, amounts: Mapping[date, int]) -> Points:
    each_day = list(_days(starts, last))
    eve = min(starts - _DAY, last)
    return tuple(
        zip([eve, *each_day], accumulate((amounts.get(day, 0) for day in each_day), initial=baseline), strict=True)
    )


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + number * _DAY


def _bars(sight: _Sight) -> Bars:
    campaign, main = sight.campaign, sight.campaign.main
    standings = standings_below(sight.tx, sight.world, campaign, sight.unit, sight.last)
    silent = {each.unit for each in standings if sight.recipe.over and _is_missing(sight, each.unit)}
    return Bars(
        title=sight.title(main),
        language=sight.recipe.language,
        day=sight.last,
        bars=tuple(Bar(each.name, _share(each), each.place, missing=each.unit in silent) for each in standings),
        planned=_planned_share(sight),
        decimals=campaign.percent_decimals,
    )


def taking_part(world: World, campaign: Campaign, parent: UnitId) -> tuple[UnitId, ...]:
    """Return the children of a unit that report in the campaign, or have units below that do and are not closed."""
    reporting = world.reporting[campaign.code]
    return tuple(
        child
        for child in world.tree.children[parent]
        if any(unit in reporting and not world.tree.is_closed(unit, world.day) for unit in world.tree.below(child))
    )


def standings_below(tx: Tx, world: World, campaign: Campaign, parent: Unit, day: date) -> tuple[Place, ...]:
    """Rank the units right below by their total of their own target; for a ratio by numerator of denominator."""
    ranked = []
    for child in taking_part(world, campaign, parent.id):
        unit = world.tree[child]
        status = statuses.unit_status(tx, world, campaign, unit, day)
        counted = {metric.code: metric.share for metric in status.metrics}
        shares = counted | {ratio.code: ratio.share for ratio in status.ratios}
        ranked.append(Contender(child, unit.name, shares[campaign.main.code]))
    return rank(ranked)


def _share(place: Place) -> Share | None:
    return place.value if isinstance(place.value, Share) else None


def _planned_share(sight: _Sight) -> Share | None:
    """Return what the plan of the whole asks for by now; for a ratio its target."""
    main = sight.campaign.main
    if main.kind == "ratio":
        wanted = as_written(main.target_percent) / 100 if main.target_percent is not None else None
        return Share(wanted.numerator, wanted.denominator) if wanted else None
    status = statuses.unit_status(sight.tx, sight.world, sight.campaign, sight.unit, sight.last)
    pace = status.metric(main.code).pace
    return Share(pace.planned, pace.target) if pace and pace.target else None


def _grid(sight: _Sight) -> Grid:
    """Show the reporting units below (or the unit itself); where not all are drawn, the most silent come first."""
    first = max(sight.campaign.starts, sight.last - (GRID_DAYS - 1) * _DAY)
    shown = tuple(_days(first, sight.last))
    reporting = sight.world.reporting[sight.campaign.code]
    units = [unit for unit in sight.world.tree.below(sight.unit.id) if unit in reporting] or [sight.unit.id]
    rows = [Row(sight.world.tree[unit].name, tuple(_states(sight, unit, shown))) for unit in units]
    if len(rows) > MOST_ROWS:
        rows.sort(key=lambda row: row.turnout.exact or Fraction(0))
    return Grid(sight.title(sight.campaign.main), sight.recipe.language, shown, tuple(rows))


def _is_missing(sight: _Sight, unit: UnitId) -> bool:
    """Tell whether nothing has come from a unit, or from below it, although something was due."""
    code, day = sight.campaign.code, sight.last
    return (
        sight.world.setting.calendar.works(day)
        and sight.world.expected_on(code, unit, day) > 0
        and tallies.turnout(sight.tx, code, unit, day).reported == 0
    )


def _states(sight: _Sight, unit: UnitId, shown: tuple[date, ...]) -> Iterator[State | None]:
    """Yield what is known of a reporting unit on each day."""
    if not shown:
        return
    where = sight.tx, sight.campaign.code, unit
    came = progress.turnouts(*where, shown[0], shown[-1])
    zeros = progress.zeros(*where, shown[0], shown[-1])
    asked = progress.questioned_days(*where)
    for day in shown:
        turnout = came.get(day, _NOBODY)
        if turnout.reported and not turnout.on_time:
            yield State.LATE
        elif turnout.reported:
            yield State.ZERO if day in zeros else State.REPORTED
        else:
            yield State.QUESTIONED if day in asked else _silence(sight, unit, day)


def _silence(sight: _Sight, unit: UnitId, day: date) -> State | None:
    """Return what it means that nothing has come for a day."""
    if not sight.world.setting.calendar.works(day) or sight.world.tree.is_closed(unit, day):
        return None
    if not sight.world.expected_on(sight.campaign.code, unit, day):
        return State.ON_LEAVE
    if day == sight.recipe.day and not sight.recipe.over:
        return None
    return State.LOCKED if days.is_locked(day, sight.recipe.day, sight.campaign) else State.MISSING


_CHARTS: Mapping[Kind, Callable[[_Sight], Chart]] = MappingProxyType(
    {Kind.LINE: _line, Kind.BARS: _bars, Kind.GRID: _grid}
)
