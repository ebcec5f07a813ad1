"""Boards read from the sums that are kept, and the places of closed days."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from bot.domain import boards
from bot.domain.boards import STREAK_DAYS, Board, Race, Runner
from bot.domain.campaign import BoardKind, Campaign, Key, Metric
from bot.domain.figures import Share
from bot.domain.units import UnitId
from bot.domain.world import World
from storage import progress, tallies
from storage.sqlite import Tx

Amounts = dict[UnitId, int]


class _Count(NamedTuple):
    """What a unit has counted in a metric up to the end of a day, and on that day."""

    total: int
    today: int


_NOTHING = _Count(0, 0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which board: `over` says that the day's cut-off has passed, so that whoever is silent has broken a streak."""

    race: Race
    metric: Metric
    kind: BoardKind
    day: date
    over: bool
    top: int = 5
    show_bottom: bool = False


def read(tx: Tx, world: World, campaign: Campaign, wanted: Wanted) -> Board:
    """Rank a race as it stands at the end of a day."""
    metric, day, parent = wanted.metric, wanted.day, wanted.race.parent.id
    before = places_before(tx, campaign.code, parent, metric.code, wanted.kind, day)
    return boards.board(
        campaign,
        metric,
        wanted.kind,
        day,
        wanted.race,
        _runners(tx, world, campaign, wanted),
        before,
        top=wanted.top,
        show_bottom=wanted.show_bottom,
        asked=progress.asked(tx, campaign.code, day),
    )


def _runners(tx: Tx, world: World, campaign: Campaign, wanted: Wanted) -> list[Runner]:
    """Read what the board ranks by; weeks and streaks only for the boards that need them."""
    parent, day = wanted.race.parent.id, wanted.day
    codes = _counted(wanted.metric)
    counts = {code: _counts(tx, campaign.code, parent, code, day) for code in codes}
    today = counts[codes[0]]
    reported = progress.reported_below(tx, campaign.code, parent, day)
    works = world.setting.calendar.works(day)
    week: Amounts = {}
    week_before: Amounts = {}
    if wanted.kind is BoardKind.RISE:
        week, week_before = (
            progress.below_between(tx, campaign.code, parent, codes[0], *span) for span in boards.weeks(day)
        )
    streaks = _streaks(tx, world, campaign, wanted) if wanted.kind is BoardKind.STREAK else {}
    return [
        Runner(
            unit,
            world.tree[unit].name,
            share,
            today.get(unit, _NOTHING).today,
            reported.get(unit, 0),
            world.expected_on(campaign.code, unit, day) if works else 0,
            week.get(unit, 0),
            week_before.get(unit, 0),
            streaks.get(unit, 0),
        )
        for unit, share in zip(wanted.race.units, _shares(world, campaign, wanted, counts), strict=True)
    ]


def _counted(metric: Metric) -> tuple[str, ...]:
    """Return the counted metrics behind a metric: a ratio's numerator and denominator, else itself."""
    return metric.of or (metric.code,)


def _shares(
    world: World, campaign: Campaign, wanted: Wanted, counts: Mapping[str, Mapping[UnitId, _Count]]
) -> Iterator[Share | None]:
    """Yield totals of targets, for a ratio numerators of denominators; None where there is nothing to divide by."""
    goals, units, day = world.goals[campaign.code], wanted.race.units, wanted.day

    def totals(code: str) -> list[int]:
        key, sums = Key(code), counts[code]
        return [goals.baseline(unit, key, day) + sums.get(unit, _NOTHING).total for unit in units]

    first, *rest = map(totals, _counted(wanted.metric))
    whole = rest[0] if rest else [goals.target(unit, wanted.metric.code, day) for unit in units]
    for total, of in zip(first, whole, strict=True):
        yield Share(total, of) if of else None


def _counts(tx: Tx, campaign: str, parent: UnitId, metric: str, day: date) -> dict[UnitId, _Count]:
    """Return the children's sums up to the end of a day (all, less what came for later days), and those of the day."""
    later = progress.below_between(tx, campaign, parent, metric, day + timedelta(days=1), date.max)
    sums = tallies.sums_beside(tx, campaign, parent, metric, day)
    return {unit: _Count(total - later.get(unit, 0), today) for unit, (total, today) in sums.items()}


def _streaks(tx: Tx, world: World, campaign: Campaign, wanted: Wanted) -> Amounts:
    """Return the children's streaks; above the reporting units a day counts when all below were on time."""
    since = wanted.day - timedelta(days=STREAK_DAYS)
    # CROSS keeps SQLite from walking the whole campaign first: few children, many sums.
    rows = tx.all(
        "SELECT t.unit, t.day, t.on_time FROM units u CROSS JOIN turnout t"
        " WHERE u.parent = ? AND t.unit = u.id AND t.campaign = ? AND t.day BETWEEN ? AND ? AND t.on_time > 0",
        (wanted.race.parent.id, campaign.code, since.isoformat(), wanted.day.isoformat()),
    )
    kept: defaultdict[UnitId, list[date]] = defaultdict(list)
    for row in rows:
        unit, day = UnitId(row["unit"]), date.fromisoformat(row["day"])
        if row["on_time"] >= world.expected_on(campaign.code, unit, day):
            kept[unit].append(day)
    return {
        unit: boards.streak(
            kept[unit],
            wanted.day,
            campaign.starts,
            world.calendar_of(campaign.code, unit),
            over=wanted.over,
        )
        for unit in wanted.race.units
    }


def streak_of(tx: Tx, world: World, campaign: Campaign, unit: UnitId, day: date, *, over: bool) -> int:
    """Return a reporting unit's streak as boards count it; `over`: the cut-off of `day` has passed."""
    rows = tx.all(
        "SELECT day FROM turnout WHERE campaign = ? AND unit = ? AND day BETWEEN ? AND ? AND on_time > 0",
        (campaign.code, unit, (day - timedelta(days=STREAK_DAYS)).isoformat(), day.isoformat()),
    )
    kept = [date.fromisoformat(row["day"]) for row in rows]
    return boards.streak(kept, day, campaign.starts, world.calendar_of(campaign.code, unit), over=over)


def freeze_places(tx: Tx, board: Board) -> None:
    """Keep the places of a closed day; the first to freeze them is right, later boards of that race say the same."""
    frozen = {str(row.unit): row.place for row in board.ranked}
    tx.run(
        "INSERT INTO frozen_places (campaign, parent, metric, kind, day, places) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (
            board.campaign.code,
            board.race.parent.id,
            board.metric.code,
            board.kind,
            board.day.isoformat(),
            json.dumps(frozen),
        ),
    )


def places_before(tx: Tx, campaign: str, parent: UnitId, metric: str, kind: BoardKind, day: date) -> dict[UnitId, int]:
    """Return the places on the newest frozen board before a day; nothing where there is none."""
    frozen = tx.value(
        "SELECT places FROM frozen_places WHERE campaign = ? AND parent = ? AND metric = ? AND kind = ? AND day < ?"
        " ORDER BY day DESC LIMIT 1",
        (campaign, parent, metric, kind, day.isoformat()),
    )
    return {UnitId(int(unit)): place for unit, place in json.loads(frozen or "{}").items()}
