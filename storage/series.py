"""Series read from the sums that are kept: what the charts show."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from types import MappingProxyType

from bot.domain import days
from bot.domain.campaign import Campaign, Key, Metric
from bot.domain.days import State
from bot.domain.figures import Share, as_written
from bot.domain.forecast import forecast
from bot.domain.highlights import headline
from bot.domain.pace import Plan, planned
from bot.domain.recipes import Kind, Recipe
from bot.domain.series import Band, Bar, Bars, Chart, Grid, Line, PhaseEnd, Points, Row, Title
from bot.domain.standings import Contender, Place, rank
from bot.domain.units import Unit, UnitId
from bot.domain.world import World
from storage import progress, statuses
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
    campaign, unit = sight.campaign, sight.unit
    metric = headline(campaign)
    goals = sight.world.goals[campaign.code]
    baseline, milestones = goals.baseline(unit.id, Key(metric.code)), goals.milestones(unit.id, metric.code)
    amounts = progress.by_day(sight.tx, campaign.code, unit.id, metric.code, sight.last)
    totals = _totals(campaign.starts, sight.last, baseline, amounts)
    calendar = sight.world.calendar_of(campaign.code, unit.id)
    plan = Plan(campaign.starts, baseline, milestones)
    target = goals.deadline_target(unit.id, metric.code)
    known = sight.last if sight.recipe.over else sight.last - _DAY  # a day that is not over says too little
    expected = forecast(amounts, known, totals[-1][1], target, campaign.starts, campaign.deadline, calendar)
    ends = dict(milestones)
    return Line(
        title=sight.title(metric),
        language=sight.recipe.language,
        today=sight.recipe.day,
        deadline=campaign.deadline,
        totals=totals,
        plan=tuple(
            (day, planned(plan, day, calendar))
            for day in _days(campaign.starts - _DAY, campaign.deadline)
            if milestones
        ),
        target=target,
        phases=tuple(PhaseEnd(each.name, each.ends, ends[each.ends]) for each in campaign.phases if each.ends in ends),
        forecast=Band(expected.low, expected.high) if expected else None,
        decimals=campaign.percent_decimals,
    )


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
    """Return the children of a unit that report in the campaign, or have units below that do."""
    reporting = world.reporting[campaign.code]
    return tuple(
        child for child in world.tree.children[parent] if any(unit in reporting for unit in world.tree.below(child))
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
    first = max(sight.campaign.starts, sight.last - (GRID_DAYS - 1) * _DAY)
    shown = tuple(_days(first, sight.last))
    units = taking_part(sight.world, sight.campaign, sight.unit.id) or (sight.unit.id,)
    rows = tuple(Row(sight.world.tree[unit].name, tuple(_states(sight, unit, shown))) for unit in units)
    return Grid(sight.title(sight.campaign.main), sight.recipe.language, shown, rows)


def _is_missing(sight: _Sight, unit: UnitId) -> bool:
    return next(_states(sight, unit, (sight.last,))) is State.MISSING


def _states(sight: _Sight, unit: UnitId, shown: tuple[date, ...]) -> Iterator[State | None]:
    """Yield what is known of a unit on each day; a unit above the reporting ones has reported when all of them have."""
    if not shown:
        return
    code, first, last = sight.campaign.code, shown[0], shown[-1]
    came = progress.turnouts(sight.tx, code, unit, first, last)
    own = unit in sight.world.reporting[code]
    zeros = progress.zeros(sight.tx, code, unit, first, last) if own else set()
    asked = progress.questioned_days(sight.tx, code, unit) if own else set()
    for day in shown:
        turnout = came.get(day, _NOBODY)
        if turnout.reported and turnout.reported >= sight.world.expected_on(code, unit, day):
            on_time = State.ZERO if day in zeros else State.REPORTED
            yield on_time if turnout.on_time == turnout.reported else State.LATE
        else:
            yield State.QUESTIONED if day in asked else _silence(sight, unit, day)


def _silence(sight: _Sight, unit: UnitId, day: date) -> State | None:
    """Return what it means that not everything has come for a day."""
    if not sight.world.setting.calendar.works(day):
        return None
    if not sight.world.expected_on(sight.campaign.code, unit, day):
        return State.ON_LEAVE
    if day == sight.recipe.day and not sight.recipe.over:
        return None
    return State.LOCKED if days.is_locked(day, sight.recipe.day, sight.campaign) else State.MISSING


_CHARTS: Mapping[Kind, Callable[[_Sight], Chart]] = MappingProxyType(
    {Kind.LINE: _line, Kind.BARS: _bars, Kind.GRID: _grid}
)
