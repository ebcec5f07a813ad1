"""The trace: a figure opened down to its entries, and each entry with all that is known of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from bot.domain.campaign import Campaign, Key
from bot.domain.highlights import headline
from bot.domain.trace import (
    Amounts,
    Breakdown,
    DaySum,
    DaySums,
    DayTrace,
    Rest,
    UnitSum,
    UnitSums,
    add,
)
from bot.domain.units import Unit, UnitId
from bot.domain.world import World
from storage import tallies, traced
from storage.sqlite import Tx
from storage.statuses import unit_status

T = TypeVar("T")


class Sizes(NamedTuple):
    """How much one page holds."""

    days: int
    units: int
    entries: int


CHAT = Sizes(days=7, units=8, entries=4)
WHOLE = Sizes(10**9, 10**9, 10**9)


def breakdown(
    tx: Tx,
    world: World,
    campaign: Campaign,
    unit: Unit,
    day: date,
    sizes: Sizes = WHOLE,
    *,
    days_page: int = 0,
    units_page: int = 0,
) -> Breakdown:
    """Read what the unit's totals at the end of `day` are made of. Pages count from 0."""
    status = unit_status(tx, world, campaign, unit, day)
    sums = {each: tuple(found) for each, found in _by_day(tx, campaign, unit.id, day).items()}
    for each in _days_with_entries(tx, campaign, unit.id, day):
        sums.setdefault(each, (0,) * len(campaign.counted))
    listed = sorted(sums, reverse=True)
    shown = _page(listed, days_page, sizes.days)
    by_day = traced.of_days(tx, world, campaign, unit, shown)
    rest = [sums[each] for each in listed if each not in shown]
    days = DaySums(
        tuple(DaySum(each, sums[each], by_day.get(each, ())) for each in shown),
        Rest(len(rest), add(rest, campaign.counted)),
    )
    total = add(sums.values(), campaign.counted)
    later = {metric.code: _later(tx, campaign, unit.id, metric.code, day) for metric in campaign.counted}

    def of_units(metric: str) -> Mapping[UnitId, int]:
        until = tallies.sums_below(tx, campaign.code, unit.id, metric)
        return {each: amount - later[metric].get(each, 0) for each, amount in until.items()}

    return Breakdown(status, days, _units(world, campaign, unit, total, of_units, units_page, sizes.units))


def day_trace(
    tx: Tx,
    world: World,
    campaign: Campaign,
    unit: Unit,
    day: date,
    sizes: Sizes = WHOLE,
    *,
    entries_page: int = 0,
    units_page: int = 0,
) -> DayTrace:
    """Read what the unit's sums of a day are made of. Pages count from 0."""
    status = unit_status(tx, world, campaign, unit, day)
    sums = tallies.day_sums(tx, campaign.code, unit.id, day)
    total = tuple(sums.get(Key(metric.code), 0) for metric in campaign.counted)

    def of_units(metric: str) -> Mapping[UnitId, int]:
        return tallies.day_sums_below(tx, campaign.code, unit.id, metric, day)

    units = _units(world, campaign, unit, total, of_units, units_page, sizes.units)
    if units is not None:
        units = _with_turnout(tx, world, campaign, units, day)
    own = traced.of_days(tx, world, campaign, unit, [day]).get(day, ())
    page = _page(own, entries_page, sizes.entries)
    return DayTrace(status, total, units, tuple(page), len(own))


def _page(listed: Sequence[T], page: int, size: int) -> Sequence[T]:
    return listed[page * size : (page + 1) * size]


def _by_day(tx: Tx, campaign: Campaign, unit: UnitId, until: date) -> dict[date, list[int]]:
    """Return the sums of each day up to `until` that has any, metric by metric."""
    places = {metric.code: place for place, metric in enumerate(campaign.counted)}
    found: dict[date, list[int]] = {}
    rows = tx.all(
        "SELECT day, metric, amount FROM daily WHERE campaign = ? AND unit = ? AND part = '' AND day <= ?",
        (campaign.code, unit, until.isoformat()),
    )
    for row in rows:
        if row["metric"] in places:
            amounts = found.setdefault(date.fromisoformat(row["day"]), [0] * len(places))
            amounts[places[row["metric"]]] = row["amount"]
    return found


def _days_with_entries(tx: Tx, campaign: Campaign, unit: UnitId, until: date) -> list[date]:
    rows = tx.all(
        "SELECT DISTINCT day FROM entries WHERE campaign = ? AND unit = ? AND day <= ?",
        (campaign.code, unit, until.isoformat()),
    )
    return [date.fromisoformat(row["day"]) for row in rows]


def _later(tx: Tx, campaign: Campaign, unit: UnitId, metric: str, day: date) -> dict[UnitId, int]:
    """Return what the units below have counted for days after `day`."""
    rows = tx.all(
        "SELECT d.unit, sum(d.amount) AS amount FROM units u CROSS JOIN daily d WHERE u.parent = ? AND d.unit = u.id"
        " AND d.campaign = ? AND d.metric = ? AND d.part = '' AND d.day > ? GROUP BY d.unit",
        (unit, campaign.code, metric, day.isoformat()),
    )
    return {UnitId(row["unit"]): row["amount"] for row in rows}


def _units(
    world: World,
    campaign: Campaign,
    unit: Unit,
    total: Amounts,
    sums_of: Callable[[str], Mapping[UnitId, int]],
    page: int,
    size: int,
) -> UnitSums | None:
    """Return a page of the units below by what they add; None where nothing is counted below."""
    children = world.tree.children[unit.id]
    by_metric = [sums_of(metric.code) for metric in campaign.counted]
    amounts = {child: tuple(sums.get(child, 0) for sums in by_metric) for child in children}
    reports = unit.id in world.reporting.get(campaign.code, ())
    if not children or (reports and not any(map(any, amounts.values()))):
        return None
    first = _headline(campaign)
    ranked = sorted(children, key=lambda child: (-amounts[child][first], tuple(-each for each in amounts[child])))
    shown = _page(ranked, page, size)
    rest = [amounts[child] for child in ranked if child not in shown]
    below = add(amounts.values(), campaign.counted)
    return UnitSums(
        tuple(UnitSum(world.tree[child], amounts[child]) for child in shown),
        Rest(len(rest), add(rest, campaign.counted)),
        tuple(own - theirs for own, theirs in zip(total, below, strict=True)),
    )


def _headline(campaign: Campaign) -> int:
    """Return which of the counted metrics units are sorted by."""
    return campaign.counted.index(headline(campaign))


def _with_turnout(tx: Tx, world: World, campaign: Campaign, units: UnitSums, day: date) -> UnitSums:
    shown = []
    for each in units.shown:
        reported = tallies.turnout(tx, campaign.code, each.unit.id, day).reported
        expected = world.expected_on(campaign.code, each.unit.id, day)
        shown.append(UnitSum(each.unit, each.amounts, reported, expected))
    return UnitSums(tuple(shown), units.rest, units.direct)
